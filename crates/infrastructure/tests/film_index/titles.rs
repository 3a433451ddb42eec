//! What people type, and the films they mean.
use super::{
    feed::{MemoryFeed, a_film, starter_films},
    harness::Running,
};
use infrastructure::catalogue::film_index::FilmDocument;
use std::sync::Arc;

/// What is typed, the film that is meant, and the place by which it must have come.
const QUERIES: &[(&str, &str, usize)] = &[
    // As it is called.
    ("The Matrix", "The Matrix (1999)", 1),
    ("alien", "Alien (1979)", 1),
    ("up", "Up (2009)", 1),
    ("et", "E.T. the Extra-Terrestrial (1982)", 1),
    ("8½", "8½ (1963)", 1),
    ("8 1/2", "8½ (1963)", 1),
    // Articles missing or too many.
    ("godfather", "The Godfather (1972)", 1),
    ("shining", "The Shining (1980)", 1),
    ("the pulp fiction", "Pulp Fiction (1994)", 1),
    (
        "a silence of the lambs",
        "The Silence of the Lambs (1991)",
        1,
    ),
    // Typos.
    ("pulp ficton", "Pulp Fiction (1994)", 1),
    (
        "the shawshenk redemtion",
        "The Shawshank Redemption (1994)",
        1,
    ),
    ("schindlers lsit", "Schindler's List (1993)", 1),
    ("forest gump", "Forrest Gump (1994)", 1),
    ("inceptoin", "Inception (2010)", 1),
    ("terminatr", "The Terminator (1984)", 3),
    ("gladiatr", "Gladiator (2000)", 1),
    ("star wras", "Star Wars (1977)", 3),
    ("clokwork orange", "A Clockwork Orange (1971)", 1),
    ("casablnca", "Casablanca (1942)", 1),
    (
        "eternal sunshine of the spotles mind",
        "Eternal Sunshine of the Spotless Mind (2004)",
        1,
    ),
    ("jurasic park", "Jurassic Park (1993)", 1),
    ("psyco", "Psycho (1960)", 3),
    ("apocalipse now", "Apocalypse Now (1979)", 1),
    ("the big lebovski", "The Big Lebowski (1998)", 1),
    // Typos in short words and in spaces.
    ("king kon g", "King Kong (2005)", 3),
    ("ghostbuster sii", "Ghostbusters II (1989)", 1),
    ("the dar kknight", "The Dark Knight (2008)", 1),
    ("fihgt cub", "Fight Club (1999)", 1),
    ("bakc to teh fture", "Back to the Future (1985)", 1),
    // Accents.
    ("amelie", "Amélie (2001)", 1),
    ("leon the professional", "Léon: The Professional (1994)", 1),
    ("le samourai", "Le Samouraï (1967)", 1),
    ("aeon flux", "Æon Flux (2005)", 1),
    // Word order and missing words.
    ("fiction pulp", "Pulp Fiction (1994)", 1),
    ("lambs silence", "The Silence of the Lambs (1991)", 1),
    (
        "fellowship of the ring",
        "The Lord of the Rings: The Fellowship of the Ring (2001)",
        1,
    ),
    (
        "harry potter azkaban",
        "Harry Potter and the Prisoner of Azkaban (2004)",
        1,
    ),
    ("empire strikes back", "The Empire Strikes Back (1980)", 1),
    // Punctuation and spaces.
    ("spiderman", "Spider-Man (2002)", 1),
    ("spider man 2", "Spider-Man 2 (2004)", 1),
    ("wall e", "WALL-E (2008)", 1),
    ("walle", "WALL-E (2008)", 1),
    ("xmen", "X-Men (2000)", 1),
    ("bat man begins", "Batman Begins (2005)", 1),
    ("oceans eleven", "Ocean's Eleven (2001)", 1),
    ("mash", "M*A*S*H (1970)", 1),
    ("mr and mrs smith", "Mr. & Mrs. Smith (2005)", 2),
    ("monsters inc", "Monsters, Inc. (2001)", 1),
    // Numbers.
    ("rocky 2", "Rocky II (1979)", 1),
    ("the godfather 2", "The Godfather Part II (1974)", 1),
    ("twelve angry men", "12 Angry Men (1957)", 2),
    ("12 monkeys", "12 Monkeys (1995)", 1),
    ("lethal wepon 3", "Lethal Weapon 3 (1992)", 1),
    ("terminator 2", "Terminator 2: Judgment Day (1991)", 1),
    // A year at the end.
    ("king kong 1933", "King Kong (1933)", 1),
    ("king kong (2005)", "King Kong (2005)", 1),
    ("2001 a space odyssey", "2001: A Space Odyssey (1968)", 1),
    // Cyrillic letters for Latin names.
    ("терминатор", "The Terminator (1984)", 3),
    ("матрикс", "The Matrix (1999)", 1),
    ("титаник", "Titanic (1997)", 2),
    ("гладиатор", "Gladiator (2000)", 1),
    ("шрек", "Shrek (2001)", 1),
    ("форрест гамп", "Forrest Gump (1994)", 1),
    (
        "гарри поттер",
        "Harry Potter and the Goblet of Fire (2005)",
        8,
    ),
    ("касабланка", "Casablanca (1942)", 1),
    ("кинг конг", "King Kong (2005)", 3),
    ("джуманджи", "Jumanji (1995)", 2),
    ("аватар", "Avatar (2009)", 1),
    ("джон уик", "John Wick (2014)", 1),
    // The wrong keyboard layout.
    ("nbnfybr", "Titanic (1997)", 2),
    ("ьфекшч", "The Matrix (1999)", 1),
    ("ыркул", "Shrek (2001)", 1),
    ("uflbfnjh", "Gladiator (2000)", 1),
    ("еру ырштштп", "The Shining (1980)", 1),
    // While it is still being typed.
    ("termin", "The Terminator (1984)", 3),
    ("the godf", "The Godfather (1972)", 1),
    ("mat", "The Matrix (1999)", 3),
    ("forrest g", "Forrest Gump (1994)", 1),
    ("back to the fu", "Back to the Future (1985)", 1),
    (
        "indiana jones and the last cr",
        "Indiana Jones and the Last Crusade (1989)",
        1,
    ),
    ("shawsh", "The Shawshank Redemption (1994)", 1),
    ("incep", "Inception (2010)", 1),
];

#[tokio::test]
async fn films_are_found_by_what_people_type() {
    let feed = Arc::new(MemoryFeed::new(1, starter_films()));
    let running = Running::start(None, feed).await;
    let mut misses = Vec::new();
    for (query, expected, place) in QUERIES {
        let found = running.find(query).await;
        if !found.iter().take(*place).any(|title| title == expected) {
            misses.push(format!(
                "{query} should find {expected}, but finds {found:?}"
            ));
        }
    }
    running.stop().await;
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[tokio::test]
async fn russian_titles_are_found_in_either_alphabet_and_by_other_titles() {
    let mut brother = a_film(1, "Брат", 1997);
    brother.alternative_titles = vec!["Brother".to_owned()];
    let mut chihiro = a_film(2, "Унесённые призраками", 2001);
    chihiro.alternative_titles = vec!["Spirited Away".to_owned(), "千と千尋の神隠し".to_owned()];
    let films = vec![
        brother,
        chihiro,
        a_film(3, "Брат 2", 2000),
        a_film(4, "Сталкер", 1979),
    ];
    let running = Running::start(None, Arc::new(MemoryFeed::new(1, films))).await;
    for (query, expected) in [
        ("brat", "Брат (1997)"),
        ("брат", "Брат (1997)"),
        ("brat 2", "Брат 2 (2000)"),
        ("brother", "Брат (1997)"),
        (",hfn", "Брат (1997)"),
        ("stalker", "Сталкер (1979)"),
        ("унесенные призракам", "Унесённые призраками (2001)"),
        ("spirited awya", "Унесённые призраками (2001)"),
        ("千と千尋", "Унесённые призраками (2001)"),
    ] {
        let found = running.find(query).await;
        assert_eq!(found.first().map(String::as_str), Some(expected), "{query}");
    }
    running.stop().await;
}

fn letters(title: &str) -> String {
    title
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

#[tokio::test]
async fn every_film_is_found_first_by_its_very_title() {
    let films = starter_films();
    let titles: Vec<String> = films
        .iter()
        .step_by(7)
        .map(|film| film.title.clone())
        .collect();
    let running = Running::start(None, Arc::new(MemoryFeed::new(1, films))).await;
    for title in titles {
        let found = running.find(&title).await;
        let first = found.first().map(|found| letters(found));
        assert!(
            first.is_some_and(|first| first.starts_with(&letters(&title))),
            "{title}: {found:?}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn nothing_that_can_be_typed_does_harm() {
    let films = vec![
        a_film(1, "The Matrix", 1999),
        a_film(2, "???", 2000),
        a_film(3, "", 2001),
    ];
    let running = Running::start(None, Arc::new(MemoryFeed::new(1, films))).await;
    let long = "слово ".repeat(5_000);
    for query in [
        "",
        " ",
        "\0",
        "+title:(matrix",
        "\"",
        "*",
        "a*b?~2^5",
        "((((",
        "👩‍👩‍👧‍👦",
        "\u{301}\u{301}",
        "ﷺ",
        "İ",
        "-",
        "AND OR NOT",
        "[a TO z]",
        "\u{202e}xirtam",
        "½",
        "𝔐𝔞𝔱𝔯𝔦𝔵",
        "99999999999999999999",
        &long,
    ] {
        running.find(query).await;
        running.find_described(Some(query), query).await;
        running.find_described(None, query).await;
    }
    assert!(
        running
            .index
            .find_by_title("matrix", 0)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        running
            .index
            .find_by_description(None, "matrix", 0)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(running.find("???").await, ["??? (2000)"]);
    running.stop().await;
}

#[tokio::test]
async fn films_are_found_by_words_about_them_in_both_languages() {
    let films = starter_films();
    let running = Running::start(None, Arc::new(MemoryFeed::new(1, films))).await;
    let found = running
        .find_described(
            None,
            "a film about a shark that attacks beachgoers, by Spielberg",
        )
        .await;
    assert_eq!(found.first().map(String::as_str), Some("Jaws (1975)"));
    let found = running.find_described(None, "Тарантино, Траволта").await;
    assert_eq!(
        found.first().map(String::as_str),
        Some("Pulp Fiction (1994)")
    );
    let found = running
        .find_described(Some("alien"), "Ripley on a spaceship, 1986")
        .await;
    assert_eq!(found.first().map(String::as_str), Some("Aliens (1986)"));
    running.stop().await;
}

/// Films that differ in one thing, so that one cue decides.
fn films_of_a_diver() -> Vec<FilmDocument> {
    let about = |number, title: &str, year| FilmDocument {
        description: "A diver finds a chest at the bottom of the sea.".to_owned(),
        countries: vec!["United States".to_owned()],
        genres: vec!["Drama".to_owned(), "Драма".to_owned()],
        ..a_film(number, title, year)
    };
    let mut scary = about(2, "Horror", 1991);
    scary.genres = vec!["Horror".to_owned(), "Ужасы".to_owned()];
    let mut french = about(3, "French", 1991);
    french.countries = vec!["France".to_owned()];
    let mut played = about(4, "Played", 1991);
    played.cast = vec!["Nina O'Brien".to_owned()];
    vec![
        about(1, "Plain", 1991),
        scary,
        french,
        played,
        about(5, "Eighties", 1987),
        about(6, "Colourless", 1949),
    ]
}

#[tokio::test]
async fn each_thing_that_is_remembered_counts_and_none_rules_films_out() {
    let feed = Arc::new(MemoryFeed::new(1, films_of_a_diver()));
    let running = Running::start(None, feed).await;
    for (remembered, first) in [
        ("scary movie about a diver", "Horror (1991)"),
        ("страшный фильм, diver", "Horror (1991)"),
        ("French movie about a diver", "French (1991)"),
        ("foreign movie about a diver", "French (1991)"),
        ("a diver, played by Nina O'Brien", "Played (1991)"),
        ("a diver, I think late 80s", "Eighties (1987)"),
        ("diver, фильм 80-х", "Eighties (1987)"),
        ("black and white movie about a diver", "Colourless (1949)"),
    ] {
        let found = running.find_described(None, remembered).await;
        assert_eq!(
            found.first().map(String::as_str),
            Some(first),
            "{remembered}"
        );
        assert_eq!(found.len(), 6, "{remembered}");
    }
    running.stop().await;
}

#[tokio::test]
async fn other_words_for_the_same_find_films_too() {
    let mut film = a_film(1, "Harbour", 1999);
    film.description = "A detective looks for his father.".to_owned();
    let other = a_film(2, "Other", 1999);
    let feed = Arc::new(MemoryFeed::new(1, vec![film, other]));
    let running = Running::start(None, feed).await;
    let found = running
        .find_described(None, "cop looking for his dad")
        .await;
    assert_eq!(found, ["Harbour (1999)"]);
    running.stop().await;
}

#[tokio::test]
async fn russian_descriptions_are_found_by_other_forms_of_their_words() {
    let mut film = a_film(1, "Ёлки", 2010);
    film.description = "Девочка из детского дома рассказывает друзьям о своём отце".to_owned();
    film.genres = vec!["Комедия".to_owned(), "Comedy".to_owned()];
    let mut other = a_film(2, "Сталкер", 1979);
    other.description = "Проводник ведёт двоих в зону".to_owned();
    let feed = Arc::new(MemoryFeed::new(1, vec![film, other]));
    let running = Running::start(None, feed).await;
    assert_eq!(
        running
            .find_described(None, "фильм, где девочки рассказывали другу про отца")
            .await,
        ["Ёлки (2010)"]
    );
    assert_eq!(
        running.find_described(None, "комедии").await,
        ["Ёлки (2010)"]
    );
    assert_eq!(
        running.find_described(None, "comedies").await,
        ["Ёлки (2010)"]
    );
    running.stop().await;
}

//! The words of other catalogues in ours.
use domain::catalogue::GenreSlug;

/// Numbers of TMDB's genres, of films and of series, which it has never changed.
const TMDB_GENRES: &[(u32, &[&str])] = &[
    (12, &["adventure"]),
    (14, &["fantasy"]),
    (16, &["animation"]),
    (18, &["drama"]),
    (27, &["horror"]),
    (28, &["action"]),
    (35, &["comedy"]),
    (36, &["historical"]),
    (37, &["western"]),
    (53, &["thriller"]),
    (80, &["crime"]),
    (99, &["documentary"]),
    (878, &["science-fiction"]),
    (9648, &["mystery"]),
    (10402, &["musical"]),
    (10749, &["romance"]),
    (10751, &["family"]),
    (10752, &["war"]),
    (10759, &["action", "adventure"]),
    (10762, &["family"]),
    (10765, &["science-fiction", "fantasy"]),
    (10768, &["war", "political"]),
];

/// Names of genres at Kinopoisk. What is missing here (news, talk shows, games) is no genre of ours.
const KINOPOISK_GENRES: &[(&str, &str)] = &[
    ("аниме", "animation"),
    ("биография", "biography"),
    ("боевик", "action"),
    ("вестерн", "western"),
    ("военный", "war"),
    ("детектив", "mystery"),
    ("детский", "family"),
    ("для взрослых", "erotic"),
    ("документальный", "documentary"),
    ("драма", "drama"),
    ("история", "historical"),
    ("комедия", "comedy"),
    ("короткометражка", "short"),
    ("криминал", "crime"),
    ("мелодрама", "romance"),
    ("музыка", "musical"),
    ("мультфильм", "animation"),
    ("мюзикл", "musical"),
    ("приключения", "adventure"),
    ("семейный", "family"),
    ("спорт", "sports"),
    ("триллер", "thriller"),
    ("ужасы", "horror"),
    ("фантастика", "science-fiction"),
    ("фильм-нуар", "noir"),
    ("фэнтези", "fantasy"),
];

/// Countries as Kinopoisk calls them, and as the catalogue does.
const COUNTRIES: &[(&str, &str)] = &[
    ("Австралия", "Australia"),
    ("Австрия", "Austria"),
    ("Азербайджан", "Azerbaijan"),
    ("Албания", "Albania"),
    ("Алжир", "Algeria"),
    ("Аргентина", "Argentina"),
    ("Армения", "Armenia"),
    ("Афганистан", "Afghanistan"),
    ("Багамы", "Bahamas"),
    ("Бангладеш", "Bangladesh"),
    ("Беларусь", "Belarus"),
    ("Белоруссия", "Belarus"),
    ("Бельгия", "Belgium"),
    ("Болгария", "Bulgaria"),
    ("Боливия", "Bolivia"),
    ("Босния и Герцеговина", "Bosnia and Herzegovina"),
    ("Ботсвана", "Botswana"),
    ("Бразилия", "Brazil"),
    ("Великобритания", "United Kingdom"),
    ("Венгрия", "Hungary"),
    ("Венесуэла", "Venezuela"),
    ("Вьетнам", "Vietnam"),
    ("Германия", "Germany"),
    ("Германия (ГДР)", "East Germany"),
    ("Германия (ФРГ)", "West Germany"),
    ("Гонконг", "Hong Kong"),
    ("Греция", "Greece"),
    ("Грузия", "Georgia"),
    ("Дания", "Denmark"),
    ("Доминикана", "Dominican Republic"),
    ("Египет", "Egypt"),
    ("Израиль", "Israel"),
    ("Индия", "India"),
    ("Индонезия", "Indonesia"),
    ("Иордания", "Jordan"),
    ("Ирак", "Iraq"),
    ("Иран", "Iran"),
    ("Ирландия", "Ireland"),
    ("Исландия", "Iceland"),
    ("Испания", "Spain"),
    ("Италия", "Italy"),
    ("Казахстан", "Kazakhstan"),
    ("Камбоджа", "Cambodia"),
    ("Канада", "Canada"),
    ("Катар", "Qatar"),
    ("Кения", "Kenya"),
    ("Кипр", "Cyprus"),
    ("Киргизия", "Kyrgyzstan"),
    ("Китай", "China"),
    ("Колумбия", "Colombia"),
    ("Корея Северная", "North Korea"),
    ("Корея Южная", "South Korea"),
    ("Куба", "Cuba"),
    ("Кувейт", "Kuwait"),
    ("Кыргызстан", "Kyrgyzstan"),
    ("Латвия", "Latvia"),
    ("Ливан", "Lebanon"),
    ("Литва", "Lithuania"),
    ("Лихтенштейн", "Liechtenstein"),
    ("Люксембург", "Luxembourg"),
    ("Македония", "North Macedonia"),
    ("Малайзия", "Malaysia"),
    ("Мальта", "Malta"),
    ("Марокко", "Morocco"),
    ("Мексика", "Mexico"),
    ("Молдова", "Moldova"),
    ("Монако", "Monaco"),
    ("Монголия", "Mongolia"),
    ("Непал", "Nepal"),
    ("Нигерия", "Nigeria"),
    ("Нидерланды", "Netherlands"),
    ("Новая Зеландия", "New Zealand"),
    ("Норвегия", "Norway"),
    ("ОАЭ", "United Arab Emirates"),
    ("Пакистан", "Pakistan"),
    ("Палестина", "Palestine"),
    ("Панама", "Panama"),
    ("Перу", "Peru"),
    ("Польша", "Poland"),
    ("Португалия", "Portugal"),
    ("Пуэрто Рико", "Puerto Rico"),
    ("Россия", "Russia"),
    ("Румыния", "Romania"),
    ("СССР", "Soviet Union"),
    ("США", "United States"),
    ("Саудовская Аравия", "Saudi Arabia"),
    ("Северная Македония", "North Macedonia"),
    ("Сенегал", "Senegal"),
    ("Сербия", "Serbia"),
    ("Сербия и Черногория", "Serbia and Montenegro"),
    ("Сингапур", "Singapore"),
    ("Сирия", "Syria"),
    ("Словакия", "Slovakia"),
    ("Словения", "Slovenia"),
    ("Таджикистан", "Tajikistan"),
    ("Таиланд", "Thailand"),
    ("Тайвань", "Taiwan"),
    ("Тунис", "Tunisia"),
    ("Турция", "Turkey"),
    ("Узбекистан", "Uzbekistan"),
    ("Украина", "Ukraine"),
    ("Уругвай", "Uruguay"),
    ("Филиппины", "Philippines"),
    ("Финляндия", "Finland"),
    ("Франция", "France"),
    ("Хорватия", "Croatia"),
    ("Черногория", "Montenegro"),
    ("Чехия", "Czech Republic"),
    ("Чехословакия", "Czechoslovakia"),
    ("Чили", "Chile"),
    ("Швейцария", "Switzerland"),
    ("Швеция", "Sweden"),
    ("Шри-Ланка", "Sri Lanka"),
    ("Эквадор", "Ecuador"),
    ("Эстония", "Estonia"),
    ("ЮАР", "South Africa"),
    ("Югославия", "Yugoslavia"),
    ("Югославия (ФР)", "Yugoslavia"),
    ("Ямайка", "Jamaica"),
    ("Япония", "Japan"),
    // TMDB speaks English and calls a few otherwise than the catalogue does.
    ("Czechia", "Czech Republic"),
    ("Macedonia", "North Macedonia"),
    ("Palestinian Territory", "Palestine"),
    ("Russian Federation", "Russia"),
    ("United States of America", "United States"),
];

fn slug(name: &str) -> Option<GenreSlug> {
    GenreSlug::parse(name).ok()
}

/// Our genres for one of TMDB's.
pub(super) fn tmdb_genre(number: u32) -> impl Iterator<Item = GenreSlug> {
    let known = TMDB_GENRES
        .iter()
        .filter(move |(other, _)| *other == number);
    known.flat_map(|(_, slugs)| slugs.iter().filter_map(|name| slug(name)))
}

/// Our genre for one of Kinopoisk's.
pub(super) fn kinopoisk_genre(name: &str) -> Option<GenreSlug> {
    let name = name.trim().to_lowercase();
    let known = KINOPOISK_GENRES.iter().find(|(other, _)| *other == name);
    known.and_then(|(_, ours)| slug(ours))
}

/// How the catalogue calls a country; one that is not known keeps its name.
pub(super) fn country(name: &str) -> &str {
    let name = name.trim();
    let known = COUNTRIES.iter().find(|(other, _)| *other == name);
    known.map_or(name, |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const GENRES: &str = include_str!("../../../../../assets/starter/genres.json");

    #[test]
    fn every_genre_that_is_meant_is_one_of_ours() {
        let ours: serde_json::Value = serde_json::from_str(GENRES).unwrap();
        let ours: HashSet<&str> = ours
            .as_array()
            .unwrap()
            .iter()
            .map(|genre| genre["slug"].as_str().unwrap())
            .collect();
        let of_tmdb = TMDB_GENRES.iter().flat_map(|(_, slugs)| slugs.iter());
        let of_kinopoisk = KINOPOISK_GENRES.iter().map(|(_, slug)| slug);
        for slug in of_tmdb.chain(of_kinopoisk) {
            assert!(ours.contains(slug), "{slug}");
        }
    }

    #[test]
    fn words_are_translated_and_unknown_ones_are_not_invented() {
        assert_eq!(kinopoisk_genre(" Драма ").unwrap().as_str(), "drama");
        assert_eq!(kinopoisk_genre("ток-шоу"), None);
        assert_eq!(tmdb_genre(10765).count(), 2);
        assert_eq!(tmdb_genre(10763).count(), 0);
        assert_eq!(country("США"), "United States");
        assert_eq!(country("Атлантида"), "Атлантида");
    }
}

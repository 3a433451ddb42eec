//! Words that say something of a film in general: its genre, its country, its mood.
use super::super::analysis::stems_of;
use std::{collections::HashMap, sync::LazyLock};

/// Genres, named as their terms are, and the words by which people tell of them; moods among them.
const GENRES: [(&str, &str); 20] = [
    (
        "horror",
        "horror scary creepy terrifying terrified terrify scared scare spooky frightening nightmare nightmares \
         gore gory slasher zombie zombies vampire vampires werewolf haunted demon demons ghost disturbing monster \
         ужасы ужастик страшный жуткий зомби вампир маньяк",
    ),
    (
        "comedy",
        "comedy comedies funny hilarious comedic goofy parody spoof humor humour romcom slapstick \
         комедия смешной весёлый юмор пародия",
    ),
    (
        "romance",
        "romance romantic romcom love lovers falls любовь романтический мелодрама",
    ),
    (
        "sciencefiction",
        "scifi sci fi futuristic dystopian dystopia spaceship alien aliens robot robots cyborg space android \
         future фантастика фантастический космос робот инопланетянин пришелец будущее",
    ),
    (
        "animation",
        "animated animation cartoon cartoons anime claymation stopmotion pixar мультфильм мультик аниме рисованный",
    ),
    (
        "thriller",
        "thriller suspense suspenseful hitman триллер напряжённый",
    ),
    (
        "action",
        "action explosions martial боевик перестрелка погоня",
    ),
    (
        "fantasy",
        "fantasy magic magical wizard dragon fairy fairies witch фэнтези сказка волшебник магия дракон ведьма",
    ),
    (
        "family",
        "family kids kid childrens disney семейный детский",
    ),
    (
        "war",
        "war soldiers soldier ww2 wwii vietnam nazi nazis война военный солдат фашист",
    ),
    ("western", "western cowboy cowboys outlaw вестерн ковбой"),
    ("drama", "drama sad depressing indie драма грустный тяжёлый"),
    (
        "crime",
        "crime gangster mafia mob heist robbery gang cop cops криминал мафия бандит ограбление гангстер",
    ),
    ("musical", "musical songs мюзикл"),
    ("documentary", "documentary документальный"),
    ("mystery", "mystery detective whodunit детектив загадка"),
    (
        "sports",
        "sports football baseball basketball boxing hockey спортивный футбол хоккей бокс",
    ),
    ("superhero", "superhero superheroes супергерой"),
    ("spy", "spy spies cia kgb шпион разведчик"),
    (
        "supernatural",
        "supernatural ghost ghosts haunted paranormal possessed мистика призрак привидение",
    ),
];
/// Another that shares its words with none before.
const TEEN: (&str, &str) = (
    "teen",
    "teen teens teenage teenager teenagers highschool подросток школьник",
);

/// Countries, named as their terms are, and the words by which people tell of them.
const COUNTRIES: [(&str, &str); 20] = [
    ("france", "french france французский франция"),
    ("unitedkingdom", "british uk england британский английский"),
    ("japan", "japanese japan японский япония"),
    ("southkorea", "korean korea корейский корея"),
    ("china", "chinese china китайский китай"),
    ("hongkong", "hongkong гонконгский"),
    ("germany", "german germany немецкий германия"),
    ("italy", "italian italy итальянский италия"),
    ("spain", "spanish spain испанский испания"),
    ("russia", "russian российский русский"),
    ("sovietunion", "soviet советский ссср"),
    ("india", "indian bollywood индийский болливуд"),
    ("australia", "australian австралийский"),
    ("canada", "canadian канадский"),
    ("mexico", "mexican мексиканский"),
    ("sweden", "swedish шведский"),
    ("denmark", "danish датский"),
    ("ireland", "irish ирландский"),
    ("poland", "polish польский"),
    ("turkey", "turkish турецкий"),
];
/// Words that say only that a film is not from the country that most are from.
const FOREIGN: &str = "foreign subtitles subtitled european иностранный зарубежный субтитры";
/// That country, in its spellings.
pub(in super::super) const COMMON_COUNTRY: [&str; 2] = ["unitedstates", "unitedstatesofamerica"];

/// Stems that so many requests hold that they say little of one: in every tenth, in every twentieth and
/// in every fiftieth. Counted over one half of the requests that `bench/search` measures with.
const IN_EVERY_TENTH: &str = "anoth around come die earli end friend girl guy horror hous kill live man \
    peopl point say show start take two want woman young";
const IN_EVERY_TWENTIETH: &str = "action actor actual alien along away bad big black boy car child comedi \
    coupl dead down drive either everyon fall famili father fight first give group happen head home hope \
    involv last late later life littl long love made make may meet move night now older person place play \
    protagonist put room run said school seem set sorri talk tell turn type use walk weird white whole";
const IN_EVERY_FIFTIETH: &str = "abl act adult age almost alway anim anyway apart appreci area ask attack \
    babi base becom bed begin behind blond blood blue bodi book boyfriend break brother build bunch came \
    camera care caught caus certain chang chase citi class clear close color complet cop correct countri \
    cover crash crazi creatur cut dad dark daughter death decid definit differ discov door dude eat enough \
    entir escap eventu everyth evil eye face fair featur feel femal fi final fire fli follow forc game ghost \
    giant good gun hair hand hang herself hi high himself hit hold howev huge human idea insid instead \
    interest ish job jump keep kidnap killer kinda ladi larg lead learn least leav left leg let light line \
    lost male manag mean men metal mid middl militari mind mom money monster mother murder must near need \
    never new next noth open outsid parent past pick piec polic power pull quit real realiz reason recent \
    red relat releas rest reveal right save sci second secret sent sever sex ship shoot short shot side \
    similar sister sit sleep small somehow somewher son sound space specif stand star station stay stop \
    stuck stuff style sudden super suppos teen teenag those though thriller throw togeth told took top \
    toward town trailer train trap travel twist us video wall war water wear well went whatev wife window \
    women wood word work world wrong";
const LITTLE_TOLD: [(&str, f64); 3] = [
    (IN_EVERY_TENTH, 0.25),
    (IN_EVERY_TWENTIETH, 0.38),
    (IN_EVERY_FIFTIETH, 0.5),
];
/// How much any other word says.
const MUCH_TOLD: f64 = 0.85;

const SYNONYMS: &str = include_str!("synonyms.txt");

/// What one word tells, by its stem.
type ByStem<T> = HashMap<String, Vec<T>>;

fn by_stem(entries: impl Iterator<Item = (&'static str, &'static str)>) -> ByStem<&'static str> {
    let mut by_stem = ByStem::new();
    for (name, words) in entries {
        for stem in stems_of(words) {
            let names: &mut Vec<&str> = by_stem.entry(stem).or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    by_stem
}

static GENRES_BY_STEM: LazyLock<ByStem<&'static str>> =
    LazyLock::new(|| by_stem(GENRES.into_iter().chain([TEEN])));
static COUNTRIES_BY_STEM: LazyLock<ByStem<&'static str>> =
    LazyLock::new(|| by_stem(COUNTRIES.into_iter()));
static FOREIGN_STEMS: LazyLock<Vec<String>> = LazyLock::new(|| stems_of(FOREIGN));
static LITTLE_TOLD_BY_STEM: LazyLock<HashMap<&'static str, f64>> = LazyLock::new(|| {
    let tiers = LITTLE_TOLD.into_iter();
    tiers
        .flat_map(|(stems, weight)| stems.split_whitespace().map(move |stem| (stem, weight)))
        .collect()
});
static SYNONYMS_BY_STEM: LazyLock<ByStem<String>> = LazyLock::new(|| {
    let mut by_stem = ByStem::new();
    let lines = SYNONYMS.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let (said, meant) = match line.split_once('>') {
            Some((said, meant)) => (stems_of(said), stems_of(meant)),
            None => (stems_of(line), stems_of(line)),
        };
        for stem in said {
            let known: &mut Vec<String> = by_stem.entry(stem.clone()).or_default();
            for other in &meant {
                if *other != stem && !known.contains(other) {
                    known.push(other.clone());
                }
            }
        }
    }
    by_stem
});

/// The genres that a word tells of.
pub(super) fn genres_of(stem: &str) -> &'static [&'static str] {
    GENRES_BY_STEM.get(stem).map_or(&[], Vec::as_slice)
}

/// The countries that a word tells of.
pub(super) fn countries_of(stem: &str) -> &'static [&'static str] {
    COUNTRIES_BY_STEM.get(stem).map_or(&[], Vec::as_slice)
}

/// Whether a word says that a film is from elsewhere.
pub(super) fn is_foreign(stem: &str) -> bool {
    FOREIGN_STEMS.iter().any(|foreign| foreign == stem)
}

/// How much a word says, from 0 to 1.
pub(super) fn told_by(stem: &str) -> f64 {
    LITTLE_TOLD_BY_STEM.get(stem).copied().unwrap_or(MUCH_TOLD)
}

/// Stems that descriptions may use for what was said.
pub(super) fn synonyms_of(stem: &str) -> &'static [String] {
    SYNONYMS_BY_STEM.get(stem).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_stem(word: &str) -> String {
        stems_of(word).into_iter().next().unwrap()
    }

    #[test]
    fn genres_are_told_in_both_languages() {
        assert_eq!(genres_of(&only_stem("hilarious")), ["comedy"]);
        assert_eq!(genres_of(&only_stem("страшные")), ["horror"]);
        assert!(genres_of(&only_stem("romcom")).contains(&"romance"));
        assert!(genres_of(&only_stem("bread")).is_empty());
    }

    #[test]
    fn countries_are_told_in_both_languages() {
        assert_eq!(countries_of(&only_stem("French")), ["france"]);
        assert_eq!(countries_of(&only_stem("советского")), ["sovietunion"]);
        assert!(is_foreign(&only_stem("subtitles")));
    }

    #[test]
    fn synonyms_go_one_way_or_both() {
        let synonyms = |word: &str| synonyms_of(&only_stem(word)).to_vec();
        assert!(synonyms("dad").contains(&only_stem("father")));
        assert!(synonyms("cop").contains(&only_stem("police")));
        assert!(synonyms("police").contains(&only_stem("cop")));
        assert!(synonyms("papa").is_empty());
    }

    #[test]
    fn words_of_every_request_say_little() {
        assert!(told_by("guy") < told_by("brother"));
        assert!(told_by("brother") < told_by("pinocchio"));
    }
}

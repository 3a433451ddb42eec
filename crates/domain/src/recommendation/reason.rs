//! Why a film is proposed, in words.
use crate::{
    catalogue::{CreditRole, FilmId, Genre, Mood, PersonId},
    shared::Language,
    taste::Rating,
};

/// A film that a reason refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// Which film.
    pub film: FilmId,
    /// Its title.
    pub title: String,
}

/// A fact that speaks for a film, true of what the user themselves has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user gave so many points to a film that is liked by the same people.
    YouRated {
        /// Which film.
        film: Mentioned,
        /// How many points.
        rating: Rating,
    },
    /// A film that is liked by the same people is among the user's favourites.
    YouLiked {
        /// Which film.
        film: Mentioned,
    },
    /// Somebody made or plays in both this film and another.
    SharesPerson {
        /// Who.
        person: PersonId,
        /// Their name.
        name: String,
        /// What they did for this film.
        role: CreditRole,
        /// The other film.
        film: Mentioned,
    },
    /// This film and another are of a genre.
    SharesGenre {
        /// Which genre.
        genre: Genre,
        /// The other film.
        film: Mentioned,
    },
    /// It is liked by those who, like the user, think well of another film.
    PeopleWithYourTaste {
        /// The other film.
        film: Mentioned,
    },
    /// It suits a mood that was asked for.
    FitsMood {
        /// Which mood.
        mood: Mood,
    },
    /// Many have taken to it lately.
    PopularNow,
    /// Everybody of a group is expected to like it.
    SuitsEverybody,
}

impl Reason {
    /// The codes of all kinds of reasons.
    pub const CODES: [&'static str; 8] = [
        "you_rated",
        "you_liked",
        "shares_person",
        "shares_genre",
        "people_with_your_taste",
        "fits_mood",
        "popular_now",
        "suits_everybody",
    ];

    /// Stable name of its kind.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::YouRated { .. } => "you_rated",
            Self::YouLiked { .. } => "you_liked",
            Self::SharesPerson { .. } => "shares_person",
            Self::SharesGenre { .. } => "shares_genre",
            Self::PeopleWithYourTaste { .. } => "people_with_your_taste",
            Self::FitsMood { .. } => "fits_mood",
            Self::PopularNow => "popular_now",
            Self::SuitsEverybody => "suits_everybody",
        }
    }

    /// Whether it may be told to whoever is in the room: it refers to nothing that a user did.
    #[must_use]
    pub const fn is_for_everybody(&self) -> bool {
        self.film().is_none()
    }

    /// The film that it refers to.
    #[must_use]
    pub const fn film(&self) -> Option<&Mentioned> {
        match self {
            Self::YouRated { film, .. }
            | Self::YouLiked { film }
            | Self::SharesPerson { film, .. }
            | Self::SharesGenre { film, .. }
            | Self::PeopleWithYourTaste { film } => Some(film),
            Self::FitsMood { .. } | Self::PopularNow | Self::SuitsEverybody => None,
        }
    }

    /// The reason in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Russian => self.russian(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::YouRated { film, rating } => {
                format!("Because you rated {} {}", film.title, rating.get())
            }
            Self::YouLiked { film } => format!("Because you liked {}", film.title),
            Self::SharesPerson {
                name, role, film, ..
            } => match role {
                CreditRole::Director => format!("Directed by {name}, like {}", film.title),
                CreditRole::Cast => format!("With {name}, as in {}", film.title),
            },
            Self::SharesGenre { genre, film } => format!("{}, like {}", genre.english, film.title),
            Self::PeopleWithYourTaste { film } => {
                format!("Liked by people who, like you, enjoyed {}", film.title)
            }
            Self::FitsMood { mood } => format!("Fits the mood: {}", mood.english),
            Self::PopularNow => "Popular now".to_owned(),
            Self::SuitsEverybody => "Everyone of you should like it".to_owned(),
        }
    }

    /// Titles stay as they are: a noun before them takes the endings.
    fn russian(&self) -> String {
        match self {
            Self::YouRated { film, rating } => {
                format!(
                    "Вы поставили картине «{}» оценку {}",
                    film.title,
                    rating.get()
                )
            }
            Self::YouLiked { film } => format!("Вам понравилась картина «{}»", film.title),
            Self::SharesPerson {
                name, role, film, ..
            } => match role {
                CreditRole::Director => {
                    format!("Режиссёр тот же, что у картины «{}»: {name}", film.title)
                }
                CreditRole::Cast => format!("В ролях {name}, как и в картине «{}»", film.title),
            },
            Self::SharesGenre { genre, film } => {
                format!(
                    "Жанр тот же, что у картины «{}»: {}",
                    film.title, genre.russian
                )
            }
            Self::PeopleWithYourTaste { film } => {
                format!(
                    "Нравится тем, кому, как и вам, по душе картина «{}»",
                    film.title
                )
            }
            Self::FitsMood { mood } => format!("Под настроение: {}", mood.russian),
            Self::PopularNow => "Сейчас популярно".to_owned(),
            Self::SuitsEverybody => "Должно понравиться каждому из вас".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn stalker() -> Mentioned {
        Mentioned {
            film: Id::from_uuid(Uuid::from_u128(1)),
            title: "Stalker".to_owned(),
        }
    }

    fn shares_person(role: CreditRole) -> Reason {
        Reason::SharesPerson {
            person: Id::from_uuid(Uuid::from_u128(2)),
            name: "Andrei Tarkovsky".to_owned(),
            role,
            film: stalker(),
        }
    }

    fn one_of_each() -> Vec<Reason> {
        let genre = Genre {
            id: Id::from_uuid(Uuid::from_u128(3)),
            english: "Drama".to_owned(),
            russian: "Драма".to_owned(),
        };
        let mood = Mood {
            id: Id::from_uuid(Uuid::from_u128(4)),
            english: "Tense".to_owned(),
            russian: "Напряжённое".to_owned(),
            genres: Vec::new(),
        };
        vec![
            Reason::YouRated {
                film: stalker(),
                rating: Rating::try_from(9).unwrap(),
            },
            Reason::YouLiked { film: stalker() },
            shares_person(CreditRole::Director),
            shares_person(CreditRole::Cast),
            Reason::SharesGenre {
                genre,
                film: stalker(),
            },
            Reason::PeopleWithYourTaste { film: stalker() },
            Reason::FitsMood { mood },
            Reason::PopularNow,
            Reason::SuitsEverybody,
        ]
    }

    #[test]
    fn every_reason_says_what_it_refers_to() {
        let words = |language: Language| -> Vec<String> {
            let all = one_of_each().into_iter();
            all.map(|reason| reason.words(language)).collect()
        };
        assert_eq!(
            words(Language::English),
            [
                "Because you rated Stalker 9",
                "Because you liked Stalker",
                "Directed by Andrei Tarkovsky, like Stalker",
                "With Andrei Tarkovsky, as in Stalker",
                "Drama, like Stalker",
                "Liked by people who, like you, enjoyed Stalker",
                "Fits the mood: Tense",
                "Popular now",
                "Everyone of you should like it",
            ]
        );
        assert_eq!(
            words(Language::Russian),
            [
                "Вы поставили картине «Stalker» оценку 9",
                "Вам понравилась картина «Stalker»",
                "Режиссёр тот же, что у картины «Stalker»: Andrei Tarkovsky",
                "В ролях Andrei Tarkovsky, как и в картине «Stalker»",
                "Жанр тот же, что у картины «Stalker»: Драма",
                "Нравится тем, кому, как и вам, по душе картина «Stalker»",
                "Под настроение: Напряжённое",
                "Сейчас популярно",
                "Должно понравиться каждому из вас",
            ]
        );
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: BTreeSet<&str> = one_of_each().iter().map(Reason::code).collect();
        assert_eq!(codes, BTreeSet::from(Reason::CODES));
    }

    #[test]
    fn what_everybody_may_hear_refers_to_nothing_that_somebody_did() {
        let codes: Vec<&str> = one_of_each()
            .iter()
            .filter(|reason| reason.is_for_everybody())
            .map(Reason::code)
            .collect();
        assert_eq!(codes, ["fits_mood", "popular_now", "suits_everybody"]);
    }
}

//! A ranking is shown: the films as the viewer sees them, and why each is there.
//!
//! A recommender says what speaks for a film. Here it is held against what the user has told, and what
//! that does not back is left out; only then is it put into words.
use super::{
    ports::PeopleNames,
    recommender::{ActKind, Evidence, ModelSource, Ranked, Ranking, Taste},
};
use crate::{
    catalogue::{
        ports::{FilmQueries, Vocabulary},
        views::FlaggedFilm,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, Genre, Mood, MoodId, PersonId},
    identity::UserId,
    recommendation::{Mentioned, Reason},
};
use shaku::{Component, Interface};
use std::{collections::HashMap, sync::Arc};

/// The most reasons that are told for a film.
const MOST_REASONS: usize = 3;
/// A film with fewer points is not one that a user thinks well of.
const THINKS_WELL_FROM: u8 = 6;

/// A film that is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct AdvisedFilm {
    /// The film, with the viewer's flags.
    pub film: FlaggedFilm,
    /// How well it suits, from 0 to 1.
    pub score: f64,
    /// Why, the strongest first; empty where nothing is to be said.
    pub reasons: Vec<Reason>,
}

/// Films that are proposed, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Which model says so.
    pub source: ModelSource,
    /// The films.
    pub films: Vec<AdvisedFilm>,
}

/// What evidence is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backing<'a> {
    /// What a user has told, and the moods that they asked for.
    Told(&'a Taste, &'a [MoodId]),
    /// The film to which others are alike.
    LikenessTo(FilmId),
}

impl Backing<'_> {
    /// Whether what is said for a film is true.
    fn backs(&self, film: FilmId, evidence: &Evidence) -> bool {
        if mentioned_film(evidence) == Some(film) {
            return false;
        }
        match self {
            Self::Told(taste, moods) => is_told(taste, moods, evidence),
            Self::LikenessTo(seed) => match evidence {
                Evidence::SharesPerson { film, .. } | Evidence::SharesGenre { film, .. } => {
                    film == seed
                }
                Evidence::PopularNow => true,
                _ => false,
            },
        }
    }
}

fn is_told(taste: &Taste, moods: &[MoodId], evidence: &Evidence) -> bool {
    let did = |film: &FilmId, kind: ActKind| {
        let mut acts = taste.acts.iter();
        acts.any(|act| act.film == *film && act.kind == kind)
    };
    match evidence {
        Evidence::BecauseYouRated { film, value } => did(film, ActKind::Rated(*value)),
        Evidence::BecauseYouLiked { film } => did(film, ActKind::Liked),
        Evidence::SharesPerson { film, .. }
        | Evidence::SharesGenre { film, .. }
        | Evidence::PeopleWithYourTaste { film } => thinks_well_of(taste, *film),
        Evidence::FitsMood { mood } => moods.contains(mood),
        Evidence::PopularNow => true,
    }
}

/// Whether the user did something with a film that speaks for their liking it, and nothing against.
fn thinks_well_of(taste: &Taste, film: FilmId) -> bool {
    let mut acts = taste.acts.iter().filter(|act| act.film == film).peekable();
    let speaks_against =
        |kind: ActKind| matches!(kind, ActKind::Rated(rating) if rating.get() < THINKS_WELL_FROM);
    acts.peek().is_some() && !acts.any(|act| speaks_against(act.kind))
}

const fn mentioned_film(evidence: &Evidence) -> Option<FilmId> {
    match evidence {
        Evidence::BecauseYouRated { film, .. }
        | Evidence::BecauseYouLiked { film }
        | Evidence::SharesPerson { film, .. }
        | Evidence::SharesGenre { film, .. }
        | Evidence::PeopleWithYourTaste { film } => Some(*film),
        Evidence::FitsMood { .. } | Evidence::PopularNow => None,
    }
}

/// Shows rankings.
#[async_trait]
pub(crate) trait RankingShow: Interface {
    /// Shows the films of a ranking to a viewer, with true reasons. Films that are gone are left out.
    async fn show(
        &self,
        ranking: Ranking,
        backing: Backing<'_>,
        viewer: Option<UserId>,
    ) -> Result<Advice, StoreError>;
}

#[derive(Component)]
#[shaku(interface = RankingShow)]
pub(crate) struct ReasonedShow {
    #[shaku(inject)]
    films: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    people: Arc<dyn PeopleNames>,
}

/// What reasons refer to, by identifier.
struct References {
    films: HashMap<FilmId, FlaggedFilm>,
    people: HashMap<PersonId, String>,
    genres: Arc<[Genre]>,
    moods: Arc<[Mood]>,
}

#[async_trait]
impl RankingShow for ReasonedShow {
    async fn show(
        &self,
        mut ranking: Ranking,
        backing: Backing<'_>,
        viewer: Option<UserId>,
    ) -> Result<Advice, StoreError> {
        for ranked in &mut ranking.films {
            let film = ranked.film;
            ranked.why.retain(|evidence| backing.backs(film, evidence));
            ranked.why.truncate(MOST_REASONS);
        }
        let references = self.look_up(&ranking.films, viewer).await?;
        let shown = ranking.films.into_iter().filter_map(|ranked| {
            Some(AdvisedFilm {
                film: references.films.get(&ranked.film)?.clone(),
                score: f64::from(ranked.score),
                reasons: references.reasons(&ranked.why),
            })
        });
        Ok(Advice {
            source: ranking.source,
            films: shown.collect(),
        })
    }
}

impl ReasonedShow {
    /// The films of a ranking and those that its reasons refer to come by one statement; names of people
    /// that are not in memory by another.
    async fn look_up(
        &self,
        ranked: &[Ranked],
        viewer: Option<UserId>,
    ) -> Result<References, StoreError> {
        let evidence = || ranked.iter().flat_map(|ranked| &ranked.why);
        let mut films: Vec<FilmId> = ranked.iter().map(|ranked| ranked.film).collect();
        films.extend(evidence().filter_map(mentioned_film));
        films.sort_unstable();
        films.dedup();
        let mut people: Vec<PersonId> = evidence()
            .filter_map(|evidence| match evidence {
                Evidence::SharesPerson { person, .. } => Some(*person),
                _ => None,
            })
            .collect();
        people.sort_unstable();
        people.dedup();
        let films = self.films.show_many(&films, viewer).await?.into_iter();
        Ok(References {
            films: films.map(|film| (film.card.id, film)).collect(),
            people: self.people.names(&people).await?,
            genres: self.vocabulary.genres().await?,
            moods: self.vocabulary.moods().await?,
        })
    }
}

impl References {
    fn reasons(&self, why: &[Evidence]) -> Vec<Reason> {
        why.iter()
            .filter_map(|evidence| self.reason(evidence))
            .collect()
    }

    /// Puts evidence into words; what refers to something that is gone is no reason any more.
    fn reason(&self, evidence: &Evidence) -> Option<Reason> {
        Some(match evidence {
            Evidence::BecauseYouRated { film, value } => Reason::YouRated {
                film: self.film(*film)?,
                rating: *value,
            },
            Evidence::BecauseYouLiked { film } => Reason::YouLiked {
                film: self.film(*film)?,
            },
            Evidence::SharesPerson { person, role, film } => Reason::SharesPerson {
                person: *person,
                name: self.people.get(person)?.clone(),
                role: *role,
                film: self.film(*film)?,
            },
            Evidence::SharesGenre { genre, film } => Reason::SharesGenre {
                genre: self.genres.iter().find(|known| known.id == *genre)?.clone(),
                film: self.film(*film)?,
            },
            Evidence::PeopleWithYourTaste { film } => Reason::PeopleWithYourTaste {
                film: self.film(*film)?,
            },
            Evidence::FitsMood { mood } => Reason::FitsMood {
                mood: self.moods.iter().find(|known| known.id == *mood)?.clone(),
            },
            Evidence::PopularNow => Reason::PopularNow,
        })
    }

    fn film(&self, film: FilmId) -> Option<Mentioned> {
        let shown = self.films.get(&film)?;
        Some(Mentioned {
            film,
            title: shown.card.title.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommendation::recommender::Act;
    use chrono::DateTime;
    use domain::{catalogue::CreditRole, shared::Id, taste::Rating};
    use uuid::Uuid;

    fn id<K: ?Sized>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn points(value: i64) -> Rating {
        Rating::try_from(value).unwrap()
    }

    /// Film 1 is rated 9, film 2 is rated 5, film 3 is liked, film 4 was seen, film 5 is liked and rated 3.
    fn taste() -> Taste {
        let act = |film, kind| Act {
            film: id(film),
            kind,
            at: DateTime::UNIX_EPOCH,
        };
        Taste {
            acts: vec![
                act(1, ActKind::Rated(points(9))),
                act(1, ActKind::Watched),
                act(2, ActKind::Rated(points(5))),
                act(3, ActKind::Liked),
                act(4, ActKind::Watched),
                act(5, ActKind::Liked),
                act(5, ActKind::Rated(points(3))),
            ],
            ..Taste::default()
        }
    }

    /// Which of the films 1 to 6 may be referred to by evidence of a kind, for film 100.
    fn backed(evidence: impl Fn(FilmId) -> Evidence) -> Vec<u128> {
        let taste = taste();
        let backing = Backing::Told(&taste, &[]);
        let is_backed = |n: &u128| backing.backs(id(100), &evidence(id(*n)));
        (1..=6).filter(is_backed).collect()
    }

    #[test]
    fn a_rating_is_a_reason_with_the_very_points_that_were_given() {
        let rated = |value| {
            move |film| Evidence::BecauseYouRated {
                film,
                value: points(value),
            }
        };
        assert_eq!(backed(rated(9)), [1]);
        assert_eq!(backed(rated(8)), [0; 0]);
        assert_eq!(backed(rated(3)), [5]);
    }

    #[test]
    fn a_favourite_is_a_reason_where_it_is_one() {
        assert_eq!(backed(|film| Evidence::BecauseYouLiked { film }), [3, 5]);
    }

    #[test]
    fn what_is_shared_with_a_film_speaks_only_where_the_user_thinks_well_of_it() {
        let person = |film| Evidence::SharesPerson {
            person: id(7),
            role: CreditRole::Cast,
            film,
        };
        let genre = |film| Evidence::SharesGenre { genre: id(7), film };
        assert_eq!(backed(person), [1, 3, 4]);
        assert_eq!(backed(genre), [1, 3, 4]);
        assert_eq!(
            backed(|film| Evidence::PeopleWithYourTaste { film }),
            [1, 3, 4]
        );
    }

    #[test]
    fn no_film_speaks_for_itself() {
        let taste = taste();
        let backing = Backing::Told(&taste, &[]);
        assert!(!backing.backs(id(3), &Evidence::BecauseYouLiked { film: id(3) }));
    }

    #[test]
    fn a_mood_is_a_reason_where_it_was_asked_for() {
        let taste = taste();
        let asked = [id(8)];
        let backing = Backing::Told(&taste, &asked);
        assert!(backing.backs(id(100), &Evidence::FitsMood { mood: id(8) }));
        assert!(!backing.backs(id(100), &Evidence::FitsMood { mood: id(9) }));
        assert!(backing.backs(id(100), &Evidence::PopularNow));
    }

    #[test]
    fn likeness_is_to_the_film_that_was_asked_about() {
        let backing = Backing::LikenessTo(id(1));
        let shares = |film| Evidence::SharesGenre { genre: id(7), film };
        assert!(backing.backs(id(100), &shares(id(1))));
        assert!(!backing.backs(id(100), &shares(id(2))));
        assert!(!backing.backs(id(100), &Evidence::BecauseYouLiked { film: id(1) }));
    }
}

//! Films for several people at once: nobody is left with something that they would dislike.
use crate::catalogue::FilmId;
use std::ops::RangeInclusive;

/// How many people are advised at once, who asks among them.
pub const GROUP_SIZES: RangeInclusive<usize> = 2..=8;

/// How much somebody is expected to like a film among all that come into question: the share of the
/// others that they are expected to like less. 0 is what they would like the least, 1 what they would
/// like the most. Since it is a place and no score, the likings of different people compare.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Liking(f64);

impl Liking {
    /// What lies below is expected to be disliked: the lower third of what comes into question.
    pub const DISLIKED_BELOW: Self = Self(1.0 / 3.0);
    const NEITHER: Self = Self(0.5);
    /// So many steps of likings are told apart where one person's is set against another's.
    const STEPS: f64 = 10.0;

    /// A share of all films; what is no number is no liking.
    #[must_use]
    pub const fn new(share: f64) -> Self {
        if share.is_nan() {
            Self(0.0)
        } else {
            Self(share.clamp(0.0, 1.0))
        }
    }

    /// The share, from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The likings that scores of any scale stand for, in the same order. Equal scores are liked alike,
    /// and share the places that they take up.
    #[must_use]
    pub fn of_scores(scores: &[f32]) -> Vec<Self> {
        let scores: Vec<f32> = scores.iter().copied().map(number).collect();
        let mut sorted = scores.clone();
        sorted.sort_by(f32::total_cmp);
        let others = count(sorted.len().saturating_sub(1));
        let liking = |score: f32| {
            let below = sorted.partition_point(|other| *other < score);
            let up_to = sorted.partition_point(|other| *other <= score);
            let alike = count((up_to - below).saturating_sub(1));
            Self::new((count(below) + alike / 2.0) / others)
        };
        match sorted.len() {
            0 | 1 => vec![Self::NEITHER; sorted.len()],
            _ => scores.into_iter().map(liking).collect(),
        }
    }

    /// On which step it stands; differences within a step are not worth a quarrel.
    fn step(self) -> f64 {
        (self.0 * Self::STEPS).floor()
    }
}

/// What is no number stands below all numbers, and no zero stands below another.
fn number(score: f32) -> f32 {
    if score.is_nan() {
        f32::NEG_INFINITY
    } else {
        score + 0.0
    }
}

/// Counts of films are exact as fractions.
fn count(films: usize) -> f64 {
    f64::from(u32::try_from(films).unwrap_or(u32::MAX))
}

/// A film that a group may watch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupPick {
    /// Which film.
    pub film: FilmId,
    /// How much that one of them likes it who likes it the least.
    pub least: Liking,
    /// How much they like it on the whole.
    pub mean: Liking,
}

impl GroupPick {
    /// Judges a film by the liking of each; nobody's liking, or one that is too low, speaks against it.
    fn of(film: FilmId, likings: &[Liking]) -> Option<Self> {
        let shares = || likings.iter().map(|liking| liking.0);
        let least = Liking(shares().min_by(f64::total_cmp)?);
        let mean = Liking::new(shares().sum::<f64>() / count(likings.len()));
        (least >= Liking::DISLIKED_BELOW).then_some(Self { film, least, mean })
    }
}

/// Chooses films for a group by the liking of each of its members, the best first, so many at the most.
///
/// What one of them is expected to dislike is left out. Of the rest that film comes first which is liked
/// the most by whom it suits the least; where films are much the same in that, what is liked more on the
/// whole.
#[must_use]
pub fn choose_together(
    films: impl IntoIterator<Item = (FilmId, Vec<Liking>)>,
    most: usize,
) -> Vec<GroupPick> {
    let judged = films.into_iter();
    let mut picks: Vec<GroupPick> = judged
        .filter_map(|(film, likings)| GroupPick::of(film, &likings))
        .collect();
    picks.sort_by(|one, other| {
        let by_least = other.least.step().total_cmp(&one.least.step());
        let by_mean = || other.mean.0.total_cmp(&one.mean.0);
        by_least
            .then_with(by_mean)
            .then_with(|| one.film.cmp(&other.film))
    });
    picks.truncate(most);
    picks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use proptest::{collection::vec, prelude::*};
    use uuid::Uuid;

    fn film(n: usize) -> FilmId {
        Id::from_uuid(Uuid::from_u128(u128::try_from(n).unwrap()))
    }

    fn numbered(likings: &[Vec<Liking>]) -> Vec<(FilmId, Vec<Liking>)> {
        let films = likings.iter().enumerate();
        films.map(|(n, each)| (film(n), each.clone())).collect()
    }

    fn likings(shares: &[&[f64]]) -> Vec<(FilmId, Vec<Liking>)> {
        let film = |shares: &&[f64]| shares.iter().map(|share| Liking::new(*share)).collect();
        numbered(&shares.iter().map(film).collect::<Vec<_>>())
    }

    fn order(picks: &[GroupPick]) -> Vec<FilmId> {
        picks.iter().map(|pick| pick.film).collect()
    }

    #[test]
    fn what_one_of_them_would_dislike_is_left_out_however_much_the_others_like_it() {
        let picks = choose_together(likings(&[&[1.0, 1.0, 0.3], &[0.4, 0.4, 0.4]]), 10);
        assert_eq!(order(&picks), [film(1)]);
        assert!(choose_together(likings(&[&[1.0, 0.0]]), 10).is_empty());
        assert!(choose_together(likings(&[&[]]), 10).is_empty());
    }

    #[test]
    fn the_least_pleased_comes_first_and_then_the_whole() {
        let films = likings(&[&[0.95, 0.45], &[0.65, 0.62], &[0.61, 0.99]]);
        let picks = choose_together(films, 10);
        assert_eq!(order(&picks), [film(2), film(1), film(0)]);
        assert_eq!(
            order(&choose_together(likings(&[&[0.5], &[0.9]]), 1)),
            [film(1)]
        );
    }

    #[test]
    fn scores_of_any_scale_become_places() {
        let shares = |scores: &[f32]| -> Vec<f64> {
            Liking::of_scores(scores)
                .iter()
                .map(|liking| liking.get())
                .collect()
        };
        assert_eq!(shares(&[-3.0, 900.0, 0.5]), [0.0, 1.0, 0.5]);
        assert_eq!(shares(&[7.0, 7.0, 7.0]), [0.5, 0.5, 0.5]);
        assert_eq!(
            shares(&[f32::NAN, 0.0, -0.0, f32::INFINITY]),
            [0.0, 0.5, 0.5, 1.0]
        );
        assert_eq!(shares(&[0.1]), [0.5]);
        assert!(shares(&[]).is_empty());
    }

    fn group() -> impl Strategy<Value = Vec<Vec<Liking>>> {
        let film = |members: usize| vec((-0.2_f64..1.2).prop_map(Liking::new), members);
        GROUP_SIZES.prop_flat_map(move |members| vec(film(members), 0..40))
    }

    proptest! {
        #[test]
        fn nobody_is_left_with_what_they_would_dislike(films in group(), most in 0_usize..50) {
            let picks = choose_together(numbered(&films), most);
            prop_assert!(picks.len() <= most);
            let worst = |pick: &GroupPick| {
                let place = usize::try_from(pick.film.as_uuid().as_u128()).unwrap();
                films[place].iter().map(|liking| liking.get()).fold(1.0, f64::min)
            };
            for pick in &picks {
                prop_assert!(worst(pick) >= Liking::DISLIKED_BELOW.get());
            }
            // And nothing that everybody can live with is kept from them without need.
            let fit = films.iter().filter(|each| {
                each.iter().all(|liking| *liking >= Liking::DISLIKED_BELOW)
            });
            prop_assert_eq!(picks.len(), fit.count().min(most));
        }

        #[test]
        fn what_everybody_likes_more_never_comes_later(films in group()) {
            let picks = choose_together(numbered(&films), films.len());
            let of = |pick: &GroupPick| {
                let place = usize::try_from(pick.film.as_uuid().as_u128()).unwrap();
                films[place].clone()
            };
            for (place, better) in picks.iter().enumerate() {
                for worse in &picks[..place] {
                    let all_more = of(better).iter().zip(of(worse)).all(|(more, less)| *more > less);
                    prop_assert!(!all_more, "{better:?} comes after {worse:?}");
                }
            }
        }

        #[test]
        fn it_does_not_matter_who_is_named_first(films in group()) {
            let turned: Vec<Vec<Liking>> = films
                .iter()
                .map(|film| film.iter().rev().copied().collect())
                .collect();
            let picks = |films: &[Vec<Liking>]| order(&choose_together(numbered(films), 100));
            prop_assert_eq!(picks(&films), picks(&turned));
        }

        #[test]
        fn places_keep_the_order_of_the_scores(scores in vec(any::<f32>(), 2..60)) {
            let likings = Liking::of_scores(&scores);
            prop_assert_eq!(likings.len(), scores.len());
            for (one, liking) in scores.iter().zip(&likings) {
                prop_assert!((0.0..=1.0).contains(&liking.get()));
                for (other, likes) in scores.iter().zip(&likings) {
                    if one > other {
                        prop_assert!(liking > likes);
                    }
                }
            }
        }
    }
}

//! Which films go together, learned in closed form.
//!
//! EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data") finds weights between films
//! that best tell each film of a user from the others. With P the inverse of `XᵀX + Λ` they are
//! `-P_ij / P_jjᵏ`. There k is 1; with less, which lies between that and plain ridge regression, popular
//! films come forward a little. Λ grows with a film's popularity (Steck 2020, "Autoencoders that don't overfit towards
//! the Identity"), and a user's acts count less the more there are. With fewer users than films, P
//! comes from a matrix as wide as there are users (Woodbury's identity); with more, it is computed for
//! as many films as the memory is for, the most popular, and others get shrunken cosines.
use crate::{
    acts::Acts,
    neighbours::Neighbours,
    numbers::{number, place, real},
    settings::Settings,
};
use faer::{
    Mat, Side,
    linalg::solvers::{DenseSolveCore, LltError},
};

/// For each film or user, what they have to do with: numbers and weights.
type Table = Vec<Vec<(u32, f32)>>;

/// The matrix of acts cannot be inverted, which no finite acts can bring about.
#[derive(Debug, thiserror::Error)]
#[error("the matrix of acts cannot be inverted: {0:?}")]
pub struct NotInvertible(LltError);

/// The acts as weights, by user and by film.
struct Weighted {
    by_user: Table,
    by_film: Table,
    /// What is held against each film.
    ridge: Vec<f32>,
}

/// Learns the neighbours of each film.
pub(crate) fn similar(acts: &Acts, settings: &Settings) -> Result<Neighbours, NotInvertible> {
    let weighted = Weighted::new(acts, settings);
    let (users, films) = (weighted.by_user.len(), weighted.by_film.len());
    if users <= films && users <= settings.widest() {
        by_users(&weighted, settings)
    } else {
        by_films(&weighted, settings)
    }
}

impl Weighted {
    fn new(acts: &Acts, settings: &Settings) -> Self {
        let mut by_user: Table = acts
            .lines
            .iter()
            .map(|line| {
                let damped = real(line.0.len()).powf(-settings.damping);
                let weighed = line
                    .0
                    .iter()
                    .map(|act| (act.film, damped * settings.tilted(act.stars)));
                weighed.collect()
            })
            .collect();
        let scale = unit_scale(&by_user);
        let mut by_film: Table = vec![Vec::new(); acts.films];
        for (user, films) in by_user.iter_mut().enumerate() {
            for (film, weight) in films {
                *weight *= scale;
                if let Some(users) = by_film.get_mut(place(*film)) {
                    users.push((number(user), *weight));
                }
            }
        }
        let squares = by_film
            .iter()
            .map(|users| users.iter().map(|(_, w)| w * w).sum::<f32>());
        let ridge = squares.map(|sum| settings.ridge + settings.popularity_ridge * sum);
        Self {
            ridge: ridge.collect(),
            by_user,
            by_film,
        }
    }
}

/// By what weights are multiplied so that their squares are 1 on average.
fn unit_scale(table: &Table) -> f32 {
    let weights = table.iter().flatten();
    let (count, sum) = weights.fold((0_usize, 0.0), |(count, sum), (_, weight)| {
        (count + 1, sum + weight * weight)
    });
    if sum > 0.0 {
        (real(count) / sum).sqrt()
    } else {
        1.0
    }
}

/// P by a matrix as wide as there are users: K = I + X Λ⁻¹ Xᵀ and P = Λ⁻¹ - Λ⁻¹ Xᵀ K⁻¹ X Λ⁻¹.
fn by_users(weighted: &Weighted, settings: &Settings) -> Result<Neighbours, NotInvertible> {
    let users = weighted.by_user.len();
    let mut kernel = Mat::<f32>::identity(users, users);
    for (acts, ridge) in weighted.by_film.iter().zip(&weighted.ridge) {
        add_products(&mut kernel, acts, ridge.recip());
    }
    let inverse = kernel.llt(Side::Lower).map_err(NotInvertible)?.inverse();
    drop(kernel);
    // What Λ⁻¹ Xᵀ K⁻¹ x is for the column x of a film, by user.
    let answer = |acts: &[(u32, f32)]| {
        let mut sum = vec![0.0_f32; users];
        for (user, weight) in acts {
            let column = inverse.col_as_slice(place(*user));
            for (sum, entry) in sum.iter_mut().zip(column) {
                *sum += weight * entry;
            }
        }
        sum
    };
    let product = |acts: &[(u32, f32)], answer: &[f32]| -> f32 {
        let terms = acts
            .iter()
            .map(|(user, weight)| answer.get(place(*user)).copied().unwrap_or(0.0) * weight);
        terms.sum()
    };
    let columns = weighted.by_film.iter().zip(&weighted.ridge);
    let diagonal: Vec<f32> = columns
        .map(|(acts, ridge)| (1.0 - product(acts, &answer(acts)) / ridge) / ridge)
        .map(|entry| entry.powf(settings.certainty))
        .collect();
    let mut neighbours = Neighbours::new();
    let mut row = Vec::new();
    for (film, (acts, ridge)) in weighted.by_film.iter().zip(&weighted.ridge).enumerate() {
        row.clear();
        if !acts.is_empty() {
            let answer = answer(acts);
            let others = weighted.by_film.iter().zip(&weighted.ridge).zip(&diagonal);
            for (other, ((others_acts, others_ridge), diagonal)) in others.enumerate() {
                if other != film && !others_acts.is_empty() {
                    let together = product(others_acts, &answer) / (ridge * others_ridge);
                    row.push((number(other), together / diagonal));
                }
            }
        }
        neighbours.push(&mut row, settings.neighbours);
    }
    Ok(neighbours)
}

/// P by a matrix as wide as there are films, or as may be held.
fn by_films(weighted: &Weighted, settings: &Settings) -> Result<Neighbours, NotInvertible> {
    let chosen = most_popular(&weighted.by_film, settings.widest());
    let mut places: Vec<Option<u32>> = vec![None; weighted.by_film.len()];
    for (at, film) in chosen.iter().enumerate() {
        if let Some(place) = places.get_mut(place(*film)) {
            *place = Some(number(at));
        }
    }
    let place_of = |film: u32| places.get(place(film)).copied().flatten();
    let mut gram = Mat::<f32>::zeros(chosen.len(), chosen.len());
    for acts in &weighted.by_user {
        let held = acts
            .iter()
            .filter_map(|(film, weight)| Some((place_of(*film)?, *weight)));
        add_products(&mut gram, &held.collect::<Vec<_>>(), 1.0);
    }
    for (at, film) in chosen.iter().enumerate() {
        let ridge = weighted
            .ridge
            .get(place(*film))
            .copied()
            .unwrap_or(settings.ridge);
        if let Some(entry) = gram.col_as_slice_mut(at).get_mut(at) {
            *entry += ridge;
        }
    }
    let inverse = gram.llt(Side::Lower).map_err(NotInvertible)?.inverse();
    drop(gram);
    let diagonal = |at: usize| inverse.col_as_slice(at).get(at).copied().unwrap_or(1.0);
    let diagonal: Vec<f32> = (0..chosen.len())
        .map(|at| diagonal(at).powf(settings.certainty))
        .collect();
    let mut cosines = rare_cosines(weighted, &places);
    let mut neighbours = Neighbours::new();
    for (film, at) in places.iter().enumerate() {
        let mut row = cosines
            .get_mut(film)
            .map(std::mem::take)
            .unwrap_or_default();
        if let Some(at) = at {
            let column = inverse.col_as_slice(place(*at)).iter().zip(&diagonal);
            let entries = chosen.iter().zip(column);
            let others = entries.filter(|(other, _)| place(**other) != film);
            row.extend(others.map(|(other, (entry, diagonal))| (*other, -entry / diagonal)));
        }
        neighbours.push(&mut row, settings.neighbours);
    }
    Ok(neighbours)
}

/// The numbers of the films that most users did something with.
fn most_popular(by_film: &Table, most: usize) -> Vec<u32> {
    let mut films: Vec<(usize, u32)> = by_film.iter().map(Vec::len).zip(0..).collect();
    films.retain(|(users, _)| *users > 0);
    films.sort_by(|(one, first), (other, second)| other.cmp(one).then(first.cmp(second)));
    films.truncate(most);
    films.into_iter().map(|(_, film)| film).collect()
}

/// How much films that have no place in the matrix have in common with others: cosines, shrunken since
/// few users tell of them.
fn rare_cosines(weighted: &Weighted, places: &[Option<u32>]) -> Table {
    const SHRINK: f32 = 20.0;
    let count = weighted.by_film.len();
    let mut rows: Table = vec![Vec::new(); count];
    let mut together = vec![0.0_f32; count];
    let users_of = |film: usize| weighted.by_film.get(film).map_or(0, Vec::len);
    let is_rare = |film: usize| places.get(film).copied().flatten().is_none();
    for (film, users) in weighted
        .by_film
        .iter()
        .enumerate()
        .filter(|(film, _)| is_rare(*film))
    {
        let mut met = Vec::new();
        let acts = users
            .iter()
            .filter_map(|(user, weight)| Some((weighted.by_user.get(place(*user))?, *weight)));
        for (others, weight) in acts {
            for (other, others_weight) in others {
                if let Some(sum) = together.get_mut(place(*other)) {
                    if *sum == 0.0 {
                        met.push(*other);
                    }
                    *sum += weight * others_weight;
                }
            }
        }
        for other in met {
            let at = place(other);
            let sum = together.get_mut(at).map_or(0.0, std::mem::take);
            let cosine = sum / ((real(users.len()) * real(users_of(at))).sqrt() + SHRINK);
            if at != film {
                if let Some(row) = rows.get_mut(film) {
                    row.push((other, cosine));
                }
                if let (false, Some(row)) = (is_rare(at), rows.get_mut(at)) {
                    row.push((number(film), cosine));
                }
            }
        }
    }
    rows
}

/// Adds the products of every two weights, each at the place of the two.
fn add_products(matrix: &mut Mat<f32>, weights: &[(u32, f32)], times: f32) {
    let width = matrix.ncols();
    for (one, weight) in weights.iter().filter(|(one, _)| place(*one) < width) {
        let column = matrix.col_as_slice_mut(place(*one));
        for (other, others_weight) in weights {
            if let Some(entry) = column.get_mut(place(*other)) {
                *entry += times * weight * others_weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Act;
    use proptest::prelude::*;

    fn acts(pairs: &[(u32, u32)], films: usize) -> Acts {
        let act = |(user, film): &(u32, u32)| Act {
            user: *user,
            film: *film,
            stars: 4.0,
            at: 0,
        };
        Acts::new(pairs.iter().map(act).collect(), films, 100)
    }

    #[test]
    fn films_that_the_same_people_like_are_neighbours_and_others_are_not() {
        let pairs = [
            (0, 0),
            (0, 1),
            (1, 0),
            (1, 1),
            (2, 2),
            (2, 3),
            (3, 2),
            (3, 3),
        ];
        let settings = Settings {
            ridge: 1.0,
            ..Settings::default()
        };
        let neighbours = similar(&acts(&pairs, 4), &settings).unwrap();
        let best = |film| {
            let best = neighbours
                .of(film)
                .max_by(|(_, one), (_, other)| one.total_cmp(other));
            best.map(|(other, _)| other)
        };
        assert_eq!(
            [best(0), best(1), best(2), best(3)],
            [Some(1), Some(0), Some(3), Some(2)]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn both_ways_to_the_inverse_give_the_same_weights(
            pairs in proptest::collection::vec((0_u32..12, 0_u32..9), 1..80)
        ) {
            let settings = Settings { ridge: 2.0, ..Settings::default() };
            let weighted = Weighted::new(&acts(&pairs, 9), &settings);
            let by_users = by_users(&weighted, &settings).unwrap();
            let by_films = by_films(&weighted, &settings).unwrap();
            for film in 0..9 {
                for (other, weight) in by_films.of(film) {
                    let found = by_users.of(film).find(|(each, _)| *each == other);
                    let found = found.map_or(0.0, |(_, weight)| weight);
                    prop_assert!((found - weight).abs() < 1e-3, "{found} {weight}");
                }
            }
        }
    }

    #[test]
    fn rare_films_get_neighbours_too() {
        let pairs: Vec<(u32, u32)> = (0..300)
            .flat_map(|user| [(user, user % 150), (user, (user + 1) % 150)])
            .chain([(0, 150), (1, 150)])
            .collect();
        let settings = Settings {
            memory_mib: 0,
            ..Settings::default()
        };
        let neighbours = similar(&acts(&pairs, 151), &settings).unwrap();
        let of_the_rare_one: Vec<u32> = neighbours.of(150).map(|(film, _)| film).collect();
        assert_eq!(of_the_rare_one, [0, 1, 2]);
        assert!(neighbours.of(1).any(|(film, _)| film == 150));
    }
}

//! A model as bytes: a name, a version of the form, a digest, and the numbers, little end first.
use crate::{Model, Neighbours, leanings::Leanings, trend::Trend};
use half::f16;
use sha2::{Digest, Sha256};

const NAME: &[u8; 8] = b"fhmodel2";
/// Models of before there were leanings, which go on serving until another one is trained.
const NAME_WITHOUT_LEANINGS: &[u8; 8] = b"fhmodel1";
const DIGEST: usize = 32;

/// The bytes are no model that this version reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// They begin with something else.
    #[error("it is not a model, or one of another version")]
    OtherForm,
    /// They are not the ones that were written.
    #[error("it is damaged")]
    Damaged,
}

impl Model {
    /// Writes the model.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        write_floats(&mut body, &self.popularity);
        for neighbours in [&self.similar, &self.close, &self.next] {
            write_numbers(&mut body, &neighbours.starts);
            write_numbers(&mut body, &neighbours.films);
            write_halves(&mut body, &neighbours.weights);
        }
        body.extend(self.trend.first.to_le_bytes());
        write_numbers(&mut body, &self.trend.starts);
        write_numbers(&mut body, &self.trend.films);
        write_floats(&mut body, &self.trend.counts);
        body.extend(self.leanings.width.to_le_bytes());
        write_halves(&mut body, &self.leanings.films);
        let mut bytes = NAME.to_vec();
        bytes.extend(Sha256::digest(&body));
        bytes.extend(body);
        bytes
    }

    /// Reads a model back.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not exactly those of a model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (name, rest) = bytes.split_first_chunk().ok_or(Unreadable::OtherForm)?;
        let has_leanings = match name {
            NAME => true,
            NAME_WITHOUT_LEANINGS => false,
            _ => return Err(Unreadable::OtherForm),
        };
        let (digest, body) = rest.split_at_checked(DIGEST).ok_or(Unreadable::Damaged)?;
        if Sha256::digest(body).as_slice() != digest {
            return Err(Unreadable::Damaged);
        }
        let mut reader = Reader(body);
        let model = reader.model(has_leanings).ok_or(Unreadable::Damaged)?;
        if reader.0.is_empty() && model.is_sound() {
            Ok(model)
        } else {
            Err(Unreadable::Damaged)
        }
    }

    fn is_sound(&self) -> bool {
        let films = self.films();
        self.popularity.iter().all(|count| count.is_finite())
            && [&self.similar, &self.close, &self.next]
                .iter()
                .all(|part| part.is_sound(films))
            && self.trend.is_sound(films)
            && self.leanings.is_sound(films)
    }
}

fn write_length(bytes: &mut Vec<u8>, length: usize) {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    bytes.extend(length.to_le_bytes());
}

fn write_numbers(bytes: &mut Vec<u8>, numbers: &[u32]) {
    write_length(bytes, numbers.len());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn write_floats(bytes: &mut Vec<u8>, numbers: &[f32]) {
    write_length(bytes, numbers.len());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// Half precision is enough for what is summed up and compared.
fn write_halves(bytes: &mut Vec<u8>, numbers: &[f32]) {
    write_length(bytes, numbers.len());
    bytes.extend(
        numbers
            .iter()
            .flat_map(|number| f16::from_f32(*number).to_le_bytes()),
    );
}

/// Reads from the front of some bytes; `None` where they end too early.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn model(&mut self, has_leanings: bool) -> Option<Model> {
        Some(Model {
            popularity: self.list(f32::from_le_bytes)?,
            similar: self.neighbours()?,
            close: self.neighbours()?,
            next: self.neighbours()?,
            trend: Trend {
                first: i64::from_le_bytes(self.take()?),
                starts: self.list(u32::from_le_bytes)?,
                films: self.list(u32::from_le_bytes)?,
                counts: self.list(f32::from_le_bytes)?,
            },
            leanings: if has_leanings {
                self.leanings()?
            } else {
                Leanings::default()
            },
        })
    }

    fn neighbours(&mut self) -> Option<Neighbours> {
        Some(Neighbours {
            starts: self.list(u32::from_le_bytes)?,
            films: self.list(u32::from_le_bytes)?,
            weights: self.halves()?,
        })
    }

    fn leanings(&mut self) -> Option<Leanings> {
        Some(Leanings {
            width: u32::from_le_bytes(self.take()?),
            films: self.halves()?,
        })
    }

    fn halves(&mut self) -> Option<Vec<f32>> {
        self.list(|bytes| f16::from_le_bytes(bytes).to_f32())
    }

    fn list<T, const N: usize>(&mut self, read: fn([u8; N]) -> T) -> Option<Vec<T>> {
        let length = usize::try_from(u64::from_le_bytes(self.take()?)).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length.checked_mul(N)?)?;
        self.0 = rest;
        let (chunks, _) = bytes.as_chunks::<N>();
        Some(chunks.iter().map(|chunk| read(*chunk)).collect())
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Act, Acts, Past, Settings};

    fn model() -> Model {
        let acts = (0..30_u32).map(|n| Act {
            user: n % 7,
            film: n % 5,
            stars: 4.0,
            at: i64::from(n) * 86_400,
        });
        Model::train(&Acts::new(acts.collect(), 5, 100), &Settings::default()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_ranks_the_same() {
        let model = model();
        let read = Model::from_bytes(&model.to_bytes()).unwrap();
        assert_eq!(read.to_bytes(), model.to_bytes());
        let past = [Past {
            film: 1,
            stars: 5.0,
            at: 0,
        }];
        let close = |(one, other): (f32, f32)| (one - other).abs() < 0.05;
        let scores = model.score(&past, 0).into_iter().zip(read.score(&past, 0));
        assert!(scores.into_iter().all(close));
    }

    #[test]
    fn a_model_of_before_there_were_leanings_is_read_without_them() {
        let whole = Model {
            leanings: Leanings::default(),
            ..model()
        };
        let bytes = whole.to_bytes();
        let (_, body) = bytes.split_at(NAME.len() + DIGEST);
        // The width of the leanings and how many numbers follow, which is none.
        let body = &body[..body.len() - size_of::<u32>() - size_of::<u64>()];
        let digest = Sha256::digest(body);
        let before = [&NAME_WITHOUT_LEANINGS[..], digest.as_slice(), body].concat();
        let read = Model::from_bytes(&before).unwrap();
        assert_eq!(read.to_bytes(), bytes);
    }

    #[test]
    fn whatever_is_changed_or_missing_is_refused() {
        let bytes = model().to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(Model::from_bytes(&damaged).is_err(), "{at}");
            assert!(Model::from_bytes(&bytes[..at]).is_err(), "{at}");
        }
        assert_eq!(
            Model::from_bytes(b"something else"),
            Err(Unreadable::OtherForm)
        );
    }

    #[test]
    fn numbers_that_point_nowhere_are_refused_though_the_digest_is_right() {
        let mut model = model();
        model.similar.films[0] = 99;
        assert_eq!(
            Model::from_bytes(&model.to_bytes()),
            Err(Unreadable::Damaged)
        );
    }
}

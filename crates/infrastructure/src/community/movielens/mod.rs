//! Files of ratings as MovieLens publishes them, in a folder or as the ZIP that is downloaded.
//!
//! Newer sets are `ratings.csv`, `movies.csv` and `links.csv`, older ones `ratings.dat` and `movies.dat`
//! with `::` between the fields and without names in other catalogues. Every line is looked at before
//! anything is told of the files, so that a bad one keeps all of them out.
mod films;
mod lines;
mod place;
mod portions;
mod title;

use application::community::ports::{BadFiles, RatingFiles, RatingPortions, Survey};
use async_trait::async_trait;
use domain::community::{CommunityName, FilesDigest};
use lines::{Digest, Format};
use place::Place;
use portions::{FiledPortions, RatingLines};
use sha2::Digest as _;
use std::{collections::HashSet, path::Path, sync::Arc};

/// The files of one set.
#[derive(Clone, Debug)]
pub struct MovieLensFiles {
    place: Arc<Place>,
    format: Format,
}

impl MovieLensFiles {
    /// Finds the files in a folder or a ZIP.
    ///
    /// # Errors
    /// [`BadFiles`] when there are none or they cannot be read.
    pub fn open(path: &Path) -> Result<Self, BadFiles> {
        let place = Place::open(path)?;
        let format = if place.has(Format::Csv.ratings()) || !place.has(Format::Dat.ratings()) {
            Format::Csv
        } else {
            Format::Dat
        };
        for needed in [format.ratings(), format.movies()] {
            if !place.has(needed) {
                return Err(BadFiles::Missing(format!("{needed} in {}", path.display())));
            }
        }
        Ok(Self {
            place: Arc::new(place),
            format,
        })
    }

    /// What a community is called that is read from there unless somebody says otherwise; nothing where
    /// the name of the folder or file is none for a community.
    #[must_use]
    pub fn usual_name(path: &Path) -> Option<CommunityName> {
        let path = path.canonicalize().ok()?;
        let name = if path.is_dir() {
            path.file_name()
        } else {
            path.file_stem()
        };
        name?.to_str()?.parse().ok()
    }

    /// Reads everything; blocks for as long as that takes.
    fn read_through(&self) -> Result<Survey, BadFiles> {
        let mut digest = Digest::new();
        let films = films::read(&self.place, self.format, &mut digest)?;
        let items: HashSet<i64> = films.iter().map(|film| film.item).collect();
        let mut ratings = 0_u64;
        self.place.read(self.format.ratings(), |bytes| {
            let bytes = lines::Digested::new(bytes, &mut digest);
            let mut lines = RatingLines::new(self.format, bytes)?;
            while let Some((line, rating)) = lines.next()? {
                if !items.contains(&rating.item) {
                    let what = format!("{} has no film {}", self.format.movies(), rating.item);
                    return Err(lines::bad_line(self.format.ratings(), line, what));
                }
                ratings += 1;
            }
            Ok(())
        })?;
        Ok(Survey {
            digest: hex(&digest)?,
            films,
            ratings,
        })
    }
}

fn hex(digest: &Digest) -> Result<FilesDigest, BadFiles> {
    let digits = format!("{:x}", digest.clone().finalize());
    digits
        .parse()
        .map_err(|cause| place::unreadable("the files", cause))
}

#[async_trait]
impl RatingFiles for MovieLensFiles {
    async fn survey(&self) -> Result<Survey, BadFiles> {
        let files = self.clone();
        tokio::task::spawn_blocking(move || files.read_through())
            .await
            .map_err(|cause| place::unreadable("the files", cause))?
    }

    fn ratings(&self, after: u64) -> Box<dyn RatingPortions> {
        Box::new(FiledPortions::read(
            Arc::clone(&self.place),
            self.format,
            after,
        ))
    }
}

#[cfg(test)]
mod tests;

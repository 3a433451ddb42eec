//! Where the files lie.
use application::{community::ports::BadFiles, shared::store::Cause};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};
use zip::ZipArchive;

/// The files that are read, if they are there.
const FILES: [&str; 5] = [
    "ratings.csv",
    "movies.csv",
    "links.csv",
    "ratings.dat",
    "movies.dat",
];

/// A folder or a ZIP.
#[derive(Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    /// The files by the names that they have in the folder of the ZIP.
    Zip {
        path: PathBuf,
        entries: BTreeMap<&'static str, String>,
    },
}

/// Whether an entry of a ZIP is a file of this name, in whatever folder. Zips made on a Mac hold a shadow
/// of each file.
fn is_called(entry: &str, file: &str) -> bool {
    let entry = Path::new(entry);
    !entry.starts_with("__MACOSX") && entry.file_name().is_some_and(|name| name == file)
}

/// A file cannot be read.
pub(super) fn unreadable(file: &str, cause: impl Into<Cause>) -> BadFiles {
    BadFiles::Unreadable {
        file: file.to_owned(),
        cause: cause.into(),
    }
}

impl Place {
    pub(super) fn open(path: &Path) -> Result<Self, BadFiles> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let archive = archive(path)?;
        let mut entries = BTreeMap::new();
        for file in FILES {
            let mut names = archive.file_names().filter_map(Result::ok);
            if let Some(entry) = names.find(|entry| is_called(entry, file)) {
                entries.insert(file, entry.into_owned());
            }
        }
        Ok(Self::Zip {
            path: path.to_owned(),
            entries,
        })
    }

    pub(super) fn has(&self, file: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(file).is_file(),
            Self::Zip { entries, .. } => entries.contains_key(file),
        }
    }

    /// Hands over the bytes of a file.
    pub(super) fn read<T>(
        &self,
        file: &str,
        read: impl FnOnce(&mut dyn Read) -> Result<T, BadFiles>,
    ) -> Result<T, BadFiles> {
        let broken = |cause: Cause| unreadable(file, cause);
        match self {
            Self::Folder(folder) => {
                let opened = File::open(folder.join(file)).map_err(|cause| broken(cause.into()))?;
                read(&mut BufReader::new(opened))
            }
            Self::Zip { path, entries } => {
                let entry = entries
                    .get(file)
                    .ok_or_else(|| BadFiles::Missing(file.to_owned()))?;
                let mut archive = archive(path)?;
                let mut bytes = archive
                    .by_name(entry)
                    .map_err(|cause| broken(cause.into()))?;
                read(&mut bytes)
            }
        }
    }
}

fn archive(path: &Path) -> Result<ZipArchive<BufReader<File>>, BadFiles> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|cause| unreadable(&shown, cause))?;
    ZipArchive::new(BufReader::new(file)).map_err(|cause| unreadable(&shown, cause))
}

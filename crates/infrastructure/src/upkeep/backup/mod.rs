//! A copy of what is kept on this machine, made while the service runs, and the way back from it.
//!
//! A backup is a folder:
//!
//! ```text
//! backup.json             what is in it; written last, so that without it the backup is not whole
//! database-<digest>.db    the database at one moment, where that is a file
//! jwt_secret              what tokens are signed with, where it was made here
//! files/, models/         posters and models, as they lie in the data directory
//! ```
mod database;
mod files;
mod folder;
mod restore;

pub use database::BackupDatabase;
pub use restore::restore;

use chrono::{DateTime, Utc};
use files::Mirror;
use folder::{failed, write_whole};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const MANIFEST: &str = "backup.json";
const FORMAT: u32 = 1;

/// The file in which the secret lies that was made here.
const SECRET: &str = "jwt_secret";

/// What is copied of the data directory, besides the database and the secret.
const FOLDERS: [&str; 2] = ["files", "models"];

/// A backup was not made, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder could not be worked with.
    #[error("cannot {action} {}", path.display())]
    Files {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What came of it.
        source: io::Error,
    },
    /// The database could not be copied.
    #[error("the database cannot be copied")]
    Database(#[source] DbErr),
    /// The folder holds something else.
    #[error("{} is neither empty nor a backup", .0.display())]
    Occupied(PathBuf),
    /// The folder holds no backup, or one that was broken off.
    #[error("{} holds no whole backup", .0.display())]
    NoBackup(PathBuf),
    /// What the backup says of itself cannot be understood.
    #[error("{} cannot be understood", path.display())]
    Manifest {
        /// The file that says it.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// A later version has made it.
    #[error("it was made by Filmhub {0}, which is newer than this one")]
    Newer(String),
    /// The copy of the database is not the one that was made.
    #[error("{} is damaged: its digest differs", .0.display())]
    Damaged(PathBuf),
    /// Another backup is made into the same folder.
    #[error("another backup is being made in {}", .0.display())]
    Busy(PathBuf),
    /// Files are missing, as where the folder was not copied whole.
    #[error("{} holds {found} of {wanted} files", folder.display())]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// How many are there.
        found: u64,
        /// How many there were.
        wanted: u64,
    },
    /// There is a database already.
    #[error("{} exists; move it away first", .0.display())]
    Exists(PathBuf),
    /// The backup holds a database, and the configuration names a server.
    #[error("it holds a database in a file, and the configuration names a server")]
    NotForServers,
    /// The backup holds no database, and the configuration names a file.
    #[error("it holds no database: that was on a server, whose own backup has it")]
    WithoutDatabase,
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    /// The version of Filmhub that made it.
    version: String,
    made_at: DateTime<Utc>,
    /// The last step of the schema's history that the database has taken.
    schema: String,
    database: Option<DatabaseCopy>,
    files: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseCopy {
    file: String,
    bytes: u64,
    sha256: String,
}

/// Of what a backup is to be made.
#[derive(Debug)]
pub struct Origin<'a> {
    /// The data directory.
    pub data_dir: &'a Path,
    /// The database.
    pub database: BackupDatabase<'a>,
    /// The version of this program.
    pub version: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What a backup holds, or what was restored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// How many bytes the database has, where it is in the backup.
    pub database_bytes: Option<u64>,
    /// How many files there are besides.
    pub files: u64,
    /// How many of them had to be copied.
    pub copied: u64,
}

/// Makes a backup in a folder, or brings the one that is there up to date.
///
/// Files are copied before the database and again after it. So every file that the copied database
/// speaks of is there, whatever is stored or removed meanwhile. Until all is done, what was there
/// before remains the backup.
///
/// # Errors
/// When something cannot be read or written, or the folder holds something else.
pub async fn back_up(origin: &Origin<'_>, to: &Path) -> Result<Backup, BackupError> {
    open(to)?;
    // Given back at the end, however that comes.
    let _alone = folder::hold(to)?;
    let mut mirror = Mirror::new(origin.data_dir, to);
    mirror.copy_all(&FOLDERS)?;
    let schema = origin.database.schema().await?;
    let database = origin.database.copy_into(to).await?;
    mirror.copy_all(&FOLDERS)?;
    mirror.copy_if_there(SECRET)?;
    let manifest = Manifest {
        format: FORMAT,
        version: origin.version.to_owned(),
        made_at: origin.now,
        schema,
        database,
        files: mirror.kept(),
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|source| BackupError::Manifest {
        path: to.join(MANIFEST),
        source,
    })?;
    write_whole(&to.join(MANIFEST), &text)?;
    // Of a database that is copied by other means nobody here knows what it speaks of.
    if manifest.database.is_some() {
        mirror.remove_others(&FOLDERS)?;
    }
    database::remove_others(to, manifest.database.as_ref())?;
    Ok(manifest.told(mirror.copied()))
}

impl Manifest {
    fn told(&self, copied: u64) -> Backup {
        Backup {
            made_at: self.made_at,
            database_bytes: self.database.as_ref().map(|copy| copy.bytes),
            files: self.files,
            copied,
        }
    }
}

/// Makes the folder, where it is missing; what holds something else is left alone.
fn open(folder: &Path) -> Result<(), BackupError> {
    folder::make_private(folder)?;
    if read_manifest(folder)?.is_some() {
        return Ok(());
    }
    // What a backup that was broken off has left is no reason to refuse the next one.
    let is_ours = |name: &str| {
        let name = folder::without_draft(name);
        FOLDERS.contains(&name) || [SECRET, MANIFEST].contains(&name) || database::is_copy(name)
    };
    let mut entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    let is_free = entries
        .all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(is_ours)));
    if is_free {
        Ok(())
    } else {
        Err(BackupError::Occupied(folder.to_owned()))
    }
}

fn read_manifest(folder: &Path) -> Result<Option<Manifest>, BackupError> {
    let path = folder.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(failure) => return Err(failed("read", &path)(failure)),
    };
    let manifest = serde_json::from_slice(&text);
    Ok(Some(manifest.map_err(|source| BackupError::Manifest {
        path,
        source,
    })?))
}

//! The way back from a backup.
use super::{
    Backup, BackupError, DatabaseCopy, FOLDERS, FORMAT, Manifest, SECRET,
    database::digest,
    files::Mirror,
    folder::{copy_whole, failed, make_private},
    read_manifest,
};
use migrations::{Migrator, MigratorTrait};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Brings back what a backup holds: into the data directory and, where the database is a file, into
/// `database`. A database that is there is never overwritten, and it comes last, so that what was
/// broken off may be begun again.
///
/// # Errors
/// When the folder holds no whole backup, or one of a later version, when there is a database already,
/// or something cannot be read or written.
pub fn restore(
    from: &Path,
    data_dir: &Path,
    database: Option<&Path>,
) -> Result<Backup, BackupError> {
    let manifest = read_manifest(from)?;
    let manifest = manifest.ok_or_else(|| BackupError::NoBackup(from.to_owned()))?;
    check_age(&manifest)?;
    let place = match (&manifest.database, database) {
        (Some(copy), Some(path)) => Some((checked(from, copy)?, free(path)?)),
        (None, None) => None,
        (Some(_), None) => return Err(BackupError::NotForServers),
        (None, Some(_)) => return Err(BackupError::WithoutDatabase),
    };
    make_private(data_dir)?;
    let mut mirror = Mirror::new(from, data_dir);
    mirror.copy_all(&FOLDERS)?;
    mirror.copy_if_there(SECRET)?;
    if mirror.kept() < manifest.files {
        return Err(BackupError::Incomplete {
            folder: from.to_owned(),
            found: mirror.kept(),
            wanted: manifest.files,
        });
    }
    if let Some((copy, path)) = place {
        path.parent().map_or(Ok(()), make_private)?;
        copy_whole(&copy, path)?;
    }
    Ok(manifest.told(mirror.copied()))
}

fn check_age(manifest: &Manifest) -> Result<(), BackupError> {
    let steps = Migrator::migrations();
    let is_known = steps.iter().any(|step| step.name() == manifest.schema);
    if manifest.format > FORMAT || !(is_known || manifest.schema.is_empty()) {
        return Err(BackupError::Newer(manifest.version.clone()));
    }
    Ok(())
}

fn checked(folder: &Path, copy: &DatabaseCopy) -> Result<PathBuf, BackupError> {
    let path = folder.join(&copy.file);
    if digest(&path)? != copy.sha256 {
        return Err(BackupError::Damaged(path));
    }
    Ok(path)
}

/// The path, unless there is a database or what one has left.
fn free(path: &Path) -> Result<&Path, BackupError> {
    for end in ["", "-wal", "-shm"] {
        let mut beside = OsString::from(path);
        beside.push(end);
        let beside = PathBuf::from(beside);
        let exists = fs::exists(&beside).map_err(failed("read", &beside))?;
        if exists {
            return Err(BackupError::Exists(beside));
        }
    }
    Ok(path)
}

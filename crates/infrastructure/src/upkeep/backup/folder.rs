//! Files that are whole once they have their name.
use super::BackupError;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Begins the name of a file that is not whole yet.
const DRAFT: &str = ".draft-";

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Files {
        action,
        path,
        source,
    }
}

/// Makes a folder that only its owner may look into.
pub(super) fn make_private(folder: &Path) -> Result<(), BackupError> {
    let mut maker = fs::DirBuilder::new();
    maker.recursive(true).mode(0o700);
    maker.create(folder).map_err(failed("make", folder))
}

/// The name that a file has once it is whole.
pub(super) fn without_draft(name: &str) -> &str {
    name.strip_prefix(DRAFT).unwrap_or(name)
}

/// Keeps other backups out of a folder for as long as the file lives.
pub(super) fn hold(folder: &Path) -> Result<File, BackupError> {
    let held = File::open(folder).map_err(failed("read", folder))?;
    match held.try_lock() {
        Ok(()) => Ok(held),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(folder.to_owned())),
        Err(TryLockError::Error(failure)) => Err(failed("lock", folder)(failure)),
    }
}

/// Where a file lies until it is whole: beside its place.
pub(super) fn draft_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{DRAFT}{name}"))
}

/// Writes a file that only its owner may read.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let draft = draft_of(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&draft).map_err(failed("write", &draft))?;
    let written = file.write_all(bytes);
    written.map_err(failed("write", &draft))?;
    settle(&draft, path)
}

/// Copies a file, with the time of its last change.
pub(super) fn copy_whole(from: &Path, to: &Path) -> Result<(), BackupError> {
    let draft = draft_of(to);
    fs::copy(from, &draft).map_err(failed("copy", from))?;
    let changed = fs::metadata(from).and_then(|found| found.modified());
    let changed = changed.map_err(failed("read", from))?;
    let file = OpenOptions::new().write(true).open(&draft);
    let file = file.map_err(failed("write", &draft))?;
    file.set_modified(changed)
        .map_err(failed("write", &draft))?;
    settle(&draft, to)
}

/// Gives a file that is written its name, on the disk too.
pub(super) fn settle(draft: &Path, path: &Path) -> Result<(), BackupError> {
    sync(draft)?;
    fs::rename(draft, path).map_err(failed("write", path))?;
    path.parent().map_or(Ok(()), sync)
}

/// Returns when what is in a file or a folder is on the disk.
pub(super) fn sync(path: &Path) -> Result<(), BackupError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(failed("write", path))
}

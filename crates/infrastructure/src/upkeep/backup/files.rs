//! Files that are copied unless they are there.
use super::{
    BackupError,
    folder::{copy_whole, failed, make_private},
};
use std::{
    collections::BTreeSet,
    fs::{self, Metadata},
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Makes one folder like another.
#[derive(Debug)]
pub(super) struct Mirror<'a> {
    from: &'a Path,
    to: &'a Path,
    /// What was seen, by its path below both folders.
    seen: BTreeSet<PathBuf>,
    copied: u64,
}

impl<'a> Mirror<'a> {
    pub(super) const fn new(from: &'a Path, to: &'a Path) -> Self {
        Self {
            from,
            to,
            seen: BTreeSet::new(),
            copied: 0,
        }
    }

    /// How many files were seen.
    pub(super) fn kept(&self) -> u64 {
        u64::try_from(self.seen.len()).unwrap_or(u64::MAX)
    }

    /// How many of them were copied.
    pub(super) const fn copied(&self) -> u64 {
        self.copied
    }

    /// Copies what is in folders and not on the other side.
    pub(super) fn copy_all(&mut self, folders: &[&str]) -> Result<(), BackupError> {
        for folder in folders {
            for file in files_below(self.from, Path::new(folder))? {
                self.copy(file)?;
            }
        }
        Ok(())
    }

    /// Copies one file, where there is one.
    pub(super) fn copy_if_there(&mut self, name: &str) -> Result<(), BackupError> {
        self.copy(PathBuf::from(name))
    }

    fn copy(&mut self, file: PathBuf) -> Result<(), BackupError> {
        let (from, to) = (self.from.join(&file), self.to.join(&file));
        // What is gone by now was removed by the service, whose database does not speak of it.
        let Some(original) = look_at(&from)? else {
            return Ok(());
        };
        if !look_at(&to)?.is_some_and(|copy| is_same(&original, &copy)) {
            to.parent().map_or(Ok(()), make_private)?;
            match copy_whole(&from, &to) {
                Err(BackupError::Files { source, .. }) if source.kind() == ErrorKind::NotFound => {
                    return Ok(());
                }
                done => done?,
            }
            self.copied += 1;
        }
        self.seen.insert(file);
        Ok(())
    }

    /// Removes what is in folders of the other side and was not seen.
    pub(super) fn remove_others(&self, folders: &[&str]) -> Result<(), BackupError> {
        for folder in folders {
            for file in files_below(self.to, Path::new(folder))? {
                if !self.seen.contains(&file) {
                    let path = self.to.join(file);
                    fs::remove_file(&path).map_err(failed("remove", &path))?;
                    // Fails as long as there is something else in it.
                    let _ = path.parent().map(fs::remove_dir);
                }
            }
        }
        Ok(())
    }
}

fn look_at(path: &Path) -> Result<Option<Metadata>, BackupError> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(failed("read", path)(failure)),
    }
}

fn is_same(original: &Metadata, copy: &Metadata) -> bool {
    original.len() == copy.len() && original.modified().ok() == copy.modified().ok()
}

/// The files below a folder, by their paths from `root`. What begins with a dot is on its way to
/// somewhere, and no file yet.
fn files_below(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(failure) if failure.kind() == ErrorKind::NotFound => continue,
            Err(failure) => return Err(failed("read", &path)(failure)),
        };
        for entry in entries {
            let entry = entry.map_err(failed("read", &path))?;
            let name = entry.file_name();
            let kind = entry.file_type().map_err(failed("read", &path))?;
            let is_hidden = name.to_string_lossy().starts_with('.');
            if kind.is_dir() && !is_hidden {
                folders.push(folder.join(name));
            } else if kind.is_file() && !is_hidden {
                files.push(folder.join(name));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn only_what_is_new_or_other_is_copied_and_what_is_gone_goes() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, text) in [("files/a/1", "one"), ("files/2", "two"), ("other/3", "3")] {
            write(from.path(), name, text);
        }
        write(from.path(), "files/.incoming/4", "half");
        let mut first = Mirror::new(from.path(), to.path());
        first.copy_all(&["files", "models"]).unwrap();
        assert_eq!((first.kept(), first.copied()), (2, 2));
        assert!(!to.path().join("other").exists() && !to.path().join("files/.incoming").exists());

        write(from.path(), "files/2", "two and more");
        write(from.path(), "files/5", "five");
        fs::remove_file(from.path().join("files/a/1")).unwrap();
        let mut second = Mirror::new(from.path(), to.path());
        second.copy_all(&["files"]).unwrap();
        second.remove_others(&["files"]).unwrap();
        assert_eq!((second.kept(), second.copied()), (2, 2));
        let copy = fs::read_to_string(to.path().join("files/2")).unwrap();
        assert_eq!(copy, "two and more");
        assert!(!to.path().join("files/a/1").exists());
    }

    #[test]
    fn what_goes_between_two_looks_is_kept() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(from.path(), "files/1", "one");
        let mut mirror = Mirror::new(from.path(), to.path());
        mirror.copy_all(&["files"]).unwrap();
        fs::remove_file(from.path().join("files/1")).unwrap();
        mirror.copy_all(&["files"]).unwrap();
        mirror.remove_others(&["files"]).unwrap();
        assert!(to.path().join("files/1").exists());
    }
}

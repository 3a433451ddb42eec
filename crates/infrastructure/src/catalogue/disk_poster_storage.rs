//! Posters as files in a folder.
use crate::{readiness::asked, system::random};
use application::catalogue::ports::{PosterStore, PosterStoreError};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::catalogue::{PosterImage, PosterKey};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task;

/// Where files lie until they are whole. The name begins with a dot so that it is never served.
const INCOMING: &str = ".incoming";

/// Keeps posters as files, named by their keys, below one folder.
///
/// A file appears under its name only when all of it is on the disk, and `put` returns only when the
/// name is on the disk too.
#[derive(Clone, Debug)]
pub struct DiskPosterStore {
    folder: Arc<Path>,
}

/// A file could not be worked with.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{path}`")]
struct DiskFailure {
    action: &'static str,
    path: String,
    source: io::Error,
}

impl From<DiskFailure> for PosterStoreError {
    fn from(failure: DiskFailure) -> Self {
        match failure.source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full(failure.into())
            }
            _ => Self::Unavailable(failure.into()),
        }
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskFailure {
    let path = path.display().to_string();
    move |source| DiskFailure {
        action,
        path,
        source,
    }
}

impl DiskPosterStore {
    /// Opens a folder, which is made where it is missing, and clears away what a crash has left.
    pub fn open(folder: PathBuf) -> Result<Self, PosterStoreError> {
        let incoming = folder.join(INCOMING);
        fs::create_dir_all(&incoming).map_err(failed("make the folder", &incoming))?;
        clear_abandoned(&incoming).map_err(failed("clear the folder", &incoming))?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    /// Runs work on the file of a poster or an image.
    async fn with_file<T: Send + 'static>(
        &self,
        key: &(impl ToString + Sync),
        work: impl FnOnce(&Path, &Path) -> Result<T, DiskFailure> + Send + 'static,
    ) -> Result<T, PosterStoreError> {
        let (folder, file) = (Arc::clone(&self.folder), self.folder.join(key.to_string()));
        blocking(move || work(&folder, &file)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DiskFailure> + Send + 'static,
) -> Result<T, PosterStoreError> {
    let done = task::spawn_blocking(work).await;
    let done = done.map_err(|failure| PosterStoreError::Unavailable(failure.into()))?;
    Ok(done?)
}

#[async_trait]
impl PosterStore for DiskPosterStore {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.with_file(key, move |folder, file| {
            IncomingFile::write(folder, &bytes)?.move_to(file, folder)
        })
        .await
    }

    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError> {
        self.with_file(key, |_, file| read(file)).await
    }

    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError> {
        let poster = self.folder.join(image.poster.as_str());
        self.with_file(image, move |folder, file| {
            IncomingFile::write(folder, &bytes)?.move_to(file, folder)?;
            // Looked at only now: whoever removes the poster from here on removes the image too.
            if is_file(&poster)? {
                return Ok(());
            }
            remove_with_folder(&[file.to_owned()])
        })
        .await
    }

    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        self.with_file(image, |_, file| read(file)).await
    }

    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        let images = PosterImage::all_of(key);
        self.with_file(key, move |folder, file| {
            // The poster goes first, so that no image is kept from then on.
            let mut files = vec![file.to_owned()];
            files.extend(images.iter().map(|image| folder.join(image.to_string())));
            remove_with_folder(&files)
        })
        .await
    }

    async fn check(&self) -> Result<(), PosterStoreError> {
        let folder = Arc::clone(&self.folder);
        let writing = blocking(move || IncomingFile::write(&folder, b"?").map(drop));
        asked(writing, |late| PosterStoreError::Unavailable(late.into())).await
    }
}

fn read(file: &Path) -> Result<Option<Bytes>, DiskFailure> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(failed("read", file)(failure)),
    }
}

fn is_file(file: &Path) -> Result<bool, DiskFailure> {
    match fs::metadata(file) {
        Ok(found) => Ok(found.is_file()),
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(false),
        Err(failure) => Err(failed("look for", file)(failure)),
    }
}

/// Removes files of one folder, and the folder with the last file in it.
fn remove_with_folder(files: &[PathBuf]) -> Result<(), DiskFailure> {
    for file in files {
        unless_gone(fs::remove_file(file)).map_err(failed("remove", file))?;
    }
    let Some(home) = files.first().map(|file| parent(file)) else {
        return Ok(());
    };
    // It is refused while other posters of the film are in there.
    let left = match fs::remove_dir(home) {
        Ok(()) => parent(home),
        Err(_) => home,
    };
    unless_gone(sync_folder(left)).map_err(failed("write out the folder", left))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn unless_gone(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Writes out which names a folder holds.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that is not a poster yet; dropping it removes it.
struct IncomingFile {
    path: PathBuf,
    // The lock, which the open file holds, says that somebody is still at work on it.
    file: File,
    moved: bool,
}

impl IncomingFile {
    fn write(folder: &Path, bytes: &[u8]) -> Result<Self, DiskFailure> {
        let name = URL_SAFE_NO_PAD.encode(random::<15>());
        let path = folder.join(INCOMING).join(name);
        let file = File::create_new(&path).map_err(failed("make", &path))?;
        let mut incoming = Self {
            path,
            file,
            moved: false,
        };
        // Some file systems know no locks; then abandoned files are not told from others there.
        let _ = incoming.file.lock();
        let written = incoming
            .file
            .write_all(bytes)
            .and_then(|()| incoming.file.sync_all());
        written.map_err(failed("write", &incoming.path))?;
        Ok(incoming)
    }

    /// Gives the file its name, on the disk as well.
    fn move_to(mut self, file: &Path, folder: &Path) -> Result<(), DiskFailure> {
        let home = parent(file);
        self.rename(home, file).map_err(failed("make", file))?;
        self.moved = true;
        let made = home.ancestors().take_while(|made| made.starts_with(folder));
        for made in made {
            // A poster that is being removed meanwhile takes its folder along.
            unless_gone(sync_folder(made)).map_err(failed("write out the folder", made))?;
        }
        Ok(())
    }

    fn rename(&self, home: &Path, file: &Path) -> io::Result<()> {
        const ATTEMPTS: usize = 8;
        let mut renamed = Err(ErrorKind::NotFound.into());
        for _ in 0..ATTEMPTS {
            fs::create_dir_all(home)?;
            renamed = fs::rename(&self.path, file);
            // The folder goes with the last poster in it, perhaps just now.
            if !matches!(&renamed, Err(failure) if failure.kind() == ErrorKind::NotFound) {
                break;
            }
        }
        renamed
    }
}

impl Drop for IncomingFile {
    fn drop(&mut self) {
        if !self.moved {
            // What cannot be removed now is cleared away at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes files that nobody works on any more.
fn clear_abandoned(incoming: &Path) -> io::Result<()> {
    for entry in incoming.read_dir()? {
        let path = entry?.path();
        let abandoned = match File::open(&path) {
            Ok(file) => file.try_lock().is_ok(),
            // Whoever worked on it has finished.
            Err(failure) if failure.kind() == ErrorKind::NotFound => false,
            Err(failure) => return Err(failure),
        };
        if abandoned {
            unless_gone(fs::remove_file(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{catalogue::PictureFormat, shared::Id};
    use uuid::Uuid;

    fn key() -> PosterKey {
        let film = Id::from_uuid(Uuid::from_u128(7));
        PosterKey::new(film, &[0xab; 32], PictureFormat::Png)
    }

    fn files_in(folder: &Path) -> usize {
        folder.read_dir().unwrap().count()
    }

    #[tokio::test]
    async fn a_put_that_fails_at_the_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskPosterStore::open(folder.path().into()).unwrap();
        // A folder stands where the file is to be.
        fs::create_dir_all(folder.path().join(key().as_str()).join("in the way")).unwrap();
        let failure = store
            .put(&key(), Bytes::from_static(b"x"))
            .await
            .unwrap_err();
        let PosterStoreError::Unavailable(cause) = failure else {
            panic!("{failure:?}");
        };
        assert!(cause.to_string().contains(key().as_str()), "{cause}");
        assert_eq!(files_in(&folder.path().join(INCOMING)), 0);
    }

    #[test]
    fn a_disk_without_room_is_told_apart() {
        let told = |kind: ErrorKind| {
            let failure = failed("write", Path::new("a"))(kind.into());
            PosterStoreError::from(failure)
        };
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            assert!(matches!(told(kind), PosterStoreError::Full(_)), "{kind}");
        }
        let other = told(ErrorKind::PermissionDenied);
        assert!(matches!(other, PosterStoreError::Unavailable(_)));
    }

    #[tokio::test]
    async fn opening_clears_what_a_crash_left_but_not_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let incoming = folder.path().join(INCOMING);
        fs::create_dir_all(&incoming).unwrap();
        fs::write(incoming.join("abandoned"), "half a pos").unwrap();
        let at_work = IncomingFile::write(folder.path(), b"poster").unwrap();

        DiskPosterStore::open(folder.path().into()).unwrap();

        assert!(!incoming.join("abandoned").exists());
        assert!(at_work.path.exists());
        drop(at_work);
        assert_eq!(files_in(&incoming), 0);
    }

    #[tokio::test]
    async fn checking_leaves_nothing_and_notices_a_folder_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskPosterStore::open(folder.path().into()).unwrap();
        store.check().await.unwrap();
        assert_eq!(files_in(&folder.path().join(INCOMING)), 0);
        fs::remove_dir(folder.path().join(INCOMING)).unwrap();
        store.check().await.unwrap_err();
    }

    #[tokio::test]
    async fn putting_and_removing_posters_of_one_film_do_not_trip_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskPosterStore::open(folder.path().into()).unwrap();
        let other = PosterKey::new(
            Id::from_uuid(Uuid::from_u128(7)),
            &[0xcd; 32],
            PictureFormat::Png,
        );
        for _ in 0..50 {
            store.put(&other, Bytes::from_static(b"old")).await.unwrap();
            let (key, bytes) = (key(), Bytes::from_static(b"new"));
            let (put, removed) = tokio::join!(store.put(&key, bytes), store.remove(&other));
            put.unwrap();
            removed.unwrap();
            assert_eq!(files_in(&folder.path().join("posters")), 1);
            store.remove(&key).await.unwrap();
        }
        assert_eq!(files_in(&folder.path().join("posters")), 0);
    }
}

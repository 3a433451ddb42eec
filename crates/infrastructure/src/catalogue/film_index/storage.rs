//! Where the index lies: in a folder that survives restarts, or in memory if that cannot be had.
use super::{analysis::tokenizers, progress::Progress, schema::Fields};
use std::{
    error::Error,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError,
    directory::{MmapDirectory, RamDirectory},
    indexer::{IndexWriterOptions, LogMergePolicy},
    store::Compressor,
};
use tracing::warn;

/// What one writer may use before it writes to disk; less is refused by the library.
const WRITER_BYTES: usize = 15_000_000;
/// Held by the process that writes the folder.
const LOCK_FILE: &str = "lock";
/// Names the subfolder that holds the index.
const CURRENT_FILE: &str = "current";

/// What keeps an index from being used.
#[derive(Debug, thiserror::Error)]
pub(super) enum StorageError {
    /// The library failed.
    #[error(transparent)]
    Index(#[from] TantivyError),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] io::Error),
    /// Another version wrote it, or nobody finished it.
    #[error("the index has another format")]
    Format,
    /// Its files are not what was written.
    #[error("{0} files of the index are damaged")]
    Damaged(usize),
}

/// Where indexes are kept.
#[derive(Debug)]
pub(super) enum Place {
    /// A folder that no other process writes.
    Folder(Folder),
    /// The memory of this process.
    Memory,
}

/// A folder with one subfolder for each time the index has been built.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The lock lasts as long as the file is open.
    _lock: File,
}

impl Place {
    /// Takes a folder for this process alone, or else the memory.
    pub fn claim(root: Option<PathBuf>) -> Self {
        match root.map(Folder::claim) {
            None => Self::Memory,
            Some(Ok(folder)) => Self::Folder(folder),
            Some(Err(failure)) => {
                let error: &dyn Error = &failure;
                warn!(
                    error,
                    "the folder of the search index cannot be used; keeping the index in memory"
                );
                Self::Memory
            }
        }
    }

    /// Opens the index that was built last; `None` if there is none.
    pub fn open(&self) -> Result<Option<(Generation, Progress)>, StorageError> {
        let Self::Folder(folder) = self else {
            return Ok(None);
        };
        let Some(name) = current(&folder.root)? else {
            return Ok(None);
        };
        let generation = Generation::open(name.clone(), &folder.root.join(name))?;
        let progress = generation.progress()?;
        Ok(Some((generation, progress)))
    }

    /// Makes an empty index beside the one in use.
    pub fn begin(&self) -> Result<Generation, StorageError> {
        match self {
            Self::Memory => Generation::create(String::new(), RamDirectory::create()),
            Self::Folder(folder) => {
                let name = folder.free_name()?;
                let path = folder.root.join(&name);
                fs::create_dir_all(&path)?;
                let directory = MmapDirectory::open(&path).map_err(TantivyError::from)?;
                Generation::create(name, directory)
            }
        }
    }

    /// Puts a complete index in the place of the one before it.
    pub fn adopt(&self, generation: &Generation) -> Result<(), StorageError> {
        if let Self::Folder(folder) = self {
            folder.set_current(&generation.name)?;
            folder.remove_others(&generation.name)?;
        }
        Ok(())
    }
}

impl Folder {
    fn claim(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(LOCK_FILE))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                "another process uses the folder of the search index",
            )),
            Err(TryLockError::Error(failure)) => Err(failure),
        }
    }

    /// Names the index in use; a crash leaves the old name or the new one.
    fn set_current(&self, name: &str) -> io::Result<()> {
        let draft = self.root.join("current.new");
        fs::write(&draft, name)?;
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, self.root.join(CURRENT_FILE))?;
        File::open(&self.root)?.sync_all()
    }

    fn free_name(&self) -> io::Result<String> {
        fs::create_dir_all(&self.root)?;
        let newest = self.numbers()?.into_iter().max().unwrap_or_default();
        Ok((newest + 1).to_string())
    }

    fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let name = entry?.file_name();
            numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        Ok(numbers)
    }

    fn remove_others(&self, kept: &str) -> io::Result<()> {
        for number in self.numbers()? {
            let name = number.to_string();
            if name != kept {
                fs::remove_dir_all(self.root.join(name))?;
            }
        }
        Ok(())
    }
}

/// The name of the subfolder with the index in use; nothing where there is none.
pub(super) fn current(root: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(root.join(CURRENT_FILE)) {
        Ok(name) => Ok(Some(name).filter(|name| name.parse::<u64>().is_ok())),
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What is stored is read for every film that is judged, and little: it is not compressed.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        ..IndexSettings::default()
    }
}

/// One index: built once, changed since.
pub(super) struct Generation {
    name: String,
    index: Index,
    /// Reads what was committed last.
    pub reader: IndexReader,
    /// Its fields.
    pub fields: Fields,
}

impl Generation {
    /// Opens one that is there.
    pub fn open(name: String, path: &Path) -> Result<Self, StorageError> {
        let (schema, fields) = Fields::schema();
        let index = Index::open_in_dir(path)?;
        if index.schema() == schema {
            Self::new(name, index, fields)
        } else {
            Err(StorageError::Format)
        }
    }

    fn create(
        name: String,
        directory: impl Into<Box<dyn tantivy::Directory>>,
    ) -> Result<Self, StorageError> {
        let (schema, fields) = Fields::schema();
        let index = Index::create(directory, schema, settings())?;
        Self::new(name, index, fields)
    }

    fn new(name: String, mut index: Index, fields: Fields) -> Result<Self, StorageError> {
        index.set_tokenizers(tokenizers());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            name,
            index,
            reader,
            fields,
        })
    }

    /// How far it has followed the database.
    pub fn progress(&self) -> Result<Progress, StorageError> {
        let payload = self.index.load_metas()?.payload;
        payload
            .and_then(|payload| Progress::read(&payload))
            .ok_or(StorageError::Format)
    }

    /// Reads every file to see whether it is what was written.
    pub fn verify(&self) -> Result<(), StorageError> {
        match self.index.validate_checksum()?.len() {
            0 => Ok(()),
            damaged => Err(StorageError::Damaged(damaged)),
        }
    }

    /// Opens a writer. It takes memory, so it is kept only while writing.
    pub fn writer(&self) -> Result<IndexWriter, StorageError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .num_merge_threads(1)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        // Otherwise every eighth change would write all films anew.
        policy.set_min_layer_size(256);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Makes what was written last, together with how far it goes, and shows it to readers.
    pub fn commit(&self, mut writer: IndexWriter, progress: &Progress) -> Result<(), StorageError> {
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&progress.written());
        commit.commit()?;
        self.reader.reload()?;
        writer.wait_merging_threads()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Makes one part of the many that arose from building the index, for speed.
    pub fn compact(&self) -> Result<(), StorageError> {
        let parts = self.index.searchable_segment_ids()?;
        if parts.len() > 1 {
            let mut writer = self.writer()?;
            writer.merge(&parts).wait()?;
            writer.wait_merging_threads()?;
            self.reader.reload()?;
        }
        Ok(())
    }
}

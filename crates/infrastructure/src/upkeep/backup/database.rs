//! The database at one moment, as a file.
use super::{
    BackupError, DatabaseCopy,
    folder::{draft_of, failed, settle, without_draft},
};
use crate::persistence::migration_status;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    fs::{self, File, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::Path,
};

const START: &str = "database-";
const END: &str = ".db";

/// Whether a file is called as copies of databases are.
pub(super) fn is_copy(name: &str) -> bool {
    let name = without_draft(name);
    name.starts_with(START) && name.ends_with(END)
}

/// The database that a backup is made of.
#[derive(Debug)]
pub struct BackupDatabase<'a> {
    /// The way to it.
    pub connection: &'a DatabaseConnection,
    /// Whether it is a file; a server has ways of its own.
    pub is_file: bool,
}

impl BackupDatabase<'_> {
    /// The last step of the schema's history that it has taken.
    pub(super) async fn schema(&self) -> Result<String, BackupError> {
        let steps = migration_status(self.connection).await;
        let steps = steps.map_err(BackupError::Database)?;
        let taken = steps.into_iter().rfind(|step| step.is_applied);
        Ok(taken.map(|step| step.name).unwrap_or_default())
    }

    /// Copies it as it is at one moment, while others go on reading and writing; a server is not
    /// copied.
    ///
    /// `VACUUM INTO` reads in one transaction (<https://www.sqlite.org/lang_vacuum.html>).
    pub(super) async fn copy_into(
        &self,
        folder: &Path,
    ) -> Result<Option<DatabaseCopy>, BackupError> {
        if !self.is_file {
            return Ok(None);
        }
        let draft = draft_of(&folder.join(format!("{START}new{END}")));
        match fs::remove_file(&draft) {
            Err(failure) if failure.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &draft)(failure));
            }
            Ok(()) | Err(_) => {}
        }
        self.vacuum_into(&draft).await?;
        let private = Permissions::from_mode(0o600);
        fs::set_permissions(&draft, private).map_err(failed("write", &draft))?;
        let sha256 = digest(&draft)?;
        let bytes = fs::metadata(&draft).map_err(failed("read", &draft))?.len();
        let start: String = sha256.chars().take(16).collect();
        let file = format!("{START}{start}{END}");
        settle(&draft, &folder.join(&file))?;
        Ok(Some(DatabaseCopy {
            file,
            bytes,
            sha256,
        }))
    }

    async fn vacuum_into(&self, path: &Path) -> Result<(), BackupError> {
        let Some(path) = path.to_str() else {
            let failure = DbErr::Custom(format!("{} is not UTF-8", path.display()));
            return Err(BackupError::Database(failure));
        };
        let backend = self.connection.get_database_backend();
        let statement =
            Statement::from_sql_and_values(backend, "VACUUM INTO $1", [path.to_owned().into()]);
        let done = self.connection.execute_raw(statement).await;
        done.map(drop).map_err(BackupError::Database)
    }
}

/// Removes copies that are of no use any more, and what was left of one that was broken off.
pub(super) fn remove_others(folder: &Path, kept: Option<&DatabaseCopy>) -> Result<(), BackupError> {
    let kept = kept.map(|copy| copy.file.as_str());
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let entry = entry.map_err(failed("read", folder))?;
        let name = entry.file_name();
        let is_useless = |name: &str| is_copy(name) && Some(name) != kept;
        if name.to_str().is_some_and(is_useless) {
            let path = entry.path();
            fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
    }
    Ok(())
}

/// The SHA-256 of a file in hexadecimal letters.
pub(super) fn digest(path: &Path) -> Result<String, BackupError> {
    let mut hasher = Sha256::new();
    let read = File::open(path).and_then(|mut file| io::copy(&mut file, &mut hasher));
    read.map_err(failed("read", path))?;
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

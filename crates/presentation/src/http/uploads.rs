//! Room for uploads: how many bytes of them may be in memory at once, over all requests.
use super::problem::Problem;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The room that all uploads share; copies are the same room.
#[derive(Clone, Debug)]
pub struct UploadRoom(Arc<AtomicUsize>);

/// What one upload takes up of the room, until it is dropped.
#[derive(Debug)]
pub struct Share {
    room: UploadRoom,
    taken: usize,
}

impl UploadRoom {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Begins an upload, which takes up nothing yet: room goes to those who send, not to those who
    /// only say that they will.
    pub fn share(&self) -> Share {
        Share {
            room: self.clone(),
            taken: 0,
        }
    }
}

impl Share {
    /// Takes up room for more bytes.
    ///
    /// # Errors
    /// [`Problem::uploads_full`] when there is not so much left.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let left = |free: usize| free.checked_sub(bytes);
        let room = &self.room.0;
        room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .map_err(|_too_little| Problem::uploads_full())?;
        self.taken += bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.0.fetch_add(self.taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_byte_by_byte_and_given_back_whole() {
        let room = UploadRoom::new(10);
        let (mut one, mut other) = (room.share(), room.clone().share());
        one.grow(4).unwrap();
        other.grow(6).unwrap();
        one.grow(0).unwrap();
        assert_eq!(one.grow(1).unwrap_err().code(), "http.uploads_full");
        drop(other);
        one.grow(6).unwrap();
        drop(one);
        room.share().grow(10).unwrap();
    }
}

//! Pages that start after a key, so that they neither skip nor repeat what moves meanwhile.

/// How many items a page holds, 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u8);

/// The number is no size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}, got {0}", max = PageSize::MAX)]
pub struct PageSizeOutOfRange(pub i64);

impl PageSize {
    /// The most items on a page.
    pub const MAX: u8 = 100;

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<i64> for PageSize {
    type Error = PageSizeOutOfRange;
    fn try_from(size: i64) -> Result<Self, PageSizeOutOfRange> {
        u8::try_from(size)
            .ok()
            .filter(|size| (1..=Self::MAX).contains(size))
            .map(Self)
            .ok_or(PageSizeOutOfRange(size))
    }
}

/// Asks for the page after `after`, or the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<K> {
    /// How many items.
    pub size: PageSize,
    /// The key of the last item of the page before.
    pub after: Option<K>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// Cuts the extra item that a query fetched only to learn whether there are more.
    #[must_use]
    pub fn from_overfetched(mut items: Vec<T>, size: PageSize, key: impl Fn(&T) -> K) -> Self {
        let has_more = items.len() > usize::from(size.get());
        items.truncate(usize::from(size.get()));
        let next = items.last().filter(|_| has_more).map(key);
        Self { items, next }
    }

    /// Changes the items and keeps the place.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U, K> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extra_item_only_tells_that_there_are_more() {
        let size = PageSize::try_from(2).unwrap();
        let more = Page::from_overfetched(vec![1, 2, 3], size, |n| *n);
        assert_eq!(
            more,
            Page {
                items: vec![1, 2],
                next: Some(2)
            }
        );
        let last = Page::from_overfetched(vec![1, 2], size, |n| *n);
        assert_eq!(
            last,
            Page {
                items: vec![1, 2],
                next: None
            }
        );
    }

    #[test]
    fn a_page_holds_one_to_a_hundred() {
        assert!(PageSize::try_from(0).is_err());
        assert!(PageSize::try_from(1).is_ok());
        assert!(PageSize::try_from(100).is_ok());
        assert_eq!(PageSize::try_from(101), Err(PageSizeOutOfRange(101)));
    }
}

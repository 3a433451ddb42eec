//! From counts to real numbers and places: precision is lost, which is all right for what is compared.
use num_traits::AsPrimitive;

/// A count as a real number.
pub(crate) fn real(count: impl AsPrimitive<f32>) -> f32 {
    count.as_()
}

/// A film's or a user's number as a place in a list; what does not fit is past every end.
pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A place in a list as a film's or a user's number.
pub(crate) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

//! From counts to real numbers: precision is lost, which is all right for what is compared.
use num_traits::AsPrimitive;

/// A count as a real number.
pub(crate) fn real(count: impl AsPrimitive<f32>) -> f32 {
    count.as_()
}

/// A number in single precision.
pub(crate) fn single(number: f64) -> f32 {
    number.as_()
}

//! The wiring of the adapters.
#![expect(
    missing_docs,
    reason = "the module macro leaves no place for comments on what it declares"
)]

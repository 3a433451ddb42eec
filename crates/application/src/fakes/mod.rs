//! Fakes of every port.

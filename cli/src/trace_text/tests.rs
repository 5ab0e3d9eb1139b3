//! Paths as they are written.

//! What the tests that cross the crates share.

pub mod composed;
pub mod corpus;
pub mod deployed;
pub mod fixes;
pub mod geometry;
pub mod hostile;
pub mod kernel;
pub mod large;
pub mod measured;
pub mod mended;
pub mod plain;
pub mod planted;
pub mod properties;

//! What the tests that cross the crates share.

pub mod corpus;

//! The vpcheck playground: an editor, the findings, and links that carry both. Everything runs in the browser.
//!
//! What can be told apart from the browser is: [`state`], [`report`] and [`queue`] are plain data, tested natively.

pub mod examples;
pub mod queue;
pub mod report;
pub mod state;
pub mod words;

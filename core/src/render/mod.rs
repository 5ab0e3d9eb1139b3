//! What was found, written down for other programs.
//!
//! The public formats mirror the internal types and are frozen: an internal type may change, the mirror may not.

mod cost;
mod endpoints;
pub mod json;
mod shapes;
mod trace;

pub use cost::cost;
pub use endpoints::endpoints;
pub use trace::trace;

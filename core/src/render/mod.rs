//! What was found, written down for other programs.
//!
//! The public formats mirror the internal types and are frozen: an internal type may change, the mirror may not.

mod comparison;
mod cost;
mod endpoints;
mod github;
pub mod json;
mod junit;
pub mod markdown;
mod mermaid;
mod sarif;
#[cfg(feature = "schema")]
mod schema;
mod shapes;
mod svg;
mod trace;

pub use comparison::comparison;
pub use cost::cost;
pub use endpoints::endpoints;
pub use github::github;
pub use junit::junit;
pub use mermaid::mermaid;
pub use sarif::sarif;
#[cfg(feature = "schema")]
pub use schema::schemas;
pub use svg::{SVG_STYLE, svg, svg_in_page};
pub use trace::trace;

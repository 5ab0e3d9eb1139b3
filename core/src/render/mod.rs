//! What was found, written down for other programs.
//!
//! The public formats mirror the internal types and are frozen: an internal type may change, the mirror may not.

mod cost;
mod endpoints;
pub mod json;
pub mod markdown;
mod mermaid;
mod shapes;
mod svg;
mod trace;

pub use cost::cost;
pub use endpoints::endpoints;
pub use mermaid::mermaid;
pub use svg::{SVG_STYLE, svg, svg_in_page};
pub use trace::trace;

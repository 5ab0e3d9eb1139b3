//! vpcheck reads a CloudFormation or SAM template and tells, before anything is deployed, what its Lambda
//! functions can reach from inside a VPC, why not, what it costs and what to change.
//!
//! Text goes in, plain data comes out: no files, clock, threads, environment or web types.

mod actions;
mod analysis;
pub mod capacity;
pub mod checklist;
pub mod comparison;
mod connections;
pub mod cost;
pub mod demands;
pub mod diagram;
pub mod finding;
mod fixing;
pub mod language;
mod missing;
pub mod network;
pub mod order;
pub mod paths;
pub mod redaction;
pub mod render;
mod repairing;
pub mod rules;
pub mod services;
pub mod share;
pub mod suggest;
pub mod syntax;
pub mod template;
pub mod text;
mod tracing;

pub use analysis::{Analysis, Need, Options, Source, Summary, analyze, nested_template_paths};
pub use fixing::{Applied, Fixing, Refused, fix, prove, source_is_elsewhere};
pub use repairing::{NoRepair, PathRepair, repair_path};
pub use suggest::endpoints::{prove_endpoints, suggest_endpoints};
pub use tracing::{TraceError, TraceRequest, Tracing, trace};

//! What a template says of the network.

mod reader;
mod workloads;

use super::Builder;
use crate::template::{Guard, Template};
use reader::Reader;

/// Writes every component that exists in `situation` into the network.
///
/// # Errors
/// A guard that holds in some part of the situation only, where something depends on it: ask again for both parts.
pub(super) fn declare(template: &Template<'_>, situation: Guard, builder: &mut Builder) -> Result<(), Guard> {
    let reader = Reader { template, situation };
    workloads::declare(reader, builder)
}

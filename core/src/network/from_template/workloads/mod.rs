//! Workloads: what stands in subnets.

use super::reader::{Reader, Split};
use crate::network::Builder;

/// Writes every workload into the network.
pub(super) fn declare(_reader: Reader<'_, '_>, _builder: &mut Builder) -> Result<(), Split> {
    Ok(())
}

//! Destinations that a template suggests.

use super::Goal;
use crate::network::Network;

/// What a user would ask for without being told: data stores and other listeners, services with an endpoint, the
/// internet.
pub fn suggested_goals(_network: &Network) -> Vec<Goal> {
    Vec::new()
}

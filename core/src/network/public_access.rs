//! VPC Block Public Access: what a region's switch keeps from the internet.

use super::Place;
use super::components::{SubnetIndex, VpcIndex};
use super::fact::{Fact, Missing};

/// The switch of an account in a region.
#[derive(Clone, Debug)]
pub struct PublicAccess {
    /// Where it is written.
    pub at: Option<Place>,
    /// Whether it stops what goes out, too (`block-bidirectional`).
    pub outward: Fact<bool>,
    /// VPCs that are left out.
    pub vpcs: Vec<VpcIndex>,
    /// Subnets that are left out.
    pub subnets: Vec<SubnetIndex>,
}

impl PublicAccess {
    /// Whether it stops what a subnet of a VPC sends to the internet.
    ///
    /// # Errors
    /// What is missing, where that is not known.
    pub fn stops(&self, vpc: Option<VpcIndex>, subnet: Option<SubnetIndex>) -> Result<bool, &Missing> {
        let left_out = vpc.is_some_and(|vpc| self.vpcs.contains(&vpc))
            || subnet.is_some_and(|subnet| self.subnets.contains(&subnet));
        if left_out { Ok(false) } else { self.outward.get().copied() }
    }
}

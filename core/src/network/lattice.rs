//! Services of VPC Lattice, as far as the network of a caller decides.

use super::components::{GroupIndex, VpcIndex};
use super::fact::{Fact, Listed};
use super::name::Name;
use super::workload::Listener;
use super::{Network, Place};

/// A service of VPC Lattice.
#[derive(Clone, Debug)]
pub struct LatticeService {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What it listens on.
    pub listeners: Vec<Listener>,
    /// The VPCs that are associated with a service network that has it.
    pub associations: Vec<LatticeAssociation>,
}

/// A VPC that is associated with a service network.
#[derive(Clone, Debug)]
pub struct LatticeAssociation {
    /// The association, or the network where it has no name of its own.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The VPC.
    pub vpc: Fact<VpcIndex>,
    /// The groups that let callers in; none where everybody in the VPC may call.
    pub groups: Listed<GroupIndex>,
}

impl Network {
    /// The service of VPC Lattice of a name.
    pub fn lattice_service(&self, name: &str) -> Option<&LatticeService> {
        self.lattice_services.iter().find(|service| service.name.matches(name))
    }
}

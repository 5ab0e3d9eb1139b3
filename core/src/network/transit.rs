//! Transit gateways: what is attached to them and where their route tables send it.

use super::Place;
use super::components::{
    AttachmentIndex, Destination, SubnetIndex, TransitGatewayIndex, TransitTableIndex, VpcIndex,
    VpnConnectionIndex,
};
use super::fact::{Fact, Listed, Missing};
use super::name::Name;

/// A transit gateway.
#[derive(Clone, Debug)]
pub struct TransitGateway {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The table of attachments that name none; known to be none where such attachments get no table.
    pub association_table: Fact<Option<TransitTableIndex>>,
    /// The table that learns the ranges of every attachment.
    pub propagation_table: Fact<Option<TransitTableIndex>>,
    /// Whether groups may be named across it (`SecurityGroupReferencingSupport`).
    pub group_references: Fact<bool>,
    /// Why it may have attachments and tables beside those that are known. Nothing where it has none.
    pub others: Option<Missing>,
}

/// What an attachment attaches.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a gateway has a few dozen attachments; most are of the large kind"
)]
pub enum Attached {
    /// A VPC, by an interface in one subnet of each zone.
    Vpc {
        /// The VPC.
        vpc: Fact<VpcIndex>,
        /// The subnets with an interface.
        subnets: Listed<SubnetIndex>,
        /// Whether packets keep to one interface for as long as their flow lasts, instead of to their zone
        /// (`ApplianceModeSupport`).
        appliance_mode: Fact<bool>,
        /// Whether it carries IPv6 (`Ipv6Support`).
        ipv6: Fact<bool>,
    },
    /// A VPN connection.
    Vpn(VpnConnectionIndex),
    /// A transit gateway elsewhere, Connect, Direct Connect; or something that nobody describes.
    Elsewhere,
}

/// An attachment of a transit gateway.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name; of a VPN connection the connection's.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The gateway.
    pub gateway: Fact<TransitGatewayIndex>,
    /// What it attaches.
    pub attached: Attached,
    /// The table that decides where its packets go; known to be none where it is associated with none.
    pub table: Fact<Option<TransitTableIndex>>,
    /// Whether groups may be named across it, as far as the attachment says.
    pub group_references: Fact<bool>,
}

impl Attachment {
    /// The VPC that it attaches, where it is known to attach one.
    pub fn vpc(&self) -> Option<&Fact<VpcIndex>> {
        match &self.attached {
            Attached::Vpc { vpc, .. } => Some(vpc),
            Attached::Vpn(_) | Attached::Elsewhere => None,
        }
    }
}

/// A route table of a transit gateway.
#[derive(Clone, Debug)]
pub struct TransitTable {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The routes that are written.
    pub routes: Listed<TransitRoute>,
    /// The attachments whose ranges it learns.
    pub learned: Listed<AttachmentIndex>,
}

/// A route that is written.
#[derive(Clone, Debug)]
pub struct TransitRoute {
    /// Where it is written.
    pub at: Option<Place>,
    /// What it is for.
    pub destination: Destination,
    /// Where it leads; nothing where it drops what it is for.
    pub target: Option<Fact<AttachmentIndex>>,
}

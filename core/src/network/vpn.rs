//! Virtual private gateways and VPN connections: the ways to networks that are not of AWS.

use super::Place;
use super::components::{Cidr, TransitGatewayIndex, VpcIndex, VpnGatewayIndex};
use super::fact::{Fact, Listed};
use super::name::Name;

/// A virtual private gateway.
#[derive(Clone, Debug)]
pub struct VpnGateway {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The VPC that it is attached to; known to be none where nothing attaches it.
    pub vpc: Fact<Option<VpcIndex>>,
    /// Where the attachment is written.
    pub attached_at: Option<Place>,
}

/// The end of a VPN connection at AWS's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpnEnd {
    /// A virtual private gateway.
    Gateway(VpnGatewayIndex),
    /// A transit gateway.
    Transit(TransitGatewayIndex),
    /// Not known.
    Unknown,
}

/// A VPN connection.
#[derive(Clone, Debug)]
pub struct VpnConnection {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Where it ends at AWS's side.
    pub end: VpnEnd,
    /// The gateway at the other side.
    pub customer_gateway: Option<Name>,
    /// The ranges behind it: those that are written for a static connection. What the other side announces is not known.
    pub ranges: Listed<Cidr>,
}

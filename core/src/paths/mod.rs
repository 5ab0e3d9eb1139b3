//! From a workload in a subnet to a destination and back, hop by hop.

mod answer;
mod bound;
mod code;
mod denials;
mod distinct;
mod filter;
mod flow;
mod goal;
mod names;
mod obstacle;
mod requests;
mod route;
mod suggested;
mod summary;
mod trace;
mod walk;
mod words;

pub(crate) use bound::ways;
pub use code::Code;
pub use goal::parse_goal;
pub use obstacle::Obstacle;
pub(crate) use obstacle::{End, Hindrance, vpc_with};
pub(crate) use requests::{judged, judged_calls, refuse, refuse_calls};
pub(crate) use suggested::behind;
pub use suggested::suggested_goals;
pub use summary::summed_up;
pub use trace::trace_from;
pub(crate) use trace::vpc_of;

use std::hash::{Hash, Hasher};
use std::net::Ipv4Addr;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::language::Phrase;
use crate::network::{Missing, Place, Ports, Protocol};
use crate::phrase;

/// Where traffic should go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Goal {
    /// What.
    pub target: GoalTarget,
    /// The ports; nothing where those of the target's kind are meant, and for ICMP.
    pub ports: Option<Ports>,
    /// The protocol.
    pub protocol: Protocol,
}

/// What a goal names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GoalTarget {
    /// A resource, by its logical id.
    Resource(String),
    /// An AWS service, by the suffix of its endpoint service: `s3`, `secretsmanager`.
    Service(String),
    /// Any public address.
    Internet,
    /// A host by its name.
    Host(String),
    /// An address.
    Address(Ipv4Addr),
    /// A range of addresses.
    Cidr(Ipv4Net),
    /// A range of addresses of IP version 6; an address is a range of one.
    Ipv6(Ipv6Net),
}

impl GoalTarget {
    /// The word for its kind in JSON: `resource`, `service`, `internet`, `host`, `address`, `cidr`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Resource(_) => "resource",
            Self::Service(_) => "service",
            Self::Internet => "internet",
            Self::Host(_) => "host",
            Self::Address(_) => "address",
            Self::Ipv6(net) if net.prefix_len() == net.max_prefix_len() => "address",
            Self::Cidr(_) | Self::Ipv6(_) => "cidr",
        }
    }

    /// Its name as it is written where a port may follow: an address of IPv6 in brackets.
    pub fn written(&self) -> String {
        match self {
            Self::Ipv6(_) => format!("[{}]", self.id()),
            _ => self.id(),
        }
    }

    /// Its name: `Db`, `s3`, `internet`, `api.example.com`, `10.0.0.5`.
    pub fn id(&self) -> String {
        match self {
            Self::Resource(id) | Self::Service(id) | Self::Host(id) => id.clone(),
            Self::Internet => "internet".to_owned(),
            Self::Address(address) => address.to_string(),
            Self::Cidr(net) => net.to_string(),
            Self::Ipv6(net) if net.prefix_len() == net.max_prefix_len() => net.addr().to_string(),
            Self::Ipv6(net) => net.to_string(),
        }
    }
}

/// What a trace says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Packets arrive and answers come back.
    Reachable,
    /// They do not.
    Blocked,
    /// It differs.
    Partial,
    /// It hangs on something that is not known.
    Unknown,
}

impl Verdict {
    /// `reachable`, `blocked`, `partial` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Blocked => "blocked",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }

    /// The same for people.
    pub fn words(self) -> Phrase {
        match self {
            Self::Reachable => phrase!(en: "reachable", ja: "到達可能"),
            Self::Blocked => phrase!(en: "blocked", ja: "遮断"),
            Self::Partial => phrase!(en: "partial", ja: "一部可能"),
            Self::Unknown => phrase!(en: "unknown", ja: "不明"),
        }
    }
}

/// By what a partial verdict differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// By the subnet of the source.
    Subnet,
    /// By where the target stands.
    Placement,
    /// By the port, of the target or of the caller.
    Port,
    /// By the address within a subnet or range.
    Address,
    /// By a condition of the template.
    Condition,
}

impl Difference {
    /// `subnet`, `placement`, `port`, `address` or `condition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subnet => "subnet",
            Self::Placement => "placement",
            Self::Port => "port",
            Self::Address => "address",
            Self::Condition => "condition",
        }
    }
}

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From the source to the destination.
    Out,
    /// The answer.
    Back,
}

impl Direction {
    /// `out` or `back`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Back => "back",
        }
    }
}

/// The kind of a component on a path, with the word for it in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Component {
    /// A function, database, instance...
    Workload,
    /// The VPC's resolver.
    Resolver,
    /// A security group.
    SecurityGroup,
    /// A network ACL.
    NetworkAcl,
    /// A subnet.
    Subnet,
    /// A route table.
    RouteTable,
    /// An internet gateway.
    InternetGateway,
    /// A NAT gateway.
    NatGateway,
    /// A peering connection.
    PeeringConnection,
    /// A gateway endpoint.
    GatewayEndpoint,
    /// An interface endpoint.
    InterfaceEndpoint,
    /// A network interface or instance that a route leads to.
    NetworkInterface,
    /// A transit gateway.
    TransitGateway,
    /// What is attached to a transit gateway.
    TransitAttachment,
    /// A route table of a transit gateway.
    TransitTable,
    /// A virtual private gateway.
    VpnGateway,
    /// A VPN connection.
    VpnConnection,
    /// A firewall of AWS Network Firewall.
    Firewall,
    /// An egress-only internet gateway.
    EgressOnlyGateway,
    /// Another gateway or appliance, behind which nothing is known.
    Gateway,
    /// A network that is not of AWS.
    RemoteNetwork,
    /// The internet.
    Internet,
    /// A public AWS service.
    Service,
    /// The VPC itself.
    Vpc,
}

impl Component {
    /// What people call it.
    pub fn words(self) -> Phrase {
        match self {
            Self::Workload => phrase!(en: "workload", ja: "ワークロード"),
            Self::Resolver => phrase!(en: "VPC resolver", ja: "VPC リゾルバー"),
            Self::SecurityGroup => phrase!(en: "security group", ja: "セキュリティグループ"),
            Self::NetworkAcl => phrase!(en: "network ACL", ja: "ネットワーク ACL"),
            Self::Subnet => phrase!(en: "subnet", ja: "サブネット"),
            Self::RouteTable => phrase!(en: "route table", ja: "ルートテーブル"),
            Self::InternetGateway => phrase!(en: "internet gateway", ja: "インターネットゲートウェイ"),
            Self::NatGateway => phrase!(en: "NAT gateway", ja: "NAT ゲートウェイ"),
            Self::PeeringConnection => phrase!(en: "peering connection", ja: "ピアリング接続"),
            Self::GatewayEndpoint => phrase!(en: "gateway endpoint", ja: "ゲートウェイエンドポイント"),
            Self::InterfaceEndpoint => {
                phrase!(en: "interface endpoint", ja: "インターフェイスエンドポイント")
            }
            Self::NetworkInterface => phrase!(en: "network interface", ja: "ネットワークインターフェイス"),
            Self::TransitGateway => phrase!(en: "transit gateway", ja: "Transit Gateway"),
            Self::TransitAttachment => {
                phrase!(en: "transit gateway attachment", ja: "Transit Gateway アタッチメント")
            }
            Self::TransitTable => {
                phrase!(en: "transit gateway route table", ja: "Transit Gateway ルートテーブル")
            }
            Self::VpnGateway => {
                phrase!(en: "virtual private gateway", ja: "仮想プライベートゲートウェイ")
            }
            Self::VpnConnection => phrase!(en: "VPN connection", ja: "VPN 接続"),
            Self::Firewall => phrase!(en: "firewall", ja: "ファイアウォール"),
            Self::EgressOnlyGateway => phrase!(
                en: "egress-only internet gateway",
                ja: "Egress-Only インターネットゲートウェイ",
            ),
            Self::RemoteNetwork => phrase!(en: "remote network", ja: "接続先のネットワーク"),
            Self::Gateway => phrase!(en: "gateway", ja: "ゲートウェイ"),
            Self::Internet => phrase!(en: "internet", ja: "インターネット"),
            Self::Service => phrase!(en: "AWS service", ja: "AWS サービス"),
            Self::Vpc => phrase!(en: "VPC", ja: "VPC"),
        }
    }

    /// The word for it in JSON: `security-group`, `route-table`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Resolver => "resolver",
            Self::SecurityGroup => "security-group",
            Self::NetworkAcl => "network-acl",
            Self::Subnet => "subnet",
            Self::RouteTable => "route-table",
            Self::InternetGateway => "internet-gateway",
            Self::NatGateway => "nat-gateway",
            Self::PeeringConnection => "peering-connection",
            Self::GatewayEndpoint => "gateway-endpoint",
            Self::InterfaceEndpoint => "interface-endpoint",
            Self::NetworkInterface => "network-interface",
            Self::TransitGateway => "transit-gateway",
            Self::TransitAttachment => "transit-gateway-attachment",
            Self::TransitTable => "transit-gateway-route-table",
            Self::VpnGateway => "vpn-gateway",
            Self::VpnConnection => "vpn-connection",
            Self::Firewall => "network-firewall",
            Self::EgressOnlyGateway => "egress-only-internet-gateway",
            Self::Gateway => "gateway",
            Self::RemoteNetwork => "remote-network",
            Self::Internet => "internet",
            Self::Service => "service",
            Self::Vpc => "vpc",
        }
    }
}

/// What happens at a hop, with the word for it in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Packets start or end here.
    Stand,
    /// A name is answered.
    Resolve,
    /// Let through.
    Allow,
    /// Stopped.
    Deny,
    /// Sent on.
    Forward,
    /// Addresses are replaced.
    Translate,
    /// Not known what happens.
    Unknown,
}

impl Action {
    /// `stand`, `resolve`, `allow`, `deny`, `forward`, `translate` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stand => "stand",
            Self::Resolve => "resolve",
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Forward => "forward",
            Self::Translate => "translate",
            Self::Unknown => "unknown",
        }
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Which way.
    pub direction: Direction,
    /// What packets meet.
    pub component: Component,
    /// Its name.
    pub id: String,
    /// What it does with them.
    pub action: Action,
    /// The rule, route or entry that decided, in words.
    pub detail: Phrase,
    /// Where that is written; nothing where its absence decided.
    pub at: Option<Place>,
}

/// Something that stops packets. Two that say the same of the same place are equal.
#[derive(Clone, Debug)]
pub struct Blocker {
    /// Its code: AWS's own, or one of ours.
    pub code: Code,
    /// Which way packets went.
    pub direction: Direction,
    /// What stops them.
    pub component: Component,
    /// Its name.
    pub id: String,
    /// Whose groups they are; else the NAT gateway that packets had passed, if any.
    pub of: Option<String>,
    /// Why, in words.
    pub message: Phrase,
    /// Where that is written; nothing where its absence decided.
    pub at: Option<Place>,
    /// What a repair must know; nothing where no repair is known.
    pub obstacle: Option<Box<Obstacle>>,
}

impl PartialEq for Blocker {
    fn eq(&self, other: &Self) -> bool {
        let told = |one: &Self| (one.code, one.direction, one.component, one.at);
        told(self) == told(other)
            && self.id == other.id
            && self.of == other.of
            && self.message == other.message
    }
}

impl Eq for Blocker {}

impl Hash for Blocker {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.code, self.component, self.at, &self.id).hash(state);
    }
}

/// Where traffic starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The kind of the workload: `function`.
    pub kind: &'static str,
    /// Its name.
    pub id: String,
    /// The subnet; nothing for the sum over all of them.
    pub subnet: Option<String>,
}

/// The answer for one source in one subnet (or summed over its subnets) and one destination.
#[derive(Clone, Debug)]
pub struct Trace {
    /// From where.
    pub from: Origin,
    /// To where.
    pub to: Goal,
    /// The answer.
    pub verdict: Verdict,
    /// By what it differs, where it is partial.
    pub partial_by: Vec<Difference>,
    /// The steps: where ways differ, of one that does not work. Empty in a sum.
    pub hops: Vec<Hop>,
    /// Everything that stops packets, in order of the way.
    pub blockers: Vec<Blocker>,
    /// What is not known and decides.
    pub missing: Vec<Missing>,
    /// What the answer rests on.
    pub assumptions: Vec<Phrase>,
}

//! How a template names what a change is about.

use ipnet::Ipv4Net;

use crate::network::{
    Cidr, DEFAULT_ACL, DEFAULT_GROUP, Fact, Name, Network, Ranges, SubnetIndex, VpcIndex, addresses_of,
};
use crate::paths::End;
use crate::suggest::Written;
use crate::syntax::{CollectionStyle, Node};
use crate::template::{Resource, Template, Unknown};

use super::position;

/// A range of addresses as a template can name it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Range {
    /// All addresses.
    Everything,
    /// Those of a subnet.
    Subnet(Name),
    /// Those of a VPC.
    Vpc(Name),
    /// A prefix.
    Net(Ipv4Net),
}

/// More prefixes than these are no range that anybody would write.
const NETS: usize = 4;

impl Range {
    /// The ranges of one end of a flow; nothing where they cannot be named.
    pub(super) fn of(network: &Network, end: &End) -> Option<Vec<Self>> {
        match end {
            End::Interface { subnet, .. } => Some(vec![Self::of_subnet(network, *subnet)?]),
            End::Service(_) | End::Internet => Some(vec![Self::Everything]),
            End::Numbers(ranges) => Self::of_numbers(network, ranges),
        }
    }

    pub(super) fn of_subnet(network: &Network, at: SubnetIndex) -> Option<Self> {
        let subnet = network.subnets.get(at.0).filter(|subnet| !subnet.several)?;
        match (&subnet.name, &subnet.cidr) {
            (Name::Logical(_), Fact::Known(_)) => Some(Self::Subnet(subnet.name.clone())),
            (_, Fact::Known(Cidr::Known(net))) => Some(Self::Net(*net)),
            _ => None,
        }
    }

    pub(super) fn of_vpc(network: &Network, at: VpcIndex) -> Option<Self> {
        let vpc = network.vpcs.get(at.0)?;
        match (&vpc.name, &*vpc.cidrs.items) {
            (Name::Logical(_), [_]) => Some(Self::Vpc(vpc.name.clone())),
            (_, [Cidr::Known(net)]) => Some(Self::Net(*net)),
            _ => None,
        }
    }

    /// Numbers of a subnet are its range; others are prefixes.
    fn of_numbers(network: &Network, ranges: &Ranges) -> Option<Vec<Self>> {
        let all_of = |subnet: &usize| match network.subnets.get(*subnet).map(|subnet| &subnet.cidr) {
            Some(Fact::Known(Cidr::Known(net))) => addresses_of(*net) == *ranges,
            _ => false,
        };
        if let Some(subnet) = (0..network.subnets.len()).find(all_of) {
            return Some(vec![Self::of_subnet(network, SubnetIndex(subnet))?]);
        }
        let mut nets: Vec<Ipv4Net> = Vec::new();
        for (first, last) in ranges.iter() {
            // Repairs are about IP version 4.
            nets.extend(prefixes(u32::try_from(first).ok()?, u32::try_from(last).ok()?));
        }
        match (nets.len(), Ranges::public_addresses().contains_all(ranges)) {
            (1..=NETS, _) => Some(nets.into_iter().map(Self::Net).collect()),
            (_, true) => Some(vec![Self::Everything]),
            _ => None,
        }
    }

    /// The range in a network.
    pub(super) fn cidr(&self, network: &Network) -> Option<Cidr> {
        match self {
            Self::Everything => Some(Cidr::Known(Ipv4Net::default())),
            Self::Net(net) => Some(Cidr::Known(*net)),
            Self::Subnet(name) => {
                let at = position(&network.subnets, |subnet| &subnet.name, name)?;
                network.subnets.get(at)?.cidr.known().cloned()
            }
            Self::Vpc(name) => {
                let at = position(&network.vpcs, |vpc| &vpc.name, name)?;
                network.vpcs.get(at)?.cidrs.items.first().cloned()
            }
        }
    }

    /// The range as a value. What a subnet or VPC declares is written once more: that keeps both alike, and waits for
    /// nothing.
    pub(super) fn written(&self, template: &Template<'_>, network: &Network) -> Option<Written> {
        let (Self::Subnet(Name::Logical(id)) | Self::Vpc(Name::Logical(id))) = self else {
            return Some(Written::text(self.known(network)?.to_string()));
        };
        let resource = template.resource(id)?;
        let declared = template.properties(resource).and_then(|properties| properties.get("CidrBlock"));
        if let Some(source) = declared.and_then(|node| copied(template, node)) {
            return Some(Written::Copied(source));
        }
        match (self, self.known(network)) {
            (Self::Vpc(_), _) => Some(Written::attribute(id, "CidrBlock")),
            (_, Some(net)) => Some(Written::text(net.to_string())),
            _ => None,
        }
    }

    fn known(&self, network: &Network) -> Option<Ipv4Net> {
        match self.cidr(network)? {
            Cidr::Known(net) => Some(net),
            Cidr::Symbol(_) => None,
        }
    }

    /// For titles.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Everything => "0.0.0.0/0".to_owned(),
            Self::Net(net) => net.to_string(),
            Self::Subnet(name) | Self::Vpc(name) => format!("`{name}`"),
        }
    }
}

/// A value of one line without anchors and comments, as it stands there; it can stand between braces.
fn copied(template: &Template<'_>, node: Node<'_>) -> Option<String> {
    let text = template.text();
    let source = node.span_with_tag().slice(text).trim_end();
    let plain = !source.contains(['\n', '&', '#', '|', '>']) && !source.starts_with('*');
    if node.target() != node.id() || !plain || source.is_empty() {
        return None;
    }
    if node.collection_style() == Some(CollectionStyle::Block) {
        // `Ref: Name` on a line of its own.
        let entry = node.single_entry()?;
        let (key, value) = (entry.key.span().slice(text), between_braces(text, entry.value));
        return Some(format!("{{{key}: {value}}}"));
    }
    Some(between_braces(text, node))
}

/// A value with quotes where a bracket or comma in it would end it.
fn between_braces(text: &str, node: Node<'_>) -> String {
    let (tagged, value) = (node.span_with_tag(), node.span().slice(text).trim_end());
    let source = tagged.slice(text).trim_end();
    if node.is_plain() && value.contains(['{', '}', '[', ']', ',']) {
        let tag = source.strip_suffix(value).unwrap_or("");
        return format!("{tag}'{value}'");
    }
    source.to_owned()
}

/// The prefixes that make up the numbers from one to another.
fn prefixes(first: u32, last: u32) -> Vec<Ipv4Net> {
    let mut found = Vec::new();
    let mut at = u64::from(first);
    while at <= u64::from(last) && found.len() <= NETS {
        let Ok(start) = u32::try_from(at) else { break };
        let aligned = if start == 0 { 32 } else { start.trailing_zeros() };
        let room = (u64::from(last) - at + 1).ilog2();
        let bits = aligned.min(room);
        let length = u8::try_from(32 - bits).unwrap_or(32);
        if let Ok(net) = Ipv4Net::new(start.into(), length) {
            found.push(net);
        }
        at += 1 << bits;
    }
    found
}

/// A component as the template names it by its id, with the resource that the name waits for.
pub(super) struct Reference<'a> {
    pub(super) value: Written,
    pub(super) resource: Option<&'a Resource>,
}

/// How the template names a component, where it can.
pub(super) fn reference<'a>(template: &'a Template<'_>, name: &Name) -> Option<Reference<'a>> {
    match name {
        Name::Logical(id) => {
            let resource = template.resource(id)?;
            let value = if resource.kind == "AWS::EC2::SecurityGroup" {
                Written::attribute(id, "GroupId")
            } else {
                Written::reference(id)
            };
            Some(Reference { value, resource: Some(resource) })
        }
        Name::Implied { of, what } => {
            let Name::Logical(id) = &**of else { return None };
            let attribute = match *what {
                DEFAULT_GROUP => "DefaultSecurityGroup",
                DEFAULT_ACL => "DefaultNetworkAcl",
                _ => return None,
            };
            let resource = template.resource(id)?;
            Some(Reference { value: Written::attribute(id, attribute), resource: Some(resource) })
        }
        Name::Unknown { value: Unknown::Parameter(parameter), item: None } => {
            let is_list = template.parameter(parameter).is_none_or(crate::template::Parameter::is_list);
            let value = (!is_list).then(|| Written::reference(parameter))?;
            Some(Reference { value, resource: None })
        }
        Name::Aws(id) if id.contains('-') => Some(Reference { value: Written::text(id), resource: None }),
        Name::Aws(_) | Name::Unknown { .. } => None,
    }
}

/// The resource behind which new ones about a component are written: its own, or its VPC's. Nothing for what is not of
/// this template: that is not changed.
pub(super) fn home<'a>(template: &'a Template<'_>, name: &Name) -> Option<&'a Resource> {
    match name {
        Name::Logical(id) => template.resource(id),
        Name::Implied { of, .. } => home(template, of),
        Name::Aws(_) | Name::Unknown { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn numbers_are_made_up_of_prefixes() {
        let words = |first: u32, last: u32| {
            prefixes(first, last).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words(0, u32::MAX), "0.0.0.0/0");
        assert_eq!(words(0x0A00_0005, 0x0A00_0005), "10.0.0.5/32");
        assert_eq!(words(0x0A00_0004, 0x0A00_000B), "10.0.0.4/30 10.0.0.8/30");
        assert_eq!(words(u32::MAX, u32::MAX), "255.255.255.255/32");
    }
}

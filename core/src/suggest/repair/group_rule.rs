//! A rule of a security group: as narrow as what is asked.

use crate::language::Phrase;
use crate::network::{
    Fact, GroupIndex, GroupRule, IcmpType, Name, Network, Peer, Ports, PrefixList, PrefixListIndex, Protocol,
    prefix_list_in,
};
use crate::paths::{End, Obstacle};
use crate::phrase;
use crate::services;
use crate::suggest::Written;
use crate::template::{Resource, Template};

use super::named::{Range, Reference, home, reference};
use super::{Ground, position};

/// A rule to be added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupRuleAtom {
    pub(super) group: Name,
    pub(super) egress: bool,
    pub(super) peer: PeerOf,
    protocol: Protocol,
    /// Nothing for protocols without ports.
    ports: Option<Ports>,
}

/// The other side of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PeerOf {
    Group(Name),
    Range(Range),
    /// AWS's prefix list of a service.
    Service {
        service: String,
        list: String,
    },
}

/// The type of ICMP's echo request.
const ECHO_REQUEST: u8 = 8;

/// More ports apart than these are no rules that anybody would write.
const RULES: usize = 4;

/// The rules that let an obstacle's packets through one of the groups that an interface wears.
pub(super) fn against(
    ground: Ground<'_, '_>,
    network: &Network,
    obstacle: &Obstacle,
    worn: &[GroupIndex],
    egress: bool,
) -> Option<Vec<GroupRuleAtom>> {
    let group = narrowest(network, worn, |group| {
        let name = &group.name;
        home(ground.template, name).is_some() && (!egress || is_restricted(group))
    })?;
    let peers = if egress {
        peers(ground, network, obstacle, &obstacle.destination, true)?
    } else {
        peers(ground, network, obstacle, &obstacle.source, false)?
    };
    let ports: Vec<Option<Ports>> = if obstacle.protocol.has_ports() {
        obstacle.ports.as_ref()?.iter().copied().map(Some).collect()
    } else {
        vec![None]
    };
    if ports.len() * peers.len() > RULES {
        return None;
    }
    let rule = |peer: &PeerOf, ports: Option<Ports>| GroupRuleAtom {
        group: group.clone(),
        egress,
        peer: peer.clone(),
        protocol: obstacle.protocol,
        ports,
    };
    Some(peers.iter().flat_map(|peer| ports.iter().map(|ports| rule(peer, *ports))).collect())
}

/// Whether somebody wrote what may go out: the first rule that is written takes away the one that lets everything out.
fn is_restricted(group: &crate::network::SecurityGroup) -> bool {
    !group.egress.items.iter().any(|rule| rule.default)
}

/// Of the groups that an interface wears, the one that the fewest others wear too.
fn narrowest(
    network: &Network,
    worn: &[GroupIndex],
    fits: impl Fn(&crate::network::SecurityGroup) -> bool,
) -> Option<Name> {
    let wearers = |group: GroupIndex| {
        let of_workloads = network.workloads.iter().filter(|one| one.groups.items.contains(&group)).count();
        let of_endpoints = network.endpoints.iter().filter(|one| match &one.kind {
            crate::network::EndpointKind::Interface { groups, .. } => groups.items.contains(&group),
            crate::network::EndpointKind::Gateway { .. } => false,
        });
        of_workloads + of_endpoints.count()
    };
    let fitting = worn.iter().filter_map(|at| Some((*at, network.groups.get(at.0)?)));
    let (_, group) = fitting.filter(|(_, group)| fits(group)).min_by_key(|(at, _)| wearers(*at))?;
    Some(group.name.clone())
}

fn peers(
    ground: Ground<'_, '_>,
    network: &Network,
    obstacle: &Obstacle,
    end: &End,
    egress: bool,
) -> Option<Vec<PeerOf>> {
    match end {
        End::Interface { groups, .. } if obstacle.named && !groups.is_empty() => {
            let can_name =
                |group: &crate::network::SecurityGroup| reference(ground.template, &group.name).is_some();
            if let Some(group) = narrowest(network, groups, can_name) {
                return Some(vec![PeerOf::Group(group)]);
            }
        }
        End::Service(service) => {
            let list = network.region.as_deref().and_then(|region| prefix_list_in(region, service));
            if let Some(list) = list.filter(|_| egress && services::has_gateway(service)) {
                return Some(vec![PeerOf::Service { service: service.clone(), list: list.to_owned() }]);
            }
        }
        _ => {}
    }
    // Nothing is opened to the internet inwards.
    if !egress && !matches!(end, End::Interface { .. }) {
        return None;
    }
    Some(Range::of(network, end)?.into_iter().map(PeerOf::Range).collect())
}

impl GroupRuleAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let group = position(&network.groups, |group| &group.name, &self.group)?;
        let peer = match &self.peer {
            PeerOf::Group(name) => {
                Peer::Group(GroupIndex(position(&network.groups, |group| &group.name, name)?))
            }
            PeerOf::Range(range) => Peer::Cidr(range.cidr(network)?),
            PeerOf::Service { service, list } => Peer::PrefixList(prefix_list(network, service, list)),
        };
        let rule = GroupRule {
            at: None,
            default: false,
            protocol: Fact::Known(self.protocol),
            ports: Fact::Known(self.ports.unwrap_or(Ports::ALL)),
            icmp: self.icmp(),
            peer,
        };
        let group = network.groups.get_mut(group)?;
        if self.egress { &mut group.egress } else { &mut group.ingress }.items.push(rule);
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let group = &self.group;
        let peer = match &self.peer {
            PeerOf::Group(name) => format!("`{name}`"),
            PeerOf::Range(range) => range.words(),
            PeerOf::Service { service, list } => format!("{service} ({list})"),
        };
        let what = self.traffic_words();
        if self.egress {
            phrase!(
                en: "let `{group}` send {what} to {peer}",
                ja: "`{group}` から {peer} への {what} の送信を許可する",
            )
        } else {
            phrase!(
                en: "let `{group}` take {what} from {peer}",
                ja: "`{group}` で {peer} からの {what} の受信を許可する",
            )
        }
    }

    fn icmp(&self) -> IcmpType {
        IcmpType { kind: (self.protocol == Protocol::ICMP).then_some(ECHO_REQUEST), code: None }
    }

    fn traffic_words(&self) -> String {
        match self.ports {
            Some(ports) => format!("{} {ports}", self.protocol),
            None => self.protocol.to_string(),
        }
    }

    /// The properties of the rule, without the group that it belongs to.
    pub(super) fn properties(
        &self,
        ground: Ground<'_, '_>,
        network: &Network,
    ) -> Option<Vec<(&'static str, Written)>> {
        let number = |port: u16| Written::Number(port.into());
        let mut written = vec![("IpProtocol", Written::text(self.protocol.to_string()))];
        if let Some(ports) = self.ports {
            written.push(("FromPort", number(ports.first)));
            written.push(("ToPort", number(ports.last)));
        } else if let Some(kind) = self.icmp().kind {
            // Type, and every code of it.
            written.push(("FromPort", Written::Number(kind.into())));
            written.push(("ToPort", Written::Number(-1)));
        }
        written.push(match &self.peer {
            PeerOf::Group(name) => {
                let key = if self.egress { "DestinationSecurityGroupId" } else { "SourceSecurityGroupId" };
                (key, reference(ground.template, name)?.value)
            }
            PeerOf::Range(range) => ("CidrIp", range.written(ground.template, network)?),
            PeerOf::Service { list, .. } => ("DestinationPrefixListId", Written::text(list.clone())),
        });
        Some(written)
    }

    /// The resource that the rule names beside its group.
    pub(super) fn named<'a>(&self, template: &'a Template<'_>) -> Option<&'a Resource> {
        match &self.peer {
            PeerOf::Group(name) => reference(template, name).and_then(|Reference { resource, .. }| resource),
            PeerOf::Range(_) | PeerOf::Service { .. } => None,
        }
    }

    /// What it is for, as its neighbours say it; in English, as AWS takes no other letters.
    pub(super) fn description(&self) -> String {
        let what = self.traffic_words();
        let peer = match &self.peer {
            PeerOf::Group(name) | PeerOf::Range(Range::Subnet(name) | Range::Vpc(name)) => id_words(name),
            PeerOf::Service { service, .. } => service.clone(),
            PeerOf::Range(Range::Everything | Range::Net(_)) => return format!("{what} out"),
        };
        if self.egress { format!("{what} to {peer}") } else { format!("{what} from {peer}") }
    }

    /// What a resource of its own is called.
    pub(super) fn wanted_id(&self) -> String {
        let group = id_words(&self.group);
        let peer = match &self.peer {
            PeerOf::Group(name) | PeerOf::Range(Range::Subnet(name) | Range::Vpc(name)) => id_words(name),
            PeerOf::Service { service, .. } => capitalised(service),
            PeerOf::Range(Range::Everything | Range::Net(_)) => {
                self.ports.map(|ports| format!("Port{}", ports.first)).unwrap_or_default()
            }
        };
        if self.egress { format!("{group}EgressTo{peer}") } else { format!("{group}IngressFrom{peer}") }
    }
}

/// A name as part of a logical id.
pub(super) fn id_words(name: &Name) -> String {
    match name {
        Name::Implied { of, .. } => format!("{}Default", id_words(of)),
        name => name.to_string().chars().filter(char::is_ascii_alphanumeric).collect(),
    }
}

fn capitalised(service: &str) -> String {
    let word: String = service.chars().filter(char::is_ascii_alphanumeric).collect();
    word.get(..1).map(str::to_ascii_uppercase).unwrap_or_default() + word.get(1..).unwrap_or_default()
}

/// The prefix list of a service in a network.
pub(super) fn prefix_list(network: &mut Network, service: &str, id: &str) -> PrefixListIndex {
    let known = network.prefix_lists.iter().position(|list| list.service.as_deref() == Some(service));
    PrefixListIndex(known.unwrap_or_else(|| {
        network.prefix_lists.push(PrefixList {
            name: Name::Aws(id.to_owned()),
            service: Some(service.to_owned()),
            ranges: Fact::Unknown(crate::network::Missing::PrefixList(id.to_owned())),
        });
        network.prefix_lists.len() - 1
    }))
}

//! An entry of a network ACL, before the one that denies.

use std::collections::BTreeSet;

use crate::language::Phrase;
use crate::network::{AclEntry, AclIndex, Fact, IcmpType, Name, Network, Ports, Protocol};
use crate::paths::Obstacle;
use crate::phrase;
use crate::suggest::Written;
use crate::template::reference::references;

use super::group_rule::id_words;
use super::named::{Range, home, reference};
use super::{Ground, position};

/// An entry to be added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AclEntryAtom {
    pub(super) acl: Name,
    pub(super) egress: bool,
    number: u16,
    range: Range,
    protocol: Protocol,
    /// Nothing for protocols without ports.
    ports: Option<Ports>,
    answer: bool,
}

/// Answers go to the ports that callers send from, of which AWS's NAT gateways and Linux use these.
const ANSWERS: Ports = Ports { first: 1024, last: u16::MAX };

/// The greatest number that an entry may have, and the usual distance between two.
const GREATEST: u16 = 32_766;
const STEP: u16 = 10;

/// The type of ICMP's echo request, and of its answer.
const ECHO_REQUEST: u8 = 8;
const ECHO_REPLY: u8 = 0;

/// More entries than these for one obstacle nobody would write.
const ENTRIES: usize = 4;

/// The entries that let an obstacle's packets pass.
pub(super) fn against(
    ground: Ground<'_, '_>,
    network: &Network,
    obstacle: &Obstacle,
    acl: AclIndex,
    egress: bool,
    denying: Option<u16>,
) -> Option<Vec<AclEntryAtom>> {
    let name = network.acls.get(acl.0)?.name.clone();
    home(ground.template, &name)?;
    // An entry names the far side: where packets that come in are from, where those that go out are to.
    let far = if egress == obstacle.answer { &obstacle.source } else { &obstacle.destination };
    let ports: Vec<Option<Ports>> = match (obstacle.protocol.has_ports(), obstacle.answer) {
        (false, _) => vec![None],
        (true, true) => vec![Some(ANSWERS)],
        (true, false) => obstacle.ports.as_ref()?.iter().copied().map(Some).collect(),
    };
    let mut taken = taken(ground, network, acl, egress);
    let mut entries = Vec::new();
    for range in Range::of(network, far)? {
        for ports in &ports {
            let number = free(&taken, denying)?;
            taken.insert(number);
            entries.push(AclEntryAtom {
                acl: name.clone(),
                egress,
                number,
                range: range.clone(),
                protocol: obstacle.protocol,
                ports: *ports,
                answer: obstacle.answer,
            });
        }
    }
    (entries.len() <= ENTRIES).then_some(entries)
}

/// The numbers that are taken, in whatever situation.
fn taken(ground: Ground<'_, '_>, network: &Network, acl: AclIndex, egress: bool) -> BTreeSet<u16> {
    let template = ground.template;
    let mut taken = BTreeSet::new();
    if let Some(acl) = network.acls.get(acl.0) {
        let entries = if egress { &acl.egress } else { &acl.ingress };
        taken.extend(entries.items.iter().filter_map(|entry| entry.number.known().copied()));
        for resource in template.resources.iter().filter(|one| one.kind == "AWS::EC2::NetworkAclEntry") {
            let Some(properties) = template.properties(resource) else { continue };
            let mut names_it = false;
            if let (Some(node), Name::Logical(id)) = (properties.get("NetworkAclId"), &acl.name) {
                references(node, template.text(), &mut |reference| names_it |= reference.name == id);
            }
            let number = properties.get("RuleNumber").and_then(|node| node.as_str()?.parse::<u16>().ok());
            taken.extend(number.filter(|_| names_it));
        }
    }
    taken
}

/// A free number before the one that denies; behind all others where nothing denies but the end.
fn free(taken: &BTreeSet<u16>, denying: Option<u16>) -> Option<u16> {
    let is_free = |number: &u16| !taken.contains(number);
    let Some(denying) = denying else {
        let last = taken.iter().next_back().copied().unwrap_or(90).min(GREATEST - STEP);
        let next = (last / STEP + 1) * STEP;
        return Some(next).filter(is_free).or_else(|| (1..GREATEST).rev().find(is_free));
    };
    let before = |step: u16| (1..denying).rev().filter(|number| number % step == 0).find(is_free);
    before(STEP).or_else(|| before(1))
}

impl AclEntryAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let acl = position(&network.acls, |acl| &acl.name, &self.acl)?;
        let entry = AclEntry {
            at: None,
            number: Fact::Known(self.number),
            allow: Fact::Known(true),
            protocol: Fact::Known(self.protocol),
            ports: Fact::Known(self.ports.unwrap_or(Ports::ALL)),
            icmp: self.icmp(),
            cidr: Some(self.range.cidr(network)?),
            ipv6_cidr: None,
        };
        let acl = network.acls.get_mut(acl)?;
        let entries = if self.egress { &mut acl.egress.items } else { &mut acl.ingress.items };
        let comes_later = |other: &AclEntry| other.number.known().is_none_or(|number| *number > self.number);
        let at = entries.iter().position(comes_later).unwrap_or(entries.len());
        entries.insert(at, entry);
        Some(())
    }

    fn icmp(&self) -> IcmpType {
        let kind = if self.answer { ECHO_REPLY } else { ECHO_REQUEST };
        IcmpType { kind: (self.protocol == Protocol::ICMP).then_some(kind), code: None }
    }

    pub(super) fn title(&self) -> Phrase {
        let (acl, range) = (&self.acl, self.range.words());
        let what = match self.ports {
            Some(ports) => format!("{} {ports}", self.protocol),
            None => self.protocol.to_string(),
        };
        let (answers, answers_ja) = if self.answer { ("answers, ", "応答 ") } else { ("", "") };
        if self.egress {
            phrase!(
                en: "let `{acl}` pass {answers}{what} out to {range}",
                ja: "`{acl}` で {range} への{answers_ja} {what} の送信を許可する",
            )
        } else {
            phrase!(
                en: "let `{acl}` pass {answers}{what} in from {range}",
                ja: "`{acl}` で {range} からの{answers_ja} {what} の受信を許可する",
            )
        }
    }

    /// The properties of the resource.
    pub(super) fn properties(
        &self,
        ground: Ground<'_, '_>,
        network: &Network,
    ) -> Option<Vec<(&'static str, Written)>> {
        let Protocol::Number(protocol) = self.protocol else { return None };
        let mut written = vec![
            ("NetworkAclId", reference(ground.template, &self.acl)?.value),
            ("RuleNumber", Written::Number(self.number.into())),
            ("Egress", Written::Bool(self.egress)),
            ("Protocol", Written::Number(protocol.into())),
            ("RuleAction", Written::text("allow")),
            ("CidrBlock", self.range.written(ground.template, network)?),
        ];
        let pair = |first, last, (one, other): (i64, i64)| {
            Written::Map(vec![(first, Written::Number(one)), (last, Written::Number(other))])
        };
        if let Some(ports) = self.ports {
            written.push(("PortRange", pair("From", "To", (ports.first.into(), ports.last.into()))));
        } else if let Some(kind) = self.icmp().kind {
            written.push(("Icmp", pair("Type", "Code", (kind.into(), -1))));
        }
        Some(written)
    }

    pub(super) fn wanted_id(&self) -> String {
        let way = if self.egress { "Egress" } else { "Ingress" };
        format!("{}{way}{}", id_words(&self.acl), self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::free;

    #[test]
    fn numbers_are_round_where_they_can_be() {
        let taken = |numbers: &[u16]| numbers.iter().copied().collect();
        for (numbers, denying, expected) in [
            (&[][..], None, Some(100)),
            (&[100, 110], None, Some(120)),
            (&[32_766], None, Some(32_760)),
            (&[100], Some(100), Some(90)),
            (&[90, 100], Some(100), Some(80)),
            (&[5, 6], Some(6), Some(4)),
            (&[1], Some(1), None),
        ] {
            assert_eq!(free(&taken(numbers), denying), expected, "{numbers:?} {denying:?}");
        }
    }
}

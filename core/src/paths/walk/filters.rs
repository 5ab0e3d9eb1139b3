//! Security groups and network ACLs on the way.

use super::super::filter::{self, Decision, RuleAt, Way};
use super::super::flow::{Cut, Flow, Match};
use super::super::obstacle::Hindrance;
use super::super::{Action, Code, Component, Direction, denials, words};
use super::{Standing, Walk, other_side};
use crate::network::{Fact, SubnetIndex, VpcIndex};

impl Walk<'_> {
    /// The groups that one end of the way wears.
    pub(super) fn groups(
        &mut self,
        wearer: &Standing,
        way: Way,
        flow: &Flow,
        named: &Match,
    ) -> Result<(), Cut> {
        if wearer.is_unguarded {
            return Ok(());
        }
        let network = self.network;
        let groups = &wearer.groups;
        let at = match way {
            Way::Egress => wearer.groups_at,
            Way::Ingress => wearer.groups_at.or(wearer.at),
        };
        let id = words::group_names(network, groups);
        let component = Component::SecurityGroup;
        match filter::groups(network, groups, way, flow, named)? {
            Decision::Allow(RuleAt { group, rule }) => {
                let rules = filter::rules(network, group, way);
                let group = &network.groups[group.0];
                let Some(rule) = rules.items.get(rule) else { return Ok(()) };
                let detail = words::group_rule(network, rule, way);
                self.hop(
                    Direction::Out,
                    component,
                    &group.name.to_string(),
                    Action::Allow,
                    detail,
                    rule.at.or(group.at),
                );
            }
            Decision::Deny(_) => {
                let empty =
                    groups.items.iter().all(|group| filter::rules(network, *group, way).items.is_empty());
                let code = if empty { Code::SG_HAS_NO_RULES } else { Code::ENI_SG_RULES_MISMATCH };
                let what = denials::group_denies(network, &id, &groups.items, way, flow);
                let place = match &*groups.items {
                    [only] => network.groups[only.0].at,
                    _ => at,
                };
                self.block(Direction::Out, code, component, &id, what, place.or(at));
                if let Some(blocker) = self.report.blockers.last_mut() {
                    blocker.of = Some(wearer.id.clone());
                }
                let by = Hindrance::Groups { worn: groups.items.clone(), egress: way.is_egress() };
                self.hinders(by, false, *named == Match::Yes, flow);
            }
            Decision::Unknown(missing) => {
                self.open_at(Direction::Out, component, &id, words::group_unknown(way), missing, at);
            }
        }
        Ok(())
    }

    pub(super) fn acl(
        &mut self,
        subnet: SubnetIndex,
        way: Way,
        flow: &Flow,
        answer: bool,
    ) -> Result<(), Cut> {
        let network = self.network;
        let direction = if answer { Direction::Back } else { Direction::Out };
        let component = Component::NetworkAcl;
        let subnet = &network.subnets[subnet.0];
        let (index, acl) = match &subnet.acl {
            Fact::Known(acl) => (*acl, &network.acls[acl.0]),
            Fact::Unknown(missing) => {
                let (id, missing) = (subnet.name.to_string(), missing.clone());
                self.open(direction, component, &id, words::acl_unknown(), missing);
                return Ok(());
            }
        };
        let id = acl.name.to_string();
        let entries = match way {
            Way::Egress => &acl.egress.items,
            Way::Ingress => &acl.ingress.items,
        };
        match filter::acl(network, acl, way, flow, answer)? {
            Decision::Allow(entry) => {
                if let Some(entry) = entries.get(entry) {
                    let detail = words::acl_entry(entry, way, &subnet.name);
                    self.hop(direction, component, &id, Action::Allow, detail, entry.at.or(acl.at));
                }
            }
            Decision::Deny(entry) => {
                let entry = entry.and_then(|entry| entries.get(entry));
                let what = denials::acl_denies(network, &id, entry, way, flow, answer, &subnet.name);
                let at = entry.and_then(|entry| entry.at).or(subnet.acl_at).or(acl.at);
                self.block(direction, Code::SUBNET_ACL_RESTRICTION, component, &id, what, at);
                let entry = entry.and_then(|entry| entry.number.known().copied());
                let by = Hindrance::Acl { acl: index, egress: way.is_egress(), entry };
                self.hinders(by, answer, false, flow);
            }
            Decision::Unknown(missing) => {
                self.open_at(direction, component, &id, words::acl_unknown(), missing, acl.at);
            }
        }
        Ok(())
    }

    /// Whether rules between two VPCs may name groups of the other: inside one, or peered. Where a VPC is not known,
    /// whoever wrote such a rule could.
    pub(super) fn groups_can_be_named(&self, here: Option<VpcIndex>, there: Option<VpcIndex>) -> Match {
        let (Some(here), Some(there)) = (here, there) else { return Match::Yes };
        if here == there {
            return Match::Yes;
        }
        let mut named = Match::No;
        for peering in &self.network.peerings {
            let connects = matches!(other_side(peering, Some(here)), Fact::Known(Some(vpc)) if vpc == there);
            if !connects || peering.active.known() == Some(&false) {
                continue;
            }
            match &peering.same_region {
                Fact::Known(true) => return Match::Yes,
                Fact::Known(false) => {}
                Fact::Unknown(missing) => named = Match::Maybe(missing.clone()),
            }
        }
        named
    }
}

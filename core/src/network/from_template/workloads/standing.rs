//! Where a workload stands: its subnets and groups.

use super::Writer;
use crate::network::builder::undescribed;
use crate::network::from_template::reader::{Reader, Split};
use crate::network::{Fact, GroupIndex, Listed, Missing, Name, Place, SubnetIndex, Topic, VpcIndex, Zone};
use crate::template::{Case, Resource, Unknown, Value};

/// Where a workload stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// Where its subnets are written, or else its groups.
    pub(super) at: Option<Place>,
    pub(super) subnets: Listed<SubnetIndex>,
    pub(super) groups: Listed<GroupIndex>,
}

/// The subnet groups of a service.
pub(super) struct SubnetGroups {
    /// Types of resources.
    pub(super) kinds: &'static [&'static str],
    /// The property by which a group names itself.
    pub(super) name: &'static str,
}

/// A workload that says nothing stands in a default subnet of the account's default VPC; which ones those are is not
/// read.
const DEFAULT_SUBNETS: Missing = Missing::NotFollowed(Topic::Placement);

/// What the template says wrongly or not at all where it has to; told by rules.
const BROKEN: Missing = Missing::Value(Unknown::Broken);

impl Standing {
    /// Nothing is known of it.
    pub(super) fn unknown(missing: Missing) -> Self {
        let (subnets, groups) = (Listed::unknown(missing.clone()), Listed::unknown(missing));
        Self { at: None, subnets, groups }
    }
}

impl<'a> Writer<'a, '_, '_> {
    /// The subnets in a list.
    pub(super) fn subnets(&mut self, list: &Case) -> Result<Listed<SubnetIndex>, Split> {
        // The attribute of a custom resource in place of the list may be a list itself.
        let alone = matches!(list.value, Value::Text(_));
        let mut found = Listed::default();
        for named in self.reader.names(list, self.builder)? {
            if named.name == Name::Aws(String::new()) {
                continue;
            }
            let attribute = matches!(&named.name, Name::Unknown { value: Unknown::Attribute { .. }, .. });
            let index = self.builder.subnet(&named.name);
            self.builder.network.subnets[index.0].several |= named.several || alone && attribute;
            if !found.items.contains(&index) {
                found.items.push(index);
            }
        }
        Ok(found)
    }

    /// The groups in a list. Of a list that is not known there may be more than the one that stands for it.
    pub(super) fn groups(&mut self, list: &Case) -> Result<Listed<GroupIndex>, Split> {
        let mut found = Listed::default();
        for named in self.reader.names(list, self.builder)? {
            if named.name == Name::Aws(String::new()) {
                continue;
            }
            if let (true, Name::Unknown { value, .. }) = (named.several, &named.name) {
                found.rest = Some(Missing::Value(value.clone()));
            }
            let index = self.builder.group(&named.name);
            if !found.items.contains(&index) {
                found.items.push(index);
            }
        }
        Ok(found)
    }

    /// The groups in a list; where it is empty or not written, the default group of the VPC.
    pub(super) fn groups_or_default(
        &mut self,
        list: Option<&Case>,
        subnets: &Listed<SubnetIndex>,
    ) -> Result<Listed<GroupIndex>, Split> {
        let named = list.map(|list| self.groups(list)).transpose()?.unwrap_or_default();
        Ok(if named.items.is_empty() && named.rest.is_none() { self.default_group(subnets) } else { named })
    }

    /// The default group of the VPC that holds the subnets.
    fn default_group(&mut self, subnets: &Listed<SubnetIndex>) -> Listed<GroupIndex> {
        if subnets.items.is_empty() && subnets.rest == Some(DEFAULT_SUBNETS) {
            let vpc = self.builder.default_vpc();
            return Listed::all(vec![self.builder.network.vpcs[vpc.0].default_group]);
        }
        let network = &self.builder.network;
        let mut missing = subnets.rest.clone();
        for subnet in &subnets.items {
            match &network.subnets[subnet.0].vpc {
                Fact::Known(vpc) => return Listed::all(vec![network.vpcs[vpc.0].default_group]),
                Fact::Unknown(why) => missing = missing.or_else(|| Some(why.clone())),
            }
        }
        Listed::unknown(missing.unwrap_or(BROKEN))
    }

    /// The VPC of the subnets, or else of the groups.
    pub(super) fn vpc_of(&self, standing: &Standing) -> Option<VpcIndex> {
        let network = &self.builder.network;
        let subnets = standing.subnets.items.iter().map(|subnet| &network.subnets[subnet.0].vpc);
        let groups = standing.groups.items.iter().map(|group| &network.groups[group.0].vpc);
        subnets.chain(groups).find_map(Fact::known).copied()
    }

    /// Where a resource stands that lists its subnets and groups itself, both of which AWS fills in where they are
    /// absent.
    pub(super) fn listed(
        &mut self,
        resource: &Resource,
        subnets: &[&str],
        groups: &[&str],
    ) -> Result<Standing, Split> {
        let subnets_case = self.reader.property(resource, subnets)?;
        let groups_case = self.reader.property(resource, groups)?;
        self.standing(subnets_case.as_ref(), groups_case.as_ref())
    }

    /// The same, of values.
    pub(super) fn standing(
        &mut self,
        subnets: Option<&Case>,
        groups: Option<&Case>,
    ) -> Result<Standing, Split> {
        let mut found = subnets.map(|list| self.subnets(list)).transpose()?.unwrap_or_default();
        if found.items.is_empty() && found.rest.is_none() {
            found = Listed::unknown(DEFAULT_SUBNETS);
        }
        let at = subnets.or(groups).and_then(Reader::place);
        let groups = self.groups_or_default(groups, &found)?;
        Ok(Standing { at, subnets: found, groups })
    }

    /// Where a resource stands that names a subnet group.
    pub(super) fn in_subnet_group(
        &mut self,
        group: Option<&Case>,
        of: &SubnetGroups,
        groups: Option<&Case>,
    ) -> Result<Standing, Split> {
        let subnets = match group {
            None => Listed::unknown(DEFAULT_SUBNETS),
            Some(case) => match self.named(case, of.kinds, of.name)? {
                Some(found) => match self.reader.property(found, &["SubnetIds"])? {
                    Some(list) => self.subnets(&list)?,
                    None => Listed::unknown(BROKEN),
                },
                None => Listed::unknown(undescribed(&self.reader.name(case).name)),
            },
        };
        let at = group.or(groups).and_then(Reader::place);
        let groups = self.groups_or_default(groups, &subnets)?;
        Ok(Standing { at, subnets, groups })
    }

    /// The resource of one of the types that a value means: by reference, or by the name that it gives itself.
    pub(super) fn named(
        &self,
        case: &Case,
        kinds: &[&str],
        name: &str,
    ) -> Result<Option<&'a Resource>, Split> {
        let template = self.reader.template;
        if let Some((id, _)) = case.value.resource() {
            return Ok(match template.resource(id).filter(|found| kinds.contains(&found.kind.as_str())) {
                Some(found) => self.reader.exists(found.guard)?.then_some(found),
                None => None,
            });
        }
        let Value::Text(text) = &case.value else { return Ok(None) };
        // A name of which some part is broken may be any.
        if text.parts.is_empty() || text.unknowns().any(|unknown| !is_value(unknown)) {
            return Ok(None);
        }
        for resource in self.reader.resources(kinds)? {
            let Some(own) = self.reader.property(resource, &[name])? else { continue };
            let same = match (own.value.known(), text.known()) {
                // Most of these services keep names in small letters.
                (Some(own), Some(name)) => own.eq_ignore_ascii_case(name),
                _ => own.value == case.value,
            };
            if same {
                return Ok(Some(resource));
            }
        }
        Ok(None)
    }

    /// The subnets that may be in a zone: where a workload is told its zone.
    pub(super) fn in_zone(&self, subnets: &Listed<SubnetIndex>, zone: &Case) -> Listed<SubnetIndex> {
        let Fact::Known(zone) = self.reader.zone(zone) else { return subnets.clone() };
        let may_be = |index: &&SubnetIndex| {
            let known: Option<&Zone> = self.builder.network.subnets[index.0].zone.known();
            known.and_then(|own| own.same(&zone)) != Some(false)
        };
        let items: Vec<SubnetIndex> = subnets.items.iter().filter(may_be).copied().collect();
        // A zone without a subnet is refused by AWS; then nothing is known.
        if items.is_empty() { subnets.clone() } else { Listed { items, rest: subnets.rest.clone() } }
    }

    /// What a value names that is not in the template.
    pub(super) fn missing(&self, case: &Case) -> Missing {
        undescribed(&self.reader.name(case).name)
    }
}

/// Whether an unknown stands for one value, the same wherever it is written.
fn is_value(unknown: &Unknown) -> bool {
    !matches!(
        unknown,
        Unknown::Broken | Unknown::NoSuchKey | Unknown::TooManyCases | Unknown::TooDeep | Unknown::TooLong
    )
}

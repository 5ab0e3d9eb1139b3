//! What the policies of buckets, queues, keys and APIs say of calls by the way that they come.
//!
//! Only conditions on that way are weighed (`aws:SourceVpce`, `aws:SourceVpc`, `aws:VpcSourceIp` and those that every
//! direct call answers alike); a statement with any other is left open.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::name::Name;
use super::policy::{PolicyAnswer, PolicyStatement};
use super::{Endpoint, Listed, Network, Place, Ranges};

/// The policy of a resource that is called through the API of its service.
#[derive(Clone, Debug)]
pub struct ResourcePolicy {
    /// The logical id of the resource.
    pub of: String,
    /// Where the policy is written; where the resource is, if it has none.
    pub at: Option<Place>,
    /// Its statements.
    pub statements: Listed<ResourceStatement>,
    /// Whether nobody may call it whom it does not let in, and only through an endpoint: a private API.
    pub is_private: bool,
}

/// A statement of such a policy.
#[derive(Clone, Debug)]
pub struct ResourceStatement {
    /// Its effect and actions.
    pub statement: PolicyStatement,
    /// Whether it is about every caller.
    pub is_for_everybody: bool,
    /// Whether it is about the resource itself: a bucket, a queue.
    pub is_about_whole: bool,
    /// Whether it is about all that is in it: the objects of a bucket, the methods of an API.
    pub is_about_inside: bool,
    /// Its conditions, all of which must hold.
    pub conditions: Listed<PolicyCondition>,
}

/// A condition of a statement.
#[derive(Clone, Debug)]
pub struct PolicyCondition {
    /// The operator in small letters: `stringnotequals`.
    pub operator: String,
    /// The key in small letters: `aws:sourcevpce`.
    pub key: String,
    /// What the key is compared with.
    pub values: Listed<Name>,
}

/// How a call comes to a service.
#[derive(Clone, Copy, Debug)]
pub struct CallWay<'n> {
    /// The endpoint that it comes through; nothing where it comes by public addresses.
    pub endpoint: Option<&'n Endpoint>,
    /// The addresses of the caller in its VPC; nothing where these are not known.
    pub caller: Option<&'n Ranges>,
}

/// What a value of a key is.
enum KeyValue<'n> {
    /// The key is not there.
    Absent,
    /// A name of AWS or of the template.
    Named(&'n Name),
    /// A word.
    Word(&'static str),
    /// One of these addresses.
    Addresses(&'n Ranges),
    Unknown,
}

impl ResourcePolicy {
    /// What it says of an action on all that belongs to its resource.
    pub fn of_call(&self, network: &Network, way: CallWay<'_>, action: &str) -> PolicyAnswer {
        if self.is_private && way.endpoint.is_none() {
            return self.at.map_or(PolicyAnswer::Depends, PolicyAnswer::Denied);
        }
        let statements = &self.statements.items;
        for one in statements.iter().filter(|one| !one.statement.allows && one.covers(action)) {
            if one.holds(network, way) == Some(true) {
                return PolicyAnswer::Denied(one.statement.at);
            }
        }
        let may_allow = |one: &ResourceStatement| {
            one.statement.allows
                && one.statement.may_be_about(action)
                && one.holds(network, way) != Some(false)
        };
        match self.at {
            Some(at)
                if self.is_private && self.statements.rest.is_none() && !statements.iter().any(may_allow) =>
            {
                PolicyAnswer::Denied(at)
            }
            _ => PolicyAnswer::Depends,
        }
    }
}

impl ResourceStatement {
    /// Whether it is about every call of an action by anybody, as far as its conditions go.
    fn covers(&self, action: &str) -> bool {
        let lower = action.to_ascii_lowercase();
        let is_about = match lower.strip_prefix("s3:") {
            Some(name) if name.contains('*') => self.is_about_whole && self.is_about_inside,
            Some(name) if name.contains("object") || name.contains("multipart") => self.is_about_inside,
            Some(_) => self.is_about_whole,
            None => self.is_about_whole || self.is_about_inside,
        };
        is_about && self.is_for_everybody && self.statement.is_about_all_of(action)
    }

    /// Whether all of its conditions hold for a call; nothing where that is not known.
    fn holds(&self, network: &Network, way: CallWay<'_>) -> Option<bool> {
        let mut holds = self.conditions.rest.is_none().then_some(true);
        for condition in &self.conditions.items {
            match condition.holds(network, way) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => holds = None,
            }
        }
        holds
    }
}

impl PolicyCondition {
    fn holds(&self, network: &Network, way: CallWay<'_>) -> Option<bool> {
        let (operator, if_exists) = match self.operator.strip_suffix("ifexists") {
            Some(operator) => (operator, true),
            None => (self.operator.as_str(), false),
        };
        let value = self.value(network, way);
        if operator == "null" {
            let asks_absence = self.values.items.first()?.matches("true");
            return match value {
                KeyValue::Unknown => None,
                KeyValue::Absent => Some(asks_absence),
                _ => Some(!asks_absence),
            };
        }
        let is_negated = match operator {
            "stringequals" | "stringequalsignorecase" | "stringlike" | "bool" | "ipaddress" => false,
            "stringnotequals" | "stringnotequalsignorecase" | "stringnotlike" | "notipaddress" => true,
            _ => return None,
        };
        let matched = match value {
            KeyValue::Unknown => return None,
            // Without the key a negated operator holds, and so does one that asks for it only where it is there.
            KeyValue::Absent => return Some(is_negated || if_exists),
            KeyValue::Word(word) => self.any(|value| match value {
                Name::Aws(text) => Some(text.eq_ignore_ascii_case(word)),
                _ => None,
            }),
            KeyValue::Named(name) => self.any(|value| same(name, value)),
            KeyValue::Addresses(ranges) => self.any(|value| within(ranges, value)),
        };
        matched.map(|matched| matched != is_negated)
    }

    /// Whether one of the values matches.
    fn any(&self, matches: impl Fn(&Name) -> Option<bool>) -> Option<bool> {
        let mut found = self.values.rest.is_none().then_some(false);
        for value in &self.values.items {
            match matches(value) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => found = None,
            }
        }
        found
    }

    /// What a call has for the key.
    fn value<'n>(&self, network: &'n Network, way: CallWay<'n>) -> KeyValue<'n> {
        match (self.key.as_str(), way.endpoint) {
            // Behind an endpoint there is no public address.
            ("aws:sourcevpce" | "aws:sourcevpc" | "aws:vpcsourceip", None) | ("aws:sourceip", Some(_)) => {
                KeyValue::Absent
            }
            ("aws:sourcevpce", Some(endpoint)) => KeyValue::Named(&endpoint.name),
            ("aws:sourcevpc", Some(endpoint)) => match endpoint.vpc.known() {
                Some(vpc) => KeyValue::Named(&network.vpcs[vpc.0].name),
                None => KeyValue::Unknown,
            },
            ("aws:vpcsourceip", Some(_)) => way.caller.map_or(KeyValue::Unknown, KeyValue::Addresses),
            ("aws:viaawsservice" | "aws:principalisawsservice", _) => KeyValue::Word("false"),
            ("aws:securetransport", _) => KeyValue::Word("true"),
            _ => KeyValue::Unknown,
        }
    }
}

/// Whether both name the same; what the template makes has no id that anybody could write yet.
fn same(own: &Name, value: &Name) -> Option<bool> {
    match (own, value) {
        (Name::Aws(own), Name::Aws(value)) => {
            if value.contains(['*', '?']) {
                Some(super::covers(value, own))
            } else {
                Some(own == value)
            }
        }
        (Name::Logical(own), Name::Logical(value)) => Some(own == value),
        (Name::Logical(_), Name::Aws(value)) if value == "*" => Some(true),
        (one, other) if one == other => Some(true),
        _ => None,
    }
}

/// Whether all of some addresses are in a range, or none.
fn within(ranges: &Ranges, value: &Name) -> Option<bool> {
    let Name::Aws(text) = value else { return None };
    let net = text.parse::<Ipv4Net>().ok().or_else(|| text.parse::<Ipv4Addr>().ok().map(Ipv4Net::from))?;
    let net = Ranges::of_net(net.trunc());
    match (net.contains_all(ranges), net.overlaps(ranges)) {
        (true, _) => Some(true),
        (false, false) => Some(false),
        (false, true) => None,
    }
}

//! Conditions of policies, of endpoints and of what is called alike.
//!
//! They are weighed as far as a template tells what a call has for their key: the way that it comes (`aws:SourceVpce`,
//! `aws:SourceVpc`, `aws:VpcSourceIp`), who calls (`aws:PrincipalArn`, `aws:PrincipalAccount`), whose the called
//! resource is (`aws:ResourceAccount`), and what every direct call answers alike (`aws:SecureTransport`,
//! `aws:SourceAccount`). In which organization an account is, no template tells; what is about the request itself is
//! up to the caller.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::name::Name;
use super::{Endpoint, Listed, Missing, Network, Ranges, Topic};
use crate::template::{Part, Text, Unknown};

/// A condition of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyCondition {
    /// The operator in small letters: `stringnotequals`.
    pub operator: String,
    /// The key in small letters: `aws:sourcevpce`.
    pub key: String,
    /// What the key is compared with; see [`text_of`].
    pub values: Listed<Text>,
}

/// How a call comes to a service, and who makes it.
#[derive(Clone, Copy, Debug)]
pub struct CallWay<'n> {
    /// Where it is made.
    pub network: &'n Network,
    /// The endpoint that it comes through; nothing where it comes by public addresses.
    pub endpoint: Option<&'n Endpoint>,
    /// The addresses of the caller in its VPC; nothing where these are not known.
    pub caller: Option<&'n Ranges>,
    /// The ARN of the caller's role; nothing where it has none that is written.
    pub role: Option<&'n Text>,
    /// Whether all that is called is of the template, and so of its account.
    pub on_own: bool,
}

/// The role of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct CallerRole {
    /// The function.
    pub of: Name,
    /// The role's ARN, written out as far as it is known.
    pub arn: Text,
}

/// Whether something holds for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It is up to what is asked of the service, and so to the caller.
    Aside,
    /// It hangs on something that is not known.
    Unknown(Missing),
}

/// What a call has for a key.
enum KeyValue<'n> {
    /// The key is not there.
    Absent,
    /// This.
    Text(Text),
    /// One of these addresses.
    Addresses(&'n Ranges),
    /// Something that no template tells, with what it is about.
    Beyond(Topic),
    /// Nothing that the way or the caller decides.
    Aside,
}

/// Whether all of a statement's conditions hold.
pub(super) fn all_hold(conditions: &Listed<PolicyCondition>, call: CallWay<'_>) -> Holds {
    let mut all = conditions.rest.clone().map_or(Holds::Yes, Holds::Unknown);
    for condition in &conditions.items {
        match (condition.holds(call), &all) {
            (Holds::No, _) => return Holds::No,
            (Holds::Aside, _) => all = Holds::Aside,
            (unknown @ Holds::Unknown(_), Holds::Yes) => all = unknown,
            _ => {}
        }
    }
    all
}

impl PolicyCondition {
    fn holds(&self, call: CallWay<'_>) -> Holds {
        // Every key that is weighed has one value, so that all of its values are any of them; only without a value do
        // these differ.
        let (operator, of_all) = match self.operator.split_once(':') {
            Some((quantifier, operator)) => (operator, quantifier == "forallvalues"),
            None => (self.operator.as_str(), false),
        };
        let (operator, if_exists) = match operator.strip_suffix("ifexists") {
            Some(operator) => (operator, true),
            None => (operator, false),
        };
        let own = self.value(call);
        if operator == "null" {
            return self.asks_absence(&own);
        }
        let (is_negated, is_pattern) = match operator {
            "stringequals" | "stringequalsignorecase" | "bool" | "ipaddress" => (false, false),
            "stringnotequals" | "stringnotequalsignorecase" | "notipaddress" => (true, false),
            "stringlike" | "arnlike" | "arnequals" => (false, true),
            "stringnotlike" | "arnnotlike" | "arnnotequals" => (true, true),
            _ => return Holds::Aside,
        };
        let matched = match own {
            KeyValue::Aside => return Holds::Aside,
            // Without the key a negated operator holds, and so does one that asks for it only where it is there.
            KeyValue::Absent => {
                return if is_negated || if_exists || of_all { Holds::Yes } else { Holds::No };
            }
            KeyValue::Text(own) => {
                let ignores_case = operator.ends_with("ignorecase") || operator == "bool";
                self.any(|value| compare(value, &own, is_pattern, ignores_case))
            }
            KeyValue::Addresses(ranges) => self.any(|value| within(ranges, value)),
            KeyValue::Beyond(topic) => self.any(|value| Err(beyond(topic, value))),
        };
        match matched {
            Ok(matched) if matched == is_negated => Holds::No,
            Ok(_) => Holds::Yes,
            Err(missing) => Holds::Unknown(missing),
        }
    }

    fn asks_absence(&self, own: &KeyValue<'_>) -> Holds {
        let Some(asked) = self.values.items.first().and_then(Text::known) else { return Holds::Aside };
        let is_absent = match own {
            KeyValue::Aside => return Holds::Aside,
            KeyValue::Absent => true,
            KeyValue::Text(_) | KeyValue::Addresses(_) | KeyValue::Beyond(_) => false,
        };
        if (asked == "true") == is_absent { Holds::Yes } else { Holds::No }
    }

    /// Whether one of the values matches.
    fn any(&self, matches: impl Fn(&Text) -> Result<bool, Missing>) -> Result<bool, Missing> {
        let mut missing = self.values.rest.clone();
        for value in &self.values.items {
            match matches(value) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(one) => missing = missing.or(Some(one)),
            }
        }
        missing.map_or(Ok(false), Err)
    }

    /// What a call has for the key.
    fn value<'n>(&self, call: CallWay<'n>) -> KeyValue<'n> {
        let named = |name: &Name| KeyValue::Text(text_of(name, prefix_of(&self.key)));
        let word = |word: &str| KeyValue::Text(Text::literal(word));
        match (self.key.as_str(), call.endpoint) {
            // Behind an endpoint there is no public address.
            ("aws:sourcevpce" | "aws:sourcevpc" | "aws:vpcsourceip", None) | ("aws:sourceip", Some(_)) => {
                KeyValue::Absent
            }
            ("aws:sourcevpce", Some(endpoint)) => named(&endpoint.name),
            ("aws:sourcevpc", Some(endpoint)) => match endpoint.vpc.get() {
                Ok(vpc) => named(&call.network.vpcs[vpc.0].name),
                Err(_) => KeyValue::Beyond(Topic::DeployedId),
            },
            ("aws:vpcsourceip", Some(_)) => {
                call.caller.map_or(KeyValue::Beyond(Topic::CallerAddress), KeyValue::Addresses)
            }
            ("aws:principalarn", _) => {
                call.role.map_or(KeyValue::Beyond(Topic::CallerRole), |arn| KeyValue::Text(arn.clone()))
            }
            // A role that a function may have is of the function's account.
            ("aws:principalaccount", _) => KeyValue::Text(account()),
            ("aws:resourceaccount", _) if call.on_own => KeyValue::Text(account()),
            ("aws:principalorgid", _) => organization(call.network),
            ("aws:resourceorgid", _) if call.on_own => organization(call.network),
            ("aws:principalorgpaths", _) => KeyValue::Beyond(Topic::Organization),
            ("aws:resourceorgpaths", _) if call.on_own => KeyValue::Beyond(Topic::Organization),
            ("aws:principaltype", _) => word("AssumedRole"),
            ("aws:viaawsservice" | "aws:principalisawsservice", _) => word("false"),
            ("aws:securetransport", _) => word("true"),
            // Only calls that a service makes for somebody have these.
            (
                "aws:sourceaccount"
                | "aws:sourcearn"
                | "aws:sourceorgid"
                | "aws:sourceorgpaths"
                | "aws:principalservicename"
                | "aws:principalservicenameslist"
                | "aws:calledvia"
                | "aws:calledviafirst"
                | "aws:calledvialast",
                _,
            ) => KeyValue::Absent,
            _ => KeyValue::Aside,
        }
    }
}

/// The organization of the account.
fn organization(network: &Network) -> KeyValue<'_> {
    match &network.organization {
        Some(id) => KeyValue::Text(Text::literal(id)),
        None => KeyValue::Beyond(Topic::Organization),
    }
}

/// The account of the stack.
fn account() -> Text {
    Text::of(Part::Unknown(Unknown::Pseudo("AWS::AccountId".to_owned())))
}

/// How the ids begin that a key has.
pub(super) fn prefix_of(key: &str) -> &'static str {
    match key {
        "aws:sourcevpce" => "vpce-",
        "aws:sourcevpc" => "vpc-",
        _ => "",
    }
}

/// A name as text: an id of AWS is itself; one that the template makes begins like all of its kind, and goes on with what
/// nobody knows yet.
pub(super) fn text_of(name: &Name, prefix: &str) -> Text {
    let mut text = Text::default();
    match name {
        Name::Aws(id) => text.push(Part::Literal(id.clone())),
        Name::Logical(id) => {
            text.push(Part::Literal(prefix.to_owned()));
            text.push(Part::Resource { id: id.clone(), attribute: None });
        }
        Name::Unknown { value, item: Some(index) } => {
            text.push(Part::Item { list: value.clone(), index: *index });
        }
        Name::Unknown { value, item: None } => text.push(Part::Unknown(value.clone())),
        Name::Implied { of, what } => {
            text.push(Part::Resource { id: of.to_string(), attribute: Some((*what).to_owned()) });
        }
    }
    text
}

/// What would tell whether something beyond the template is what a value names.
fn beyond(topic: Topic, value: &Text) -> Missing {
    match value.unknowns().next() {
        Some(unknown) => Missing::Value(unknown.clone()),
        None => Missing::Beyond(topic, Name::Aws(value.to_string())),
    }
}

/// Whether all of some addresses are in a range, or none.
fn within(ranges: &Ranges, value: &Text) -> Result<bool, Missing> {
    let unclear = || beyond(Topic::CallerAddress, value);
    let text = value.known().ok_or_else(unclear)?;
    let net = text.parse::<Ipv4Net>().ok().or_else(|| text.parse::<Ipv4Addr>().ok().map(Ipv4Net::from));
    let net = Ranges::of_net(net.ok_or_else(unclear)?.trunc());
    match (net.contains_all(ranges), net.overlaps(ranges)) {
        (true, _) => Ok(true),
        (false, false) => Ok(false),
        (false, true) => Err(unclear()),
    }
}

/// A letter of a text, or a part of it that is not known.
#[derive(Clone, Copy, PartialEq)]
enum Sign<'a> {
    Letter(u8),
    /// Any letter, of a pattern.
    One,
    /// Any letters, of a pattern.
    Any,
    Open(&'a Part),
}

fn signs(text: &Text, is_pattern: bool, ignores_case: bool) -> Vec<Sign<'_>> {
    let mut found = Vec::new();
    for part in &text.parts {
        match part {
            Part::Literal(letters) => found.extend(letters.bytes().map(|letter| match letter {
                b'*' if is_pattern => Sign::Any,
                b'?' if is_pattern => Sign::One,
                letter if ignores_case => Sign::Letter(letter.to_ascii_lowercase()),
                letter => Sign::Letter(letter),
            })),
            open => found.push(Sign::Open(open)),
        }
    }
    found
}

/// Whether a value of a condition matches what a call has; what is missing where that is not known.
fn compare(value: &Text, own: &Text, is_pattern: bool, ignores_case: bool) -> Result<bool, Missing> {
    let (pattern, signs_of_own) = (signs(value, is_pattern, ignores_case), signs(own, false, ignores_case));
    if agree(&pattern, &signs_of_own, false) {
        return Ok(true);
    }
    if !agree(&pattern, &signs_of_own, true) {
        return Ok(false);
    }
    let told = |text: &Text| text.unknowns().find(|one| !is_fixed(one)).cloned();
    Err(match told(value).or_else(|| told(own)) {
        Some(unknown) => Missing::Value(unknown),
        None => match own.parts.iter().chain(&value.parts).find_map(made) {
            Some(id) => Missing::Beyond(Topic::DeployedId, Name::Logical(id.clone())),
            None => Missing::Value(Unknown::Pseudo("AWS::AccountId".to_owned())),
        },
    })
}

/// The resource that a part is of.
fn made(part: &Part) -> Option<&String> {
    match part {
        Part::Resource { id, .. } => Some(id),
        _ => None,
    }
}

/// What every stack has, and no parameter gives.
fn is_fixed(unknown: &Unknown) -> bool {
    matches!(unknown, Unknown::Pseudo(_))
}

/// Whether a pattern agrees with a text whatever its open parts are, or (`perhaps`) with some choice of them. Rows of a
/// table from the ends, so that no pattern takes more steps than both lengths multiplied.
fn agree(pattern: &[Sign<'_>], own: &[Sign<'_>], perhaps: bool) -> bool {
    // Whether what follows a place in the text agrees with what follows one in the pattern: behind its end first.
    let mut below: Vec<bool> = vec![false; own.len() + 1];
    let mut row = below.clone();
    for at in (0..=pattern.len()).rev() {
        for place in (0..=own.len()).rev() {
            let (sign, letter) = (pattern.get(at), own.get(place));
            let next = row.get(place + 1).copied().unwrap_or(false);
            let both = below.get(place + 1).copied().unwrap_or(false);
            row[place] = match (sign, letter) {
                (None, None) => true,
                (Some(Sign::Any), _) => below[place] || next,
                (Some(one), Some(other)) if one == other => both,
                // Two that the template makes are two.
                (Some(Sign::Open(Part::Resource { .. })), Some(Sign::Open(Part::Resource { .. }))) => false,
                (Some(Sign::One), Some(Sign::Letter(_))) => both,
                (Some(Sign::Open(_)), _) if perhaps => below[place] || next,
                (_, Some(Sign::Open(_))) if perhaps => {
                    // No name or account has what parts an ARN.
                    let may_be = !matches!(sign, None | Some(Sign::Letter(b':' | b'/')));
                    next || (may_be && below[place])
                }
                _ => false,
            };
        }
        std::mem::swap(&mut row, &mut below);
    }
    below[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str) -> Part {
        match name.strip_prefix('!') {
            Some(id) => Part::Resource { id: id.to_owned(), attribute: None },
            None if name.starts_with("AWS::") => Part::Unknown(Unknown::Pseudo(name.to_owned())),
            None => Part::Unknown(Unknown::Parameter(name.to_owned())),
        }
    }

    /// `${!Id}` is what the template makes, `${Name}` a parameter, `${AWS::X}` a pseudo parameter.
    fn text(written: &str) -> Text {
        let mut text = Text::default();
        let mut rest = written;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}').unwrap();
            text.push(Part::Literal(before.to_owned()));
            text.push(part(name));
            rest = after;
        }
        text.push(Part::Literal(rest.to_owned()));
        text
    }

    #[test]
    fn values_are_compared_as_far_as_they_are_known() {
        let role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/";
        let made = format!("{role}${{!Role}}");
        let named = format!("{role}app/reports");
        for (value, own, expected) in [
            ("vpce-${!Own}", "vpce-${!Own}", Some(true)),
            ("vpce-${!Other}", "vpce-${!Own}", Some(false)),
            ("vpce-0123", "vpce-${!Own}", None),
            ("vpc-0123", "vpce-${!Own}", Some(false)),
            ("vpce-*", "vpce-${!Own}", Some(true)),
            ("${Given}", "vpce-${!Own}", None),
            ("${Given}", "${Given}", Some(true)),
            ("111122223333", "${AWS::AccountId}", None),
            ("${AWS::AccountId}", "${AWS::AccountId}", Some(true)),
            ("111122223333", "444455556666", Some(false)),
            (&made, &made, Some(true)),
            ("arn:${AWS::Partition}:iam::*:role/aws-service-role/*", &made, Some(false)),
            ("arn:*:iam::*:role/*", &made, Some(true)),
            ("arn:${AWS::Partition}:iam::111122223333:role/reports", &made, None),
            ("arn:${AWS::Partition}:iam::111122223333:role/other", &named, Some(false)),
            ("arn:${AWS::Partition}:iam::111122223333:role/app/reports", &named, None),
            ("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/rep*", &named, Some(true)),
            ("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/report?", &named, Some(true)),
            ("arn:${AWS::Partition}:iam::*:user/*", &named, Some(false)),
        ] {
            let found = compare(&text(value), &text(own), true, false);
            assert_eq!(found.as_ref().ok().copied(), expected, "{value} {own}: {found:?}");
        }
        assert_eq!(compare(&text("vpce-*"), &text("vpce-${!Own}"), false, false).ok(), None);
        assert_eq!(compare(&text("TRUE"), &text("true"), false, true), Ok(true));
    }

    #[test]
    fn what_is_not_known_is_named() {
        let missing = |value: &str, own: &str| compare(&text(value), &text(own), true, false).unwrap_err();
        assert_eq!(
            missing("vpce-0123", "vpce-${!Own}"),
            Missing::Beyond(Topic::DeployedId, Name::Logical("Own".to_owned()))
        );
        assert_eq!(
            missing("${Given}", "vpce-${!Own}"),
            Missing::Value(Unknown::Parameter("Given".to_owned()))
        );
        assert_eq!(
            missing("111122223333", "${AWS::AccountId}"),
            Missing::Value(Unknown::Pseudo("AWS::AccountId".to_owned()))
        );
    }
}

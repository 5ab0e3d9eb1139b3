//! What the policy of an endpoint lets through.
//!
//! A policy judges requests, not packets: it says which actions of which callers on which resources pass. Statements are
//! read as far as they decide for every caller and resource; what hangs on those is left open.
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>

use super::policy_condition::{CallWay, Holds, PolicyCondition, all_hold};
use super::{Listed, Missing, Place};
use crate::template::{Part, Text};

/// What the policy of an endpoint allows.
#[derive(Clone, Debug, PartialEq)]
pub enum EndpointPolicy {
    /// None is written, which allows everything.
    Open,
    /// One is written that allows everything as well.
    OpenInWriting {
        /// Where.
        at: Place,
        /// The statement that does.
        statement: Place,
    },
    /// One is written that allows less, or that is not known.
    Written(Box<WrittenPolicy>),
}

/// A policy as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenPolicy {
    /// Where.
    pub at: Place,
    /// Its statements; those that are not known are the rest.
    pub statements: Listed<PolicyStatement>,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a clause of a statement, and every combination occurs"
)]
pub struct PolicyStatement {
    /// Where it is written.
    pub at: Place,
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// The actions as written, perhaps with wildcards.
    pub actions: Vec<String>,
    /// Whether it is about all actions but these.
    pub all_but: bool,
    /// Whether it is about every caller.
    pub is_for_everybody: bool,
    /// Whether it is about every resource.
    pub is_about_everything: bool,
    /// The resources that it names; nothing where it is about others too, or about some that are not known.
    pub resources: Option<Vec<Text>>,
    /// Its conditions, all of which must hold.
    pub conditions: Listed<PolicyCondition>,
}

/// What a policy says of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyAnswer {
    /// Everybody may do it on everything.
    Allowed,
    /// Nobody may, because of what stands here.
    Denied(Place),
    /// It hangs on the caller, the resource, what is asked of it, or something that is not known.
    Depends,
    /// It hangs on a condition alone, and that on this.
    Unknown(Missing),
}

impl WrittenPolicy {
    /// What it says of a call of an action such as `s3:GetObject`, which may have wildcards itself.
    pub fn of(&self, action: &str, call: CallWay<'_>) -> PolicyAnswer {
        self.judge(action, call, |_| true)
    }

    /// The same of an action on one resource of the template: what is allowed on others only is not allowed on it.
    pub fn of_call(&self, action: &str, on: &OwnResource, call: CallWay<'_>) -> PolicyAnswer {
        self.judge(action, call, |one| {
            one.resources.as_ref().is_none_or(|all| all.iter().any(|text| on.may_be(text)))
        })
    }

    /// `is_on` tells which statements may be about what is called.
    fn judge(
        &self,
        action: &str,
        call: CallWay<'_>,
        is_on: impl Fn(&PolicyStatement) -> bool,
    ) -> PolicyAnswer {
        let (mut missing, mut may_be_denied) = (None, false);
        for deny in self.statements.items.iter().filter(|one| !one.allows && one.may_be_about(action)) {
            let is_certain = deny.is_about_all() && deny.is_about_all_of(action);
            match deny.holds(call) {
                Holds::No => continue,
                Holds::Yes if is_certain => return PolicyAnswer::Denied(deny.at),
                Holds::Unknown(one) if is_certain => missing = missing.or(Some(one)),
                _ => {}
            }
            may_be_denied = true;
        }
        let about = self.statements.items.iter().filter(|one| one.allows && one.may_be_about(action));
        let allows: Vec<(&PolicyStatement, Holds)> =
            about.filter(|one| is_on(one)).map(|one| (one, one.holds(call))).collect();
        if self.statements.rest.is_some() {
            return missing.map_or(PolicyAnswer::Depends, PolicyAnswer::Unknown);
        }
        match allowed(&allows) {
            Holds::No => {
                // The one whose condition fails tells more than the whole.
                let at = if let [(one, _)] = &*allows { one.at } else { self.at };
                return PolicyAnswer::Denied(at);
            }
            Holds::Unknown(one) => missing = missing.or(Some(one)),
            Holds::Yes | Holds::Aside => {}
        }
        let is_allowed = |(one, holds): &(&PolicyStatement, Holds)| {
            *holds == Holds::Yes && one.is_about_all() && one.is_about_all_of(action)
        };
        match missing {
            Some(missing) => PolicyAnswer::Unknown(missing),
            None if !may_be_denied && allows.iter().any(is_allowed) => PolicyAnswer::Allowed,
            None => PolicyAnswer::Depends,
        }
    }

    /// Whether it lets nothing through at all.
    pub fn allows_nothing(&self) -> bool {
        self.statements.rest.is_none() && self.statements.items.iter().all(|one| !one.allows)
    }

    /// What it comes to at an endpoint of a service.
    pub fn at(self, service: Option<&str>) -> EndpointPolicy {
        match self.open_statement(service) {
            Some(statement) => EndpointPolicy::OpenInWriting { at: self.at, statement: statement.at },
            None => EndpointPolicy::Written(Box::new(self)),
        }
    }

    /// The statement by which it lets everything through, where nothing closes it again.
    fn open_statement(&self, service: Option<&str>) -> Option<&PolicyStatement> {
        let is_every_call = |action: &str| {
            let own = action.strip_suffix(":*");
            action == "*"
                || own.is_some_and(|own| service.is_some_and(|service| own.eq_ignore_ascii_case(service)))
        };
        let statements = &self.statements.items;
        let is_open = |one: &PolicyStatement| {
            one.is_general() && !one.all_but && one.actions.iter().any(|action| is_every_call(action))
        };
        let may_close = self.statements.rest.is_some() || statements.iter().any(|one| !one.allows);
        statements.iter().find(|one| is_open(one)).filter(|_| !may_close)
    }

    /// The actions that its statements allow somebody on something, as written; nothing where some allows all but some.
    pub fn allowed_actions(&self) -> Option<Vec<&str>> {
        let mut found: Vec<&str> = Vec::new();
        for statement in self.statements.items.iter().filter(|one| one.allows) {
            if statement.all_but {
                return None;
            }
            for action in &statement.actions {
                if !found.contains(&action.as_str()) {
                    found.push(action);
                }
            }
        }
        Some(found)
    }
}

/// Whether one of some statements may let a call through: not known where only what is not known decides.
pub(super) fn allowed<T>(statements: &[(T, Holds)]) -> Holds {
    let mut all = Holds::No;
    for (_, holds) in statements {
        match holds {
            Holds::Yes | Holds::Aside => return holds.clone(),
            Holds::Unknown(_) if all == Holds::No => all = holds.clone(),
            _ => {}
        }
    }
    all
}

/// A bucket, queue or topic of the template, as policies name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnResource {
    /// Its logical id.
    pub id: String,
    /// The name that it is given; nothing where AWS makes one up.
    pub name: Option<String>,
}

impl OwnResource {
    /// Whether a resource as a policy writes it may be this one, or in it.
    fn may_be(&self, text: &Text) -> bool {
        let named = text.parts.iter().find_map(|part| match part {
            Part::Resource { id, .. } => Some(id),
            _ => None,
        });
        if let Some(id) = named {
            return *id == self.id || text.unknowns().next().is_some_and(|one| !is_pseudo(one));
        }
        if text.unknowns().any(|one| !is_pseudo(one)) {
            return true;
        }
        let written = text.to_string();
        let pattern = written.rsplit(':').next().unwrap_or_default();
        let pattern = pattern.split('/').next().unwrap_or_default();
        match &self.name {
            Some(name) => covers(pattern, name),
            // Whatever AWS makes up, it is no name that somebody wrote out.
            None => pattern.contains(['*', '?']),
        }
    }
}

/// Account, region and partition stand before a name, never in place of one.
fn is_pseudo(unknown: &crate::template::Unknown) -> bool {
    matches!(unknown, crate::template::Unknown::Pseudo(_))
}

impl PolicyStatement {
    /// Whether it is about every caller and every resource.
    fn is_about_all(&self) -> bool {
        self.is_for_everybody && self.is_about_everything
    }

    /// Whether it is so without a condition.
    pub(super) fn is_general(&self) -> bool {
        self.is_about_all() && self.conditions == Listed::default()
    }

    /// Whether its conditions hold for a call.
    pub(super) fn holds(&self, call: CallWay<'_>) -> Holds {
        all_hold(&self.conditions, call)
    }

    /// Whether it is about every action that `action` stands for.
    pub(super) fn is_about_all_of(&self, action: &str) -> bool {
        if self.all_but {
            !self.actions.iter().any(|own| overlaps(own, action))
        } else {
            self.actions.iter().any(|own| covers(own, action))
        }
    }

    /// Whether it may be about one of the actions that `action` stands for.
    pub(super) fn may_be_about(&self, action: &str) -> bool {
        if self.all_but {
            !self.actions.iter().any(|own| covers(own, action))
        } else {
            self.actions.iter().any(|own| overlaps(own, action))
        }
    }
}

/// Whether every action that `action` stands for is one of `pattern`. Both may have wildcards; letter case aside.
pub(crate) fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    matches(pattern.as_bytes(), action.as_bytes())
}

/// Whether an action may be one of both patterns: false only where their fixed beginnings or ends differ.
pub(crate) fn overlaps(one: &str, other: &str) -> bool {
    let is_wild = |letter: u8| matches!(letter, b'*' | b'?');
    let (one, other) = (one.to_ascii_lowercase().into_bytes(), other.to_ascii_lowercase().into_bytes());
    let has_wildcard = |text: &[u8]| text.iter().any(|letter| is_wild(*letter));
    match (has_wildcard(&one), has_wildcard(&other)) {
        (_, false) => matches(&one, &other),
        (false, true) => matches(&other, &one),
        (true, true) => {
            let fixed = |pair: (&u8, &u8)| !is_wild(*pair.0) && !is_wild(*pair.1);
            let same_start = one.iter().zip(&other).take_while(|pair| fixed(*pair)).all(|(a, b)| a == b);
            let same_end =
                one.iter().rev().zip(other.iter().rev()).take_while(|pair| fixed(*pair)).all(|(a, b)| a == b);
            same_start && same_end
        }
    }
}

/// Glob with `*` and `?`, in linear memory: the last star takes one character more whenever the rest does not fit.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(in_text) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(own) if own == letter || (*own == b'?' && *letter != b'*') => {
                at += 1;
                in_text += 1;
            }
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    in_text = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;

    #[test]
    fn patterns_cover_what_they_stand_for() {
        for (pattern, action, expected) in [
            ("*", "s3:GetObject", true),
            ("s3:*", "s3:GetObject", true),
            ("s3:Get*", "s3:getObject", true),
            ("s3:*Object", "s3:GetObject", true),
            ("s3:Get?bject", "s3:GetObject", true),
            ("s3:Get*", "s3:*", false),
            ("s3:GetObject", "s3:GetObjectAcl", false),
            ("s3:*a*b*c", "s3:xaxbx", false),
        ] {
            assert_eq!(covers(pattern, action), expected, "{pattern} {action}");
        }
    }

    fn statement(allows: bool, actions: &[&str], is_general: bool) -> PolicyStatement {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        PolicyStatement {
            at: place(7),
            allows,
            actions,
            all_but: false,
            is_for_everybody: is_general,
            is_about_everything: is_general,
            resources: None,
            conditions: Listed::default(),
        }
    }

    fn way(network: &Network) -> CallWay<'_> {
        CallWay { network, endpoint: None, caller: None, role: None, on_own: false }
    }

    fn of(policy: &WrittenPolicy, action: &str) -> PolicyAnswer {
        policy.of(action, way(&Network::default()))
    }

    fn place(at: u32) -> Place {
        Place::in_template(crate::text::Span::new(at, at))
    }

    fn policy(statements: Vec<PolicyStatement>) -> WrittenPolicy {
        WrittenPolicy { at: place(1), statements: Listed::all(statements) }
    }

    #[test]
    fn what_nothing_allows_is_denied_where_the_policy_is_written() {
        let reads = policy(vec![statement(true, &["s3:Get*", "s3:ListBucket"], false)]);
        assert_eq!(of(&reads, "s3:PutObject"), PolicyAnswer::Denied(place(1)));
        assert_eq!(of(&reads, "s3:GetObject"), PolicyAnswer::Depends, "on resources");
        assert_eq!(of(&reads, "s3:*"), PolicyAnswer::Depends);
        let all = policy(vec![statement(true, &["s3:Get*"], true)]);
        assert_eq!(of(&all, "S3:getobject"), PolicyAnswer::Allowed);
        assert_eq!(of(&all, "s3:*"), PolicyAnswer::Depends, "some of it is allowed");
    }

    #[test]
    fn what_is_allowed_on_others_is_denied() {
        let of = |id: &str| Part::Resource { id: id.to_owned(), attribute: Some("Arn".to_owned()) };
        let literal = |text: &str| Part::Literal(text.to_owned());
        let region = Part::Unknown(crate::template::Unknown::Pseudo("AWS::Region".to_owned()));
        let account = Part::Unknown(crate::template::Unknown::Parameter("Name".to_owned()));
        let network = Network::default();
        let made_up = OwnResource { id: "Own".to_owned(), name: None };
        let named = OwnResource { id: "Own".to_owned(), name: Some("reports-eu".to_owned()) };
        for (parts, by_id, by_name) in [
            (vec![of("Own"), literal("/*")], true, true),
            (vec![of("Other"), literal("/*")], false, false),
            (vec![literal("arn:aws:s3:::layers/*")], false, false),
            (vec![literal("arn:aws:s3:::layers-"), region, literal("/*")], false, false),
            (vec![literal("arn:aws:s3:::reports-*")], true, true),
            (vec![literal("arn:aws:s3:::reports-eu/in/*")], false, true),
            (vec![literal("*")], true, true),
            (vec![literal("arn:aws:s3:::"), account, literal("/*")], true, true),
        ] {
            let mut one = statement(true, &["s3:*"], false);
            one.resources = Some(vec![Text { parts: parts.clone() }]);
            let policy = policy(vec![one]);
            let may =
                |on: &OwnResource| policy.of_call("s3:GetObject", on, way(&network)) == PolicyAnswer::Depends;
            assert_eq!((may(&made_up), may(&named)), (by_id, by_name), "{parts:?}");
        }
    }

    #[test]
    fn a_general_deny_wins_and_any_other_leaves_it_open() {
        let denied = policy(vec![statement(true, &["*"], true), statement(false, &["s3:Delete*"], true)]);
        assert_eq!(of(&denied, "s3:DeleteObject"), PolicyAnswer::Denied(place(7)));
        assert_eq!(of(&denied, "s3:GetObject"), PolicyAnswer::Allowed);
        let some = policy(vec![statement(true, &["*"], true), statement(false, &["s3:*"], false)]);
        assert_eq!(of(&some, "s3:DeleteObject"), PolicyAnswer::Depends);
        let mut but = statement(false, &["s3:Get*"], true);
        but.all_but = true;
        let but = policy(vec![statement(true, &["*"], true), but]);
        assert_eq!(of(&but, "s3:PutObject"), PolicyAnswer::Denied(place(7)));
        assert_eq!(of(&but, "s3:GetObject"), PolicyAnswer::Allowed);
    }

    #[test]
    fn what_is_not_known_denies_nothing() {
        let mut open = policy(vec![statement(true, &["s3:GetObject"], true)]);
        open.statements.rest = Some(crate::network::Missing::Region);
        assert_eq!(of(&open, "s3:PutObject"), PolicyAnswer::Depends);
        assert_eq!(of(&open, "s3:GetObject"), PolicyAnswer::Depends, "it may be denied");
        assert!(!open.allows_nothing() && policy(Vec::new()).allows_nothing());
    }

    #[test]
    fn patterns_overlap_unless_their_fixed_parts_differ() {
        for (one, other, expected) in [
            ("s3:Get*", "s3:*Object", true),
            ("s3:Get*", "s3:Put*", false),
            ("s3:*Object", "s3:*Bucket", false),
            ("s3:GetObject", "s3:Get?bject", true),
            ("s3:GetObject", "s3:PutObject", false),
            ("*", "sqs:SendMessage", true),
        ] {
            assert_eq!((overlaps(one, other), overlaps(other, one)), (expected, expected), "{one} {other}");
        }
    }
}

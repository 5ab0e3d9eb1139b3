//! What the policies of buckets, queues, keys and APIs say of calls by the way that they come and by who makes them.

use super::policy::{PolicyAnswer, PolicyStatement, allowed};
use super::policy_condition::{CallWay, Holds};
use super::{Listed, Place};

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
    /// Its effect, actions, callers and conditions.
    pub statement: PolicyStatement,
    /// Whether it is about the resource itself: a bucket, a queue.
    pub is_about_whole: bool,
    /// Whether it is about all that is in it: the objects of a bucket, the methods of an API.
    pub is_about_inside: bool,
}

impl ResourcePolicy {
    /// What it says of an action on all that belongs to its resource.
    pub fn of_call(&self, call: CallWay<'_>, action: &str) -> PolicyAnswer {
        if self.is_private && call.endpoint.is_none() {
            return self.at.map_or(PolicyAnswer::Depends, PolicyAnswer::Denied);
        }
        let statements = &self.statements.items;
        let mut missing = None;
        for one in statements.iter().filter(|one| !one.statement.allows && one.covers(action)) {
            match one.statement.holds(call) {
                Holds::Yes => return PolicyAnswer::Denied(one.statement.at),
                Holds::Unknown(one) => missing = missing.or(Some(one)),
                Holds::No | Holds::Aside => {}
            }
        }
        if self.is_private && self.statements.rest.is_none() {
            let about = statements.iter().map(|one| &one.statement);
            let about = about.filter(|one| one.allows && one.may_be_about(action));
            let allows: Vec<(&PolicyStatement, Holds)> = about.map(|one| (one, one.holds(call))).collect();
            match (allowed(&allows), self.at) {
                (Holds::No, Some(at)) => return PolicyAnswer::Denied(at),
                (Holds::Unknown(one), _) => missing = missing.or(Some(one)),
                _ => {}
            }
        }
        missing.map_or(PolicyAnswer::Depends, PolicyAnswer::Unknown)
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
        is_about && self.statement.is_for_everybody && self.statement.is_about_all_of(action)
    }
}

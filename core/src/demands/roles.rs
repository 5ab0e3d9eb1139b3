//! Roles and the policies on them.

use std::collections::HashMap;

use super::scope::Scope;
use crate::template::{Case, Guard, Resource, Value};

const ATTACHED: [&str; 3] = ["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];

/// A policy on a role.
#[derive(Clone, Debug)]
pub(super) enum Policy {
    /// A document.
    Document(Case),
    /// The ARN of one that AWS manages.
    Managed(String, Case),
    /// One that stands elsewhere.
    Elsewhere,
}

/// A role of the template.
#[derive(Clone, Debug, Default)]
pub(super) struct Role {
    pub(super) policies: Vec<Policy>,
    /// How many functions have it.
    pub(super) functions: usize,
}

/// The roles of a template, by logical id.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles(HashMap<String, Role>);

impl Roles {
    pub(super) fn read(scope: Scope<'_, '_>) -> Self {
        let mut roles = Self::default();
        for resource in scope.resources(&["AWS::IAM::Role"]) {
            let mut role = Role::default();
            for policy in scope.listed(resource, &["Policies"]) {
                let documents = scope.entry(&policy, "PolicyDocument");
                if documents.is_empty() {
                    role.policies.push(Policy::Elsewhere);
                }
                role.policies.extend(documents.into_iter().map(Policy::Document));
            }
            for arn in scope.listed(resource, &["ManagedPolicyArns"]) {
                role.policies.extend(managed(scope, &arn));
            }
            roles.0.insert(resource.id.clone(), role);
        }
        for policy in scope.resources(&ATTACHED) {
            let documents = scope.property(policy, &["PolicyDocument"]);
            let mut names = scope.listed(policy, &["Roles"]);
            names.extend(scope.property(policy, &["RoleName"]));
            for name in names {
                let Some(role) = role_of(scope, &name).and_then(|id| roles.0.get_mut(&id.id)) else {
                    continue;
                };
                role.policies.extend(documents.iter().filter_map(|case| {
                    Some(Policy::Document(Case {
                        guard: scope.both(case.guard, name.guard)?,
                        ..case.clone()
                    }))
                }));
            }
        }
        for function in scope.functions() {
            for case in scope.property(function, &["Role"]) {
                if let Some(role) = role_of(scope, &case).and_then(|id| roles.0.get_mut(&id.id)) {
                    role.functions += 1;
                }
            }
        }
        roles
    }

    /// The roles that a function may have, and whether these are all. Nothing where none is known.
    pub(super) fn of(&self, scope: Scope<'_, '_>, function: &Resource) -> (Vec<(Guard, &Role)>, bool) {
        let cases = scope.property(function, &["Role"]);
        let found: Vec<_> = cases
            .iter()
            .filter_map(|case| Some((case.guard, self.0.get(&role_of(scope, case)?.id)?)))
            .collect();
        let all = found.len() == cases.len() && !cases.is_empty();
        (found, all)
    }
}

/// The role that a reference, an ARN or a name means.
fn role_of<'a>(scope: Scope<'a, '_>, case: &Case) -> Option<&'a Resource> {
    scope.named_as(&case.value, &["AWS::IAM::Role"], "RoleName")
}

fn managed(scope: Scope<'_, '_>, arn: &Case) -> Vec<Policy> {
    if let Some(policy) = scope.named(&arn.value) {
        if policy.kind != "AWS::IAM::ManagedPolicy" {
            return vec![Policy::Elsewhere];
        }
        let documents = scope.property(policy, &["PolicyDocument"]);
        let here = |case: Case| Some(Case { guard: scope.both(case.guard, arn.guard)?, ..case });
        return documents.into_iter().filter_map(here).map(Policy::Document).collect();
    }
    match &arn.value {
        Value::Text(text) if text.to_string().contains(":iam::aws:policy/") => {
            vec![Policy::Managed(text.to_string(), arn.clone())]
        }
        _ => vec![Policy::Elsewhere],
    }
}

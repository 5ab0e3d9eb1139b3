//! What a function's role allows, by the service that the calls go to.

use std::collections::BTreeMap;

use super::actions::{Call, call, is_wide};
use super::leads::{Lead, lead};
use super::roles::{Policy, Role, Roles};
use super::scope::{Scope, named_in, place};
use super::service_work::ServiceWork;
use super::statements::{self, Action, Statement};
use super::weigh::{Sign, Weight};
use super::{DemandSource, Evidence, EvidenceKind, managed_policies, on, resource_goal};
use crate::network::Place;
use crate::network::covers;
use crate::paths::GoalTarget;
use crate::phrase;
use crate::template::{Guard, Resource, Text};

/// How much a permission says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grant {
    /// Others mostly make the calls with it.
    Behind,
    /// It names the service, but no calls.
    Wide,
    /// It names calls, and stands on a role that several functions have.
    Shared,
    /// It names calls, or a resource of the template.
    Specific,
}

/// What a statement allows of one service.
#[derive(Clone, Debug)]
pub(super) struct Permission {
    /// The service, by the suffix of its endpoint service.
    pub(super) suffix: &'static str,
    pub(super) grant: Grant,
    pub(super) resources: Vec<Text>,
    pub(super) evidence: Evidence,
}

/// What a function may do.
#[derive(Clone, Debug, Default)]
pub(super) struct Permissions {
    /// Whether its role is in the template.
    pub(super) known: bool,
    /// Whether all policies of it could be read.
    pub(super) complete: bool,
    /// Whether everything is allowed.
    pub(super) everything: bool,
    pub(super) granted: Vec<Permission>,
}

/// What the function's role allows; permissions for resources in a VPC become signs at once.
pub(super) fn of_function(
    scope: Scope<'_, '_>,
    function: &Resource,
    roles: &Roles,
    work: &ServiceWork,
    signs: &mut Vec<Sign>,
) -> Permissions {
    let (found, known) = roles.of(scope, function);
    let mut permissions = Permissions { known, complete: true, ..Permissions::default() };
    for (when, role) in found {
        let mut reading = Reading { scope, function, work, role, permissions: &mut permissions, signs };
        reading.role(when);
    }
    permissions
}

struct Reading<'r, 'a, 't> {
    scope: Scope<'a, 't>,
    function: &'r Resource,
    work: &'r ServiceWork,
    role: &'r Role,
    permissions: &'r mut Permissions,
    signs: &'r mut Vec<Sign>,
}

impl Reading<'_, '_, '_> {
    fn role(&mut self, when: Guard) {
        let mut all: Vec<Statement> = Vec::new();
        for policy in &self.role.policies {
            match policy {
                Policy::Document(document) => {
                    let read = statements::read(self.scope, document);
                    self.permissions.complete &= read.complete;
                    all.extend(read.all);
                }
                Policy::Managed(arn, case) => {
                    if let Some(when) = self.scope.both(when, case.guard) {
                        self.managed(arn, place(case), when);
                    }
                }
                Policy::Elsewhere => self.permissions.complete = false,
            }
        }
        let (allows, denies): (Vec<_>, Vec<_>) = all.into_iter().partition(|statement| statement.allows);
        for statement in &allows {
            if let Some(when) = self.scope.both(when, statement.when) {
                self.statement(statement, when, &denies);
            }
        }
    }

    fn managed(&mut self, arn: &str, at: Place, when: Guard) {
        let Some(purpose) = managed_policies::purpose(arn) else {
            self.permissions.complete = false;
            return;
        };
        let name = arn.rsplit('/').next().unwrap_or(arn);
        for word in purpose {
            let Some((prefix, action)) = word.split_once(':') else {
                if word == "*" {
                    self.permissions.everything = true;
                } else {
                    self.grant_managed(word, "*", name, at, when);
                }
                continue;
            };
            self.grant_managed(prefix, action, name, at, when);
        }
    }

    fn grant_managed(&mut self, prefix: &str, action: &str, name: &str, at: Place, when: Guard) {
        let (suffix, grant) = match call(prefix, &action.to_ascii_lowercase()) {
            Call::Api(suffix) if action == "*" => (suffix, Grant::Wide),
            Call::Api(suffix) => (suffix, self.specific(&[])),
            Call::Behind(suffix) => (suffix, Grant::Behind),
            Call::Resource | Call::Public | Call::None => return,
        };
        let words = phrase!(
            en: "its role has the AWS managed policy `{name}`",
            ja: "ロールに AWS 管理ポリシー `{name}` が付いています",
        );
        let actions = vec![format!("{prefix}:{action}")];
        let evidence =
            Evidence { kind: EvidenceKind::ManagedPolicy, at, words, actions, resources: Vec::new(), when };
        self.permissions.granted.push(Permission { suffix, grant, resources: Vec::new(), evidence });
    }

    fn statement(&mut self, statement: &Statement, when: Guard, denies: &[Statement]) {
        // All actions but some are as good as all.
        if statement.all_but {
            self.permissions.everything = true;
            return;
        }
        let manages_interfaces =
            statement.actions.iter().any(|action| covers("ec2:*NetworkInterface*", &action.text));
        let mut calls: BTreeMap<(&'static str, Grant), Vec<&Action>> = BTreeMap::new();
        for action in &statement.actions {
            if self.is_denied(action, statement, denies) {
                continue;
            }
            let lower = action.text.to_ascii_lowercase();
            if lower == "*" || lower == "*:*" {
                self.permissions.everything |= statement.any_resource;
                continue;
            }
            let Some((prefix, name)) = lower.split_once(':') else { continue };
            let beside_interfaces = manages_interfaces
                && prefix == "ec2"
                && ["describesubnets", "describesecuritygroups", "describevpcs", "describeavailabilityzones"]
                    .contains(&name);
            let by_service = self.work.does(prefix, name, &statement.resources, statement.any_resource);
            let asks_service =
                prefix == "kms" && statement.conditions.iter().any(|key| key == "kms:viaservice");
            if beside_interfaces || by_service || asks_service {
                continue;
            }
            match call(prefix, name) {
                Call::Api(suffix) => {
                    let wide = is_wide(name) && (statement.any_resource || statement.resources.is_empty());
                    let grant = if wide { Grant::Wide } else { self.specific(&statement.resources) };
                    calls.entry((suffix, grant)).or_default().push(action);
                }
                Call::Behind("ecr.api") if self.work.is_image => {}
                Call::Behind(suffix) => calls.entry((suffix, Grant::Behind)).or_default().push(action),
                Call::Resource => self.resources(action, statement, when),
                Call::Public => self.public(action, when),
                Call::None => {}
            }
        }
        for ((suffix, grant), actions) in calls {
            let evidence = allowed(&actions, statement, when);
            let resources = statement.resources.clone();
            self.permissions.granted.push(Permission { suffix, grant, resources, evidence });
        }
    }

    /// A permission for named calls says less of each function where several have the role.
    fn specific(&self, resources: &[Text]) -> Grant {
        let is_named = resources.iter().any(|text| named_in(text).next().is_some());
        if self.role.functions > 1 && !is_named { Grant::Shared } else { Grant::Specific }
    }

    /// Whether a statement without conditions denies the action on every resource.
    fn is_denied(&self, action: &Action, statement: &Statement, denies: &[Statement]) -> bool {
        denies.iter().any(|deny| {
            let is_listed = deny.actions.iter().any(|denied| covers(&denied.text, &action.text));
            let is_there =
                self.scope.template.with_guards(|guards| guards.implies(statement.when, deny.when));
            deny.any_resource && deny.conditions.is_empty() && is_there && is_listed != deny.all_but
        })
    }

    /// Permissions to use what stands in a VPC, such as signing in to a database by IAM.
    fn resources(&mut self, action: &Action, statement: &Statement, when: Guard) {
        for text in &statement.resources {
            for (id, _) in named_in(text) {
                let Some(resource) = self.scope.template.resource(id) else { continue };
                if lead(&resource.kind, Some("Endpoint")) == Lead::Store {
                    let evidence = allowed(&[action], statement, when);
                    self.sign(resource_goal(&resource.id), Weight::Likely, evidence);
                }
            }
        }
    }

    fn public(&mut self, action: &Action, when: Guard) {
        let text = &action.text;
        let words = phrase!(
            en: "its role allows {text}, a call for which no VPC endpoint is known",
            ja: "ロールで {text} が許可されていますが、対応する VPC エンドポイントは確認されていません",
        );
        let actions = vec![text.clone()];
        let at = Place::in_template(action.at);
        let resources = Vec::new();
        let evidence = Evidence { kind: EvidenceKind::Statement, at, words, actions, resources, when };
        self.sign(on(GoalTarget::Internet, 443), Weight::Possible, evidence);
    }

    fn sign(&mut self, goal: crate::paths::Goal, weight: Weight, evidence: Evidence) {
        let source = DemandSource::Function(self.function.id.clone());
        self.signs.push(Sign { source, goal, weight, evidence });
    }
}

/// The evidence of a statement, at the first of its actions.
fn allowed(actions: &[&Action], statement: &Statement, when: Guard) -> Evidence {
    const SHOWN: usize = 3;
    let names: Vec<String> = actions.iter().map(|action| action.text.clone()).collect();
    let mut shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        shown.push_str(", ...");
    }
    let resource = statement.resources.iter().flat_map(named_in).map(|(id, _)| id).next();
    let words = match resource {
        Some(id) => phrase!(
            en: "its role allows {shown} on `{id}`",
            ja: "ロールで `{id}` への {shown} が許可されています",
        ),
        None => phrase!(en: "its role allows {shown}", ja: "ロールで {shown} が許可されています"),
    };
    let at = actions.first().map(|action| action.at).unwrap_or_default();
    let (kind, at) = (EvidenceKind::Statement, Place::in_template(at));
    Evidence { kind, at, words, actions: names, resources: only_named(&statement.resources), when }
}

/// The resources of the template that a list names, if it names nothing else.
fn only_named(resources: &[Text]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in resources {
        let Some((id, _)) = named_in(text).next() else { return Vec::new() };
        if !found.iter().any(|own| own == id) {
            found.push(id.to_owned());
        }
    }
    found
}

//! What each function must reach, with the evidence: declarations, variables, IAM, groups, file systems, layers, code.
//!
//! What the Lambda service does with the function's role outside its VPC (logs of stdout, traces, polling of queues and
//! streams, dead letters and destinations) is no demand.

mod actions;
mod apis;
mod code;
mod custom_resources;
mod declarations;
mod environment;
mod file_systems;
mod groups;
mod hosts;
mod layers;
mod leads;
mod managed_instances;
mod managed_policies;
mod permissions;
mod pollers;
mod roles;
pub(crate) mod scope;
pub(crate) mod service_work;
mod statements;
mod weigh;

pub(crate) use environment::names_a_store;

use std::collections::HashMap;

use crate::language::Phrase;
use crate::network::{Missing, Place, Ports, Protocol, Situated};
use crate::order::Order;
use crate::paths::{Goal, GoalTarget};
use crate::syntax::Node;
use crate::template::{Guard, Template};
use scope::Scope;
use weigh::Sign;

/// Who must reach something. The names are logical ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DemandSource {
    /// A function.
    Function(String),
    /// What polls a Kafka cluster, a broker or a database for an event source mapping. It stands in the subnets of the
    /// source and wears its groups.
    Poller {
        /// The event source mapping.
        mapping: String,
        /// What is polled, where it is a resource of the template.
        source: Option<String>,
    },
    /// The instances of a capacity provider that no function of the template uses.
    CapacityProvider(String),
}

impl DemandSource {
    /// The logical id of the function, mapping or provider.
    pub fn id(&self) -> &str {
        match self {
            Self::Function(id) | Self::CapacityProvider(id) | Self::Poller { mapping: id, .. } => id,
        }
    }
}

/// How sure it is that a demand is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Something allows it or hints at it, no more.
    Possible,
    /// Somebody wrote down that it is meant: permissions for named actions, a group rule.
    Likely,
    /// Declared, or a variable and the permission for it, or the function cannot work without it.
    Certain,
}

impl Confidence {
    /// `certain`, `likely` or `possible`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// `Metadata: {vpcheck: {reaches, mustNotReach}}`.
    Declaration,
    /// An environment variable.
    Variable,
    /// A statement of a policy in the template.
    Statement,
    /// A policy that AWS manages.
    ManagedPolicy,
    /// A file system that the function mounts.
    FileSystem,
    /// A rule of a security group.
    GroupRule,
    /// A layer.
    Layer,
    /// Code that stands in the template.
    Code,
    /// A custom resource whose answer the function has to deliver.
    CustomResource,
    /// A rotation of a secret.
    Rotation,
    /// A mapping of an event source that is polled from inside a VPC.
    EventSource,
    /// Instances of a capacity provider.
    CapacityProvider,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it is written.
    pub at: Place,
    /// What it says, as a clause without a full stop.
    pub words: Phrase,
    /// The IAM actions that it allows, as written; empty for other kinds.
    pub actions: Vec<String>,
    /// The resources of the template that it names, by their logical ids: those that the actions are allowed on.
    pub resources: Vec<String>,
    /// When it is there.
    pub when: Guard,
}

/// What calling an API takes.
pub(crate) const INVOKE: &str = "execute-api:Invoke";

/// Something that a source must reach, or must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Who.
    pub source: DemandSource,
    /// What. A resource without ports is meant on those of its kind.
    pub goal: Goal,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, the strongest first.
    pub evidence: Vec<Evidence>,
    /// Whether it must not be reached.
    pub forbidden: bool,
    /// When: the situations in which any of the evidence is there.
    pub when: Guard,
}

impl Demand {
    /// The IAM actions that statements of the template allow for it, each once, as written.
    pub(crate) fn actions(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let statements = self.evidence.iter().filter(|one| one.kind == EvidenceKind::Statement);
        for action in statements.flat_map(|one| &one.actions) {
            if !found.contains(&action.as_str()) {
                found.push(action);
            }
        }
        found
    }

    /// Which actions it calls on which resources of the template (first the resource), as far as evidence names them.
    pub(crate) fn calls(&self) -> Vec<(&str, &str)> {
        let is_api = matches!(&self.goal.target, GoalTarget::Service(service) if service == "execute-api");
        let mut found: Vec<(&str, &str)> = Vec::new();
        for one in &self.evidence {
            let invoked = (is_api && one.kind == EvidenceKind::Variable).then_some(INVOKE);
            for resource in &one.resources {
                let actions = one.actions.iter().map(String::as_str).chain(invoked);
                for call in actions.map(|action| (resource.as_str(), action)) {
                    if !found.contains(&call) {
                        found.push(call);
                    }
                }
            }
        }
        found
    }

    /// The same, or none where a permission names no resources: then it is for others too.
    pub(crate) fn all_calls(&self) -> Vec<(&str, &str)> {
        if self.names_every_call() { self.calls() } else { Vec::new() }
    }

    /// Whether every permission names the resources that it is for.
    pub(crate) fn names_every_call(&self) -> bool {
        self.evidence.iter().all(|one| one.actions.is_empty() || !one.resources.is_empty())
    }
}

/// A variable that names something to reach, which is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenVariable {
    /// Its name: `DB_HOST`.
    pub name: String,
    /// Its value's place.
    pub at: Place,
    /// Why it is not known.
    pub missing: Missing,
    /// Whether its name is one of a data store's.
    pub data_store: bool,
}

/// How much is known of what a function demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// The function.
    pub function: String,
    /// Whether its role is a resource of the template. Where it is not, nothing is known of its permissions.
    pub role_known: bool,
    /// Whether every policy of the role could be read, too.
    pub role_complete: bool,
    /// Whether the role allows everything (`Action: "*"`), which says nothing of what the function does.
    pub allows_everything: bool,
    /// Variables that name hosts which are not known.
    pub open_variables: Vec<OpenVariable>,
}

/// A declaration that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationProblem {
    /// Whose; nothing for one of the whole template.
    pub function: Option<String>,
    /// Where.
    pub at: Place,
    /// What is wrong.
    pub what: Phrase,
    /// What to do.
    pub next: Phrase,
}

/// What [`infer`] finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Each once for source and goal: functions in the order of the template, then pollers and providers; the surest
    /// first.
    pub demands: Vec<Demand>,
    /// How much is known, of each function.
    pub functions: Vec<Knowledge>,
    /// Conditions of policies that ask which VPC or endpoint a call comes from: they tie callers to the VPC.
    pub vpc_conditions: Vec<Place>,
    /// Declarations that cannot be read.
    pub problems: Vec<DeclarationProblem>,
    /// Where a function is in `functions`, and between which places of `demands` its own are.
    places: HashMap<String, (Option<usize>, usize, usize)>,
}

impl Demands {
    /// What a function demands, in order.
    pub fn of<'d>(&'d self, function: &'d str) -> impl Iterator<Item = &'d Demand> {
        let (_, from, to) = self.places.get(function).copied().unwrap_or_default();
        let between = self.demands.get(from..to).unwrap_or_default();
        between
            .iter()
            .filter(move |demand| matches!(&demand.source, DemandSource::Function(id) if id == function))
    }

    /// How much is known of what a function demands.
    pub fn knowledge(&self, function: &str) -> Option<&Knowledge> {
        let (at, ..) = self.places.get(function)?;
        self.functions.get((*at)?)
    }

    /// Whether the source of a demand may call nothing but what its role's own statements name.
    pub(crate) fn is_permitted_by_statements_alone(&self, demand: &Demand) -> bool {
        self.knowledge(demand.source.id()).is_some_and(|known| known.role_complete)
            && demand.evidence.iter().all(|one| one.kind != EvidenceKind::ManagedPolicy)
    }

    /// A large template asks for each of thousands of functions, by every rule.
    fn place_functions(&mut self) {
        for (at, known) in self.functions.iter().enumerate() {
            self.places.entry(known.function.clone()).or_default().0.get_or_insert(at);
        }
        for (at, demand) in self.demands.iter().enumerate() {
            if let DemandSource::Function(id) = &demand.source {
                let (_, from, to) = self.places.entry(id.clone()).or_default();
                if *to == 0 {
                    *from = at;
                }
                *to = at + 1;
            }
        }
    }
}

/// What functions, pollers and capacity providers of `template` must reach, whether they stand in a VPC or not.
/// `networks` is what [`crate::network::resolve`] makes of the same template; group rules are read there.
pub fn infer(template: &Template<'_>, networks: &[Situated]) -> Demands {
    let scope = Scope::new(template);
    let mut found = Demands { vpc_conditions: vpc_conditions(template), ..Demands::default() };
    let mut signs: Vec<Sign> = Vec::new();
    let roles = roles::Roles::read(scope);
    let names = environment::Names::new();
    let configured = service_work::Configured::read(scope);
    let mut permissions = Vec::new();
    for function in scope.functions() {
        let work = service_work::ServiceWork::read(scope, function, &configured);
        let granted = permissions::of_function(scope, function, &roles, &work, &mut signs);
        let open_variables = environment::read(scope, function, &granted, &names, &mut signs);
        layers::read(scope, function, &mut signs);
        file_systems::read(scope, function, &mut signs);
        code::read(scope, function, &mut signs);
        managed_instances::read(scope, function, &mut signs);
        found.functions.push(Knowledge {
            function: function.id.clone(),
            role_known: granted.known,
            role_complete: granted.known && granted.complete,
            allows_everything: granted.everything,
            open_variables,
        });
        permissions.push((function.id.clone(), granted));
    }
    custom_resources::read(scope, &mut signs);
    groups::read(scope, networks, &mut signs);
    pollers::read(scope, &mut signs);
    managed_instances::read_providers(scope, &mut signs);
    let mut forbidden = Vec::new();
    declarations::read(scope, &mut signs, &mut forbidden, &mut found.problems);
    found.demands = weigh::demands(scope, signs, forbidden, &permissions);
    found.place_functions();
    found
}

/// A service, on HTTPS.
fn service_goal(suffix: &str) -> Goal {
    on(GoalTarget::Service(suffix.to_owned()), 443)
}

/// A resource, on the ports of its kind.
fn resource_goal(id: &str) -> Goal {
    Goal { target: GoalTarget::Resource(id.to_owned()), ports: None, protocol: Protocol::TCP }
}

fn on(target: GoalTarget, port: u16) -> Goal {
    Goal { target, ports: Some(Ports::one(port)), protocol: Protocol::TCP }
}

/// Every key `aws:SourceVpc` and `aws:SourceVpce` of the text.
fn vpc_conditions(template: &Template<'_>) -> Vec<Place> {
    let is_one = |name: &str| {
        name.eq_ignore_ascii_case("aws:SourceVpc") || name.eq_ignore_ascii_case("aws:SourceVpce")
    };
    let mut found: Vec<Place> = template
        .parsed
        .tree
        .nodes()
        .filter(|node| node.is_mapping())
        .flat_map(Node::entries)
        .filter(|entry| entry.name().is_some_and(is_one))
        .map(|entry| Place::in_template(entry.key.span()))
        .collect();
    found.order();
    found.dedup();
    found
}

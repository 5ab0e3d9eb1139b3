//! How many executions of a function run at once, and how many connections their databases take.
//!
//! *Invariant:* what a database takes is a range with an end that it surely does not pass, or nothing.

mod callers;
mod code;
mod limits;
mod proxies;
mod spare;

pub(crate) use callers::{Bound, Caller, How, callers};
pub(crate) use code::connects_in_handler;
use limits::limit;
pub(crate) use limits::{Limit, has_proxies};

use crate::demands::scope::Scope;
use crate::demands::{Confidence, Demand, DemandSource, Demands, EvidenceKind};
use crate::network::Place;
use crate::paths::GoalTarget;
use crate::template::{Guard, Resource, Template, Value};
use crate::text::Span;

/// Concurrent executions of an account in a region, where nobody asked for more. An assumption.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const ACCOUNT: u64 = 1000;

/// A function that connects to a database itself.
#[derive(Clone, Debug)]
pub(crate) struct Direct {
    /// The function.
    pub(crate) function: String,
    /// The database: the cluster, where it is an instance of one.
    pub(crate) database: String,
    /// Why.
    pub(crate) at: Span,
    /// Whether a variable names the database.
    pub(crate) by_variable: bool,
    /// Whether that is the endpoint of a cluster's readers, which are other instances than the writer.
    pub(crate) reads: bool,
    /// When.
    pub(crate) when: Guard,
}

/// Executions at once of a function, and connections each.
#[derive(Clone, Debug)]
pub(crate) struct Executions {
    /// How many at most.
    pub(crate) most: u64,
    /// Where that is written.
    pub(crate) at: Span,
    /// What says so.
    pub(crate) by: By,
    /// When.
    pub(crate) when: Guard,
}

/// What bounds the executions of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `ReservedConcurrentExecutions`.
    Reserved,
    /// The callers: `MaximumConcurrency`, shards.
    Callers,
}

/// What the rules of this area look at.
#[derive(Clone, Copy)]
pub(crate) struct Connections<'a, 't> {
    pub(crate) scope: Scope<'a, 't>,
    demands: &'a Demands,
}

impl<'a, 't> Connections<'a, 't> {
    /// Of a template and its demands.
    pub(crate) fn new(template: &'a Template<'t>, demands: &'a Demands) -> Self {
        Self { scope: Scope::new(template), demands }
    }

    /// Functions with databases of RDS that they connect to themselves, in the order of the template. Left out is
    /// what runs by itself now and then: rotations, custom resources, migrations.
    pub(crate) fn direct(&self) -> Vec<Direct> {
        let mut found: Vec<Direct> = Vec::new();
        for demand in &self.demands.demands {
            let DemandSource::Function(id) = &demand.source else { continue };
            let Some(database) = self.database(demand).filter(|_| demand.confidence >= Confidence::Likely)
            else {
                continue;
            };
            let Some(function) = self.scope.template.resource(id) else { continue };
            let variable = demand.evidence.iter().find(|one| one.kind == EvidenceKind::Variable);
            let by_variable = demand.confidence == Confidence::Certain && variable.is_some();
            if self.runs_now_and_then(function)
                || !by_variable
                    && (self.may_go_another_way(id, &database.id) || self.shares_its_groups(function, demand))
            {
                continue;
            }
            let Some(evidence) = variable.or(demand.evidence.first()) else { continue };
            if found.iter().any(|known| known.function == *id && known.database == database.id) {
                continue;
            }
            let Some(at) = in_template(evidence.at) else { continue };
            let when = demand.when;
            let reads = by_variable && at.slice(self.scope.template.text()).contains("ReadEndpoint");
            found.push(Direct {
                function: id.clone(),
                database: database.id.clone(),
                at,
                by_variable,
                reads,
                when,
            });
        }
        found
    }

    /// The database of RDS that a demand is about.
    fn database(&self, demand: &Demand) -> Option<&'a Resource> {
        let GoalTarget::Resource(id) = &demand.goal.target else { return None };
        let resource = self.scope.template.resource(id).filter(|_| !demand.forbidden)?;
        match resource.kind.as_str() {
            limits::INSTANCE => Some(limits::cluster_of(self.scope, resource).unwrap_or(resource)),
            limits::CLUSTER => Some(resource),
            _ => None,
        }
    }

    /// Whether a function that is not given the address of a database wears a group of one that is: the group is let
    /// in for the other.
    fn shares_its_groups(&self, function: &Resource, demand: &Demand) -> bool {
        let groups = |one: &Resource| self.scope.listed(one, &["VpcConfig", "SecurityGroupIds"]);
        let own = groups(function);
        self.demands.demands.iter().any(|other| {
            let DemandSource::Function(id) = &other.source else { return false };
            let given = other.evidence.iter().any(|one| one.kind == EvidenceKind::Variable);
            let is_other = *id != function.id && other.goal.target == demand.goal.target && given;
            is_other
                && self.scope.template.resource(id).is_some_and(|other| {
                    groups(other).iter().any(|group| own.iter().any(|mine| mine.value == group.value))
                })
        })
    }

    fn runs_now_and_then(&self, function: &Resource) -> bool {
        /// Words of functions that somebody starts by hand, or a pipeline.
        const WORDS: [&str; 9] =
            ["migrat", "rotat", "seed", "bootstrap", "setup", "initdb", "dbinit", "schema", "cleanup"];
        let name = function.id.to_ascii_lowercase();
        let callers = self.active_callers(function);
        let rests = |caller: &Caller| matches!(caller.how, How::Schedule | How::Deployment);
        WORDS.iter().any(|word| name.contains(word))
            || !callers.is_empty() && callers.iter().all(rests)
            || callers.iter().any(|caller| caller.how == How::Deployment)
    }

    /// Whether a function that is not given the address of a database reaches it through a proxy, through the Data
    /// API, or by an address that is not known.
    fn may_go_another_way(&self, function: &str, database: &str) -> bool {
        let of_proxy = |demand: &Demand| match &demand.goal.target {
            GoalTarget::Resource(id) => self.proxies().iter().any(|(proxy, _)| proxy == id),
            GoalTarget::Service(suffix) => suffix == "rds-data",
            _ => false,
        };
        let named_elsewhere = |demand: &Demand| {
            demand.confidence == Confidence::Certain
                && self.database(demand).is_some_and(|other| other.id != database)
        };
        self.demands.of(function).any(|demand| of_proxy(demand) || named_elsewhere(demand))
            || self
                .demands
                .knowledge(function)
                .is_some_and(|known| known.open_variables.iter().any(|open| open.data_store))
    }

    /// Whether a function is given the address of a proxy of a database, beside others.
    pub(crate) fn uses_proxy(&self, function: &str) -> bool {
        let proxies = self.proxies();
        self.demands.of(function).any(|demand| {
            let is_proxy =
                matches!(&demand.goal.target, GoalTarget::Resource(id) if proxies.iter().any(|(own, _)| own == id));
            is_proxy && demand.confidence == Confidence::Certain
        })
    }

    /// Every proxy and proxy endpoint of the template, with the databases behind it.
    pub(crate) fn proxies(&self) -> Vec<(String, Vec<String>)> {
        const PROXY: [&str; 1] = ["AWS::RDS::DBProxy"];
        const TARGETS: [(&str, &str); 2] =
            [("DBClusterIdentifiers", limits::CLUSTER), ("DBInstanceIdentifiers", limits::INSTANCE)];
        let scope = self.scope;
        let mut found: Vec<(String, Vec<String>)> =
            scope.resources(&PROXY).map(|proxy| (proxy.id.clone(), Vec::new())).collect();
        for group in scope.resources(&["AWS::RDS::DBProxyTargetGroup"]) {
            let Some(proxy) = self.proxy_of(group) else { continue };
            let Some((_, databases)) = found.iter_mut().find(|(id, _)| *id == proxy.id) else { continue };
            for (property, kind) in TARGETS {
                for case in scope.listed(group, &[property]) {
                    let kinds: &'static [&'static str] =
                        if kind == limits::CLUSTER { &[limits::CLUSTER] } else { &[limits::INSTANCE] };
                    let name =
                        if kind == limits::CLUSTER { "DBClusterIdentifier" } else { "DBInstanceIdentifier" };
                    if let Some(database) = scope.named_as(&case.value, kinds, name) {
                        databases.push(database.id.clone());
                    }
                }
            }
        }
        for endpoint in scope.resources(&["AWS::RDS::DBProxyEndpoint"]) {
            let behind =
                self.proxy_of(endpoint).and_then(|proxy| found.iter().find(|(id, _)| *id == proxy.id));
            let databases = behind.map(|(_, databases)| databases.clone()).unwrap_or_default();
            found.push((endpoint.id.clone(), databases));
        }
        found
    }

    /// How many connections there are for a function, in the situations `when`; nothing where it is not known, as of
    /// several readers that share the load.
    pub(crate) fn limit(&self, direct: &Direct, when: Guard) -> Option<Limit> {
        let database = self.scope.template.resource(&direct.database)?;
        let instances = self.scope.resources(&[limits::INSTANCE]);
        let own = |instance: &&Resource| {
            limits::cluster_of(self.scope, instance).is_some_and(|cluster| cluster.id == database.id)
        };
        let scales =
            || self.scope.resources(&["AWS::ApplicationAutoScaling::ScalableTarget"]).next().is_some();
        let several = || !self.scope.property(database, &["DBClusterInstanceClass"]).is_empty();
        // The writer and one reader.
        if direct.reads && (instances.filter(own).count() > 2 || scales() || several()) {
            return None;
        }
        limit(self.scope, database, when)
    }

    /// Who calls a function.
    pub(crate) fn callers(&self, function: &Resource) -> Vec<Caller> {
        callers(self.scope, function)
    }

    /// Who calls a function, without those who only may.
    fn active_callers(&self, function: &Resource) -> Vec<Caller> {
        let mut callers = self.callers(function);
        callers.retain(|caller| caller.how != How::Allowed);
        callers
    }

    /// When nothing bounds how many executions of a function run at once; nothing where something always does.
    pub(crate) fn unbounded(&self, function: &Resource) -> Option<Guard> {
        let callers = self.active_callers(function);
        if !callers.is_empty() && callers.iter().all(|caller| caller.bound != Bound::Account) {
            return None;
        }
        let reserved = self.scope.property(function, &["ReservedConcurrentExecutions"]);
        let open = self.scope.template.with_guards(|guards| {
            reserved.iter().fold(function.guard, |open, case| {
                let bounded = guards.not(case.guard);
                guards.and(open, bounded)
            })
        });
        self.scope.both(open, Guard::ALWAYS)
    }

    /// How many executions of a function run at once, where a number is written for it.
    pub(crate) fn executions(&self, function: &Resource) -> Vec<Executions> {
        let reserved = self.scope.property(function, &["ReservedConcurrentExecutions"]);
        let mut found: Vec<Executions> = reserved
            .iter()
            .filter_map(|case| {
                let most = case.value.known()?.trim().parse().ok()?;
                Some(Executions { most, at: case.span, by: By::Reserved, when: case.guard })
            })
            .collect();
        if reserved.is_empty() {
            let callers = self.active_callers(function);
            let calls: Option<Vec<u64>> = callers
                .iter()
                .map(|caller| match caller.bound {
                    Bound::Calls(calls) => Some(calls),
                    Bound::Account | Bound::Some => None,
                })
                .collect();
            if let (Some(calls), Some(first)) = (calls, callers.first()) {
                let most = calls.iter().fold(0_u64, |sum, calls| sum.saturating_add(*calls));
                found.push(Executions { most, at: first.at, by: By::Callers, when: function.guard });
            }
        }
        found
    }

    /// How many connections an execution keeps: one, or the size of its pool, where a variable tells it.
    pub(crate) fn connections_each(&self, function: &Resource) -> u64 {
        const POOLS: [&str; 5] = ["POOL_SIZE", "POOL_MAX", "MAX_POOL", "CONNECTION_LIMIT", "MAX_CONNECTIONS"];
        let maps = self.scope.property(function, &["Environment", "Variables"]);
        let variables = maps.iter().flat_map(|map| self.scope.entries(map));
        let sizes = variables.filter_map(|(name, case)| {
            let is_pool = POOLS.iter().any(|word| name.to_ascii_uppercase().contains(word));
            case.value.known().filter(|_| is_pool)?.trim().parse::<u64>().ok()
        });
        sizes.filter(|size| *size > 0).min().unwrap_or(1)
    }

    /// The situations of a guard in words, where they are not all.
    pub(crate) fn only_where(&self, when: Guard) -> Option<String> {
        let template = self.scope.template;
        let default = template.default_situation();
        let always = template.with_guards(|guards| guards.implies(default, when));
        (!always).then(|| template.describe(when)).filter(|words| !words.is_empty())
    }

    /// Whether a function stands in a VPC, as far as its own properties say.
    pub(crate) fn is_in_vpc(&self, function: &Resource) -> bool {
        let configs = self.scope.property(function, &["VpcConfig"]);
        configs.iter().any(|case| match &case.value {
            Value::Map(_) => !self.scope.entry(case, "SubnetIds").is_empty(),
            _ => false,
        })
    }
}

fn in_template(place: Place) -> Option<Span> {
    (place.file.0 == 0).then_some(place.span)
}

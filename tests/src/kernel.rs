//! Networks whose flows a Linux kernel has decided, and the comparison of our verdicts with its.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ipnet::Ipv4Net;
use serde::Deserialize;
use vpcheck_core::paths::{Blocker, Trace, Verdict};
use vpcheck_core::{Options, TraceRequest, Tracing, trace};

use crate::deployed;

/// One network with its flows.
#[derive(Clone, Debug)]
pub struct Case {
    /// The name of its folder: `case-1-0`.
    pub name: String,
    /// The name of the template's file.
    pub path: String,
    /// The template.
    pub template: String,
    /// What is known beside the template, and the flows.
    pub facts: Facts,
}

/// `flows.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Facts {
    /// The region.
    pub region: String,
    /// Its zones, in the order of `Fn::GetAZs`.
    pub azs: Vec<String>,
    template: String,
    /// AWS's prefix lists by service.
    pub prefix_lists: BTreeMap<String, PrefixList>,
    /// Public addresses by service.
    pub services: BTreeMap<String, Service>,
    /// Flows with one answer.
    pub flows: Vec<Flow>,
    /// Flows whose answer differs, or that AWS leaves open.
    pub dropped: Vec<Flow>,
}

/// A prefix list.
#[derive(Clone, Debug, Deserialize)]
pub struct PrefixList {
    /// Its id: `pl-63a5400a`.
    pub id: String,
    /// Its addresses.
    pub cidrs: Vec<Ipv4Net>,
}

/// A service that is reached by its public name.
#[derive(Clone, Debug, Deserialize)]
pub struct Service {
    /// What the name answers.
    pub public_cidrs: Vec<Ipv4Net>,
}

/// One exchange of packets that was tried.
#[derive(Clone, Debug, Deserialize)]
pub struct Flow {
    /// Who sends.
    pub from: From,
    /// To whom.
    pub to: To,
    /// `reachable` or `blocked`; for dropped flows also `mixed`.
    pub kernel: String,
    /// What was broken with this flow in mind.
    pub why: Option<String>,
    /// The kind of the flow: `resource`, `peer`, `internet`, `gateway-service`, `interface-service`.
    pub class: String,
    /// Where packets died.
    #[serde(default)]
    pub dropped_at: Vec<String>,
    /// Whether an endpoint's interface in another zone would answer differently.
    #[serde(default)]
    pub az_sensitive: bool,
}

/// A function in a subnet.
#[derive(Clone, Debug, Deserialize)]
pub struct From {
    /// The function's logical id.
    pub function: String,
    /// The subnet's logical id.
    pub subnet: String,
}

/// A destination.
#[derive(Clone, Debug, Deserialize)]
pub struct To {
    kind: String,
    id: Option<String>,
    host: Option<String>,
    service: Option<String>,
    port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

impl To {
    /// As a user writes it: `Db:5432/tcp`.
    pub fn goal(&self) -> String {
        let name = [&self.id, &self.host, &self.service].into_iter().flatten().next();
        format!("{}:{}/{}", name.unwrap_or(&self.kind), self.port, self.protocol)
    }
}

/// How the network is told to the tracer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By the template alone.
    Template,
    /// By what describe calls would print, with a template of the functions and what they talk to.
    Context,
}

/// One flow whose verdict is not the kernel's.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The flow.
    pub flow: Flow,
    /// Our verdict; nothing where no trace is about the flow.
    pub verdict: Option<Verdict>,
    /// What we say stops it.
    pub blockers: Vec<Blocker>,
    /// What we say is not known.
    pub missing: Vec<String>,
}

/// The comparison of one case.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// By kind of flow and protocol: how many agree, and of how many.
    pub counts: BTreeMap<(String, String), (usize, usize)>,
    /// Those that do not.
    pub disagreements: Vec<Disagreement>,
    /// What the context was said to lack.
    pub problems: Vec<String>,
}

/// The cases that stand beside the workspace, where they are there.
pub fn beside_workspace() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/kernel-cases");
    folder.is_dir().then_some(folder)
}

/// Every case of a folder, by number.
///
/// # Errors
/// A file that cannot be read, with its name.
pub fn cases(folder: &Path) -> Result<Vec<Case>, String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let folder = entry.map_err(|error| error.to_string())?.path();
        let flows = folder.join("flows.json");
        if !flows.is_file() {
            continue;
        }
        let facts: Facts =
            serde_json::from_str(&read(&flows)?).map_err(|error| format!("{}: {error}", flows.display()))?;
        cases.push(Case {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            template: read(&folder.join(&facts.template))?,
            path: facts.template.clone(),
            facts,
        });
    }
    let number =
        |case: &Case| -> Vec<u32> { case.name.split('-').filter_map(|part| part.parse().ok()).collect() };
    cases.sort_by_key(number);
    Ok(cases)
}

impl Case {
    /// Traces every flow and compares.
    ///
    /// # Errors
    /// A case that cannot be told in this form, or a destination that cannot be traced.
    pub fn compare(&self, form: Form) -> Result<Comparison, String> {
        let (path, text, options, names) = match form {
            Form::Template => (self.path.clone(), self.template.clone(), self.options(), BTreeMap::new()),
            Form::Context => {
                let deployed = deployed::deploy(self)?;
                let mut options = self.options();
                options.contexts = deployed.context;
                options.prefix_lists.clear();
                ("template.json".to_owned(), deployed.template, options, deployed.ids)
            }
        };
        let mut comparison = Comparison::default();
        let mut traced: BTreeMap<(&str, String), Tracing> = BTreeMap::new();
        let flows = self.facts.flows.iter().map(|flow| (flow, true));
        for (flow, counts) in flows.chain(self.facts.dropped.iter().map(|flow| (flow, false))) {
            let goal = flow.to.goal();
            let key = (flow.from.function.as_str(), goal.clone());
            if !traced.contains_key(&key) {
                let request = TraceRequest { from: Some(flow.from.function.clone()), to: Some(goal.clone()) };
                let tracing = trace(&path, &text, &options, &request)
                    .map_err(|error| format!("{}: {goal}: {}", self.name, error.what.en))?;
                traced.insert(key.clone(), tracing);
            }
            let tracing = &traced[&key];
            let subnet = names.get(&flow.from.subnet).unwrap_or(&flow.from.subnet);
            let found = tracing.traces.iter().find(|trace| trace.from.subnet.as_ref() == Some(subnet));
            let verdict = found.map(|trace| trace.verdict);
            let agrees = verdict.is_some_and(|verdict| flow.accepts(verdict, counts));
            let count = comparison.counts.entry((flow.kind(counts), flow.to.protocol.clone())).or_default();
            count.1 += 1;
            if agrees {
                count.0 += 1;
            } else {
                comparison.disagreements.push(Disagreement::of(flow, found));
            }
        }
        let problems: BTreeSet<String> = traced
            .values()
            .flat_map(|tracing| &tracing.problems)
            .map(|problem| problem.message.en.clone())
            .collect();
        comparison.problems = problems.into_iter().collect();
        Ok(comparison)
    }

    /// What is known beside the template.
    pub(crate) fn options(&self) -> Options {
        Options {
            region: Some(self.facts.region.clone()),
            prefix_lists: self
                .facts
                .prefix_lists
                .values()
                .map(|list| (list.id.clone(), list.cidrs.clone()))
                .collect(),
            addresses: self
                .facts
                .services
                .iter()
                .map(|(name, service)| {
                    (name.clone(), service.public_cidrs.iter().copied().map(Into::into).collect())
                })
                .collect(),
            ..Options::default()
        }
    }
}

impl Flow {
    /// Whether a verdict is right. Of a dropped flow (`counts` is false) nothing definite can be said.
    fn accepts(&self, verdict: Verdict, counts: bool) -> bool {
        match verdict {
            Verdict::Reachable | Verdict::Blocked => counts && verdict.name() == self.kernel,
            Verdict::Partial => !counts || self.az_sensitive,
            Verdict::Unknown => !counts,
        }
    }

    fn kind(&self, counts: bool) -> String {
        if counts { self.class.clone() } else { "open".to_owned() }
    }

    /// The verdicts that are right, in words.
    pub fn expected(&self) -> String {
        match &*self.kernel {
            "reachable" | "blocked" if self.az_sensitive => format!("{} or partial", self.kernel),
            "reachable" | "blocked" => self.kernel.clone(),
            _ => "partial or unknown".to_owned(),
        }
    }
}

impl Disagreement {
    fn of(flow: &Flow, trace: Option<&Trace>) -> Self {
        Self {
            flow: flow.clone(),
            verdict: trace.map(|trace| trace.verdict),
            blockers: trace.map(|trace| trace.blockers.clone()).unwrap_or_default(),
            missing: trace.iter().flat_map(|trace| &trace.missing).map(|one| format!("{one:?}")).collect(),
        }
    }

    /// One line: what was expected, what came, where packets died and why we think they do.
    pub fn line(&self) -> String {
        let Flow { from, to, .. } = &self.flow;
        let mut line = format!(
            "{}@{} -> {}: expected {}, got {}",
            from.function,
            from.subnet,
            to.goal(),
            self.flow.expected(),
            self.verdict.map_or("no trace", Verdict::name)
        );
        if let Some(why) = &self.flow.why {
            line.push_str(&format!("; broken: {why}"));
        }
        if !self.flow.dropped_at.is_empty() {
            line.push_str(&format!("; died at {}", self.flow.dropped_at.join(", ")));
        }
        for blocker in &self.blockers {
            line.push_str(&format!("; {} {} at {}", blocker.direction.name(), blocker.code.0, blocker.id));
        }
        for missing in &self.missing {
            line.push_str(&format!("; not known: {missing}"));
        }
        line
    }
}

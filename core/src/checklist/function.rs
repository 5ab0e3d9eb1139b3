//! A function as the questions see it.

use super::{Evidence, Status};
use crate::capacity::Capacity;
use crate::demands::{Demand, Knowledge, OpenVariable};
use crate::language::Phrase;
use crate::missing;
use crate::network::{
    Missing, Network, Place, RouteTable, Situated, Subnet, VpcIndex, Workload, WorkloadKind,
};
use crate::phrase;
use crate::rules::Subject;
use crate::rules::subject::in_template;
use crate::template::{Guard, Resource, Unknown};
use crate::text::Span;

/// A function with the networks in which it stands in a VPC.
pub(super) struct Function<'a, 't> {
    pub(super) subject: &'a Subject<'a, 't>,
    pub(super) id: &'a str,
    pub(super) stands: Vec<Stand<'a>>,
    /// What it must reach: found once, since every finding may ask.
    demands: Vec<&'a Demand>,
}

/// Where a function stands in one situation.
#[derive(Clone, Copy)]
pub(super) struct Stand<'a> {
    pub(super) situation: Guard,
    pub(super) network: &'a Network,
    pub(super) workload: &'a Workload,
    /// What takes addresses there.
    pub(super) capacity: &'a Capacity,
}

/// What facts alone say to a question.
pub(super) struct Answer {
    pub(super) status: Status,
    pub(super) evidence: Vec<Evidence>,
}

impl<'a> Stand<'a> {
    /// Its subnets, those that are known and those that stand for more.
    pub(super) fn subnets(self) -> impl Iterator<Item = &'a Subnet> {
        self.workload.subnets.items.iter().filter_map(move |at| self.network.subnets.get(at.0))
    }

    /// Its subnets with their tables, or all that keeps them from being known.
    pub(super) fn tables(self) -> Result<Vec<(&'a Subnet, &'a RouteTable)>, Vec<Missing>> {
        let mut found = Vec::new();
        let mut missing: Vec<Missing> = self.workload.subnets.rest.iter().cloned().collect();
        for subnet in self.subnets() {
            let table = match subnet.table.get() {
                Ok(_) if subnet.several => Err(Missing::Component(subnet.name.clone())),
                Ok(table) => Ok(&self.network.tables[table.0]),
                Err(missing) => Err(missing.clone()),
            };
            match table {
                Ok(table) => {
                    missing.extend(table.routes.rest.clone());
                    found.push((subnet, table));
                }
                Err(why) => missing.push(why),
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(missing) }
    }

    /// Its VPC, where that is known.
    pub(super) fn vpc(self) -> Option<VpcIndex> {
        let of_subnets = self.subnets().find_map(|subnet| subnet.vpc.known().copied());
        self.workload.vpc.or(of_subnets)
    }
}

impl<'a, 't> Function<'a, 't> {
    /// `capacities` are those of the subject's networks.
    pub(super) fn new(subject: &'a Subject<'a, 't>, capacities: &'a [Capacity], id: &'a str) -> Self {
        let stand = |(one, capacity): (&'a Situated, &'a Capacity)| {
            let workload = &one.network.workloads[one.network.workload(id)?.0];
            let is_inside = workload.in_vpc && workload.kind == WorkloadKind::Function;
            is_inside.then_some(Stand { situation: one.situation, network: &one.network, workload, capacity })
        };
        let stands = subject.networks.iter().zip(capacities).filter_map(stand).collect();
        let demands = subject.demands().of(id).filter(|demand| !demand.forbidden).collect();
        Self { subject, id, stands, demands }
    }

    pub(super) fn resource(&self) -> Option<&'a Resource> {
        self.subject.template.resource(self.id)
    }

    /// Where it is named.
    pub(super) fn named_at(&self) -> Option<Span> {
        self.resource().map(|resource| self.subject.template.node(resource.key).span())
    }

    /// What it must reach, in a situation.
    pub(super) fn demands(&self, situation: Guard) -> impl Iterator<Item = &'a Demand> {
        let subject = self.subject;
        let exists = move |demand: &&Demand| {
            !subject.template.with_guards(|guards| guards.exclude(situation, demand.when))
        };
        self.demands.iter().copied().filter(exists)
    }

    /// How much is known of what it must reach.
    pub(super) fn knowledge(&self) -> Option<&'a Knowledge> {
        self.subject.demands().knowledge(self.id)
    }

    /// What would settle something, as evidence.
    pub(super) fn missing(&self, missing: &Missing) -> Evidence {
        let is_subnet = |key: &String| {
            let own = self.stands.iter().flat_map(|stand| stand.subnets());
            own.filter_map(|subnet| missing::assumption_key(&subnet.name)).any(|own| own == *key)
        };
        let key = |unknown: &Unknown| missing::key_of(unknown).filter(is_subnet);
        Evidence::missing(missing::need(missing, &key), missing.clone())
    }

    /// What would settle something that an assumption about subnets leaves open, as evidence.
    pub(super) fn missing_detail(missing: &Missing) -> Evidence {
        Evidence::missing(missing::need(missing, &|_| None), missing.clone())
    }

    /// Why it is not known what it must reach; nothing where all is known.
    pub(super) fn ignorance(&self) -> Vec<Evidence> {
        let id = self.id;
        let Some(known) = self.knowledge() else { return Vec::new() };
        let mut found = Vec::new();
        if !known.role_known {
            found.push(declarable(phrase!(
                en: "the role of `{id}` is not in the template, so what it calls is not known",
                ja: "`{id}` のロールがテンプレートになく、何を呼び出すかわかりません",
            )));
        } else if !known.role_complete {
            found.push(declarable(phrase!(
                en: "a policy of `{id}` cannot be read from the template, so what it calls is not known in full",
                ja: "`{id}` のポリシーの一部をテンプレートから読み取れず、何を呼び出すか把握しきれません",
            )));
        }
        if known.allows_everything {
            found.push(declarable(phrase!(
                en: "the role of `{id}` allows everything, which does not tell what it calls",
                ja: "`{id}` のロールはすべてを許可していて、実際に何を呼び出すかわかりません",
            )));
        }
        for variable in &known.open_variables {
            found.push(self.open_variable(variable));
        }
        found
    }

    /// A variable whose value is not known.
    pub(super) fn open_variable(&self, variable: &OpenVariable) -> Evidence {
        let name = &variable.name;
        let missing = self.missing(&variable.missing);
        let Phrase { en, ja } = &missing.text;
        Evidence {
            text: phrase!(
                en: "`{name}` names something to reach: {en}",
                ja: "`{name}` が接続先を指しています: {ja}",
            ),
            span: in_template(Some(variable.at)),
            ..missing
        }
    }

    /// What is assumed about its subnets.
    fn assumptions(&self) -> Vec<Evidence> {
        let template = self.subject.template;
        let is_parameter = |place: Place| {
            let span = in_template(Some(place));
            template.parameters.iter().any(|one| Some(template.node(one.key).span()) == span)
        };
        // What an assumption describes stands where the parameter is declared, or nowhere.
        let is_assumed =
            |subnet: &Subnet| subnet.table.known().is_some() && subnet.at.is_none_or(is_parameter);
        let mut found: Vec<Evidence> = Vec::new();
        for stand in self.stands.iter().filter(|stand| stand.subnets().any(is_assumed)) {
            for words in &stand.network.assumptions {
                let evidence = Evidence::new(words.clone(), None);
                if !found.contains(&evidence) {
                    found.push(evidence);
                }
            }
        }
        found
    }

    /// The answer over all situations, from that in each. What rests on the network repeats what is assumed of it.
    pub(super) fn over_situations(&self, answer: impl Fn(Stand<'a>) -> Answer) -> Answer {
        let mut status: Option<Status> = None;
        let mut found: Vec<(Status, Evidence, Vec<Guard>)> = Vec::new();
        for stand in &self.stands {
            let one = answer(*stand);
            status = Some(status.map_or(one.status, |status| joined(status, one.status)));
            for evidence in one.evidence {
                match found.iter_mut().find(|(of, known, _)| *of == one.status && *known == evidence) {
                    Some((.., situations)) => situations.push(stand.situation),
                    None => found.push((one.status, evidence, vec![stand.situation])),
                }
            }
        }
        let status = status.unwrap_or(Status::NotApplicable);
        let mut evidence: Vec<Evidence> = Vec::new();
        for (of, mut one, situations) in found {
            // What is known already does not tell why the rest is not.
            if of != status {
                continue;
            }
            if situations.len() < self.stands.len()
                && let Some(words) = self.subject.only_where(&situations)
            {
                one.text.en.push_str(&format!(" (where {words})"));
                one.text.ja.push_str(&format!(" ({words} の場合)"));
            }
            evidence.push(one);
        }
        if status == Status::Pass {
            evidence.extend(self.assumptions());
        }
        Answer { status, evidence }
    }
}

/// What is not known anywhere leaves the whole unknown.
fn joined(one: Status, other: Status) -> Status {
    match (one, other) {
        (Status::Unknown, _) | (_, Status::Unknown) => Status::Unknown,
        (Status::Pass, _) | (_, Status::Pass) => Status::Pass,
        _ => Status::NotApplicable,
    }
}

/// What says what a function reaches, where nothing else does.
pub(super) const DECLARATION: &str = "Metadata: {vpcheck: {reaches: [...]}}";

/// What a declaration would settle.
pub(super) fn declarable(text: Phrase) -> Evidence {
    Evidence::new(text, None).settled_by(DECLARATION)
}

//! Whether a VPC can do without NAT gateways once it has its endpoints.

use super::services_of::without_endpoint;
use crate::cost::{Band, Item, Usd};
use crate::language::Phrase;
use crate::network::{Connectivity, Name, NatIndex, Network, Place, Target, VpcIndex};
use crate::paths::{GoalTarget, Verdict, trace_from};
use crate::phrase;
use crate::rules::egress::{functions_in, is_known, is_private};
use crate::rules::subject::resource_of;
use crate::rules::{Subject, is_given_out, vpc_of_nat};
use crate::suggest::remove_resources;
use crate::template::{Resource, Value};
use crate::text::{Edit, apply};

/// The plan that needs no NAT gateway: the VPC with every endpoint that is suggested for it.
#[derive(Clone, Debug, Default)]
pub struct NatFree {
    /// Whether nothing needs the internet then; nothing where too little is known.
    pub possible: Option<bool>,
    /// What still does.
    pub left_outside: Vec<Outside>,
    /// What is not known, where that decides.
    pub open: Vec<Phrase>,
    /// What can go: NAT gateways, their addresses, the routes to them. Empty where it is not possible.
    pub removable: Vec<Removable>,
    /// What that costs a month today, with the traffic that goes through it; nothing where it is not known.
    pub spares: Option<Band<Usd>>,
    /// The edits of the whole plan: every endpoint to add, and all that can go taken out. Nothing where it is not
    /// possible, where nothing can go, or where the text does not allow it.
    pub edits: Option<Vec<Edit>>,
}

/// A demand that no endpoint carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Who demands it.
    pub from: String,
    /// What: `internet`, `api.example.com`, `iam`.
    pub to: String,
    /// Where that is written.
    pub at: Option<Place>,
    /// Why no endpoint carries it.
    pub why: Phrase,
}

/// What a resource that can go is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovableKind {
    /// A NAT gateway.
    NatGateway,
    /// The address of one.
    Address,
    /// A route to one.
    Route,
}

impl RemovableKind {
    /// `nat-gateway`, `address` or `route`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NatGateway => "nat-gateway",
            Self::Address => "address",
            Self::Route => "route",
        }
    }
}

/// A resource that can go with the NAT gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removable {
    /// Its logical id.
    pub id: String,
    /// What it is.
    pub kind: RemovableKind,
    /// Where it is declared.
    pub at: Place,
}

/// `after` is the network with all endpoints that are suggested.
pub(super) fn of(subject: &Subject<'_, '_>, at: usize, vpc: Option<VpcIndex>, after: &Network) -> NatFree {
    let Some(network) = subject.networks.get(at).map(|one| &one.network) else { return NatFree::default() };
    let nats: Vec<NatIndex> = (0..network.nat_gateways.len())
        .map(NatIndex)
        .filter(|nat| {
            let nat = &network.nat_gateways[nat.0];
            nat.connectivity.known() != Some(&Connectivity::Private)
                && vpc_of_nat(network, nat).is_none_or(|own| Some(own) == vpc)
        })
        .collect();
    let without = without(after, &nats);
    let mut found = NatFree::default();
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    for answer in subject.answers().iter().filter(|one| one.network == at && !one.demand.forbidden) {
        let target = &answer.demand.goal.target;
        let goes_out = matches!(target, GoalTarget::Service(_) | GoalTarget::Internet | GoalTarget::Host(_));
        let Some(source) = network.workload(&answer.function).filter(|_| goes_out) else { continue };
        let is_here = network.workloads.get(source.0).is_some_and(|workload| {
            workload.in_vpc && super::wanted::vpc_of_sender(network, workload) == vpc
        });
        if !is_here {
            continue;
        }
        for trace in trace_from(&without, subject.addresses, source, &answer.demand.goal) {
            match trace.verdict {
                Verdict::Reachable => {}
                Verdict::Blocked | Verdict::Partial => {
                    let outside = Outside {
                        from: answer.function.clone(),
                        to: target.id(),
                        at: answer.demand.evidence.first().map(|evidence| evidence.at),
                        why: why(target, trace.blockers.first().map(|blocker| &blocker.message)),
                    };
                    let same = |one: &Outside| one.from == outside.from && one.to == outside.to;
                    if !found.left_outside.iter().any(same) {
                        found.left_outside.push(outside);
                    }
                }
                Verdict::Unknown => match ways.iter_mut().find(|(from, _)| *from == answer.function) {
                    Some((_, to)) if to.contains(&target.id()) => {}
                    Some((_, to)) => to.push(target.id()),
                    None => ways.push((answer.function.clone(), vec![target.id()])),
                },
            }
        }
    }
    for (from, to) in ways {
        let (en, ja) = (to.join(", "), to.join("、"));
        found.add_open(phrase!(
            en: "the way of `{from}` to {en} is not known",
            ja: "`{from}` から {ja} への経路がわかりません",
        ));
    }
    found.open_questions(subject, at, vpc, &nats);
    found.possible = match (found.left_outside.is_empty(), found.open.is_empty()) {
        (false, _) => Some(false),
        (true, false) => None,
        (true, true) => Some(true),
    };
    if found.left_outside.is_empty() {
        found.removable = removable(subject, network, &nats);
    }
    found
}

/// The network without the routes to these gateways.
fn without(network: &Network, nats: &[NatIndex]) -> Network {
    let mut network = network.clone();
    for table in &mut network.tables {
        table
            .routes
            .items
            .retain(|route| !matches!(&route.target, Target::NatGateway(nat) if nats.contains(nat)));
    }
    network
}

fn why(target: &GoalTarget, blocker: Option<&Phrase>) -> Phrase {
    match target {
        GoalTarget::Internet => phrase!(en: "it is on the internet", ja: "インターネット上にあります"),
        GoalTarget::Host(host) if crate::services::of_host(host).is_none() => {
            phrase!(en: "it is a host on the internet", ja: "インターネット上のホストです")
        }
        GoalTarget::Service(service) => {
            let told = without_endpoint(service).or_else(|| blocker.cloned());
            told.unwrap_or_else(|| Phrase::verbatim(""))
        }
        _ => blocker.cloned().unwrap_or_else(|| Phrase::verbatim("")),
    }
}

impl NatFree {
    /// Sums up what is paid today for what can go.
    pub(super) fn price(&mut self, items: &[Item]) {
        let goes = |item: &&Item| self.removable.iter().any(|one| one.id == item.resource);
        let paid: Option<Vec<Band<Usd>>> = items.iter().filter(goes).map(|item| item.usd).collect();
        self.spares = paid.filter(|paid| !paid.is_empty()).map(|paid| {
            let sum = |of: fn(&Band<Usd>) -> Usd| paid.iter().map(of).sum();
            Band { low: sum(|band| band.low), typical: sum(|band| band.typical), high: sum(|band| band.high) }
        });
    }

    /// Writes the whole plan. `added` are the edits that add all endpoints, `adds_nothing` says that there are none to add.
    pub(super) fn write(&mut self, subject: &Subject<'_, '_>, added: Option<&[Edit]>, adds_nothing: bool) {
        let is_complete = added.is_some() || adds_nothing;
        if self.possible != Some(true) || self.removable.is_empty() || !is_complete {
            return;
        }
        let template = subject.template;
        let ids = |with_addresses: bool| -> Vec<&str> {
            let goes = |one: &&Removable| with_addresses || one.kind != RemovableKind::Address;
            self.removable.iter().filter(goes).map(|one| one.id.as_str()).collect()
        };
        // An address that something else names stays.
        let removed =
            remove_resources(template, &ids(true)).or_else(|| remove_resources(template, &ids(false)));
        let Some(removed) = removed else { return };
        let edits = [added.unwrap_or_default(), &removed].concat();
        if apply(template.text(), &edits).is_ok() {
            self.edits = Some(edits);
        }
    }

    fn add_open(&mut self, what: Phrase) {
        if !self.open.contains(&what) {
            self.open.push(what);
        }
    }

    /// What nobody tells, and may need the internet.
    fn open_questions(
        &mut self,
        subject: &Subject<'_, '_>,
        at: usize,
        vpc: Option<VpcIndex>,
        nats: &[NatIndex],
    ) {
        let Some(network) = subject.networks.get(at).map(|one| &one.network) else { return };
        let functions: Vec<String> = match vpc {
            Some(vpc) => functions_in(network, vpc).map(|one| one.name.to_string()).collect(),
            None => Vec::new(),
        };
        for id in functions.iter().filter(|id| !is_known(subject.demands(), id)) {
            self.add_open(phrase!(
                en: "not all that `{id}` may call is in the template",
                ja: "`{id}` の呼び出し先がテンプレートからすべてはわかりません",
            ));
        }
        let Some(vpc) = vpc else { return };
        if nats.is_empty() {
            return;
        }
        let Some(egress) = subject.egress().get(at) else { return };
        for resident in egress.residents_in(network, vpc) {
            let id = &resident.id;
            self.add_open(phrase!(
                en: "what `{id}` sends is not in the template",
                ja: "`{id}` の通信先はテンプレートからはわかりません",
            ));
        }
        if !is_private(subject, network, vpc) {
            let name = &network.vpcs[vpc.0].name;
            self.add_open(phrase!(
                en: "others than this template may use `{name}`",
                ja: "`{name}` はこのテンプレートの外からも使われる可能性があります",
            ));
        }
        for nat in nats.iter().filter_map(|nat| network.nat_gateways.get(nat.0)) {
            if let Name::Logical(id) = &nat.name
                && is_given_out(subject, id)
            {
                self.add_open(phrase!(
                    en: "others know the address of `{id}`",
                    ja: "`{id}` のアドレスが外に公開されています",
                ));
            }
        }
    }
}

fn removable(subject: &Subject<'_, '_>, network: &Network, nats: &[NatIndex]) -> Vec<Removable> {
    let template = subject.template;
    let place = |resource: &Resource| Place::in_template(template.node(resource.key).span());
    let names = |resource: &Resource, property: &str| -> Option<String> {
        let cases = template.property(resource, &[property]);
        cases.iter().find_map(|case| Some(Value::resource(&case.value)?.0.to_owned()))
    };
    let mut found: Vec<Removable> = Vec::new();
    let mut add = |resource: &Resource, kind| {
        let one = Removable { id: resource.id.clone(), kind, at: place(resource) };
        if !found.contains(&one) {
            found.push(one);
        }
    };
    let gateways =
        nats.iter().filter_map(|nat| resource_of(template, &network.nat_gateways.get(nat.0)?.name));
    for nat in gateways {
        add(nat, RemovableKind::NatGateway);
        if let Some(address) = names(nat, "AllocationId").and_then(|id| template.resource(&id)) {
            add(address, RemovableKind::Address);
        }
        let leads = |route: &&Resource| {
            route.kind == "AWS::EC2::Route" && names(route, "NatGatewayId").as_deref() == Some(&nat.id)
        };
        template.resources.iter().filter(leads).for_each(|route| add(route, RemovableKind::Route));
    }
    found
}

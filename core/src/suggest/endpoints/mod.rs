//! Endpoints: which services the functions of each VPC call and how, which endpoints to add, and whether NAT gateways
//! can go then.
//!
//! What is suggested is tried before it is told: the network is taken with the endpoints in it, and every path traced.

mod draft;
mod fixing;
mod names;
mod nat_free;
mod proving;
mod reverse;
mod services_of;
mod wanted;
mod writing;

pub(crate) use fixing::endpoint_fix;
pub(crate) use names::reference;
pub use nat_free::{NatFree, Outside, Removable, RemovableKind};
pub use proving::{EndpointChange, prove_endpoints};
pub use reverse::{Dear, Reverse, Split, Unused};
pub(crate) use wanted::{Need, wanted};

use self::draft::{Draft, Guard, Proof, drafts, prove};
use self::fixing::{Change, Outcome, change, outcome};
use self::wanted::vpc_of_sender;
use self::writing::write;
use crate::analysis::{self, Need as Unsettled, Options, Source};
use crate::cost::{
    Band, BreakEvenKind, Estimate, Gigabytes, Hours, Plan, PriceItem, Usd, dearest, estimate, region_told_by,
};
use crate::language::Phrase;
use crate::network::{Missing, Network, Place, VpcIndex, WorkloadKind, resolve};
use crate::paths::Verdict;
use crate::rules::Subject;
use crate::template::reference::References;
use crate::template::{Inputs, Template, Unknown};
use crate::text::Edit;
use crate::tracing::used_subnets;
use crate::{missing, phrase};

/// What [`suggest_endpoints`] finds.
#[derive(Clone, Debug, Default)]
pub struct EndpointSuggestions {
    /// Each VPC in which something calls services, in the order of the template.
    pub vpcs: Vec<VpcEndpoints>,
    /// The region of the prices; nothing where it is not known, and then nothing is priced.
    pub region: Option<String>,
    /// What the network costs a month today; nothing where it cannot be priced.
    pub today: Option<Band<Usd>>,
    /// What it costs with every endpoint to add beside the NAT gateways that are there.
    pub with_endpoints: Option<Band<Usd>>,
    /// What it costs with every endpoint to add and without NAT gateways, where these can go.
    pub without_nat: Option<Band<Usd>>,
    /// Whether the traffic is the user's; otherwise three bands of 10, 100 and 5000 GB a month are.
    pub traffic_given: bool,
    /// What would settle how services are reached, where that is not known.
    pub needs: Vec<Unsettled>,
    /// What answers rest on.
    pub assumptions: Vec<Phrase>,
    /// The texts that places are in: the template first, then context files.
    pub sources: Vec<Source>,
    /// Where each resource and parameter of the template is declared, by its name.
    pub declared: Vec<(String, Place)>,
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// Where the text first fails to parse.
    pub broken: Option<Place>,
}

/// The endpoints of a VPC.
#[derive(Clone, Debug, Default)]
pub struct VpcEndpoints {
    /// The VPC; where nothing names it, what stands for it.
    pub id: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The situation in words, where conditions make several networks: the one that needs the most endpoints.
    pub only_where: Option<String>,
    /// Every service that is called from inside.
    pub services: Vec<ServiceUse>,
    /// Whether it can do without NAT gateways.
    pub nat_free: NatFree,
    /// Endpoints that are there and need not be, and what else could be parted.
    pub reverse: Reverse,
    /// All endpoints to add as YAML to be put under `Resources:`; empty where there are none.
    pub yaml: String,
    /// The edits that add all of them at once, with what it takes beside them; nothing where one of them cannot be
    /// added so.
    pub edits: Option<Vec<Edit>>,
    /// What these edits change beside the endpoints: rules of groups, entries of network ACLs.
    pub also: Option<Phrase>,
}

/// A service that is called from inside of a VPC.
#[derive(Clone, Debug)]
pub struct ServiceUse {
    /// The service, by the suffix of its endpoint service: `s3`, `ecr.api`.
    pub service: String,
    /// Who calls it: logical ids of functions, mappings, capacity providers and ECS services.
    pub demanded_by: Vec<String>,
    /// Where that is written, of the first.
    pub at: Option<Place>,
    /// What says that each of them calls it, the strongest of it; ECS services pull images without a word.
    pub calls: Vec<Call>,
    /// How the calls get there today; where that differs, the worst.
    pub today: Today,
    /// The NAT gateways or endpoints on the way.
    pub through: Vec<String>,
    /// Why there is no endpoint to add although there is no good way, or what is not known.
    pub remark: Option<Phrase>,
    /// What is not known of how the calls get there.
    pub open: Vec<Open>,
    /// The endpoint to add.
    pub add: Option<EndpointPlan>,
}

/// Something that is not known, and what would settle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// What it is.
    pub missing: Missing,
    /// The same in words.
    pub need: Unsettled,
}

/// That somebody calls a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who.
    pub from: String,
    /// What says so, as a clause without a full stop.
    pub words: Phrase,
    /// Where that is written.
    pub at: Place,
}

/// How calls get to a service, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Today {
    /// By an endpoint.
    Endpoint,
    /// Nobody knows.
    Unknown,
    /// Through a NAT gateway.
    Nat,
    /// Not at all.
    None,
}

impl Today {
    /// `endpoint`, `nat`, `none` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Unknown => "unknown",
            Self::Nat => "nat",
            Self::None => "none",
        }
    }
}

/// An endpoint to add.
#[derive(Clone, Debug)]
pub struct EndpointPlan {
    /// Its logical id.
    pub id: String,
    /// Whether it is a gateway endpoint; else an interface endpoint.
    pub is_gateway: bool,
    /// The subnets of an interface endpoint, one a zone.
    pub subnets: Vec<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// The group among these that is new.
    pub new_group: Option<String>,
    /// The route tables of a gateway endpoint.
    pub route_tables: Vec<String>,
    /// Whether the names of the service lead to it: always for interface endpoints.
    pub private_dns: bool,
    /// In how many zones it stands, as far as known; none for a gateway endpoint.
    pub zones: u64,
    /// What it costs a month by the hour, whatever goes through it; nothing where no price is known.
    pub usd_by_hour: Option<Usd>,
    /// What it costs a month with its traffic.
    pub usd_per_month: Option<Band<Usd>>,
    /// From how many GB a month on it is cheaper than the NAT gateway that it takes traffic from, where that stays.
    pub pays_from: Option<Gigabytes>,
    /// What paths say of it: `Reachable` is proven.
    pub verdict: Verdict,
    /// The resources as YAML, to be put under `Resources:`.
    pub yaml: String,
    /// The edits that add it; nothing where something has to be filled in, or where paths do not prove it.
    pub edits: Option<Vec<Edit>>,
    /// What the edits change beside the endpoint: rules of groups, entries of network ACLs.
    pub also: Option<Phrase>,
    /// What has to be filled in or watched.
    pub notes: Vec<Phrase>,
    /// Why there are no edits, where there are none.
    pub why_not: Option<Phrase>,
}

/// Suggests endpoints for each VPC of a template.
pub fn suggest_endpoints(path: &str, text: &str, options: &Options) -> EndpointSuggestions {
    let (surroundings, region) = analysis::surroundings(options);
    let inputs =
        Inputs { parameters: options.parameters.clone(), region: region.clone(), ..Inputs::default() };
    let template = analysis::lower_text(text, options, inputs);
    let networks = resolve(&template, &surroundings);
    let references = References::of(&template);
    let subject = Subject::new(&template, &references, &networks, options);
    let mut model = dearest(&subject);
    model.region = model.region.or_else(|| options.priced_in.clone());
    let estimate = estimate(&model, &options.prices, options.traffic.as_ref());
    let mut found = EndpointSuggestions {
        traffic_given: options.traffic.is_some(),
        declared: declared(&template),
        is_template: template.is_template(),
        broken: template.parsed.errors.first().map(|error| Place::in_template(error.span)),
        sources: [Source { path: path.to_owned(), text: text.to_owned() }]
            .into_iter()
            .chain(options.contexts.iter().cloned())
            .collect(),
        ..EndpointSuggestions::default()
    };
    let pricing = Pricing { options, region: model.region.clone(), estimate: &estimate };
    for at in 0..networks.len() {
        let told = of_network(&subject, at, &pricing);
        for Open { need, .. } in told.iter().flat_map(|vpc| &vpc.services).flat_map(|one| &one.open) {
            if !found.needs.contains(need) {
                found.needs.push(need.clone());
            }
        }
        for vpc in told {
            match found.vpcs.iter_mut().find(|known| known.id == vpc.id) {
                Some(known) if known.additions() >= vpc.additions() => {}
                Some(known) => *known = vpc,
                None => found.vpcs.push(vpc),
            }
        }
    }
    for assumption in networks.iter().flat_map(|one| &one.network.assumptions) {
        if !found.assumptions.contains(assumption) {
            found.assumptions.push(assumption.clone());
        }
    }
    if region.is_none() {
        found.assumptions.extend(region_told_by(&template).map(|(_, words)| words));
    }
    let total = |plan: Plan| estimate.plans.iter().find(|one| one.plan == plan).map(|one| one.total);
    found.today = total(Plan::Today);
    found.with_endpoints = total(Plan::BesideNat);
    found.without_nat = total(Plan::WithoutNat);
    found.region = model.region;
    found
}

fn declared(template: &Template<'_>) -> Vec<(String, Place)> {
    let resources = template.resources.iter().map(|one| (&one.id, one.key));
    let all = resources.chain(template.parameters.iter().map(|one| (&one.name, one.key)));
    all.map(|(name, key)| (name.clone(), Place::in_template(template.node(key).span()))).collect()
}

/// What would settle how the calls of each of these services get there.
fn open_of(network: &Network, uses: &[services_of::Use]) -> Vec<Vec<Open>> {
    let subnets = used_subnets(network);
    let assumable: Vec<String> =
        subnets.iter().filter_map(|subnet| missing::assumption_key(&subnet.name)).collect();
    let key = |unknown: &Unknown| missing::key_of(unknown).filter(|key| assumable.contains(key));
    let of = |one: &services_of::Use| {
        let mut found: Vec<Open> = Vec::new();
        for missing in &one.missing {
            let need = missing::need(missing, &key);
            if !found.iter().any(|known| known.need == need) {
                found.push(Open { missing: missing.clone(), need });
            }
        }
        found
    };
    uses.iter().map(of).collect()
}

impl VpcEndpoints {
    fn says_something(&self) -> bool {
        let Reverse { unused, dear, splits } = &self.reverse;
        let nothing_back = unused.is_empty() && dear.is_empty() && splits.is_empty();
        !(self.services.is_empty() && self.nat_free.removable.is_empty() && nothing_back)
    }

    /// How many endpoints are to be added.
    pub fn additions(&self) -> usize {
        self.services.iter().filter(|one| one.add.is_some()).count()
    }
}

/// What prices say.
struct Pricing<'p> {
    options: &'p Options,
    region: Option<String>,
    estimate: &'p Estimate,
}

impl Pricing<'_> {
    /// What an interface endpoint costs by the hour.
    fn by_hour(&self, zones: u64) -> Option<Usd> {
        let curve = self.options.prices.curve(self.region.as_deref()?, PriceItem::InterfaceEndpointHour)?;
        Some(curve.first().times(Hours::month_of(zones).0).rounded())
    }

    /// The same with the data that goes through it.
    fn with_data(&self, service: &str, by_hour: Usd) -> Band<Usd> {
        let name = format!("+ {service}");
        let is_data =
            |item: &&crate::cost::Item| item.resource == name && item.price == PriceItem::InterfaceEndpointGb;
        let data = self.estimate.after.items.iter().find(is_data).and_then(|item| item.usd);
        data.map_or(Band { low: by_hour, typical: by_hour, high: by_hour }, |data| {
            data.map(|usd| [usd, by_hour].into_iter().sum())
        })
    }

    fn pays_from(&self, service: &str) -> Option<Gigabytes> {
        let found = self
            .estimate
            .break_even
            .iter()
            .find(|one| one.kind == BreakEvenKind::BesideNat && one.service.as_deref() == Some(service));
        found.map(|one| one.gb_per_month)
    }
}

fn of_network(subject: &Subject<'_, '_>, at: usize, pricing: &Pricing<'_>) -> Vec<VpcEndpoints> {
    let Some(situated) = subject.networks.get(at) else { return Vec::new() };
    let (template, network) = (subject.template, &situated.network);
    let uses = services_of::uses(subject, at);
    let needs: Vec<Need> = uses.iter().flat_map(services_of::Use::needs).collect();
    let drafts = drafts(template, network, &needs);
    let Some(Outcome { network: after, .. }) = outcome(subject, at, &drafts) else { return Vec::new() };
    let only_where = subject.only_where(&[situated.situation]);
    let open = open_of(network, &uses);
    let mut vpcs: Vec<Option<VpcIndex>> = Vec::new();
    // Those whose functions call no service may be rid of endpoints, or of NAT gateways.
    let functions = network.workloads.iter().filter(|one| one.kind == WorkloadKind::Function && one.in_vpc);
    let of_functions = functions.filter_map(|one| vpc_of_sender(network, one)).map(Some);
    for vpc in uses.iter().map(|one| one.vpc).chain(of_functions) {
        if !vpcs.contains(&vpc) {
            vpcs.push(vpc);
        }
    }
    let told = vpcs.into_iter().map(|vpc| {
        let own: Vec<Draft> = drafts.iter().filter(|draft| draft.wanted.vpc == vpc).cloned().collect();
        let services: Vec<ServiceUse> = uses
            .iter()
            .zip(&open)
            .filter(|(one, _)| one.vpc == vpc)
            .map(|(one, open)| {
                let draft = own.iter().find(|draft| draft.wanted.service == one.service);
                let proof = draft.map(|draft| prove(&after, subject.addresses, draft));
                let add = draft
                    .zip(proof.as_ref())
                    .map(|(draft, proof)| plan(subject, at, draft, proof, pricing, one.today));
                ServiceUse { open: open.clone(), ..one.told(network, draft.is_some(), add) }
            })
            .collect();
        let all = write(template, network, &own);
        let whole = if own.is_empty() { None } else { change(subject, at, &own) };
        let (edits, also) = whole.map_or((None, None), |Change { edits, also }| (Some(edits), also));
        let mut nat_free = nat_free::of(subject, at, vpc, &after);
        nat_free.price(&pricing.estimate.today.items);
        nat_free.write(subject, edits.as_deref(), own.is_empty());
        VpcEndpoints {
            id: vpc_id(network, vpc, &uses),
            at: vpc.and_then(|vpc| network.vpcs.get(vpc.0)?.at),
            only_where: only_where.clone(),
            nat_free,
            reverse: reverse::of(subject, at, vpc, pricing.options, pricing.region.as_deref()),
            services,
            yaml: if own.is_empty() { String::new() } else { all.yaml },
            edits,
            also,
        }
    });
    told.filter(VpcEndpoints::says_something).collect()
}

fn vpc_id(network: &Network, vpc: Option<VpcIndex>, uses: &[services_of::Use]) -> String {
    if let Some(vpc) = vpc.and_then(|vpc| network.vpcs.get(vpc.0)) {
        return vpc.name.to_string();
    }
    let sender = uses.iter().find(|one| one.vpc.is_none()).and_then(|one| one.senders.first());
    let sender = sender.and_then(|at| network.workloads.get(at.0));
    let subnet = sender.and_then(|sender| network.subnets.get(sender.subnets.items.first()?.0));
    subnet.map_or_else(|| "VPC".to_owned(), |subnet| format!("{} (VPC)", subnet.name))
}

fn plan(
    subject: &Subject<'_, '_>,
    at: usize,
    draft: &Draft,
    proof: &Proof,
    pricing: &Pricing<'_>,
    today: Today,
) -> EndpointPlan {
    let network = &subject.networks[at].network;
    let wanted = &draft.wanted;
    let text = write(subject.template, network, std::slice::from_ref(draft));
    let change = change(subject, at, std::slice::from_ref(draft));
    let zones = if wanted.gateway { 0 } else { zones(network, wanted) };
    let by_hour = if wanted.gateway { Some(Usd::ZERO) } else { pricing.by_hour(zones) };
    let mut notes = text.notes;
    if let Some(blocker) = proof.blocker.as_ref().filter(|_| change.is_none()) {
        let Phrase { en, ja } = &blocker.message;
        notes.push(phrase!(
            en: "the endpoint alone does not do: {en}",
            ja: "エンドポイントだけでは届きません: {ja}",
        ));
    }
    let verdict = if change.is_some() { Verdict::Reachable } else { proof.verdict };
    let why_not = change.is_none().then(|| why_not(text.edits.is_some(), proof));
    let (edits, also) = change.map_or((None, None), |change| (Some(change.edits), change.also));
    EndpointPlan {
        id: draft.id.clone(),
        is_gateway: wanted.gateway,
        subnets: text.subnets,
        groups: text.groups,
        new_group: match &draft.guard {
            Some(Guard::New { id, .. }) => Some(id.clone()),
            _ => None,
        },
        route_tables: text.tables,
        private_dns: !wanted.gateway,
        zones,
        usd_by_hour: by_hour,
        usd_per_month: by_hour.map(|usd| pricing.with_data(&wanted.service, usd)),
        pays_from: pricing.pays_from(&wanted.service).filter(|_| today == Today::Nat && !wanted.gateway),
        verdict,
        yaml: text.yaml,
        edits,
        also,
        notes,
        why_not,
    }
}

/// Why an endpoint is not written into the template.
fn why_not(is_written: bool, proof: &Proof) -> Phrase {
    let Phrase { en, ja } = match (is_written, &proof.blocker, &proof.missing) {
        (false, ..) => {
            return phrase!(
                en: "not all that it needs is in this template",
                ja: "必要な値の一部がこのテンプレートにありません",
            );
        }
        (true, Some(blocker), _) => blocker.message.clone(),
        (true, None, Some(missing)) => missing::need(missing, &|_| None).reason,
        (true, None, None) => {
            return phrase!(
                en: "it is not proven that it would be reached",
                ja: "追加後に届くことを確認できません",
            );
        }
    };
    phrase!(en: "it is not proven that it would be reached: {en}", ja: "追加後に届くことを確認できません: {ja}")
}

/// A list of subnets whose length is not known is taken to be of so many.
const ASSUMED_ZONES: u64 = 2;

fn zones(network: &Network, wanted: &wanted::Wanted) -> u64 {
    let of = |at: &crate::network::SubnetIndex| {
        if network.subnets.get(at.0).is_some_and(|subnet| subnet.several) { ASSUMED_ZONES } else { 1 }
    };
    wanted.subnets.items.iter().map(of).sum::<u64>().max(1)
}

#[cfg(test)]
mod tests;

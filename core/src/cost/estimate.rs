//! A model, prices and traffic to bills.

use std::collections::BTreeMap;

use super::break_even::{BreakEven, Flip, Use, ZoneStep, break_evens, flips, one_more_zone, uses};
use super::model::{CostModel, Metered};
use super::money::{Gigabytes, Hours, Quantity, Usd};
use super::prices::{Curve, PriceItem, Prices};
use super::traffic::{Band, Load, Loads, Traffic};
use crate::language::Phrase;
use crate::network::Place;
use crate::phrase;

/// A way to do what the template does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plan {
    /// As the template is.
    Today,
    /// With gateway endpoints, which are free, where demands call for them.
    GatewayEndpoints,
    /// With every endpoint that demands call for, beside the NAT gateways.
    BesideNat,
    /// With every endpoint that demands call for, and without NAT gateways.
    WithoutNat,
}

impl Plan {
    /// `today`, `gateway-endpoints`, `beside-nat`, `without-nat`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::GatewayEndpoints => "gateway-endpoints",
            Self::BesideNat => "beside-nat",
            Self::WithoutNat => "without-nat",
        }
    }

    /// Its name for people.
    pub fn title(self) -> Phrase {
        match self {
            Self::Today => phrase!(en: "today", ja: "現在"),
            Self::GatewayEndpoints => {
                phrase!(en: "with gateway endpoints", ja: "ゲートウェイエンドポイントを追加")
            }
            Self::BesideNat => {
                phrase!(en: "with interface endpoints too", ja: "インターフェイスエンドポイントも追加")
            }
            Self::WithoutNat => {
                phrase!(en: "with endpoints, without NAT", ja: "エンドポイントに置き換え (NAT なし)")
            }
        }
    }
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The resource that causes it; `+ sqs` for an endpoint that is not there yet.
    pub resource: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What is paid.
    pub price: PriceItem,
    /// How many units.
    pub quantity: Band<Quantity>,
    /// What they cost, to the cent; nothing where no price is known.
    pub usd: Option<Band<Usd>>,
}

/// What a month costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The lines.
    pub items: Vec<Item>,
    /// Their sum: of the lines as they are rounded.
    pub total: Band<Usd>,
}

/// The sum of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTotal {
    /// The plan.
    pub plan: Plan,
    /// What it costs.
    pub total: Band<Usd>,
    /// Whether it is the cheapest that does all that is demanded, in each band.
    pub cheapest: Band<bool>,
    /// Whether everything that is demanded has a way.
    pub works: bool,
    /// Whether all of it has a price; otherwise it costs more than the total.
    pub priced: bool,
}

/// A price that no bill can do without and that is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingPrice {
    /// What for.
    pub item: PriceItem,
    /// From how many units a month on; zero where none at all is known.
    pub beyond: Quantity,
}

/// What a model costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The region; nothing where it is not known, and then nothing is priced.
    pub region: Option<String>,
    /// Whether the traffic is the user's; otherwise the bands are.
    pub given: bool,
    /// The bill as the template is.
    pub today: Bill,
    /// The bill with the endpoints that demands call for.
    pub after: Bill,
    /// Which plan that is.
    pub after_plan: Option<Plan>,
    /// Every plan that is there.
    pub plans: Vec<PlanTotal>,
    /// From how much traffic on an endpoint pays.
    pub break_even: Vec<BreakEven>,
    /// Where another plan becomes the cheapest.
    pub flips: Vec<Flip>,
    /// What one more zone costs.
    pub one_more_zone: Vec<ZoneStep>,
    /// What provisioned concurrency costs at least, and when it pays.
    pub provisioned: Vec<Use>,
    /// Prices that are not known.
    pub missing_prices: Vec<MissingPrice>,
    /// What is in no sum.
    pub left_out: Vec<Phrase>,
    /// What the sums rest on.
    pub assumptions: Vec<Phrase>,
}

impl Estimate {
    /// The missing prices in words.
    pub fn missing_words(&self) -> Vec<Phrase> {
        let region = self.region.as_deref().unwrap_or("");
        let words = self.missing_prices.iter().map(|missing| {
            let (title, name) = (missing.item.title(), missing.item.name());
            let (en, ja, beyond, unit) = (&title.en, &title.ja, missing.beyond, missing.item.unit());
            if beyond.is_zero() {
                phrase!(
                    en: "no price known for {en} ({name}) in {region}",
                    ja: "{region} の{ja} ({name}) の料金データがありません",
                )
            } else {
                phrase!(
                    en: "no price known for {en} ({name}) beyond {beyond} {unit} in {region}",
                    ja: "{region} の{ja} ({name}) は {beyond} {unit} を超える分の料金データがありません",
                )
            }
        });
        words.collect()
    }
}

/// The sum of a plan, where the estimate has it.
pub(super) fn total_of(estimate: &Estimate, plan: Plan) -> Option<Band<Usd>> {
    Some(estimate.plans.iter().find(|one| one.plan == plan)?.total)
}

/// Whether the template would cost less with endpoints for everything and without NAT gateways.
pub(crate) fn is_cheaper_without_nat(model: &CostModel, prices: &Prices, traffic: &Traffic) -> bool {
    let estimate = estimate(model, prices, Some(traffic));
    let total = |plan| total_of(&estimate, plan).map(|band| band.typical);
    total(Plan::WithoutNat).is_some_and(|without| Some(without) < total(Plan::Today))
}

/// Prices a model. Without traffic, or with calls and queries only, in three bands.
pub fn estimate(model: &CostModel, prices: &Prices, traffic: Option<&Traffic>) -> Estimate {
    let mut estimate = Estimate {
        region: model.region.clone(),
        given: traffic.is_some_and(Traffic::has_loads),
        left_out: model.left_out.clone(),
        assumptions: model.assumptions.clone(),
        ..Estimate::default()
    };
    if model.region.is_none() {
        return estimate;
    }
    let pricing = Pricing::new(model, prices);
    let loads = Loads::of(traffic);
    let plans = pricing.plans();
    let bills: Vec<(Plan, Bill)> = plans.iter().map(|plan| (*plan, pricing.bill(*plan, &loads))).collect();
    for (plan, bill) in &bills {
        estimate.plans.push(PlanTotal {
            plan: *plan,
            total: bill.total,
            cheapest: Band::default(),
            works: pricing.works(*plan),
            priced: loads.iter().all(|loads| pricing.has_prices(&pricing.lines(*plan, loads))),
        });
    }
    mark_cheapest(&mut estimate.plans);
    let chosen = plans.last().copied().filter(|_| plans.len() > 1);
    for (plan, bill) in bills {
        if Some(plan) == chosen {
            estimate.after = bill.clone();
        }
        if plan == Plan::Today {
            estimate.today = bill;
        }
    }
    estimate.after_plan = chosen;
    if chosen.is_none() {
        estimate.after = estimate.today.clone();
    }
    estimate.break_even = break_evens(&pricing);
    estimate.flips = flips(&pricing, traffic);
    estimate.one_more_zone = one_more_zone(&pricing);
    estimate.provisioned = uses(&pricing, traffic);
    estimate.missing_prices = pricing.missing(&loads);
    pricing.explain(&mut estimate, traffic);
    estimate
}

/// Of the plans that do what is demanded; of the same sums the first. What lacks a price costs more than its sum: it is
/// never called the cheapest, and where it might be, nothing is.
fn mark_cheapest(plans: &mut [PlanTotal]) {
    let best = |plans: &[PlanTotal], of: fn(&Band<Usd>) -> Usd| {
        let working = plans.iter().enumerate().filter(|(_, plan)| plan.works);
        working.min_by_key(|(_, plan)| of(&plan.total)).filter(|(_, plan)| plan.priced).map(|(at, _)| at)
    };
    let found =
        [best(plans, |band| band.low), best(plans, |band| band.typical), best(plans, |band| band.high)];
    for (at, plan) in plans.iter_mut().enumerate() {
        let [low, typical, high] = found.map(|best| best == Some(at));
        plan.cheapest = Band { low, typical, high };
    }
}

/// A model with the prices of its region.
pub(super) struct Pricing<'m> {
    pub(super) model: &'m CostModel,
    curves: BTreeMap<PriceItem, Option<Curve>>,
}

/// A line before it is priced.
pub(super) struct Line {
    resource: String,
    at: Option<Place>,
    pub(super) price: PriceItem,
    pub(super) quantity: Quantity,
}

impl<'m> Pricing<'m> {
    pub(super) fn new(model: &'m CostModel, prices: &Prices) -> Self {
        let region = model.region.as_deref().unwrap_or("");
        let curves = PriceItem::ALL.iter().map(|item| (*item, prices.curve(region, *item))).collect();
        Self { model, curves }
    }

    pub(super) fn curve(&self, item: PriceItem) -> Option<&Curve> {
        self.curves.get(&item)?.as_ref()
    }

    /// What a unit costs in the first tier.
    pub(super) fn first(&self, item: PriceItem) -> Option<Usd> {
        self.curve(item).map(Curve::first)
    }

    /// The plans that make a difference, in order. NAT gateways can go only where nothing that is known needs them.
    pub(super) fn plans(&self) -> Vec<Plan> {
        let proposals = &self.model.proposals;
        let mut plans = vec![Plan::Today];
        if proposals.is_empty() {
            return plans;
        }
        let gateways = proposals.iter().filter(|proposal| proposal.gateway).count();
        if gateways > 0 && gateways < proposals.len() {
            plans.push(Plan::GatewayEndpoints);
        }
        plans.push(Plan::BesideNat);
        let has_nat = self.model.charges.iter().any(|charge| charge.of_nat);
        if has_nat && !self.model.nat_may_be_needed && !self.model.flows.iter().any(|flow| flow.needs_nat) {
            plans.push(Plan::WithoutNat);
        }
        plans
    }

    /// Whether everything that is demanded has a way under a plan.
    pub(super) fn works(&self, plan: Plan) -> bool {
        self.model
            .flows
            .iter()
            .all(|flow| !flow.blocked || self.is_moved(plan, &flow.destination, &flow.function))
    }

    /// Whether every line has a price for all its units.
    pub(super) fn has_prices(&self, lines: &[Line]) -> bool {
        lines.iter().all(|line| {
            self.curve(line.price).is_some_and(|curve| curve.cost(Quantity::ZERO, line.quantity).1.is_zero())
        })
    }

    /// Whether a plan can be priced at all.
    pub(super) fn is_priced(&self, plan: Plan) -> bool {
        self.has_prices(&self.lines(plan, &Loads::Even(Quantity::whole(1), None)))
    }

    /// Whether a flow has an endpoint of its own under a plan.
    fn is_moved(&self, plan: Plan, destination: &str, function: &str) -> bool {
        let proposal = self.model.proposals.iter().find(|proposal| {
            proposal.service == destination && proposal.functions.iter().any(|one| one == function)
        });
        match plan {
            Plan::Today => false,
            Plan::GatewayEndpoints => proposal.is_some_and(|proposal| proposal.gateway),
            Plan::BesideNat | Plan::WithoutNat => proposal.is_some(),
        }
    }

    /// The lines of a plan. Which they are hangs on the plan alone, not on the loads.
    pub(super) fn lines(&self, plan: Plan, loads: &Loads<'_>) -> Vec<Line> {
        let model = self.model;
        let mut lines: Vec<Line> = Vec::new();
        for charge in model.charges.iter().filter(|charge| plan != Plan::WithoutNat || !charge.of_nat) {
            let (resource, at) = (charge.resource.clone(), charge.at);
            lines.push(Line { resource, at, price: charge.price, quantity: charge.quantity });
        }
        for proposal in &model.proposals {
            let (price, hours) = match (proposal.gateway, plan) {
                (true, Plan::GatewayEndpoints | Plan::BesideNat | Plan::WithoutNat) => {
                    (PriceItem::GatewayEndpointHour, Hours::month_of(1))
                }
                (false, Plan::BesideNat | Plan::WithoutNat) => {
                    (PriceItem::InterfaceEndpointHour, Hours::month_of(proposal.zones))
                }
                _ => continue,
            };
            lines.push(Line { resource: proposal.name(), at: None, price, quantity: hours.0 });
        }
        let paths = model.paths();
        for flow in &model.flows {
            let moved = self.is_moved(plan, &flow.destination, &flow.function);
            let metered = if moved { &flow.after } else { &flow.today };
            let load = loads.of_flow(flow, paths);
            for one in metered {
                add(&mut lines, one, load);
            }
        }
        self.through(plan, loads, &mut lines);
        self.used(loads, &mut lines);
        lines
    }

    /// What carriers take beside the flows: as given, or the bands where no flow is known at all.
    fn through(&self, plan: Plan, loads: &Loads<'_>, lines: &mut Vec<Line>) {
        let unknown = self.model.spread_over_carriers();
        let carriers = &self.model.carriers;
        for carrier in carriers {
            let quantity = match loads {
                Loads::Given(traffic) => {
                    traffic.through.get(&carrier.resource).map_or(Quantity::ZERO, |load| load.0)
                }
                Loads::Even(all, _) if unknown.contains(&carrier.resource.as_str()) => {
                    all.share(1, unknown.len() as u64)
                }
                Loads::Even(..) => Quantity::ZERO,
            };
            if plan == Plan::WithoutNat && carrier.price.is_of_nat() {
                continue;
            }
            let load = Load { both: Gigabytes(quantity), out: None };
            let meter = carrier.clone();
            add(lines, &Metered { meter, part: 1, of: 1, out_only: false }, load);
        }
    }

    /// What a plan costs when all traffic together is so much: in the proportions of what is given, otherwise evenly.
    pub(super) fn exact_at(&self, plan: Plan, traffic: Option<&Traffic>, all: Gigabytes) -> Usd {
        match traffic.and_then(|traffic| traffic.scaled(all)) {
            Some(traffic) => self.exact(plan, &Loads::Given(&traffic)),
            None => self.exact(plan, &Loads::Even(all.0, traffic)),
        }
    }

    /// Calls on provisioned concurrency, and queries.
    fn used(&self, loads: &Loads<'_>, lines: &mut Vec<Line>) {
        let (Loads::Given(traffic) | Loads::Even(_, Some(traffic))) = loads else { return };
        let mut told: Vec<&str> = Vec::new();
        for provisioned in &self.model.provisioned {
            let function = provisioned.function.as_str();
            let Some(requests) = traffic.requests.get(function).filter(|_| !told.contains(&function)) else {
                continue;
            };
            told.push(function);
            let line =
                |price, quantity| Line { resource: function.to_owned(), at: provisioned.at, price, quantity };
            lines.push(line(PriceItem::LambdaRequest, Quantity::whole(*requests)));
            let Some(milliseconds) = traffic.milliseconds.get(function) else { continue };
            let gb_seconds = Quantity::whole(*requests)
                .share(milliseconds.saturating_mul(provisioned.megabytes), 1024 * 1000);
            let same = self.model.provisioned.iter().filter(|one| one.function == function);
            let ready: Quantity = same.map(super::model::Provisioned::gb_seconds).sum();
            let (kept, other) = if provisioned.arm {
                (PriceItem::ProvisionedDurationArm, PriceItem::LambdaArm)
            } else {
                (PriceItem::ProvisionedDurationX86, PriceItem::LambdaX86)
            };
            lines.push(line(kept, gb_seconds.min(ready)));
            // What does not fit runs as any other call does.
            lines.push(line(other, gb_seconds.beyond(ready)));
        }
        for (resolver, at) in &self.model.resolvers {
            if let Some(queries) = traffic.queries.get(resolver) {
                let quantity = Quantity::whole(*queries).share(1, 1_000_000);
                let (resource, at) = (resolver.clone(), *at);
                lines.push(Line { resource, at, price: PriceItem::ResolverQueries, quantity });
            }
        }
    }

    /// What each line costs, exactly, and rounded so that lines and sum agree: where tiers are shared, a line is the
    /// difference that it makes.
    fn priced(&self, lines: &[Line]) -> Vec<Option<(Usd, Usd)>> {
        let mut before: BTreeMap<PriceItem, (Quantity, Usd)> = BTreeMap::new();
        let mut price = |line: &Line| {
            let curve = self.curve(line.price)?;
            if curve.tiers.len() == 1 {
                let (exact, _) = curve.cost(Quantity::ZERO, line.quantity);
                return Some((exact, exact.rounded()));
            }
            let (counted, so_far) = before.get(&line.price).copied().unwrap_or_default();
            let (exact, _) = curve.cost(counted, counted + line.quantity);
            let sum = so_far + exact;
            before.insert(line.price, (counted + line.quantity, sum));
            Some((exact, sum.rounded() - so_far.rounded()))
        };
        lines.iter().map(&mut price).collect()
    }

    /// What a plan costs, exactly; lines without a price are left out.
    pub(super) fn exact(&self, plan: Plan, loads: &Loads<'_>) -> Usd {
        let lines = self.lines(plan, loads);
        self.priced(&lines).into_iter().flatten().map(|(exact, _)| exact).sum()
    }

    fn bill(&self, plan: Plan, loads: &[Loads<'_>; 3]) -> Bill {
        let each = loads.each_ref().map(|loads| {
            let lines = self.lines(plan, loads);
            let priced = self.priced(&lines);
            lines.into_iter().zip(priced).collect::<Vec<_>>()
        });
        let [low, typical, high] = &each;
        let mut bill = Bill::default();
        for ((low, typical), high) in low.iter().zip(typical).zip(high) {
            let usd = match (low.1, typical.1, high.1) {
                (Some((_, low)), Some((_, typical)), Some((_, high))) => Some(Band { low, typical, high }),
                _ => None,
            };
            if let Some(usd) = usd {
                bill.total = bill.total + usd;
            }
            bill.items.push(Item {
                resource: low.0.resource.clone(),
                at: low.0.at,
                price: low.0.price,
                quantity: Band { low: low.0.quantity, typical: typical.0.quantity, high: high.0.quantity },
                usd,
            });
        }
        bill
    }

    /// Prices that any plan's lines ask for.
    fn missing(&self, loads: &[Loads<'_>; 3]) -> Vec<MissingPrice> {
        let mut found: Vec<MissingPrice> = Vec::new();
        for plan in self.plans() {
            for loads in loads {
                let mut counted: BTreeMap<PriceItem, Quantity> = BTreeMap::new();
                for line in self.lines(plan, loads) {
                    let so_far = counted.entry(line.price).or_default();
                    *so_far = *so_far + line.quantity;
                }
                for (item, quantity) in counted {
                    let beyond = match self.curve(item) {
                        None => Quantity::ZERO,
                        Some(curve) if curve.cost(Quantity::ZERO, quantity).1.is_zero() => continue,
                        Some(curve) => curve.tiers.last().and_then(|tier| tier.to).unwrap_or(Quantity::ZERO),
                    };
                    let missing = MissingPrice { item, beyond };
                    if !found.contains(&missing) {
                        found.push(missing);
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// What the sums rest on and what they leave out.
    fn explain(&self, estimate: &mut Estimate, traffic: Option<&Traffic>) {
        let model = self.model;
        let paths = model.paths();
        let carriers = self.model.spread_over_carriers().len();
        let given = traffic.filter(|traffic| traffic.has_loads());
        match given {
            None if paths > 0 => estimate.assumptions.push(phrase!(
                en: "traffic is not given: 10, 100 and 5000 GB a month in all, spread evenly over the paths that are known from functions ({paths})",
                ja: "通信量の指定がないため、合計で月 10・100・5000 GB が関数からの {paths} 経路に均等に流れるものとしています",
            )),
            None if carriers > 0 => estimate.assumptions.push(phrase!(
                en: "traffic is not given, and no path from a function is known: 10, 100 and 5000 GB a month in all, spread evenly over what could carry it ({carriers})",
                ja: "通信量の指定がなく関数からの経路も不明なため、合計で月 10・100・5000 GB が {carriers} 個のゲートウェイまたはエンドポイントに均等に流れるものとしています",
            )),
            None => {}
            Some(traffic) => self.without_figures(traffic, estimate),
        }
        if given.is_none() {
            let spread = self.model.spread_over_carriers();
            let used = |id: &str| {
                let flows = model.flows.iter();
                spread.contains(&id) || flows.flat_map(|flow| &flow.today).any(|one| one.meter.resource == id)
            };
            let idle: Vec<String> = model
                .carriers
                .iter()
                .filter(|carrier| !used(&carrier.resource))
                .map(|carrier| format!("`{}`", carrier.resource))
                .collect();
            if !idle.is_empty() {
                let (idle, idle_ja) = (idle.join(", "), idle.join("、"));
                estimate.assumptions.push(phrase!(
                    en: "no path is known to lead through {idle}: 0 GB is counted there",
                    ja: "{idle_ja} を通る経路がわからないため、0 GB としています",
                ));
            }
        }
        let items = estimate.today.items.iter().chain(&estimate.after.items);
        let asked: std::collections::BTreeSet<PriceItem> = items.map(|item| item.price).collect();
        if asked.contains(&PriceItem::InternetOutGb) {
            estimate.assumptions.push(phrase!(
                en: "all traffic to the internet is counted as going out unless a traffic file gives `out` and `in`; the 100 GB that an account has free are not taken off",
                ja: "通信量ファイルで `out` と `in` を指定しないかぎり、インターネットとの通信はすべて送信として計算しています。アカウントの無料枠 100 GB は差し引いていません",
            ));
        }
        for item in &asked {
            if let Some(curve) = self.curve(*item).filter(|curve| curve.assumed) {
                let (title, name, date) = (item.title(), item.name(), curve.date);
                let (en, ja) = (&title.en, &title.ja);
                estimate.assumptions.push(phrase!(
                    en: "the price of {en} ({name}) rests on one secondary source ({date})",
                    ja: "{ja} ({name}) の料金は、二次情報 1 件 ({date}) によるものです",
                ));
            }
        }
        let has_nat = model.charges.iter().any(|charge| charge.of_nat);
        if has_nat && model.nat_may_be_needed && !model.proposals.is_empty() {
            estimate.assumptions.push(phrase!(
                en: "NAT gateways are kept: too little is known of what else is reached through them",
                ja: "NAT ゲートウェイを経由するほかの接続先がわからないため、NAT ゲートウェイは残すものとしています",
            ));
        }
        if estimate.after_plan == Some(Plan::WithoutNat) {
            estimate.assumptions.push(phrase!(
                en: "NAT gateways can go if functions reach nothing but what the template tells of",
                ja: "NAT ゲートウェイをなくせるのは、関数の接続先がテンプレートからわかるものだけの場合です",
            ));
        }
        for provisioned in &model.provisioned {
            let function = &provisioned.function;
            let given = traffic.is_some_and(|traffic| {
                traffic.requests.contains_key(function) && traffic.milliseconds.contains_key(function)
            });
            if !given {
                estimate.left_out.push(phrase!(
                    en: "calls of `{function}` beside its provisioned concurrency: give `requests` and `duration_ms`",
                    ja: "`{function}` の呼び出し (プロビジョニング分とは別の料金。`requests` と `duration_ms` を指定してください)",
                ));
            }
        }
        for (resolver, _) in &model.resolvers {
            if !traffic.is_some_and(|traffic| traffic.queries.contains_key(resolver)) {
                estimate.left_out.push(phrase!(
                    en: "queries through `{resolver}`: give `queries`",
                    ja: "`{resolver}` を通るクエリ (`queries` を指定してください)",
                ));
            }
        }
        for flow in model.flows.iter().filter(|flow| flow.blocked) {
            let (function, destination) = (&flow.function, &flow.destination);
            estimate.assumptions.push(phrase!(
                en: "`{function}` does not reach {destination} today: nothing is counted for it",
                ja: "`{function}` は現在 {destination} に届かないため、その通信は計上していません",
            ));
        }
    }

    /// Ways for which the user gives no figures count nothing: say so.
    fn without_figures(&self, traffic: &Traffic, estimate: &mut Estimate) {
        for flow in self.model.flows.iter().filter(|flow| flow.is_counted()) {
            if traffic.given(&flow.function, &flow.destination).is_none() {
                let (function, destination) = (&flow.function, &flow.destination);
                estimate.assumptions.push(phrase!(
                    en: "no traffic is given from `{function}` to {destination}: counted as 0 GB",
                    ja: "`{function}` から {destination} への通信量の指定がないため、0 GB としています",
                ));
            }
        }
        for carrier in &self.model.carriers {
            let resource = &carrier.resource;
            let is_used = self
                .model
                .flows
                .iter()
                .any(|flow| flow.today.iter().any(|one| one.meter.resource == *resource));
            if !is_used && !traffic.through.contains_key(resource) {
                estimate.assumptions.push(phrase!(
                    en: "no traffic is given for `{resource}`: counted as 0 GB",
                    ja: "`{resource}` の通信量の指定がないため、0 GB としています",
                ));
            }
        }
    }
}

/// Adds what a meter counts of a load to its line.
fn add(lines: &mut Vec<Line>, metered: &Metered, load: Load) {
    let quantity = metered.counts(load);
    let meter = &metered.meter;
    let same = |line: &&mut Line| line.resource == meter.resource && line.price == meter.price;
    if let Some(line) = lines.iter_mut().find(same) {
        line.quantity = line.quantity + quantity;
        return;
    }
    lines.push(Line { resource: meter.resource.clone(), at: meter.at, price: meter.price, quantity });
}

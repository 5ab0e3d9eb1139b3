//! From how much traffic on one way is cheaper than another.

use super::estimate::{Plan, Pricing};
use super::model::CostModel;
use super::money::{Gigabytes, Hours, Quantity, Usd};
use super::prices::{PriceItem, Prices};
use super::traffic::Traffic;
use crate::language::Phrase;
use crate::phrase;

/// Which break-even is meant. The two are routinely confused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakEvenKind {
    /// The endpoint stands beside NAT gateways that stay.
    BesideNat,
    /// The endpoints together take the place of the NAT gateways.
    ReplaceNat,
}

impl BreakEvenKind {
    /// `beside-nat` or `replace-nat`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BesideNat => "beside-nat",
            Self::ReplaceNat => "replace-nat",
        }
    }
}

/// From how much traffic a month on an endpoint is cheaper than a NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakEven {
    /// The service; nothing where all endpoints together are meant, and for the figure of a region.
    pub service: Option<String>,
    /// Beside NAT gateways or in their place.
    pub kind: BreakEvenKind,
    /// In how many zones the endpoint stands; all of them together where several are meant.
    pub zones: u64,
    /// Gigabytes a month, over all zones: zero where the endpoint is never dearer.
    pub gb_per_month: Gigabytes,
}

/// Where another plan becomes the cheapest, as traffic grows in its proportions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The cheapest below.
    pub from: Plan,
    /// The cheapest above.
    pub to: Plan,
    /// All traffic together.
    pub gb_per_month: Gigabytes,
}

impl Flip {
    /// It in a sentence.
    pub fn words(&self) -> Phrase {
        let gb = self.gb_per_month.0.short();
        let (from, to) = (self.from.title(), self.to.title());
        Phrase {
            en: format!("from {gb} GB a month in all: \"{}\" is cheaper than \"{}\"", to.en, from.en),
            ja: format!("合計で月 {gb} GB 以上では「{}」が「{}」より安くなります", to.ja, from.ja),
        }
    }
}

impl BreakEven {
    /// It in a sentence.
    pub fn words(&self, region: &str) -> Phrase {
        let Self { service, kind, zones, gb_per_month } = self;
        let gb = gb_per_month.0.short();
        match (kind, service) {
            (BreakEvenKind::BesideNat, None) => phrase!(
                en: "an interface endpoint beside a NAT gateway that stays, {region}: {gb} GB a month, for each endpoint and zone",
                ja: "NAT ゲートウェイを残してインターフェイスエンドポイントを追加する場合 ({region}): エンドポイントと AZ ごとに月 {gb} GB",
            ),
            (_, Some(service)) if gb_per_month.0.is_zero() => phrase!(
                en: "{service} beside NAT: from the first byte (a gateway endpoint is free)",
                ja: "{service} (NAT を残す): 通信量によらず得 (ゲートウェイエンドポイントは無料)",
            ),
            (_, Some(service)) => phrase!(
                en: "{service} beside NAT: {gb} GB a month over {zones} zones",
                ja: "{service} (NAT を残す): {zones} AZ 合計で月 {gb} GB",
            ),
            (BreakEvenKind::ReplaceNat, None) if gb_per_month.0.is_zero() => phrase!(
                en: "all endpoints in place of NAT: at any traffic (the NAT gateways' hours cost more than {zones} endpoint zones)",
                ja: "すべてのエンドポイントで NAT を置き換える場合: 通信量によらず得 (NAT ゲートウェイの時間料金が {zones} エンドポイント AZ 分より高いため)",
            ),
            (BreakEvenKind::ReplaceNat, None) => phrase!(
                en: "all endpoints ({zones} endpoint zones) in place of NAT: {gb} GB a month in all",
                ja: "すべてのエンドポイント ({zones} エンドポイント AZ 分) で NAT を置き換える場合: 合計で月 {gb} GB",
            ),
        }
    }
}

/// What one more zone costs in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneStep {
    /// The resource, or the endpoint that demands call for.
    pub resource: String,
    /// What is paid.
    pub price: PriceItem,
    /// What one more zone costs, to the cent; nothing where no price is known.
    pub usd: Option<Usd>,
}

/// What provisioned concurrency costs at least, and when it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The function.
    pub function: String,
    /// The alias or version that asks for it.
    pub resource: String,
    /// Environments.
    pub count: u64,
    /// What they cost in a month without a single call; nothing where no price is known.
    pub floor: Option<Usd>,
    /// The share of the time, in hundredths of a percent, that they must be busy to cost less than calls on demand.
    /// Nothing where a price is missing; over 10000 where they never do.
    pub pays_from: Option<u64>,
    /// The same for the calls that are given.
    pub busy: Option<u64>,
}

pub(super) fn break_evens(pricing: &Pricing<'_>) -> Vec<BreakEven> {
    let mut found = Vec::new();
    let (nat_gb, endpoint_gb) =
        (pricing.first(PriceItem::NatGb), pricing.first(PriceItem::InterfaceEndpointGb));
    let endpoint_hour = pricing.first(PriceItem::InterfaceEndpointHour);
    let saving = nat_gb.zip(endpoint_gb).map(|(nat, endpoint)| nat - endpoint);
    let of_zones = |zones: u64| endpoint_hour?.times(Hours::month_of(zones).0).over(saving?);
    let mut add = |service: Option<&str>, kind, zones, gb: Option<Quantity>| {
        if let Some(gb) = gb {
            let service = service.map(str::to_owned);
            found.push(BreakEven { service, kind, zones, gb_per_month: Gigabytes(gb) });
        }
    };
    // The figure of the region: one endpoint in one zone.
    add(None, BreakEvenKind::BesideNat, 1, of_zones(1));
    let model = pricing.model;
    for proposal in &model.proposals {
        let gb = if proposal.gateway { Some(Quantity::ZERO) } else { of_zones(proposal.zones) };
        add(Some(&proposal.service), BreakEvenKind::BesideNat, proposal.zones, gb);
    }
    let zones: u64 = model.proposals.iter().filter(|one| !one.gateway).map(|one| one.zones).sum();
    let nats = model.charges.iter().filter(|charge| charge.of_nat);
    let spared: Option<Usd> =
        nats.map(|charge| Some(pricing.first(charge.price)?.times(charge.quantity))).sum();
    let is_possible = model.charges.iter().any(|charge| charge.of_nat)
        && !model.proposals.is_empty()
        && !model.flows.iter().any(|flow| flow.needs_nat);
    if let (true, Some(spared), Some(hour)) = (is_possible, spared, endpoint_hour) {
        let more = hour.times(Hours::month_of(zones).0) - spared;
        let gb = if more <= Usd::ZERO {
            Some(Quantity::ZERO)
        } else {
            saving.and_then(|saving| more.over(saving))
        };
        add(None, BreakEvenKind::ReplaceNat, zones, gb);
    }
    found
}

/// Traffic beyond this is not looked at: ten petabytes a month.
const MOST: u64 = 10_000_000;

/// So many halvings come to under a hundredth of a gigabyte.
const HALVINGS: u32 = 40;

pub(super) fn flips(pricing: &Pricing<'_>, traffic: Option<&Traffic>) -> Vec<Flip> {
    let plans: Vec<Plan> =
        pricing.plans().into_iter().filter(|plan| pricing.works(*plan) && pricing.is_priced(*plan)).collect();
    flips_among(pricing, traffic, &plans)
}

/// Where each plan becomes cheaper than what is there today, or dearer. Nothing where today's way does not do what is
/// demanded: what does not work is no cheaper. Nor is what lacks a price.
pub fn crossings(model: &CostModel, prices: &Prices, traffic: Option<&Traffic>) -> Vec<Flip> {
    let pricing = Pricing::new(model, prices);
    let counts = |plan: Plan| pricing.works(plan) && pricing.is_priced(plan);
    if model.region.is_none() || !counts(Plan::Today) {
        return Vec::new();
    }
    let others = pricing.plans().into_iter().filter(|plan| *plan != Plan::Today && counts(*plan));
    others.flat_map(|plan| flips_among(&pricing, traffic, &[Plan::Today, plan])).collect()
}

/// What each plan costs where all traffic together is so much, in the proportions of what is given. Plans that lack a
/// price are left out: their sums would be too small.
pub fn series(
    model: &CostModel,
    prices: &Prices,
    traffic: Option<&Traffic>,
    all: &[Gigabytes],
) -> Vec<(Plan, Vec<Usd>)> {
    let pricing = Pricing::new(model, prices);
    let of_plan = |plan: Plan| {
        (plan, all.iter().map(|all| pricing.exact_at(plan, traffic, *all)).collect::<Vec<Usd>>())
    };
    pricing.plans().into_iter().filter(|plan| pricing.is_priced(*plan)).map(of_plan).collect()
}

fn flips_among(pricing: &Pricing<'_>, traffic: Option<&Traffic>, plans: &[Plan]) -> Vec<Flip> {
    if plans.len() < 2 {
        return Vec::new();
    }
    let cheapest = |gb: Quantity| {
        let cost = |plan: &Plan| pricing.exact_at(*plan, traffic, Gigabytes(gb));
        plans.iter().copied().min_by_key(cost).unwrap_or(Plan::Today)
    };
    let mut found = Vec::new();
    // What is cheaper from the first bytes on is no flip.
    let mut below = Quantity::whole(1).share(1, 100);
    let mut best = cheapest(below);
    let mut step = 1;
    while step <= MOST {
        let above = Quantity::whole(step);
        let next = cheapest(above);
        if next != best {
            let (mut low, mut high) = (below, above);
            for _ in 0..HALVINGS {
                let middle = (low + high).share(1, 2);
                if cheapest(middle) == best { low = middle } else { high = middle }
            }
            found.push(Flip { from: best, to: cheapest(high), gb_per_month: Gigabytes(high) });
            best = next;
        }
        below = above;
        step = step.saturating_mul(2);
    }
    found
}

pub(super) fn one_more_zone(pricing: &Pricing<'_>) -> Vec<ZoneStep> {
    let step = |resource: String, price| {
        let usd = pricing.first(price).map(|usd| usd.times(Hours::month_of(1).0).rounded());
        ZoneStep { resource, price, usd }
    };
    let model = pricing.model;
    let standing = model.charges.iter().filter(|charge| charge.zones.is_some());
    let standing = standing.map(|charge| step(charge.resource.clone(), charge.price));
    let proposed = model.proposals.iter().filter(|proposal| !proposal.gateway);
    standing.chain(proposed.map(|one| step(one.name(), PriceItem::InterfaceEndpointHour))).collect()
}

pub(super) fn uses(pricing: &Pricing<'_>, traffic: Option<&Traffic>) -> Vec<Use> {
    let each = pricing.model.provisioned.iter().map(|provisioned| {
        let (kept, duration, demand) = if provisioned.arm {
            (PriceItem::ProvisionedArm, PriceItem::ProvisionedDurationArm, PriceItem::LambdaArm)
        } else {
            (PriceItem::ProvisionedX86, PriceItem::ProvisionedDurationX86, PriceItem::LambdaX86)
        };
        let ready = provisioned.gb_seconds();
        // Kept ready all the time and cheaper while busy: u with kept + u x duration = u x demand.
        let pays_from = || {
            let saving = pricing.first(demand)? - pricing.first(duration)?;
            let share = pricing.first(kept)?.over(saving)?;
            Some(share.in_parts_of(10_000))
        };
        let function = &provisioned.function;
        let busy = traffic.and_then(|traffic| {
            let (requests, each) = (traffic.requests.get(function)?, traffic.milliseconds.get(function)?);
            let used =
                Quantity::whole(*requests).share(each.saturating_mul(provisioned.megabytes), 1024 * 1000);
            let same = pricing.model.provisioned.iter().filter(|one| one.function == *function);
            let all: Quantity = same.map(super::model::Provisioned::gb_seconds).sum();
            (!all.is_zero()).then(|| Quantity::whole(1).portion(used, all).in_parts_of(10_000))
        });
        Use {
            function: function.clone(),
            resource: provisioned.resource.clone(),
            count: provisioned.count,
            floor: pricing.first(kept).map(|kept| kept.times(ready).rounded()),
            pays_from: pays_from(),
            busy,
        }
    });
    each.collect()
}

//! Costs: what must hold for every network and traffic, and the templates of the corpus at the three bands.

use proptest::prelude::*;
use vpcheck_core::Options;
use vpcheck_core::cost::{
    Charge, CostModel, Estimate, Flow, Gigabytes, Load, Meter, Metered, Plan, PriceItem, Prices, Proposal,
    Quantity, Traffic, Usd, cost, estimate,
};
use vpcheck_tests::corpus;

const SERVICES: [&str; 4] = ["sqs", "sns", "secretsmanager", "s3"];

fn metered(resource: &str, price: PriceItem, part: u64, of: u64) -> Metered {
    let meter = Meter { resource: resource.to_owned(), at: None, price };
    Metered { meter, part, of, out_only: false }
}

/// NAT gateways, and functions that reach services and perhaps the internet through them.
fn models() -> impl Strategy<Value = CostModel> {
    let region = prop_oneof![Just("us-east-1"), Just("ap-northeast-1"), Just("eu-west-1"), Just("us-east-2")];
    let flows = prop::collection::vec((0..SERVICES.len(), 0..3_u64), 1..6);
    (region, 1..4_u64, 1..4_u64, flows, any::<bool>()).prop_map(|(region, nats, zones, wanted, internet)| {
        let charge = |at| Charge {
            resource: format!("Nat{at}"),
            at: None,
            price: PriceItem::NatHour,
            quantity: Quantity::whole(730),
            of_nat: true,
            zones: Some(1),
        };
        let mut model = CostModel {
            region: Some(region.to_owned()),
            charges: (0..nats).map(charge).collect(),
            ..CostModel::default()
        };
        for (at, (service, crossing)) in wanted.into_iter().enumerate() {
            let (service, function) = (SERVICES[service], format!("Fn{at}"));
            let today = vec![
                metered("Nat0", PriceItem::NatGb, 1, 1),
                metered("Nat0", PriceItem::CrossZoneGb, crossing, 2),
            ];
            let gateway = service == "s3";
            let after = if gateway {
                Vec::new()
            } else {
                vec![metered(&format!("+ {service}"), PriceItem::InterfaceEndpointGb, 1, 1)]
            };
            match model.proposals.iter_mut().find(|proposal| proposal.service == service) {
                Some(proposal) => proposal.functions.push(function.clone()),
                None => model.proposals.push(Proposal {
                    service: service.to_owned(),
                    vpc: "Vpc".to_owned(),
                    gateway,
                    zones,
                    functions: vec![function.clone()],
                }),
            }
            let destination = service.to_owned();
            model.flows.push(Flow { function, destination, today, after, blocked: false, needs_nat: false });
        }
        if internet {
            let today =
                vec![metered("Nat0", PriceItem::NatGb, 1, 1), metered("Fn", PriceItem::InternetOutGb, 1, 1)];
            model.flows.push(Flow {
                function: "Fn".to_owned(),
                destination: "internet".to_owned(),
                after: today.clone(),
                today,
                blocked: false,
                needs_nat: true,
            });
        }
        model
    })
}

/// Up to two petabytes over each flow, in millionths of a gigabyte now and then.
fn traffic_of(model: &CostModel, amounts: &[u64]) -> Traffic {
    let mut traffic = Traffic::default();
    for (flow, amount) in model.flows.iter().zip(amounts.iter().cycle()) {
        let both = Gigabytes(Quantity::whole(*amount).share(1, 1000));
        traffic.flows.insert((flow.function.clone(), flow.destination.clone()), Load { both, out: None });
    }
    traffic
}

fn priced(model: &CostModel, traffic: &Traffic) -> Estimate {
    estimate(model, &Prices::default(), Some(traffic))
}

fn total(estimate: &Estimate, plan: Plan) -> Option<Usd> {
    Some(estimate.plans.iter().find(|one| one.plan == plan)?.total.typical)
}

const PLANS: [Plan; 4] = [Plan::Today, Plan::GatewayEndpoints, Plan::BesideNat, Plan::WithoutNat];

proptest! {
    #[test]
    fn cost_never_falls_when_traffic_grows(
        model in models(),
        amounts in prop::collection::vec(0..2_000_000_000_u64, 1..6),
        more in prop::collection::vec(0..900_000_000_u64, 1..6),
    ) {
        let grown: Vec<u64> =
            amounts.iter().zip(more.iter().cycle()).map(|(amount, more)| amount + more).collect();
        let (less, more) = (priced(&model, &traffic_of(&model, &amounts)), priced(&model, &traffic_of(&model, &grown)));
        for plan in PLANS {
            prop_assert!(total(&less, plan) <= total(&more, plan), "{plan:?}");
        }
    }

    #[test]
    fn items_sum_to_the_total(
        model in models(),
        amounts in prop::collection::vec(0..20_000_000_000_u64, 1..6),
    ) {
        for estimate in [priced(&model, &traffic_of(&model, &amounts)), estimate(&model, &Prices::default(), None)] {
            for bill in [&estimate.today, &estimate.after] {
                let of = |pick: fn(&vpcheck_core::cost::Band<Usd>) -> Usd| -> Usd {
                    bill.items.iter().filter_map(|item| item.usd).map(|usd| pick(&usd)).sum()
                };
                prop_assert_eq!(of(|usd| usd.low), bill.total.low);
                prop_assert_eq!(of(|usd| usd.typical), bill.total.typical);
                prop_assert_eq!(of(|usd| usd.high), bill.total.high);
                for usd in bill.items.iter().filter_map(|item| item.usd) {
                    prop_assert_eq!(usd.typical, usd.typical.rounded(), "to the cent");
                }
            }
        }
    }

    #[test]
    fn the_plan_called_cheapest_is_cheapest(
        model in models(),
        amounts in prop::collection::vec(0..2_000_000_000_u64, 1..6),
    ) {
        let estimate = priced(&model, &traffic_of(&model, &amounts));
        let best: Vec<Usd> = estimate
            .plans
            .iter()
            .filter(|plan| plan.cheapest.typical)
            .map(|plan| plan.total.typical)
            .collect();
        // What lacks a price costs more than is known, so that nothing may be called cheapest beside it.
        if estimate.plans.iter().all(|plan| plan.priced) {
            prop_assert_eq!(best.len(), 1);
        }
        for plan in &estimate.plans {
            prop_assert!(best.iter().all(|best| *best <= plan.total.typical), "{:?}", plan);
            prop_assert!(plan.priced || !plan.cheapest.typical, "{:?}", plan);
        }
    }

    #[test]
    fn at_a_flip_the_cheapest_changes(model in models()) {
        let bands = estimate(&model, &Prices::default(), None);
        for flip in &bands.flips {
            prop_assert!(flip.from != flip.to);
            // At the flip both cost the same, but for the rounding of lines.
            let share = Quantity::whole(1).portion(flip.gb_per_month.0, Quantity::whole(model.flows.len() as u64));
            let mut traffic = Traffic::default();
            for flow in &model.flows {
                let load = Load { both: Gigabytes(share), out: None };
                traffic.flows.insert((flow.function.clone(), flow.destination.clone()), load);
            }
            let there = priced(&model, &traffic);
            let (from, to) = (total(&there, flip.from).unwrap(), total(&there, flip.to).unwrap());
            let apart = if from > to { from - to } else { to - from };
            prop_assert!(apart <= Usd::parse("0.10").unwrap(), "{:?}: {} and {}", flip, from, to);
        }
    }
}

/// Every template in every band, without a panic and with sums that agree. The ten dearest are printed: read them.
#[test]
fn templates_of_the_corpus_have_a_price() {
    let Some(root) = corpus::beside_workspace() else {
        println!("no corpus beside the workspace: nothing was priced");
        return;
    };
    let mut dearest: Vec<(Usd, String)> = Vec::new();
    for set in ["vpc-lambda", "network", "rds-proxy", "provisioned"] {
        for file in corpus::files(&root.join(set)).expect("the corpus can be read") {
            dearest.push((price(&file), format!("{set}/{}", file.path)));
        }
    }
    assert!(dearest.len() > 100, "{}", dearest.len());
    dearest.sort_unstable();
    for (usd, path) in dearest.iter().rev().take(10) {
        println!("{usd:>12} {path}");
    }
}

/// The typical sum of a template.
fn price(file: &corpus::File) -> Usd {
    let told = cost(&file.path, &file.text, &Options::default());
    let region = told.model.region.unwrap_or_else(|| "us-east-1".to_owned());
    let options = Options { region: Some(region), ..Options::default() };
    let costing = cost(&file.path, &file.text, &options);
    let estimate = estimate(&costing.model, &options.prices, None);
    let total = estimate.today.total;
    assert!(total.low <= total.typical && total.typical <= total.high, "{}", file.path);
    let sum: Usd = estimate.today.items.iter().filter_map(|item| item.usd).map(|usd| usd.typical).sum();
    assert_eq!(sum, total.typical, "{}", file.path);
    for item in estimate.today.items.iter().filter(|item| item.usd.is_none()) {
        assert!(estimate.missing_prices.iter().any(|missing| missing.item == item.price), "{}", file.path);
    }
    total.typical
}

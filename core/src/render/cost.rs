//! Costs as JSON, version 1.

use super::shapes::{Places, band, money};
use crate::cost::{self, Costing, Estimate, MONTH_HOURS, Quantity};
use crate::language::{Language, Phrase};

/// A cost estimate as JSON. Money is in US dollars to the cent; what has no known price is null.
pub fn cost(costing: &Costing, estimate: &Estimate, language: Language) -> String {
    let places = Places::new(&costing.sources);
    let words = |phrases: &[Phrase]| -> Vec<String> {
        phrases.iter().map(|phrase| phrase.get(language).to_owned()).collect()
    };
    let items = |bill: &cost::Bill| -> Vec<v1::Item<'_>> {
        let item = |item: &cost::Item| v1::Item {
            resource: item.resource.clone(),
            what: item.price.name(),
            unit: item.price.unit(),
            quantity: band(&item.quantity.map(number)),
            usd: item.usd.map(|usd| band(&usd.map(money))),
            span: item.at.and_then(|at| places.span(at.file, at.span)),
        };
        bill.items.iter().map(item).collect()
    };
    let total = |bill: &cost::Bill| band(&bill.total.map(money));
    let written = v1::Cost {
        version: 1,
        region: estimate.region.as_deref(),
        month_hours: MONTH_HOURS,
        items: items(&estimate.today),
        total: total(&estimate.today),
        after: v1::After { items: items(&estimate.after), total: total(&estimate.after) },
        break_even: estimate
            .break_even
            .iter()
            .map(|one| v1::BreakEven {
                service: one.service.as_deref(),
                kind: one.kind.name(),
                gb_per_month: number(one.gb_per_month.0),
                zones: one.zones,
            })
            .collect(),
        missing_prices: words(&estimate.missing_words()),
        assumptions: words(&estimate.assumptions),
        left_out: words(&estimate.left_out),
        traffic_given: estimate.given,
        after_plan: estimate.after_plan.map(cost::Plan::name),
        plans: estimate
            .plans
            .iter()
            .map(|plan| v1::Plan {
                plan: plan.plan.name(),
                total: band(&plan.total.map(money)),
                works: plan.works,
                cheapest: band(&plan.cheapest),
            })
            .collect(),
        flips: estimate
            .flips
            .iter()
            .map(|flip| v1::Flip {
                from: flip.from.name(),
                to: flip.to.name(),
                gb_per_month: number(flip.gb_per_month.0),
            })
            .collect(),
        one_more_zone: estimate
            .one_more_zone
            .iter()
            .map(|step| v1::ZoneStep {
                resource: &step.resource,
                what: step.price.name(),
                usd: step.usd.map(money),
            })
            .collect(),
        provisioned: estimate
            .provisioned
            .iter()
            .map(|one| v1::Use {
                function: &one.function,
                resource: &one.resource,
                count: one.count,
                floor_usd: one.floor.map(money),
                pays_from_percent: one.pays_from.map(percent),
                busy_percent: one.busy.map(percent),
            })
            .collect(),
    };
    // Plain structs of strings and numbers serialize without fail; the fallback keeps the output valid all the same.
    serde_json::to_string_pretty(&written).unwrap_or_else(|_| String::from(r#"{"version":1}"#))
}

fn number(quantity: Quantity) -> f64 {
    quantity.to_string().parse().unwrap_or_default()
}

fn percent(hundredths: u64) -> f64 {
    format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().unwrap_or_default()
}

/// The schema of what is written here.
#[cfg(feature = "schema")]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.root_schema_for::<v1::Cost<'_>>()
}

/// The frozen shapes. Fields may be added behind a new version number, never renamed, reordered or dropped.
mod v1 {
    use serde::Serialize;

    use crate::render::shapes::{Band, Span};

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Cost<'a> {
        pub(super) version: u32,
        pub(super) region: Option<&'a str>,
        pub(super) month_hours: u64,
        pub(super) items: Vec<Item<'a>>,
        pub(super) total: Band<f64>,
        pub(super) after: After<'a>,
        pub(super) break_even: Vec<BreakEven<'a>>,
        pub(super) missing_prices: Vec<String>,
        pub(super) assumptions: Vec<String>,
        pub(super) left_out: Vec<String>,
        pub(super) traffic_given: bool,
        pub(super) after_plan: Option<&'a str>,
        pub(super) plans: Vec<Plan<'a>>,
        pub(super) flips: Vec<Flip<'a>>,
        pub(super) one_more_zone: Vec<ZoneStep<'a>>,
        pub(super) provisioned: Vec<Use<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Item<'a> {
        pub(super) resource: String,
        pub(super) what: &'a str,
        pub(super) unit: &'a str,
        pub(super) quantity: Band<f64>,
        pub(super) usd: Option<Band<f64>>,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct After<'a> {
        pub(super) items: Vec<Item<'a>>,
        pub(super) total: Band<f64>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct BreakEven<'a> {
        pub(super) service: Option<&'a str>,
        pub(super) kind: &'a str,
        pub(super) gb_per_month: f64,
        pub(super) zones: u64,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[expect(clippy::struct_field_names, reason = "the names are those of the format")]
    pub(super) struct Plan<'a> {
        pub(super) plan: &'a str,
        pub(super) total: Band<f64>,
        pub(super) works: bool,
        pub(super) cheapest: Band<bool>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Flip<'a> {
        pub(super) from: &'a str,
        pub(super) to: &'a str,
        pub(super) gb_per_month: f64,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct ZoneStep<'a> {
        pub(super) resource: &'a str,
        pub(super) what: &'a str,
        pub(super) usd: Option<f64>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Use<'a> {
        pub(super) function: &'a str,
        pub(super) resource: &'a str,
        pub(super) count: u64,
        pub(super) floor_usd: Option<f64>,
        pub(super) pays_from_percent: Option<f64>,
        pub(super) busy_percent: Option<f64>,
    }
}

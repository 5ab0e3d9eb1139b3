//! Suggested endpoints as JSON, version 1.

use super::shapes::{Edit, Need, Places};
use crate::cost::{self, Usd};
use crate::finding::FileId;
use crate::language::{Language, Phrase};
use crate::network::Place;
use crate::suggest::endpoints::{
    EndpointPlan, EndpointSuggestions, NatFree, Reverse, ServiceUse, VpcEndpoints,
};

/// Suggested endpoints as JSON. Money is in US dollars to the cent; what has no known price is null.
pub fn endpoints(found: &EndpointSuggestions, language: Language) -> String {
    let writer = Writer { places: Places::new(&found.sources), language };
    let written = v1::Endpoints {
        version: 1,
        vpcs: found.vpcs.iter().map(|vpc| writer.vpc(vpc)).collect(),
        region: found.region.as_deref(),
        traffic_given: found.traffic_given,
        usd_per_month: v1::Totals {
            today: found.today.map(band),
            with_endpoints: found.with_endpoints.map(band),
            without_nat: found.without_nat.map(band),
        },
        needs: found.needs.iter().map(|need| Need::new(need, language)).collect(),
        assumptions: writer.words(&found.assumptions),
    };
    // Plain structs of strings and numbers serialize without fail; the fallback keeps the output valid all the same.
    serde_json::to_string_pretty(&written).unwrap_or_else(|_| String::from(r#"{"version":1}"#))
}

fn band(band: cost::Band<Usd>) -> v1::Band {
    v1::Band { low: money(band.low), typical: money(band.typical), high: money(band.high) }
}

/// The nearest number that JSON has; its shortest form is the amount itself.
fn money(usd: Usd) -> f64 {
    usd.to_string().parse().unwrap_or_default()
}

fn number(gigabytes: cost::Gigabytes) -> f64 {
    gigabytes.0.to_string().parse().unwrap_or_default()
}

struct Writer<'a> {
    places: Places<'a>,
    language: Language,
}

impl Writer<'_> {
    fn say(&self, phrase: &Phrase) -> String {
        phrase.get(self.language).to_owned()
    }

    fn words(&self, phrases: &[Phrase]) -> Vec<String> {
        phrases.iter().map(|phrase| self.say(phrase)).collect()
    }

    fn span(&self, at: Option<Place>) -> Option<super::shapes::Span<'_>> {
        at.and_then(|at| self.places.span(at.file, at.span))
    }

    fn edits<'v>(&'v self, edits: Option<&'v [crate::text::Edit]>) -> Option<Vec<Edit<'v>>> {
        Some(edits?.iter().map(|edit| Edit::new(&self.places, FileId(0), edit)).collect())
    }

    fn vpc<'v>(&'v self, vpc: &'v VpcEndpoints) -> v1::Vpc<'v> {
        v1::Vpc {
            id: &vpc.id,
            services: vpc.services.iter().map(|one| self.service(one)).collect(),
            nat_free: self.nat_free(&vpc.nat_free),
            reverse: self.reverse(&vpc.reverse),
            only_where: vpc.only_where.as_deref(),
            span: self.span(vpc.at),
            yaml: &vpc.yaml,
            edits: self.edits(vpc.edits.as_deref()),
            also: vpc.also.as_ref().map(|also| self.say(also)),
        }
    }

    fn service<'v>(&'v self, one: &'v ServiceUse) -> v1::Service<'v> {
        v1::Service {
            service: &one.service,
            demanded_by: &one.demanded_by,
            today: one.today.name(),
            through: &one.through,
            remark: one.remark.as_ref().map(|remark| self.say(remark)),
            span: self.span(one.at),
            add: one.add.as_ref().map(|add| self.plan(add)),
        }
    }

    fn plan<'v>(&'v self, add: &'v EndpointPlan) -> v1::Plan<'v> {
        v1::Plan {
            kind: if add.is_gateway { "gateway" } else { "interface" },
            subnets: &add.subnets,
            groups: &add.groups,
            route_tables: &add.route_tables,
            private_dns: add.private_dns,
            usd_per_month: add.usd_per_month.map(band),
            yaml: &add.yaml,
            id: &add.id,
            new_group: add.new_group.as_deref(),
            zones: add.zones,
            usd_by_hour: add.usd_by_hour.map(money),
            pays_from_gb: add.pays_from.map(number),
            verdict: add.verdict.name(),
            notes: self.words(&add.notes),
            edits: self.edits(add.edits.as_deref()),
            also: add.also.as_ref().map(|also| self.say(also)),
        }
    }

    fn nat_free<'v>(&'v self, plan: &'v NatFree) -> v1::NatFree<'v> {
        v1::NatFree {
            possible: plan.possible,
            left_outside: plan
                .left_outside
                .iter()
                .map(|one| v1::Outside {
                    from: &one.from,
                    to: &one.to,
                    why: self.say(&one.why),
                    span: self.span(one.at),
                })
                .collect(),
            open: self.words(&plan.open),
            removable: plan
                .removable
                .iter()
                .map(|one| v1::Removable {
                    id: &one.id,
                    kind: one.kind.name(),
                    span: self.span(Some(one.at)),
                })
                .collect(),
        }
    }

    fn reverse<'v>(&'v self, reverse: &'v Reverse) -> v1::Reverse<'v> {
        v1::Reverse {
            unused: reverse
                .unused
                .iter()
                .map(|one| v1::Standing {
                    endpoint: &one.endpoint,
                    service: &one.service,
                    usd_by_hour: one.usd.map(money),
                    pays_from_gb: None,
                    span: self.span(one.at),
                })
                .collect(),
            dear: reverse
                .dear
                .iter()
                .map(|one| v1::Standing {
                    endpoint: &one.endpoint,
                    service: &one.service,
                    usd_by_hour: Some(money(one.usd)),
                    pays_from_gb: Some(number(one.pays_from)),
                    span: self.span(one.at),
                })
                .collect(),
            splits: reverse
                .splits
                .iter()
                .map(|one| v1::Split { nat: &one.nat, outward: &one.outward, inward: &one.inward })
                .collect(),
        }
    }
}

/// The schema of what is written here.
#[cfg(feature = "schema")]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.root_schema_for::<v1::Endpoints<'_>>()
}

/// The frozen shapes. Fields may be added behind a new version number, never renamed, reordered or dropped.
mod v1 {
    use serde::Serialize;

    use crate::render::shapes::{Edit, Need, Span};

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Endpoints<'a> {
        pub(super) version: u32,
        pub(super) vpcs: Vec<Vpc<'a>>,
        pub(super) region: Option<&'a str>,
        pub(super) traffic_given: bool,
        pub(super) usd_per_month: Totals,
        pub(super) needs: Vec<Need>,
        pub(super) assumptions: Vec<String>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Band {
        pub(super) low: f64,
        pub(super) typical: f64,
        pub(super) high: f64,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Totals {
        pub(super) today: Option<Band>,
        pub(super) with_endpoints: Option<Band>,
        pub(super) without_nat: Option<Band>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Vpc<'a> {
        pub(super) id: &'a str,
        pub(super) services: Vec<Service<'a>>,
        pub(super) nat_free: NatFree<'a>,
        pub(super) reverse: Reverse<'a>,
        pub(super) only_where: Option<&'a str>,
        pub(super) span: Option<Span<'a>>,
        pub(super) yaml: &'a str,
        pub(super) edits: Option<Vec<Edit<'a>>>,
        pub(super) also: Option<String>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[expect(clippy::struct_field_names, reason = "the names are those of the format")]
    pub(super) struct Service<'a> {
        pub(super) service: &'a str,
        pub(super) demanded_by: &'a [String],
        pub(super) today: &'a str,
        pub(super) add: Option<Plan<'a>>,
        pub(super) through: &'a [String],
        pub(super) remark: Option<String>,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Plan<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'a str,
        pub(super) subnets: &'a [String],
        pub(super) groups: &'a [String],
        pub(super) route_tables: &'a [String],
        pub(super) private_dns: bool,
        pub(super) usd_per_month: Option<Band>,
        pub(super) yaml: &'a str,
        pub(super) id: &'a str,
        pub(super) new_group: Option<&'a str>,
        pub(super) zones: u64,
        pub(super) usd_by_hour: Option<f64>,
        pub(super) pays_from_gb: Option<f64>,
        pub(super) verdict: &'a str,
        pub(super) notes: Vec<String>,
        pub(super) edits: Option<Vec<Edit<'a>>>,
        pub(super) also: Option<String>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct NatFree<'a> {
        pub(super) possible: Option<bool>,
        pub(super) left_outside: Vec<Outside<'a>>,
        pub(super) open: Vec<String>,
        pub(super) removable: Vec<Removable<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Outside<'a> {
        pub(super) from: &'a str,
        pub(super) to: &'a str,
        pub(super) why: String,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Removable<'a> {
        pub(super) id: &'a str,
        pub(super) kind: &'a str,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Reverse<'a> {
        pub(super) unused: Vec<Standing<'a>>,
        pub(super) dear: Vec<Standing<'a>>,
        pub(super) splits: Vec<Split<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Standing<'a> {
        pub(super) endpoint: &'a str,
        pub(super) service: &'a str,
        pub(super) usd_by_hour: Option<f64>,
        pub(super) pays_from_gb: Option<f64>,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Split<'a> {
        pub(super) nat: &'a str,
        pub(super) outward: &'a [String],
        pub(super) inward: &'a [String],
    }
}

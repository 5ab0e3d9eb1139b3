//! A comparison as JSON, version 1.

use serde::Serialize;

use super::json::Writer;
use super::shapes::{Band, band, money};
use super::trace::destination;
use crate::comparison::Comparison;
use crate::finding::Finding;
use crate::language::Language;
use crate::paths::Verdict;

/// What a change does, as JSON: `old` and `new` are the paths to show. Findings have the shape that a check has them in,
/// destinations that of a trace.
pub fn comparison(
    old: &str,
    new: &str,
    comparison: &Comparison,
    language: Language,
    site: Option<&str>,
) -> String {
    let before = Writer::new(&comparison.before, language, site);
    let after = Writer::new(&comparison.after, language, site);
    let regraded = comparison.regraded.iter();
    let written = v1::Comparison {
        version: 1,
        old,
        new,
        paths: comparison
            .paths
            .iter()
            .map(|path| v1::Path {
                from: v1::From { kind: path.kind, id: &path.from },
                to: destination(&path.to),
                before: path.before.map(Verdict::name),
                after: path.after.map(Verdict::name),
                effect: path.effect.name(),
                why: path.why.iter().map(|why| why.get(language)).collect(),
            })
            .collect(),
        findings: v1::Findings {
            new: shown(&after, &comparison.new),
            regraded: regraded
                .map(|(was, finding)| v1::Regraded { was: was.name(), finding: after.shown(finding) })
                .collect(),
            gone: shown(&before, &comparison.gone),
        },
        usd_per_month: comparison.money.as_ref().map(|change| v1::Money {
            before: band(&change.before.map(money)),
            after: band(&change.after.map(money)),
            traffic_given: change.given,
            items: change
                .items
                .iter()
                .map(|item| v1::Item {
                    resource: &item.resource,
                    what: item.price.name(),
                    before: item.before.map(|usd| band(&usd.map(money))),
                    after: item.after.map(|usd| band(&usd.map(money))),
                })
                .collect(),
        }),
    };
    // Plain structs of strings and numbers serialize without fail; the fallback keeps the output valid all the same.
    serde_json::to_string_pretty(&written).unwrap_or_else(|_| String::from(r#"{"version":1}"#))
}

fn shown<'w, 'a>(writer: &'w Writer<'a>, findings: &'w [Finding]) -> Vec<impl Serialize + use<'w, 'a>> {
    findings.iter().map(|finding| writer.shown(finding)).collect()
}

/// The schema of what is written here.
#[cfg(feature = "schema")]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    use super::{json::v1::Finding, trace::v1::To};
    type Comparison<'a> = v1::Comparison<'a, To, Finding<'a>, Finding<'a>, Finding<'a>>;
    generator.root_schema_for::<Comparison<'_>>()
}

/// The frozen shapes. Fields may be added behind a new version number, never renamed, reordered or dropped.
mod v1 {
    use serde::Serialize;

    use super::Band;

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Comparison<'a, G, F, N, O> {
        pub(super) version: u32,
        pub(super) old: &'a str,
        pub(super) new: &'a str,
        pub(super) paths: Vec<Path<'a, G>>,
        pub(super) findings: Findings<'a, F, N, O>,
        pub(super) usd_per_month: Option<Money<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Path<'a, G> {
        pub(super) from: From<'a>,
        pub(super) to: G,
        pub(super) before: Option<&'a str>,
        pub(super) after: Option<&'a str>,
        pub(super) effect: &'a str,
        pub(super) why: Vec<&'a str>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct From<'a> {
        pub(super) kind: &'a str,
        pub(super) id: &'a str,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Findings<'a, F, N, O> {
        pub(super) new: Vec<N>,
        pub(super) regraded: Vec<Regraded<'a, F>>,
        pub(super) gone: Vec<O>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Regraded<'a, F> {
        pub(super) was: &'a str,
        pub(super) finding: F,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Money<'a> {
        pub(super) before: Band<f64>,
        pub(super) after: Band<f64>,
        pub(super) traffic_given: bool,
        pub(super) items: Vec<Item<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Item<'a> {
        pub(super) resource: &'a str,
        pub(super) what: &'a str,
        pub(super) before: Option<Band<f64>>,
        pub(super) after: Option<Band<f64>>,
    }
}

//! Traces as JSON, version 1.

use serde::Serialize;

use super::shapes::{Need, Places};
use crate::language::Language;
use crate::network::{Place, Ports};
use crate::paths::{Blocker, Goal, Hop, Origin, Trace};
use crate::tracing::Tracing;

/// Traces as JSON: for each source and destination one a subnet and their sum, which has no subnet and no hops.
///
/// `port` is a number, a range as a text (`"1024-2048"`), or null where the target's kind decides and for ICMP.
pub fn trace(tracing: &Tracing, language: Language) -> String {
    let writer = Writer { tracing, places: Places::new(&tracing.sources), language };
    let traces =
        v1::Traces { version: 1, traces: tracing.traces.iter().map(|trace| writer.trace(trace)).collect() };
    // Plain structs of strings and numbers serialize without fail; the fallback keeps the output valid all the same.
    serde_json::to_string_pretty(&traces).unwrap_or_else(|_| String::from(r#"{"version":1,"traces":[]}"#))
}

struct Writer<'a> {
    tracing: &'a Tracing,
    places: Places<'a>,
    language: Language,
}

impl<'a> Writer<'a> {
    fn trace(&self, trace: &'a Trace) -> v1::Trace<'a> {
        let Origin { kind, id, subnet } = &trace.from;
        v1::Trace {
            from: v1::From { kind, id, subnet: subnet.as_deref() },
            to: to(&trace.to),
            verdict: trace.verdict.name(),
            partial_by: trace.partial_by.iter().map(|difference| difference.name()).collect(),
            hops: trace.hops.iter().map(|hop| self.hop(hop)).collect(),
            blockers: trace.blockers.iter().map(|blocker| self.blocker(blocker)).collect(),
            needs: trace
                .missing
                .iter()
                .map(|missing| Need::new(&self.tracing.need(missing), self.language))
                .collect(),
            assumptions: trace.assumptions.iter().map(|phrase| phrase.get(self.language)).collect(),
        }
    }

    fn hop(&self, hop: &'a Hop) -> v1::Hop<'a> {
        v1::Hop {
            direction: hop.direction.name(),
            component: hop.component.name(),
            id: &hop.id,
            action: hop.action.name(),
            detail: hop.detail.get(self.language),
            span: self.span(hop.at),
        }
    }

    fn blocker(&self, blocker: &'a Blocker) -> v1::Blocker<'a> {
        v1::Blocker {
            code: blocker.code.0,
            component: blocker.component.name(),
            id: &blocker.id,
            message: blocker.message.get(self.language),
            span: self.span(blocker.at),
        }
    }

    fn span(&self, at: Option<Place>) -> Option<super::shapes::Span<'a>> {
        at.and_then(|place| self.places.span(place.file, place.span))
    }
}

/// A destination in the shape that a trace has it in.
pub(super) fn destination(goal: &Goal) -> impl Serialize + use<> {
    to(goal)
}

fn to(goal: &Goal) -> v1::To {
    v1::To {
        kind: goal.target.kind(),
        id: goal.target.id(),
        port: goal.ports.map(|ports| match ports {
            Ports { first, last } if first == last => v1::Port::One(first),
            range => v1::Port::Range(range.to_string()),
        }),
        protocol: goal.protocol.to_string(),
    }
}

/// The schema of what is written here.
#[cfg(feature = "schema")]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.root_schema_for::<v1::Traces<'_>>()
}

/// The frozen shapes. Fields may be added behind a new version number, never renamed, reordered or dropped.
pub(super) mod v1 {
    use serde::Serialize;

    use crate::render::shapes::{Need, Span};

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Traces<'a> {
        pub(super) version: u32,
        pub(super) traces: Vec<Trace<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Trace<'a> {
        pub(super) from: From<'a>,
        pub(super) to: To,
        pub(super) verdict: &'a str,
        pub(super) partial_by: Vec<&'a str>,
        pub(super) hops: Vec<Hop<'a>>,
        pub(super) blockers: Vec<Blocker<'a>>,
        pub(super) needs: Vec<Need>,
        pub(super) assumptions: Vec<&'a str>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct From<'a> {
        pub(super) kind: &'a str,
        pub(super) id: &'a str,
        pub(super) subnet: Option<&'a str>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(in crate::render) struct To {
        pub(super) kind: &'static str,
        pub(super) id: String,
        pub(super) port: Option<Port>,
        pub(super) protocol: String,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(untagged)]
    pub(super) enum Port {
        One(u16),
        Range(String),
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Hop<'a> {
        pub(super) direction: &'a str,
        pub(super) component: &'a str,
        pub(super) id: &'a str,
        pub(super) action: &'a str,
        pub(super) detail: &'a str,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Blocker<'a> {
        pub(super) code: &'a str,
        pub(super) component: &'a str,
        pub(super) id: &'a str,
        pub(super) message: &'a str,
        pub(super) span: Option<Span<'a>>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Source;
    use crate::finding::FileId;
    use crate::network::{Missing, Protocol};
    use crate::paths::{Action, Code, Component, Difference, Direction, GoalTarget, Verdict};
    use crate::phrase;
    use crate::template::Unknown;
    use crate::text::Span;

    fn place(file: u16, start: u32, end: u32) -> Place {
        Place { file: FileId(file), span: Span::new(start, end) }
    }

    fn tracing() -> Tracing {
        let trace = |subnet: Option<&str>, ports, protocol| Trace {
            from: Origin { kind: "function", id: "関数".to_owned(), subnet: subnet.map(str::to_owned) },
            to: Goal { target: GoalTarget::Resource("Db".to_owned()), ports, protocol },
            verdict: Verdict::Blocked,
            partial_by: Vec::new(),
            hops: Vec::new(),
            blockers: Vec::new(),
            missing: Vec::new(),
            assumptions: Vec::new(),
        };
        let mut in_subnet = trace(Some("SubnetA"), Some(Ports::one(5432)), Protocol::TCP);
        in_subnet.hops = vec![Hop {
            direction: Direction::Out,
            component: Component::SecurityGroup,
            id: "Group".to_owned(),
            action: Action::Allow,
            detail: phrase!(en: "allows", ja: "許可"),
            at: Some(place(0, 11, 16)),
        }];
        in_subnet.blockers = vec![
            Blocker {
                code: Code::SUBNET_ACL_RESTRICTION,
                direction: Direction::Back,
                component: Component::NetworkAcl,
                id: "acl-1".to_owned(),
                of: None,
                message: phrase!(en: "denies", ja: "拒否"),
                at: Some(place(1, 2, 6)),
                obstacle: None,
            },
            Blocker {
                code: Code::NO_ROUTE_TO_DESTINATION,
                direction: Direction::Out,
                component: Component::RouteTable,
                id: "Table".to_owned(),
                of: None,
                message: phrase!(en: "no route", ja: "ルートなし"),
                at: None,
                obstacle: None,
            },
        ];
        let mut sum = trace(None, Some(Ports { first: 1, last: 9 }), Protocol::TCP);
        sum.verdict = Verdict::Partial;
        sum.partial_by = vec![Difference::Subnet, Difference::Port];
        sum.missing = vec![Missing::Value(Unknown::Parameter("Subnets".to_owned())), Missing::Region];
        sum.assumptions = vec![phrase!(en: "two zones", ja: "2 ゾーン")];
        Tracing {
            traces: vec![in_subnet, sum, trace(None, None, Protocol::ICMP)],
            sources: vec![
                Source { path: "main.yaml".to_owned(), text: "Resources:\n  関数: {}\n".to_owned() },
                Source { path: "net/acls.json".to_owned(), text: "{\n\"a\": 1}\n".to_owned() },
            ],
            assumable: vec!["Subnets".to_owned()],
            ..Tracing::default()
        }
    }

    /// The whole text, so that a changed order or name of a field shows.
    #[test]
    fn the_shape_is_that_of_version_1() {
        let squeezed: String = trace(&tracing(), Language::English).lines().map(str::trim_start).collect();
        let expected = concat!(
            r#"{"version": 1,"traces": [{"from": {"kind": "function","id": "関数","subnet": "SubnetA"},"#,
            r#""to": {"kind": "resource","id": "Db","port": 5432,"protocol": "tcp"},"verdict": "blocked","#,
            r#""partial_by": [],"hops": [{"direction": "out","component": "security-group","id": "Group","#,
            r#""action": "allow","detail": "allows","#,
            r#""span": {"start": {"line": 2,"column": 1},"end": {"line": 2,"column": 4}}}],"#,
            r#""blockers": [{"code": "SUBNET_ACL_RESTRICTION","component": "network-acl","id": "acl-1","#,
            r#""message": "denies","span": {"path": "net/acls.json","start": {"line": 2,"column": 1},"#,
            r#""end": {"line": 2,"column": 5}}},{"code": "NO_ROUTE_TO_DESTINATION","component": "route-table","#,
            r#""id": "Table","message": "no route","span": null}],"needs": [],"assumptions": []},"#,
            r#"{"from": {"kind": "function","id": "関数","subnet": null},"#,
            r#""to": {"kind": "resource","id": "Db","port": "1-9","protocol": "tcp"},"verdict": "partial","#,
            r#""partial_by": ["subnet","port"],"hops": [],"blockers": [],"needs": [{"parameter": "Subnets","#,
            r#""reason": "parameter `Subnets` has no default, so its value is not known here","#,
            r#""settle_with": "--assume Subnets=private-nat"},{"value": "AWS::Region","#,
            r#""reason": "the region decides, and the template does not say it","#,
            r#""settle_with": "--region REGION"}],"assumptions": ["two zones"]},"#,
            r#"{"from": {"kind": "function","id": "関数","subnet": null},"#,
            r#""to": {"kind": "resource","id": "Db","port": null,"protocol": "icmp"},"verdict": "blocked","#,
            r#""partial_by": [],"hops": [],"blockers": [],"needs": [],"assumptions": []}]}"#,
        );
        assert_eq!(squeezed, expected);
    }

    #[test]
    fn sentences_come_in_the_language_asked_for() {
        let written = trace(&tracing(), Language::Japanese);
        for sentence in ["\"許可\"", "\"拒否\"", "\"2 ゾーン\"", "リージョンによって結果が変わります"]
        {
            assert!(written.contains(sentence), "{sentence}");
        }
    }
}

//! What functions reach, as it travels from the worker to the page: every verdict, and one path in full.

mod path;

use serde::{Deserialize, Serialize};
use vpcheck_core::language::Phrase;
use vpcheck_core::network::{ContextProblem, Missing, Name, Ports, Protocol, Topic};
use vpcheck_core::paths::{Goal, Trace, Verdict};
use vpcheck_core::template::Unknown;
use vpcheck_core::{Need, Options, TraceRequest, Tracing, trace};

use crate::inputs::Field;
use crate::report::{PATH, Place};
use path::path;

/// Every source and destination with what is between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paths {
    /// The sources: logical ids of functions.
    pub from: Vec<String>,
    /// The destinations that the template suggests, as a user would write them.
    pub to: Vec<String>,
    /// A verdict for each source and destination, a source after the other; nothing where there is no path to ask for.
    pub verdicts: Vec<Option<Verdict>>,
    /// The path that is shown.
    pub shown: Option<Path>,
    /// What is wrong with the destination that was asked for, and what to write instead.
    pub refused: Option<(Phrase, Phrase)>,
    /// Values that name subnets, about which an assumption can be made, by its key.
    pub assumable: Vec<String>,
    /// What would settle the unknowns of all paths.
    pub asks: Vec<Ask>,
}

/// From one source to one destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// The source.
    pub from: String,
    /// The destination, as a user would write it.
    pub to: String,
    /// The verdict over all subnets of the source.
    pub verdict: Verdict,
    /// By what it differs, where it is partial.
    pub partial_by: Vec<Phrase>,
    /// The way from each subnet; equal ones are one.
    pub ways: Vec<Way>,
    /// What would settle it, where it is unknown.
    pub asks: Vec<Ask>,
    /// What it rests on.
    pub assumptions: Vec<Phrase>,
}

/// The way from some of the source's subnets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The subnets; none for a source in no VPC.
    pub subnets: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// By what it differs, where it is partial.
    pub partial_by: Vec<Phrase>,
    /// The steps: those out, then those back.
    pub steps: Vec<Step>,
}

/// One step, or something that stops packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Whether packets are on their way back.
    pub back: bool,
    /// What happens to them.
    pub fate: Fate,
    /// The kind of the component.
    pub kind: Phrase,
    /// Its name.
    pub id: String,
    /// The code of what stops packets.
    pub code: Option<String>,
    /// What decided.
    pub sentence: Phrase,
    /// Where that is written in the editor's text.
    pub place: Option<Place>,
    /// The line in its own file, from 1.
    pub line: Option<u32>,
    /// The file, where it is not the one in the editor.
    pub file: Option<String>,
}

/// What happens to packets at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// They go on.
    Passed,
    /// They stop.
    Stopped,
    /// Not known.
    Unknown,
}

impl Fate {
    /// `passed`, `stopped` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that is not known and would settle an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The field to fill in, where one would settle it.
    pub field: Option<Field>,
    /// Why it is not known.
    pub reason: Phrase,
    /// The command whose output tells.
    pub command: Option<String>,
}

impl Paths {
    /// Traces every source and destination of `text`, and picks the path to show: from `from` to `to` as far as they
    /// are given, else a path that is blocked, else the first. Also says what of the context was not used.
    pub fn trace(
        text: &str,
        options: &Options,
        from: Option<&str>,
        to: Option<&str>,
    ) -> (Self, Vec<ContextProblem>) {
        // Without a destination there is none that could be refused.
        let all = trace(PATH, text, options, &TraceRequest::default()).unwrap_or_default();
        let mut paths = Self::new(&all);
        let Some(from) = from
            .filter(|from| paths.from.iter().any(|id| id == from))
            .or(paths.from.first().map(String::as_str))
            .map(str::to_owned)
        else {
            return (paths, all.problems);
        };
        match to {
            Some(to) if !paths.to.iter().any(|known| known == to) => {
                let request = TraceRequest { from: Some(from), to: Some(to.to_owned()) };
                match trace(PATH, text, options, &request) {
                    Ok(one) => {
                        let traces: Vec<&Trace> = one.traces.iter().collect();
                        paths.shown = path(to, &traces, &one);
                    }
                    Err(error) => paths.refused = Some((error.what, error.next)),
                }
            }
            _ => {
                let to = to.map(str::to_owned).or_else(|| paths.first_to_show(&from));
                let goal =
                    to.as_ref().and_then(|to| all.to.get(paths.to.iter().position(|known| known == to)?));
                if let (Some(goal), Some(to)) = (goal, to) {
                    let traces: Vec<&Trace> = all
                        .traces
                        .iter()
                        .filter(|trace| trace.from.id == from && trace.to == *goal)
                        .collect();
                    paths.shown = path(&to, &traces, &all);
                }
            }
        }
        if paths.shown.is_none() && paths.refused.is_none() {
            paths.refused = all.refused.map(|refused| (refused.what, refused.next));
        }
        if let Some(shown) = &paths.shown {
            for ask in &shown.asks {
                if !paths.asks.contains(ask) {
                    paths.asks.push(ask.clone());
                }
            }
        }
        (paths, all.problems)
    }

    /// Everything but the path to show.
    fn new(tracing: &Tracing) -> Self {
        let (from, to) = (&tracing.from, &tracing.to);
        let mut verdicts = vec![None; from.len() * to.len()];
        let mut asks = Vec::new();
        for trace in &tracing.traces {
            add_asks(tracing, &trace.missing, &mut asks);
            if trace.from.subnet.is_some() {
                continue;
            }
            let row = from.iter().position(|id| *id == trace.from.id);
            let column = to.iter().position(|goal| *goal == trace.to);
            if let (Some(row), Some(column)) = (row, column)
                && let Some(verdict) = verdicts.get_mut(row * to.len() + column)
            {
                *verdict = Some(trace.verdict);
            }
        }
        Self {
            from: from.clone(),
            to: to.iter().map(written).collect(),
            verdicts,
            shown: None,
            refused: None,
            assumable: tracing.assumable.clone(),
            asks,
        }
    }

    /// The verdict from one source to one destination, by their positions.
    pub fn verdict(&self, from: usize, to: usize) -> Option<Verdict> {
        *self.verdicts.get(from * self.to.len() + to)?
    }

    /// The destination to show of a source before anyone has chosen: what does not work is asked about most.
    fn first_to_show(&self, from: &str) -> Option<String> {
        let row = self.from.iter().position(|id| id == from)?;
        let columns = (0..self.to.len()).filter_map(|column| Some((self.verdict(row, column)?, column)));
        let rank = |verdict| match verdict {
            Verdict::Blocked => 0,
            Verdict::Partial => 1,
            Verdict::Unknown => 2,
            Verdict::Reachable => 3,
        };
        let (_, column) = columns.min_by_key(|(verdict, column)| (rank(*verdict), *column))?;
        self.to.get(column).cloned()
    }

    /// The step of the shown path at a place of the editor's text: way and step; the one with the shortest place.
    pub fn step_at(&self, at: u32) -> Option<(usize, usize)> {
        let steps =
            self.shown.iter().flat_map(|path| path.ways.iter().enumerate()).flat_map(|(way, one)| {
                one.steps.iter().enumerate().map(move |(step, one)| ((way, step), one))
            });
        let touching = steps.filter_map(|(at_step, step)| {
            let place = step.place.filter(|place| place.touches(at))?;
            Some((place.to - place.from, at_step))
        });
        touching.min().map(|(_, step)| step)
    }
}

/// A destination as a user would write it: `Db:5432`, `internet:443`, `10.0.0.5:53/udp`.
pub fn written(goal: &Goal) -> String {
    let id = goal.target.written();
    let ports = match goal.ports {
        Some(ports) if ports != Ports::ALL => format!(":{ports}"),
        _ => String::new(),
    };
    if goal.protocol == Protocol::TCP {
        format!("{id}{ports}")
    } else {
        format!("{id}{ports}/{}", goal.protocol)
    }
}

fn add_asks(tracing: &Tracing, missing: &[Missing], asks: &mut Vec<Ask>) {
    for one in missing {
        let ask = ask(one, tracing.need(one));
        if !asks.contains(&ask) {
            asks.push(ask);
        }
    }
}

/// What would settle something that is missing.
pub(crate) fn ask(missing: &Missing, need: Need) -> Ask {
    // What a user of the command line would run stands between backticks.
    let command = need.settle_with.split('`').nth(1).map(str::to_owned);
    Ask { field: field(missing), reason: need.reason, command }
}

/// The field of the form that takes what is missing.
pub(crate) fn field(missing: &Missing) -> Option<Field> {
    Some(match missing {
        Missing::Value(
            Unknown::Parameter(name) | Unknown::StoredParameter(name) | Unknown::DynamicReference(name),
        ) => Field::Value(name.clone()),
        Missing::Value(Unknown::Import(name)) => Field::Value(format!("import:{name}")),
        Missing::Value(Unknown::Pseudo(name)) if name == "AWS::Region" => Field::Region,
        Missing::Region => Field::Region,
        Missing::Component(Name::Unknown { value, .. }) => {
            return field(&Missing::Value(value.clone()));
        }
        Missing::Component(_)
        | Missing::Interface(_)
        | Missing::Beyond(Topic::TransitGateway | Topic::VpnGateway, Name::Aws(_)) => Field::Context,
        Missing::PrefixList(id) => Field::PrefixList(id.clone()),
        Missing::ServiceAddresses(name) | Missing::HostAddress(name) => Field::Addresses(name.clone()),
        Missing::Value(_)
        | Missing::Undocumented(_)
        | Missing::Beyond(..)
        | Missing::NotFollowed(_)
        | Missing::TooManyCases => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::path::without_name;
    use super::*;
    use vpcheck_core::Source;
    use vpcheck_core::finding::FileId;
    use vpcheck_core::network;
    use vpcheck_core::paths::{
        Action, Blocker, Code, Component, Difference, Direction, GoalTarget, Hop, Origin,
    };
    use vpcheck_core::phrase;
    use vpcheck_core::text::Span;

    /// Long enough for the places below; `値` shifts bytes against units.
    const TEXT: &str = "# 値\nSubnets: A\nGroup: B\nRoute: C\n";

    #[allow(clippy::unnecessary_wraps, reason = "hops take it like this")]
    fn at(file: u16, needle: &str) -> Option<network::Place> {
        let text = if file == 0 { TEXT } else { CONTEXT };
        let start = u32::try_from(text.find(needle).unwrap()).unwrap();
        let span = Span::new(start, start + u32::try_from(needle.len()).unwrap());
        Some(network::Place { file: FileId(file), span })
    }

    const CONTEXT: &str = "{\n  \"Routes\": []\n}";

    fn goal(id: &str, port: u16) -> Goal {
        Goal {
            target: GoalTarget::Resource(id.to_owned()),
            ports: Some(Ports::one(port)),
            protocol: Protocol::TCP,
        }
    }

    fn hop(
        direction: Direction,
        component: Component,
        id: &str,
        action: Action,
        place: Option<network::Place>,
    ) -> Hop {
        let detail = phrase!(en: "detail of {id}", ja: "{id} の詳細");
        Hop { direction, component, id: id.to_owned(), action, detail, at: place }
    }

    fn blocker(
        direction: Direction,
        component: Component,
        id: &str,
        place: Option<network::Place>,
    ) -> Blocker {
        Blocker {
            code: Code::NO_ROUTE_TO_DESTINATION,
            direction,
            component,
            id: id.to_owned(),
            of: None,
            message: phrase!(en: "{id} stops it", ja: "{id} が止める"),
            at: place,
            obstacle: None,
        }
    }

    fn traced(from: &str, subnet: Option<&str>, to: &Goal, verdict: Verdict) -> Trace {
        Trace {
            from: Origin { kind: "function", id: from.to_owned(), subnet: subnet.map(str::to_owned) },
            to: to.clone(),
            verdict,
            partial_by: Vec::new(),
            hops: Vec::new(),
            blockers: Vec::new(),
            missing: Vec::new(),
            assumptions: Vec::new(),
        }
    }

    fn tracing(traces: Vec<Trace>) -> Tracing {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        Tracing {
            traces,
            sources: vec![source("template", TEXT), source("routes.json", CONTEXT)],
            from: vec!["Report".to_owned(), "Store".to_owned()],
            to: vec![goal("Db", 5432), goal("Cache", 6379)],
            ..Tracing::default()
        }
    }

    fn shown(traces: &[Trace]) -> Path {
        let tracing = tracing(traces.to_vec());
        path("Db:5432", &traces.iter().collect::<Vec<_>>(), &tracing).unwrap()
    }

    #[test]
    fn a_destination_is_written_as_a_user_would() {
        let with = |ports, protocol| written(&Goal { target: GoalTarget::Internet, ports, protocol });
        assert_eq!(with(None, Protocol::TCP), "internet");
        assert_eq!(with(Some(Ports { first: 1, last: 9 }), Protocol::UDP), "internet:1-9/udp");
        assert_eq!(with(None, Protocol::ICMP), "internet/icmp");
        assert_eq!(written(&goal("Db", 5432)), "Db:5432");
    }

    #[test]
    fn verdicts_stand_in_a_table_and_the_worst_is_shown_first() {
        let (db, cache) = (goal("Db", 5432), goal("Cache", 6379));
        let paths = Paths::new(&tracing(vec![
            traced("Report", Some("A"), &db, Verdict::Blocked),
            traced("Report", None, &db, Verdict::Reachable),
            traced("Report", None, &cache, Verdict::Partial),
            traced("Store", None, &cache, Verdict::Blocked),
        ]));
        assert_eq!(paths.to, ["Db:5432", "Cache:6379"]);
        let table = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(from, to)| paths.verdict(from, to));
        assert_eq!(table, [Some(Verdict::Reachable), Some(Verdict::Partial), None, Some(Verdict::Blocked)]);
        assert_eq!(paths.verdict(2, 0), None);
        assert_eq!(paths.first_to_show("Report").as_deref(), Some("Cache:6379"));
        assert_eq!(paths.first_to_show("Gone"), None);
    }

    #[test]
    fn equal_ways_are_one_and_what_does_not_work_comes_first() {
        let db = goal("Db", 5432);
        let way = |subnet: &str, verdict| {
            let mut trace = traced("Report", Some(subnet), &db, verdict);
            trace.hops = vec![
                hop(Direction::Out, Component::Subnet, subnet, Action::Stand, None),
                hop(Direction::Out, Component::RouteTable, "Routes", Action::Forward, at(0, "Route")),
            ];
            trace
        };
        let mut sum = traced("Report", None, &db, Verdict::Partial);
        sum.partial_by = vec![Difference::Subnet];
        let path = shown(&[
            way("A", Verdict::Reachable),
            way("B", Verdict::Blocked),
            way("C", Verdict::Reachable),
            sum,
        ]);
        assert_eq!(path.verdict, Verdict::Partial);
        assert_eq!(path.partial_by[0].en, "by subnet");
        let ways: Vec<(&[String], Verdict)> =
            path.ways.iter().map(|way| (&*way.subnets, way.verdict)).collect();
        assert_eq!(
            ways,
            [
                (&["B".to_owned()][..], Verdict::Blocked),
                (&["A".to_owned(), "C".to_owned()][..], Verdict::Reachable),
            ]
        );
    }

    #[test]
    fn names_are_left_out_as_words_only() {
        assert_eq!(without_name("from A to AB, A (table)", "A"), "from \0 to AB, \0 (table)");
        assert_eq!(without_name("Ids[0]: Ids[01]", "Ids[0]"), "\0: Ids[01]");
        assert_eq!(without_name("any", ""), "any");
    }

    #[test]
    fn a_blocker_takes_the_place_of_its_hop_and_others_follow_their_direction() {
        let db = goal("Db", 5432);
        let mut trace = traced("Report", Some("A"), &db, Verdict::Blocked);
        trace.hops = vec![
            hop(Direction::Out, Component::SecurityGroup, "Group", Action::Deny, at(0, "Group: B")),
            hop(Direction::Out, Component::Workload, "Db", Action::Stand, None),
            hop(Direction::Back, Component::NetworkAcl, "Acl", Action::Unknown, at(1, "\"Routes\"")),
        ];
        trace.blockers = vec![
            blocker(Direction::Out, Component::SecurityGroup, "Group", at(0, "B\n")),
            blocker(Direction::Out, Component::RouteTable, "Routes", None),
        ];
        let way = shown(&[trace]).ways.remove(0);
        let steps: Vec<(&str, bool, Fate, Option<&str>)> = way
            .steps
            .iter()
            .map(|step| (step.id.as_str(), step.back, step.fate, step.code.as_deref()))
            .collect();
        let code = Some("NO_ROUTE_TO_DESTINATION");
        assert_eq!(
            steps,
            [
                ("Group", false, Fate::Stopped, code),
                ("Db", false, Fate::Passed, None),
                ("Routes", false, Fate::Stopped, code),
                ("Acl", true, Fate::Unknown, None),
            ]
        );
        assert_eq!(way.steps[0].sentence.en, "Group stops it");
        assert_eq!((way.steps[0].place, way.steps[0].line), (Some(Place { from: 22, to: 24 }), Some(3)));
        assert_eq!((&way.steps[2].place, way.steps[2].line), (&None, None), "an absence has no place");
        let elsewhere = &way.steps[3];
        assert_eq!(
            (elsewhere.place, elsewhere.line, elsewhere.file.as_deref()),
            (None, Some(2), Some("routes.json"))
        );
        assert_eq!(elsewhere.kind.ja, "ネットワーク ACL");
    }

    #[test]
    fn what_is_missing_leads_to_its_field_once() {
        let db = goal("Db", 5432);
        let mut trace = traced("Report", Some("A"), &db, Verdict::Unknown);
        trace.missing = vec![
            Missing::Value(Unknown::Parameter("SubnetIds".to_owned())),
            Missing::Value(Unknown::Import("Net".to_owned())),
            Missing::Component(network::Name::Aws("subnet-1".to_owned())),
            Missing::ServiceAddresses("sqs".to_owned()),
            Missing::Region,
            Missing::Undocumented(Topic::Ipv6),
        ];
        let mut again = trace.clone();
        again.from.subnet = None;
        let fields: Vec<Option<Field>> =
            shown(&[trace, again]).asks.into_iter().map(|ask| ask.field).collect();
        assert_eq!(
            fields,
            [
                Some(Field::Value("SubnetIds".to_owned())),
                Some(Field::Value("import:Net".to_owned())),
                Some(Field::Context),
                Some(Field::Addresses("sqs".to_owned())),
                Some(Field::Region),
                None,
            ]
        );
    }

    #[test]
    fn the_cursor_finds_the_narrowest_step() {
        let db = goal("Db", 5432);
        let mut trace = traced("Report", Some("A"), &db, Verdict::Reachable);
        trace.hops = vec![
            hop(Direction::Out, Component::SecurityGroup, "Wide", Action::Allow, at(0, "Group: B")),
            hop(Direction::Out, Component::SecurityGroup, "Narrow", Action::Allow, at(0, "B\n")),
        ];
        let path = shown(&[trace]);
        let paths = Paths { shown: Some(path), ..Paths::default() };
        assert_eq!(paths.step_at(16), Some((0, 0)));
        assert_eq!(paths.step_at(23), Some((0, 1)));
        assert_eq!(paths.step_at(0), None);
    }

    #[test]
    fn paths_survive_the_way_from_the_worker() {
        let db = goal("Db", 5432);
        let mut trace = traced("Report", Some("A"), &db, Verdict::Unknown);
        trace.hops = vec![hop(Direction::Back, Component::Vpc, "V", Action::Allow, at(0, "A"))];
        trace.missing = vec![Missing::PrefixList("pl-1".to_owned()), Missing::Region];
        let tracing = tracing(vec![trace.clone()]);
        let paths = Paths { shown: Some(shown(&[trace])), ..Paths::new(&tracing) };
        let json = serde_json::to_string(&paths).unwrap();
        assert_eq!(serde_json::from_str::<Paths>(&json).unwrap(), paths);
    }
}

//! Paths as they are written.

use vpcheck_core::Source;
use vpcheck_core::finding::FileId;
use vpcheck_core::network::{Missing, Ports, Protocol};
use vpcheck_core::paths::{Code, Difference, GoalTarget, Origin};
use vpcheck_core::template::Unknown;
use vpcheck_core::text::Span;

use super::*;

const TEMPLATE: &str = "Resources:\n  Group: {}\n  Acl: {}\n  Table: {}\n";

fn at(name: &str) -> Place {
    let start = u32::try_from(TEMPLATE.find(name).unwrap()).unwrap();
    Place { file: FileId(0), span: Span::new(start, start + 1) }
}

fn goal(id: &str, port: u16) -> Goal {
    Goal {
        target: GoalTarget::Resource(id.to_owned()),
        ports: Some(Ports::one(port)),
        protocol: Protocol::TCP,
    }
}

fn trace(source: &str, subnet: Option<&str>, to: Goal, verdict: Verdict) -> Trace {
    Trace {
        from: Origin { kind: "function", id: source.to_owned(), subnet: subnet.map(str::to_owned) },
        to,
        verdict,
        partial_by: Vec::new(),
        hops: Vec::new(),
        blockers: Vec::new(),
        missing: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn hop(direction: Direction, component: Component, id: &str, action: Action, said: (&str, &str)) -> Hop {
    let (en, ja) = said;
    let place = TEMPLATE.contains(id).then(|| at(id));
    Hop {
        direction,
        component,
        id: id.to_owned(),
        action,
        detail: phrase!(en: "{en}", ja: "{ja}"),
        at: place,
    }
}

fn blocker(component: Component, id: &str, said: (&str, &str), place: Option<Place>) -> Blocker {
    let (en, ja) = said;
    Blocker {
        code: Code::SUBNET_ACL_RESTRICTION,
        direction: Direction::Out,
        component,
        id: id.to_owned(),
        of: None,
        message: phrase!(en: "{en}", ja: "{ja}"),
        at: place,
        obstacle: None,
    }
}

const ALLOWS: (&str, &str) = ("allows tcp 5432", "tcp 5432 を許可");
const DENIES: (&str, &str) = ("entry 100 denies it", "エントリ 100 が拒否");

/// From two subnets blocked at the ACL, from a third one reachable.
fn partly(source: &str) -> Vec<Trace> {
    let start = |subnet: &str| {
        let said = format!("in subnet {subnet}");
        hop(Direction::Out, Component::Workload, source, Action::Stand, (&said, &said))
    };
    let group = || hop(Direction::Out, Component::SecurityGroup, "Group", Action::Allow, ALLOWS);
    let blocked = |subnet: &str| Trace {
        hops: vec![
            start(subnet),
            group(),
            hop(
                Direction::Out,
                Component::NetworkAcl,
                "Acl",
                Action::Deny,
                (&format!("out of {subnet}"), &format!("{subnet} から")),
            ),
        ],
        blockers: vec![
            blocker(Component::NetworkAcl, "Acl", DENIES, Some(at("Acl"))),
            blocker(Component::RouteTable, "Table", ("no route", "ルートなし"), None),
        ],
        ..trace(source, Some(subnet), goal("Db", 5432), Verdict::Blocked)
    };
    let open = Trace {
        hops: vec![
            start("C"),
            group(),
            hop(Direction::Back, Component::RouteTable, "Table", Action::Forward, ("local", "local")),
        ],
        ..trace(source, Some("C"), goal("Db", 5432), Verdict::Reachable)
    };
    let sum = Trace {
        partial_by: vec![Difference::Subnet],
        ..trace(source, None, goal("Db", 5432), Verdict::Partial)
    };
    vec![blocked("SubnetA"), blocked("SubnetB"), open, sum]
}

fn tracing(traces: Vec<Trace>) -> Tracing {
    Tracing {
        traces,
        sources: vec![Source { path: "app/t.yaml".to_owned(), text: TEMPLATE.to_owned() }],
        assumable: vec!["Subnets".to_owned()],
        ..Tracing::default()
    }
}

fn manner(language: Language, steps: bool) -> Manner {
    Manner { language, width: None, expected: None, steps }
}

fn plain(tracing: &Tracing, manner: &Manner) -> String {
    anstream::adapter::strip_str(&written(tracing, manner)).to_string()
}

#[test]
fn steps_are_told_once_for_subnets_and_sources_that_share_them() {
    let tracing = tracing([partly("Report"), partly("Audit")].concat());
    insta::assert_snapshot!(plain(&tracing, &manner(Language::English, true)), @r"
    Report, Audit → Db:5432/tcp  partial  differs by subnet
      SubnetA, SubnetB  blocked
        →   Group  allows tcp 5432                              app/t.yaml:2:3
        → ✗ Acl    out of SubnetA, SubnetB                      app/t.yaml:3:3
          │        SUBNET_ACL_RESTRICTION: entry 100 denies it
        → ✗ Table  SUBNET_ACL_RESTRICTION: no route
      C  reachable
        → Group  allows tcp 5432  app/t.yaml:2:3
        ← Table  local            app/t.yaml:4:3

    2 paths: 2 partial
    ");
    insta::assert_snapshot!(plain(&tracing, &manner(Language::Japanese, true)), @r"
    Report, Audit → Db:5432/tcp  一部可能  サブネットで異なる
      SubnetA, SubnetB  遮断
        →   Group  tcp 5432 を許可                              app/t.yaml:2:3
        → ✗ Acl    SubnetA, SubnetB から                        app/t.yaml:3:3
          │        SUBNET_ACL_RESTRICTION: エントリ 100 が拒否
        → ✗ Table  SUBNET_ACL_RESTRICTION: ルートなし
      C  到達可能
        → Group  tcp 5432 を許可  app/t.yaml:2:3
        ← Table  local            app/t.yaml:4:3

    経路 2 件: 一部可能 2 件
    ");
}

#[test]
fn without_a_destination_each_path_has_a_line_and_equal_sources_are_together() {
    let open = Trace {
        missing: vec![Missing::Value(Unknown::Parameter("Subnets".to_owned())), Missing::Region],
        assumptions: vec![phrase!(en: "two zones", ja: "2 ゾーン")],
        ..trace("Open", None, goal("Cache", 6379), Verdict::Unknown)
    };
    let outside = |name: &str| Trace {
        hops: vec![hop(Direction::Out, Component::Workload, name, Action::Stand, ("in no VPC", "VPC 外"))],
        ..trace(name, None, goal("Cache", 6379), Verdict::Reachable)
    };
    let through = Trace {
        hops: vec![hop(
            Direction::Out,
            Component::NatGateway,
            "Nat",
            Action::Translate,
            ("translates", "変換"),
        )],
        ..trace("Report", Some("SubnetA"), goal("Cache", 6379), Verdict::Reachable)
    };
    let through = [through, trace("Report", None, goal("Cache", 6379), Verdict::Reachable)];
    let tracing =
        tracing([partly("Report"), through.into(), vec![open, outside("One"), outside("Two")]].concat());
    let manner = Manner { expected: Some(Verdict::Reachable), ..manner(Language::English, false) };
    insta::assert_snapshot!(plain(&tracing, &manner), @r"
    Report
      partial    Db:5432     differs by subnet: SUBNET_ACL_RESTRICTION Acl and 1 more  app/t.yaml:3:3
      reachable  Cache:6379  through Nat

    Open
      unknown    Cache:6379  --assume Subnets=private-nat, --region REGION

    One, Two
      reachable  Cache:6379  in no VPC

    Not known, and decides:
      - parameter `Subnets` has no default, so its value is not known here
          --assume Subnets=private-nat
      - the region decides, and the template does not say it
          --region REGION

    The answers rest on assumptions:
      - two zones

    Every step of a path: vpcheck trace app/t.yaml --from Report --to Db:5432
    5 paths: 3 reachable, 1 partial, 1 unknown
    Expected: every path reachable; 2 of 5 are not
    ");
    let manner = Manner { language: Language::Japanese, ..manner };
    insta::assert_snapshot!(plain(&tracing, &manner), @r"
    Report
      一部可能  Db:5432     サブネットで異なる: SUBNET_ACL_RESTRICTION Acl ほか 1 件  app/t.yaml:3:3
      到達可能  Cache:6379  Nat 経由

    Open
      不明      Cache:6379  --assume Subnets=private-nat, --region REGION

    One, Two
      到達可能  Cache:6379  VPC 外

    結果を左右する不明な値:
      - パラメータ `Subnets` にはデフォルト値がなく、テンプレートからは値がわかりません
          --assume Subnets=private-nat
      - リージョンによって結果が変わりますが、テンプレートからはわかりません
          --region REGION

    結果は次の仮定によります:
      - 2 ゾーン

    経路の詳細: vpcheck trace app/t.yaml --from Report --to Db:5432
    経路 5 件: 到達可能 3 件、一部可能 1 件、不明 1 件
    期待: すべて到達可能。5 件中 2 件がそうなっていません
    ");
}

#[test]
fn one_path_alone_is_told_step_by_step() {
    let tracing = tracing(partly("Report"));
    assert_eq!(
        plain(&tracing, &manner(Language::English, false)),
        plain(&tracing, &manner(Language::English, true))
    );
}

#[test]
fn nothing_traced_is_said() {
    assert_eq!(plain(&tracing(Vec::new()), &manner(Language::English, false)), "No path to trace\n");
}

#[test]
fn lines_fit_the_terminal() {
    let long = "a rule with a long description that says much about what it lets through and why";
    let mut traces = partly("Report");
    traces[0].hops[1].detail = phrase!(en: "{long}", ja: "{long}");
    let tracing = tracing(traces);
    for width in [50, 60, 80] {
        let manner = Manner { width: Some(width), ..manner(Language::English, true) };
        let written = plain(&tracing, &manner);
        let longest = written.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width, "{width}: {written}");
    }
}

#[test]
fn what_comes_from_the_template_cannot_steer_the_terminal() {
    let mut traces = partly("Re\u{1b}[31mport");
    traces[0].hops[1].detail = Phrase::verbatim("tcp\u{9b}2J\n5432");
    let mut tracing = tracing(traces);
    tracing.sources[0].path = "a\u{1b}c.yaml".to_owned();
    let written = plain(&tracing, &manner(Language::English, true));
    assert!(!written.contains(|c: char| c.is_control() && c != '\n'), "{written:?}");
}

#[test]
fn only_whole_names_are_replaced() {
    for (text, expected) in [
        ("out of SubnetA: all", "out of X: all"),
        ("SubnetA and SubnetAB, MySubnetA", "X and SubnetAB, MySubnetA"),
        ("SubnetA-1 SubnetA", "SubnetA-1 X"),
        ("", ""),
    ] {
        assert_eq!(with_name_replaced(text, "SubnetA", "X"), expected);
    }
}

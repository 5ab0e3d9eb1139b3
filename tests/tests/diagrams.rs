//! Pictures of networks: what must hold of every one, on every template there is.

use vpcheck_core::diagram::{BoxKind, Diagram, DiagramRequest, Traced, sketch};
use vpcheck_core::language::Language;
use vpcheck_core::paths::Verdict;
use vpcheck_core::{Options, analyze, render};
use vpcheck_tests::{corpus, geometry, large};

fn options() -> Options {
    Options { region: Some("ap-northeast-1".to_owned()), ..Options::default() }
}

fn drawn(text: &str, request: &DiagramRequest<'_>) -> Diagram {
    sketch("template.yaml", text, &options(), None).expect("nothing is asked for").drawn(request)
}

#[test]
fn every_picture_of_the_corpus_is_well_made() {
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let files = corpus::files(&root).expect("the corpus can be read");
    let mut faults = Vec::new();
    for corpus::File { path, text } in &files {
        let findings = analyze(path, text, &options()).findings;
        let sketch = sketch(path, text, &options(), None).expect("no path is asked for");
        for language in [Language::English, Language::Japanese] {
            for open_all in [false, true] {
                let request =
                    DiagramRequest { language, open_all, findings: &findings, ..DiagramRequest::default() };
                let drawn = sketch.drawn(&request);
                faults.extend(geometry::faults(&drawn).into_iter().map(|fault| format!("{path}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_large_picture_is_well_made() {
    let text = large::template();
    for open_all in [false, true] {
        let drawn = drawn(&text, &DiagramRequest { open_all, ..DiagramRequest::default() });
        assert_eq!(geometry::faults(&drawn), Vec::<String>::new());
    }
}

#[test]
fn the_same_text_gives_the_same_picture() {
    let text = large::template();
    let once = || render::svg(&drawn(&text, &DiagramRequest::default()));
    assert_eq!(once(), once());
}

/// The templates of the gallery.
fn gallery() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/gallery");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the gallery is there")
        .flatten()
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("a template can be read");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_picture_of_the_gallery_is_well_made() {
    let files = gallery();
    assert_eq!(files.len(), 12);
    for (name, text) in files {
        let findings = analyze(&name, &text, &options()).findings;
        let path = text.lines().find_map(|line| line.strip_prefix("# path: ")?.split_once(' '));
        let sketch = sketch(&name, &text, &options(), path).expect("a path of the template");
        for language in [Language::English, Language::Japanese] {
            let request = DiagramRequest { language, findings: &findings, ..DiagramRequest::default() };
            assert_eq!(geometry::faults(&sketch.drawn(&request)), Vec::<String>::new(), "{name}");
        }
    }
}

/// The entries of `Resources`, each of which starts a line with two spaces and a name.
fn reversed(text: &str) -> String {
    let (head, body) = text.split_once("Resources:\n").expect("a template");
    let mut entries: Vec<String> = Vec::new();
    for line in body.lines() {
        let is_start = line.starts_with("  ") && !line.starts_with("   ");
        match entries.last_mut().filter(|_| !is_start) {
            Some(entry) => *entry += &format!("{line}\n"),
            None => entries.push(format!("{line}\n")),
        }
    }
    entries.reverse();
    format!("{head}Resources:\n{}", entries.concat())
}

#[test]
fn the_order_of_resources_moves_nothing() {
    for (name, text) in gallery() {
        let shape = |text: &str| {
            let picture = drawn(text, &DiagramRequest::default());
            let svg = render::svg(&picture);
            // The table follows the order of demands, and so of functions.
            let (_, picture) = svg.split_once("</desc>").expect("a description");
            picture.to_owned()
        };
        let (one, other) = (shape(&text), shape(&reversed(&text)));
        let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{name}");
        assert_eq!(one.len(), other.len(), "{name}");
    }
}

#[test]
fn a_function_in_unknown_subnets_is_drawn_in_a_box_with_the_parameters_name() {
    let text = "Parameters: {SubnetIds: {Type: 'List<AWS::EC2::Subnet::Id>'}, GroupId: {Type: String}}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref SubnetIds, SecurityGroupIds: [!Ref GroupId]}}
";
    let picture = drawn(text, &DiagramRequest::default());
    assert_eq!(geometry::faults(&picture), Vec::<String>::new());
    let named = |name: &str| picture.boxes.iter().find(|one| one.name == name).expect("a box of that name");
    let (function, subnet) = (named("Function"), named("SubnetIds"));
    assert!(subnet.dashed && !function.dashed);
    assert_eq!(function.subnets, std::slice::from_ref(&subnet.id));
    assert_eq!(function.rects.len(), 1, "one band");
    let vpc = picture.boxes.iter().find(|one| one.kind == BoxKind::Vpc).expect("a VPC");
    assert!(vpc.dashed);
}

#[test]
fn many_of_a_kind_fold_into_one_box_that_opens() {
    let (_, text) = gallery().into_iter().find(|(name, _)| name == "fleet.yaml").expect("24 functions");
    let folded = drawn(&text, &DiagramRequest::default());
    let count = |picture: &Diagram| {
        let is_function = |kind| matches!(kind, BoxKind::Workload(kind) if kind.name() == "function");
        picture.boxes.iter().filter(|one| is_function(one.kind)).count()
    };
    assert_eq!(count(&folded), 1);
    let group = folded.groups.iter().find(|group| group.id.contains("function")).expect("a group");
    assert!(!group.open);
    let open = [group.id.clone()];
    let opened = drawn(&text, &DiagramRequest { open: &open, ..DiagramRequest::default() });
    assert_eq!(count(&opened), 24);
    assert!(opened.groups.iter().any(|one| one.id == group.id && one.open));
}

#[test]
fn a_traced_path_passes_until_something_stops_it() {
    let (_, text) = gallery().into_iter().find(|(name, _)| name == "blocked-path.yaml").expect("a path");
    let asked = |to: &str| {
        let sketch = sketch("template.yaml", &text, &options(), Some(("OrdersFunction", to)));
        sketch.expect("a path of the template").drawn(&DiagramRequest::default())
    };
    let blocked = asked("Database:5432");
    let traced = blocked.traced.expect("a path");
    assert_eq!(traced.verdict, Verdict::Blocked);
    let messages: Vec<&str> = traced.stops.iter().map(|stop| stop.message.en.as_str()).collect();
    assert_eq!(messages.len(), 2, "each group once: {messages:?}");
    assert!(messages[0].contains("AppGroup") && messages[1].contains("DatabaseGroup"), "{messages:?}");
    assert!(blocked.edges.iter().all(|edge| edge.traced != Some(Traced::Passes)), "it does not even start");
    let passes = asked("internet");
    let steps: Vec<(&str, &str)> = passes
        .edges
        .iter()
        .filter(|edge| edge.traced == Some(Traced::Passes))
        .map(|edge| (&*passes.boxes[edge.from].id, &*passes.boxes[edge.to].id))
        .collect();
    assert_eq!(steps.len(), 3, "{steps:?}");
    assert!(steps.contains(&("internet-gateway:VpcGateway", "internet")), "{steps:?}");
}

#[test]
fn a_path_from_nowhere_is_refused() {
    let (_, text) = gallery().into_iter().next().expect("a template");
    for (from, to) in [("Nobody", "internet"), ("OrdersFunction", "AppGroup")] {
        assert!(sketch("template.yaml", &text, &options(), Some((from, to))).is_err(), "{from} {to}");
    }
}

#[test]
fn every_box_of_the_template_has_its_place() {
    for (name, text) in gallery() {
        let picture = drawn(&text, &DiagramRequest { open_all: true, ..DiagramRequest::default() });
        let mut seen = 0;
        for one in picture.boxes.iter().filter(|one| one.resource.is_some()) {
            let id = one.resource.as_deref().expect("filtered");
            let place = one.at.map(|place| place.span.slice(&text));
            // Gateways that only a route names are declared nowhere.
            assert!(place == Some(id) || place.is_none(), "{name}: {id} is at {place:?}");
            seen += usize::from(place.is_some());
        }
        assert!(seen > 0, "{name}");
    }
}

#[test]
fn the_table_tells_what_the_picture_shows() {
    let (_, text) = gallery().into_iter().find(|(name, _)| name == "isolated.yaml").expect("endpoints");
    let picture = drawn(&text, &DiagramRequest::default());
    let rows: Vec<String> = picture
        .table
        .iter()
        .map(|row| format!("{} {} {}", row.from.en, row.relation.en, row.to.en))
        .collect();
    for row in [
        "IsolatedSubnetA Isolated subnet · 10.0.0.0/24, in Vpc",
        "BillingFunction Lambda function, stands in IsolatedSubnetA, IsolatedSubnetC",
        "IsolatedSubnetA routes dynamodb to TableEndpoint",
        "QueueEndpoint leads to sqs",
        "BillingFunction needs: reachable sqs:443",
        "BillingFunction needs: blocked sns:443",
    ] {
        assert!(rows.iter().any(|one| one == row), "{row} is not in\n{}", rows.join("\n"));
    }
}

#[test]
fn names_cannot_break_out_of_the_picture() {
    let text = "Resources:
  '</title><script>alert(1)</script>\"':
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
";
    let picture = drawn(text, &DiagramRequest::default());
    let svg = render::svg(&picture);
    assert!(!svg.contains("<script"), "{svg}");
    assert!(svg.contains("&lt;script&gt;"));
    let chart = render::mermaid(&picture);
    assert!(!chart.contains("<script"), "{chart}");
}

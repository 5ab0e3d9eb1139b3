//! A network as a Mermaid flowchart, with the nesting of the picture.
//!
//! A node of Mermaid is in one subgraph only: what stands in several subnets lies beside them, and its text names them.

use std::fmt::Write;

use crate::diagram::{BoxKind, Diagram, DiagramBox, EdgeKind, Traced};
use crate::language::Language;
use crate::paths::Verdict;

/// The chart. The same diagram gives the same bytes.
pub fn mermaid(diagram: &Diagram) -> String {
    let mut out =
        format!("---\ntitle: {}\n---\nflowchart LR\n", quoted(&diagram.title.replace(['\n', '\r'], " ")));
    for at in 0..diagram.boxes.len() {
        if diagram.boxes[at].parent.is_none() {
            put(&mut out, diagram, at, 1);
        }
    }
    let mut styles = Vec::new();
    let mut number = 0;
    for edge in &diagram.edges {
        // A line from a box to what lies in it is refused.
        if is_within(diagram, edge.to, edge.from) || is_within(diagram, edge.from, edge.to) {
            continue;
        }
        let arrow = match (edge.kind, edge.verdict, edge.traced) {
            (_, _, Some(Traced::Passes)) => "==>",
            (_, _, Some(_)) | (EdgeKind::Route, ..) => "-.->",
            (_, Some(Verdict::Unknown | Verdict::Blocked), _) => "-.->",
            _ => "-->",
        };
        let _ = writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to);
        let color = match (edge.traced, edge.verdict) {
            (Some(Traced::Passes), _) => Some("#16803c"),
            (Some(Traced::Unknown), _) | (None, Some(Verdict::Partial)) => Some("#8a6d00"),
            (Some(Traced::Stopped), _) | (None, Some(Verdict::Blocked)) => Some("#cf222e"),
            _ => None,
        };
        if let Some(color) = color {
            styles.push(format!("  linkStyle {number} stroke:{color}\n"));
        }
        number += 1;
    }
    out.push_str("  classDef open stroke-dasharray:5 4\n  classDef traced stroke:#16803c,stroke-width:2px\n");
    for (class, on) in [("open", is_open as fn(&DiagramBox) -> bool), ("traced", |one| one.on_path)] {
        let nodes: Vec<String> = (0..diagram.boxes.len())
            .filter(|at| on(&diagram.boxes[*at]) && is_shown(diagram.boxes[*at].kind))
            .map(|at| format!("n{at}"))
            .collect();
        if !nodes.is_empty() {
            let _ = writeln!(out, "  class {} {class}", nodes.join(","));
        }
    }
    out.extend(styles);
    for note in &diagram.notes {
        let text: String =
            note.get(diagram.language).chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
        let _ = writeln!(out, "  %% {}", text.replace(['{', '}'], "'"));
    }
    out
}

fn is_open(one: &DiagramBox) -> bool {
    one.dashed
}

/// Zones are columns, which a flowchart does not have; ports are ends of lines.
fn is_shown(kind: BoxKind) -> bool {
    !matches!(kind, BoxKind::Zone | BoxKind::Port | BoxKind::Row(_))
}

fn put(out: &mut String, diagram: &Diagram, at: usize, depth: usize) {
    let one = &diagram.boxes[at];
    let children: Vec<usize> =
        (0..diagram.boxes.len()).filter(|child| diagram.boxes[*child].parent == Some(at)).collect();
    if matches!(one.kind, BoxKind::Row(_)) {
        for child in children {
            put(out, diagram, child, depth);
        }
        return;
    }
    if !is_shown(one.kind) {
        return;
    }
    let indent = "  ".repeat(depth);
    let text = text_of(one, diagram.language);
    if !one.kind.is_container() && children.is_empty() {
        let (open, close) = match one.kind {
            BoxKind::Internet | BoxKind::OtherNetwork => ("([", "])"),
            BoxKind::InternetGateway | BoxKind::NatGateway | BoxKind::OtherGateway => ("{{", "}}"),
            kind if is_store(kind) => ("[(", ")]"),
            _ => ("[", "]"),
        };
        let _ = writeln!(out, "{indent}n{at}{open}{text}{close}");
        return;
    }
    let _ = writeln!(out, "{indent}subgraph n{at} [{text}]");
    for child in children {
        put(out, diagram, child, depth + 1);
    }
    let _ = writeln!(out, "{indent}end");
}

fn text_of(one: &DiagramBox, language: Language) -> String {
    let mut text = one.name.clone();
    let says = one.says.get(language);
    if !says.is_empty() && says != text {
        text = format!("{text}\n{says}");
    }
    if one.subnets.len() > 1 {
        let names: Vec<&str> =
            one.subnets.iter().map(|id| id.split_once(':').map_or(id.as_str(), |(_, name)| name)).collect();
        text = format!("{text}\n({})", names.join(", "));
    }
    quoted(&text)
}

/// A text between quotes. Whatever Mermaid, Markdown in it or HTML might read is written as the number of its character.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => out.push_str("<br>"),
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '*' | '_' | '~' | '[' | ']' | '{' | '}' | '|'
            | ';' | '$' => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

fn is_store(kind: BoxKind) -> bool {
    use crate::network::WorkloadKind as Kind;
    matches!(
        kind,
        BoxKind::Workload(
            Kind::DatabaseInstance
                | Kind::DatabaseCluster
                | Kind::Cache
                | Kind::MemoryDb
                | Kind::Redshift
                | Kind::FileSystem
        )
    )
}

fn is_within(diagram: &Diagram, inner: usize, outer: usize) -> bool {
    let mut at = Some(inner);
    while let Some(here) = at {
        if here == outer {
            return true;
        }
        at = diagram.boxes[here].parent;
    }
    false
}

//! A network as SVG: one file, no fonts or images from elsewhere, light and dark, for screens, paper and screen readers.

use std::fmt::Write;

use crate::diagram::{
    Badge, BoxKind, Diagram, DiagramBox, DiagramEdge, EdgeKind, FooterLine, Label, Rect, Sign, Stop,
    TextStyle, Tier, Traced,
};
use crate::finding::Severity;
use crate::language::Language;
use crate::network::WorkloadKind;
use crate::paths::Verdict;

/// Colours and strokes. The variables may be set from outside, where the picture stands in a page.
pub const SVG_STYLE: &str = include_str!("svg.css");

/// The picture as a file. The same diagram gives the same bytes.
pub fn svg(diagram: &Diagram) -> String {
    written(diagram, SVG_STYLE)
}

/// The picture without its style, for a page that has [`SVG_STYLE`] in a style sheet of its own: a page's policy may refuse
/// styles that are written into it.
pub fn svg_in_page(diagram: &Diagram) -> String {
    written(diagram, "")
}

fn written(diagram: &Diagram, style: &str) -> String {
    let mut out = Writer { text: String::new(), language: diagram.language };
    let (width, height) = diagram.size;
    let lang = diagram.language.tag();
    out.raw(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"vpcheck-diagram\" lang=\"{lang}\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" \
         aria-labelledby=\"vpcheck-title\" aria-describedby=\"vpcheck-table\">\n"
    ));
    out.raw("<title id=\"vpcheck-title\">");
    out.text(&diagram.title);
    out.raw("</title>\n<desc id=\"vpcheck-table\">");
    for row in &diagram.table {
        let [from, relation, to] =
            [&row.from, &row.relation, &row.to].map(|words| words.get(diagram.language));
        out.text(&format!("{from} — {relation} {to}\n"));
    }
    out.raw("</desc>\n");
    if !style.is_empty() {
        out.raw(&format!("<style>\n{style}</style>\n"));
    }
    out.raw(&format!("<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n"));
    for one in diagram.boxes.iter().filter(|one| one.kind.is_container()) {
        out.container(one);
    }
    for edge in diagram.edges.iter().filter(|edge| edge.traced.is_none()) {
        out.edge(edge, &diagram.boxes);
    }
    for edge in diagram.edges.iter().filter(|edge| edge.traced.is_some()) {
        out.edge(edge, &diagram.boxes);
    }
    for one in diagram.boxes.iter().filter(|one| !one.kind.is_container()) {
        out.leaf(one);
    }
    for stop in diagram.traced.iter().flat_map(|traced| &traced.stops) {
        out.stop(stop);
    }
    for line in &diagram.footer {
        out.footer(line);
    }
    out.raw("</svg>\n");
    out.text
}

struct Writer {
    text: String,
    language: Language,
}

impl Writer {
    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A text that may hold anything: as XML, without the control characters that XML does not have.
    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                '\n' | '\t' => self.text.push(character),
                character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                    self.text.push('\u{fffd}');
                }
                character => self.text.push(character),
            }
        }
    }

    fn open(&mut self, one: &DiagramBox, role: &str) {
        let mut class = format!("box {}", one.kind.name());
        if let Some(tier) = tier_class(one.kind) {
            class = format!("{class} {tier}");
        }
        for (on, word) in [(one.dashed, "open"), (one.on_path, "traced"), (!one.members.is_empty(), "group")]
        {
            if on {
                class = format!("{class} {word}");
            }
        }
        self.raw(&format!("<g class=\"{class}\" data-id=\""));
        self.text(&one.id);
        self.raw(&format!("\" role=\"{role}\"><title>"));
        let says = one.says.get(self.language);
        self.text(&one.name);
        if !says.is_empty() && says != one.name {
            self.text(&format!(" — {says}"));
        }
        if !one.subnets.is_empty() {
            let names: Vec<&str> = one.subnets.iter().map(|id| shown(id)).collect();
            self.text(&format!(" ({})", names.join(", ")));
        }
        self.raw("</title>");
    }

    fn rect(&mut self, rect: Rect, class: &str, radius: i32) {
        let Rect { x, y, width, height } = rect;
        let _ = write!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        );
    }

    fn label(&mut self, label: &Label) {
        let class = match label.style {
            TextStyle::Name => "name",
            TextStyle::Kind => "kind",
        };
        let Label { x, y, text, .. } = label;
        self.raw(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">"));
        self.text(text);
        self.raw("</text>");
    }

    fn glyph(&mut self, kind: BoxKind, (x, y): (i32, i32)) {
        let path = glyph(kind);
        self.raw(&format!("<path class=\"glyph\" transform=\"translate({x} {y})\" d=\"{path}\"/>"));
    }

    fn container(&mut self, one: &DiagramBox) {
        if matches!(one.kind, BoxKind::Row(_)) {
            return;
        }
        self.open(one, "graphics-object");
        for rect in &one.rects {
            self.rect(*rect, "area", if one.kind == BoxKind::Zone { 6 } else { 4 });
        }
        for glyph in &one.glyphs {
            self.glyph(one.kind, *glyph);
        }
        for label in &one.labels {
            self.label(label);
        }
        self.badge(one.badge.as_ref());
        self.raw("</g>\n");
    }

    fn leaf(&mut self, one: &DiagramBox) {
        self.open(one, "graphics-symbol");
        if one.kind == BoxKind::Port {
            if let Some(rect) = one.rects.first() {
                let (x, y) = (rect.x + rect.width / 2, rect.y + rect.height / 2);
                self.raw(&format!("<circle class=\"leaf\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/></g>\n"));
            }
            return;
        }
        // What stands on both sides of another subnet is one thing.
        for pair in one.rects.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            if one.y == other.y {
                let (from, to, y) = (one.right(), other.x, one.y + one.height / 2);
                self.raw(&format!("<path class=\"same\" d=\"M{from} {y}H{to}\"/>"));
            }
        }
        for rect in &one.rects {
            if !one.members.is_empty() && one.kind != BoxKind::Host {
                self.rect(Rect { x: rect.x + 3, y: rect.y + 3, ..*rect }, "behind", 5);
            }
            self.rect(*rect, "leaf", 5);
            if one.kind != BoxKind::Host {
                let Rect { x, y, height, .. } = *rect;
                self.rect(Rect { x, y: y + 4, width: 3, height: height - 8 }, "mark", 1);
            }
        }
        for glyph in &one.glyphs {
            self.glyph(one.kind, *glyph);
        }
        for label in &one.labels {
            self.label(label);
        }
        self.badge(one.badge.as_ref());
        self.raw("</g>\n");
    }

    fn badge(&mut self, badge: Option<&Badge>) {
        let Some(badge) = badge else { return };
        let (x, y) = badge.at;
        let class = if badge.severity == Severity::Error { "error" } else { "warning" };
        let count = if badge.count > 9 { "9+".to_owned() } else { badge.count.to_string() };
        self.raw(&format!("<g class=\"badge {class}\"><title>"));
        for message in &badge.messages {
            self.text(&format!("{}\n", message.get(self.language)));
        }
        let baseline = y + 3;
        self.raw(&format!(
            "</title><circle cx=\"{x}\" cy=\"{y}\" r=\"7\"/><text x=\"{x}\" y=\"{baseline}\">{count}</text></g>"
        ));
    }

    fn edge(&mut self, edge: &DiagramEdge, boxes: &[DiagramBox]) {
        let class = edge_class(edge.kind, edge.verdict, edge.traced);
        self.raw(&format!("<g class=\"edge {class}\" data-from=\""));
        self.text(&boxes[edge.from].id);
        self.raw("\" data-to=\"");
        self.text(&boxes[edge.to].id);
        self.raw("\" role=\"graphics-symbol\"><title>");
        self.text(edge.title.get(self.language));
        let path = line(&edge.points);
        self.raw(&format!("</title><path class=\"reach\" d=\"{path}\"/><path class=\"line\" d=\"{path}\"/>"));
        for (x, y) in &edge.joints {
            self.raw(&format!("<circle class=\"joint\" cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>"));
        }
        if let [.., before, last] = edge.points.as_slice() {
            self.raw(&format!("<path class=\"head\" d=\"{}\"/>", head(*before, *last)));
        }
        if edge.kind == EdgeKind::Demand && edge.traced.is_none() && edge.verdict == Some(Verdict::Blocked) {
            self.raw(&format!("<path class=\"cross\" d=\"{}\"/>", cross(&edge.points)));
        }
        self.raw("</g>\n");
    }

    fn stop(&mut self, stop: &Stop) {
        let (x, y) = stop.at;
        self.raw("<g class=\"stop\" role=\"graphics-symbol\"><title>");
        self.text(stop.message.get(self.language));
        let (width, height) = if stop.upright { (4, 22) } else { (22, 4) };
        let bar = Rect { x: x - width / 2, y: y - height / 2, width, height };
        self.raw("</title>");
        self.rect(bar, "bar", 1);
        let number = stop.number;
        // The number lies on the line, behind the bar.
        self.number(number, if stop.upright { (x, y - 17) } else { (x + 17, y) });
        self.raw("</g>\n");
    }

    fn number(&mut self, number: usize, (x, y): (i32, i32)) {
        let baseline = y + 4;
        self.raw(&format!(
            "<circle class=\"number\" cx=\"{x}\" cy=\"{y}\" r=\"8\"/><text class=\"number\" x=\"{x}\" y=\"{baseline}\">{number}</text>"
        ));
    }

    fn footer(&mut self, line: &FooterLine) {
        self.raw("<g class=\"footer\">");
        match line.sign {
            Some((Sign::Stop(number), x, y)) => {
                self.raw("<g class=\"stop\">");
                self.number(number, (x + 12, y));
                self.raw("</g>");
            }
            Some((Sign::Edge(kind, verdict), x, y)) => self.sample(&edge_class(kind, verdict, None), x, y),
            Some((Sign::Passes, x, y)) => self.sample("passes", x, y),
            None => {}
        }
        self.label(&line.label);
        self.raw("</g>\n");
    }

    fn sample(&mut self, class: &str, x: i32, y: i32) {
        let end = x + 26;
        let tip = head((x, y), (end, y));
        self.raw(&format!(
            "<g class=\"edge {class}\"><path class=\"line\" d=\"M{x} {y}H{end}\"/><path class=\"head\" d=\"{tip}\"/></g>"
        ));
    }
}

/// The name in the id of a subnet's box.
fn shown(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

fn tier_class(kind: BoxKind) -> Option<&'static str> {
    let BoxKind::Subnet(tier) = kind else { return None };
    Some(match tier {
        Tier::Public => "public",
        Tier::Egress => "egress",
        Tier::Isolated => "isolated",
        Tier::Unknown => "unknown",
    })
}

fn edge_class(kind: EdgeKind, verdict: Option<Verdict>, traced: Option<Traced>) -> String {
    if let Some(traced) = traced {
        return match traced {
            Traced::Passes => "passes",
            Traced::Unknown => "passes maybe",
            Traced::Stopped => "stopped",
        }
        .to_owned();
    }
    let kind = match kind {
        EdgeKind::Route => "route",
        EdgeKind::Door => "door",
        EdgeKind::Demand => "demand",
    };
    let verdict = match verdict {
        None | Some(Verdict::Reachable) => "",
        Some(Verdict::Blocked) => " blocked",
        Some(Verdict::Partial) => " partial",
        Some(Verdict::Unknown) => " unknown",
    };
    format!("{kind}{verdict}")
}

/// A line with small round corners.
fn line(points: &[(i32, i32)]) -> String {
    const ROUND: i32 = 4;
    let mut path = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        match (before, points.get(at + 1)) {
            (None, _) => {
                let _ = write!(path, "M{x} {y}");
            }
            (Some(_), None) => {
                let _ = write!(path, "L{x} {y}");
            }
            (Some(before), Some(after)) => {
                let near = |(to_x, to_y): (i32, i32)| {
                    let length = i32::midpoint((to_x - x).abs(), (to_y - y).abs());
                    let step = ROUND.min(length);
                    (x + (to_x - x).signum() * step, y + (to_y - y).signum() * step)
                };
                let ((from_x, from_y), (to_x, to_y)) = (near(*before), near(*after));
                let _ = write!(path, "L{from_x} {from_y}Q{x} {y} {to_x} {to_y}");
            }
        }
    }
    path
}

/// An arrow's head with its tip at the end of a line.
fn head((from_x, from_y): (i32, i32), (x, y): (i32, i32)) -> String {
    let (dx, dy) = ((x - from_x).signum(), (y - from_y).signum());
    let (back_x, back_y) = (x - dx * 7, y - dy * 7);
    let (side_x, side_y) = (dy * 3, dx * 3);
    format!("M{x} {y}L{} {}L{} {}Z", back_x + side_x, back_y + side_y, back_x - side_x, back_y - side_y)
}

/// A cross on the last piece of a line, which it shares with nothing that works.
fn cross(points: &[(i32, i32)]) -> String {
    let [.., (x, y), (to_x, to_y)] = *points else { return String::new() };
    let (x, y) = (i32::midpoint(x, to_x), i32::midpoint(y, to_y));
    format!("M{} {}l8 8m0 -8l-8 8", x - 4, y - 4)
}

/// Signs of 16 by 16 pixels, of lines only.
fn glyph(kind: BoxKind) -> &'static str {
    use WorkloadKind as Kind;
    match kind {
        BoxKind::Region => "M2 3v11M2 4h10l-2 3 2 3h-10",
        BoxKind::Vpc => "M5 12.5a3.5 3.5 0 0 1 -.5-7 4 4 0 0 1 7.6 1.2 3 3 0 0 1 -.6 5.8zM6 9l1.5 1.5 3-3",
        BoxKind::Workload(Kind::Function) => "M4 2.5h2.5l5.5 11.5M7.6 6.5l-4 7.5",
        BoxKind::Workload(Kind::Poller) => "M8 2a6 6 0 1 1 -6 6M8 5v3l2 2M2 3v3h3",
        BoxKind::Workload(
            Kind::DatabaseInstance | Kind::DatabaseCluster | Kind::Cache | Kind::MemoryDb | Kind::Redshift,
        ) => "M2.5 4a5.5 2 0 0 1 11 0a5.5 2 0 0 1 -11 0v8a5.5 2 0 0 0 11 0v-8M2.5 8a5.5 2 0 0 0 11 0",
        BoxKind::Workload(Kind::DatabaseProxy) => "M2 8h4m4 0h4M6 5h4v6h-4zM12 6l2 2-2 2",
        BoxKind::Workload(Kind::SearchDomain) => "M6.5 2a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10 10l4 4",
        BoxKind::Workload(Kind::KafkaCluster | Kind::Broker) => "M2 3h12v3h-12zM2 10h12v3h-12zM5 6v4m6-4v4",
        BoxKind::Workload(Kind::FileSystem) => "M2 13v-10h4l2 2h6v8z",
        BoxKind::Workload(Kind::LoadBalancer) => "M2 8h4M6 8l5-4.5h3M6 8h8M6 8l5 4.5h3",
        BoxKind::Workload(Kind::NetworkInterface) => "M3 4h10v6h-10zM6 10v3m4-3v3",
        BoxKind::Workload(Kind::Instance | Kind::EcsService | Kind::CapacityProvider) => {
            "M4 4h8v8h-8zM6 2v2m4-2v2m-4 8v2m4-2v2M2 6h2m-2 4h2m8-4h2m-2 4h2"
        }
        BoxKind::Workload(Kind::ResolverEndpoint) => "M4 13v-10l8 10v-10M2 8h1.5m9 0h1.5",
        BoxKind::InterfaceEndpoint => "M2 8h3M5 4.5h3a3.5 3.5 0 0 1 0 7h-3zM11.5 6.5h2.5m-2.5 3h2.5",
        BoxKind::GatewayEndpoint => "M2 8h3M5 4v8l6-4zM11 4v8M11 8h3",
        BoxKind::NatGateway => "M2 5h9l-2.5-2.5M14 11h-9l2.5 2.5",
        BoxKind::InternetGateway => "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M5 8h6l-2-2m2 2l-2 2",
        BoxKind::OtherGateway => "M3 13v-6a5 5 0 0 1 10 0v6M6 10h4l-1.5-1.5",
        BoxKind::Peering => "M5 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M11 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6",
        BoxKind::TransitGateway => "M8 6a2 2 0 1 0 0 4a2 2 0 1 0 0-4M8 2v4m0 4v4M2 8h4m4 0h4",
        BoxKind::Internet => "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M2 8h12M8 2a3 6 0 1 0 0 12a3 6 0 1 0 0-12",
        BoxKind::OtherNetwork => "M3 14v-9l5-3 5 3v9zM6 14v-3h4v3M6 7h1m2 0h1",
        BoxKind::Service => "M8 2l5.5 3v6l-5.5 3-5.5-3v-6zM8 8l5.5-3M8 8l-5.5-3M8 8v6",
        BoxKind::OutsideVpc
        | BoxKind::Zone
        | BoxKind::Row(_)
        | BoxKind::Subnet(_)
        | BoxKind::Host
        | BoxKind::Port => "",
    }
}

//! The picture of a network, as it travels from the worker to the page: the SVG text, and what its boxes answer to hover
//! and click. Texts are in the language that was asked for, since the picture is.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use vpcheck_core::diagram::{self, BoxKind, DiagramBox, DiagramRequest, Sketch, sketch};
use vpcheck_core::finding::{FileId, Finding};
use vpcheck_core::language::Language;
use vpcheck_core::share::Shared;
use vpcheck_core::text::Span;
use vpcheck_core::{analyze, network, render};

use crate::inputs;
use crate::report::{Contexts, PATH, Place, Units};
use crate::words;

/// What to draw, beside what a link holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Whether labels are Japanese.
    pub japanese: bool,
    /// The groups that are drawn one by one, by their ids.
    pub open: Vec<String>,
}

/// Everything the page shows of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// Whether parts of the text cannot be read, so that the picture lacks them.
    pub is_broken: bool,
    /// The picture without its style.
    pub svg: String,
    /// The picture as a file.
    pub file: String,
    /// The same as a Mermaid flowchart.
    pub mermaid: String,
    /// What is drawn, in the order of painting; rows and ports, which say nothing, are left out.
    pub boxes: Vec<Shown>,
    /// Groups of like things.
    pub groups: Vec<Group>,
    /// The traced path and its verdict, where one was asked for.
    pub path: Option<String>,
    /// What stops it.
    pub stops: Vec<String>,
    /// What stands where and what leads where: one thing, how, the other.
    pub table: Vec<[String; 3]>,
}

/// A box, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its id in the picture.
    pub id: String,
    /// Its whole name.
    pub name: String,
    /// What it is: `Lambda function`.
    pub kind: String,
    /// How many findings it has and how bad they are; empty without.
    pub badge: String,
    /// What else is known: where it stands, what it holds, what leads there and away.
    pub facts: Vec<String>,
    /// Findings about it: positions in the report on the same text.
    pub findings: Vec<usize>,
    /// Where its name is written in the editor's text.
    pub place: Option<Place>,
    /// Where it is declared, name and all; of a folded group, where its members are.
    pub declared: Vec<Place>,
    /// Whether it is a folded group, which a click opens.
    pub folded: bool,
}

/// Things of one kind in the same subnets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What opens it.
    pub id: String,
    /// What it holds, with the number.
    pub title: String,
    /// Whether its members are drawn one by one.
    pub open: bool,
}

impl Drawing {
    /// Whether all of the text could be read.
    fn is_good(&self) -> bool {
        self.is_template && !self.is_broken
    }

    /// Whether there is anything in it but frames: without, a sentence serves better.
    pub fn is_empty(&self) -> bool {
        !self.boxes.iter().any(|one| one.id != REGION)
    }

    /// The box of that id.
    pub fn find(&self, id: &str) -> Option<&Shown> {
        self.boxes.iter().find(|one| one.id == id)
    }

    /// The ids of boxes that the cursor stands in: of those declared there the shortest, which others surround.
    pub fn at(&self, cursor: u32) -> Vec<&str> {
        let touching = self.boxes.iter().flat_map(|one| {
            let places = one.declared.iter().filter(move |place| place.touches(cursor));
            places.map(move |place| (place.to - place.from, &one.id))
        });
        let found: Vec<(u32, &String)> = touching.collect();
        let Some(shortest) = found.iter().map(|(length, _)| *length).min() else { return Vec::new() };
        found.iter().filter(|(length, _)| *length == shortest).map(|(_, id)| id.as_str()).collect()
    }

    /// The ids of boxes that a finding is about.
    pub fn about(&self, finding: usize) -> Vec<&str> {
        let about = self.boxes.iter().filter(|one| one.findings.contains(&finding));
        about.map(|one| one.id.as_str()).collect()
    }
}

/// Whether a picture has nothing in it but frames.
pub fn is_empty(drawn: &diagram::Diagram) -> bool {
    !drawn.boxes.iter().any(|one| one.id != REGION)
}

/// The id of the frame around everything.
const REGION: &str = "region";

/// The last pictures: while the text is broken, the last good one is what is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawings {
    /// The last one, with the revision of its text.
    pub newest: Option<(u32, Rc<Drawing>)>,
    /// The last one of a text that could be read.
    pub good: Option<Rc<Drawing>>,
    /// The groups that are drawn one by one.
    pub open: Vec<String>,
}

impl Drawings {
    /// Takes the picture of a text.
    pub fn take(&mut self, revision: u32, drawing: Rc<Drawing>) {
        if drawing.is_good() {
            self.good = Some(drawing.clone());
        }
        self.newest = Some((revision, drawing));
    }

    /// The one to show, and whether it is of an older text, since the one in the editor is broken.
    pub fn shown(&self) -> Option<(&Rc<Drawing>, bool)> {
        let (_, newest) = self.newest.as_ref()?;
        match &self.good {
            Some(good) if !newest.is_good() => Some((good, true)),
            _ => Some((newest, false)),
        }
    }

    /// What is known of a box in the text of `revision`, also where an older picture is shown. Nothing while that text is
    /// not drawn yet: places in another one would be wrong.
    pub fn current(&self, revision: u32, id: &str) -> Option<&Shown> {
        let (_, newest) = self.newest.as_ref().filter(|(drawn, _)| *drawn == revision)?;
        newest.find(id)
    }

    /// The ids of boxes to mark: those of the chosen finding, else those at the cursor.
    pub fn marked(&self, revision: u32, cursor: Option<u32>, finding: Option<usize>) -> Vec<String> {
        let Some((_, newest)) = self.newest.as_ref().filter(|(drawn, _)| *drawn == revision) else {
            return Vec::new();
        };
        let about = finding.map(|finding| newest.about(finding)).unwrap_or_default();
        let found = if about.is_empty() { cursor.map(|at| newest.at(at)).unwrap_or_default() } else { about };
        found.into_iter().map(str::to_owned).collect()
    }

    /// Opens a folded group, or folds an open one.
    pub fn toggle(&mut self, group: &str) {
        match self.open.iter().position(|open| open == group) {
            Some(at) => _ = self.open.remove(at),
            None => self.open.push(group.to_owned()),
        }
    }
}

/// What is kept between drawings: opening a group asks for the same text again.
pub struct Kept {
    shared: Shared,
    sketch: Sketch,
    findings: Vec<Finding>,
}

/// Draws the network of a template.
pub fn drawing(shared: &Shared, wanted: &Wanted, contexts: &Contexts, kept: &mut Option<Kept>) -> Drawing {
    if kept.as_ref().is_none_or(|kept| kept.shared != *shared) {
        *kept = Some(sketched(shared, contexts));
    }
    let Some(Kept { sketch, findings, .. }) = kept else { return Drawing::default() };
    let language = if wanted.japanese { Language::Japanese } else { Language::English };
    let request = DiagramRequest { language, open: &wanted.open, open_all: false, findings };
    let drawn = sketch.drawn(&request);
    Drawing {
        is_template: sketch.is_template,
        is_broken: sketch.broken.is_some(),
        svg: render::svg_in_page(&drawn),
        file: render::svg(&drawn),
        mermaid: render::mermaid(&drawn),
        boxes: boxes(&drawn, sketch, &shared.text),
        groups: drawn
            .groups
            .iter()
            .map(|group| Group {
                id: group.id.clone(),
                title: group.title.get(language).to_owned(),
                open: group.open,
            })
            .collect(),
        path: drawn.traced.as_ref().map(|path| path.heading.get(language).to_owned()),
        stops: drawn
            .traced
            .iter()
            .flat_map(|path| &path.stops)
            .map(|stop| stop.message.get(language).to_owned())
            .collect(),
        table: drawn
            .table
            .iter()
            .map(|row| [&row.from, &row.relation, &row.to].map(|words| words.get(language).to_owned()))
            .collect(),
    }
}

fn sketched(shared: &Shared, contexts: &Contexts) -> Kept {
    let options = inputs::options(shared, contexts.sources());
    let path = shared.from.as_deref().zip(shared.to.as_deref());
    let sketch = sketch(PATH, &shared.text, &options, path)
        // A path to what the template has no longer is none; the paths' own tab says so.
        .or_else(|_| sketch(PATH, &shared.text, &options, None))
        .unwrap_or_default();
    let findings = analyze(PATH, &shared.text, &options).findings;
    Kept { shared: shared.clone(), sketch, findings }
}

fn boxes(drawn: &diagram::Diagram, sketch: &Sketch, text: &str) -> Vec<Shown> {
    let language = drawn.language;
    let units = Units::new(text);
    let declared = |id: &String| {
        let found = sketch.declared.iter().find(|(known, _)| known == id);
        found.map(|(_, span): &(String, Span)| units.place(*span))
    };
    let place =
        |at: Option<network::Place>| at.filter(|at| at.file == FileId(0)).map(|at| units.place(at.span));
    let is_shown = |one: &&DiagramBox| !matches!(one.kind, BoxKind::Row(_) | BoxKind::Port);
    let shown = |one: &DiagramBox| {
        let place = place(one.at);
        let own: Vec<Place> = one.resource.iter().chain(&one.members).filter_map(declared).collect();
        Shown {
            id: one.id.clone(),
            name: one.name.clone(),
            kind: one.says.get(language).to_owned(),
            badge: badge(one, language),
            facts: facts(drawn, one),
            findings: findings(one),
            declared: if own.is_empty() { place.into_iter().collect() } else { own },
            place,
            folded: drawn.groups.iter().any(|group| group.id == one.id),
        }
    };
    drawn.boxes.iter().filter(is_shown).map(shown).collect()
}

fn findings(one: &DiagramBox) -> Vec<usize> {
    let mut found = Vec::new();
    for at in one.badge.iter().flat_map(|badge| &badge.findings) {
        if !found.contains(at) {
            found.push(*at);
        }
    }
    found
}

fn badge(one: &DiagramBox, language: Language) -> String {
    let says =
        |badge: &diagram::Badge| words::diagram::badge(badge.count, badge.severity).get(language).to_owned();
    one.badge.as_ref().map(says).unwrap_or_default()
}

/// As many lines are told of a box.
const LINES: usize = 8;

fn facts(drawn: &diagram::Diagram, one: &DiagramBox) -> Vec<String> {
    let language = drawn.language;
    let name = |id: &String| {
        let found = drawn.boxes.iter().find(|other| other.id == *id);
        found.map(|other| other.name.clone())
    };
    let mut facts = Vec::new();
    let subnets: Vec<String> = one.subnets.iter().filter_map(name).collect();
    if !subnets.is_empty() {
        facts.push(words::diagram::stands_in(&subnets.join(", ")).get(language).to_owned());
    }
    if !one.members.is_empty() {
        facts.push(words::diagram::holds(&one.members.join(", ")).get(language).to_owned());
    }
    if one.dashed {
        facts.push(words::diagram::not_known().get(language).to_owned());
    }
    // Lines from several subnets to the same end are one relation.
    let mut lines: Vec<&str> = Vec::new();
    for edge in &drawn.edges {
        let title = edge.title.get(language);
        let ends = [edge.from, edge.to].map(|at| drawn.boxes.get(at).map(|end| end.id.as_str()));
        if ends.contains(&Some(one.id.as_str())) && !lines.contains(&title) {
            lines.push(title);
        }
    }
    let more = lines.len().saturating_sub(LINES);
    facts.extend(lines.iter().take(LINES).map(|title| (*title).to_owned()));
    if more > 0 {
        facts.push(words::diagram::more(more).get(language).to_owned());
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../examples/nat.yaml");

    fn drawn(text: &str, wanted: &Wanted) -> Drawing {
        let shared = Shared { text: text.to_owned(), ..Shared::default() };
        drawing(&shared, wanted, &Contexts::default(), &mut None)
    }

    fn shown<'d>(drawing: &'d Drawing, id: &str) -> &'d Shown {
        drawing.find(id).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn a_box_tells_where_it_stands_and_leads_to_its_name() {
        let one = drawn(EXAMPLE, &Wanted::default());
        let function = shown(&one, "function:ReportFunction");
        assert_eq!((&*function.kind, &*function.badge), ("Lambda function", "1 finding: warning"));
        assert_eq!(function.facts[0], "In SubnetA, SubnetC");
        let Place { from, to } = function.place.unwrap();
        assert_eq!(&EXAMPLE[from as usize..to as usize], "ReportFunction");
        let internet = shown(&one, "internet");
        assert_eq!((internet.place, internet.declared.len()), (None, 0));
        assert!(!one.boxes.iter().any(|one| one.id.starts_with("row:") || one.id.starts_with("port:")));
        assert_eq!(one.svg.matches("data-id=").count(), one.boxes.len());
    }

    #[test]
    fn findings_are_those_of_the_report() {
        let shared = Shared { text: EXAMPLE.to_owned(), ..Shared::default() };
        let report = crate::report::report(&shared, &Contexts::default());
        let one = drawn(EXAMPLE, &Wanted::default());
        let [finding] = shown(&one, "function:ReportFunction").findings[..] else { panic!("one finding") };
        assert_eq!(report.findings[finding].rule, "nat-for-gateway-service");
        assert_eq!(one.about(finding), ["nat-gateway:NatGateway", "function:ReportFunction"]);
    }

    #[test]
    fn the_cursor_is_in_the_innermost_box() {
        let one = drawn(EXAMPLE, &Wanted::default());
        let at = |needle: &str| one.at(u32::try_from(EXAMPLE.find(needle).unwrap()).unwrap());
        assert_eq!(at("10.50.10.0/24"), ["subnet:SubnetA"]);
        assert_eq!(at("SubnetIds:"), ["function:ReportFunction"], "SAM's functions too");
        assert!(at("Transform:").is_empty());
    }

    #[test]
    fn japanese_is_drawn_in_japanese() {
        let one = drawn(EXAMPLE, &Wanted { japanese: true, ..Wanted::default() });
        assert!(one.svg.contains("lang=\"ja\""));
        let function = shown(&one, "function:ReportFunction");
        assert_eq!((&*function.kind, &*function.badge), ("Lambda 関数", "1 件の指摘 (警告)"));
        assert_eq!(function.facts[0], "配置先: SubnetA, SubnetC");
    }

    /// A VPC's worth of functions, all alike.
    fn fleet(count: usize) -> String {
        let mut text =
            "Resources:\n  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1}}\n".to_owned();
        for at in 0..count {
            text.push_str(&format!(
                "  F{at}:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
                 VpcConfig: {{SubnetIds: [subnet-1], SecurityGroupIds: [!Ref Group]}}\n"
            ));
        }
        text
    }

    #[test]
    fn a_group_is_one_box_until_it_is_opened_and_the_sketch_is_kept_meanwhile() {
        let text = fleet(9);
        let shared = Shared { text: text.clone(), ..Shared::default() };
        let mut kept = None;
        let folded = drawing(&shared, &Wanted::default(), &Contexts::default(), &mut kept);
        let [group] = &folded.groups[..] else { panic!("{:?}", folded.groups) };
        assert_eq!((group.title.as_str(), group.open), ("9 × Lambda function", false));
        let one = shown(&folded, &group.id);
        assert!(
            one.folded && one.facts.iter().any(|fact| fact == "Holds F0, F1, F2, F3, F4, F5, F6, F7, F8")
        );
        let inside = u32::try_from(text.find("F3:").unwrap()).unwrap() + 30;
        assert_eq!(folded.at(inside), [group.id.as_str()], "the cursor is in a member");

        let wanted = Wanted { open: vec![group.id.clone()], ..Wanted::default() };
        let open = drawing(&shared, &wanted, &Contexts::default(), &mut kept);
        assert!(open.groups[0].open && open.find(&group.id).is_none());
        assert_eq!(open.at(inside), ["function:F3"]);
        assert_eq!(open.table, folded.table, "the table names every member either way");
    }

    #[test]
    fn a_path_is_drawn_and_one_to_nowhere_is_not() {
        let with = |to: &str| {
            let shared = Shared {
                text: EXAMPLE.to_owned(),
                from: Some("ReportFunction".to_owned()),
                to: Some(to.to_owned()),
                ..Shared::default()
            };
            drawing(&shared, &Wanted::default(), &Contexts::default(), &mut None)
        };
        let path = with("s3:443");
        assert_eq!(path.path.as_deref(), Some("ReportFunction → s3:443: reachable"));
        assert!(path.svg.contains("class=\"edge passes\""));
        let none = with("Nobody:1");
        assert_eq!((none.path.as_deref(), none.is_empty()), (None, false));
    }

    #[test]
    fn the_last_good_picture_stays_and_its_boxes_lead_into_the_new_text() {
        let mut drawings = Drawings::default();
        drawings.take(1, Rc::new(drawn(EXAMPLE, &Wanted::default())));
        assert!(!drawings.shown().unwrap().1);
        let broken = format!("# one line more\n{EXAMPLE}\n  Torn: {{Type: [\n");
        let torn = drawn(&broken, &Wanted::default());
        assert!(torn.is_broken);
        drawings.take(2, Rc::new(torn));
        let (shown, is_older) = drawings.shown().unwrap();
        assert!(is_older && !shown.is_broken);
        let id = "function:ReportFunction";
        let Place { from, to } = drawings.current(2, id).unwrap().place.unwrap();
        assert_eq!(&broken[from as usize..to as usize], "ReportFunction");
        assert_eq!(drawings.current(3, id), None, "of a text that is not drawn yet");
        assert_eq!(drawings.marked(2, Some(from), None), [id]);
        assert!(drawings.marked(3, Some(from), None).is_empty());

        let mut first = Drawings::default();
        first.take(1, Rc::new(drawn(&broken, &Wanted::default())));
        assert!(!first.shown().unwrap().1, "without an older one, what could be read is shown");
    }

    #[test]
    fn nothing_to_draw_is_told_apart_from_no_template() {
        let none = drawn("a: b\n", &Wanted::default());
        assert!(!none.is_template);
        let queue = drawn("Resources:\n  Queue: {Type: AWS::SQS::Queue}\n", &Wanted::default());
        assert!(queue.is_template && queue.is_empty());
    }

    #[test]
    fn a_drawing_survives_the_way_from_the_worker() {
        let one = drawn(&fleet(9), &Wanted::default());
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Drawing>(&json).unwrap(), one);
        assert!(one.file.contains("<style>") && !one.svg.contains("<style>"));
    }

    #[test]
    fn groups_open_and_fold() {
        let mut drawings = Drawings::default();
        drawings.toggle("a");
        drawings.toggle("b");
        drawings.toggle("a");
        assert_eq!(drawings.open, ["b"]);
    }
}

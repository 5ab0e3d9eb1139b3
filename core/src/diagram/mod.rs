//! The picture of a network: which boxes and lines there are, and where they lie.
//!
//! Three steps: [`model`] gathers what stands where and what leads where, [`layout`] places it in whole pixels, and
//! `render::svg` and `render::mermaid` write it. What comes out is plain data, so that the page can make it answer to clicks.

mod fold;
mod layout;
pub(crate) mod measure;
mod model;
mod placing;
mod relations;
mod route;
mod table;
mod words;

use crate::analysis::{Options, Source, lower_text, surroundings};
use crate::cost::certain_region;
use crate::finding::{FileId, Finding, Severity};
use crate::language::{Language, Phrase};
use crate::network::{Place, WorkloadKind, resolve, unknown_assumptions};
use crate::paths::Verdict;
use crate::phrase;
use crate::rules::Subject;
use crate::template::reference::References;
use crate::template::{Inputs, Resource, Template};
use crate::text::Span;
use crate::tracing::{TraceError, TraceRequest, trace};

pub use table::TableRow;

/// What to draw.
#[derive(Clone, Debug, Default)]
pub struct DiagramRequest<'r> {
    /// The language of labels.
    pub language: Language,
    /// The groups that are drawn one by one, by their ids.
    pub open: &'r [String],
    /// Draws every group one by one.
    pub open_all: bool,
    /// Findings, for the badges of their resources.
    pub findings: &'r [Finding],
}

/// What there is to draw of a template. It is made once, and drawn as often as somebody opens a group or changes the
/// language.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// The texts that places are in: the template first, then the context files.
    pub sources: Vec<Source>,
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// Where the text first fails to parse.
    pub broken: Option<Place>,
    /// The keys of [`Options::assumed`] that name nothing in the template.
    pub unknown_assumptions: Vec<String>,
    /// Logical ids, and where each resource is declared, from its name to its end.
    pub declared: Vec<(String, Span)>,
    model: model::Model,
}

impl Sketch {
    /// The picture.
    pub fn drawn(&self, request: &DiagramRequest<'_>) -> Diagram {
        let mut model = self.model.clone();
        fold::fold(&mut model, request);
        model.add_badges(request.findings);
        let mut diagram = layout::laid_out(&model, request.language);
        let path = self.sources.first().map_or("", |source| source.path.as_str());
        words::title(path).get(request.language).clone_into(&mut diagram.title);
        diagram
    }
}

/// A picture: boxes in the order of painting, lines, notes. Units are pixels.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// The language of its labels.
    pub language: Language,
    /// The title, for those who do not see it and for tooltips.
    pub title: String,
    /// Boxes, outer ones first.
    pub boxes: Vec<DiagramBox>,
    /// Lines, those on the traced path last.
    pub edges: Vec<DiagramEdge>,
    /// What stands below the picture.
    pub footer: Vec<FooterLine>,
    /// Its width and height.
    pub size: (i32, i32),
    /// What it rests on: the situation, assumptions.
    pub notes: Vec<Phrase>,
    /// Groups of like things, folded or open.
    pub groups: Vec<Group>,
    /// The traced path, where one was asked for.
    pub traced: Option<TracedPath>,
    /// The same as a table.
    pub table: Vec<TableRow>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Rect {
    /// Its right side.
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    /// Its bottom.
    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Whether another one lies in it.
    pub fn holds(self, other: Rect) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Whether both have an inner point in common.
    pub fn overlaps(self, other: Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// Which way out the routes of a subnet give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// An internet gateway.
    Public,
    /// Anything else: a NAT gateway, a transit gateway.
    Egress,
    /// None.
    Isolated,
    /// Not known.
    Unknown,
}

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoxKind {
    /// A region.
    Region,
    /// A VPC.
    Vpc,
    /// What stands in no VPC.
    OutsideVpc,
    /// A zone: the column of its subnets.
    Zone,
    /// Subnets of one tier beside each other; not painted.
    Row(Tier),
    /// A subnet.
    Subnet(Tier),
    /// A function, database, instance...
    Workload(WorkloadKind),
    /// An interface endpoint.
    InterfaceEndpoint,
    /// A NAT gateway.
    NatGateway,
    /// An internet gateway.
    InternetGateway,
    /// Another gateway on the border of a VPC: egress-only, VPN.
    OtherGateway,
    /// A gateway endpoint.
    GatewayEndpoint,
    /// A peering connection.
    Peering,
    /// A transit gateway or something else that leads to other networks.
    TransitGateway,
    /// The internet: public addresses.
    Internet,
    /// Networks that no describe call shows: addresses on-premises.
    OtherNetwork,
    /// An AWS service.
    Service,
    /// A host, address or public name in another box.
    Host,
    /// Where a line leaves a VPC without a gateway of its own there; painted as a dot.
    Port,
}

impl BoxKind {
    /// A word for it, as in class names: `vpc`, `subnet`, `function`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Vpc => "vpc",
            Self::OutsideVpc => "outside-vpc",
            Self::Zone => "zone",
            Self::Row(_) => "row",
            Self::Subnet(_) => "subnet",
            Self::Workload(kind) => kind.name(),
            Self::InterfaceEndpoint => "interface-endpoint",
            Self::NatGateway => "nat-gateway",
            Self::InternetGateway => "internet-gateway",
            Self::OtherGateway => "other-gateway",
            Self::GatewayEndpoint => "gateway-endpoint",
            Self::Peering => "peering",
            Self::TransitGateway => "transit-gateway",
            Self::Internet => "internet",
            Self::OtherNetwork => "other-network",
            Self::Service => "service",
            Self::Host => "host",
            Self::Port => "port",
        }
    }

    /// Whether other boxes lie in it.
    pub fn is_container(self) -> bool {
        matches!(
            self,
            Self::Region | Self::Vpc | Self::OutsideVpc | Self::Zone | Self::Row(_) | Self::Subnet(_)
        )
    }

    /// Whether it lies across the border of a VPC.
    pub fn is_on_border(self) -> bool {
        matches!(self, Self::InternetGateway | Self::OtherGateway | Self::GatewayEndpoint | Self::Port)
    }
}

/// A box.
#[derive(Clone, Debug)]
pub struct DiagramBox {
    /// Its id, the same for the same thing while the template changes: `function:Orders`.
    pub id: String,
    /// What it is.
    pub kind: BoxKind,
    /// The box that it lies in.
    pub parent: Option<usize>,
    /// Where it lies. Several where what stands in other subnets lies between, or in several rows.
    pub rects: Vec<Rect>,
    /// Its whole name.
    pub name: String,
    /// What it is, in words: `Lambda function`.
    pub says: Phrase,
    /// Its texts, each of which lies in one of the rectangles.
    pub labels: Vec<Label>,
    /// Where its glyph is painted, 16 pixels wide and high.
    pub glyphs: Vec<(i32, i32)>,
    /// Whether it is not known: a parameter, an import.
    pub dashed: bool,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The logical id of its resource.
    pub resource: Option<String>,
    /// The ids of the subnets' boxes that it stands in.
    pub subnets: Vec<String>,
    /// The members of a folded group; empty for other boxes.
    pub members: Vec<String>,
    /// Findings about it.
    pub badge: Option<Badge>,
    /// Whether the traced path goes through it.
    pub on_path: bool,
}

/// A text in a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its left end.
    pub x: i32,
    /// Its baseline.
    pub y: i32,
    /// The text.
    pub text: String,
    /// How it is written.
    pub style: TextStyle,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStyle {
    /// The name of a container or thing.
    Name,
    /// What it is.
    Kind,
}

impl TextStyle {
    /// The size in pixels.
    pub fn size(self) -> i32 {
        match self {
            Self::Name => 12,
            Self::Kind => 11,
        }
    }

    /// The width of a text at most.
    pub fn width(self, text: &str) -> i32 {
        measure::width(text, self.size(), self == Self::Name)
    }
}

/// How many findings a resource has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The worst of them.
    pub severity: Severity,
    /// How many.
    pub count: usize,
    /// Their messages.
    pub messages: Vec<Phrase>,
    /// Their positions in [`DiagramRequest::findings`].
    pub findings: Vec<usize>,
    /// The middle of the badge.
    pub at: (i32, i32),
}

/// What a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// A route of a subnet.
    Route,
    /// Where a gateway or endpoint leads.
    Door,
    /// What something must reach.
    Demand,
}

/// A line from one box to another; it is horizontal and vertical.
#[derive(Clone, Debug)]
pub struct DiagramEdge {
    /// From: a position in [`Diagram::boxes`].
    pub from: usize,
    /// To.
    pub to: usize,
    /// What it stands for.
    pub kind: EdgeKind,
    /// Whether it can be gone, for demands.
    pub verdict: Option<Verdict>,
    /// Its corners, from end to end.
    pub points: Vec<(i32, i32)>,
    /// Where it joins others for the same destination or from the same source.
    pub joints: Vec<(i32, i32)>,
    /// How it is told: `Orders → Db: tcp 5432`.
    pub title: Phrase,
    /// Its part in the traced path.
    pub traced: Option<Traced>,
}

/// The part of a line in the traced path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traced {
    /// Packets pass.
    Passes,
    /// Not known whether they do.
    Unknown,
    /// They do not get here, or not beyond its start.
    Stopped,
}

/// Something that stops the traced path.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Its number in the picture, from 1.
    pub number: usize,
    /// The middle of the bar.
    pub at: (i32, i32),
    /// Whether the line runs from left to right there, so that the bar is upright.
    pub upright: bool,
    /// Why.
    pub message: Phrase,
    /// Where that is written.
    pub place: Option<Place>,
}

/// The traced path.
#[derive(Clone, Debug)]
pub struct TracedPath {
    /// What it says.
    pub verdict: Verdict,
    /// From where to where, and the verdict.
    pub heading: Phrase,
    /// What stops it.
    pub stops: Vec<Stop>,
}

/// A line of text below the picture.
#[derive(Clone, Debug)]
pub struct FooterLine {
    /// Its texts.
    pub label: Label,
    /// What is painted before it.
    pub sign: Option<(Sign, i32, i32)>,
}

/// A sign before a text below the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A sample of a line.
    Edge(EdgeKind, Option<Verdict>),
    /// The number of a stop.
    Stop(usize),
    /// A sample of the traced path.
    Passes,
}

/// Things of one kind in the same subnets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id, which opens it.
    pub id: String,
    /// What it holds, with the number.
    pub title: Phrase,
    /// Whether its members are drawn one by one.
    pub open: bool,
}

/// What there is to draw of the network of a template, in the first of its situations; with the path from a source to a
/// destination, as the user writes them, where they are given.
///
/// # Errors
/// A source or destination that names nothing.
pub fn sketch(
    path: &str,
    text: &str,
    options: &Options,
    traced: Option<(&str, &str)>,
) -> Result<Sketch, TraceError> {
    let goal = match traced {
        Some((from, to)) => {
            let asked = TraceRequest { from: Some(from.to_owned()), to: Some(to.to_owned()) };
            let tracing = trace(path, text, options, &asked)?;
            tracing.traces.first().map(|trace| (from, trace.to.clone()))
        }
        None => None,
    };
    let (surroundings, region) = surroundings(options);
    let inputs = Inputs { parameters: options.parameters.clone(), region, ..Inputs::default() };
    let template = lower_text(text, options, inputs);
    let networks = resolve(&template, &surroundings);
    let mut sources = vec![Source { path: path.to_owned(), text: text.to_owned() }];
    sources.extend(options.contexts.iter().cloned());
    let mut model = model::Model::default();
    let references = References::of(&template);
    let subject = Subject::new(&template, &references, &networks, options);
    if let Some(first) = networks.first() {
        model = model::Model::of(&subject, first, goal.as_ref());
        let situation = template.describe(first.situation);
        if !situation.is_empty() {
            model.notes.insert(0, words::situation(&situation, networks.len()));
        }
        // A zone tells it as well as an option.
        model.region = model.region.or_else(|| certain_region(&template));
    }
    Ok(Sketch {
        sources,
        is_template: template.is_template(),
        broken: template.parsed.errors.first().map(|error| Place::in_template(error.span)),
        unknown_assumptions: unknown_assumptions(&template, &options.assumed),
        declared: declared(&template),
        model,
    })
}

/// Where each resource is declared. What SAM makes of a resource is declared where that is.
fn declared(template: &Template<'_>) -> Vec<(String, Span)> {
    let section = template.section("Resources");
    let place = |resource: &Resource| {
        let written = resource.made_by.as_ref().unwrap_or(&resource.id);
        Some((resource.id.clone(), section?.entry(written)?.span()))
    };
    template.resources.iter().filter_map(place).collect()
}

/// The severity and messages of what is found about a resource.
fn badge(findings: &[Finding], resource: &str) -> Option<Badge> {
    let is_about = |(_, one): &(usize, &Finding)| {
        one.suppressed.is_none()
            && one.severity > Severity::Info
            && (one.resource.as_deref() == Some(resource) || one.function.as_deref() == Some(resource))
            && one.primary().is_none_or(|label| label.file == FileId(0))
    };
    let found: Vec<(usize, &Finding)> = findings.iter().enumerate().filter(is_about).collect();
    Some(Badge {
        severity: found.iter().map(|(_, one)| one.severity).max()?,
        count: found.len(),
        messages: found.iter().map(|(_, one)| one.message.clone()).collect(),
        findings: found.iter().map(|(at, _)| *at).collect(),
        at: (0, 0),
    })
}

/// Why nothing is drawn.
fn nothing() -> Phrase {
    phrase!(
        en: "no VPC, subnet or function in this template",
        ja: "このテンプレートには VPC もサブネットも関数もありません",
    )
}

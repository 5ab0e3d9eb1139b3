//! Places everything, in whole pixels: the region with its VPCs below each other, services to the right of them, and other
//! networks to the left.

mod footer;
mod labels;
mod outer;
mod tracks;
mod vpc;

use super::model::{Model, plain};
use super::relations::Link;
use super::{BoxKind, Diagram, DiagramBox, DiagramEdge, EdgeKind, Rect, TextStyle, Traced, measure, words};
use crate::language::{Language, Phrase};
use crate::order::Order;
use crate::paths::Verdict;
use crate::phrase;
use outer::Outer;
use vpc::{End, GATE, GATE_INSIDE, HEAD, LEAF, LINE, PAD, Side, Slot, VpcFrame, net_of};

/// Around everything.
const MARGIN: i32 = 16;
/// The width of what lies beside VPCs.
const BESIDE: i32 = 184;
/// Functions in no VPC.
const CHIP: i32 = 200;

/// Where a thing is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Inside(usize, End),
    Slot(usize, usize),
    /// The service of a slot.
    Service(usize, usize),
    /// Position among what lies outside.
    Outside(usize),
}

/// The picture of a model.
pub(super) fn laid_out(model: &Model, language: Language) -> Diagram {
    let mut layout = Layout { model, language, diagram: Diagram { language, ..Diagram::default() }, boxes: vec![None; model.things.len()] };
    layout.run();
    let mut diagram = layout.diagram;
    diagram.notes.clone_from(&model.notes);
    diagram.groups.clone_from(&model.groups);
    diagram.table.clone_from(&model.table);
    diagram
}

struct Layout<'m> {
    model: &'m Model,
    language: Language,
    diagram: Diagram,
    /// The box of each thing.
    boxes: Vec<Option<usize>>,
}

impl<'m> Layout<'m> {
    fn run(&mut self) {
        let model = self.model;
        let mut frames: Vec<VpcFrame<'m>> =
            model.vpcs.iter().map(|plan| VpcFrame::new(model, plan, self.language)).collect();
        let mut outer = Outer::default();
        let order = self.link_order();
        self.make_slots(&mut frames);
        for link in &order {
            self.connect(&mut frames, &mut outer, *link);
        }
        for frame in &mut frames {
            frame.place();
        }
        // Sizes that all VPCs share.
        let has_gates = frames.iter().any(|frame| frame.slots.iter().any(|slot| slot.side == Side::Left && slot.gate.is_some()));
        let overhang = |side: Side, gated: bool| {
            if gated || frames.iter().any(|frame| frame.slots.iter().any(|slot| slot.side == side && slot.gate.is_some())) {
                GATE - GATE_INSIDE
            } else {
                0
            }
        };
        let (left_over, right_over) = (overhang(Side::Left, has_gates), overhang(Side::Right, false));
        let width = frames.iter().map(VpcFrame::width).max().unwrap_or(0);
        let has_services = frames.iter().any(|frame| frame.slots.iter().any(|slot| slot.service.is_some()));
        let mut top = MARGIN + HEAD;
        let mut tops = Vec::new();
        for frame in &frames {
            tops.push(top);
            top += frame.height + 2 * PAD;
        }
        let loose_width = if model.vpcs.is_empty() { 3 * (CHIP + PAD) + PAD } else { width.max(CHIP + 2 * PAD) };
        let loose_height = self.loose_height(loose_width);
        let region_bottom = top - PAD + if loose_height > 0 { loose_height + 2 * PAD } else { 0 };
        let region_bottom = region_bottom.max(MARGIN + HEAD + LEAF);
        outer.place(model, self.language, &tops, &frames, MARGIN + HEAD);
        let (beside, gap) = if model.outside.is_empty() { (0, 0) } else { (BESIDE, outer.gap()) };
        let region_x = MARGIN + beside + gap;
        let vpc_x = region_x + PAD + if left_over > 0 { left_over + 4 } else { 0 };
        let services_x = vpc_x + width + right_over + 40;
        let inner_right = if has_services { services_x + BESIDE } else { vpc_x + width.max(if loose_height > 0 { loose_width } else { 0 }) + right_over };
        let inner_right = inner_right.max(region_x + 300);
        let bottom = region_bottom.max(outer.bottom() + PAD);
        let region = Rect { x: region_x, y: MARGIN, width: inner_right + PAD - region_x, height: bottom - MARGIN };
        let region_box = self.region(region);
        for (at, frame) in frames.iter().enumerate() {
            self.put_vpc(frame, at, region_box, (vpc_x, tops[at]), width, services_x);
        }
        if loose_height > 0 {
            self.put_loose(Rect { x: vpc_x, y: top, width: loose_width, height: loose_height }, region_box);
        }
        self.put_outside(&outer);
        self.put_edges(&frames, &outer, &tops, (vpc_x, width, services_x));
        self.mark_path();
        footer::put(&mut self.diagram, model, region.right(), bottom + MARGIN);
    }

    /// The lines in an order that does not depend on the order of the template.
    fn link_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.model.links.len()).collect();
        let id = |at: usize| &self.model.things[at].id;
        order.order_by_key(|at| {
            let link = &self.model.links[*at];
            (link.kind, id(link.from), id(link.to))
        });
        order
    }

    fn make_slots(&self, frames: &mut [VpcFrame<'_>]) {
        for frame in frames {
            for gate in &frame.plan.left {
                frame.slots.push(Slot { side: Side::Left, gate: Some(*gate), service: None, past: false, top: 0, leaf: self.beside(&[Some(*gate)], GATE) });
            }
            for (gate, service) in frame.plan.right.clone() {
                let past = gate.is_some()
                    && service.is_some()
                    && self.model.links.iter().any(|link| Some(link.to) == service && Some(link.from) != gate);
                let leaf = self.beside(&[gate, service], GATE.min(BESIDE));
                frame.slots.push(Slot { side: Side::Right, gate, service, past, top: 0, leaf });
            }
        }
    }

    /// The height of boxes beside each other: higher where a name takes two lines.
    fn beside(&self, things: &[Option<usize>], width: i32) -> i32 {
        let room = width - vpc::TEXT - vpc::AFTER;
        let long = |at: &usize| {
            let name = self.model.things[*at].name.get(self.language);
            measure::width(name, TextStyle::Name.size(), true) > room
        };
        if things.iter().flatten().any(long) { LEAF + LINE } else { LEAF }
    }

    fn place_of(&self, frames: &[VpcFrame<'_>], thing: usize) -> Option<Place> {
        if let Some(at) = self.model.outside.iter().position(|one| *one == thing) {
            return Some(Place::Outside(at));
        }
        frames.iter().enumerate().find_map(|(vpc, frame)| {
            for (at, slot) in frame.slots.iter().enumerate() {
                if slot.gate == Some(thing) {
                    return Some(Place::Slot(vpc, at));
                }
                if slot.service == Some(thing) {
                    return Some(Place::Service(vpc, at));
                }
            }
            frame.plan.rows.iter().enumerate().find_map(|(row, found)| {
                let band = found.bands.iter().position(|band| band.thing == thing);
                let cell = || found.cells.iter().position(|cell| cell.thing == thing);
                let end = band.map(|at| End::Band(row, at)).or_else(|| Some(End::Cell(row, cell()?)))?;
                Some(Place::Inside(vpc, end))
            })
        })
    }

    /// Gives a line to the VPC in which it runs, and to what lies between VPCs and other networks.
    fn connect(&self, frames: &mut [VpcFrame<'_>], outer: &mut Outer, at: usize) {
        let link = &self.model.links[at];
        let (Some(start), Some(end)) = (self.place_of(frames, link.from), self.place_of(frames, link.to)) else { return };
        let mut starts = Vec::new();
        if let Place::Inside(vpc, End::Band(..)) = start {
            starts = self.starts(&frames[vpc], vpc, link);
        }
        if starts.is_empty() {
            starts.push(start);
        }
        for start in starts {
            self.connect_one(frames, outer, at, start, end);
        }
    }

    /// The bands of a thing in several rows at which a line starts.
    fn starts(&self, frame: &VpcFrame<'_>, vpc: usize, link: &Link) -> Vec<Place> {
        let mut found = Vec::new();
        for (row, planned) in frame.plan.rows.iter().enumerate() {
            let Some(band) = planned.bands.iter().position(|band| band.thing == link.from) else { continue };
            let is_start = |id: &String| planned.cells.iter().any(|cell| self.model.things[cell.thing].id == *id);
            if link.subnets.iter().any(is_start) {
                found.push(Place::Inside(vpc, End::Band(row, band)));
            }
        }
        found
    }

    fn connect_one(&self, frames: &mut [VpcFrame<'_>], outer: &mut Outer, at: usize, start: Place, end: Place) {
        let Link { to, kind, .. } = self.model.links[at];
        let net = net_of(to, kind);
        match (start, end) {
            (Place::Inside(vpc, one), Place::Inside(other_vpc, other)) if vpc == other_vpc => {
                let is_nat = self.model.things[to].kind == BoxKind::NatGateway;
                let side = if is_nat { Side::Left } else { Side::Right };
                frames[vpc].wire(at, one, other, side, net);
            }
            (Place::Inside(vpc, one), Place::Slot(other, slot) | Place::Service(other, slot)) if vpc == other => {
                let side = frames[vpc].slots[slot].side;
                frames[vpc].wire(at, one, End::Slot(slot), side, net);
            }
            (Place::Slot(vpc, slot), Place::Outside(node)) => outer.wire(at, (vpc, slot), node, true),
            (Place::Inside(vpc, one), Place::Outside(node)) => {
                let slot = port(&mut frames[vpc], outer, vpc, net, node);
                frames[vpc].wire(at, one, End::Slot(slot), Side::Left, net);
                outer.wire(at, (vpc, slot), node, true);
            }
            (Place::Outside(node), Place::Inside(vpc, other)) => {
                let slot = port(&mut frames[vpc], outer, vpc, net, node);
                frames[vpc].wire(at, End::Slot(slot), other, Side::Left, net);
                outer.wire(at, (vpc, slot), node, false);
            }
            _ => {}
        }
    }

    fn region(&mut self, rect: Rect) -> usize {
        let name = words::region(self.model.region.as_deref());
        let mut made = self.container(&plain("region".to_owned(), BoxKind::Region), None, rect);
        made.name = name.get(self.language).to_owned();
        made.dashed = self.model.region.is_none();
        labels::container(&mut made, self.language);
        self.push(None, made)
    }

    fn container(&self, thing: &super::model::Thing, parent: Option<usize>, rect: Rect) -> DiagramBox {
        DiagramBox {
            id: thing.id.clone(),
            kind: thing.kind,
            parent,
            rects: vec![rect],
            name: thing.name.get(self.language).to_owned(),
            says: thing.says.clone(),
            labels: Vec::new(),
            glyphs: Vec::new(),
            dashed: thing.dashed,
            at: thing.at,
            resource: thing.resource.clone(),
            subnets: thing.subnets.clone(),
            members: thing.members.clone(),
            badge: thing.badge.clone(),
            on_path: false,
        }
    }

    fn push(&mut self, thing: Option<usize>, made: DiagramBox) -> usize {
        self.diagram.boxes.push(made);
        let at = self.diagram.boxes.len() - 1;
        if let Some(thing) = thing {
            self.boxes[thing] = Some(at);
        }
        at
    }

    /// A box with its name above what lies in it.
    fn put_container(&mut self, thing: usize, parent: usize, rect: Rect) -> usize {
        let mut made = self.container(&self.model.things[thing], Some(parent), rect);
        labels::container(&mut made, self.language);
        self.push(Some(thing), made)
    }

    /// A box with a glyph, a name and a kind.
    fn put_leaf(&mut self, thing: usize, parent: Option<usize>, rects: Vec<Rect>) -> usize {
        let mut made = self.container(&self.model.things[thing], parent, Rect::default());
        made.rects = rects;
        labels::leaf(&mut made, self.language);
        self.push(Some(thing), made)
    }

    fn put_vpc(
        &mut self,
        frame: &VpcFrame<'_>,
        number: usize,
        region: usize,
        (x, y): (i32, i32),
        width: i32,
        services_x: i32,
    ) {
        let rect = Rect { x, y, width, height: frame.height };
        let vpc = self.put_container(frame.plan.thing, region, rect);
        let moved = |rect: Rect| Rect { x: rect.x + x + frame.left, y: rect.y + y, ..rect };
        for (column, zone) in frame.plan.columns.iter().enumerate() {
            let Some(zone) = zone else { continue };
            let name = zone.get(self.language).to_owned();
            let thing = plain(format!("zone:{column}@{number}"), BoxKind::Zone);
            let mut made = self.container(&thing, Some(vpc), moved(frame.zone_rect(column)));
            made.name = name;
            labels::zone(&mut made);
            self.push(None, made);
        }
        for (row, planned) in frame.plan.rows.iter().enumerate() {
            let cells: Vec<Rect> = (0..planned.cells.len()).map(|cell| moved(frame.cell_rect(row, cell))).collect();
            let Some(around) = cells.iter().copied().reduce(around) else { continue };
            let thing = plain(format!("row:{row}@{number}"), BoxKind::Row(planned.tier));
            let made = self.container(&thing, Some(vpc), around);
            let row_box = self.push(None, made);
            for (cell, rect) in planned.cells.iter().zip(cells) {
                self.put_container(cell.thing, row_box, rect);
            }
            for (at, band) in planned.bands.iter().enumerate() {
                let rects: Vec<Rect> = frame.band_rects(row, at).into_iter().map(moved).collect();
                let cell = planned.cells.iter().find(|cell| {
                    band.segments.as_slice() == [(cell.first, cell.last)]
                });
                let parent = cell.and_then(|cell| self.boxes[cell.thing]).unwrap_or(row_box);
                if let Some(known) = self.boxes[band.thing] {
                    // What stands in several rows is one box with several rectangles.
                    let known = &mut self.diagram.boxes[known];
                    known.rects.extend(rects);
                    known.parent = Some(vpc);
                    labels::leaf(known, self.language);
                    continue;
                }
                self.put_leaf(band.thing, Some(parent), rects);
            }
        }
        for slot in &frame.slots {
            let top = y + slot.top;
            if let Some(service) = slot.service {
                self.put_leaf(service, Some(region), vec![Rect { x: services_x, y: top, width: BESIDE, height: slot.height() }]);
            }
            let gate_x = if slot.side == Side::Left { x + GATE_INSIDE - GATE } else { x + width - GATE_INSIDE };
            match slot.gate {
                Some(gate) => {
                    self.put_leaf(gate, Some(region), vec![Rect { x: gate_x, y: top, width: GATE, height: slot.leaf }]);
                }
                None if slot.side == Side::Left => {
                    let at = Rect { x: x - 4, y: y + slot.port() - 4, width: 8, height: 8 };
                    let thing = plain(format!("port:{}@{number}", slot.top), BoxKind::Port);
                    let made = self.container(&thing, Some(region), at);
                    self.push(None, made);
                }
                None => {}
            }
        }
    }

    fn loose_height(&self, width: i32) -> i32 {
        let count = i32::try_from(self.model.loose.len()).unwrap_or(0);
        let columns = ((width - PAD) / (CHIP + PAD)).max(1);
        let rows = (count + columns - 1) / columns;
        if count == 0 { 0 } else { HEAD + rows * (LEAF + LINE + PAD) }
    }

    fn put_loose(&mut self, rect: Rect, region: usize) {
        let mut made = self.container(&plain("outside-vpc".to_owned(), BoxKind::OutsideVpc), Some(region), rect);
        labels::container(&mut made, self.language);
        let parent = self.push(None, made);
        let columns = ((rect.width - PAD) / (CHIP + PAD)).max(1);
        for (at, thing) in self.model.loose.iter().enumerate() {
            let at = i32::try_from(at).unwrap_or(0);
            let (column, row) = (at % columns, at / columns);
            let chip = Rect {
                x: rect.x + PAD + column * (CHIP + PAD),
                y: rect.y + HEAD + row * (LEAF + LINE + PAD),
                width: CHIP,
                height: LEAF + LINE,
            };
            self.put_leaf(*thing, Some(parent), vec![chip]);
        }
    }

    fn put_outside(&mut self, outer: &Outer) {
        for (at, thing) in self.model.outside.iter().enumerate() {
            let rect = outer.rect(at, MARGIN, BESIDE);
            let parent = self.put_leaf(*thing, None, vec![rect]);
            for (number, child) in self.model.things[*thing].children.iter().enumerate() {
                let number = i32::try_from(number).unwrap_or(0);
                let chip = Rect {
                    x: rect.x + 8,
                    y: rect.y + LEAF + number * outer::CHILD,
                    width: rect.width - 16,
                    height: outer::CHILD - 6,
                };
                self.put_leaf(*child, Some(parent), vec![chip]);
            }
        }
    }

    fn put_edges(
        &mut self,
        frames: &[VpcFrame<'_>],
        outer: &Outer,
        tops: &[i32],
        (vpc_x, width, services_x): (i32, i32, i32),
    ) {
        let mut found: Vec<(usize, usize, DiagramEdge)> = Vec::new();
        for (at, link) in self.model.links.iter().enumerate() {
            let mut lines: Vec<Vec<(i32, i32)>> = Vec::new();
            for (vpc, frame) in frames.iter().enumerate() {
                for wire in frame.wires.iter().filter(|wire| wire.link == at) {
                    let moved = wire.points.iter().map(|(x, y)| {
                        let x = if *x == vpc::SERVICES { services_x } else { x + vpc_x + frame.left };
                        (x, y + tops[vpc])
                    });
                    lines.push(moved.collect());
                }
                // From a gateway endpoint to the service beside it.
                for slot in &frame.slots {
                    if slot.gate == Some(link.from) && slot.service == Some(link.to) && slot.side == Side::Right {
                        let y = tops[vpc] + slot.port();
                        lines.push(vec![(vpc_x + width - GATE_INSIDE + GATE, y), (services_x, y)]);
                    }
                }
            }
            let between = outer.points(at, frames, tops, MARGIN + BESIDE, vpc_x);
            if lines.is_empty() {
                lines.push(Vec::new());
            }
            let (Some(from), Some(to)) = (self.boxes[link.from], self.boxes[link.to]) else { continue };
            for inner in lines {
                let comes_in = self.model.outside.contains(&link.from);
                let (first, second) = if comes_in { (&between, &inner) } else { (&inner, &between) };
                let points = vpc::straightened(first.iter().chain(second).copied().collect());
                if points.len() < 2 {
                    continue;
                }
                let edge = DiagramEdge {
                    from,
                    to,
                    kind: link.kind,
                    verdict: link.verdict,
                    points,
                    joints: Vec::new(),
                    title: self.edge_title(link),
                    traced: self.traced(link),
                };
                found.push((net_of(link.to, link.kind), link.from, edge));
            }
        }
        outer::join(&mut found);
        // Where lines share their way, the one that works is seen, and the others beyond it.
        found.order_by_key(|(_, _, edge)| {
            let verdict = match edge.verdict {
                None => 0,
                Some(Verdict::Blocked) => 1,
                Some(Verdict::Unknown) => 2,
                Some(Verdict::Partial) => 3,
                Some(Verdict::Reachable) => 4,
            };
            let boxes = &self.diagram.boxes;
            (edge.traced.is_some(), edge.kind, verdict, boxes[edge.from].id.clone(), boxes[edge.to].id.clone())
        });
        self.diagram.edges = found.into_iter().map(|(_, _, edge)| edge).collect();
    }

    fn edge_title(&self, link: &Link) -> Phrase {
        let name = |at: usize| &self.model.things[at].name;
        let (Phrase { en: from, ja: from_ja }, Phrase { en: to, ja: to_ja }) = (name(link.from), name(link.to));
        let mut what = link.what.clone();
        what.retain(|one| !one.is_empty());
        what.order();
        let what = if what.is_empty() { String::new() } else { format!(": {}", what.join(", ")) };
        let Phrase { en: says, ja: says_ja } = words::edge(link.kind, link.verdict);
        phrase!(
            en: "{from} → {to}{what} ({says})",
            ja: "{from_ja} → {to_ja}{what} ({says_ja})",
        )
    }

    /// What a line is to the traced path.
    fn traced(&self, link: &Link) -> Option<Traced> {
        let route = self.model.route.as_ref()?;
        if link.kind == EdgeKind::Route {
            return None;
        }
        let step = route.steps.iter().position(|step| *step == (link.from, link.to))?;
        let first = route.stops.iter().map(|stop| (stop.step, stop.at_end)).min();
        Some(match first {
            Some((stop, at_end)) if stop < step || stop == step && !at_end => Traced::Stopped,
            Some(_) => Traced::Passes,
            None if route.verdict == Verdict::Reachable => Traced::Passes,
            None if route.verdict == Verdict::Unknown => Traced::Unknown,
            None => Traced::Passes,
        })
    }

    fn mark_path(&mut self) {
        let Some(route) = &self.model.route else { return };
        for (from, to) in &route.steps {
            for end in [from, to] {
                if let Some(at) = self.boxes[*end] {
                    self.diagram.boxes[at].on_path = true;
                }
            }
        }
        self.diagram.traced = Some(outer::traced(route, &self.diagram.edges, &self.boxes));
    }
}

/// A place on the left border for a line to another network.
fn port(frame: &mut VpcFrame<'_>, outer: &mut Outer, vpc: usize, net: usize, node: usize) -> usize {
    if let Some(slot) = outer.port(vpc, net, node) {
        return slot;
    }
    frame.slots.push(Slot { side: Side::Left, gate: None, service: None, past: false, top: 0, leaf: 14 });
    let slot = frame.slots.len() - 1;
    outer.ports.push((vpc, net, node, slot));
    slot
}

/// The rectangle around two.
fn around(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    Rect {
        x,
        y,
        width: one.right().max(other.right()) - x,
        height: one.bottom().max(other.bottom()) - y,
    }
}

//! One VPC: its grid, the things in it, and the lines inside it.
//!
//! Lines run where nothing stands: between rows, between the lanes of a row, and in the gutters on both sides of the columns.
//! Lines to one destination share their way (a net), as do lines from one source at their start.
//! Horizontal positions are counted from the left of the first column until the gutters are known.

use super::super::measure;
use super::super::model::{Band, Model, VpcPlan};
use super::super::{BoxKind, EdgeKind, Rect, TextStyle};
use super::tracks::{Stubs, Toward, count, tracks};
use crate::language::Language;
use crate::order::Order;

/// Between a container and what lies in it.
pub(super) const PAD: i32 = 12;
/// What a container's name and kind take.
pub(super) const HEAD: i32 = 40;
/// The height of a thing with a name of one line, and of each line more.
pub(super) const LEAF: i32 = 40;
pub(super) const LINE: i32 = 14;
/// Between two lanes or rows, without lines.
const GAP: i32 = 12;
/// Between two lines.
const TRACK: i32 = 8;
/// Where the text of a thing starts, and what is kept free after it.
pub(super) const TEXT: i32 = 32;
pub(super) const AFTER: i32 = 8;
/// A column is not narrower, and not wider for the sake of names.
const NARROW: i32 = 180;
const WIDE: i32 = 250;
/// The width of boxes on a border, and how much of them lies inside.
pub(super) const GATE: i32 = 184;
pub(super) const GATE_INSIDE: i32 = 24;
/// What the name of a zone takes.
const ZONE: i32 = 26;

/// A side of the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Left,
    Right,
}

/// Where a line of a VPC starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Row and position of a band.
    Band(usize, usize),
    /// Row and position of a cell.
    Cell(usize, usize),
    /// Position in `slots`.
    Slot(usize),
}

/// A line inside a VPC.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) link: usize,
    pub(super) from: End,
    pub(super) to: End,
    pub(super) side: Side,
    /// Lines to one thing of one kind share their way.
    pub(super) net: usize,
    pub(super) points: Vec<(i32, i32)>,
}

/// A place on a border: a gateway, a service, or where a line goes through.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) side: Side,
    /// The gateway or gateway endpoint.
    pub(super) gate: Option<usize>,
    /// The service beside it, on the right.
    pub(super) service: Option<usize>,
    /// Whether lines lead to the service past the gateway endpoint.
    pub(super) past: bool,
    pub(super) top: i32,
    /// The height of the gateway and the service.
    pub(super) leaf: i32,
}

impl Slot {
    /// Its height with what lies below the gateway.
    pub(super) fn height(&self) -> i32 {
        self.leaf + if self.past { LEAF / 2 } else { 0 }
    }

    /// Where lines meet it.
    pub(super) fn port(&self) -> i32 {
        self.top + self.leaf / 2
    }

    /// Where lines to the service meet it that do not use the gateway endpoint.
    pub(super) fn past_port(&self) -> i32 {
        self.top + self.leaf + 8
    }
}

/// A channel between rows or lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Channel {
    /// Above a row; below the last one for the number of rows.
    Row(usize),
    /// Above a lane of a row.
    Lane(usize, usize),
}

/// Who uses a channel: all lines of a net, or all lines from one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Net(usize),
    Source(usize),
}

/// A use of a channel.
#[derive(Debug)]
struct Level {
    channel: Channel,
    user: User,
    stubs: Stubs,
    y: i32,
}

/// How a wire gets from an end to the gutter: the points up to there, the last of which gives the height.
type Way = Vec<(i32, i32)>;

#[derive(Debug, Default)]
struct RowFrame {
    top: i32,
    bottom: i32,
    /// Top and height of each lane.
    lanes: Vec<(i32, i32)>,
}

/// A VPC with all that lies in it.
#[derive(Debug)]
pub(super) struct VpcFrame<'m> {
    model: &'m Model,
    pub(super) plan: &'m VpcPlan,
    language: Language,
    /// Left and width of each column.
    columns: Vec<(i32, i32)>,
    rows: Vec<RowFrame>,
    pub(super) wires: Vec<Wire>,
    pub(super) slots: Vec<Slot>,
    levels: Vec<Level>,
    /// The widths of the gutters.
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) height: i32,
}

const FAR: i32 = 100_000;

impl<'m> VpcFrame<'m> {
    pub(super) fn new(model: &'m Model, plan: &'m VpcPlan, language: Language) -> Self {
        let mut frame = Self {
            model,
            plan,
            language,
            columns: Vec::new(),
            rows: Vec::new(),
            wires: Vec::new(),
            slots: Vec::new(),
            levels: Vec::new(),
            left: 0,
            right: 0,
            height: 0,
        };
        frame.columns = frame.column_widths();
        frame
    }

    /// The width of all columns.
    pub(super) fn content(&self) -> i32 {
        self.columns.last().map_or(0, |(left, width)| left + width)
    }

    /// The width from border to border.
    pub(super) fn width(&self) -> i32 {
        self.left + self.content() + self.right
    }

    fn column_widths(&self) -> Vec<(i32, i32)> {
        let count = self.plan.columns.len();
        let mut widths = vec![if count == 1 { 240 } else { NARROW }; count];
        let mut ask = |first: usize, last: usize, need: i32| {
            if first == last {
                widths[first] = widths[first].max(need.min(WIDE));
            }
        };
        for row in &self.plan.rows {
            for cell in &row.cells {
                let need = self.text_width(cell.thing) + 2 * PAD;
                ask(cell.first, cell.last, need);
            }
            for band in &row.bands {
                for (first, last) in &band.segments {
                    ask(*first, *last, self.text_width(band.thing) + TEXT + AFTER + 2 * PAD);
                }
            }
        }
        let mut left = 0;
        let place = |width: i32| {
            let at = left;
            left += width + PAD;
            (at, width)
        };
        widths.into_iter().map(place).collect()
    }

    fn text_width(&self, thing: usize) -> i32 {
        let thing = &self.model.things[thing];
        let says = if thing.members.is_empty() { thing.says.get(self.language) } else { "" };
        TextStyle::Name.width(thing.name.get(self.language)).max(TextStyle::Kind.width(says))
    }

    /// From the left of one column to the right of another.
    fn across(&self, (first, last): (usize, usize)) -> (i32, i32) {
        (self.columns[first].0, self.columns[last].0 + self.columns[last].1)
    }

    /// The rectangle of a cell.
    pub(super) fn cell_rect(&self, row: usize, cell: usize) -> Rect {
        let cell = &self.plan.rows[row].cells[cell];
        let (x, right) = self.across((cell.first, cell.last));
        let RowFrame { top, bottom, .. } = self.rows[row];
        Rect { x, y: top, width: right - x, height: bottom - top }
    }

    /// The rectangles of a band.
    pub(super) fn band_rects(&self, row: usize, band: usize) -> Vec<Rect> {
        let band = &self.plan.rows[row].bands[band];
        let (y, height) = self.rows[row].lanes[band.lane];
        let rect = |columns: &(usize, usize)| {
            let (x, right) = self.across(*columns);
            Rect { x: x + PAD, y, width: right - x - 2 * PAD, height }
        };
        band.segments.iter().map(rect).collect()
    }

    /// The rectangle of a zone's column.
    pub(super) fn zone_rect(&self, column: usize) -> Rect {
        let (x, width) = self.columns[column];
        let bottom = self.rows.last().map_or(HEAD + ZONE, |row| row.bottom);
        Rect { x: x - 4, y: HEAD, width: width + 8, height: bottom + 5 - HEAD }
    }

    fn lanes(&self, row: usize) -> usize {
        self.plan.rows[row].bands.iter().map(|band| band.lane + 1).max().unwrap_or(0)
    }

    /// The channel below a lane.
    fn below(&self, row: usize, lane: usize) -> Channel {
        if lane + 1 < self.lanes(row) { Channel::Lane(row, lane + 1) } else { Channel::Row(row + 1) }
    }

    fn band(&self, row: usize, band: usize) -> &Band {
        &self.plan.rows[row].bands[band]
    }

    /// The left and right of a band, and whether other things stand beside it in its lane.
    fn sides(&self, row: usize, at: usize) -> ((i32, bool), (i32, bool)) {
        let band = self.band(row, at);
        let (first, last) = ends(band);
        let others = || self.plan.rows[row].bands.iter().filter(|other| other.lane == band.lane).map(ends);
        let (x, right) = self.across((first, last));
        (
            (x + PAD, others().any(|other| other.1 < first)),
            (right - PAD, others().any(|other| last < other.0)),
        )
    }

    /// Adds a line.
    pub(super) fn wire(&mut self, link: usize, from: End, to: End, side: Side, net: usize) {
        self.wires.push(Wire { link, from, to, side, net, points: Vec::new() });
    }

    /// Places everything; afterwards only the left border must be moved to where it belongs.
    pub(super) fn place(&mut self) {
        self.use_channels();
        self.place_rows();
        self.place_slots();
        self.draw_wires();
    }

    /// Which channels the lines use, at which places.
    fn use_channels(&mut self) {
        for at in 0..self.wires.len() {
            let Wire { from, to, side, net, .. } = self.wires[at];
            let along = match side {
                Side::Left => (-FAR, Toward::Along),
                Side::Right => (FAR, Toward::Along),
            };
            let entry = self.entry(to, side);
            match from {
                End::Cell(row, cell) => {
                    let channel = Channel::Row(row);
                    let is_local = entry == Some(channel);
                    let wish = match (is_local, to) {
                        (true, End::Band(row, band)) => Some(self.port_below(row, band, net)),
                        _ => None,
                    };
                    let x = self.port_above(row, cell, net, wish);
                    self.level(channel, User::Net(net), (x, Toward::High));
                    if !is_local {
                        self.level(channel, User::Net(net), along);
                    }
                }
                End::Band(row, band) => {
                    let (left, right) = self.sides(row, band);
                    let (x, is_blocked) =
                        if side == Side::Left { (left.0 + 16, left.1) } else { (right.0 - 16, right.1) };
                    if is_blocked {
                        let lane = self.band(row, band).lane;
                        let user = User::Source(self.band(row, band).thing);
                        self.level(Channel::Lane(row, lane), user, (x, Toward::High));
                        self.level(Channel::Lane(row, lane), user, along);
                    }
                }
                End::Slot(_) => {}
            }
            if let (Some(channel), End::Band(row, band)) = (entry, to) {
                let x = self.port_below(row, band, net);
                self.level(channel, User::Net(net), (x, Toward::Low));
                if !matches!(from, End::Cell(row, _) if Channel::Row(row) == channel) {
                    self.level(channel, User::Net(net), along);
                }
            }
        }
    }

    /// The channel by which lines come to a band from below, where they do.
    fn entry(&self, to: End, side: Side) -> Option<Channel> {
        let End::Band(row, band) = to else { return None };
        let (left, right) = self.sides(row, band);
        let is_blocked = if side == Side::Left { left.1 } else { right.1 };
        (is_blocked || self.is_nat(row, band)).then(|| self.below(row, self.band(row, band).lane))
    }

    fn is_nat(&self, row: usize, band: usize) -> bool {
        self.model.things[self.band(row, band).thing].kind == BoxKind::NatGateway
    }

    /// Where a net meets the bottom of a band.
    fn port_below(&self, row: usize, band: usize, net: usize) -> i32 {
        let (x, right) = self.across(ends(self.band(row, band)));
        let mut nets: Vec<usize> =
            self.wires.iter().filter(|wire| wire.to == End::Band(row, band)).map(|wire| wire.net).collect();
        nets.order();
        nets.dedup();
        let place = nets.iter().position(|one| *one == net).unwrap_or(0);
        (x + right) / 2 + spread(place)
    }

    /// Where a net meets the top of a cell.
    fn port_above(&self, row: usize, cell: usize, net: usize, wish: Option<i32>) -> i32 {
        let cell = &self.plan.rows[row].cells[cell];
        let (x, right) = self.across((cell.first, cell.last));
        let taken = |at: i32| {
            self.levels.iter().filter(|level| level.channel == Channel::Row(row)).any(|level| {
                level.user != User::Net(net)
                    && level
                        .stubs
                        .iter()
                        .any(|(x, toward)| *toward != Toward::Along && (x - at).abs() < TRACK)
            })
        };
        let wish = wish.filter(|wish| x + PAD < *wish && *wish < right - PAD).unwrap_or((x + right) / 2 + 28);
        let tries = (0..12).map(|step| wish + spread(step));
        tries.clone().find(|at| !taken(*at) && x + 4 < *at && *at < right - 4).unwrap_or(wish)
    }

    fn level(&mut self, channel: Channel, user: User, stub: (i32, Toward)) {
        match self.levels.iter_mut().find(|level| level.channel == channel && level.user == user) {
            Some(level) => {
                if !level.stubs.contains(&stub) {
                    level.stubs.push(stub);
                }
            }
            None => self.levels.push(Level { channel, user, stubs: vec![stub], y: 0 }),
        }
    }

    /// The heights of rows and lanes. Channels are as high as their lines need.
    fn place_rows(&mut self) {
        let any_zone = self.plan.columns.iter().any(Option::is_some);
        let mut y = if any_zone { HEAD + ZONE } else { HEAD };
        for row in 0..self.plan.rows.len() {
            y = self.place_channel(Channel::Row(row), y, if row == 0 { 4 } else { GAP + 6 });
            let top = y;
            y += HEAD;
            let mut lanes = Vec::new();
            for lane in 0..self.lanes(row) {
                y = self.place_channel(Channel::Lane(row, lane), y, if lane == 0 { 0 } else { GAP });
                let height = self.lane_height(row, lane);
                lanes.push((y, height));
                y += height;
            }
            y += if lanes.is_empty() { 0 } else { PAD };
            self.rows.push(RowFrame { top, bottom: y, lanes });
        }
        self.height = self.place_channel(Channel::Row(self.plan.rows.len()), y, PAD + 4);
    }

    fn lane_height(&self, row: usize, lane: usize) -> i32 {
        let bands = self.plan.rows[row].bands.iter().filter(|band| band.lane == lane);
        let lines = bands.map(|band| {
            let (x, right) = self.across(band.segments[0]);
            let room = right - x - 2 * PAD - TEXT - AFTER;
            let name = self.model.things[band.thing].name.get(self.language);
            let room = room - if self.model.things[band.thing].badge.is_some() { 14 } else { 0 };
            i32::from(measure::broken(name, TextStyle::Name.size(), true, room, 2).len() > 1)
        });
        LEAF + LINE * lines.max().unwrap_or(0)
    }

    /// Gives the lines of a channel their heights; returns where the channel ends.
    fn place_channel(&mut self, channel: Channel, top: i32, least: i32) -> i32 {
        let here: Vec<usize> =
            (0..self.levels.len()).filter(|at| self.levels[*at].channel == channel).collect();
        // A line that goes straight through needs no track.
        let here: Vec<usize> = here
            .into_iter()
            .filter(|at| {
                let stubs = &self.levels[*at].stubs;
                stubs.iter().any(|stub| stub.0 != stubs[0].0)
            })
            .collect();
        let nets: Vec<Stubs> = here.iter().map(|at| self.levels[*at].stubs.clone()).collect();
        let found = tracks(&nets);
        let lines = count(&found);
        let before = if matches!(channel, Channel::Lane(_, 0)) { 4 } else { 10 };
        for (at, track) in here.iter().zip(&found) {
            self.levels[*at].y = top + before + TRACK * i32::try_from(*track).unwrap_or(0);
        }
        let need = if lines == 0 { 0 } else { before + (lines - 1) * TRACK + 10 };
        top + need.max(least)
    }

    fn level_y(&self, channel: Channel, user: User) -> i32 {
        self.levels
            .iter()
            .find(|level| level.channel == channel && level.user == user)
            .map_or(0, |level| level.y)
    }

    /// From an end to its gutter, outwards. `out` where the line starts there.
    fn way(&self, end: End, wire: &Wire, out: bool) -> Way {
        match end {
            End::Slot(at) => vec![(0, self.port_of(at, wire))],
            End::Cell(row, cell) => {
                let channel = Channel::Row(row);
                let x = self.cell_port(row, cell, wire);
                vec![(x, self.rows[row].top), (x, self.level_y(channel, User::Net(wire.net)))]
            }
            End::Band(row, band) => {
                let (left, right) = self.sides(row, band);
                let (x, is_blocked) = if wire.side == Side::Left { left } else { right };
                let (top, height) = self.rows[row].lanes[self.band(row, band).lane];
                if !out && let Some(channel) = self.entry(end, wire.side) {
                    let x = self.port_below(row, band, wire.net);
                    return vec![(x, top + height), (x, self.level_y(channel, User::Net(wire.net)))];
                }
                if out && is_blocked {
                    let x = if wire.side == Side::Left { x + 16 } else { x - 16 };
                    let lane = self.band(row, band).lane;
                    let user = User::Source(self.band(row, band).thing);
                    return vec![(x, top), (x, self.level_y(Channel::Lane(row, lane), user))];
                }
                vec![(x, top + if out { height * 2 / 3 } else { height / 3 })]
            }
        }
    }

    /// The place on a cell's top that was found for a net.
    fn cell_port(&self, row: usize, cell: usize, wire: &Wire) -> i32 {
        let cell = &self.plan.rows[row].cells[cell];
        let (x, right) = self.across((cell.first, cell.last));
        let level = self
            .levels
            .iter()
            .find(|level| level.channel == Channel::Row(row) && level.user == User::Net(wire.net));
        level
            .and_then(|level| {
                let is_here =
                    |stub: &&(i32, Toward)| stub.1 == Toward::High && x <= stub.0 && stub.0 <= right;
                level.stubs.iter().find(is_here)
            })
            .map_or((x + right) / 2, |stub| stub.0)
    }

    fn port_of(&self, slot: usize, wire: &Wire) -> i32 {
        let slot = &self.slots[slot];
        let to = self.model.links[wire.link].to;
        if slot.gate.is_some() && slot.service == Some(to) { slot.past_port() } else { slot.port() }
    }

    /// Whether a wire needs no gutter: from a cell straight to what stands above it.
    fn is_local(&self, wire: &Wire) -> bool {
        matches!(wire.from, End::Cell(row, _) if self.entry(wire.to, wire.side) == Some(Channel::Row(row)))
    }

    /// The heights of what lies on the borders: near the lines that come there.
    fn place_slots(&mut self) {
        for side in [Side::Left, Side::Right] {
            let here: Vec<usize> = (0..self.slots.len()).filter(|at| self.slots[*at].side == side).collect();
            let mut foreign: Vec<(i32, usize)> = Vec::new();
            let mut wishes: Vec<(i32, usize)> = Vec::new();
            for wire in self.wires.iter().filter(|wire| wire.side == side && !self.is_local(wire)) {
                for (end, out) in [(wire.from, true), (wire.to, false)] {
                    if !matches!(end, End::Slot(_)) {
                        let y = self.way(end, wire, out).last().map_or(0, |point| point.1);
                        foreign.push((y, wire.net));
                    }
                }
            }
            for at in here {
                let mut heights: Vec<i32> = Vec::new();
                for wire in &self.wires {
                    let (inner, out) = match (wire.from, wire.to) {
                        (inner, End::Slot(to)) if to == at => (inner, true),
                        (End::Slot(from), inner) if from == at => (inner, false),
                        _ => continue,
                    };
                    heights.push(self.way(inner, wire, out).last().map_or(0, |point| point.1));
                }
                heights.order();
                let wish = heights.get((heights.len().max(1) - 1) / 2).copied().unwrap_or(HEAD + LEAF / 2);
                wishes.push((wish, at));
            }
            wishes.order_by_key(|(wish, at)| (*wish, *at));
            self.stack(&wishes, &foreign);
        }
    }

    /// Places slots below each other, each as near to its wish as the others let it.
    fn stack(&mut self, wishes: &[(i32, usize)], foreign: &[(i32, usize)]) {
        const APART: i32 = 10;
        let mut free = HEAD;
        for (wish, at) in wishes {
            let slot = &self.slots[*at];
            let half = slot.leaf / 2;
            let nets: Vec<usize> = self
                .wires
                .iter()
                .filter(|wire| wire.from == End::Slot(*at) || wire.to == End::Slot(*at))
                .map(|wire| wire.net)
                .collect();
            let is_clear = |top: i32| {
                let ports = [Some(top + half), slot.past.then_some(top + slot.leaf + 8)];
                // What comes from the same thing may run beside its own line.
                let is_own = |y: i32| foreign.iter().any(|(own, net)| *own == y && nets.contains(net));
                !foreign.iter().any(|(y, net)| {
                    !nets.contains(net) && !is_own(*y) && ports.iter().flatten().any(|port| (y - port).abs() < 4)
                })
            };
            let start = (wish - half).max(free);
            let top = (start..start + 40).find(|top| is_clear(*top)).unwrap_or(start);
            free = top + slot.height() + APART;
            self.slots[*at].top = top;
        }
        self.height = self.height.max(free - APART + PAD);
    }

    /// The lines' ways through the gutters, and how wide these are.
    fn draw_wires(&mut self) {
        for side in [Side::Left, Side::Right] {
            let (inner, outer) =
                if side == Side::Left { (Toward::High, Toward::Low) } else { (Toward::Low, Toward::High) };
            let mut nets: Vec<(usize, Stubs)> = Vec::new();
            for wire in self.wires.iter().filter(|wire| wire.side == side && !self.is_local(wire)) {
                for (end, out) in [(wire.from, true), (wire.to, false)] {
                    let y = self.way(end, wire, out).last().map_or(0, |point| point.1);
                    let stub = (y, if matches!(end, End::Slot(_)) { outer } else { inner });
                    match nets.iter_mut().find(|(net, _)| *net == wire.net) {
                        Some((_, stubs)) => stubs.push(stub),
                        None => nets.push((wire.net, vec![stub])),
                    }
                }
            }
            let stubs: Vec<Stubs> = nets.iter().map(|(_, stubs)| stubs.clone()).collect();
            let found = tracks(&stubs);
            let lines = count(&found);
            let is_gated = self.slots.iter().any(|slot| slot.side == side && slot.gate.is_some());
            let edge = if is_gated { GATE_INSIDE + 14 } else { PAD };
            let width = edge + if lines == 0 { 4 } else { (lines - 1) * TRACK + 14 };
            let (start, content) = match side {
                Side::Left => (-width + edge, 0),
                Side::Right => (self.content() + 14, self.content()),
            };
            let border = if side == Side::Left { -width } else { content + width };
            if side == Side::Left {
                self.left = width
            } else {
                self.right = width
            }
            for at in 0..self.wires.len() {
                if self.wires[at].side != side {
                    continue;
                }
                let wire = &self.wires[at];
                let net = nets.iter().position(|(net, _)| *net == wire.net);
                let track = net.map_or(0, |net| i32::try_from(found[net]).unwrap_or(0));
                let x = start + TRACK * track;
                let mut points = self.way(wire.from, wire, true);
                let mut back = self.way(wire.to, wire, false);
                for (end, way) in [(wire.from, &mut points), (wire.to, &mut back)] {
                    if let End::Slot(slot) = end {
                        way[0].0 = self.slot_edge(slot, wire, border);
                    }
                }
                if self.is_local(wire) {
                    let y = self.level_of_local(wire);
                    for way in [&mut points, &mut back] {
                        if let Some(last) = way.last_mut() {
                            last.1 = y;
                        }
                    }
                } else {
                    let heights = [&points, &back].map(|way| way.last().map_or(0, |point| point.1));
                    points.push((x, heights[0]));
                    points.push((x, heights[1]));
                }
                back.reverse();
                points.extend(back);
                self.wires[at].points = straightened(points);
            }
        }
    }

    /// The height at which a line from a cell to what stands above it turns; anywhere where it does not.
    fn level_of_local(&self, wire: &Wire) -> i32 {
        match wire.from {
            End::Cell(row, _) => {
                let y = self.level_y(Channel::Row(row), User::Net(wire.net));
                if y == 0 { self.rows[row].top - 4 } else { y }
            }
            _ => 0,
        }
    }

    /// Where lines meet what lies on a border.
    fn slot_edge(&self, slot: usize, wire: &Wire, border: i32) -> i32 {
        let slot = &self.slots[slot];
        match slot.side {
            Side::Left if slot.gate.is_some() => border + GATE_INSIDE,
            Side::Left => border,
            Side::Right if slot.gate.is_some() && slot.service != Some(self.model.links[wire.link].to) => {
                border - GATE_INSIDE
            }
            // The service: its place is known when all VPCs are.
            Side::Right => FAR,
        }
    }
}

/// The x that stands for the column of services until that is known.
pub(super) const SERVICES: i32 = FAR;

/// The first and last column of a band.
fn ends(band: &Band) -> (usize, usize) {
    (band.segments[0].0, band.segments[band.segments.len() - 1].1)
}

/// 0, 14, -14, 28, -28...
fn spread(step: usize) -> i32 {
    let step = i32::try_from(step).unwrap_or(0);
    if step % 2 == 1 { 14 * (step + 1) / 2 } else { -7 * step }
}

/// The corners of a way: points on a straight line between others are left out.
pub(super) fn straightened(points: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    let mut found: Vec<(i32, i32)> = Vec::new();
    for point in points {
        if found.last() == Some(&point) {
            continue;
        }
        if let [.., before, last] = found.as_slice()
            && (before.0 == last.0 && last.0 == point.0 || before.1 == last.1 && last.1 == point.1)
        {
            found.pop();
        }
        found.push(point);
    }
    found
}

/// The net of a line: what leads to one thing by routes, and what by anything else.
pub(super) fn net_of(to: usize, kind: EdgeKind) -> usize {
    to * 2 + usize::from(kind == EdgeKind::Route)
}

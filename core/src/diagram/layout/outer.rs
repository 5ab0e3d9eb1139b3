//! Between VPCs and other networks: what lies to the left, and the lines there.

use super::super::model::Model;
use super::super::route::Route;
use super::super::{DiagramEdge, Rect, Stop, TracedPath};
use super::tracks::{Stubs, Toward, count, tracks};
use super::vpc::{GATE, GATE_INSIDE, LEAF, VpcFrame};
use crate::language::Language;
use crate::order::Order;

/// The height of a host or address in its box, with the space below it.
pub(super) const CHILD: i32 = 38;
/// Between two boxes.
const APART: i32 = 16;
const TRACK: i32 = 8;

/// A line between a place on a VPC's border and a box outside.
#[derive(Debug)]
struct OuterWire {
    link: usize,
    vpc: usize,
    slot: usize,
    node: usize,
    /// Whether it leads to the box.
    out: bool,
    /// Where it meets the box.
    port: i32,
    track: Option<i32>,
}

/// What lies outside.
#[derive(Debug, Default)]
pub(super) struct Outer {
    wires: Vec<OuterWire>,
    /// Places on borders: VPC, net, box, slot.
    pub(super) ports: Vec<(usize, usize, usize, usize)>,
    /// Top and height of each box.
    nodes: Vec<(i32, i32)>,
    tracks: i32,
}

impl Outer {
    pub(super) fn wire(&mut self, link: usize, (vpc, slot): (usize, usize), node: usize, out: bool) {
        self.wires.push(OuterWire { link, vpc, slot, node, out, port: 0, track: None });
    }

    /// The place on a border that a net has to a box.
    pub(super) fn port(&self, vpc: usize, net: usize, node: usize) -> Option<usize> {
        self.ports.iter().find(|port| (port.0, port.1, port.2) == (vpc, net, node)).map(|port| port.3)
    }

    /// Places the boxes near the lines that lead there.
    pub(super) fn place(
        &mut self,
        model: &Model,
        _language: Language,
        tops: &[i32],
        frames: &[VpcFrame<'_>],
        top: i32,
    ) {
        let height = |at: usize| {
            let children = i32::try_from(model.things[model.outside[at]].children.len()).unwrap_or(0);
            let mut slots: Vec<(usize, usize)> =
                self.wires.iter().filter(|wire| wire.node == at).map(|wire| (wire.vpc, wire.slot)).collect();
            slots.order();
            slots.dedup();
            let ports = i32::try_from(slots.len()).unwrap_or(0) * 10;
            LEAF.max(ports) + if children > 0 { children * CHILD + 2 } else { 0 }
        };
        let slot_y = |wire: &OuterWire| tops[wire.vpc] + frames[wire.vpc].slots[wire.slot].port();
        let mut wishes: Vec<(i32, usize)> = (0..model.outside.len())
            .map(|at| {
                let mut heights: Vec<i32> =
                    self.wires.iter().filter(|wire| wire.node == at).map(slot_y).collect();
                heights.order();
                (heights.first().map_or(top, |y| y - LEAF / 2), at)
            })
            .collect();
        wishes.order();
        self.nodes = vec![(0, 0); model.outside.len()];
        let mut free = top;
        for (wish, at) in wishes {
            let y = wish.max(free);
            self.nodes[at] = (y, height(at));
            free = y + height(at) + APART;
        }
        self.place_ports(&slot_heights(&self.wires, tops, frames));
    }

    /// Where lines meet the boxes, and the tracks of those that are not straight. Each place on a border has its own.
    fn place_ports(&mut self, heights: &[i32]) {
        const NEAR: i32 = 7;
        let mut placed: Vec<(usize, (usize, usize), i32)> = Vec::new();
        let mut nets: Vec<((usize, usize), Stubs)> = Vec::new();
        for (at, y) in heights.iter().enumerate() {
            let wire = &self.wires[at];
            let (node, slot) = (wire.node, (wire.vpc, wire.slot));
            let (top, height) = self.nodes[node];
            let known = placed.iter().find(|port| port.0 == node && port.1 == slot).map(|port| port.2);
            let port = known.unwrap_or_else(|| {
                let wish = (*y).clamp(top + 10, top + height - 10);
                let is_free = |port: &i32| placed.iter().all(|other| other.0 != node || (other.2 - port).abs() >= NEAR);
                let in_box = |port: &i32| top + 4 <= *port && *port <= top + height - 4;
                let tries = (0..height).flat_map(|step| [wish + step, wish - step]);
                let port = tries.filter(in_box).find(is_free).unwrap_or(wish);
                placed.push((node, slot, port));
                port
            });
            self.wires[at].port = port;
            if port != *y && !nets.iter().any(|(known, _)| *known == slot) {
                nets.push((slot, vec![(*y, Toward::High), (port, Toward::Low)]));
            }
        }
        let stubs: Vec<Stubs> = nets.iter().map(|(_, stubs)| stubs.clone()).collect();
        let found = tracks(&stubs);
        self.tracks = count(&found);
        for wire in &mut self.wires {
            let net = nets.iter().position(|(slot, _)| *slot == (wire.vpc, wire.slot));
            wire.track = net.map(|net| i32::try_from(found[net]).unwrap_or(0));
        }
    }

    /// The width between the boxes and the region.
    pub(super) fn gap(&self) -> i32 {
        28 + self.tracks * TRACK
    }

    pub(super) fn bottom(&self) -> i32 {
        self.nodes.iter().map(|(top, height)| top + height).max().unwrap_or(0)
    }

    pub(super) fn rect(&self, at: usize, x: i32, width: i32) -> Rect {
        let (y, height) = self.nodes[at];
        Rect { x, y, width, height }
    }

    /// The corners of a line between a border and a box, in its direction.
    pub(super) fn points(
        &self,
        link: usize,
        frames: &[VpcFrame<'_>],
        tops: &[i32],
        nodes_right: i32,
        border: i32,
    ) -> Vec<(i32, i32)> {
        let Some(wire) = self.wires.iter().find(|wire| wire.link == link) else { return Vec::new() };
        let slot = &frames[wire.vpc].slots[wire.slot];
        let y = tops[wire.vpc] + slot.port();
        let start = if slot.gate.is_some() { border + GATE_INSIDE - GATE } else { border };
        let mut points = vec![(start, y)];
        if let Some(track) = wire.track {
            let x = nodes_right + 16 + track * TRACK;
            points.extend([(x, y), (x, wire.port)]);
        }
        points.push((nodes_right, wire.port));
        if !wire.out {
            points.reverse();
        }
        points
    }
}

/// The height at which each line leaves its VPC.
fn slot_heights(wires: &[OuterWire], tops: &[i32], frames: &[VpcFrame<'_>]) -> Vec<i32> {
    wires.iter().map(|wire| tops[wire.vpc] + frames[wire.vpc].slots[wire.slot].port()).collect()
}

/// Marks where lines of one net or from one thing meet.
pub(super) fn join(edges: &mut [(usize, usize, DiagramEdge)]) {
    for at in 0..edges.len() {
        let (net, from, _) = edges[at];
        let corners: Vec<(i32, i32)> = {
            let points = &edges[at].2.points;
            points.get(1..points.len().saturating_sub(1)).unwrap_or(&[]).to_vec()
        };
        let mut joints = Vec::new();
        for corner in corners {
            let mut ways = [false; 4];
            for (_, _, other) in edges.iter().filter(|(other, start, _)| *other == net || *start == from) {
                for pair in other.points.windows(2) {
                    mark(&mut ways, corner, pair[0], pair[1]);
                }
            }
            if ways.iter().filter(|way| **way).count() > 2 {
                joints.push(corner);
            }
        }
        edges[at].2.joints = joints;
    }
}

/// Into which of the four directions a piece of a line leaves a point on it.
fn mark(ways: &mut [bool; 4], (x, y): (i32, i32), one: (i32, i32), other: (i32, i32)) {
    let (left, right) = (one.0.min(other.0), one.0.max(other.0));
    let (top, bottom) = (one.1.min(other.1), one.1.max(other.1));
    if top == bottom && y == top && left <= x && x <= right {
        ways[0] |= left < x;
        ways[1] |= x < right;
    }
    if left == right && x == left && top <= y && y <= bottom {
        ways[2] |= top < y;
        ways[3] |= y < bottom;
    }
}

/// The traced path with its stops, on the lines that it takes.
pub(super) fn traced(route: &Route, edges: &[DiagramEdge], boxes: &[Option<usize>]) -> TracedPath {
    let mut stops: Vec<Stop> = Vec::new();
    for stop in &route.stops {
        let Some((from, to)) = route.steps.get(stop.step) else { continue };
        let is_it = |edge: &&DiagramEdge| {
            edge.traced.is_some() && Some(edge.from) == boxes[*from] && Some(edge.to) == boxes[*to]
        };
        let Some(edge) = edges.iter().find(is_it) else { continue };
        let same_place = stops.iter().filter(|other| other.place == stop.place && other.message == stop.message);
        if same_place.count() > 0 {
            continue;
        }
        let number = stops.len() + 1;
        let mut at = along(&edge.points, stop.at_end, 12);
        // Two bars at one end lie behind each other.
        let mut further = 12;
        while stops.iter().any(|other| (other.at.0 - at.0.0).abs() + (other.at.1 - at.0.1).abs() < 16) {
            further += 20;
            at = along(&edge.points, stop.at_end, further);
            if further > 200 {
                break;
            }
        }
        stops.push(Stop { number, at: at.0, upright: at.1, message: stop.message.clone(), place: stop.place });
    }
    TracedPath { verdict: route.verdict, heading: route.heading.clone(), stops }
}

/// The point of a line some pixels from one of its ends, and whether the line is level there.
fn along(points: &[(i32, i32)], from_end: bool, distance: i32) -> ((i32, i32), bool) {
    let mut points = points.to_vec();
    if from_end {
        points.reverse();
    }
    let mut left = distance;
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).abs() + (to_y - y).abs();
        if left <= length {
            return ((x + (to_x - x).signum() * left, y + (to_y - y).signum() * left), y == to_y);
        }
        left -= length;
    }
    (points.last().copied().unwrap_or_default(), true)
}

//! Below the picture: the traced path and what stops it, what lines mean, what the picture rests on.

use super::super::model::Model;
use super::super::{Diagram, EdgeKind, FooterLine, Label, Sign, TextStyle, Traced, measure, words};
use crate::paths::Verdict;
use crate::order::Order;

/// Pictures are not narrower, so that sentences have room.
const NARROW: i32 = 560;
const MARGIN: i32 = 16;
const LINE: i32 = 18;
/// The room for a sign before a text.
const SIGN: i32 = 34;

/// Adds the lines, and sets the size of the picture.
pub(super) fn put(diagram: &mut Diagram, model: &Model, right: i32, top: i32) {
    let width = (right + MARGIN).max(NARROW);
    let mut y = top;
    let language = diagram.language;
    let mut lines: Vec<FooterLine> = Vec::new();
    let mut text = |text: &str, sign: Option<Sign>, style: TextStyle, y: &mut i32| {
        let start = MARGIN + if sign.is_some() { SIGN } else { 0 };
        let room = width - start - MARGIN;
        let broken = measure::broken(text, style.size(), style == TextStyle::Name, room, 6);
        for (at, line) in broken.into_iter().enumerate() {
            let label = Label { x: start, y: *y + 12, text: line, style };
            let sign = sign.filter(|_| at == 0).map(|sign| (sign, MARGIN, *y + 8));
            lines.push(FooterLine { label, sign });
            *y += LINE;
        }
    };
    if let Some(traced) = &diagram.traced {
        text(traced.heading.get(language), None, TextStyle::Name, &mut y);
        for stop in &traced.stops {
            text(stop.message.get(language), Some(Sign::Stop(stop.number)), TextStyle::Kind, &mut y);
        }
        y += 4;
    }
    for note in &model.notes {
        text(note.get(language), None, TextStyle::Kind, &mut y);
    }
    let mut x = MARGIN;
    for (sign, words) in legend(diagram) {
        let words = words.get(language);
        let need = SIGN + TextStyle::Kind.width(words) + 20;
        if x > MARGIN && x + need > width - MARGIN {
            x = MARGIN;
            y += LINE;
        }
        let label = Label { x: x + SIGN, y: y + 12, text: words.to_owned(), style: TextStyle::Kind };
        lines.push(FooterLine { label, sign: Some((sign, x, y + 8)) });
        x += need;
    }
    if x > MARGIN {
        y += LINE;
    }
    diagram.footer = lines;
    let bottom = if y > top { y + MARGIN / 2 } else { top };
    diagram.size = (width, bottom);
}

/// One entry for each kind of line that is there.
fn legend(diagram: &Diagram) -> Vec<(Sign, crate::language::Phrase)> {
    let mut kinds: Vec<(EdgeKind, Option<Verdict>)> = Vec::new();
    for edge in diagram.edges.iter().filter(|edge| edge.traced.is_none()) {
        let key = (edge.kind, edge.verdict);
        if !kinds.contains(&key) {
            kinds.push(key);
        }
    }
    kinds.order();
    let mut found: Vec<_> =
        kinds.into_iter().map(|(kind, verdict)| (Sign::Edge(kind, verdict), words::edge(kind, verdict))).collect();
    if diagram.edges.iter().any(|edge| edge.traced == Some(Traced::Passes)) {
        found.push((Sign::Passes, words::traced()));
    }
    found
}

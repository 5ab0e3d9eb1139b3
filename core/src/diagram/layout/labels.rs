//! Texts in boxes: what does not fit is broken, then shortened; the whole name stays in the tooltip.

use super::super::{BoxKind, DiagramBox, Label, Rect, TextStyle, measure, words};
use super::vpc::{AFTER, HEAD, TEXT};
use crate::language::Language;

/// The size of a glyph.
const GLYPH: i32 = 16;
/// The middle of a badge, from the right and top.
const BADGE: (i32, i32) = (11, 11);
/// What a badge takes of a line.
const BADGE_ROOM: i32 = 16;

/// A name, and below it what it is, above what lies in the box.
pub(super) fn container(made: &mut DiagramBox, language: Language) {
    let Rect { x, y, width, .. } = made.rects[0];
    let has_glyph = !matches!(made.kind, BoxKind::Subnet(_) | BoxKind::OutsideVpc);
    let start = if has_glyph { x + TEXT } else { x + AFTER + 2 };
    let room = x + width - start - AFTER - badge_room(made);
    made.labels.clear();
    let says = made.says.get(language);
    if made.kind == BoxKind::OutsideVpc {
        push(made, start, y + 24, &says.to_owned(), TextStyle::Name, room);
        return;
    }
    if has_glyph {
        made.glyphs = vec![(x + 8, y + (HEAD - GLYPH) / 2)];
    }
    let (name, says) = (made.name.clone(), says.to_owned());
    push(made, start, y + 17, &name, TextStyle::Name, room);
    push(made, start, y + 32, &says, TextStyle::Kind, room + badge_room(made));
    put_badge(made);
}

/// A zone's name in the middle above its column.
pub(super) fn zone(made: &mut DiagramBox) {
    let Rect { x, y, width, .. } = made.rects[0];
    let text = measure::shortened(&made.name, TextStyle::Kind.size(), false, width - 16);
    let start = x + (width - TextStyle::Kind.width(&text)) / 2;
    made.labels = vec![Label { x: start, y: y + 16, text, style: TextStyle::Kind }];
}

/// A glyph, a name of one or two lines, and what it is; in each of its rectangles.
pub(super) fn leaf(made: &mut DiagramBox, language: Language) {
    made.labels.clear();
    made.glyphs.clear();
    let (name, says) = (made.name.clone(), made.says.get(language).to_owned());
    let is_host = made.kind == BoxKind::Host;
    let rects = made.rects.clone();
    for Rect { x, y, width, height } in rects.iter().copied() {
        let start = if is_host { x + AFTER } else { x + TEXT };
        let room = width - (start - x) - AFTER;
        let style = if is_host { TextStyle::Kind } else { TextStyle::Name };
        let two = height >= 54 && !is_internet(made.kind);
        let lines = measure::broken(
            &name,
            style.size(),
            style == TextStyle::Name,
            room - badge_room(made),
            if two { 2 } else { 1 },
        );
        let count = i32::try_from(lines.len()).unwrap_or(1);
        let taken = if says.is_empty() { count * 14 } else { count * 14 + 14 };
        let head = if is_internet(made.kind) { HEAD } else { height };
        let mut baseline = y + (head - taken) / 2 + 11;
        for line in &lines {
            made.labels.push(Label { x: start, y: baseline, text: line.clone(), style });
            baseline += 14;
        }
        if !says.is_empty() {
            let other = rects.iter().find(|other| other.y != y);
            let text = match other {
                Some(other) => format!("{says} · {}", words::also(other.y > y).get(language)),
                None if !made.members.is_empty() => listed(&made.members, room),
                None => says.clone(),
            };
            let text = measure::shortened(&text, TextStyle::Kind.size(), false, room);
            made.labels.push(Label { x: start, y: baseline, text, style: TextStyle::Kind });
        }
        if !is_host {
            made.glyphs.push((x + 9, y + (head - GLYPH) / 2));
        }
    }
    put_badge(made);
}

/// As many names as there is room for.
fn listed(names: &[String], room: i32) -> String {
    let all = names.join(", ");
    if TextStyle::Kind.width(&all) <= room {
        return all;
    }
    let fits = |count: &usize| TextStyle::Kind.width(&format!("{}, …", names[..*count].join(", "))) <= room;
    match (1..names.len()).rev().find(fits) {
        Some(count) => format!("{}, …", names[..count].join(", ")),
        None => all,
    }
}

/// Whether other boxes may lie below the name.
fn is_internet(kind: BoxKind) -> bool {
    matches!(kind, BoxKind::Internet | BoxKind::TransitGateway | BoxKind::Peering | BoxKind::OtherNetwork)
}

fn badge_room(made: &DiagramBox) -> i32 {
    if made.badge.is_some() { BADGE_ROOM } else { 0 }
}

fn put_badge(made: &mut DiagramBox) {
    let rect = made.rects[0];
    if let Some(badge) = &mut made.badge {
        badge.at = (rect.right() - BADGE.0, rect.y + BADGE.1);
    }
}

fn push(made: &mut DiagramBox, x: i32, y: i32, text: &str, style: TextStyle, room: i32) {
    let text = measure::shortened(text, style.size(), style == TextStyle::Name, room);
    made.labels.push(Label { x, y, text, style });
}

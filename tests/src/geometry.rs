//! What must hold of every picture of a network, whatever is in it.

use vpcheck_core::diagram::{BoxKind, Diagram, DiagramBox, DiagramEdge, Rect};

/// Every rule of the picture that is broken, in words; empty for a good picture.
pub fn faults(diagram: &Diagram) -> Vec<String> {
    let mut found = Vec::new();
    in_view(diagram, &mut found);
    nested(diagram, &mut found);
    apart(diagram, &mut found);
    labelled(diagram, &mut found);
    standing(diagram, &mut found);
    connected(diagram, &mut found);
    told_apart(diagram, &mut found);
    found
}

fn in_view(diagram: &Diagram, found: &mut Vec<String>) {
    let view = Rect { x: 0, y: 0, width: diagram.size.0, height: diagram.size.1 };
    for one in &diagram.boxes {
        if one.rects.is_empty() || one.rects.iter().any(|rect| rect.width <= 0 || rect.height <= 0) {
            found.push(format!("{} has no size", one.id));
        }
        if one.rects.iter().any(|rect| !view.holds(*rect)) {
            found.push(format!("{} lies outside the view", one.id));
        }
    }
    for edge in &diagram.edges {
        if edge.points.iter().any(|(x, y)| !view.holds(Rect { x: *x, y: *y, width: 0, height: 0 })) {
            found.push(format!("{} leaves the view", told(diagram, edge)));
        }
    }
    for line in &diagram.footer {
        let width = line.label.style.width(&line.label.text);
        let rect = Rect { x: line.label.x, y: line.label.y - 11, width, height: 14 };
        if !view.holds(rect) {
            found.push(format!("the note `{}` is cut", line.label.text));
        }
    }
}

fn nested(diagram: &Diagram, found: &mut Vec<String>) {
    for one in &diagram.boxes {
        let Some(parent) = one.parent.map(|at| &diagram.boxes[at]) else { continue };
        if !one.rects.iter().all(|rect| parent.rects.iter().any(|outer| outer.holds(*rect))) {
            found.push(format!("{} does not lie in {}", one.id, parent.id));
        }
    }
}

/// Boxes of one depth do not overlap; a gateway lies across its VPC's border, and over nothing else.
fn apart(diagram: &Diagram, found: &mut Vec<String>) {
    let classes: [fn(&DiagramBox) -> bool; 4] = [
        |one| !one.kind.is_container() && one.kind != BoxKind::Host && one.kind != BoxKind::Port,
        |one| matches!(one.kind, BoxKind::Subnet(_)) || one.kind.is_on_border() && one.kind != BoxKind::Port,
        |one| one.kind == BoxKind::Zone,
        |one| matches!(one.kind, BoxKind::Vpc | BoxKind::OutsideVpc | BoxKind::Service | BoxKind::Internet),
    ];
    for class in classes {
        let members: Vec<(&DiagramBox, Rect)> = diagram
            .boxes
            .iter()
            .filter(|one| class(one))
            .flat_map(|one| one.rects.iter().map(move |rect| (one, *rect)))
            .collect();
        for (at, (one, rect)) in members.iter().enumerate() {
            for (other, other_rect) in &members[..at] {
                if rect.overlaps(*other_rect) {
                    found.push(format!("{} lies over {}", one.id, other.id));
                }
            }
        }
    }
}

/// Every text lies in its box, over no other text, and under no box that lies in it.
fn labelled(diagram: &Diagram, found: &mut Vec<String>) {
    for (at, one) in diagram.boxes.iter().enumerate() {
        let texts: Vec<Rect> = one.labels.iter().map(text_rect).collect();
        for (label, text) in one.labels.iter().zip(&texts) {
            if !one.rects.iter().any(|rect| rect.holds(*text)) {
                found.push(format!("`{}` is cut in {}", label.text, one.id));
            }
            let inner = diagram.boxes.iter().filter(|inner| {
                inner.parent == Some(at)
                    && !matches!(inner.kind, BoxKind::Row(_) | BoxKind::Zone)
                    && !inner.kind.is_on_border()
            });
            for inner in inner {
                if inner.rects.iter().any(|rect| rect.overlaps(*text)) {
                    found.push(format!("{} hides `{}`", inner.id, label.text));
                }
            }
            for edge in &diagram.edges {
                if crosses(edge, *text) {
                    found.push(format!("{} runs through `{}`", told(diagram, edge), label.text));
                }
            }
        }
        for (place, text) in texts.iter().enumerate() {
            if texts[..place].iter().any(|other| other.overlaps(*text)) {
                found.push(format!("texts of {} overlap", one.id));
            }
            if let Some(badge) = &one.badge {
                let (x, y) = badge.at;
                if text.overlaps(Rect { x: x - 7, y: y - 7, width: 14, height: 14 }) {
                    found.push(format!("the badge of {} hides its text", one.id));
                }
            }
        }
    }
}

/// What stands in subnets is drawn in these, and in no other.
fn standing(diagram: &Diagram, found: &mut Vec<String>) {
    for one in diagram.boxes.iter().filter(|one| !one.subnets.is_empty() && !one.kind.is_container()) {
        let mut drawn: Vec<&str> = diagram
            .boxes
            .iter()
            .filter(|subnet| matches!(subnet.kind, BoxKind::Subnet(_)))
            .filter(|subnet| {
                subnet.rects.iter().any(|area| one.rects.iter().any(|rect| rect.overlaps(*area)))
            })
            .map(|subnet| subnet.id.as_str())
            .collect();
        let mut meant: Vec<&str> = one.subnets.iter().map(String::as_str).collect();
        drawn.sort_unstable();
        meant.sort_unstable();
        meant.dedup();
        if drawn != meant {
            found.push(format!("{} stands in {meant:?}, and is drawn in {drawn:?}", one.id));
        }
    }
}

/// Lines are level and upright, end on their boxes, and run through no other.
fn connected(diagram: &Diagram, found: &mut Vec<String>) {
    for edge in &diagram.edges {
        let is_straight = |pair: &[(i32, i32)]| (pair[0].0 == pair[1].0) != (pair[0].1 == pair[1].1);
        if !edge.points.windows(2).all(is_straight) {
            found.push(format!("{} is aslant: {:?}", told(diagram, edge), edge.points));
        }
        for (end, at) in [(edge.from, edge.points[0]), (edge.to, edge.points[edge.points.len() - 1])] {
            if !diagram.boxes[end].rects.iter().any(|rect| is_on_border(*rect, at)) {
                found.push(format!("{} does not end on {}", told(diagram, edge), diagram.boxes[end].id));
            }
        }
        for one in &diagram.boxes {
            let is_leaf = !one.kind.is_container() && one.kind != BoxKind::Port;
            if is_leaf && one.rects.iter().any(|rect| crosses(edge, *rect)) {
                found.push(format!("{} runs through {}", told(diagram, edge), one.id));
            }
        }
    }
}

/// Lines that have neither their start nor their end in common do not run over each other.
fn told_apart(diagram: &Diagram, found: &mut Vec<String>) {
    for (at, edge) in diagram.edges.iter().enumerate() {
        for other in &diagram.edges[..at] {
            if edge.from == other.from || edge.to == other.to {
                continue;
            }
            let runs_over = |one: &[(i32, i32)], two: &[(i32, i32)]| {
                let along = |level: bool| {
                    let across = |point: (i32, i32)| if level { point.1 } else { point.0 };
                    let along = |point: (i32, i32)| if level { point.0 } else { point.1 };
                    let same =
                        [one[0], one[1], two[0], two[1]].iter().all(|point| across(*point) == across(one[0]));
                    let (first, last) = (along(one[0]).min(along(one[1])), along(one[0]).max(along(one[1])));
                    let (start, end) = (along(two[0]).min(along(two[1])), along(two[0]).max(along(two[1])));
                    same && first.max(start) < last.min(end)
                };
                along(true) || along(false)
            };
            let overlaps =
                edge.points.windows(2).any(|one| other.points.windows(2).any(|two| runs_over(one, two)));
            if overlaps {
                found.push(format!("{} runs over {}", told(diagram, edge), told(diagram, other)));
            }
        }
    }
}

fn told(diagram: &Diagram, edge: &DiagramEdge) -> String {
    format!("{:?} {} → {}", edge.kind, diagram.boxes[edge.from].id, diagram.boxes[edge.to].id)
}

fn text_rect(label: &vpcheck_core::diagram::Label) -> Rect {
    let width = label.style.width(&label.text);
    Rect { x: label.x, y: label.y - 10, width, height: 13 }
}

fn is_on_border(rect: Rect, (x, y): (i32, i32)) -> bool {
    let is_within = rect.x <= x && x <= rect.right() && rect.y <= y && y <= rect.bottom();
    is_within && (x == rect.x || x == rect.right() || y == rect.y || y == rect.bottom())
}

/// Whether a line goes through the inside of a rectangle.
fn crosses(edge: &DiagramEdge, rect: Rect) -> bool {
    edge.points.windows(2).any(|pair| {
        let (left, right) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
        let (top, bottom) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
        left < rect.right()
            && rect.x < right.max(left + 1)
            && top < rect.bottom()
            && rect.y < bottom.max(top + 1)
            && !(left == right && left == rect.x)
            && !(top == bottom && top == rect.y)
    })
}

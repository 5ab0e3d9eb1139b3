//! Things of one kind in the same subnets become one box with their number.

use super::model::{Model, Thing, plain};
use super::relations::worst;
use super::{BoxKind, DiagramRequest, Group, words};
use crate::language::Phrase;

/// As many of a kind are drawn one by one; fewer in large pictures.
const ONE_BY_ONE: usize = 6;
const IN_LARGE: usize = 3;
const LARGE: usize = 45;
/// As many names behind the internet or a gateway.
const NAMES: usize = 6;

/// Folds what is many, but for the groups that are open.
pub(super) fn fold(model: &mut Model, request: &DiagramRequest<'_>) {
    let many = if model.things.len() > LARGE { IN_LARGE } else { ONE_BY_ONE };
    for plan in 0..model.vpcs.len() {
        for row in 0..model.vpcs[plan].rows.len() {
            fold_row(model, request, (plan, row), many);
        }
        fold_services(model, request, plan, many);
    }
    let loose = std::mem::take(&mut model.loose);
    model.loose = fold_list(model, request, "group:outside-vpc", loose);
    for at in 0..model.things.len() {
        let children = &model.things[at].children;
        if children.len() > NAMES {
            let more = words::more(children.len() - NAMES + 1);
            let members = children[NAMES - 1..].iter().map(|at| model.things[*at].name.en.clone()).collect();
            let id = format!("more@{}", model.things[at].id);
            let rest =
                model.add(Thing { name: more, says: Phrase::verbatim(""), members, ..plain(id, BoxKind::Host) });
            let children = &mut model.things[at].children;
            children.truncate(NAMES - 1);
            children.push(rest);
        }
    }
}

fn fold_row(model: &mut Model, request: &DiagramRequest<'_>, (plan, row): (usize, usize), many: usize) {
    loop {
        let bands = &model.vpcs[plan].rows[row].bands;
        let alike = |one: usize| -> Vec<usize> {
            let (kind, subnets) = (model.things[bands[one].thing].kind, &model.things[bands[one].thing].subnets);
            (0..bands.len())
                .filter(|at| {
                    let thing = &model.things[bands[*at].thing];
                    thing.kind == kind && thing.subnets == *subnets && thing.members.is_empty()
                })
                .map(|at| bands[at].thing)
                .filter(|at| !is_traced(model, *at))
                .collect()
        };
        let name = |at: usize| {
            let Some(first) = model.vpcs[plan].rows[row].cells.first() else { return String::new() };
            let subnets = model.things[at].subnets.join("+");
            format!("group:{}@{}/{subnets}", model.things[at].kind.name(), model.things[first.thing].id)
        };
        let found = (0..bands.len()).find_map(|at| {
            let members = alike(at);
            let id = name(bands[at].thing);
            (members.len() > many && !model.groups.iter().any(|group| group.id == id)).then_some((id, members))
        });
        let Some((id, members)) = found else { return };
        let Some(group) = make_group(model, request, id, &members) else { continue };
        let bands = &mut model.vpcs[plan].rows[row].bands;
        let mut is_first = true;
        bands.retain_mut(|band| {
            if !members.contains(&band.thing) {
                return true;
            }
            band.thing = group;
            std::mem::take(&mut is_first)
        });
        close_lanes(&mut model.vpcs[plan].rows[row].bands);
    }
}

/// Lanes without bands are taken out.
fn close_lanes(bands: &mut [super::model::Band]) {
    let most = bands.iter().map(|band| band.lane).max().unwrap_or(0);
    for lane in (0..=most).rev() {
        if !bands.iter().any(|band| band.lane == lane) {
            bands.iter_mut().filter(|band| band.lane > lane).for_each(|band| band.lane -= 1);
        }
    }
}

/// Services that the same things lead to.
fn fold_services(model: &mut Model, request: &DiagramRequest<'_>, plan: usize, many: usize) {
    let sources = |model: &Model, service: usize| -> Vec<usize> {
        let mut found: Vec<usize> =
            model.links.iter().filter(|link| link.to == service).map(|link| link.from).collect();
        found.sort_unstable();
        found
    };
    let alone: Vec<usize> = model.vpcs[plan]
        .right
        .iter()
        .filter_map(|slot| slot.1.filter(|at| slot.0.is_none() && !is_traced(model, *at)))
        .collect();
    for first in alone.clone() {
        let of_first = sources(model, first);
        let members: Vec<usize> =
            alone.iter().copied().filter(|at| sources(model, *at) == of_first).collect();
        let id = format!("group:service@{}", model.things[first].id);
        let is_done = !model.vpcs[plan].right.iter().any(|slot| slot.1 == Some(first));
        if members.len() <= many || is_done || members[0] != first {
            continue;
        }
        let Some(group) = make_group(model, request, id, &members) else { continue };
        let right = &mut model.vpcs[plan].right;
        right.retain(|slot| !slot.1.is_some_and(|at| members.contains(&at)));
        right.push((None, Some(group)));
    }
}

fn fold_list(model: &mut Model, request: &DiagramRequest<'_>, id: &str, list: Vec<usize>) -> Vec<usize> {
    const MANY: usize = 12;
    if list.len() <= MANY {
        return list;
    }
    match make_group(model, request, id.to_owned(), &list) {
        Some(group) => vec![group],
        None => list,
    }
}

/// The box of a group, unless it is open; lines lead there then.
fn make_group(model: &mut Model, request: &DiagramRequest<'_>, id: String, members: &[usize]) -> Option<usize> {
    let first = &model.things[*members.first()?];
    let kind = first.kind;
    let title = words::group(&words::kind(kind), members.len());
    let open = request.open_all || request.open.contains(&id);
    model.groups.push(Group { id: id.clone(), title: title.clone(), open });
    if open {
        return None;
    }
    let names: Vec<String> = members.iter().map(|at| model.things[*at].name.en.clone()).collect();
    let group = model.add(Thing {
        name: title,
        says: Phrase::verbatim(names.join(", ")),
        subnets: model.things[members[0]].subnets.clone(),
        members: names,
        ..plain(id, kind)
    });
    for link in std::mem::take(&mut model.links) {
        let moved = |end: usize| if members.contains(&end) { group } else { end };
        let (from, to) = (moved(link.from), moved(link.to));
        match model.links.iter_mut().find(|one| one.from == from && one.to == to && one.kind == link.kind) {
            Some(one) => {
                one.verdict = worst(one.verdict, link.verdict);
                for what in link.what {
                    if !one.what.contains(&what) {
                        one.what.push(what);
                    }
                }
                one.subnets.extend(link.subnets);
            }
            None => model.links.push(super::relations::Link { from, to, ..link }),
        }
    }
    Some(group)
}

fn is_traced(model: &Model, thing: usize) -> bool {
    model.route.as_ref().is_some_and(|route| {
        route.steps.iter().any(|(from, to)| *from == thing || *to == thing)
    })
}


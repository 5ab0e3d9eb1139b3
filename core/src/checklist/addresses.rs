//! Is there room for addresses?

use super::function::{Answer, Function, Stand};
use super::{Evidence, Status};
use crate::capacity::Room;
use crate::network::{Cidr, Missing, Name, Subnet};
use crate::phrase;
use crate::rules::subject::in_template;

/// AWS recommends no number; the rules that own the question speak where fewer are left.
const ENOUGH: u32 = 16;

/// There is room where all that stands in a subnet is in the template, and enough is left after it.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    function.over_situations(|stand| in_one(function, stand))
}

fn in_one(function: &Function<'_, '_>, stand: Stand<'_>) -> Answer {
    // An assumption says nothing of ranges.
    let missing = |missing: &Missing| Function::missing_detail(missing);
    let mut open: Vec<Evidence> = stand.workload.subnets.rest.iter().map(missing).collect();
    let mut proven: Vec<Evidence> = Vec::new();
    for at in &stand.workload.subnets.items {
        let Some(subnet) = stand.network.subnets.get(at.0) else { continue };
        match (stand.capacity.room(stand.network, *at), subnet.cidr.get()) {
            (Some(room), _) if is_enough(&room) && is_own(function, subnet) => {
                proven.push(left(subnet, &room));
            }
            (Some(room), _) => match described(&room) {
                Some(described) => proven.push(free(subnet, &room, described)),
                None => open.push(shared(subnet, &room)),
            },
            (None, Ok(Cidr::Symbol(symbol))) => open.push(missing(&symbol.missing)),
            (None, Err(why)) => open.push(missing(why)),
            (None, Ok(Cidr::Known(_))) => open.push(missing(&Missing::Component(subnet.name.clone()))),
        }
    }
    if open.is_empty() {
        Answer { status: Status::Pass, evidence: proven }
    } else {
        Answer { status: Status::Unknown, evidence: open }
    }
}

fn is_enough(room: &Room<'_>) -> bool {
    room.free().is_some_and(|free| free >= room.spare.saturating_add(ENOUGH))
}

/// What was free when the subnet was described, where that is enough even if nothing of the template was there yet.
fn described(room: &Room<'_>) -> Option<u32> {
    let wanted = room.taken.saturating_add(room.spare).saturating_add(ENOUGH);
    room.described.filter(|described| *described >= wanted)
}

/// Whether nobody but this template can put anything into a subnet, as far as it says.
fn is_own(function: &Function<'_, '_>, subnet: &Subnet) -> bool {
    let Name::Logical(id) = &subnet.name else { return false };
    function.subject.is_whole() && !function.subject.is_shared(id)
}

fn left(subnet: &Subnet, room: &Room<'_>) -> Evidence {
    let (name, length) = (&subnet.name, room.range.prefix_len());
    let (usable, taken, free) = (room.usable, room.taken, room.free().unwrap_or(0));
    let text = phrase!(
        en: "`{name}` (/{length}) has {usable} addresses to use, and what the template puts there takes {taken} of them: {free} are left",
        ja: "`{name}` (/{length}) で使えるアドレス {usable} 個のうち、テンプレートのリソースが使うのは {taken} 個で、{free} 個残ります",
    );
    Evidence::new(text, in_template(subnet.at))
}

fn free(subnet: &Subnet, room: &Room<'_>, described: u32) -> Evidence {
    let (name, length, taken) = (&subnet.name, room.range.prefix_len(), room.taken);
    let text = phrase!(
        en: "{described} addresses of `{name}` (/{length}) were free when it was described, and what the template puts there takes {taken}",
        ja: "`{name}` (/{length}) には describe-subnets の時点で {described} 個の空きがあり、テンプレートのリソースが使うのは {taken} 個です",
    );
    Evidence::new(text, in_template(subnet.at))
}

fn shared(subnet: &Subnet, room: &Room<'_>) -> Evidence {
    let name = &subnet.name;
    let (length, free) = (room.range.prefix_len(), room.free().unwrap_or(0));
    let text = phrase!(
        en: "at most {free} addresses of `{name}` (/{length}) are left after what the template puts there; what others take is not known",
        ja: "`{name}` (/{length}) の残りは、テンプレートのリソースを除いて最大 {free} 個ですが、ほかで使われている数がわかりません",
    );
    Evidence::new(text, in_template(subnet.at))
}

//! Is there room for addresses?

use super::function::{Answer, Function, Stand};
use super::{Evidence, Status};
use crate::network::{Cidr, Missing, Subnet};
use crate::phrase;
use crate::rules::subject::in_template;

/// AWS keeps five addresses of each subnet.
const KEPT: u32 = 5;

/// How many addresses others take is not counted, so nothing is proven here: the rules that own the question tell where
/// there is no room.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    function.over_situations(|stand| in_one(function, stand))
}

fn in_one(function: &Function<'_, '_>, stand: Stand<'_>) -> Answer {
    let rest = stand.workload.subnets.rest.iter();
    let mut evidence: Vec<Evidence> = rest.map(|missing| function.missing(missing)).collect();
    evidence.extend(stand.subnets().map(|subnet| match subnet.cidr.get() {
        Ok(_) if subnet.several => function.missing(&Missing::Component(subnet.name.clone())),
        Ok(Cidr::Known(net)) => uncounted(subnet, net.prefix_len()),
        Ok(Cidr::Symbol(symbol)) => function.missing(&symbol.missing),
        Err(missing) => function.missing(missing),
    }));
    Answer { status: Status::Unknown, evidence }
}

fn uncounted(subnet: &Subnet, length: u8) -> Evidence {
    let name = &subnet.name;
    let all = 1_u64 << 32_u8.saturating_sub(length);
    let usable = all.saturating_sub(u64::from(KEPT));
    let text = phrase!(
        en: "`{name}` (/{length}) has {usable} addresses to use; how many are taken is not known",
        ja: "`{name}` (/{length}) で使えるアドレスは {usable} 個ですが、使用中の数がわかりません",
    );
    Evidence::new(text, in_template(subnet.at))
}

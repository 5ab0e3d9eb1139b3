//! Is there room for addresses?

use super::Status;
use super::function::{Answer, Function};

pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    function.over_situations(|stand| {
        let missing = stand.subnets().filter_map(|subnet| subnet.cidr.get().err());
        let evidence = missing.map(|missing| function.missing(missing)).collect();
        Answer { status: Status::Unknown, evidence }
    })
}

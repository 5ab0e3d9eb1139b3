//! Two zones or more?

use super::function::{Answer, Function, Stand};
use super::{Evidence, Status};
use crate::network::{Missing, Subnet, Topic, Zone};
use crate::phrase;
use crate::rules::subject::in_template;
use crate::rules::{runs_while_deploying, zone_name};

/// Two subnets whose zones are known to differ are enough.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    let id = function.id;
    if runs_while_deploying(function.subject.template, id) {
        let text = phrase!(
            en: "`{id}` runs only while the stack is deployed",
            ja: "`{id}` はスタックのデプロイ中にだけ実行されます",
        );
        return Answer {
            status: Status::NotApplicable,
            evidence: vec![Evidence::new(text, function.named_at())],
        };
    }
    function.over_situations(|stand| in_one(function, stand))
}

fn in_one(function: &Function<'_, '_>, stand: Stand<'_>) -> Answer {
    let mut known: Vec<(&Subnet, &Zone)> = Vec::new();
    let rest = stand.workload.subnets.rest.iter();
    let mut open: Vec<Evidence> = rest.map(|missing| function.missing(missing)).collect();
    for subnet in stand.subnets() {
        match subnet.zone.get() {
            Ok(_) if subnet.several => {
                open.push(function.missing(&Missing::Component(subnet.name.clone())));
            }
            Ok(zone) => known.push((subnet, zone)),
            Err(Missing::Undocumented(Topic::ZoneChoice)) => open.push(chosen_by_aws(subnet)),
            Err(missing) => open.push(function.missing(missing)),
        }
    }
    let differs =
        |(_, zone): &&(&Subnet, &Zone)| known.iter().any(|(_, other)| zone.same(other) == Some(false));
    if known.iter().any(|one| differs(&one)) {
        let evidence = known.iter().map(|(subnet, zone)| {
            let (name, zone) = (&subnet.name, zone_name(zone));
            let text = phrase!(en: "`{name}` is in zone {zone}", ja: "`{name}` は AZ {zone} にあります");
            Evidence::new(text, in_template(subnet.at))
        });
        return Answer { status: Status::Pass, evidence: evidence.collect() };
    }
    if open.is_empty() {
        open.extend(known.iter().map(|(subnet, zone)| {
            let (name, zone) = (&subnet.name, zone_name(zone));
            let text = phrase!(
                en: "`{name}` is in zone {zone}, which cannot be compared with the others",
                ja: "`{name}` は AZ {zone} にあり、ほかの AZ と同じかどうか比べられません",
            );
            Evidence::new(text, in_template(subnet.at))
        }));
    }
    Answer { status: Status::Unknown, evidence: open }
}

fn chosen_by_aws(subnet: &Subnet) -> Evidence {
    let name = &subnet.name;
    let text = phrase!(
        en: "`{name}` names no zone, so AWS chooses one, which may be that of another subnet",
        ja: "`{name}` に AZ の指定がなく、AWS が選びます。ほかのサブネットと同じ AZ になることもあります",
    );
    Evidence::new(text, in_template(subnet.at)).settled_by("AvailabilityZone")
}

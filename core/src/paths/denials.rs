//! What blockers say.

use super::filter::{Way, rules};
use super::flow::{Addresses, Belongs, Flow};
use super::words::{entry_words, numbers, ports_of, ranges};
use crate::language::Phrase;
use crate::network::{AclEntry, Cidr, Fact, GroupIndex, Name, Network, Peer, addresses_of};
use crate::phrase;

/// One side of a flow by its name.
fn named(addresses: &Addresses) -> Phrase {
    match &addresses.belongs {
        Belongs::Service(service) => Phrase::verbatim(service),
        Belongs::Internet => phrase!(en: "the internet", ja: "インターネット"),
        Belongs::Interface { id, .. } => Phrase::verbatim(id),
        Belongs::Stranger { .. } | Belongs::Plain => Phrase::verbatim(numbers(&addresses.ranges)),
    }
}

/// One side of a flow by its name and numbers, for what tells by numbers.
fn numbered(network: &Network, addresses: &Addresses) -> Phrase {
    let Belongs::Interface { id, subnet, .. } = &addresses.belongs else { return named(addresses) };
    let whole = match &network.subnets[subnet.0].cidr {
        Fact::Known(Cidr::Known(net)) if addresses_of(*net) == addresses.ranges => net.to_string(),
        // Numbers that nobody knows are left to the name.
        _ if addresses.open.is_some() => return Phrase::verbatim(id),
        _ => numbers(&addresses.ranges),
    };
    Phrase::verbatim(format!("{id} ({whole})"))
}

pub(super) fn no_route(network: &Network, flow: &Flow, main: bool, subnet: &str) -> Phrase {
    let Phrase { en, ja } = numbered(network, &flow.destination);
    if main {
        return phrase!(
            en: "no route leads to {en}: subnet {subnet} has no route table of its own and falls to the VPC's main one",
            ja: "{ja} へのルートがありません: サブネット {subnet} にはルートテーブルの関連付けがなく、VPC のメインルートテーブルが使われます",
        );
    }
    phrase!(en: "no route leads to {en}", ja: "{ja} へのルートがありません")
}

pub(super) fn no_transit_route(network: &Network, to: &Addresses) -> Phrase {
    let Phrase { en, ja } = numbered(network, to);
    phrase!(
        en: "no route of the transit gateway leads to {en}",
        ja: "Transit Gateway のルートテーブルに {ja} へのルートがありません",
    )
}

pub(super) fn not_behind_vpn(network: &Network, gateway: &str, to: &Addresses) -> Phrase {
    let Phrase { en, ja } = numbered(network, to);
    phrase!(
        en: "no VPN connection of {gateway} has a static route for {en}",
        ja: "{gateway} の VPN 接続に {ja} への静的ルートがありません",
    )
}

pub(super) fn no_route_back(network: &Network, flow: &Flow) -> Phrase {
    let Phrase { en, ja } = numbered(network, &flow.source);
    phrase!(en: "no route leads back to {en}", ja: "{ja} への戻りのルートがありません")
}

pub(super) fn nobody_there(network: &Network, vpc: &str, flow: &Flow) -> Phrase {
    let Phrase { en, ja } = numbered(network, &flow.destination);
    phrase!(
        en: "{en} has an address in the range of VPC {vpc} itself, where nothing answers to it",
        ja: "{ja} は VPC {vpc} 自身の範囲のアドレスですが、そこに応答するものはありません",
    )
}

/// Why no rule of a group applies: in numbers only where a rule goes by numbers.
pub(super) fn group_denies(
    network: &Network,
    groups: &str,
    worn: &[GroupIndex],
    way: Way,
    flow: &Flow,
) -> Phrase {
    let all = || worn.iter().flat_map(|group| &rules(network, *group, way).items);
    let other = match way {
        Way::Egress => &flow.destination,
        Way::Ingress => &flow.source,
    };
    let by_number = all().any(|rule| matches!(rule.peer, Peer::Cidr(_) | Peer::PrefixList(_)));
    let Phrase { en, ja } = if by_number { numbered(network, other) } else { named(other) };
    let what = ports_of(flow);
    match (way, all().next().is_none()) {
        (Way::Egress, true) => phrase!(
            en: "{groups} lets nothing out",
            ja: "{groups} は送信を一切許可していません",
        ),
        (Way::Ingress, true) => phrase!(
            en: "{groups} has no inbound rule, so nothing comes in",
            ja: "{groups} にはインバウンドルールがなく、何も受信できません",
        ),
        (Way::Egress, false) => phrase!(
            en: "no outbound rule of {groups} allows {what} to {en}",
            ja: "{groups} のアウトバウンドルールに {ja} への {what} を許可するものがありません",
        ),
        (Way::Ingress, false) => phrase!(
            en: "no inbound rule of {groups} allows {what} from {en}",
            ja: "{groups} のインバウンドルールに {ja} からの {what} を許可するものがありません",
        ),
    }
}

/// What stands for answers, and the ports that they go to.
fn packets(flow: &Flow, answer: bool) -> Phrase {
    if !answer {
        return Phrase::verbatim(ports_of(flow));
    }
    if !flow.protocol.has_ports() {
        return phrase!(en: "answers", ja: "応答");
    }
    let (protocol, ports) = (flow.protocol, ranges(&flow.source_ports.ranges, |port| port.to_string()));
    phrase!(en: "answers ({protocol} {ports})", ja: "応答 ({protocol} {ports})")
}

pub(super) fn acl_denies(
    network: &Network,
    acl: &str,
    entry: Option<&AclEntry>,
    way: Way,
    flow: &Flow,
    answer: bool,
    subnet: &Name,
) -> Phrase {
    // Entries name the far side.
    let far = match (way, answer) {
        (Way::Egress, false) | (Way::Ingress, true) => &flow.destination,
        (Way::Ingress, false) | (Way::Egress, true) => &flow.source,
    };
    let (far, what) = (numbered(network, far), packets(flow, answer));
    let (Phrase { en: far_en, ja: far_ja }, Phrase { en: what_en, ja: what_ja }) = (far, what);
    match (way, entry.map(entry_words)) {
        (Way::Egress, Some((number, ..))) => phrase!(
            en: "entry {number} denies {what_en} out of subnet {subnet} to {far_en}",
            ja: "エントリ {number} がサブネット {subnet} から {far_ja} への {what_ja} を拒否",
        ),
        (Way::Ingress, Some((number, ..))) => phrase!(
            en: "entry {number} denies {what_en} into subnet {subnet} from {far_en}",
            ja: "エントリ {number} が {far_ja} からサブネット {subnet} への {what_ja} を拒否",
        ),
        (Way::Egress, None) => phrase!(
            en: "no outbound entry of {acl} allows {what_en} out of subnet {subnet} to {far_en}",
            ja: "{acl} のアウトバウンドエントリに、サブネット {subnet} から {far_ja} への {what_ja} を許可するものがありません",
        ),
        (Way::Ingress, None) => phrase!(
            en: "no inbound entry of {acl} allows {what_en} into subnet {subnet} from {far_en}",
            ja: "{acl} のインバウンドエントリに、{far_ja} からサブネット {subnet} への {what_ja} を許可するものがありません",
        ),
    }
}

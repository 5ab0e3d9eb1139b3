//! What hops and blockers say.

mod balancers;
mod gateways;

pub(super) use balancers::*;
pub(super) use gateways::*;

use std::net::{Ipv4Addr, Ipv6Addr};

use super::filter::Way;
use super::flow::Flow;
use crate::language::Phrase;
use crate::network::{
    AclEntry, Cidr, Destination, Fact, GroupIndex, GroupRule, HostedZone, Ipv6Cidr, Listed, Name, Network,
    Peer, Ports, Protocol, Ranges, RecordTarget, ResolverRule, Route, Target, Vpc,
};
use crate::phrase;

/// RFC 1918.
pub(super) const PRIVATE_NETS: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/// RFC 6598.
pub(super) const SHARED_NETS: [&str; 1] = ["100.64.0.0/10"];

pub(super) fn stands_in(subnet: &Name) -> Phrase {
    phrase!(en: "in subnet {subnet}", ja: "サブネット {subnet} 内")
}

pub(super) fn local_route() -> Phrase {
    phrase!(en: "local route: inside the VPC", ja: "local ルート: VPC 内")
}

pub(super) fn to_the_internet() -> Phrase {
    phrase!(en: "to the internet", ja: "インターネットへ")
}

pub(super) fn by_endpoint() -> Phrase {
    phrase!(en: "to the service, without leaving AWS's network", ja: "AWS のネットワーク内でサービスへ")
}

pub(super) fn by_peering(vpc: &Name) -> Phrase {
    phrase!(en: "to VPC {vpc}", ja: "VPC {vpc} へ")
}

pub(super) fn translates(subnet: Option<&Name>) -> Phrase {
    match subnet {
        Some(subnet) => phrase!(
            en: "in subnet {subnet}: puts its own address in place of the sender's",
            ja: "サブネット {subnet} 内: 送信元を自身のアドレスに変換",
        ),
        None => phrase!(
            en: "regional: puts its own address in place of the sender's",
            ja: "リージョナル: 送信元を自身のアドレスに変換",
        ),
    }
}

pub(super) fn answered_by_endpoint(name: &str, endpoint: &Name) -> Phrase {
    phrase!(
        en: "{name} resolves to endpoint {endpoint} (private DNS)",
        ja: "{name} はエンドポイント {endpoint} に解決 (プライベート DNS)",
    )
}

pub(super) fn answered_publicly(name: &str) -> Phrase {
    phrase!(en: "{name} resolves to public addresses", ja: "{name} はパブリックアドレスに解決")
}

pub(super) fn answered_by_record(
    host: &str,
    zone: &HostedZone,
    targets: &Listed<RecordTarget>,
    network: &Network,
) -> Phrase {
    let target = |target: &RecordTarget| match target {
        RecordTarget::Address(address) => address.to_string(),
        RecordTarget::Host(host) => host.clone(),
        RecordTarget::Workload(name) => name.to_string(),
        RecordTarget::Endpoint(at) => network.endpoints[at.0].name.to_string(),
    };
    let mut targets: Vec<String> =
        targets.items.iter().map(target).chain(targets.rest.iter().map(|_| "?".to_owned())).collect();
    targets.dedup();
    let (targets, zone) = (targets.join(", "), &zone.name);
    phrase!(
        en: "{host} resolves to {targets} (hosted zone {zone})",
        ja: "{host} は {targets} に解決 (ホストゾーン {zone})",
    )
}

pub(super) fn balancer_is_public(balancer: &str) -> Phrase {
    phrase!(
        en: "{balancer} is internet-facing: its name resolves to public addresses",
        ja: "{balancer} はインターネット向けのため、名前はパブリックアドレスに解決",
    )
}

pub(super) fn no_record(host: &str, zone: &HostedZone) -> Phrase {
    let zone = &zone.name;
    phrase!(
        en: "the private zone {zone} is about {host} and has no record for it, and the public DNS is not asked then",
        ja: "プライベートホストゾーン {zone} が {host} を受け持ちますがレコードがなく、パブリック DNS にも問い合わせません",
    )
}

pub(super) fn zone_elsewhere(host: &str, zone: &HostedZone, vpc: &Name) -> Phrase {
    let zone = &zone.name;
    phrase!(
        en: "{host} is in the private zone {zone}, which is not associated with VPC {vpc}",
        ja: "{host} はプライベートホストゾーン {zone} にありますが、VPC {vpc} と関連付けられていません",
    )
}

pub(super) fn never_public(host: &str) -> Phrase {
    phrase!(
        en: "{host} leads to no public address; which private one it is answered with is not known here",
        ja: "{host} はパブリック IP アドレスには解決されません。どのプライベート IP アドレスになるかは、ここではわかりません",
    )
}

pub(super) fn dns_support_off(vpc: &Vpc) -> Phrase {
    let vpc = &vpc.name;
    phrase!(
        en: "EnableDnsSupport is off in VPC {vpc}: its resolver answers no name",
        ja: "VPC {vpc} の EnableDnsSupport が無効なため、名前を解決できません",
    )
}

/// The attributes that are off.
fn off(vpc: &Vpc) -> (String, String) {
    let known = [("EnableDnsSupport", &vpc.dns_support), ("EnableDnsHostnames", &vpc.dns_hostnames)];
    let off: Vec<&str> =
        known.iter().filter(|(_, fact)| fact.known() == Some(&false)).map(|(name, _)| *name).collect();
    (off.join(" and "), off.join(" と "))
}

pub(super) fn endpoint_needs_dns(endpoint: &Name, vpc: &Vpc) -> Phrase {
    let ((en, ja), vpc) = (off(vpc), &vpc.name);
    phrase!(
        en: "endpoint {endpoint} has private DNS, which needs {en} of VPC {vpc}",
        ja: "エンドポイント {endpoint} のプライベート DNS には VPC {vpc} の {ja} が必要です",
    )
}

pub(super) fn zone_needs_hostnames(zone: &HostedZone, vpc: &Vpc) -> Phrase {
    let ((en, ja), zone, vpc) = (off(vpc), &zone.name, &vpc.name);
    phrase!(
        en: "the private zone {zone} needs {en} of VPC {vpc}",
        ja: "プライベートホストゾーン {zone} には VPC {vpc} の {ja} が必要です",
    )
}

pub(super) fn forwarded(host: &str, rule: &ResolverRule, endpoint: Option<&Name>) -> Phrase {
    let mut servers: Vec<String> =
        rule.servers.items.iter().map(|(address, _)| address.to_string()).collect();
    if rule.servers.rest.is_some() || servers.is_empty() {
        servers.push("?".to_owned());
    }
    let (servers, rule) = (servers.join(", "), &rule.name);
    let endpoint = endpoint.map_or_else(|| "?".to_owned(), ToString::to_string);
    phrase!(
        en: "rule {rule} has {servers} asked for {host}, through {endpoint}",
        ja: "ルール {rule} により、{host} は {endpoint} から {servers} に問い合わせ",
    )
}

pub(super) fn not_forwarded(domain: &str, why: &Phrase) -> Phrase {
    let Phrase { en, ja } = why;
    phrase!(
        en: "the outbound endpoint cannot ask the servers for {domain}: {en}",
        ja: "アウトバウンドエンドポイントから {domain} の DNS サーバーに問い合わせできません: {ja}",
    )
}

pub(super) fn asks_others(vpc: &Vpc) -> Phrase {
    let mut servers: Vec<String> = vpc.name_servers.items.iter().map(ToString::to_string).collect();
    if vpc.name_servers.rest.is_some() || servers.is_empty() {
        servers.push("?".to_owned());
    }
    let (servers, vpc) = (servers.join(", "), &vpc.name);
    phrase!(
        en: "the DHCP options of VPC {vpc} have {servers} asked instead of Amazon's resolver",
        ja: "VPC {vpc} の DHCP オプションにより、Amazon のリゾルバーではなく {servers} に問い合わせ",
    )
}

pub(super) fn server_unreachable(server: &str, why: &Phrase) -> Phrase {
    let Phrase { en, ja } = why;
    phrase!(
        en: "the name server {server} cannot be asked: {en}",
        ja: "DNS サーバー {server} に問い合わせできません: {ja}",
    )
}

pub(super) fn answers_are_short() -> Phrase {
    phrase!(
        en: "answers of name servers are taken to be short: TCP 53, which long ones need, is not open to them",
        ja: "DNS の応答は短いものとします (長い応答に必要な TCP 53 が開いていません)",
    )
}

pub(super) fn arrives(flow: &Flow) -> Phrase {
    let ports = ports_of(flow);
    phrase!(en: "reached on {ports}", ja: "{ports} で到達")
}

pub(super) fn outside_a_vpc() -> Phrase {
    phrase!(
        en: "in no VPC: calls leave from the Lambda service's own network",
        ja: "VPC 外: Lambda サービス側のネットワークから送信",
    )
}

pub(super) fn not_in_vpc(id: &str) -> Phrase {
    phrase!(
        en: "{id} is in no VPC, so private addresses are out of its reach",
        ja: "{id} は VPC に接続していないため、プライベートアドレスには届きません",
    )
}

pub(super) fn function_as_target(id: &str) -> Phrase {
    phrase!(
        en: "nothing connects to {id} over the network: functions are called through the Lambda service (`lambda`)",
        ja: "{id} にネットワークから接続するものはありません。関数は Lambda サービス (`lambda`) 経由で呼び出されます",
    )
}

pub(super) fn no_mount_target() -> Phrase {
    phrase!(
        en: "there is no mount target in the caller's zone, so its name is not answered there",
        ja: "呼び出し側の AZ にマウントターゲットがなく、名前を解決できません",
    )
}

/// `tcp 443`, `udp 1024-2048`, `icmp echo`.
pub(super) fn ports_of(flow: &Flow) -> String {
    if matches!(flow.protocol, Protocol::ICMP | Protocol::ICMPV6) {
        return format!("{} echo", flow.protocol);
    }
    if !flow.protocol.has_ports() {
        return format!("protocol {}", flow.protocol);
    }
    format!("{} {}", flow.protocol, ranges(&flow.ports.ranges, |number| number.to_string()))
}

pub(super) fn ranges(ranges: &Ranges, write: impl Fn(u128) -> String) -> String {
    /// More ranges than these are cut short.
    const SHOWN: usize = 3;
    let mut words: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(
            |(first, last)| {
                if first == last { write(first) } else { format!("{}-{}", write(first), write(last)) }
            },
        )
        .collect();
    if ranges.iter().count() > SHOWN {
        words.push("…".to_owned());
    }
    words.join(", ")
}

/// Addresses by number: as a prefix where they are one.
pub(super) fn numbers(set: &Ranges) -> String {
    let mut all = set.iter();
    if let (Some((first, last)), None) = (all.next(), all.next()) {
        let bits = if set.is_ipv6() { 128 } else { 32 };
        let size = (last - first).saturating_add(1);
        if size.is_power_of_two() && first.is_multiple_of(size) && size > 1 {
            return format!("{}/{}", address(first), bits - size.trailing_zeros());
        }
    }
    ranges(set, address)
}

/// An address of either version.
pub(super) fn address(number: u128) -> String {
    match u32::try_from(number) {
        Ok(number) => Ipv4Addr::from(number).to_string(),
        Err(_) => Ipv6Addr::from(number).to_string(),
    }
}

fn ipv6_cidr(cidr: &Ipv6Cidr) -> String {
    match cidr {
        Ipv6Cidr::Known(net) => net.to_string(),
        Ipv6Cidr::Symbol(symbol) => symbol.text.to_string(),
    }
}

fn cidr(cidr: &Cidr) -> String {
    match cidr {
        Cidr::Known(net) => net.to_string(),
        Cidr::Symbol(symbol) => symbol.text.to_string(),
    }
}

fn prefix_list(network: &Network, list: crate::network::PrefixListIndex) -> String {
    let list = &network.prefix_lists[list.0];
    match &list.service {
        Some(service) if !list.name.matches(service) && !matches!(list.name, Name::Implied { .. }) => {
            format!("{} ({service})", list.name)
        }
        Some(service) => service.clone(),
        None => list.name.to_string(),
    }
}

/// `0.0.0.0/0 -> Nat`.
pub(super) fn route(network: &Network, route: &Route) -> Phrase {
    let destination = match &route.destination {
        Destination::Cidr(range) => cidr(range),
        Destination::PrefixList(list) => prefix_list(network, *list),
        Destination::Ipv6(range) => ipv6_cidr(range),
        Destination::Unknown(_) => "?".to_owned(),
    };
    let target = match &route.target {
        Target::Local => "local".to_owned(),
        Target::InternetGateway(gateway) => network.internet_gateways[gateway.0].name.to_string(),
        Target::NatGateway(nat) => network.nat_gateways[nat.0].name.to_string(),
        Target::GatewayEndpoint(endpoint) => network.endpoints[endpoint.0].name.to_string(),
        Target::Peering(peering) => network.peerings[peering.0].name.to_string(),
        Target::Interface { name, .. } | Target::Gateway { name, .. } => name.to_string(),
        Target::Unknown(_) => "?".to_owned(),
    };
    phrase!(en: "route {destination} → {target}", ja: "ルート {destination} → {target}")
}

pub(super) fn table_unknown() -> Phrase {
    phrase!(en: "its route table is not known here", ja: "ルートテーブルがわかりません")
}

pub(super) fn route_unknown() -> Phrase {
    phrase!(en: "which route is taken is not known here", ja: "どのルートが使われるかわかりません")
}

pub(super) fn target_unknown() -> Phrase {
    phrase!(en: "where the route leads is not known here", ja: "ルートの行き先がわかりません")
}

pub(super) fn blackhole(route: &Phrase) -> Phrase {
    Phrase {
        en: format!("{}: its target is gone (blackhole)", route.en),
        ja: format!("{}: ターゲットがありません (blackhole)", route.ja),
    }
}

pub(super) fn answer_elsewhere(route: &Phrase) -> Phrase {
    Phrase {
        en: format!("answers do not come back: {}", route.en),
        ja: format!("応答が戻りません: {}", route.ja),
    }
}

pub(super) fn answer_stays(_table: &str) -> Phrase {
    phrase!(
        en: "answers do not come back: the sender's address is also one of this VPC's own, so they stay here",
        ja: "応答が戻りません: 送信元のアドレスがこの VPC の範囲と重なり、応答は VPC 内に留まります",
    )
}

pub(super) fn not_attached(gateway: &str) -> Phrase {
    phrase!(en: "{gateway} is attached to no VPC", ja: "{gateway} はどの VPC にもアタッチされていません")
}

pub(super) fn attached_elsewhere(gateway: &str) -> Phrase {
    phrase!(en: "{gateway} is attached to another VPC", ja: "{gateway} は別の VPC にアタッチされています")
}

pub(super) fn no_internet_gateway(vpc: &str) -> Phrase {
    phrase!(
        en: "no internet gateway is attached to VPC {vpc}",
        ja: "VPC {vpc} にインターネットゲートウェイがアタッチされていません",
    )
}

pub(super) fn private_destination(gateway: &str) -> Phrase {
    phrase!(
        en: "{gateway} does not send to private addresses",
        ja: "{gateway} はプライベートアドレス宛ての通信を送りません",
    )
}

pub(super) fn no_public_address(gateway: &str) -> Phrase {
    phrase!(
        en: "{gateway} carries only what has a public address; a function in a VPC has private ones only, in a public subnet too",
        ja: "{gateway} を通れるのはパブリックアドレスを持つものだけです。VPC 内の関数は、パブリックサブネットにあってもプライベートアドレスしか持ちません",
    )
}

pub(super) fn private_nat(gateway: &str) -> Phrase {
    phrase!(
        en: "{gateway} carries only what has a public address; a private NAT gateway has none",
        ja: "{gateway} を通れるのはパブリックアドレスを持つものだけです。プライベート NAT ゲートウェイは持ちません",
    )
}

pub(super) fn public_address_unknown() -> Phrase {
    phrase!(
        en: "whether the sender has a public address is not known here",
        ja: "送信元がパブリックアドレスを持つかどうかわかりません",
    )
}

pub(super) fn nat_loop(nat: &str) -> Phrase {
    phrase!(
        en: "the route table of {nat}'s own subnet sends everything back to {nat}; it needs a route to an internet gateway",
        ja: "{nat} 自身のサブネットのルートテーブルが {nat} に戻しています。インターネットゲートウェイへのルートが必要です",
    )
}

pub(super) fn nat_unknown(nat: &str) -> Phrase {
    phrase!(en: "the subnet of {nat} is not known here", ja: "{nat} のサブネットがわかりません")
}

pub(super) fn nat_of_other_vpc(nat: &str) -> Phrase {
    phrase!(en: "{nat} serves its own VPC only", ja: "{nat} が扱えるのは自身の VPC の通信だけです")
}

pub(super) fn endpoint_behind_nat(endpoint: &str) -> Phrase {
    phrase!(
        en: "whether a NAT gateway may use gateway endpoint {endpoint} is not documented",
        ja: "NAT ゲートウェイからゲートウェイエンドポイント {endpoint} を使えるかは文書化されていません",
    )
}

pub(super) fn peering_behind_nat(peering: &str) -> Phrase {
    phrase!(
        en: "whether a NAT gateway may use peering connection {peering} is not documented",
        ja: "NAT ゲートウェイからピアリング接続 {peering} を使えるかは文書化されていません",
    )
}

pub(super) fn local_behind_nat() -> Phrase {
    phrase!(
        en: "whether a NAT gateway sends on to an address of its own VPC is not documented",
        ja: "NAT ゲートウェイが同じ VPC 内のアドレスへ転送するかは文書化されていません",
    )
}

pub(super) fn endpoint_protocol(endpoint: &str) -> Phrase {
    phrase!(en: "{endpoint} carries TCP and ICMP only", ja: "{endpoint} が扱うのは TCP と ICMP だけです")
}

pub(super) fn policy_unknown() -> Phrase {
    phrase!(
        en: "part of its policy is not known: it may refuse requests",
        ja: "ポリシーに不明な部分があり、リクエストが拒否される可能性があります",
    )
}

pub(super) fn policy_allows_nothing(endpoint: &str) -> Phrase {
    phrase!(
        en: "the policy of {endpoint} allows nothing",
        ja: "{endpoint} のポリシーは何も許可していません",
    )
}

/// Of many actions the first are named.
pub(super) fn policy_allows(actions: Option<&[&str]>) -> Phrase {
    const NAMED: usize = 4;
    let Some(actions) = actions else {
        return phrase!(
            en: "its policy lets all requests through but those that it names",
            ja: "ポリシーは、列挙したもの以外のリクエストを許可しています",
        );
    };
    let mut names = actions.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if actions.len() > NAMED {
        names.push_str(", ...");
    }
    phrase!(
        en: "its policy lets some requests through: {names}",
        ja: "ポリシーは一部のリクエストだけを許可しています: {names}",
    )
}

pub(super) fn resource_policy_refuses(resource: &str, actions: &[&str], by: Option<&Name>) -> Phrase {
    let names = actions.join(", ");
    match by {
        Some(by) => phrase!(
            en: "the policy of {resource} refuses {names} through endpoint {by}",
            ja: "{resource} のポリシーは、エンドポイント {by} 経由の {names} を拒否します",
        ),
        None => phrase!(
            en: "the policy of {resource} refuses {names} without an endpoint",
            ja: "{resource} のポリシーは、エンドポイントを経由しない {names} を拒否します",
        ),
    }
}

pub(super) fn policy_refuses(endpoint: &str, actions: &[&str]) -> Phrase {
    let names = actions.join(", ");
    phrase!(
        en: "the policy of {endpoint} refuses {names}",
        ja: "{endpoint} のポリシーが {names} を許可していません",
    )
}

pub(super) fn policy_may_refuse(id: &str, actions: &[&str]) -> Phrase {
    let names = actions.join(", ");
    phrase!(
        en: "whether the policy of {id} lets {names} through is not known",
        ja: "{id} のポリシーが {names} を許可するかどうかわかりません",
    )
}

pub(super) fn within_policy(endpoint: &str) -> Phrase {
    phrase!(
        en: "the requests are among those that the policy of {endpoint} lets through",
        ja: "リクエストが {endpoint} のポリシーで許可されているものと仮定しています",
    )
}

pub(super) fn peering_inactive(peering: &str) -> Phrase {
    phrase!(en: "{peering} is not active", ja: "{peering} は有効ではありません")
}

pub(super) fn peering_elsewhere(peering: &str) -> Phrase {
    phrase!(en: "{peering} does not connect this VPC", ja: "{peering} はこの VPC を接続していません")
}

pub(super) fn peering_unknown(peering: &str) -> Phrase {
    phrase!(en: "what {peering} connects is not known here", ja: "{peering} の接続先がわかりません")
}

pub(super) fn not_transitive(peering: &str) -> Phrase {
    phrase!(
        en: "{peering} carries traffic between its two VPCs only, not through them",
        ja: "{peering} が運ぶのは 2 つの VPC の間の通信だけで、その先へは運びません",
    )
}

pub(super) fn source_dest_check(interface: &str) -> Phrase {
    phrase!(
        en: "{interface} drops what is not addressed to it (SourceDestCheck)",
        ja: "{interface} は自分宛てでない通信を破棄します (SourceDestCheck)",
    )
}

pub(super) fn source_dest_check_unknown(interface: &str) -> Phrase {
    phrase!(
        en: "whether {interface} forwards what is not addressed to it is not known here",
        ja: "{interface} が自分宛てでない通信を転送するかどうかわかりません",
    )
}

pub(super) fn forwards(interface: &str) -> Phrase {
    phrase!(
        en: "{interface} forwards packets; what it does with them is up to its software",
        ja: "{interface} は通信を転送します。その先はソフトウェア次第です",
    )
}

pub(super) fn stranger() -> Phrase {
    phrase!(
        en: "which interface has this address, and so which groups guard it, is not known here",
        ja: "このアドレスを持つインターフェイスと、そのセキュリティグループがわかりません",
    )
}

/// The names of groups, in a row.
pub(super) fn group_names(network: &Network, groups: &Listed<GroupIndex>) -> String {
    let names: Vec<String> =
        groups.items.iter().map(|group| network.groups[group.0].name.to_string()).collect();
    if names.is_empty() { "?".to_owned() } else { names.join(", ") }
}

fn traffic(protocol: &Fact<Protocol>, ports: &Fact<Ports>) -> String {
    let protocol = match protocol {
        Fact::Known(Protocol::All) => return "*".to_owned(),
        Fact::Known(protocol) => *protocol,
        Fact::Unknown(_) => return "?".to_owned(),
    };
    match ports {
        _ if !protocol.has_ports() => protocol.to_string(),
        Fact::Known(ports) if *ports == Ports::ALL => format!("{protocol} *"),
        Fact::Known(ports) => format!("{protocol} {ports}"),
        Fact::Unknown(_) => format!("{protocol} ?"),
    }
}

/// `allows tcp 443 to 0.0.0.0/0`.
pub(super) fn group_rule(network: &Network, rule: &GroupRule, way: Way) -> Phrase {
    let what = traffic(&rule.protocol, &rule.ports);
    let peer = match &rule.peer {
        Peer::Cidr(range) => cidr(range),
        Peer::PrefixList(list) => prefix_list(network, *list),
        Peer::Group(group) => network.groups[group.0].name.to_string(),
        Peer::Ipv6(range) => ipv6_cidr(range),
        Peer::Unknown(_) => "?".to_owned(),
    };
    match (way, rule.default) {
        (Way::Egress, true) if rule.at.is_some() => phrase!(
            en: "lets everything out: AWS puts its own rule in place of an empty list when the group is made (an update to an empty list closes it)",
            ja: "すべて送信可: 空のリストで作成すると AWS の既定ルールが入ります (更新で空にした場合は閉じます)",
        ),
        (Way::Egress, true) => phrase!(
            en: "lets everything out (no egress rule is written)",
            ja: "すべて送信可 (アウトバウンドルールの記述なし)",
        ),
        (Way::Ingress, true) => phrase!(
            en: "lets in what wears the same group",
            ja: "同じグループからの受信を許可",
        ),
        (Way::Egress, false) => phrase!(en: "allows {what} to {peer}", ja: "{peer} への {what} を許可"),
        (Way::Ingress, false) => phrase!(en: "allows {what} from {peer}", ja: "{peer} からの {what} を許可"),
    }
}

pub(super) fn group_unknown(way: Way) -> Phrase {
    match way {
        Way::Egress => phrase!(
            en: "whether its outbound rules allow this is not known here",
            ja: "アウトバウンドルールが許可するかどうかわかりません",
        ),
        Way::Ingress => phrase!(
            en: "whether its inbound rules allow this is not known here",
            ja: "インバウンドルールが許可するかどうかわかりません",
        ),
    }
}

pub(super) fn acl_unknown() -> Phrase {
    phrase!(
        en: "whether the subnet's network ACL allows this is not known here",
        ja: "サブネットのネットワーク ACL が許可するかどうかわかりません",
    )
}

pub(super) fn entry_words(entry: &AclEntry) -> (String, String, String) {
    let number = entry.number.known().map_or_else(|| "?".to_owned(), u16::to_string);
    let range = match (&entry.cidr, &entry.ipv6_cidr) {
        (Some(range), _) => cidr(range),
        (None, Some(range)) => ipv6_cidr(range),
        (None, None) => "?".to_owned(),
    };
    (number, traffic(&entry.protocol, &entry.ports), range)
}

pub(super) fn acl_entry(entry: &AclEntry, way: Way, subnet: &Name) -> Phrase {
    if entry.at.is_none() {
        return match way {
            Way::Egress => {
                phrase!(en: "out of subnet {subnet}: everything", ja: "サブネット {subnet} から: すべて許可")
            }
            Way::Ingress => {
                phrase!(en: "into subnet {subnet}: everything", ja: "サブネット {subnet} へ: すべて許可")
            }
        };
    }
    let (number, what, range) = entry_words(entry);
    match way {
        Way::Egress => phrase!(
            en: "out of subnet {subnet}: entry {number} allows {what} to {range}",
            ja: "サブネット {subnet} から: エントリ {number} が {range} への {what} を許可",
        ),
        Way::Ingress => phrase!(
            en: "into subnet {subnet}: entry {number} allows {what} from {range}",
            ja: "サブネット {subnet} へ: エントリ {number} が {range} からの {what} を許可",
        ),
    }
}

pub(super) fn taken_as_no_service_address(goal: &str, services: &str) -> Phrase {
    phrase!(
        en: "{goal} is taken to be no address of {services}",
        ja: "{goal} は {services} のアドレスではないものとします",
    )
}

pub(super) fn ports_left_out(ports: &Ranges) -> Phrase {
    let ports = ranges(ports, |port| port.to_string());
    phrase!(
        en: "a network ACL treats callers' port {ports} differently; so few ports are left out",
        ja: "ネットワーク ACL は呼び出し元ポート {ports} だけ扱いが異なりますが、わずかなため除いて判定しています",
    )
}

pub(super) fn no_other_endpoint(service: &str, vpc: &Name) -> Phrase {
    phrase!(
        en: "VPC {vpc} is taken to have no endpoint for {service} beside those that are known here",
        ja: "VPC {vpc} には、ここでわかるもの以外に {service} のエンドポイントはないものとします",
    )
}

pub(super) fn taken_as_public(host: &str) -> Phrase {
    phrase!(en: "{host} is taken to have a public address", ja: "{host} はパブリックアドレスを持つものとします")
}

pub(super) fn dns_taken_as_on(vpc: &Name) -> Phrase {
    phrase!(
        en: "DNS support and DNS hostnames are taken to be on in VPC {vpc}: an endpoint with private DNS needs them",
        ja: "VPC {vpc} の DNS サポートと DNS ホスト名は有効なものとします (プライベート DNS のエンドポイントに必要なため)",
    )
}

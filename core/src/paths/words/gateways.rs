//! What is said of gateways, appliances and IP version 6 on a way.

use super::{cidr, ipv6_cidr, prefix_list};
use crate::language::Phrase;
use crate::network::{Destination, GatewayKind, Name, Network};
use crate::phrase;

pub(in crate::paths) fn beyond_gateway(kind: GatewayKind, id: &str) -> Phrase {
    match kind {
        GatewayKind::ApplianceEndpoint => phrase!(
            en: "what the appliance behind {id} lets through is not known",
            ja: "{id} の先のアプライアンスが何を通すかわかりません",
        ),
        GatewayKind::TransitGateway
        | GatewayKind::VpnGateway
        | GatewayKind::LocalGateway
        | GatewayKind::CarrierGateway
        | GatewayKind::CoreNetwork
        | GatewayKind::EgressOnlyInternetGateway => gateway_elsewhere(id),
    }
}

pub(in crate::paths) fn gateway_elsewhere(id: &str) -> Phrase {
    phrase!(
        en: "what stands behind {id} is not in the template",
        ja: "{id} の先の構成はテンプレートにありません",
    )
}

pub(in crate::paths) fn beyond_attachment(attachment: &str) -> Phrase {
    phrase!(
        en: "what {attachment} attaches is not in the template",
        ja: "{attachment} の接続先はテンプレートにありません",
    )
}

pub(in crate::paths) fn ipv6_only(gateway: &str) -> Phrase {
    phrase!(en: "{gateway} carries IPv6 only", ja: "{gateway} が運ぶのは IPv6 だけです")
}

pub(in crate::paths) fn own_vpc_only(id: &str) -> Phrase {
    phrase!(
        en: "{id} serves its own VPC only, not what comes through it from elsewhere",
        ja: "{id} が扱うのは自身の VPC の通信だけで、ほかから VPC を経由する通信は扱いません",
    )
}

pub(in crate::paths) fn public_access_blocked() -> Phrase {
    phrase!(
        en: "VPC Block Public Access stops what goes to the internet (block-bidirectional), and neither the VPC nor the subnet is excluded",
        ja: "VPC ブロックパブリックアクセス (block-bidirectional) がインターネットへの通信を止めており、VPC もサブネットも除外されていません",
    )
}

pub(in crate::paths) fn appliance_mode(attachment: &str) -> Phrase {
    phrase!(
        en: "flows between zones are taken to pass the same firewall endpoint both ways; that needs appliance mode on {attachment}, which is off",
        ja: "AZ をまたぐ通信も往復で同じファイアウォールエンドポイントを通るものとします。それには {attachment} のアプライアンスモードが必要ですが、無効です",
    )
}

pub(in crate::paths) fn one_endpoint(firewall: &str, out: &Name, back: &Name) -> Phrase {
    phrase!(
        en: "{firewall} is taken to see both ways of a flow by one endpoint; packets are routed to the one in {out} and answers to the one in {back}, and stateful rules drop what they see only half of",
        ja: "{firewall} は往復の通信を同じエンドポイントで検査するものとします。ルート上、行きは {out}、戻りは {back} のエンドポイントを通り、片方向しか見えない通信はステートフルルールに破棄されます",
    )
}

pub(in crate::paths) fn no_ipv6_address(id: &str) -> Phrase {
    phrase!(
        en: "{id} has no IPv6 address: its subnet must have a range of IPv6, and a function Ipv6AllowedForDualStack",
        ja: "{id} には IPv6 アドレスがありません。サブネットの IPv6 範囲と、関数では Ipv6AllowedForDualStack が必要です",
    )
}

pub(in crate::paths) fn ipv6_address_unknown(id: &str) -> Phrase {
    phrase!(
        en: "whether {id} has an IPv6 address is not known here",
        ja: "{id} が IPv6 アドレスを持つかどうかわかりません",
    )
}

pub(in crate::paths) fn nat_not_in_zone(nat: &str, subnet: &Name) -> Phrase {
    phrase!(
        en: "no address of {nat} (AvailabilityZoneAddresses) is known to be in the zone of {subnet}",
        ja: "{nat} (AvailabilityZoneAddresses) に {subnet} と同じ AZ のアドレスが見当たりません",
    )
}

pub(in crate::paths) fn nat64_only(nat: &str) -> Phrase {
    phrase!(
        en: "of IPv6, {nat} takes 64:ff9b::/96 only",
        ja: "{nat} が扱う IPv6 は 64:ff9b::/96 だけです",
    )
}

pub(in crate::paths) fn by_ipv6() -> Phrase {
    phrase!(
        en: "over IPv6: IPv4 has no way out, so hosts without an IPv6 address are out of reach",
        ja: "IPv6 による到達です。IPv4 では外に出られないため、IPv6 アドレスのないホストには届きません",
    )
}

pub(in crate::paths) fn nor_by_ipv6(why: &Phrase) -> Phrase {
    let Phrase { en, ja } = why;
    phrase!(
        en: "a route for IPv6 leads out, but over IPv6 nothing passes either: {en}",
        ja: "IPv6 には外へのルートがありますが、IPv6 でも通れません: {ja}",
    )
}

pub(in crate::paths) fn by_dns64() -> Phrase {
    phrase!(
        en: "over IPv6: the resolver makes addresses of 64:ff9b::/96 (EnableDns64), which a NAT gateway takes back to IPv4",
        ja: "IPv6 による到達です。リゾルバーが 64:ff9b::/96 のアドレスを返し (EnableDns64)、NAT ゲートウェイが IPv4 に変換します",
    )
}

pub(in crate::paths) fn route_ring(id: &str) -> Phrase {
    phrase!(
        en: "the routes behind {id} send this back to {id}",
        ja: "{id} の先のルートが {id} に戻しています",
    )
}

pub(in crate::paths) fn not_attached_to(gateway: &str, vpc: &Name) -> Phrase {
    phrase!(
        en: "VPC {vpc} is not attached to {gateway}",
        ja: "VPC {vpc} は {gateway} にアタッチされていません",
    )
}

pub(in crate::paths) fn enters_by(attachment: &Name) -> Phrase {
    phrase!(en: "in by attachment {attachment}", ja: "アタッチメント {attachment} から入る")
}

pub(in crate::paths) fn into_vpc(vpc: &Name) -> Phrase {
    phrase!(en: "out into VPC {vpc}", ja: "VPC {vpc} へ出る")
}

pub(in crate::paths) fn no_attachment_in_zone(attachment: &str, subnet: &Name) -> Phrase {
    phrase!(
        en: "{attachment} has no subnet in the zone of {subnet}: a transit gateway is reached from zones with one only",
        ja: "{attachment} には {subnet} と同じ AZ のサブネットがありません。Transit Gateway に届くのは、アタッチメントのサブネットがある AZ からだけです",
    )
}

pub(in crate::paths) fn zone_of_attachment_unknown(attachment: &str) -> Phrase {
    phrase!(
        en: "whether {attachment} has a subnet in this zone is not known here",
        ja: "{attachment} がこの AZ にサブネットを持つかどうかわかりません",
    )
}

pub(in crate::paths) fn no_transit_table(attachment: &str) -> Phrase {
    phrase!(
        en: "{attachment} is associated with no route table of the transit gateway",
        ja: "{attachment} は Transit Gateway のルートテーブルに関連付けられていません",
    )
}

pub(in crate::paths) fn transit_table_unknown(attachment: &str) -> Phrase {
    phrase!(
        en: "which route table of the transit gateway {attachment} is associated with is not in the template",
        ja: "{attachment} がどの Transit Gateway ルートテーブルに関連付けられるかはテンプレートにありません",
    )
}

fn transit_destination(network: &Network, destination: &Destination) -> String {
    match destination {
        Destination::Cidr(range) => cidr(range),
        Destination::PrefixList(list) => prefix_list(network, *list),
        Destination::Ipv6(range) => ipv6_cidr(range),
        Destination::Unknown(_) => "?".to_owned(),
    }
}

/// `10.1.0.0/16 -> Attachment`.
pub(in crate::paths) fn transit_route(
    network: &Network,
    destination: &Destination,
    attachment: &Name,
) -> Phrase {
    let destination = transit_destination(network, destination);
    phrase!(en: "route {destination} → {attachment}", ja: "ルート {destination} → {attachment}")
}

pub(in crate::paths) fn dropped_by_route(network: &Network, destination: &Destination) -> Phrase {
    let destination = transit_destination(network, destination);
    phrase!(
        en: "route {destination} drops this (blackhole)",
        ja: "ルート {destination} が破棄します (blackhole)",
    )
}

pub(in crate::paths) fn by_vpn() -> Phrase {
    phrase!(en: "to a VPN connection", ja: "VPN 接続へ")
}

pub(in crate::paths) fn to_customer_gateway(gateway: &str) -> Phrase {
    phrase!(en: "to customer gateway {gateway}", ja: "カスタマーゲートウェイ {gateway} へ")
}

pub(in crate::paths) fn remote_network(gateway: &str) -> Phrase {
    phrase!(
        en: "the network behind {gateway} is taken to deliver packets and to send answers back; the template says nothing of it",
        ja: "{gateway} の先のネットワークは通信を届け、応答を返すものとします (テンプレートからはわかりません)",
    )
}

pub(in crate::paths) fn announced(gateway: &str) -> Phrase {
    phrase!(
        en: "which ranges the other side of {gateway} announces is not in the template",
        ja: "{gateway} の相手側がどの範囲を広報するかはテンプレートにありません",
    )
}

pub(in crate::paths) fn taken_as_nat_instance(instance: &str) -> Phrase {
    phrase!(
        en: "{instance} is taken to be a NAT instance: its software translates addresses and sends packets on",
        ja: "{instance} は NAT インスタンスとして、アドレスを変換して転送するものとします",
    )
}

pub(in crate::paths) fn firewall_passes() -> Phrase {
    phrase!(en: "passes the firewall", ja: "ファイアウォールを通過")
}

pub(in crate::paths) fn firewall_drops(firewall: &str, answer: bool) -> Phrase {
    if answer {
        phrase!(
            en: "the stateless rules of {firewall} drop the answers",
            ja: "{firewall} のステートレスルールが応答を破棄します",
        )
    } else {
        phrase!(en: "the rules of {firewall} drop this", ja: "{firewall} のルールが破棄します")
    }
}

pub(in crate::paths) fn firewall_unknown(firewall: &str) -> Phrase {
    phrase!(
        en: "whether {firewall} lets this through is not known here",
        ja: "{firewall} がこれを通すかどうかわかりません",
    )
}

pub(in crate::paths) fn stateful(firewall: &str) -> Phrase {
    phrase!(
        en: "{firewall} hands this to its stateful rules, which vpcheck does not judge",
        ja: "{firewall} はステートフルルールに渡します (vpcheck は判定しません)",
    )
}

pub(in crate::paths) fn answers_pass_by(firewall: &str) -> Phrase {
    phrase!(
        en: "answers do not come back past {firewall}, which must see both ways",
        ja: "応答は {firewall} を通りません。往復の両方が通る必要があります",
    )
}

pub(in crate::paths) fn one_way_only(firewall: &str) -> Phrase {
    phrase!(
        en: "only answers pass {firewall}, which must see both ways",
        ja: "{firewall} を通るのは応答だけです。往復の両方が通る必要があります",
    )
}

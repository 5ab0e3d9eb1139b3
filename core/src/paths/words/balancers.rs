//! What is said of load balancers and proxies.

use crate::language::Phrase;
use crate::network::{BalancerListener, Name, TargetGroup};
use crate::phrase;

/// `listener Http (80)`, `listener 80`.
fn listener_words(listener: &BalancerListener) -> String {
    let port = listener.ports.known().map_or_else(|| "?".to_owned(), ToString::to_string);
    match &listener.name {
        Some(name) => format!("{name} ({port})"),
        None => port,
    }
}

pub(in crate::paths) fn forwards_to(listener: &BalancerListener, to: &str, keeps_client: bool) -> Phrase {
    let listener = listener_words(listener);
    if keeps_client {
        return phrase!(
            en: "listener {listener} forwards to {to} and leaves the caller's address in place",
            ja: "リスナー {listener} が送信元アドレスを保持したまま {to} へ転送",
        );
    }
    phrase!(
        en: "listener {listener} forwards to {to}, from an address of the load balancer",
        ja: "リスナー {listener} がロードバランサーのアドレスから {to} へ転送",
    )
}

pub(in crate::paths) fn invokes(listener: &BalancerListener, function: &str) -> Phrase {
    let listener = listener_words(listener);
    phrase!(
        en: "listener {listener} invokes function {function}, outside of the VPC's network",
        ja: "リスナー {listener} が関数 {function} を呼び出し (VPC のネットワークは経由しない)",
    )
}

pub(in crate::paths) fn answers_itself(listener: &BalancerListener) -> Phrase {
    let listener = listener_words(listener);
    phrase!(
        en: "listener {listener} answers by itself: a redirect or a fixed response",
        ja: "リスナー {listener} 自身が応答 (リダイレクトまたは固定レスポンス)",
    )
}

pub(in crate::paths) fn no_listener(balancer: &str, asked: &str, ports: &str) -> Phrase {
    if ports.is_empty() {
        return phrase!(en: "{balancer} has no listener", ja: "{balancer} にはリスナーがありません");
    }
    phrase!(
        en: "no listener of {balancer} takes {asked}; it listens on {ports}",
        ja: "{balancer} に {asked} を受け付けるリスナーがありません (リスナー: {ports})",
    )
}

pub(in crate::paths) fn other_protocol(balancer: &str, asked: &str, ports: &str) -> Phrase {
    phrase!(
        en: "the listener of {balancer} on this port is for another protocol: {asked} is sent, {ports} is taken",
        ja: "{balancer} のこのポートのリスナーは別のプロトコル用です ({asked} を送信、{ports} を受信)",
    )
}

pub(in crate::paths) fn no_targets(group: &Name) -> Phrase {
    phrase!(
        en: "nothing is registered in target group {group}",
        ja: "ターゲットグループ {group} にはターゲットが登録されていません",
    )
}

pub(in crate::paths) fn no_instances(balancer: &str) -> Phrase {
    phrase!(
        en: "no instance is registered with {balancer}",
        ja: "{balancer} にはインスタンスが登録されていません",
    )
}

pub(in crate::paths) fn forwards_nowhere(listener: &BalancerListener) -> Phrase {
    let listener = listener_words(listener);
    phrase!(
        en: "listener {listener} forwards to no target group",
        ja: "リスナー {listener} に転送先のターゲットグループがありません",
    )
}

pub(in crate::paths) fn group_of_other_protocol(group: &TargetGroup, protocol: &str) -> Phrase {
    let group = &group.name;
    phrase!(
        en: "target group {group} does not take {protocol}, which the listener takes",
        ja: "ターゲットグループ {group} は、リスナーが受け付ける {protocol} に対応していません",
    )
}

pub(in crate::paths) fn not_in_its_zones(balancer: &str, group: &Name) -> Phrase {
    phrase!(
        en: "no target of {group} stands in a zone that {balancer} is enabled in, and others get nothing",
        ja: "{group} のターゲットは、{balancer} が有効なアベイラビリティーゾーンにありません。それ以外のゾーンのターゲットには転送されません",
    )
}

pub(in crate::paths) fn not_across_zones(balancer: &str, subnet: &Name) -> Phrase {
    phrase!(
        en: "{balancer} has no instance in the zone of subnet {subnet}, and cross-zone load balancing is off",
        ja: "サブネット {subnet} の AZ には {balancer} のインスタンスがなく、クロスゾーン負荷分散も無効です",
    )
}

pub(in crate::paths) fn left_out(balancer: &str, subnet: &Name) -> Phrase {
    phrase!(
        en: "{balancer} has no target for its interface in subnet {subnet} (cross-zone load balancing is off), so its name is taken not to lead there",
        ja: "{balancer} のサブネット {subnet} のインターフェイスにはターゲットがないため (クロスゾーン負荷分散は無効)、名前はそこへ解決されないものとします",
    )
}

pub(in crate::paths) fn keeps_address(balancer: &str, caller: &str, target: &str) -> Phrase {
    phrase!(
        en: "{balancer} leaves the address of {caller} in place (client IP preservation), and {target} admits only that of the load balancer",
        ja: "{balancer} は {caller} の送信元アドレスを保持しますが (クライアント IP の保持)、{target} が許可しているのはロードバランサーのアドレスだけです",
    )
}

pub(in crate::paths) fn unhealthy(balancer: &str, target: &str, group: &Name, why: &Phrase) -> Phrase {
    let Phrase { en, ja } = why;
    phrase!(
        en: "health checks of {group} do not reach {target} ({en}); {balancer} sends to unhealthy targets only as long as no target is healthy, and {target} is taken to be sent to all the same",
        ja: "{group} のヘルスチェックは {target} に届きません ({ja})。異常なターゲットへ転送されるのは、正常なターゲットが一つもない間だけですが、ここでは {balancer} が {target} へ転送するものとします",
    )
}

pub(in crate::paths) fn no_way_out(balancer: &str) -> Phrase {
    phrase!(
        en: "{balancer} is internet-facing, and this subnet has no route to an internet gateway for its answers",
        ja: "{balancer} はインターネット向けですが、このサブネットには応答を返すためのインターネットゲートウェイへのルートがありません",
    )
}

pub(in crate::paths) fn proxy_connects(database: &str) -> Phrase {
    phrase!(en: "opens connections to {database}", ja: "{database} への接続を確立")
}

pub(in crate::paths) fn proxy_taken_to_reach(proxy: &str) -> Phrase {
    phrase!(
        en: "{proxy} is taken to reach its databases; whether it does is not known here",
        ja: "{proxy} からデータベースへは到達できるものとします (ここではわかりません)",
    )
}

pub(in crate::paths) fn by_lattice(service: &str) -> Phrase {
    phrase!(en: "to {service}, by VPC Lattice", ja: "VPC Lattice 経由で {service} へ")
}

//! What takes the addresses of a subnet, in words.

use crate::capacity::{Room, UserKind};
use crate::language::Phrase;
use crate::network::WorkloadKind;
use crate::phrase;

/// "/28 leaves 11 addresses; 4 endpoints, 1 NAT gateway and 2 function interfaces take 7". Where a describe call
/// counted fewer, that is what decides.
pub(super) fn in_words(room: &Room<'_>) -> Phrase {
    let fewer = room.described.filter(|described| *described < room.usable.saturating_sub(room.taken));
    let Some(described) = fewer else { return counted(room) };
    let length = room.range.prefix_len();
    phrase!(
        en: "describe-subnets counts {described} that are free in the /{length}",
        ja: "/{length} のうち、describe-subnets によると空きは {described} 個",
    )
}

fn counted(room: &Room<'_>) -> Phrase {
    let (length, usable, taken) = (room.range.prefix_len(), room.usable, room.taken);
    let mut counts: Vec<(Words, u32)> = Vec::new();
    for (user, count) in room.users.iter().filter(|(_, count)| *count > 0) {
        let words = words(user.kind);
        // What is one and many has addresses of its own: a service has tasks.
        match counts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, sum)) => *sum = sum.saturating_add(*count),
            None => counts.push((words, *count)),
        }
    }
    if counts.is_empty() {
        return phrase!(
            en: "/{length} leaves {usable} addresses",
            ja: "/{length} で使えるアドレスは {usable} 個",
        );
    }
    let en: Vec<String> = counts
        .iter()
        .map(|(words, count)| format!("{count} {}", if *count == 1 { words.one } else { words.many }))
        .collect();
    let ja: Vec<String> = counts.iter().map(|(words, count)| format!("{} {count} 個", words.ja)).collect();
    let (en, ja) = (listed(&en), ja.join("、"));
    let verb =
        if counts.len() == 1 && counts.iter().all(|(_, count)| *count == 1) { "takes" } else { "take" };
    phrase!(
        en: "/{length} leaves {usable} addresses; {en} {verb} {taken}",
        ja: "/{length} で使えるアドレスは {usable} 個、{ja}で計 {taken} 個を使用",
    )
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Words {
    one: &'static str,
    many: &'static str,
    ja: &'static str,
}

fn words(kind: UserKind) -> Words {
    let (one, many, ja) = match kind {
        UserKind::Endpoint => ("endpoint", "endpoints", "エンドポイント"),
        UserKind::NatGateway => ("NAT gateway", "NAT gateway addresses", "NAT ゲートウェイ"),
        UserKind::Functions => ("function interface", "function interfaces", "Lambda 関数のインターフェイス"),
        UserKind::Resolver => ("Resolver address", "Resolver addresses", "Resolver エンドポイントのアドレス"),
        UserKind::Workload(kind) => match kind {
            WorkloadKind::DatabaseInstance | WorkloadKind::DatabaseCluster => {
                ("database", "databases", "データベース")
            }
            WorkloadKind::DatabaseProxy => ("database proxy", "database proxies", "RDS Proxy"),
            WorkloadKind::EcsService => ("ECS task", "ECS tasks", "ECS タスク"),
            WorkloadKind::FileSystem => ("mount target", "mount targets", "マウントターゲット"),
            WorkloadKind::LoadBalancer => ("load balancer", "load balancers", "ロードバランサー"),
            WorkloadKind::Instance => ("instance", "instances", "EC2 インスタンス"),
            WorkloadKind::NetworkInterface => (
                "network interface address",
                "network interface addresses",
                "ネットワークインターフェイスのアドレス",
            ),
            WorkloadKind::KafkaCluster | WorkloadKind::Broker => ("broker", "brokers", "ブローカー"),
            WorkloadKind::Cache | WorkloadKind::MemoryDb => ("cache node", "cache nodes", "キャッシュノード"),
            WorkloadKind::SearchDomain
            | WorkloadKind::Redshift
            | WorkloadKind::ResolverEndpoint
            | WorkloadKind::Function
            | WorkloadKind::Poller
            | WorkloadKind::CapacityProvider => ("node", "nodes", "ノード"),
        },
    };
    Words { one, many, ja }
}

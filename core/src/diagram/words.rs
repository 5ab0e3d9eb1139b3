//! The words of the picture.

use super::{BoxKind, EdgeKind, Tier};
use crate::language::Phrase;
use crate::network::{GatewayKind, WorkloadKind};
use crate::paths::Verdict;
use crate::phrase;

pub(super) fn title(path: &str) -> Phrase {
    phrase!(en: "Network of {path}", ja: "{path} のネットワーク構成図")
}

/// `words` are the values of parameters: `Env = prod, Zones = 2`. There may be dozens; the first are enough to tell that
/// there are some.
pub(super) fn situation(words: &str, of: usize) -> Phrase {
    const NAMED: usize = 3;
    let mut parts = words.split(", ");
    let mut words = parts.by_ref().take(NAMED).collect::<Vec<_>>().join(", ");
    if parts.next().is_some() {
        words.push_str(", …");
    }
    if of > 1 {
        phrase!(
            en: "Drawn where {words}; conditions make {of} different networks",
            ja: "{words} の場合の図です (条件によって {of} 通りの構成があります)",
        )
    } else {
        phrase!(en: "Drawn where {words}", ja: "{words} の場合の図です")
    }
}

pub(super) fn region(name: Option<&str>) -> Phrase {
    match name {
        Some(name) => Phrase::verbatim(name),
        None => phrase!(en: "Region not known", ja: "リージョン不明"),
    }
}

pub(super) fn tier(tier: Tier) -> Phrase {
    match tier {
        Tier::Public => phrase!(en: "Public subnet", ja: "パブリックサブネット"),
        Tier::Egress => phrase!(en: "Private subnet (egress)", ja: "プライベートサブネット"),
        Tier::Isolated => phrase!(en: "Isolated subnet", ja: "隔離サブネット"),
        Tier::Unknown => phrase!(en: "Subnet (routes unknown)", ja: "サブネット (ルート不明)"),
    }
}

pub(super) fn kind(kind: BoxKind) -> Phrase {
    match kind {
        BoxKind::Region => phrase!(en: "Region", ja: "リージョン"),
        BoxKind::Vpc => Phrase::verbatim("VPC"),
        BoxKind::OutsideVpc => phrase!(en: "Functions in no VPC", ja: "VPC に接続しない関数"),
        BoxKind::Zone => phrase!(en: "Availability Zone", ja: "アベイラビリティーゾーン"),
        BoxKind::Row(of) | BoxKind::Subnet(of) => tier(of),
        BoxKind::Workload(of) => workload(of),
        BoxKind::InterfaceEndpoint => phrase!(en: "Interface endpoint", ja: "インターフェイスエンドポイント"),
        BoxKind::NatGateway => phrase!(en: "NAT gateway", ja: "NAT ゲートウェイ"),
        BoxKind::InternetGateway => phrase!(en: "Internet gateway", ja: "インターネットゲートウェイ"),
        BoxKind::OtherGateway => phrase!(en: "Gateway", ja: "ゲートウェイ"),
        BoxKind::GatewayEndpoint => phrase!(en: "Gateway endpoint", ja: "ゲートウェイエンドポイント"),
        BoxKind::Peering => phrase!(en: "VPC peering", ja: "VPC ピアリング"),
        BoxKind::TransitGateway => phrase!(en: "Transit gateway", ja: "トランジットゲートウェイ"),
        BoxKind::Internet => phrase!(en: "Public addresses", ja: "パブリックアドレス"),
        BoxKind::OtherNetwork => phrase!(en: "Other network", ja: "ほかのネットワーク"),
        BoxKind::Service => phrase!(en: "AWS service", ja: "AWS サービス"),
        BoxKind::Host => phrase!(en: "Host", ja: "ホスト"),
        BoxKind::Port => Phrase::verbatim(""),
    }
}

fn workload(kind: WorkloadKind) -> Phrase {
    use WorkloadKind as Kind;
    match kind {
        Kind::Function => phrase!(en: "Lambda function", ja: "Lambda 関数"),
        Kind::Poller => phrase!(en: "Event poller", ja: "イベントポーラー"),
        Kind::CapacityProvider => phrase!(en: "Capacity provider", ja: "キャパシティープロバイダー"),
        Kind::DatabaseInstance => phrase!(en: "Database instance", ja: "DB インスタンス"),
        Kind::DatabaseCluster => phrase!(en: "Database cluster", ja: "DB クラスター"),
        Kind::DatabaseProxy => Phrase::verbatim("RDS Proxy"),
        Kind::Cache => Phrase::verbatim("ElastiCache"),
        Kind::MemoryDb => Phrase::verbatim("MemoryDB"),
        Kind::SearchDomain => phrase!(en: "OpenSearch domain", ja: "OpenSearch ドメイン"),
        Kind::Redshift => Phrase::verbatim("Redshift"),
        Kind::KafkaCluster => phrase!(en: "MSK cluster", ja: "MSK クラスター"),
        Kind::Broker => phrase!(en: "Amazon MQ broker", ja: "Amazon MQ ブローカー"),
        Kind::FileSystem => phrase!(en: "EFS file system", ja: "EFS ファイルシステム"),
        Kind::Instance => phrase!(en: "EC2 instance", ja: "EC2 インスタンス"),
        Kind::EcsService => phrase!(en: "ECS service", ja: "ECS サービス"),
        Kind::NetworkInterface => phrase!(en: "Network interface", ja: "ネットワークインターフェイス"),
        Kind::LoadBalancer => phrase!(en: "Load balancer", ja: "ロードバランサー"),
        Kind::ResolverEndpoint => phrase!(en: "Resolver endpoint", ja: "Resolver エンドポイント"),
    }
}

pub(super) fn other_gateway(kind: GatewayKind) -> Phrase {
    match kind {
        GatewayKind::TransitGateway => phrase!(en: "Transit gateway", ja: "トランジットゲートウェイ"),
        GatewayKind::VpnGateway => phrase!(en: "VPN gateway", ja: "VPN ゲートウェイ"),
        GatewayKind::LocalGateway => phrase!(en: "Local gateway", ja: "ローカルゲートウェイ"),
        GatewayKind::CarrierGateway => phrase!(en: "Carrier gateway", ja: "キャリアゲートウェイ"),
        GatewayKind::CoreNetwork => phrase!(en: "Core network", ja: "コアネットワーク"),
        GatewayKind::EgressOnlyInternetGateway => {
            phrase!(en: "Egress-only gateway", ja: "Egress-Only ゲートウェイ")
        }
        GatewayKind::ApplianceEndpoint => phrase!(en: "Firewall endpoint", ja: "ファイアウォール"),
    }
}

/// `24 × Lambda function`.
pub(super) fn group(kind_words: &Phrase, count: usize) -> Phrase {
    let Phrase { en, ja } = kind_words;
    phrase!(en: "{count} × {en}", ja: "{ja} × {count}")
}

pub(super) fn internet() -> Phrase {
    phrase!(en: "Internet", ja: "インターネット")
}

pub(super) fn on_premises() -> Phrase {
    phrase!(en: "On-premises", ja: "オンプレミス")
}

pub(super) fn unknown_vpc() -> Phrase {
    phrase!(en: "VPC not known", ja: "VPC 不明")
}

pub(super) fn unknown_subnets() -> Phrase {
    phrase!(en: "Subnets not known", ja: "サブネット不明")
}

pub(super) fn unknown_zone() -> Phrase {
    phrase!(en: "AZ not known", ja: "AZ 不明")
}

pub(super) fn several_subnets() -> Phrase {
    phrase!(en: "one subnet or more", ja: "1 つ以上のサブネット")
}

/// That something stands in another row too.
pub(super) fn also(below: bool) -> Phrase {
    if below {
        phrase!(en: "also below", ja: "下段にも配置")
    } else {
        phrase!(en: "also above", ja: "上段にも配置")
    }
}

pub(super) fn public_endpoint() -> Phrase {
    phrase!(en: "public endpoint", ja: "パブリックエンドポイント")
}

pub(super) fn more(count: usize) -> Phrase {
    phrase!(en: "and {count} more", ja: "ほか {count} 件")
}

pub(super) fn verdict(verdict: Verdict) -> Phrase {
    match verdict {
        Verdict::Reachable => phrase!(en: "reachable", ja: "到達可能"),
        Verdict::Blocked => phrase!(en: "blocked", ja: "遮断"),
        Verdict::Partial => phrase!(en: "partly reachable", ja: "一部のみ到達可能"),
        Verdict::Unknown => phrase!(en: "unknown", ja: "不明"),
    }
}

pub(super) fn endpoint_of(service: &str) -> Phrase {
    phrase!(en: "Endpoint: {service}", ja: "エンドポイント: {service}")
}

/// What a line stands for, in the legend.
pub(super) fn edge(kind: EdgeKind, of: Option<Verdict>) -> Phrase {
    match (kind, of) {
        (EdgeKind::Route, _) => phrase!(en: "route", ja: "ルート"),
        (EdgeKind::Door, _) => phrase!(en: "leads to", ja: "接続先"),
        (EdgeKind::Demand, Some(of)) => {
            let Phrase { en, ja } = verdict(of);
            phrase!(en: "needs: {en}", ja: "必要な通信: {ja}")
        }
        (EdgeKind::Demand, None) => phrase!(en: "needs", ja: "必要な通信"),
    }
}

pub(super) fn traced() -> Phrase {
    phrase!(en: "traced path", ja: "追跡した経路")
}

/// How the traced path stands in the table.
pub(super) fn path(of: Verdict) -> Phrase {
    let Phrase { en, ja } = verdict(of);
    phrase!(en: "traced path: {en}", ja: "追跡した経路: {ja}")
}

pub(super) fn heading(from: &str, subnet: Option<&str>, to: &str, of: Verdict) -> Phrase {
    let Phrase { en, ja } = verdict(of);
    match subnet {
        Some(subnet) => phrase!(
            en: "{from} (in {subnet}) → {to}: {en}",
            ja: "{from} ({subnet} 内) → {to}: {ja}",
        ),
        None => phrase!(en: "{from} → {to}: {en}", ja: "{from} → {to}: {ja}"),
    }
}

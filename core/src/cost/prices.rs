//! What AWS takes, by item and region.

use super::money::{Quantity, Usd};
use crate::language::Phrase;
use crate::phrase;

/// Facts; the file says how it is written and where each price is from.
const PRICES: &str = include_str!("../../data/prices.txt");

macro_rules! price_items {
    ($($(#[$doc:meta])* $variant:ident $name:literal $unit:literal $en:literal $ja:literal,)*) => {
        /// What a price is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PriceItem {
            $($(#[$doc])* $variant,)*
        }

        impl PriceItem {
            /// Every item.
            pub const ALL: &[PriceItem] = &[$(PriceItem::$variant,)*];

            /// Its name in price files: `nat_gateway_hour`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is counted in: `hour`, `GB`.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            /// Its name for people.
            pub fn title(self) -> Phrase {
                match self { $(Self::$variant => phrase!(en: $en, ja: $ja),)* }
            }
        }
    };
}

/// The name for people of what an item is counted in ([`PriceItem::unit`]), of more than one.
#[must_use]
pub fn units(unit: &str) -> Phrase {
    match unit {
        "hour" => phrase!(en: "hours", ja: "時間"),
        "request" => phrase!(en: "requests", ja: "リクエスト"),
        "GB-second" => phrase!(en: "GB-seconds", ja: "GB 秒"),
        "vCPU-hour" => phrase!(en: "vCPU-hours", ja: "vCPU 時間"),
        "ACU-hour" => phrase!(en: "ACU-hours", ja: "ACU 時間"),
        "million queries" => phrase!(en: "million queries", ja: "百万クエリ"),
        other => Phrase::verbatim(other),
    }
}

price_items! {
    /// A NAT gateway in a zone.
    NatHour "nat_gateway_hour" "hour" "NAT gateway" "NAT ゲートウェイ",
    /// What a NAT gateway takes, both ways.
    NatGb "nat_gateway_gb" "GB" "NAT gateway, data" "NAT ゲートウェイのデータ処理",
    /// A regional NAT gateway.
    RegionalNatHour "regional_nat_gateway_hour" "hour" "regional NAT gateway" "リージョナル NAT ゲートウェイ",
    /// What a regional NAT gateway takes.
    RegionalNatGb "regional_nat_gateway_gb" "GB" "regional NAT gateway, data" "リージョナル NAT ゲートウェイのデータ処理",
    /// A public IPv4 address, in use or not.
    PublicIpv4Hour "public_ipv4_hour" "hour" "public IPv4 address" "パブリック IPv4 アドレス",
    /// An interface endpoint in a zone.
    InterfaceEndpointHour "vpce_interface_hour" "hour" "interface endpoint" "インターフェイスエンドポイント",
    /// What interface endpoints take.
    InterfaceEndpointGb "vpce_interface_gb" "GB" "interface endpoint, data" "インターフェイスエンドポイントのデータ処理",
    /// A gateway endpoint.
    GatewayEndpointHour "vpce_gateway_hour" "hour" "gateway endpoint" "ゲートウェイエンドポイント",
    /// An endpoint of a gateway load balancer.
    LoadBalancerEndpointHour "vpce_load_balancer_hour" "hour" "Gateway Load Balancer endpoint" "Gateway Load Balancer エンドポイント",
    /// What such an endpoint takes.
    LoadBalancerEndpointGb "vpce_load_balancer_gb" "GB" "Gateway Load Balancer endpoint, data" "Gateway Load Balancer エンドポイントのデータ処理",
    /// An endpoint of a resource or of a service network.
    ResourceEndpointHour "vpce_resource_hour" "hour" "resource endpoint" "リソースエンドポイント",
    /// What goes from a zone to another, in each direction.
    CrossZoneGb "cross_zone_gb" "GB" "data between zones" "AZ 間のデータ転送",
    /// What goes to the internet.
    InternetOutGb "internet_out_gb" "GB" "data out to the internet" "インターネットへのデータ転送",
    /// A call of a function.
    LambdaRequest "lambda_request" "request" "Lambda requests" "Lambda のリクエスト",
    /// Run time on x86.
    LambdaX86 "lambda_gb_second_x86" "GB-second" "Lambda duration (x86)" "Lambda の実行時間 (x86)",
    /// Run time on Graviton.
    LambdaArm "lambda_gb_second_arm" "GB-second" "Lambda duration (arm64)" "Lambda の実行時間 (arm64)",
    /// Provisioned concurrency on x86, used or not.
    ProvisionedX86 "lambda_provisioned_gb_second_x86" "GB-second" "provisioned concurrency (x86)" "プロビジョニングされた同時実行 (x86)",
    /// The same on Graviton.
    ProvisionedArm "lambda_provisioned_gb_second_arm" "GB-second" "provisioned concurrency (arm64)" "プロビジョニングされた同時実行 (arm64)",
    /// Run time on provisioned concurrency, x86.
    ProvisionedDurationX86 "lambda_provisioned_duration_gb_second_x86" "GB-second" "Lambda duration on provisioned concurrency (x86)" "プロビジョニング分の実行時間 (x86)",
    /// The same on Graviton.
    ProvisionedDurationArm "lambda_provisioned_duration_gb_second_arm" "GB-second" "Lambda duration on provisioned concurrency (arm64)" "プロビジョニング分の実行時間 (arm64)",
    /// A virtual CPU of a database behind RDS Proxy.
    ProxyVcpuHour "rds_proxy_vcpu_hour" "vCPU-hour" "RDS Proxy" "RDS Proxy",
    /// A capacity unit of Aurora Serverless behind RDS Proxy.
    ProxyAcuHour "rds_proxy_acu_hour" "ACU-hour" "RDS Proxy (Aurora Serverless)" "RDS Proxy (Aurora Serverless)",
    /// An interface of a Resolver endpoint.
    ResolverHour "route53_resolver_interface_hour" "hour" "Resolver endpoint interface" "Resolver エンドポイントのインターフェイス",
    /// Queries through Resolver endpoints.
    ResolverQueries "route53_resolver_million_queries" "million queries" "Resolver queries" "Resolver のクエリ",
    /// An attachment to a transit gateway.
    TransitHour "tgw_attachment_hour" "hour" "transit gateway attachment" "Transit Gateway アタッチメント",
    /// What goes into a transit gateway.
    TransitGb "tgw_gb" "GB" "transit gateway, data" "Transit Gateway のデータ処理",
}

impl PriceItem {
    /// Whether it is one of NAT gateways' data.
    pub fn is_of_nat(self) -> bool {
        matches!(self, Self::NatGb | Self::RegionalNatGb)
    }

    /// The item of a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|item| item.name() == name)
    }
}

/// A part of the units of a month with one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Where it starts.
    pub from: Quantity,
    /// Where it ends; nothing where it does not.
    pub to: Option<Quantity>,
    /// What a unit costs.
    pub usd: Usd,
}

/// The price of an item in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Its tiers, from zero upwards.
    pub tiers: Vec<Tier>,
    /// Whether some part rests on one secondary source, and so is an assumption.
    pub assumed: bool,
    /// Whether the user gave it.
    pub given: bool,
    /// When it was read.
    pub date: &'static str,
}

impl Curve {
    /// What a unit costs in the first tier.
    pub fn first(&self) -> Usd {
        self.tiers.first().map_or(Usd::ZERO, |tier| tier.usd)
    }

    /// What the units after `before`, up to `after`, cost, and how many of them have no price.
    pub fn cost(&self, before: Quantity, after: Quantity) -> (Usd, Quantity) {
        let mut sum = Usd::ZERO;
        let mut left = after.beyond(before);
        for tier in &self.tiers {
            let start = before.max(tier.from);
            let end = tier.to.map_or(after, |to| to.min(after));
            let units = end.beyond(start);
            left = left.beyond(units);
            sum = sum + tier.usd.times(units);
        }
        (sum, left)
    }
}

/// A price that the user gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenPrice {
    /// The region; nothing for any.
    pub region: Option<String>,
    /// What for.
    pub item: PriceItem,
    /// From how many units on a unit costs how much, in order, the first from zero.
    pub tiers: Vec<(Quantity, Usd)>,
}

/// Every price: the ones that vpcheck knows, and before them those that the user gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// What the user gives; a region's own goes before that of any region.
    pub given: Vec<GivenPrice>,
}

impl Prices {
    /// The price of an item in a region; nothing where none is known.
    pub fn curve(&self, region: &str, item: PriceItem) -> Option<Curve> {
        let of = |wanted: Option<&str>| {
            self.given.iter().rev().find(|one| one.item == item && one.region.as_deref() == wanted)
        };
        if let Some(given) = of(Some(region)).or_else(|| of(None)) {
            let ends = given.tiers.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
            let tiers =
                given.tiers.iter().zip(ends).map(|((from, usd), to)| Tier { from: *from, to, usd: *usd });
            return Some(Curve { tiers: tiers.collect(), assumed: false, given: true, date: "" });
        }
        let mut curve = Curve { tiers: Vec::new(), assumed: false, given: false, date: "" };
        add_known(&mut curve, region, item);
        // Beyond the tiers that are known of the region itself, those of all regions go on.
        let end = curve.tiers.last().map(|tier| tier.to);
        if !matches!(end, Some(None)) {
            add_known(&mut curve, "*", item);
        }
        // What AWS's page says without a region is not said of the partitions with pages of their own.
        let is_apart = region.starts_with("cn-") || region.starts_with("us-gov-");
        if curve.tiers.is_empty() || (end.is_none() && curve.assumed && is_apart) {
            None
        } else {
            Some(curve)
        }
    }
}

/// Adds the tiers of a region that start where the curve ends.
fn add_known(curve: &mut Curve, region: &str, item: PriceItem) {
    for line in PRICES.lines() {
        let mut words = line.split(' ');
        if words.next() != Some(item.name()) {
            continue;
        }
        let (Some(span), Some(usd), Some(mark), Some(date)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (Some((from, to)), Some(usd)) = (span.split_once('-'), Usd::parse(usd)) else { continue };
        let (Some(from), to) = (Quantity::parse(from), Quantity::parse(to)) else { continue };
        let end = curve.tiers.last().map_or(Some(Quantity::ZERO), |tier| tier.to);
        if end != Some(from) || !words.any(|word| word == region) {
            continue;
        }
        curve.tiers.push(Tier { from, to, usd });
        curve.assumed |= mark == "~";
        curve.date = curve.date.max(date);
    }
}

/// The regions of which at least one price is known, each once, in order.
pub fn priced_regions() -> Vec<&'static str> {
    let of_line = |line: &'static str| line.split(' ').skip(5).filter(|word| *word != "*");
    let mut regions: Vec<&str> =
        PRICES.lines().filter(|line| !line.starts_with('#')).flat_map(of_line).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        Usd::parse(text).unwrap()
    }

    fn first(region: &str, item: PriceItem) -> Option<String> {
        Prices::default().curve(region, item).map(|curve| format!("{:?}", curve.first()))
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let items: Vec<&str> = PriceItem::ALL.iter().map(|item| item.name()).collect();
        for line in PRICES.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(words.len() >= 6, "{line}");
            // The GB of gateway endpoints is free like their hours; no item asks for it.
            assert!(items.contains(&words[0]) || words[0] == "vpce_gateway_gb", "{line}");
            assert!(Usd::parse(words[2]).is_some() && ["=", "~"].contains(&words[3]), "{line}");
        }
        assert_eq!(priced_regions().len(), 36);
    }

    #[test]
    fn a_region_has_its_own_price_or_none() {
        assert_eq!(first("us-east-1", PriceItem::NatHour), Some(format!("{:?}", usd("0.045"))));
        assert_eq!(first("ap-northeast-1", PriceItem::NatHour), Some(format!("{:?}", usd("0.062"))));
        assert_eq!(
            first("us-east-2", PriceItem::InterfaceEndpointHour),
            None,
            "no other region's is borrowed"
        );
        assert_eq!(first("nowhere-1", PriceItem::NatHour), None);
        assert_eq!(first("sa-east-1", PriceItem::InterfaceEndpointGb), Some(format!("{:?}", usd("0.01"))));
        assert_eq!(first("us-gov-west-1", PriceItem::InterfaceEndpointGb), None);
        assert_eq!(first("us-gov-west-1", PriceItem::GatewayEndpointHour), Some(format!("{:?}", Usd::ZERO)));
    }

    #[test]
    fn tiers_meet_at_their_borders() {
        let curve = Prices::default().curve("ap-northeast-1", PriceItem::InternetOutGb).unwrap();
        let cost = |gb| curve.cost(Quantity::ZERO, Quantity::whole(gb)).0;
        assert_eq!(cost(10_240), usd("1167.36"), "10240 x 0.114");
        assert_eq!(cost(10_241), usd("1167.449"), "and 1 x 0.089");
        assert_eq!(cost(51_200), usd("4812.8"), "1167.36 + 40960 x 0.089");
        assert_eq!(curve.cost(Quantity::whole(10_000), Quantity::whole(10_300)).0, usd("32.7"));
        let east = Prices::default().curve("us-east-1", PriceItem::InternetOutGb).unwrap();
        let (_, left) = east.cost(Quantity::ZERO, Quantity::whole(153_700));
        assert_eq!(left, Quantity::whole(100), "the price beyond 150 TB is not known");
        let tokyo = Prices::default().curve("ap-northeast-1", PriceItem::InterfaceEndpointGb).unwrap();
        assert_eq!(tokyo.tiers.len(), 3, "the region's first tier, then those of all regions");
    }

    #[test]
    fn what_the_user_gives_goes_first() {
        let given = |region: Option<&str>, usd_text: &str| GivenPrice {
            region: region.map(str::to_owned),
            item: PriceItem::NatHour,
            tiers: vec![(Quantity::ZERO, usd(usd_text))],
        };
        let prices = Prices { given: vec![given(Some("us-east-1"), "0.03"), given(None, "0.04")] };
        assert_eq!(prices.curve("us-east-1", PriceItem::NatHour).unwrap().first(), usd("0.03"));
        assert_eq!(prices.curve("nowhere-1", PriceItem::NatHour).unwrap().first(), usd("0.04"));
    }
}

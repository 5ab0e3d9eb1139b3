//! The rules: one file each, its documents beside it (`<id>.md`, Japanese `<id>.ja.md`).

mod alias_zone_mismatch;
mod blackhole_route;
pub(crate) mod causes;
mod circular_dependency;
mod cold_start_without_provisioned;
mod conditional_reference;
mod connection_storm;
mod custom_dns_bypasses_endpoint;
mod database_without_concurrency_limit;
mod database_without_proxy;
mod duplicate_key;
mod duplicate_private_dns;
mod ecr_endpoint_incomplete;
pub(crate) mod egress;
mod egress_blocks_endpoint;
mod egress_blocks_gateway_endpoint;
mod endpoint_costs_more_than_nat;
mod endpoint_group_blocks_443;
mod endpoint_policy_denies;
mod endpoint_policy_open;
mod eni_quota_exceeded;
mod failed_assertion;
mod file_system_without_mount_target;
mod forbidden_destination_reachable;
mod foreign_prefix_list;
mod function_in_public_subnet;
mod gateway_endpoint_not_routed;
mod group_in_other_vpc;
mod idle_nat_gateway;
mod incomplete_vpc_config;
mod interface_endpoint_for_gateway_service;
mod internet_gateway_not_attached;
mod into_private_subnets;
mod invalid_intrinsic;
mod invalid_suppression;
mod invalid_syntax;
mod joined_globals_vpc_config;
mod listing;
mod literal_instead_of_reference;
mod missing_endpoint;
mod missing_eni_permissions;
mod missing_route_dependency;
mod mixed_egress_purposes;
mod mixed_subnet_egress;
mod nat_for_gateway_service;
mod nat_in_private_subnet;
mod nat_shared_across_zones;
mod near_name;
mod overlapping_subnets;
mod partially_reachable_destination;
mod private_dns_disabled;
mod private_zone_not_associated;
mod private_zone_shadows_service;
mod provisioned_exceeds_reserved;
mod provisioned_on_latest;
mod provisioned_without_caller;
mod proxy_bypassed;
pub(crate) mod reach;
mod repairs;
mod resolver_endpoint_open;
mod resolver_endpoint_protocol;
mod resolver_rule_not_associated;
mod resource_policy_denies;
mod room;
mod single_zone_endpoint;
mod single_zone_function;
mod single_zone_resolver;
mod slow_vpc_delete;
mod sts_global_endpoint;
pub(crate) mod subject;
mod subnet_addresses_exhausted;
mod subnet_outside_vpc;
mod subnet_too_small;
mod subnet_without_route_table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod testing_egress;
mod unbounded_fan_out;
mod unknown_reference;
mod unreachable_destination;
mod unresolved_value;
mod unused_endpoint;
mod vpc_dns_disabled;
mod vpc_not_needed;

use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;

/// The part of a network that a rule is about; rules are listed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    /// The template itself.
    Template,
    /// Whether a VPC is needed at all.
    Need,
    /// Subnets, route tables and gateways.
    Routing,
    /// What can be reached.
    Paths,
    /// Zones, addresses and interfaces.
    Zones,
    /// Endpoints of services, and what they save.
    Endpoints,
    /// Names.
    Dns,
    /// Concurrency and databases.
    Concurrency,
}

impl Area {
    /// Its name as a heading.
    pub fn title(self) -> Phrase {
        match self {
            Self::Template => crate::phrase!(en: "Template", ja: "テンプレート"),
            Self::Need => crate::phrase!(en: "Need", ja: "VPC の必要性"),
            Self::Routing => crate::phrase!(en: "Routing", ja: "ルーティング"),
            Self::Paths => crate::phrase!(en: "Paths", ja: "到達性"),
            Self::Zones => crate::phrase!(en: "Zones and capacity", ja: "AZ とキャパシティ"),
            Self::Endpoints => crate::phrase!(en: "Endpoints", ja: "VPC エンドポイント"),
            Self::Dns => crate::phrase!(en: "DNS", ja: "DNS"),
            Self::Concurrency => {
                crate::phrase!(en: "Concurrency and databases", ja: "同時実行とデータベース")
            }
        }
    }
}

/// What is fixed about a rule.
#[derive(Debug)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// The part of a network it is about.
    pub area: Area,
    /// The worst severity it reports.
    pub severity: Severity,
    /// The safety of the fix it offers, if any.
    pub fix: Option<Safety>,
    /// What it reports, in one line.
    pub summary: fn() -> Phrase,
    /// Finds it.
    pub(crate) check: fn(&Subject<'_, '_>, &mut Vec<Finding>),
}

/// Every rule, by area.
static RULES: &[&RuleInfo] = &[
    &invalid_syntax::RULE,
    &duplicate_key::RULE,
    &unknown_reference::RULE,
    &circular_dependency::RULE,
    &invalid_intrinsic::RULE,
    &unresolved_value::RULE,
    &invalid_suppression::RULE,
    &foreign_prefix_list::RULE,
    &vpc_not_needed::RULE,
    &function_in_public_subnet::RULE,
    &mixed_subnet_egress::RULE,
    &nat_in_private_subnet::RULE,
    &internet_gateway_not_attached::RULE,
    &nat_shared_across_zones::RULE,
    &blackhole_route::RULE,
    &subnet_without_route_table::RULE,
    &overlapping_subnets::RULE,
    &subnet_outside_vpc::RULE,
    &missing_route_dependency::RULE,
    &group_in_other_vpc::RULE,
    &incomplete_vpc_config::RULE,
    &literal_instead_of_reference::RULE,
    &conditional_reference::RULE,
    &file_system_without_mount_target::RULE,
    &unreachable_destination::RULE,
    &partially_reachable_destination::RULE,
    &forbidden_destination_reachable::RULE,
    &failed_assertion::RULE,
    &single_zone_function::RULE,
    &single_zone_endpoint::RULE,
    &single_zone_resolver::RULE,
    &subnet_too_small::RULE,
    &subnet_addresses_exhausted::RULE,
    &eni_quota_exceeded::RULE,
    &joined_globals_vpc_config::RULE,
    &unbounded_fan_out::RULE,
    &missing_eni_permissions::RULE,
    &slow_vpc_delete::RULE,
    &endpoint_policy_denies::RULE,
    &resource_policy_denies::RULE,
    &endpoint_policy_open::RULE,
    &interface_endpoint_for_gateway_service::RULE,
    &idle_nat_gateway::RULE,
    &unused_endpoint::RULE,
    &endpoint_costs_more_than_nat::RULE,
    &ecr_endpoint_incomplete::RULE,
    &mixed_egress_purposes::RULE,
    &nat_for_gateway_service::RULE,
    &missing_endpoint::RULE,
    &gateway_endpoint_not_routed::RULE,
    &endpoint_group_blocks_443::RULE,
    &egress_blocks_gateway_endpoint::RULE,
    &egress_blocks_endpoint::RULE,
    &vpc_dns_disabled::RULE,
    &private_dns_disabled::RULE,
    &duplicate_private_dns::RULE,
    &custom_dns_bypasses_endpoint::RULE,
    &private_zone_not_associated::RULE,
    &private_zone_shadows_service::RULE,
    &alias_zone_mismatch::RULE,
    &resolver_endpoint_open::RULE,
    &resolver_endpoint_protocol::RULE,
    &resolver_rule_not_associated::RULE,
    &sts_global_endpoint::RULE,
    &provisioned_on_latest::RULE,
    &provisioned_exceeds_reserved::RULE,
    &provisioned_without_caller::RULE,
    &cold_start_without_provisioned::RULE,
    &database_without_concurrency_limit::RULE,
    &connection_storm::RULE,
    &database_without_proxy::RULE,
    &proxy_bypassed::RULE,
];

/// Every rule, by area.
pub fn all() -> &'static [&'static RuleInfo] {
    RULES
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id.0 == id)
}

pub(crate) use ecr_endpoint_incomplete::{NEEDED as ECR_PARTS, pulls_from_ecr};
pub(crate) use failed_assertion::ID as FAILED_ASSERTION;
pub(crate) use idle_nat_gateway::{is_given_out, vpc_of as vpc_of_nat};
pub(crate) use invalid_suppression::check_suppressions;
pub(crate) use mixed_egress_purposes::{Mixed, mixed};
pub(crate) use near_name::nearest;
pub(crate) use single_zone_function::{runs_while_deploying, zone_name};
pub(crate) use subject::Subject;
pub(crate) use unresolved_value::needs;
pub(crate) use unused_endpoint::unused;

#[cfg(feature = "documents")]
mod documents;
#[cfg(feature = "documents")]
pub use documents::document;

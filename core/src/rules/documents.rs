//! The documents of the rules, compiled in. The page fetches them as files instead.

use crate::language::Language;

macro_rules! documents {
    ($($file:literal),* $(,)?) => {
        /// Every rule's document: id, English, Japanese.
        static DOCUMENTS: &[(&str, &str, &str)] = &[
            $(($file, include_str!(concat!($file, ".md")), include_str!(concat!($file, ".ja.md")))),*
        ];
    };
}

documents![
    "invalid-syntax",
    "duplicate-key",
    "unknown-reference",
    "circular-dependency",
    "invalid-intrinsic",
    "unresolved-value",
    "invalid-suppression",
    "foreign-prefix-list",
    "vpc-not-needed",
    "function-in-public-subnet",
    "mixed-subnet-egress",
    "nat-in-private-subnet",
    "internet-gateway-not-attached",
    "nat-shared-across-zones",
    "blackhole-route",
    "subnet-without-route-table",
    "overlapping-subnets",
    "subnet-outside-vpc",
    "missing-route-dependency",
    "group-in-other-vpc",
    "incomplete-vpc-config",
    "literal-instead-of-reference",
    "conditional-reference",
    "file-system-without-mount-target",
    "unreachable-destination",
    "partially-reachable-destination",
    "forbidden-destination-reachable",
    "failed-assertion",
    "single-zone-function",
    "single-zone-endpoint",
    "single-zone-resolver",
    "subnet-too-small",
    "subnet-addresses-exhausted",
    "eni-quota-exceeded",
    "joined-globals-vpc-config",
    "unbounded-fan-out",
    "missing-eni-permissions",
    "slow-vpc-delete",
    "endpoint-policy-denies",
    "resource-policy-denies",
    "endpoint-policy-open",
    "interface-endpoint-for-gateway-service",
    "idle-nat-gateway",
    "unused-endpoint",
    "endpoint-costs-more-than-nat",
    "ecr-endpoint-incomplete",
    "mixed-egress-purposes",
    "nat-for-gateway-service",
    "missing-endpoint",
    "gateway-endpoint-not-routed",
    "endpoint-group-blocks-443",
    "egress-blocks-gateway-endpoint",
    "egress-blocks-endpoint",
    "vpc-dns-disabled",
    "private-dns-disabled",
    "duplicate-private-dns",
    "custom-dns-bypasses-endpoint",
    "private-zone-not-associated",
    "private-zone-shadows-service",
    "alias-zone-mismatch",
    "resolver-endpoint-open",
    "resolver-endpoint-protocol",
    "resolver-rule-not-associated",
    "sts-global-endpoint",
    "provisioned-on-latest",
    "provisioned-exceeds-reserved",
    "provisioned-without-caller",
    "cold-start-without-provisioned",
    "database-without-concurrency-limit",
    "connection-storm",
    "database-without-proxy",
    "proxy-bypassed",
];

/// The document of a rule, in Markdown.
pub fn document(id: &str, language: Language) -> Option<&'static str> {
    let (_, english, japanese) = DOCUMENTS.iter().find(|(rule, ..)| *rule == id)?;
    Some(match language {
        Language::English => english,
        Language::Japanese => japanese,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_document() {
        for rule in crate::rules::all() {
            assert!(document(rule.id.0, Language::English).is_some(), "{}", rule.id.0);
        }
        assert_eq!(DOCUMENTS.len(), crate::rules::all().len());
    }
}

//! Functions on instances of a capacity provider: there, logs and traces are sent from the VPC.

use super::scope::{Scope, place};
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, Evidence, EvidenceKind, service_goal};
use crate::language::Phrase;
use crate::phrase;
use crate::template::Resource;

const PROVIDER: [&str; 3] =
    ["CapacityProviderConfig", "LambdaManagedInstancesCapacityProviderConfig", "CapacityProviderArn"];

fn words() -> Phrase {
    phrase!(
        en: "on Lambda Managed Instances, logs and traces are sent from inside the VPC",
        ja: "Lambda マネージドインスタンスでは、ログとトレースが VPC の中から送られます",
    )
}

/// Reads the capacity provider of a function.
pub(super) fn read(scope: Scope<'_, '_>, function: &Resource, signs: &mut Vec<Sign>) {
    for provider in scope.property(function, &PROVIDER) {
        let mut push = |suffix, evidence: Evidence| {
            let source = DemandSource::Function(function.id.clone());
            signs.push(Sign { source, goal: service_goal(suffix), weight: Weight::Certain, evidence });
        };
        let at = place(&provider);
        push("logs", evidence(EvidenceKind::CapacityProvider, at, provider.guard, words()));
        for mode in scope.property(function, &["TracingConfig", "Mode"]) {
            if mode.value.known() == Some("Active")
                && let Some(when) = scope.both(provider.guard, mode.guard)
            {
                push("xray", evidence(EvidenceKind::CapacityProvider, place(&mode), when, words()));
            }
        }
    }
}

/// Reads the capacity providers that no function of the template uses: others will.
pub(super) fn read_providers(scope: Scope<'_, '_>, signs: &mut Vec<Sign>) {
    for provider in scope.resources(&["AWS::Lambda::CapacityProvider"]) {
        let is_used = scope.functions().any(|function| {
            let own = scope.property(function, &PROVIDER);
            own.iter().any(|case| {
                let kinds = &["AWS::Lambda::CapacityProvider"];
                scope
                    .named_as(&case.value, kinds, "CapacityProviderName")
                    .is_some_and(|own| own.id == provider.id)
            })
        });
        if !is_used {
            let at = scope.declared(provider);
            signs.push(Sign {
                source: DemandSource::CapacityProvider(provider.id.clone()),
                goal: service_goal("logs"),
                weight: Weight::Certain,
                evidence: evidence(EvidenceKind::CapacityProvider, at, provider.guard, words()),
            });
        }
    }
}

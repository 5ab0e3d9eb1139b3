//! Functions that CloudFormation or Secrets Manager calls, and what they must reach to answer.

use super::environment::targets_of_secret;
use super::scope::{Scope, place};
use super::service_work::function_of;
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, resource_goal, service_goal};
use crate::phrase;

/// Reads custom resources and rotations.
pub(super) fn read(scope: Scope<'_, '_>, signs: &mut Vec<Sign>) {
    let custom = scope.template.resources.iter().filter(|resource| resource.is_custom());
    for resource in custom {
        for token in scope.property(resource, &["ServiceToken"]) {
            let Some(function) = function_of(scope, &token.value) else { continue };
            let id = &resource.id;
            let words = phrase!(
                en: "the custom resource `{id}` waits for its answer, which goes to a presigned S3 URL",
                ja: "カスタムリソース `{id}` への応答を S3 の署名付き URL に送ります",
            );
            signs.push(Sign {
                source: DemandSource::Function(function.id.clone()),
                goal: service_goal("s3"),
                weight: Weight::Certain,
                evidence: evidence(EvidenceKind::CustomResource, place(&token), token.guard, words),
            });
        }
    }
    for rotation in scope.resources(&["AWS::SecretsManager::RotationSchedule"]) {
        for arn in scope.property(rotation, &["RotationLambdaARN"]) {
            let Some(function) = function_of(scope, &arn.value) else { continue };
            let mut push = |goal, weight| {
                let id = &rotation.id;
                let words = phrase!(
                    en: "it rotates the secret of `{id}`",
                    ja: "`{id}` のシークレットをローテーションします",
                );
                signs.push(Sign {
                    source: DemandSource::Function(function.id.clone()),
                    goal,
                    weight,
                    evidence: evidence(EvidenceKind::Rotation, place(&arn), arn.guard, words),
                });
            };
            push(service_goal("secretsmanager"), Weight::Certain);
            for secret in scope.property(rotation, &["SecretId"]) {
                let Some(secret) = scope.named(&secret.value) else { continue };
                for (target, _) in targets_of_secret(scope, secret) {
                    push(resource_goal(&target), Weight::Certain);
                }
            }
        }
    }
}

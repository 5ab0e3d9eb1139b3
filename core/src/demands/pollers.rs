//! What polls Kafka clusters, brokers and databases from inside their VPC, and calls the function.

use super::scope::{Scope, place};
use super::service_work::{Polled, polled};
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, on, resource_goal, service_goal};
use crate::paths::{Goal, GoalTarget};
use crate::phrase;
use crate::template::{Case, Guard, Resource, Value};

/// Reads the event source mappings.
pub(super) fn read(scope: Scope<'_, '_>, signs: &mut Vec<Sign>) {
    for mapping in scope.resources(&["AWS::Lambda::EventSourceMapping"]) {
        let is_provisioned = !scope.property(mapping, &["ProvisionedPollerConfig"]).is_empty();
        let enabled = scope.property(mapping, &["Enabled"]);
        if enabled.iter().any(|case| is_no(&case.value)) {
            continue;
        }
        for (kind, arn) in polled(scope, mapping) {
            let source = scope.named(&arn.value);
            let is_inside = match kind {
                Polled::Kafka | Polled::Documents => true,
                Polled::Broker => source.is_none_or(|broker| !is_public(scope, broker)),
                Polled::Queue | Polled::Stream | Polled::TableStream => false,
            };
            if is_inside {
                let poller = Poller { scope, mapping, source, at: &arn, when: arn.guard, is_provisioned };
                poller.demand(kind, signs);
            }
        }
        let in_vpc = |case: &Case| matches!(case.value.known(), Some("VPC_SUBNET"));
        let accesses = scope.listed(mapping, &["SourceAccessConfigurations"]);
        let subnets = accesses.iter().flat_map(|access| scope.entry(access, "Type")).find(in_vpc);
        if let (Some(subnet), Some(own)) =
            (subnets, scope.property(mapping, &["SelfManagedEventSource"]).into_iter().next())
        {
            let poller =
                Poller { scope, mapping, source: None, at: &own, when: subnet.guard, is_provisioned };
            poller.demand(Polled::Kafka, signs);
        }
    }
}

/// Whether a flag is written as `false`.
fn is_no(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.known().is_some_and(|known| known.eq_ignore_ascii_case("false")))
}

fn is_public(scope: Scope<'_, '_>, broker: &Resource) -> bool {
    let flags = scope.property(broker, &["PubliclyAccessible"]);
    flags.iter().any(|case| matches!(&case.value, Value::Text(text) if text.known().is_some_and(|known| known.eq_ignore_ascii_case("true"))))
}

struct Poller<'p, 'a, 't> {
    scope: Scope<'a, 't>,
    mapping: &'p Resource,
    source: Option<&'a Resource>,
    at: &'p Case,
    when: Guard,
    /// Whether it needs no services in the VPC.
    is_provisioned: bool,
}

impl Poller<'_, '_, '_> {
    fn demand(&self, kind: Polled, signs: &mut Vec<Sign>) {
        let id = &self.mapping.id;
        let words = phrase!(
            en: "the pollers of `{id}` stand in the subnets of their source",
            ja: "`{id}` のポーラーはイベントソースのサブネットで動きます",
        );
        let standing = phrase!(
            en: "it is polled from its subnets, with its security groups",
            ja: "ポーラーはこのリソースのサブネットとセキュリティグループを使います",
        );
        let mut push = |goal: Goal| {
            let of_source = self.source.map(|source| (self.scope.declared(source), standing.clone()));
            for (at, words) in [(place(self.at), words.clone())].into_iter().chain(of_source) {
                signs.push(Sign {
                    source: DemandSource::Poller {
                        mapping: id.clone(),
                        source: self.source.map(|source| source.id.clone()),
                    },
                    goal: goal.clone(),
                    weight: Weight::Certain,
                    evidence: evidence(EvidenceKind::EventSource, at, self.when, words),
                });
            }
        };
        if !self.is_provisioned {
            self.services(kind).into_iter().for_each(|service| push(service_goal(service)));
        }
        if let Some(source) = self.source {
            push(self.source_goal(kind, source));
        }
    }

    /// What is called from the VPC in on-demand mode. For brokers of `RabbitMQ` no role is taken there.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/process-messages-with-lambda.html>
    fn services(&self, kind: Polled) -> Vec<&'static str> {
        let mut services = vec!["lambda"];
        let is_rabbit =
            kind == Polled::Broker && self.source.is_some_and(|source| !self.is_active_mq(source));
        if !is_rabbit {
            services.push("sts");
        }
        if kind == Polled::Broker || kind == Polled::Documents || self.has_secret() {
            services.push("secretsmanager");
        }
        services
    }

    /// A broker of `ActiveMQ` listens on a port a protocol, and pollers use `OpenWire`.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html>
    fn source_goal(&self, kind: Polled, source: &Resource) -> Goal {
        const OPEN_WIRE: u16 = 61617;
        if kind == Polled::Broker && self.is_active_mq(source) {
            return on(GoalTarget::Resource(source.id.clone()), OPEN_WIRE);
        }
        resource_goal(&source.id)
    }

    /// Whether a broker is certainly one of `ActiveMQ`.
    fn is_active_mq(&self, broker: &Resource) -> bool {
        let engines = self.scope.property(broker, &["EngineType"]);
        let is_active =
            |case: &Case| case.value.known().is_some_and(|name| name.eq_ignore_ascii_case("ACTIVEMQ"));
        !engines.is_empty() && engines.iter().all(is_active)
    }

    /// Whether the source is signed in to with a secret. Anything but the place in the network is one.
    fn has_secret(&self) -> bool {
        const PLACES: [&str; 3] = ["VPC_SUBNET", "VPC_SECURITY_GROUP", "VIRTUAL_HOST"];
        let accesses = self.scope.listed(self.mapping, &["SourceAccessConfigurations"]);
        accesses
            .iter()
            .flat_map(|access| self.scope.entry(access, "Type"))
            .any(|kind| kind.value.known().is_some_and(|kind| !PLACES.contains(&kind)))
    }
}

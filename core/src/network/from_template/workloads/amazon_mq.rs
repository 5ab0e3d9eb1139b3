//! Amazon MQ.

use super::Writer;
use super::listeners::defaults;
use crate::network::from_template::reader::Split;
use crate::network::{Fact, Listener, Missing, Placement, Protocol, Workload, WorkloadKind};
use crate::template::{Resource, Unknown};

/// `OpenWire`, AMQP, STOMP, MQTT, `WebSocket`.
/// <https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/connect-to-amazonmq.html>
const ACTIVE_MQ: [u16; 5] = [61617, 5671, 61614, 8883, 61619];
/// AMQP.
const RABBIT_MQ: [u16; 1] = [5671];

impl Writer<'_, '_, '_> {
    /// Brokers.
    pub(super) fn brokers(&mut self) -> Result<(), Split> {
        let kind = WorkloadKind::Broker;
        for broker in self.reader.resources(&["AWS::AmazonMQ::Broker"])? {
            let engine = self.reader.text(broker, &["EngineType"])?;
            let engine = engine.unwrap_or(Fact::Unknown(Missing::Value(Unknown::Broken)));
            let is_rabbit = engine.map(|engine| engine.eq_ignore_ascii_case("RabbitMQ"));
            let listeners = match &is_rabbit {
                Fact::Known(true) => defaults(&RABBIT_MQ),
                Fact::Known(false) => defaults(&ACTIVE_MQ),
                Fact::Unknown(missing) => {
                    let ports = Fact::Unknown(missing.clone());
                    vec![Listener { protocol: Protocol::TCP, ports, at: None }]
                }
            };
            let public_address = self.reader.flag(broker, &["PubliclyAccessible"], false)?;
            // Public brokers of RabbitMQ have no interfaces in the account's VPC.
            let workload = if is_rabbit == Fact::Known(true) && public_address == Fact::Known(true) {
                self.outside(broker, kind, true, listeners)
            } else {
                let standing = self.listed(broker, &["SubnetIds"], &["SecurityGroups"])?;
                let placement = self.broker_placement(broker)?;
                Workload { public_address, ..self.workload(broker, kind, standing, placement, listeners) }
            };
            self.builder.workload(workload);
        }
        Ok(())
    }

    /// A cluster stands behind a load balancer. Of a pair only one broker is active.
    fn broker_placement(&self, broker: &Resource) -> Result<Placement, Split> {
        let mode = self.reader.text(broker, &["DeploymentMode"])?;
        let is_cluster =
            matches!(mode, Some(Fact::Known(mode)) if mode.eq_ignore_ascii_case("CLUSTER_MULTI_AZ"));
        Ok(if is_cluster { Placement::Any } else { Placement::One })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{group_names, network, ports, subnet_names, workload};
    use super::*;

    #[test]
    fn ports_and_placement_follow_engine_and_mode() {
        let network = network(
            "  Rabbit:
    Type: AWS::AmazonMQ::Broker
    Properties:
      EngineType: RABBITMQ
      DeploymentMode: CLUSTER_MULTI_AZ
      SubnetIds: [!Ref A, !Ref B, !Ref C]
      SecurityGroups: [!Ref Sg]
      PubliclyAccessible: false
  Active:
    Type: AWS::AmazonMQ::Broker
    Properties:
      EngineType: ActiveMQ
      DeploymentMode: ACTIVE_STANDBY_MULTI_AZ
      SubnetIds: [!Ref A, !Ref B]
      PubliclyAccessible: true
  Public:
    Type: AWS::AmazonMQ::Broker
    Properties: {EngineType: RabbitMQ, DeploymentMode: SINGLE_INSTANCE, PubliclyAccessible: true}
",
        );
        let rabbit = workload(&network, "Rabbit");
        assert_eq!((ports(rabbit), rabbit.placement), (vec![5671], Placement::Any));
        assert_eq!(subnet_names(&network, rabbit), ["A", "B", "C"]);
        assert_eq!(group_names(&network, rabbit), ["Sg"]);
        let active = workload(&network, "Active");
        assert_eq!((ports(active), active.placement), (ACTIVE_MQ.to_vec(), Placement::One));
        assert_eq!(active.public_address, Fact::Known(true));
        let public = workload(&network, "Public");
        assert_eq!((public.in_vpc, &public.public_address), (false, &Fact::Known(true)));
    }
}

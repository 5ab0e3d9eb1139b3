//! MSK, provisioned and serverless.

use super::Writer;
use super::listeners::tcp;
use super::standing::Standing;
use crate::network::from_template::reader::{Reader, Split, text};
use crate::network::{Fact, Listed, Listener, Missing, Place, Placement, Workload, WorkloadKind};
use crate::template::{Case, Resource, Unknown};

// <https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html>
const PLAINTEXT: u16 = 9092;
const TLS: u16 = 9094;
const SCRAM: u16 = 9096;
const IAM: u16 = 9098;

impl Writer<'_, '_, '_> {
    /// Clusters: a client talks to every broker.
    pub(super) fn kafka_clusters(&mut self) -> Result<(), Split> {
        for cluster in self.reader.resources(&["AWS::MSK::Cluster"])? {
            let subnets = ["BrokerNodeGroupInfo", "ClientSubnets"];
            let groups = ["BrokerNodeGroupInfo", "SecurityGroups"];
            let standing = self.listed(cluster, &subnets, &groups)?;
            let listeners = self.kafka_listeners(cluster)?;
            let access = ["BrokerNodeGroupInfo", "ConnectivityInfo", "PublicAccess", "Type"];
            let public_address = match self.reader.text(cluster, &access)? {
                Some(access) => access.map(|kind| kind == "SERVICE_PROVIDED_EIPS"),
                None => Fact::Known(false),
            };
            let kind = WorkloadKind::KafkaCluster;
            let workload = self.workload(cluster, kind, standing, Placement::Each, listeners);
            self.builder.workload(Workload { public_address, ..workload });
        }
        for cluster in self.reader.resources(&["AWS::MSK::ServerlessCluster"])? {
            self.serverless_kafka(cluster)?;
        }
        Ok(())
    }

    /// Ports by how clients sign in and whether the connection is encrypted.
    fn kafka_listeners(&self, cluster: &Resource) -> Result<Vec<Listener>, Split> {
        let sign_in = |path: &[&str]| -> Result<(Fact<bool>, Option<Place>), Split> {
            let full: Vec<&str> = ["ClientAuthentication"].iter().chain(path).copied().collect();
            let at = self.reader.property(cluster, &full)?.as_ref().and_then(Reader::place);
            Ok((self.reader.flag(cluster, &full, false)?, at))
        };
        let scram = sign_in(&["Sasl", "Scram", "Enabled"])?;
        let iam = sign_in(&["Sasl", "Iam", "Enabled"])?;
        let tls = sign_in(&["Tls", "Enabled"])?;
        let written = self.reader.property(cluster, &["ClientAuthentication"])?.is_some();
        let open = sign_in(&["Unauthenticated", "Enabled"])?;
        let nobody_signs_in = [&scram, &iam, &tls].iter().all(|(on, _)| *on == Fact::Known(false));
        // Without any way to sign in, everybody is let in.
        let open =
            if nobody_signs_in && (open.1.is_none() || !written) { (Fact::Known(true), None) } else { open };
        let path = ["EncryptionInfo", "EncryptionInTransit", "ClientBroker"];
        let encryption = self.reader.property(cluster, &path)?;
        let encryption_at = encryption.as_ref().and_then(Reader::place);
        let encryption = encryption.map_or(Fact::Known("TLS".to_owned()), |case| text(&case));
        let plain = encryption.clone().map(|mode| mode == "PLAINTEXT" || mode == "TLS_PLAINTEXT");
        let encrypted = encryption.map(|mode| mode != "PLAINTEXT");

        let mut found = Vec::new();
        let mut add = |port: u16, on: Fact<bool>, at: Option<Place>| match on {
            Fact::Known(true) => found.push(tcp(port, at)),
            Fact::Known(false) => {}
            // The port is known, whether anything listens there is not.
            Fact::Unknown(missing) => {
                found.push(Listener { ports: Fact::Unknown(missing), ..tcp(port, at) });
            }
        };
        add(PLAINTEXT, both(&plain, &open.0), encryption_at);
        let tls_or_open = match (&tls.0, &open.0) {
            (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
            (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing.clone()),
            _ => Fact::Known(false),
        };
        add(TLS, both(&encrypted, &tls_or_open), tls.1.or(encryption_at));
        add(SCRAM, scram.0, scram.1);
        add(IAM, iam.0, iam.1);
        found.dedup_by(|one, other| one.ports == other.ports && one.ports.known().is_none());
        Ok(found)
    }

    /// A serverless cluster may stand in several VPCs, with groups for each.
    fn serverless_kafka(&mut self, cluster: &Resource) -> Result<(), Split> {
        let configs = match self.reader.property(cluster, &["VpcConfigs"])? {
            Some(list) => self.reader.items(&list)?,
            None => Listed::unknown(Missing::Value(Unknown::Broken)),
        };
        let mut standing = Standing {
            at: configs.items.first().and_then(Reader::place),
            subnets: Listed { items: Vec::new(), rest: configs.rest.clone() },
            groups: Listed { items: Vec::new(), rest: configs.rest.clone() },
        };
        let mut by_subnet = Vec::new();
        for config in &configs.items {
            let part = |key: &str| -> Result<Option<Case>, Split> { self.reader.entry(config, key) };
            let (subnets, groups) = (part("SubnetIds")?, part("SecurityGroups")?);
            let own = self.standing(subnets.as_ref(), groups.as_ref())?;
            by_subnet.extend(own.subnets.items.iter().map(|subnet| (*subnet, own.groups.clone())));
            merge(&mut standing.subnets, own.subnets);
            merge(&mut standing.groups, own.groups);
        }
        let kind = WorkloadKind::KafkaCluster;
        let workload = self.workload(cluster, kind, standing, Placement::Each, vec![tcp(IAM, None)]);
        let groups_by_subnet = if configs.items.len() > 1 { by_subnet } else { Vec::new() };
        self.builder.workload(Workload { groups_by_subnet, ..workload });
        Ok(())
    }
}

fn both(one: &Fact<bool>, other: &Fact<bool>) -> Fact<bool> {
    match (one, other) {
        (Fact::Known(false), _) | (_, Fact::Known(false)) => Fact::Known(false),
        (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing.clone()),
        _ => Fact::Known(true),
    }
}

/// Adds what is not there yet.
pub(super) fn merge<T: PartialEq>(into: &mut Listed<T>, more: Listed<T>) {
    for item in more.items {
        if !into.items.contains(&item) {
            into.items.push(item);
        }
    }
    into.rest = into.rest.take().or(more.rest);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{
        DEFAULT_GROUP, group_names, names_of, network, ports, subnet_names, workload,
    };
    use super::*;

    fn ports_of(properties: &str) -> Vec<u16> {
        let network = network(&format!(
            "  Kafka:
    Type: AWS::MSK::Cluster
    Properties:
      BrokerNodeGroupInfo: {{ClientSubnets: [!Ref A, !Ref B]}}
{properties}"
        ));
        let found = workload(&network, "Kafka");
        assert_eq!(
            (found.placement, subnet_names(&network, found)),
            (Placement::Each, vec!["A".into(), "B".into()])
        );
        assert_eq!(group_names(&network, found), [DEFAULT_GROUP]);
        ports(found)
    }

    #[test]
    fn ports_follow_from_how_clients_sign_in() {
        assert_eq!(ports_of(""), [9094]);
        let encryption = "      EncryptionInfo: {EncryptionInTransit: {ClientBroker: MODE}}\n";
        assert_eq!(ports_of(&encryption.replace("MODE", "PLAINTEXT")), [9092]);
        assert_eq!(ports_of(&encryption.replace("MODE", "TLS_PLAINTEXT")), [9092, 9094]);
        assert_eq!(
            ports_of("      ClientAuthentication: {Sasl: {Iam: {Enabled: true}, Scram: {Enabled: true}}}\n"),
            [9096, 9098]
        );
        assert_eq!(ports_of("      ClientAuthentication: {Tls: {Enabled: true}}\n"), [9094]);
        assert_eq!(
            ports_of(
                "      ClientAuthentication: {Sasl: {Iam: {Enabled: true}}, Unauthenticated: {Enabled: true}}\n"
            ),
            [9094, 9098]
        );
    }

    #[test]
    fn what_a_parameter_decides_is_not_known() {
        let network = network(
            "  Kafka:
    Type: AWS::MSK::Cluster
    Properties:
      BrokerNodeGroupInfo:
        ClientSubnets: !Ref SubnetList
        SecurityGroups: [!Ref Sg]
        ConnectivityInfo: {PublicAccess: {Type: SERVICE_PROVIDED_EIPS}}
      ClientAuthentication: {Sasl: {Iam: {Enabled: !Ref OneSubnet}}}
",
        );
        let found = workload(&network, "Kafka");
        let missing = Missing::Value(Unknown::Parameter("OneSubnet".to_owned()));
        assert!(found.listeners.iter().any(|listener| listener.ports == Fact::Unknown(missing.clone())));
        assert_eq!(found.public_address, Fact::Known(true));
    }

    #[test]
    fn a_serverless_cluster_has_groups_in_each_vpc() {
        let network = network(
            "  Kafka:
    Type: AWS::MSK::ServerlessCluster
    Properties:
      VpcConfigs:
        - {SubnetIds: [!Ref A, !Ref B], SecurityGroups: [!Ref Sg]}
        - {SubnetIds: [subnet-0123], SecurityGroups: [sg-0123]}
",
        );
        let found = workload(&network, "Kafka");
        assert_eq!((ports(found), found.placement), (vec![9098], Placement::Each));
        let by_subnet: Vec<Vec<String>> =
            found.subnets.items.iter().map(|at| names_of(&network, found.groups_in(*at))).collect();
        assert_eq!(by_subnet, [vec!["Sg"], vec!["Sg"], vec!["sg-0123"]]);
    }
}

//! What stands in a VPC for functions without being one: pollers of Kafka, brokers and `DocumentDB`, and the instances
//! of capacity providers that no function of the template uses.

use super::Writer;
use super::lambda::PROVIDER;
use super::standing::Standing;
use crate::network::from_template::reader::{Reader, Split};
use crate::network::{Fact, Listed, Placement, Workload, WorkloadKind};
use crate::template::{Case, Part, Resource, Value};

/// What is polled from inside its VPC.
const SOURCES: [WorkloadKind; 3] =
    [WorkloadKind::KafkaCluster, WorkloadKind::Broker, WorkloadKind::DatabaseCluster];

impl<'a> Writer<'a, '_, '_> {
    /// Pollers of event source mappings, which poll from the same place in both modes. Clusters, brokers and databases are
    /// to be declared before. <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html>
    pub(super) fn pollers(&mut self) -> Result<(), Split> {
        for mapping in self.reader.resources(&["AWS::Lambda::EventSourceMapping"])? {
            if let Some(poller) = self.poller_of_resource(mapping)? {
                self.builder.workload(poller);
            } else if let Some(standing) = self.self_managed(mapping)? {
                let kind = WorkloadKind::Poller;
                let poller = self.workload(mapping, kind, standing, Placement::One, Vec::new());
                self.builder.workload(poller);
            }
        }
        Ok(())
    }

    /// A poller in the subnets of its source and with its groups. Where a source stands that is no resource of the
    /// template is not known, and nothing follows from it.
    fn poller_of_resource(&self, mapping: &Resource) -> Result<Option<Workload>, Split> {
        let Some(arn) = self.reader.property(mapping, &["EventSourceArn"])? else { return Ok(None) };
        let Some(id) = named_last(&arn.value) else { return Ok(None) };
        let network = &self.builder.network;
        let source = network.workload(id).and_then(|at| network.workloads.get(at.0)).filter(|source| {
            let is_public =
                source.kind == WorkloadKind::Broker && source.public_address != Fact::Known(false);
            SOURCES.contains(&source.kind) && source.in_vpc && !is_public
        });
        let Some(source) = source else { return Ok(None) };
        let standing = Standing {
            at: source.network_at,
            subnets: source.subnets.clone(),
            groups: source.groups.clone(),
        };
        let groups_by_subnet = source.groups_by_subnet.clone();
        let kind = WorkloadKind::Poller;
        let poller = self.workload(mapping, kind, standing, Placement::One, Vec::new());
        Ok(Some(Workload { groups_by_subnet, ..poller }))
    }

    /// Where a mapping says that its Kafka stands: `subnet:subnet-1` and `security_group:sg-1`.
    fn self_managed(&mut self, mapping: &Resource) -> Result<Option<Standing>, Split> {
        if self.reader.property(mapping, &["SelfManagedEventSource"])?.is_none() {
            return Ok(None);
        }
        let Some(list) = self.reader.property(mapping, &["SourceAccessConfigurations"])? else {
            return Ok(None);
        };
        let accesses = self.reader.items(&list)?;
        let of = |kind: &str, prefix: &str| -> Result<Vec<Case>, Split> {
            let mut found = Vec::new();
            for access in &accesses.items {
                let is_one =
                    self.reader.entry(access, "Type")?.is_some_and(|own| own.value.known() == Some(kind));
                if let (true, Some(uri)) = (is_one, self.reader.entry(access, "URI")?) {
                    found.push(without_prefix(uri, prefix));
                }
            }
            Ok(found)
        };
        let (subnets, groups) = (of("VPC_SUBNET", "subnet:")?, of("VPC_SECURITY_GROUP", "security_group:")?);
        if subnets.is_empty() {
            return Ok(None);
        }
        let listed = |items: Vec<Case>| Case { value: Value::List(items.into()), ..list.clone() };
        let subnets = Listed { rest: accesses.rest.clone(), ..self.subnets(&listed(subnets))? };
        let groups = self.groups(&listed(groups))?;
        let rest = groups.rest.or(accesses.rest);
        Ok(Some(Standing { at: Reader::place(&list), subnets, groups: Listed { rest, items: groups.items } }))
    }

    /// Capacity providers that no function of the template uses. Functions that use one stand where it stands.
    pub(super) fn capacity_providers(&mut self) -> Result<(), Split> {
        const KINDS: [&str; 1] = ["AWS::Lambda::CapacityProvider"];
        let mut used: Vec<&'a str> = Vec::new();
        for function in self.reader.resources(&["AWS::Lambda::Function"])? {
            let arn = self.reader.property(function, &PROVIDER)?;
            let provider = arn.map(|arn| self.named(&arn, &KINDS, "CapacityProviderName")).transpose()?;
            used.extend(provider.flatten().map(|provider| provider.id.as_str()));
        }
        for provider in self.reader.resources(&KINDS)? {
            let Some(config) = self.reader.property(provider, &["VpcConfig"])? else { continue };
            if let Some(standing) = self.vpc_config(&config)?.filter(|_| !used.contains(&&*provider.id)) {
                let kind = WorkloadKind::CapacityProvider;
                let workload = self.workload(provider, kind, standing, Placement::One, Vec::new());
                self.builder.workload(workload);
            }
        }
        Ok(())
    }
}

/// The resource that an ARN ends with, or is an attribute of: clusters of `DocumentDB` have no attribute for theirs.
fn named_last(arn: &Value) -> Option<&str> {
    match arn {
        Value::Text(text) => match text.parts.last() {
            Some(Part::Resource { id, .. }) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn without_prefix(mut uri: Case, prefix: &str) -> Case {
    if let Value::Text(text) = &mut uri.value
        && let Some(Part::Literal(first)) = text.parts.first_mut()
        && let Some(rest) = first.strip_prefix(prefix).map(str::to_owned)
    {
        *first = rest;
        text.parts.retain(|part| !matches!(part, Part::Literal(literal) if literal.is_empty()));
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::testing::{group_names, network, subnet_names, workload};
    use super::*;

    const CLUSTER: &str = "  Kafka:
    Type: AWS::MSK::Cluster
    Properties:
      ClusterName: k
      BrokerNodeGroupInfo: {InstanceType: kafka.m7g.large, ClientSubnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Sg]}
  Fn: {Type: AWS::Lambda::Function, Properties: {Handler: x}}
";

    #[test]
    fn a_poller_stands_where_its_source_stands() {
        let network = network(&format!(
            "{CLUSTER}  Events:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: !Ref Fn, EventSourceArn: !GetAtt Kafka.Arn, Topics: [t]}}
  Warm:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !Ref Kafka
      ProvisionedPollerConfig: {{MinimumPollers: 1}}
  Far:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: !Ref Fn, EventSourceArn: !Ref OneSubnet, Topics: [t]}}
"
        ));
        let found = workload(&network, "Events");
        assert_eq!((found.kind, found.placement), (WorkloadKind::Poller, Placement::One));
        assert_eq!(subnet_names(&network, found), ["A", "B"]);
        assert_eq!(group_names(&network, found), ["Sg"]);
        let warm = workload(&network, "Warm");
        assert_eq!((group_names(&network, warm), warm.in_vpc), (vec!["Sg".to_owned()], true), "provisioned");
        assert!(network.workload("Far").is_none(), "not known where");
    }

    #[test]
    fn a_database_is_named_at_the_end_of_its_arn() {
        let network = network(
            "  Fn: {Type: AWS::Lambda::Function, Properties: {Handler: x}}
  Group: {Type: AWS::DocDB::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
  Doc: {Type: AWS::DocDB::DBCluster, Properties: {DBSubnetGroupName: !Ref Group, VpcSecurityGroupIds: [!Ref Sg]}}
  Events:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !Sub 'arn:aws:rds:${AWS::Region}:${AWS::AccountId}:cluster:${Doc}'
  Other:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Fn, EventSourceArn: !Sub 'arn:aws:rds:eu-west-1:111122223333:cluster:${Doc}-2'}
",
        );
        let found = workload(&network, "Events");
        assert_eq!((found.kind, found.placement), (WorkloadKind::Poller, Placement::One));
        assert_eq!(
            (subnet_names(&network, found), group_names(&network, found).len()),
            (vec!["A".to_owned(), "B".to_owned()], 1)
        );
        assert!(network.workload("Other").is_none(), "another cluster");
    }

    #[test]
    fn self_managed_kafka_is_polled_where_the_mapping_says() {
        let network = network(
            "  Fn: {Type: AWS::Lambda::Function, Properties: {Handler: x}}
  Events:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['kafka.example.com:9092']}}
      SourceAccessConfigurations:
        - {Type: VPC_SUBNET, URI: !Sub 'subnet:${A}'}
        - {Type: VPC_SUBNET, URI: 'subnet:subnet-0123'}
        - {Type: VPC_SECURITY_GROUP, URI: !Join ['', ['security_group:', !GetAtt Sg.GroupId]]}
",
        );
        let found = workload(&network, "Events");
        assert_eq!(subnet_names(&network, found), ["A", "subnet-0123"]);
        assert_eq!(group_names(&network, found), ["Sg"]);
        assert_eq!(found.groups.rest, None);
    }

    #[test]
    fn a_capacity_provider_stands_by_itself_where_no_function_uses_it() {
        let network = network(
            "  Own:
    Type: AWS::Lambda::CapacityProvider
    Properties:
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Sg]}
  Used:
    Type: AWS::Lambda::CapacityProvider
    Properties:
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Sg]}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      CapacityProviderConfig:
        LambdaManagedInstancesCapacityProviderConfig: {CapacityProviderArn: !GetAtt Used.Arn}
",
        );
        let own = workload(&network, "Own");
        assert_eq!((own.kind, own.in_vpc), (WorkloadKind::CapacityProvider, true));
        assert_eq!(subnet_names(&network, own), ["A", "B"]);
        assert!(network.workload("Used").is_none());
    }
}

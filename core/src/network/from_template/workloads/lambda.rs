//! Lambda functions.

use super::Writer;
use super::standing::Standing;
use crate::network::from_template::reader::{Reader, Split};
use crate::network::{Listed, Missing, Placement, Workload, WorkloadKind};
use crate::template::{Case, Resource, Unknown, Value};

pub(super) const PROVIDER: [&str; 3] =
    ["CapacityProviderConfig", "LambdaManagedInstancesCapacityProviderConfig", "CapacityProviderArn"];

impl Writer<'_, '_, '_> {
    /// Functions, with the subnets of their capacity provider where they have one.
    pub(super) fn functions(&mut self) -> Result<(), Split> {
        for resource in self.reader.resources(&["AWS::Lambda::Function"])? {
            let standing = match self.reader.property(resource, &["VpcConfig"])? {
                Some(config) => self.vpc_config(&config)?,
                None => self.provided(resource)?,
            };
            let workload = match standing {
                Some(standing) => Workload {
                    ipv6: self.reader.flag(resource, &["VpcConfig", "Ipv6AllowedForDualStack"], false)?,
                    ..self.workload(resource, WorkloadKind::Function, standing, Placement::One, Vec::new())
                },
                None => Workload {
                    placement: Placement::One,
                    ..self.outside(resource, WorkloadKind::Function, false, Vec::new())
                },
            };
            self.builder.workload(workload);
        }
        Ok(())
    }

    /// What a `VpcConfig` says; nothing where it names neither subnets nor groups, which takes a function out of its
    /// VPC.
    pub(super) fn vpc_config(&mut self, config: &Case) -> Result<Option<Standing>, Split> {
        let at = Reader::place(config);
        let Value::Map(_) = &config.value else {
            let unknown = match &config.value {
                Value::Unknown(unknown) => Some(unknown.clone()),
                Value::Text(text) => text.unknowns().next().cloned(),
                _ => None,
            };
            let missing = Missing::Value(unknown.unwrap_or(Unknown::Broken));
            return Ok(Some(Standing { at, ..Standing::unknown(missing) }));
        };
        let subnets = self.reader.entry(config, "SubnetIds")?;
        let groups = self.reader.entry(config, "SecurityGroupIds")?;
        let subnets = subnets.map(|list| self.subnets(&list)).transpose()?.unwrap_or_default();
        let groups = groups.map(|list| self.groups(&list)).transpose()?.unwrap_or_default();
        let no_subnets = subnets.items.is_empty() && subnets.rest.is_none();
        let no_groups = groups.items.is_empty() && groups.rest.is_none();
        if no_subnets && no_groups {
            return Ok(None);
        }
        // Lambda refuses one without the other. No default group steps in, so what is left out is not known.
        let missing = Missing::Value(Unknown::Broken);
        Ok(Some(Standing {
            at,
            subnets: if no_subnets { Listed::unknown(missing.clone()) } else { subnets },
            groups: if no_groups { Listed::unknown(missing) } else { groups },
        }))
    }

    /// Where the capacity provider of a function stands.
    fn provided(&mut self, function: &Resource) -> Result<Option<Standing>, Split> {
        let Some(arn) = self.reader.property(function, &PROVIDER)? else { return Ok(None) };
        let provider = self.named(&arn, &["AWS::Lambda::CapacityProvider"], "CapacityProviderName")?;
        let config = match provider {
            Some(provider) => self.reader.property(provider, &["VpcConfig"])?,
            None => None,
        };
        let found = match config {
            Some(config) => self.vpc_config(&config)?,
            None => None,
        };
        Ok(Some(found.unwrap_or_else(|| Standing {
            at: Reader::place(&arn),
            ..Standing::unknown(self.missing(&arn))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{group_names, network, subnet_names, workload};
    use super::*;
    use crate::network::{Fact, Name};

    #[test]
    fn a_function_stands_in_the_subnets_of_its_config() {
        let network = network(
            "  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds: [!Ref A, !Ref B, !Ref A, subnet-0123]
        SecurityGroupIds: [!GetAtt Sg.GroupId]
",
        );
        let found = workload(&network, "Fn");
        assert!(found.in_vpc);
        assert_eq!(subnet_names(&network, found), ["A", "B", "subnet-0123"]);
        assert_eq!(group_names(&network, found), ["Sg"]);
        assert_eq!(found.public_address, Fact::Known(false));
        assert!(found.network_at.is_some() && found.at.is_some());
    }

    #[test]
    fn no_config_and_empty_lists_mean_no_vpc() {
        let network = network(
            "  None:
    Type: AWS::Lambda::Function
    Properties: {Handler: x}
  Empty:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [], SecurityGroupIds: []}
  Gone:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !Ref AWS::NoValue
",
        );
        for id in ["None", "Empty", "Gone"] {
            let found = workload(&network, id);
            assert!(!found.in_vpc, "{id}");
            assert_eq!(found.subnets, Listed::default(), "{id}");
        }
    }

    #[test]
    fn what_is_left_out_of_a_config_is_not_known() {
        let network = network(
            "  NoGroups:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [!Ref A]}
  NoSubnets:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SecurityGroupIds: [!Ref Sg]}
",
        );
        let broken = Listed::unknown(Missing::Value(Unknown::Broken));
        let one = workload(&network, "NoGroups");
        assert_eq!((subnet_names(&network, one), &one.groups), (vec!["A".to_owned()], &broken));
        let other = workload(&network, "NoSubnets");
        assert!(other.in_vpc && other.subnets.items.is_empty() && other.subnets.rest.is_some());
    }

    #[test]
    fn lists_that_are_not_known_keep_what_would_settle_them() {
        let network = network(
            "  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds: !Ref SubnetList
        SecurityGroupIds: !Ref GroupList
  One:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds: [!Select [1, !Ref SubnetList], !Ref OneSubnet]
        SecurityGroupIds: [!Ref OneGroup]
",
        );
        let found = workload(&network, "Fn");
        let [subnet] = found.subnets.items[..] else { panic!("{found:?}") };
        let subnet = &network.subnets[subnet.0];
        assert!(subnet.several);
        let value = Unknown::Parameter("SubnetList".to_owned());
        assert_eq!(subnet.name, Name::Unknown { value: value.clone(), item: None });
        assert_eq!(found.groups.rest, Some(Missing::Value(Unknown::Parameter("GroupList".to_owned()))));
        let found = workload(&network, "One");
        assert_eq!(subnet_names(&network, found), ["SubnetList[1]", "OneSubnet"]);
        assert!(found.subnets.items.iter().all(|at| !network.subnets[at.0].several));
        assert_eq!((group_names(&network, found), &found.groups.rest), (vec!["OneGroup".to_owned()], &None));
    }

    #[test]
    fn globals_of_sam_arrive_merged() {
        let network = network(
            "  Fn:
    Type: AWS::Serverless::Function
    Properties:
      VpcConfig:
        SubnetIds: [!Ref B]
Globals:
  Function:
    VpcConfig:
      SubnetIds: [!Ref A]
      SecurityGroupIds: [!Ref Sg]
",
        );
        let found = workload(&network, "Fn");
        assert_eq!(subnet_names(&network, found), ["A", "B"]);
        assert_eq!(group_names(&network, found), ["Sg"]);
    }

    #[test]
    fn a_capacity_provider_lends_its_subnets() {
        let network = network(
            "  Provider:
    Type: AWS::Lambda::CapacityProvider
    Properties:
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Sg]}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      CapacityProviderConfig:
        LambdaManagedInstancesCapacityProviderConfig:
          CapacityProviderArn: !GetAtt Provider.Arn
  Far:
    Type: AWS::Lambda::Function
    Properties:
      CapacityProviderConfig:
        LambdaManagedInstancesCapacityProviderConfig:
          CapacityProviderArn: !Ref OneSubnet
",
        );
        assert_eq!(subnet_names(&network, workload(&network, "Fn")), ["A", "B"]);
        let far = workload(&network, "Far");
        let missing = Missing::Value(Unknown::Parameter("OneSubnet".to_owned()));
        assert!(far.in_vpc);
        assert_eq!(far.subnets, Listed::unknown(missing));
    }

    #[test]
    fn a_config_behind_an_open_condition_makes_two_networks() {
        let text = "Parameters: {Env: {Type: String}}
Conditions: {Inside: !Equals [!Ref Env, inside]}
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !If [Inside, {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}, !Ref AWS::NoValue]
";
        let template = crate::template::lower(
            text,
            &crate::syntax::Limits::default(),
            crate::template::Inputs::default(),
        );
        let found = crate::network::resolve(&template, &crate::network::Surroundings::default());
        let mut inside: Vec<bool> =
            found.iter().map(|one| one.network.workloads.iter().any(|found| found.in_vpc)).collect();
        inside.sort_unstable();
        assert_eq!(inside, [false, true]);
    }
}

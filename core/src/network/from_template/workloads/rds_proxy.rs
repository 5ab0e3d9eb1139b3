//! RDS Proxy and its endpoints.

use super::Writer;
use crate::network::from_template::reader::{Reader, Split, text};
use crate::network::{Fact, Listener, Missing, Placement, Ports, Protocol, WorkloadKind};
use crate::template::{Resource, Unknown};

impl Writer<'_, '_, '_> {
    /// Proxies stand in all their subnets at once; any may answer.
    pub(super) fn proxies(&mut self) -> Result<(), Split> {
        const PROXY: &str = "AWS::RDS::DBProxy";
        for resource in self.reader.resources(&[PROXY, "AWS::RDS::DBProxyEndpoint"])? {
            let standing = self.listed(resource, &["VpcSubnetIds"], &["VpcSecurityGroupIds"])?;
            let listener = if resource.kind == PROXY {
                self.proxy_listener(resource)?
            } else {
                match self.reader.property(resource, &["DBProxyName"])? {
                    Some(name) => match self.named(&name, &[PROXY], "DBProxyName")? {
                        Some(proxy) => self.proxy_listener(proxy)?,
                        None => unknown(self.missing(&name)),
                    },
                    None => unknown(Missing::Value(Unknown::Broken)),
                }
            };
            let kind = WorkloadKind::DatabaseProxy;
            let workload = self.workload(resource, kind, standing, Placement::Any, vec![listener]);
            self.builder.workload(workload);
        }
        Ok(())
    }

    /// A proxy listens on the usual port of its protocol, whatever its databases do.
    fn proxy_listener(&self, proxy: &Resource) -> Result<Listener, Split> {
        let Some(case) = self.reader.property(proxy, &["EngineFamily"])? else {
            return Ok(unknown(Missing::Value(Unknown::Broken)));
        };
        let family = match text(&case) {
            Fact::Known(family) => family.to_ascii_uppercase(),
            Fact::Unknown(missing) => return Ok(unknown(missing)),
        };
        let port = match family.as_str() {
            "MYSQL" => 3306,
            "POSTGRESQL" => 5432,
            "SQLSERVER" => 1433,
            _ => return Ok(unknown(Missing::Value(Unknown::Broken))),
        };
        let ports = Fact::Known(Ports::one(port));
        Ok(Listener { protocol: Protocol::TCP, ports, at: Reader::place(&case) })
    }
}

fn unknown(missing: Missing) -> Listener {
    Listener { protocol: Protocol::TCP, ports: Fact::Unknown(missing), at: None }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
    use super::*;

    #[test]
    fn a_proxy_listens_on_the_port_of_its_family_in_all_its_subnets() {
        let network = network(
            "  Proxy:
    Type: AWS::RDS::DBProxy
    Properties:
      DBProxyName: pool
      EngineFamily: POSTGRESQL
      VpcSubnetIds: [!Ref A, !Ref B]
      VpcSecurityGroupIds: [!Ref Sg]
  Reading:
    Type: AWS::RDS::DBProxyEndpoint
    Properties: {DBProxyName: pool, VpcSubnetIds: [!Ref C]}
  Foreign:
    Type: AWS::RDS::DBProxyEndpoint
    Properties: {DBProxyName: elsewhere, VpcSubnetIds: [!Ref C]}
  Mysql:
    Type: AWS::RDS::DBProxy
    Properties: {EngineFamily: MYSQL, VpcSubnetIds: !Ref SubnetList}
",
        );
        let proxy = workload(&network, "Proxy");
        assert_eq!(proxy.kind, WorkloadKind::DatabaseProxy);
        assert_eq!(proxy.placement, Placement::Any);
        assert_eq!(ports(proxy), [5432]);
        assert!(proxy.listeners[0].at.is_some());
        assert_eq!(subnet_names(&network, proxy), ["A", "B"]);
        assert_eq!(group_names(&network, proxy), ["Sg"]);
        let reading = workload(&network, "Reading");
        assert_eq!(
            (ports(reading), group_names(&network, reading)),
            (vec![5432], vec![DEFAULT_GROUP.into()])
        );
        let foreign = workload(&network, "Foreign");
        let name = crate::network::Name::Aws("elsewhere".to_owned());
        assert_eq!(foreign.listeners[0].ports, Fact::Unknown(Missing::Component(name)));
        let mysql = workload(&network, "Mysql");
        assert_eq!(ports(mysql), [3306]);
        assert_eq!(mysql.groups.rest, Some(Missing::Value(Unknown::Parameter("SubnetList".to_owned()))));
    }
}

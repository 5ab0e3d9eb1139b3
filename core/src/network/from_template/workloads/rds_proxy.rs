//! RDS Proxy and its endpoints.

use super::Writer;
use crate::network::from_template::reader::{Reader, Split, text};
use crate::network::{
    Fact, Listed, Listener, Missing, Placement, Ports, Protocol, ProxiedDatabases, WorkloadIndex,
    WorkloadKind,
};
use crate::template::{Resource, Unknown};

const PROXY: &str = "AWS::RDS::DBProxy";
const ENDPOINT: &str = "AWS::RDS::DBProxyEndpoint";

/// The properties of a target group that name databases, what they name, and by which property those name themselves.
const REGISTERED: [(&str, &str, &str); 2] = [
    ("DBClusterIdentifiers", "AWS::RDS::DBCluster", "DBClusterIdentifier"),
    ("DBInstanceIdentifiers", "AWS::RDS::DBInstance", "DBInstanceIdentifier"),
];

impl Writer<'_, '_, '_> {
    /// Proxies stand in all their subnets at once; any may answer.
    pub(super) fn proxies(&mut self) -> Result<(), Split> {
        for resource in self.reader.resources(&[PROXY, ENDPOINT])? {
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
        self.databases_of_proxies()
    }

    /// The databases that target groups of proxies name.
    fn databases_of_proxies(&mut self) -> Result<(), Split> {
        for group in self.reader.resources(&["AWS::RDS::DBProxyTargetGroup"])? {
            let Some(name) = self.reader.property(group, &["DBProxyName"])? else { continue };
            let Some(proxy) = self.named(&name, &[PROXY], "DBProxyName")? else { continue };
            let (at, mut databases) = (self.reader.declared(group), Listed::default());
            for (property, kind, own) in REGISTERED {
                let Some(list) = self.reader.property(group, &[property])? else { continue };
                let items = self.reader.items(&list)?;
                databases.rest = databases.rest.or(items.rest);
                for item in &items.items {
                    let found = self.named(item, &[kind], own)?;
                    match found.and_then(|found| self.builder.network.workload(&found.id)) {
                        Some(database) => databases.items.push(database),
                        None => databases.rest = Some(self.missing(item)),
                    }
                }
            }
            let Some(sender) = self.builder.network.workload(&proxy.id) else { continue };
            for front in self.fronts(proxy)? {
                let databases = databases.clone();
                self.builder.network.proxied.push(ProxiedDatabases { proxy: front, at, sender, databases });
            }
        }
        Ok(())
    }

    /// A proxy and its endpoints, all of which lead to its databases.
    fn fronts(&self, proxy: &Resource) -> Result<Vec<WorkloadIndex>, Split> {
        let mut found: Vec<WorkloadIndex> = self.builder.network.workload(&proxy.id).into_iter().collect();
        for endpoint in self.reader.resources(&[ENDPOINT])? {
            let Some(name) = self.reader.property(endpoint, &["DBProxyName"])? else { continue };
            if self.named(&name, &[PROXY], "DBProxyName")?.is_some_and(|own| own.id == proxy.id) {
                found.extend(self.builder.network.workload(&endpoint.id));
            }
        }
        Ok(found)
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

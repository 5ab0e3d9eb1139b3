//! Instances and clusters of RDS, Aurora, Neptune and DocumentDB.

use super::Writer;
use super::standing::{Standing, SubnetGroups};
use crate::network::builder::undescribed;
use crate::network::from_template::reader::{Reader, Split, flag, text};
use crate::network::{Fact, Listener, Missing, Name, Placement, Workload, WorkloadKind};
use crate::template::{Case, Resource, Unknown};

/// The three services keep their subnet groups together.
const SUBNET_GROUPS: SubnetGroups = SubnetGroups {
    kinds: &["AWS::RDS::DBSubnetGroup", "AWS::Neptune::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup"],
    name: "DBSubnetGroupName",
};

/// A service with clusters of instances.
struct Service {
    instance: &'static str,
    cluster: &'static str,
    /// The property of a cluster for its port.
    port: &'static str,
    /// The port of all its engines; nothing where the engine decides.
    default_port: Option<u16>,
}

const SERVICES: [Service; 3] = [
    Service {
        instance: "AWS::RDS::DBInstance",
        cluster: "AWS::RDS::DBCluster",
        port: "Port",
        default_port: None,
    },
    Service {
        instance: "AWS::Neptune::DBInstance",
        cluster: "AWS::Neptune::DBCluster",
        port: "DBPort",
        default_port: Some(8182),
    },
    Service {
        instance: "AWS::DocDB::DBInstance",
        cluster: "AWS::DocDB::DBCluster",
        port: "Port",
        default_port: Some(27017),
    },
];

/// The port of an engine on an instance of its own. <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>
pub(super) fn engine_port(engine: &str) -> Option<u16> {
    const PORTS: [(&str, u16); 11] = [
        ("aurora-postgresql", 5432),
        ("aurora", 3306),
        ("mysql", 3306),
        ("mariadb", 3306),
        ("postgres", 5432),
        ("oracle-", 1521),
        ("custom-oracle-", 1521),
        ("sqlserver-", 1433),
        ("custom-sqlserver-", 1433),
        ("db2-", 50000),
        ("neptune", 8182),
    ];
    let engine = engine.trim().to_ascii_lowercase();
    PORTS.iter().find(|(start, _)| engine.starts_with(start)).map(|(_, port)| *port)
}

/// The port that CloudFormation gives a cluster of RDS without one. It is 3306, for PostgreSQL too; only in the first
/// generation of serverless clusters PostgreSQL has its own.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html#cfn-rds-dbcluster-port>
fn cluster_port(engine: &str, mode: Option<&str>) -> u16 {
    match (engine.to_ascii_lowercase().as_str(), mode) {
        ("neptune", _) => 8182,
        ("docdb", _) => 27017,
        ("aurora-postgresql", Some(mode)) if mode.eq_ignore_ascii_case("serverless") => 5432,
        _ => 3306,
    }
}

impl<'a> Writer<'a, '_, '_> {
    /// Database clusters and instances.
    pub(super) fn databases(&mut self) -> Result<(), Split> {
        for service in &SERVICES {
            for cluster in self.reader.resources(&[service.cluster])? {
                let standing = self.cluster_standing(cluster)?;
                let listeners = self.cluster_listeners(cluster, service)?;
                let public_address = self.cluster_is_public(cluster, service)?;
                let kind = WorkloadKind::DatabaseCluster;
                let workload = self.workload(cluster, kind, standing, Placement::One, listeners);
                self.builder.workload(Workload { public_address, ..workload });
            }
            for instance in self.reader.resources(&[service.instance])? {
                self.instance(instance, service)?;
            }
        }
        self.elastic_clusters()
    }

    fn cluster_standing(&mut self, cluster: &Resource) -> Result<Standing, Split> {
        let group = self.reader.property(cluster, &["DBSubnetGroupName"])?;
        let groups = self.reader.property(cluster, &["VpcSecurityGroupIds"])?;
        self.in_subnet_group(group.as_ref(), &SUBNET_GROUPS, groups.as_ref())
    }

    fn cluster_listeners(&self, cluster: &Resource, service: &Service) -> Result<Vec<Listener>, Split> {
        let default = match service.default_port {
            Some(port) => Fact::Known(port),
            None => {
                let mode = self.reader.text(cluster, &["EngineMode"])?;
                let engine = self.reader.text(cluster, &["Engine"])?;
                match (engine, mode) {
                    (Some(Fact::Known(engine)), None) => Fact::Known(cluster_port(&engine, None)),
                    (Some(Fact::Known(engine)), Some(Fact::Known(mode))) => {
                        Fact::Known(cluster_port(&engine, Some(&mode)))
                    }
                    (Some(Fact::Unknown(missing)), _) | (_, Some(Fact::Unknown(missing))) => {
                        Fact::Unknown(missing)
                    }
                    (None, _) => Fact::Unknown(self.origin(cluster)?),
                }
            }
        };
        self.port(cluster, service.port, default)
    }

    /// Whether the name of a cluster leads to public addresses: a cluster says so itself, or its instances do.
    fn cluster_is_public(&self, cluster: &Resource, service: &Service) -> Result<Fact<bool>, Split> {
        if let Some(case) = self.reader.property(cluster, &["PubliclyAccessible"])? {
            return Ok(flag(&case));
        }
        for instance in self.reader.resources(&[service.instance])? {
            let Some(own) = self.reader.property(instance, &["DBClusterIdentifier"])? else { continue };
            let of = self.named(&own, &[service.cluster], "DBClusterIdentifier")?;
            if of.is_some_and(|of| of.id == cluster.id) {
                match self.reader.flag(instance, &["PubliclyAccessible"], false)? {
                    Fact::Known(false) => {}
                    public => return Ok(public),
                }
            }
        }
        Ok(Fact::Known(false))
    }

    fn instance(&mut self, instance: &'a Resource, service: &Service) -> Result<(), Split> {
        let cluster = self.reader.property(instance, &["DBClusterIdentifier"])?;
        let (mut standing, listeners) = match &cluster {
            Some(case) => match self.named(case, &[service.cluster], "DBClusterIdentifier")? {
                Some(cluster) => (self.cluster_standing(cluster)?, self.cluster_listeners(cluster, service)?),
                None => {
                    let missing = self.missing(case);
                    let port = service.default_port.map_or(Fact::Unknown(missing.clone()), Fact::Known);
                    let standing = Standing { at: Reader::place(case), ..Standing::unknown(missing) };
                    (standing, self.port(instance, service.port, port)?)
                }
            },
            None => self.alone(instance, service)?,
        };
        if let Some(zone) = self.reader.property(instance, &["AvailabilityZone"])?
            && self.reader.flag(instance, &["MultiAZ"], false)? == Fact::Known(false)
        {
            standing.subnets = self.in_zone(&standing.subnets, &zone);
        }
        let workload =
            self.workload(instance, WorkloadKind::DatabaseInstance, standing, Placement::One, listeners);
        let public_address = match self.reader.property(instance, &["PubliclyAccessible"])? {
            Some(case) => flag(&case),
            None if cluster.is_some() || service.default_port.is_some() => Fact::Known(false),
            None => self.public_by_default(&workload),
        };
        self.builder.workload(Workload { public_address, ..workload });
        Ok(())
    }

    /// An instance outside of any cluster. A read replica in the same region stands where its source does.
    fn alone(
        &mut self,
        instance: &'a Resource,
        service: &Service,
    ) -> Result<(Standing, Vec<Listener>), Split> {
        let source = match self.reader.property(instance, &["SourceDBInstanceIdentifier"])? {
            Some(case) => self.named(&case, &[service.instance], "DBInstanceIdentifier")?,
            None => None,
        };
        let source = source.filter(|source| source.id != instance.id);
        let own_or_source = |name: &str| -> Result<Option<Case>, Split> {
            match (self.reader.property(instance, &[name])?, source) {
                (None, Some(source)) => self.reader.property(source, &[name]),
                (own, _) => Ok(own),
            }
        };
        let group = own_or_source("DBSubnetGroupName")?;
        let engine = own_or_source("Engine")?.map(|case| text(&case));
        let groups = self.reader.property(instance, &["VPCSecurityGroups"])?;
        let of_source = match source {
            Some(source) => self.reader.property(source, &["Port"])?,
            None => None,
        };
        let restored = self.reader.property(instance, &["DBSnapshotIdentifier"])?;
        let default = match (restored, engine) {
            // It listens where the instance in the snapshot did.
            (Some(snapshot), _) => Fact::Unknown(self.missing(&snapshot)),
            (None, Some(Fact::Known(engine))) => match engine_port(&engine) {
                Some(port) => Fact::Known(port),
                None => Fact::Unknown(Missing::Value(Unknown::Broken)),
            },
            (None, Some(Fact::Unknown(missing))) => Fact::Unknown(missing),
            (None, None) => Fact::Unknown(self.origin(instance)?),
        };
        let listeners = match (self.reader.property(instance, &["Port"])?, of_source) {
            (None, Some(port)) => vec![super::listeners::written(&port, crate::network::Protocol::TCP)],
            _ => self.port(instance, "Port", default)?,
        };
        let standing = self.in_subnet_group(group.as_ref(), &SUBNET_GROUPS, groups.as_ref())?;
        Ok((standing, listeners))
    }

    /// What a database is made from, where that decides its port.
    fn origin(&self, resource: &Resource) -> Result<Missing, Split> {
        const FROM: [&str; 8] = [
            "SnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "GlobalClusterIdentifier",
            "ReplicationSourceIdentifier",
            "SourceDBInstanceIdentifier",
            "SourceDbiResourceId",
            "DBClusterSnapshotIdentifier",
            "SourceDBInstanceAutomatedBackupsArn",
        ];
        for name in FROM {
            if let Some(case) = self.reader.property(resource, &[name])? {
                return Ok(self.missing(&case));
            }
        }
        Ok(Missing::Value(Unknown::Broken))
    }

    /// An instance that does not say is public where its VPC has an internet gateway.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>
    fn public_by_default(&self, workload: &Workload) -> Fact<bool> {
        let network = &self.builder.network;
        let Some(vpc) = workload.vpc else {
            let why = workload.subnets.items.iter().find_map(|at| network.subnets[at.0].vpc.get().err());
            let why = why.or(workload.subnets.rest.as_ref()).cloned();
            return Fact::Unknown(why.unwrap_or(Missing::Value(Unknown::Broken)));
        };
        let mut gateways = network.internet_gateways.iter();
        match &network.vpcs[vpc.0].name {
            _ if gateways.any(|gateway| gateway.vpc == Fact::Known(Some(vpc))) => Fact::Known(true),
            Name::Logical(_) => Fact::Known(false),
            // A VPC that is not of this template may have a gateway that nobody described.
            name => Fact::Unknown(undescribed(name)),
        }
    }

    /// Elastic clusters of DocumentDB stand behind endpoints in all their subnets.
    fn elastic_clusters(&mut self) -> Result<(), Split> {
        for cluster in self.reader.resources(&["AWS::DocDBElastic::Cluster"])? {
            let standing = self.listed(cluster, &["SubnetIds"], &["VpcSecurityGroupIds"])?;
            let listeners = super::listeners::defaults(&[27017]);
            let kind = WorkloadKind::DatabaseCluster;
            let workload = self.workload(cluster, kind, standing, Placement::Any, listeners);
            self.builder.workload(workload);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "databases_tests.rs"]
mod tests;

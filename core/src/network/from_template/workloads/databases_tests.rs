use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
use super::*;
use crate::network::Listed;

const GROUP: &str = "  Group:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupName: !Sub '${AWS::StackName}-db', SubnetIds: [!Ref A, !Ref B, !Ref C]}
";

fn database_network(rest: &str) -> crate::network::Network {
    network(&format!("{GROUP}{rest}"))
}

#[test]
fn an_instance_stands_in_one_subnet_of_its_group() {
    let network = database_network(
        "  Db:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBSubnetGroupName: !Ref Group, VPCSecurityGroups: [!GetAtt Sg.GroupId]}
  ByName:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, Port: '3310', DBSubnetGroupName: !Sub '${AWS::StackName}-db', PubliclyAccessible: true}
",
    );
    let db = workload(&network, "Db");
    assert_eq!((db.kind, db.placement), (WorkloadKind::DatabaseInstance, Placement::One));
    assert_eq!(
        (ports(db), subnet_names(&network, db)),
        (vec![5432], vec!["A".into(), "B".into(), "C".into()])
    );
    assert_eq!(group_names(&network, db), ["Sg"]);
    assert_eq!(db.public_address, Fact::Known(false));
    let by_name = workload(&network, "ByName");
    assert_eq!((ports(by_name), subnet_names(&network, by_name).len()), (vec![3310], 3));
    assert!(by_name.listeners[0].at.is_some() && db.listeners[0].at.is_none());
    assert_eq!(group_names(&network, by_name), [DEFAULT_GROUP]);
    assert_eq!(by_name.public_address, Fact::Known(true));
}

#[test]
fn every_engine_has_its_port() {
    for (engine, port) in [
        ("mysql", 3306),
        ("mariadb", 3306),
        ("aurora-mysql", 3306),
        ("aurora-postgresql", 5432),
        ("postgres", 5432),
        ("oracle-ee-cdb", 1521),
        ("SQLServer-web", 1433),
        ("db2-se", 50000),
    ] {
        assert_eq!(engine_port(engine), Some(port), "{engine}");
    }
    assert_eq!(engine_port("unheard-of"), None);
}

#[test]
fn a_zone_narrows_down_where_a_single_instance_stands() {
    let network = database_network(
        "  Pinned:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, DBSubnetGroupName: !Ref Group, AvailabilityZone: !Select [1, !GetAZs '']}
  Double:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: mysql
      DBSubnetGroupName: !Ref Group
      AvailabilityZone: !Select [1, !GetAZs '']
      MultiAZ: true
  Elsewhere:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, DBSubnetGroupName: !Ref Group, AvailabilityZone: !Select [5, !GetAZs '']}
",
    );
    assert_eq!(subnet_names(&network, workload(&network, "Pinned")), ["B"]);
    assert_eq!(subnet_names(&network, workload(&network, "Double")).len(), 3);
    assert_eq!(subnet_names(&network, workload(&network, "Elsewhere")).len(), 3);
}

#[test]
fn what_is_not_in_the_template_says_what_is_missing() {
    let network = database_network(
        "  Default:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, VPCSecurityGroups: [!Ref Sg]}
  Literal:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: !Ref OneGroup, DBSubnetGroupName: made-by-hand}
  Given:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, DBSubnetGroupName: !Ref OneSubnet}
  Restored:
    Type: AWS::RDS::DBInstance
    Properties: {DBSnapshotIdentifier: backup, DBSubnetGroupName: !Ref Group}
",
    );
    let default = workload(&network, "Default");
    assert!(default.subnets.items.is_empty() && default.subnets.rest.is_some());
    assert_eq!(group_names(&network, default), ["Sg"]);
    assert!(default.public_address.known().is_none());
    let component = |name: &str| Missing::Component(Name::Aws(name.to_owned()));
    let value = |name: &str| Missing::Value(Unknown::Parameter(name.to_owned()));
    let literal = workload(&network, "Literal");
    assert_eq!(literal.subnets, Listed::unknown(component("made-by-hand")));
    assert_eq!(literal.groups, Listed::unknown(component("made-by-hand")));
    assert_eq!(literal.listeners[0].ports, Fact::Unknown(value("OneGroup")));
    assert_eq!(workload(&network, "Given").subnets, Listed::unknown(value("OneSubnet")));
    assert_eq!(workload(&network, "Restored").listeners[0].ports, Fact::Unknown(component("backup")));
}

#[test]
fn a_member_stands_where_its_cluster_does() {
    let network = database_network(
        "  Cluster:
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-mysql
      DBClusterIdentifier: Orders
      DBSubnetGroupName: !Ref Group
      VpcSecurityGroupIds: [!Ref Sg]
      Port: 3307
  Member:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
  Named:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: aurora-mysql
      DBClusterIdentifier: orders
      AvailabilityZone: !Select [2, !GetAZs '']
      PubliclyAccessible: true
  Stray:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: far}
",
    );
    let cluster = workload(&network, "Cluster");
    assert_eq!((cluster.kind, ports(cluster)), (WorkloadKind::DatabaseCluster, vec![3307]));
    assert_eq!(cluster.public_address, Fact::Known(true));
    let member = workload(&network, "Member");
    assert_eq!((&member.subnets, &member.groups), (&cluster.subnets, &cluster.groups));
    assert_eq!((member.kind, ports(member)), (WorkloadKind::DatabaseInstance, vec![3307]));
    assert_eq!(member.listeners[0].at, cluster.listeners[0].at);
    let named = workload(&network, "Named");
    assert_eq!((ports(named), subnet_names(&network, named)), (vec![3307], vec!["C".into()]));
    let far = Missing::Component(Name::Aws("far".to_owned()));
    assert_eq!(workload(&network, "Stray").groups, Listed::unknown(far));
}

#[test]
fn a_cluster_without_a_port_gets_what_cloudformation_gives_it() {
    for (engine, mode, port) in [
        ("aurora-mysql", None, 3306),
        ("aurora-postgresql", None, 3306),
        ("aurora-postgresql", Some("provisioned"), 3306),
        ("aurora-postgresql", Some("serverless"), 5432),
        ("postgres", None, 3306),
    ] {
        let mode = mode.map(|mode| format!(", EngineMode: {mode}")).unwrap_or_default();
        let network = database_network(&format!(
            "  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {{Engine: {engine}, DBSubnetGroupName: !Ref Group{mode}}}
"
        ));
        assert_eq!(ports(workload(&network, "Cluster")), [port], "{engine}{mode}");
    }
}

#[test]
fn a_read_replica_follows_its_source() {
    let network = database_network(
        "  Db:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mariadb, Port: 3399, DBSubnetGroupName: !Ref Group}
  Replica:
    Type: AWS::RDS::DBInstance
    Properties: {SourceDBInstanceIdentifier: !Ref Db}
  Itself:
    Type: AWS::RDS::DBInstance
    Properties: {SourceDBInstanceIdentifier: !Ref Itself}
",
    );
    let replica = workload(&network, "Replica");
    assert_eq!((ports(replica), subnet_names(&network, replica).len()), (vec![3399], 3));
    assert!(workload(&network, "Itself").listeners[0].ports.known().is_none());
}

#[test]
fn neptune_and_documentdb_have_ports_of_their_own() {
    let network = network(
        "  Graphs:
    Type: AWS::Neptune::DBSubnetGroup
    Properties: {SubnetIds: [!Ref A, !Ref B]}
  Graph:
    Type: AWS::Neptune::DBCluster
    Properties: {DBSubnetGroupName: !Ref Graphs, VpcSecurityGroupIds: [!Ref Sg]}
  GraphNode:
    Type: AWS::Neptune::DBInstance
    Properties: {DBClusterIdentifier: !Ref Graph}
  Moved:
    Type: AWS::Neptune::DBCluster
    Properties: {DBSubnetGroupName: !Ref Graphs, DBPort: 8183}
  Papers:
    Type: AWS::DocDB::DBSubnetGroup
    Properties: {SubnetIds: [!Ref C]}
  Paper:
    Type: AWS::DocDB::DBCluster
    Properties: {DBSubnetGroupName: !Ref Papers, VpcSecurityGroupIds: [!Ref Other]}
  PaperNode:
    Type: AWS::DocDB::DBInstance
    Properties: {DBClusterIdentifier: !Ref Paper}
  Elastic:
    Type: AWS::DocDBElastic::Cluster
    Properties: {SubnetIds: [!Ref A, !Ref C], VpcSecurityGroupIds: [!Ref Sg]}
",
    );
    for (id, port, subnets, group) in [
        ("Graph", 8182, vec!["A", "B"], "Sg"),
        ("GraphNode", 8182, vec!["A", "B"], "Sg"),
        ("Moved", 8183, vec!["A", "B"], DEFAULT_GROUP),
        ("Paper", 27017, vec!["C"], "Other"),
        ("PaperNode", 27017, vec!["C"], "Other"),
        ("Elastic", 27017, vec!["A", "C"], "Sg"),
    ] {
        let found = workload(&network, id);
        assert_eq!(ports(found), [port], "{id}");
        assert_eq!(subnet_names(&network, found), subnets, "{id}");
        assert_eq!(group_names(&network, found), [group], "{id}");
        assert_eq!(found.public_address, Fact::Known(false), "{id}");
    }
}

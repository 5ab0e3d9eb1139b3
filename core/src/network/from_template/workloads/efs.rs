//! EFS: file systems with their mount targets and access points.

use super::Writer;
use super::listeners::defaults;
use super::msk::merge;
use super::standing::Standing;
use crate::network::from_template::reader::Split;
use crate::network::{
    GroupIndex, Listed, Missing, Name, Place, Placement, SubnetIndex, Workload, WorkloadKind,
};
use crate::template::Resource;

const FILE_SYSTEM: &str = "AWS::EFS::FileSystem";
const NFS: u16 = 2049;

/// The mount targets of one file system.
#[derive(Default)]
struct Targets {
    at: Option<Place>,
    standing: Standing,
    by_subnet: Vec<(SubnetIndex, Listed<GroupIndex>)>,
}

impl Writer<'_, '_, '_> {
    /// File systems: those of the template, and others that it makes mount targets for.
    pub(super) fn file_systems(&mut self) -> Result<(), Split> {
        let mut found: Vec<(Name, Targets)> = Vec::new();
        let mut addresses: Vec<(Name, Option<std::net::Ipv4Addr>)> = Vec::new();
        for target in self.reader.resources(&["AWS::EFS::MountTarget"])? {
            let Some(name) = self.file_system(target)? else { continue };
            let standing = self.listed(target, &["SubnetId"], &["SecurityGroups"])?;
            let address = self.reader.text(target, &["IpAddress"])?;
            let address = address.and_then(|text| text.known()?.trim().parse().ok());
            addresses.push((name.clone(), address));
            let at = self.reader.declared(target);
            let known = found.iter().position(|(known, _)| *known == name);
            let known = known.unwrap_or_else(|| {
                found.push((name, Targets { at, ..Targets::default() }));
                found.len() - 1
            });
            let Some((_, targets)) = found.get_mut(known) else { continue };
            targets.standing.at = targets.standing.at.or(at);
            targets
                .by_subnet
                .extend(standing.subnets.items.iter().map(|subnet| (*subnet, standing.groups.clone())));
            merge(&mut targets.standing.subnets, standing.subnets);
            merge(&mut targets.standing.groups, standing.groups);
        }
        let mut points: Vec<(Name, Name)> = Vec::new();
        for point in self.reader.resources(&["AWS::EFS::AccessPoint"])? {
            if let Some(name) = self.file_system(point)? {
                points.push((name, Name::Logical(point.id.clone())));
            }
        }
        let resources = self.reader.resources(&[FILE_SYSTEM])?;
        for resource in &resources {
            let name = Name::Logical(resource.id.clone());
            let targets = match found.iter().position(|(known, _)| *known == name) {
                Some(at) => found.swap_remove(at).1,
                // They may be made elsewhere.
                None => Targets {
                    standing: Standing::unknown(Missing::Component(name.clone())),
                    ..Targets::default()
                },
            };
            let at = self.reader.declared(resource);
            let found = self.mounted(name, at, targets);
            self.add_file_system(found, &points, &addresses);
        }
        for (name, targets) in found {
            let at = targets.at;
            let found = self.mounted(name, at, targets);
            self.add_file_system(found, &points, &addresses);
        }
        Ok(())
    }

    /// The file system that a mount target or access point is of.
    fn file_system(&self, part: &Resource) -> Result<Option<Name>, Split> {
        let id = self.reader.property(part, &["FileSystemId"])?;
        Ok(id.map(|id| self.reader.name(&id).name))
    }

    /// A file system with mount targets.
    fn mounted(&self, name: Name, at: Option<Place>, targets: Targets) -> Workload {
        let Targets { standing, by_subnet, .. } = targets;
        let differ = by_subnet.windows(2).any(|pair| matches!(pair, [(_, one), (_, two)] if one != two));
        Workload {
            name,
            also_known_as: Vec::new(),
            at,
            kind: WorkloadKind::FileSystem,
            network_at: standing.at,
            in_vpc: true,
            vpc: self.vpc_of(&standing),
            subnets: standing.subnets,
            groups: standing.groups,
            groups_by_subnet: if differ { by_subnet } else { Vec::new() },
            placement: Placement::SameZone,
            listeners: defaults(&[NFS]),
            address: None,
            public_address: crate::network::Fact::Known(false),
            ipv6: crate::network::Fact::Known(true),
        }
    }

    fn add_file_system(
        &mut self,
        mut workload: Workload,
        points: &[(Name, Name)],
        addresses: &[(Name, Option<std::net::Ipv4Addr>)],
    ) {
        let of_it = points.iter().filter(|(of, _)| *of == workload.name);
        workload.also_known_as = of_it.map(|(_, point)| point.clone()).collect();
        let mut own = addresses.iter().filter(|(of, _)| *of == workload.name);
        // The model holds one address: of several mount targets each has its own.
        if let (Some((_, address)), None) = (own.next(), own.next()) {
            workload.address = *address;
        }
        self.builder.workload(workload);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{names_of, network, ports, subnet_names, workload};

    use super::*;

    #[test]
    fn a_file_system_has_a_mount_target_in_each_subnet() {
        let network = network(
            "  Files: {Type: 'AWS::EFS::FileSystem'}
  One:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref A, SecurityGroups: [!Ref Sg]}
  Two:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref B, SecurityGroups: [!Ref Other]}
  Point:
    Type: AWS::EFS::AccessPoint
    Properties: {FileSystemId: !Ref Files}
",
        );
        let files = workload(&network, "Files");
        assert_eq!((files.placement, ports(files)), (Placement::SameZone, vec![NFS]));
        assert_eq!(subnet_names(&network, files), ["A", "B"]);
        let by_subnet: Vec<Vec<String>> =
            files.subnets.items.iter().map(|at| names_of(&network, files.groups_in(*at))).collect();
        assert_eq!(by_subnet, [["Sg"], ["Other"]]);
        assert_eq!(workload(&network, "Point").name, files.name);
    }

    #[test]
    fn mount_targets_of_other_file_systems_count_and_without_any_the_place_is_open() {
        let network = network(
            "  Alone: {Type: 'AWS::EFS::FileSystem'}
  One:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: fs-0123, SubnetId: !Ref A, SecurityGroups: [!Ref Sg], IpAddress: 10.0.0.9}
",
        );
        let alone = workload(&network, "Alone");
        let missing = Missing::Component(Name::Logical("Alone".to_owned()));
        assert_eq!((&alone.subnets, &alone.groups.items), (&Listed::unknown(missing), &vec![]));
        let other = workload(&network, "fs-0123");
        assert_eq!((other.in_vpc, subnet_names(&network, other)), (true, vec!["A".to_owned()]));
        assert!(other.groups_by_subnet.is_empty());
        assert_eq!(other.address, Some([10, 0, 0, 9].into()));
    }

    #[test]
    fn a_function_meets_the_groups_of_the_mount_target_in_its_zone() {
        let text = "Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}
  Own: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref Vpc}}
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, SourceSecurityGroupId: !Ref Own}]
  Shut: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref Vpc}}
  Files: {Type: 'AWS::EFS::FileSystem'}
  InA:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref A, SecurityGroups: [!Ref Open]}
  InB:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref B, SecurityGroups: [!Ref Shut]}
  Fn:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Own]}}
";
        let request = crate::tracing::TraceRequest { from: None, to: Some("Files".to_owned()) };
        let tracing =
            crate::tracing::trace("t.yaml", text, &crate::analysis::Options::default(), &request).unwrap();
        let verdicts: Vec<(Option<&str>, &str)> =
            tracing.traces.iter().map(|trace| (trace.from.subnet.as_deref(), trace.verdict.name())).collect();
        assert_eq!(verdicts, [(Some("A"), "reachable"), (Some("B"), "blocked"), (None, "partial")]);
    }
}

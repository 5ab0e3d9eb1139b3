//! EC2 instances and network interfaces.

use std::net::Ipv4Addr;

use super::Writer;
use super::msk::merge;
use super::standing::{Standing, SubnetGroups};
use crate::network::builder::undescribed;
use crate::network::from_template::reader::{Split, flag, text};
use crate::network::{Fact, Listed, Missing, Name, Placement, SubnetIndex, Workload, WorkloadKind};
use crate::template::{Case, Resource};

const INTERFACE: &str = "AWS::EC2::NetworkInterface";
const TEMPLATE: SubnetGroups =
    SubnetGroups { kinds: &["AWS::EC2::LaunchTemplate"], name: "LaunchTemplateName" };

/// One interface of an instance.
struct Interface {
    standing: Standing,
    address: Option<Ipv4Addr>,
    public_address: Fact<bool>,
}

impl<'a> Writer<'a, '_, '_> {
    /// Network interfaces that are resources of their own.
    pub(super) fn network_interfaces(&mut self) -> Result<(), Split> {
        for resource in self.reader.resources(&[INTERFACE])? {
            let Interface { standing, address, public_address } = self.interface(resource)?;
            let kind = WorkloadKind::NetworkInterface;
            let workload = self.workload(resource, kind, standing, Placement::One, Vec::new());
            self.builder.workload(Workload { address, public_address, ..workload });
        }
        Ok(())
    }

    /// Instances. What an instance does not say its launch template may.
    pub(super) fn instances(&mut self) -> Result<(), Split> {
        for instance in self.reader.resources(&["AWS::EC2::Instance"])? {
            let mut interfaces = self.interfaces(instance)?;
            if self.has_elastic_ip(instance, "InstanceId")? {
                interfaces.iter_mut().take(1).for_each(|first| first.public_address = Fact::Known(true));
            }
            let several = interfaces.len() > 1;
            let mut standing = Standing::default();
            let mut by_subnet = Vec::new();
            let mut address = None;
            let mut public_address = Fact::Known(false);
            for interface in interfaces {
                let own = interface.standing;
                standing.at = standing.at.or(own.at);
                by_subnet.extend(own.subnets.items.iter().map(|subnet| (*subnet, own.groups.clone())));
                merge(&mut standing.subnets, own.subnets);
                merge(&mut standing.groups, own.groups);
                address = address.or(interface.address);
                public_address = either(public_address, interface.public_address);
            }
            let placement = if several { Placement::Any } else { Placement::One };
            let workload = self.workload(instance, WorkloadKind::Instance, standing, placement, Vec::new());
            self.builder.workload(Workload {
                // Of several interfaces each has its own address.
                address: address.filter(|_| !several),
                groups_by_subnet: if several { by_subnet } else { Vec::new() },
                public_address,
                ..workload
            });
        }
        Ok(())
    }

    /// The interfaces of an instance, the first one first; at least one.
    fn interfaces(&mut self, instance: &'a Resource) -> Result<Vec<Interface>, Split> {
        let launch = self.launch_template(instance)?;
        let inline = self.own_or_launched(instance, launch, "NetworkInterfaces")?;
        let mut found = Vec::new();
        if let Some(list) = inline {
            let items = self.reader.items(&list)?;
            for item in &items.items {
                found.push(self.inline_interface(item)?);
            }
            if let (true, Some(missing)) = (found.is_empty(), items.rest) {
                found.push(unknown_interface(missing));
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let subnet = self.reader.property(instance, &["SubnetId"])?;
        let groups = match self.own_or_launched(instance, launch, "SecurityGroupIds")? {
            None => self.own_or_launched(instance, launch, "SecurityGroups")?,
            ids => ids,
        };
        let standing = self.standing(subnet.as_ref(), groups.as_ref())?;
        let address = self.reader.property(instance, &["PrivateIpAddress"])?;
        let public_address = self.by_subnet(&standing.subnets)?;
        Ok(vec![Interface { standing, address: address.as_ref().and_then(address_of), public_address }])
    }

    /// An item of `NetworkInterfaces`: an interface described there, or one named.
    fn inline_interface(&mut self, item: &Case) -> Result<Interface, Split> {
        if let Some(id) = self.reader.entry(item, "NetworkInterfaceId")? {
            return match self.named(&id, &[INTERFACE], "")? {
                Some(resource) => self.interface(resource),
                None => Ok(unknown_interface(self.missing(&id))),
            };
        }
        let subnet = self.reader.entry(item, "SubnetId")?;
        let groups = match self.reader.entry(item, "GroupSet")? {
            // The word for it in launch templates.
            None => self.reader.entry(item, "Groups")?,
            set => set,
        };
        let standing = self.standing(subnet.as_ref(), groups.as_ref())?;
        let public_address = match self.reader.entry(item, "AssociatePublicIpAddress")? {
            Some(case) => flag(&case),
            None => self.by_subnet(&standing.subnets)?,
        };
        let address = self.reader.entry(item, "PrivateIpAddress")?;
        Ok(Interface { standing, address: address.as_ref().and_then(address_of), public_address })
    }

    /// An interface that is a resource. It gets no public address from its subnet, only an elastic one.
    fn interface(&mut self, resource: &Resource) -> Result<Interface, Split> {
        let standing = self.listed(resource, &["SubnetId"], &["GroupSet"])?;
        let address = self.reader.property(resource, &["PrivateIpAddress"])?;
        let public_address = Fact::Known(self.has_elastic_ip(resource, "NetworkInterfaceId")?);
        Ok(Interface { standing, address: address.as_ref().and_then(address_of), public_address })
    }

    fn launch_template(&self, instance: &Resource) -> Result<Option<&'a Resource>, Split> {
        for key in ["LaunchTemplateId", "LaunchTemplateName"] {
            if let Some(case) = self.reader.property(instance, &["LaunchTemplate", key])? {
                return self.named(&case, TEMPLATE.kinds, TEMPLATE.name);
            }
        }
        Ok(None)
    }

    fn own_or_launched(
        &self,
        instance: &Resource,
        launch: Option<&Resource>,
        property: &str,
    ) -> Result<Option<Case>, Split> {
        match (self.reader.property(instance, &[property])?, launch) {
            (None, Some(launch)) => self.reader.property(launch, &["LaunchTemplateData", property]),
            (own, _) => Ok(own),
        }
    }

    /// Whether an elastic address is given to an instance or interface; `property` names it in the association.
    fn has_elastic_ip(&self, resource: &Resource, property: &str) -> Result<bool, Split> {
        for giver in self.reader.resources(&["AWS::EC2::EIP", "AWS::EC2::EIPAssociation"])? {
            if let Some(to) = self.reader.property(giver, &[property])?
                && to.value.resource().is_some_and(|(id, _)| id == resource.id)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether subnets give public addresses to instances (`MapPublicIpOnLaunch`).
    fn by_subnet(&self, subnets: &Listed<SubnetIndex>) -> Result<Fact<bool>, Split> {
        let Some(subnet) = subnets.items.first() else {
            return Ok(Fact::Unknown(
                subnets.rest.clone().unwrap_or(Missing::NotFollowed(crate::network::Topic::Placement)),
            ));
        };
        let name = &self.builder.network.subnets[subnet.0].name;
        let resource = match name {
            Name::Logical(id) => self.reader.template.resource(id),
            _ => None,
        };
        match resource {
            Some(resource) => self.reader.flag(resource, &["MapPublicIpOnLaunch"], false),
            None => Ok(Fact::Unknown(undescribed(name))),
        }
    }
}

fn unknown_interface(missing: Missing) -> Interface {
    let public_address = Fact::Unknown(missing.clone());
    Interface { standing: Standing::unknown(missing), address: None, public_address }
}

fn address_of(case: &Case) -> Option<Ipv4Addr> {
    text(case).known()?.trim().parse().ok()
}

/// Whether one of two holds.
fn either(one: Fact<bool>, other: Fact<bool>) -> Fact<bool> {
    match (one, other) {
        (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
        (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing),
        _ => Fact::Known(false),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, names_of, network, subnet_names, workload};
    use super::*;

    #[test]
    fn an_instance_stands_in_its_subnet() {
        let network = network(
            "  Web:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Sg], PrivateIpAddress: 10.0.0.7}
  Plain:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref B}
  Given:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref OneSubnet}
  Lost: {Type: 'AWS::EC2::Instance'}
",
        );
        let web = workload(&network, "Web");
        assert_eq!((web.kind, web.placement), (WorkloadKind::Instance, Placement::One));
        assert_eq!(
            (subnet_names(&network, web), group_names(&network, web)),
            (vec!["A".into()], vec!["Sg".into()])
        );
        assert_eq!((web.address, &web.public_address), (Some([10, 0, 0, 7].into()), &Fact::Known(true)));
        assert!(web.listeners.is_empty());
        let plain = workload(&network, "Plain");
        assert_eq!(group_names(&network, plain), [DEFAULT_GROUP]);
        assert_eq!(plain.public_address, Fact::Known(false));
        assert!(workload(&network, "Given").public_address.known().is_none());
        let lost = workload(&network, "Lost");
        assert_eq!(group_names(&network, lost), ["default VPC (default security group)"]);
        assert!(lost.in_vpc && lost.subnets.items.is_empty() && lost.subnets.rest.is_some());
    }

    #[test]
    fn interfaces_are_inline_or_named_or_from_a_launch_template() {
        let network = network(
            "  Inline:
    Type: AWS::EC2::Instance
    Properties:
      NetworkInterfaces:
        - {DeviceIndex: 0, SubnetId: !Ref A, GroupSet: [!Ref Sg], AssociatePublicIpAddress: false}
  Card:
    Type: AWS::EC2::NetworkInterface
    Properties: {SubnetId: !Ref C, GroupSet: [!Ref Other], PrivateIpAddress: 10.0.2.2}
  Link:
    Type: AWS::EC2::EIPAssociation
    Properties: {AllocationId: eipalloc-1, NetworkInterfaceId: !Ref Card}
  Two:
    Type: AWS::EC2::Instance
    Properties:
      NetworkInterfaces:
        - {DeviceIndex: 0, NetworkInterfaceId: !Ref Card}
        - {DeviceIndex: 1, SubnetId: !Ref B, GroupSet: [!Ref Sg]}
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {SecurityGroupIds: [!Ref Other]}}
  Launched:
    Type: AWS::EC2::Instance
    Properties: {LaunchTemplate: {LaunchTemplateId: !Ref Launch}, SubnetId: !Ref B}
  Address:
    Type: AWS::EC2::EIP
    Properties: {InstanceId: !Ref Launched}
",
        );
        let inline = workload(&network, "Inline");
        assert_eq!(
            (subnet_names(&network, inline), &inline.public_address),
            (vec!["A".into()], &Fact::Known(false))
        );
        let card = workload(&network, "Card");
        assert_eq!(card.kind, WorkloadKind::NetworkInterface);
        assert_eq!((card.address, &card.public_address), (Some([10, 0, 2, 2].into()), &Fact::Known(true)));
        let two = workload(&network, "Two");
        assert_eq!(
            (subnet_names(&network, two), two.placement),
            (vec!["C".into(), "B".into()], Placement::Any)
        );
        let by_subnet: Vec<Vec<String>> =
            two.subnets.items.iter().map(|at| names_of(&network, two.groups_in(*at))).collect();
        assert_eq!(by_subnet, [["Other"], ["Sg"]]);
        assert_eq!(two.public_address, Fact::Known(true));
        let launched = workload(&network, "Launched");
        assert_eq!(group_names(&network, launched), ["Other"]);
        assert_eq!(launched.public_address, Fact::Known(true));
    }
}

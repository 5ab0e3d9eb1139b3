//! Target groups and who is registered in them: by the group itself, by services of ECS, by Auto Scaling groups.

use std::collections::BTreeSet;

use super::Writer;
use super::listeners::written;
use super::standing::SubnetGroups;
use crate::network::builder::undescribed;
use crate::network::from_template::reader::{Reader, Split, flag, text};
use crate::network::{
    Fact, Listed, Missing, Name, Placement, Ports, Protocol, Registered, RegisteredTarget, TargetGroup,
    TargetGroupIndex, TargetKind, Topic, Workload, WorkloadKind,
};
use crate::template::{Case, Resource, Unknown};

const GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const SCALING: &str = "AWS::AutoScaling::AutoScalingGroup";
const LAUNCH_TEMPLATES: SubnetGroups =
    SubnetGroups { kinds: &["AWS::EC2::LaunchTemplate"], name: "LaunchTemplateName" };
const LAUNCH_CONFIGURATIONS: SubnetGroups =
    SubnetGroups { kinds: &["AWS::AutoScaling::LaunchConfiguration"], name: "LaunchConfigurationName" };

/// Resources that name a target group and register nobody in it.
const LOOKING_ON: [&str; 6] = [
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
];

/// What a protocol of a listener or target group runs over.
pub(super) fn protocols(name: &str) -> &'static [Protocol] {
    match name {
        "UDP" | "QUIC" => &[Protocol::UDP],
        "TCP_UDP" | "TCP_QUIC" => &[Protocol::TCP, Protocol::UDP],
        _ => &[Protocol::TCP],
    }
}

impl<'a> Writer<'a, '_, '_> {
    /// Every target group. Whoever may be registered is to be written before.
    pub(super) fn target_groups(&mut self) -> Result<(), Split> {
        let groups = self.reader.resources(&[GROUP])?;
        if groups.is_empty() {
            return Ok(());
        }
        let shared = self.reader.template.handed_on();
        for group in groups {
            let read = self.target_group(group, shared)?;
            self.builder.network.target_groups.push(read);
        }
        Ok(())
    }

    /// The target group that a value names; nothing where it is not of the template.
    pub(super) fn forwarded(&self, case: &Case) -> Option<TargetGroupIndex> {
        let (id, _) = case.value.resource()?;
        let is_it = |group: &TargetGroup| matches!(&group.name, Name::Logical(own) if own == id);
        self.builder.network.target_groups.iter().position(is_it).map(TargetGroupIndex)
    }

    fn target_group(
        &mut self,
        resource: &'a Resource,
        shared: &BTreeSet<String>,
    ) -> Result<TargetGroup, Split> {
        let kind = match self.reader.text(resource, &["TargetType"])? {
            None => Fact::Known(TargetKind::Instance),
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            Some(Fact::Known(kind)) => match kind.as_str() {
                "instance" => Fact::Known(TargetKind::Instance),
                "ip" => Fact::Known(TargetKind::Ip),
                "lambda" => Fact::Known(TargetKind::Lambda),
                "alb" => Fact::Known(TargetKind::Balancer),
                _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
            },
        };
        let protocol = self.reader.text(resource, &["Protocol"])?;
        let protocol = protocol.as_ref().and_then(Fact::known).map(String::as_str);
        let ports = match self.reader.property(resource, &["Port"])? {
            Some(port) => written(&port, Protocol::TCP).ports,
            None => Fact::Unknown(Missing::Value(Unknown::Broken)),
        };
        let health_port = self.reader.property(resource, &["HealthCheckPort"])?;
        let health_port = health_port.filter(|port| port.value.known() != Some("traffic-port"));
        let (kept, keeps_client_at) = self.attribute(resource, "preserve_client_ip.enabled")?;
        let keeps_client = kept.unwrap_or_else(|| keeps_by_default(&kind, protocol));
        let (cross_zone, _) = self.attribute(resource, "load_balancing.cross_zone.enabled")?;
        let targets = self.targets(resource, shared)?;
        Ok(TargetGroup {
            name: Name::Logical(resource.id.clone()),
            at: self.reader.declared(resource),
            kind,
            protocols: protocol.map_or_else(Vec::new, |name| protocols(name).to_vec()),
            ports,
            health_port: health_port.map(|port| written(&port, Protocol::TCP).ports),
            keeps_client,
            keeps_client_at,
            cross_zone,
            targets,
        })
    }

    /// An attribute of a target group, and where it is written. A value that says to do as the balancer does is none.
    fn attribute(
        &self,
        resource: &Resource,
        key: &str,
    ) -> Result<(Option<Fact<bool>>, Option<crate::network::Place>), Split> {
        let Some(list) = self.reader.property(resource, &["TargetGroupAttributes"])? else {
            return Ok((None, None));
        };
        self.attribute_in(&list, key)
    }

    /// The same of a list of keys and values.
    pub(super) fn attribute_in(
        &self,
        list: &Case,
        key: &str,
    ) -> Result<(Option<Fact<bool>>, Option<crate::network::Place>), Split> {
        let items = self.reader.items(list)?;
        for item in &items.items {
            let own = self.reader.entry(item, "Key")?;
            if own.is_some_and(|own| own.value.known() == Some(key))
                && let Some(value) = self.reader.entry(item, "Value")?
                && value.value.known() != Some("use_load_balancer_configuration")
            {
                return Ok((Some(flag(&value)), Reader::place(&value)));
            }
        }
        Ok((items.rest.map(Fact::Unknown), Reader::place(list)))
    }

    fn targets(
        &mut self,
        group: &'a Resource,
        shared: &BTreeSet<String>,
    ) -> Result<Listed<RegisteredTarget>, Split> {
        let mut found = Listed::default();
        if let Some(list) = self.reader.property(group, &["Targets"])? {
            let items = self.reader.items(&list)?;
            found.rest = items.rest;
            for item in &items.items {
                found.items.push(self.target(item)?);
            }
        }
        // Addresses are often registered by whoever has them.
        let by_address = self.reader.text(group, &["TargetType"])? == Some(Fact::Known("ip".to_owned()));
        let mut may_be_others = by_address || shared.contains(&group.id);
        for resource in self.reader.template.resources_naming(&[&group.id]) {
            if LOOKING_ON.contains(&resource.kind.as_str()) || !self.reader.exists(resource.guard)? {
                continue;
            }
            match resource.kind.as_str() {
                "AWS::ECS::Service" => self.tasks(resource, group, &mut found)?,
                SCALING => {
                    if let Some(list) = self.reader.property(resource, &["TargetGroupARNs"])? {
                        let at = Reader::place(&list);
                        let who = Registered::Members(Box::new(self.members(resource)?));
                        found.items.push(RegisteredTarget { at, ports: None, who });
                    }
                }
                _ => may_be_others = true,
            }
        }
        if may_be_others && found.items.is_empty() && found.rest.is_none() {
            let name = Name::Logical(group.id.clone());
            found.rest = Some(Missing::Beyond(Topic::LoadBalancer, name));
        }
        Ok(found)
    }

    /// An item of `Targets`.
    fn target(&mut self, item: &Case) -> Result<RegisteredTarget, Split> {
        let at = Reader::place(item);
        let ports = self.reader.entry(item, "Port")?.map(|port| written(&port, Protocol::TCP).ports);
        let who = match self.reader.entry(item, "Id")? {
            Some(id) => self.registered(&id),
            None => Registered::Unknown(Missing::Value(Unknown::Broken)),
        };
        Ok(RegisteredTarget { at, ports, who })
    }

    /// Whom an id, an address or an ARN means.
    pub(super) fn registered(&self, id: &Case) -> Registered {
        let missing = || self.missing(id);
        if let Some((own, _)) = id.value.resource() {
            let kind = self.reader.template.resource(own).map_or("", |one| one.kind.as_str());
            if matches!(kind, "AWS::Lambda::Function" | "AWS::Lambda::Alias" | "AWS::Lambda::Version") {
                return Registered::Function(own.to_owned());
            }
            return match self.builder.network.workload(own) {
                Some(at) => Registered::Workload(at),
                None => Registered::Unknown(missing()),
            };
        }
        match text(id) {
            Fact::Known(text) => match text.trim().parse() {
                Ok(address) => Registered::Address(address),
                Err(_) if text.contains(":function:") => Registered::Function(text),
                Err(_) => Registered::Unknown(missing()),
            },
            Fact::Unknown(missing) => Registered::Unknown(missing),
        }
    }

    /// The tasks of a service that registers them in a group.
    fn tasks(
        &self,
        service: &Resource,
        group: &Resource,
        found: &mut Listed<RegisteredTarget>,
    ) -> Result<(), Split> {
        let Some(list) = self.reader.property(service, &["LoadBalancers"])? else { return Ok(()) };
        for item in self.reader.items(&list)?.items {
            let named = self.reader.entry(&item, "TargetGroupArn")?;
            if named.is_none_or(|named| named.value.resource().is_none_or(|(id, _)| id != group.id)) {
                continue;
            }
            let port = self.reader.entry(&item, "ContainerPort")?;
            let who = match self.builder.network.workload(&service.id) {
                Some(at) => Registered::Workload(at),
                None => Registered::Unknown(undescribed(&Name::Logical(service.id.clone()))),
            };
            // Tasks without interfaces of their own have a port of their instance, which may be any.
            let ports = port.map(|port| written(&port, Protocol::TCP).ports);
            found.items.push(RegisteredTarget { at: Reader::place(&item), ports, who });
        }
        Ok(())
    }

    /// The instances of an Auto Scaling group: any of its subnets has some.
    pub(super) fn members(&mut self, group: &'a Resource) -> Result<Workload, Split> {
        let subnets = self.reader.property(group, &["VPCZoneIdentifier"])?;
        let launched = self.launched(group)?;
        let groups = match launched {
            Some((resource, path)) => self.launch_groups(resource, path)?,
            None => None,
        };
        let mut standing = self.standing(subnets.as_ref(), groups.as_ref())?;
        if launched.is_none() {
            standing.groups =
                Listed::unknown(Missing::Beyond(Topic::Placement, Name::Logical(group.id.clone())));
        }
        Ok(self.workload(group, WorkloadKind::Instance, standing, Placement::Any, Vec::new()))
    }

    /// What describes the instances of a group, and under which property.
    fn launched(&self, group: &Resource) -> Result<Option<(&'a Resource, &'static [&'static str])>, Split> {
        const DATA: &[&str] = &["LaunchTemplateData"];
        const MIXED: [&str; 3] = ["MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification"];
        if let Some(name) = self.reader.property(group, &["LaunchConfigurationName"])? {
            let of = &LAUNCH_CONFIGURATIONS;
            return Ok(self.named(&name, of.kinds, of.name)?.map(|found| (found, &[][..])));
        }
        for key in ["LaunchTemplateId", "LaunchTemplateName"] {
            let plain = self.reader.property(group, &["LaunchTemplate", key])?;
            let [policy, template, specification] = MIXED;
            let mixed = self.reader.property(group, &[policy, template, specification, key])?;
            if let Some(name) = plain.or(mixed) {
                let of = &LAUNCH_TEMPLATES;
                return Ok(self.named(&name, of.kinds, of.name)?.map(|found| (found, DATA)));
            }
        }
        Ok(None)
    }

    /// The security groups of what is launched: its own, or those of its first interface.
    fn launch_groups(&self, launch: &Resource, path: &[&str]) -> Result<Option<Case>, Split> {
        for key in ["SecurityGroupIds", "SecurityGroups"] {
            if let Some(list) = self.reader.property(launch, &[path, &[key]].concat())? {
                return Ok(Some(list));
            }
        }
        let Some(list) = self.reader.property(launch, &[path, &["NetworkInterfaces"]].concat())? else {
            return Ok(None);
        };
        match self.reader.items(&list)?.items.first() {
            Some(first) => self.reader.entry(first, "Groups"),
            None => Ok(None),
        }
    }
}

/// Whether targets see the caller's address where nothing is written.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation>
fn keeps_by_default(kind: &Fact<TargetKind>, protocol: Option<&str>) -> Fact<bool> {
    match kind {
        Fact::Known(TargetKind::Ip) => {
            Fact::Known(protocol.is_some_and(|name| protocols(name).contains(&Protocol::UDP)))
        }
        Fact::Known(TargetKind::Lambda) => Fact::Known(false),
        Fact::Known(TargetKind::Instance | TargetKind::Balancer) => Fact::Known(true),
        Fact::Unknown(missing) => Fact::Unknown(missing.clone()),
    }
}

/// The instances behind a listener of a Classic Load Balancer, as a group of its own.
pub(super) fn of_instances(
    balancer: &Resource,
    at: Option<crate::network::Place>,
    ports: Fact<Ports>,
    targets: Listed<RegisteredTarget>,
) -> TargetGroup {
    TargetGroup {
        name: Name::Logical(balancer.id.clone()),
        at,
        kind: Fact::Known(TargetKind::Instance),
        protocols: vec![Protocol::TCP],
        ports,
        health_port: None,
        keeps_client: Fact::Known(false),
        keeps_client_at: None,
        cross_zone: None,
        targets,
    }
}

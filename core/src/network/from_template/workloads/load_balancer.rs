//! Load balancers and their listeners.

use super::Writer;
use super::listeners::written;
use super::standing::Standing;
use super::target_groups::{of_instances, protocols};
use crate::network::from_template::reader::{Reader, Split};
use crate::network::{
    Balancer, BalancerKind, BalancerListener, Fact, Listed, Listener, Missing, Name, Placement, Protocol,
    Registered, RegisteredTarget, TargetGroupIndex, Topic, Workload, WorkloadIndex, WorkloadKind,
};
use crate::template::{Case, Resource, Unknown};

const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const CLASSIC: &str = "AWS::ElasticLoadBalancing::LoadBalancer";

impl<'a> Writer<'a, '_, '_> {
    /// Application, network, gateway and classic load balancers.
    pub(super) fn load_balancers(&mut self) -> Result<(), Split> {
        for balancer in self.reader.resources(&[BALANCER, CLASSIC])? {
            let is_classic = balancer.kind == CLASSIC;
            let kind = if is_classic { Fact::Known(BalancerKind::Classic) } else { self.kind(balancer)? };
            let standing = self.balancer_standing(balancer, &kind)?;
            let public_address = match self.reader.text(balancer, &["Scheme"])? {
                Some(scheme) => scheme.map(|scheme| scheme != "internal"),
                None => Fact::Known(true),
            };
            let what = WorkloadKind::LoadBalancer;
            let workload = self.workload(balancer, what, standing, Placement::Any, Vec::new());
            let workload = self.builder.workload(Workload { public_address, ..workload });
            let cross_zone = self.cross_zone(balancer, &kind)?;
            let listeners = Listed::default();
            self.builder.network.balancers.push(Balancer { workload, kind, cross_zone, listeners });
        }
        Ok(())
    }

    /// What load balancers listen on, and to whom they pass it on: other balancers may be among those.
    pub(super) fn listeners_of_balancers(&mut self) -> Result<(), Split> {
        if self.builder.network.balancers.is_empty() {
            return Ok(());
        }
        self.target_groups()?;
        let shared = self.reader.template.handed_on();
        for resource in self.reader.resources(&[BALANCER, CLASSIC])? {
            let mut listeners = if resource.kind == CLASSIC {
                self.classic_listeners(resource)?
            } else {
                self.listeners(resource, shared)?
            };
            if shared.contains(&resource.id) && listeners.items.is_empty() && listeners.rest.is_none() {
                listeners.rest = Some(beyond(resource));
            }
            let Some(at) = self.builder.network.workload(&resource.id) else { continue };
            self.builder.network.workloads[at.0].listeners = ports_of(&listeners.items);
            self.write_listeners(at, listeners);
        }
        Ok(())
    }

    fn write_listeners(&mut self, of: WorkloadIndex, listeners: Listed<BalancerListener>) {
        let balancers = &mut self.builder.network.balancers;
        if let Some(balancer) = balancers.iter_mut().find(|balancer| balancer.workload == of) {
            balancer.listeners = listeners;
        }
    }

    fn kind(&self, balancer: &Resource) -> Result<Fact<BalancerKind>, Split> {
        Ok(match self.reader.text(balancer, &["Type"])? {
            None => Fact::Known(BalancerKind::Application),
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            Some(Fact::Known(kind)) => match kind.as_str() {
                "application" => Fact::Known(BalancerKind::Application),
                "network" => Fact::Known(BalancerKind::Network),
                "gateway" => Fact::Known(BalancerKind::Gateway),
                _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
            },
        })
    }

    /// Whether its interfaces send to other zones: always those of Application Load Balancers, and where it is switched
    /// on for the others.
    fn cross_zone(&self, balancer: &Resource, kind: &Fact<BalancerKind>) -> Result<Fact<bool>, Split> {
        match kind {
            Fact::Known(BalancerKind::Application) => Ok(Fact::Known(true)),
            Fact::Known(BalancerKind::Classic) => self.reader.flag(balancer, &["CrossZone"], false),
            _ => {
                let Some(list) = self.reader.property(balancer, &["LoadBalancerAttributes"])? else {
                    return Ok(Fact::Known(false));
                };
                let (own, _) = self.attribute_in(&list, "load_balancing.cross_zone.enabled")?;
                Ok(own.unwrap_or(Fact::Known(false)))
            }
        }
    }

    fn balancer_standing(
        &mut self,
        balancer: &Resource,
        kind: &Fact<BalancerKind>,
    ) -> Result<Standing, Split> {
        let mut standing = match self.reader.property(balancer, &["SubnetMappings"])? {
            Some(mappings) => {
                let groups = self.reader.property(balancer, &["SecurityGroups"])?;
                self.mapped(&mappings, groups.as_ref())?
            }
            None => self.listed(balancer, &["Subnets"], &["SecurityGroups"])?,
        };
        let none_named = match self.reader.property(balancer, &["SecurityGroups"])? {
            Some(case) => {
                let items = self.reader.items(&case)?;
                items.items.is_empty() && items.rest.is_none()
            }
            None => true,
        };
        // Network and gateway load balancers do without groups, and then nothing filters their traffic; the others
        // wear the default one.
        match kind {
            Fact::Known(BalancerKind::Network | BalancerKind::Gateway) if none_named => {
                standing.groups = Listed::default();
            }
            Fact::Unknown(missing) if none_named => standing.groups = Listed::unknown(missing.clone()),
            _ => {}
        }
        Ok(standing)
    }

    /// Subnets in items that each name one, such as `SubnetMappings`.
    pub(super) fn mapped(&mut self, mappings: &Case, groups: Option<&Case>) -> Result<Standing, Split> {
        let items = self.reader.items(mappings)?;
        let mut subnets = Listed { items: Vec::new(), rest: items.rest };
        for item in &items.items {
            if let Some(subnet) = self.reader.entry(item, "SubnetId")? {
                super::msk::merge(&mut subnets, self.subnets(&subnet)?);
            }
        }
        let groups = self.groups_or_default(groups, &subnets)?;
        Ok(Standing { at: Reader::place(mappings), subnets, groups })
    }

    fn listeners(
        &self,
        balancer: &Resource,
        shared: &std::collections::BTreeSet<String>,
    ) -> Result<Listed<BalancerListener>, Split> {
        let mut found = Listed::default();
        for listener in self.reader.resources(&[LISTENER])? {
            let Some(of) = self.reader.property(listener, &["LoadBalancerArn"])? else { continue };
            if of.value.resource().is_none_or(|(id, _)| id != balancer.id) {
                continue;
            }
            let Some(port) = self.reader.property(listener, &["Port"])? else { continue };
            let protocol = self.reader.text(listener, &["Protocol"])?;
            let protocol = protocol.as_ref().and_then(Fact::known).map_or("", String::as_str);
            let mut forwards = Forwards::default();
            self.actions(listener, "DefaultActions", &mut forwards)?;
            for rule in self.reader.resources(&[RULE])? {
                let of = self.reader.property(rule, &["ListenerArn"])?;
                if of.is_some_and(|of| of.value.resource().is_some_and(|(id, _)| id == listener.id)) {
                    self.actions(rule, "Actions", &mut forwards)?;
                }
            }
            if shared.contains(&listener.id) && forwards.to.rest.is_none() {
                forwards.to.rest = Some(beyond(listener));
            }
            found.items.push(BalancerListener {
                at: self.reader.declared(listener),
                name: Some(Name::Logical(listener.id.clone())),
                protocols: protocols(protocol).to_vec(),
                ports: written(&port, Protocol::TCP).ports,
                forwards: forwards.to,
                answers: forwards.answers,
            });
        }
        Ok(found)
    }

    /// Where the actions of a listener or rule lead.
    fn actions(&self, of: &Resource, property: &str, forwards: &mut Forwards) -> Result<(), Split> {
        let Some(list) = self.reader.property(of, &[property])? else { return Ok(()) };
        let items = self.reader.items(&list)?;
        forwards.to.rest = forwards.to.rest.take().or(items.rest);
        for action in &items.items {
            let kind = self.reader.entry(action, "Type")?;
            if matches!(
                kind.as_ref().and_then(|kind| kind.value.known()),
                Some("redirect" | "fixed-response")
            ) {
                forwards.answers = forwards.answers.or(Reader::place(action));
                continue;
            }
            if let Some(group) = self.reader.entry(action, "TargetGroupArn")? {
                self.forward_to(&group, forwards);
            }
            let Some(config) = self.reader.entry(action, "ForwardConfig")? else { continue };
            let Some(groups) = self.reader.entry(&config, "TargetGroups")? else { continue };
            for tuple in self.reader.items(&groups)?.items {
                if let Some(group) = self.reader.entry(&tuple, "TargetGroupArn")? {
                    self.forward_to(&group, forwards);
                }
            }
        }
        Ok(())
    }

    fn forward_to(&self, group: &Case, forwards: &mut Forwards) {
        match self.forwarded(group) {
            Some(at) if forwards.to.items.contains(&at) => {}
            Some(at) => forwards.to.items.push(at),
            None => {
                let missing = || match self.reader.name(group).name {
                    Name::Unknown { value, .. } => Missing::Value(value),
                    name => Missing::Beyond(Topic::LoadBalancer, name),
                };
                forwards.to.rest = forwards.to.rest.take().or_else(|| Some(missing()));
            }
        }
    }

    fn classic_listeners(&mut self, balancer: &'a Resource) -> Result<Listed<BalancerListener>, Split> {
        let Some(list) = self.reader.property(balancer, &["Listeners"])? else {
            return Ok(Listed::default());
        };
        let targets = self.instances_of(balancer)?;
        let items = self.reader.items(&list)?;
        let mut found = Listed { items: Vec::new(), rest: items.rest };
        for listener in items.items {
            let Some(port) = self.reader.entry(&listener, "LoadBalancerPort")? else { continue };
            let ports = match self.reader.entry(&listener, "InstancePort")? {
                Some(port) => written(&port, Protocol::TCP).ports,
                None => Fact::Unknown(Missing::Value(Unknown::Broken)),
            };
            let at = Reader::place(&listener);
            let groups = &mut self.builder.network.target_groups;
            let index = TargetGroupIndex(groups.len());
            groups.push(of_instances(balancer, at, ports, targets.clone()));
            found.items.push(BalancerListener {
                at,
                name: None,
                protocols: vec![Protocol::TCP],
                ports: written(&port, Protocol::TCP).ports,
                forwards: Listed::all(vec![index]),
                answers: None,
            });
        }
        Ok(found)
    }

    /// The instances of a Classic Load Balancer: its own list, and the Auto Scaling groups and services that name it.
    fn instances_of(&mut self, balancer: &'a Resource) -> Result<Listed<RegisteredTarget>, Split> {
        let mut found = Listed::default();
        if let Some(list) = self.reader.property(balancer, &["Instances"])? {
            let items = self.reader.items(&list)?;
            found.rest = items.rest;
            for item in items.items {
                let (at, who) = (Reader::place(&item), self.registered(&item));
                found.items.push(RegisteredTarget { at, ports: None, who });
            }
        }
        let mut may_be_others = self.reader.template.handed_on().contains(&balancer.id);
        for resource in self.reader.template.resources_naming(&[&balancer.id]) {
            if !self.reader.exists(resource.guard)? {
                continue;
            }
            match resource.kind.as_str() {
                "AWS::AutoScaling::AutoScalingGroup" => {
                    let who = Registered::Members(Box::new(self.members(resource)?));
                    let at = self.reader.declared(resource);
                    found.items.push(RegisteredTarget { at, ports: None, who });
                }
                kind => may_be_others |= kind == "AWS::ECS::Service",
            }
        }
        if may_be_others && found.items.is_empty() && found.rest.is_none() {
            found.rest = Some(beyond(balancer));
        }
        Ok(found)
    }
}

/// Where the actions of a listener lead.
#[derive(Default)]
struct Forwards {
    to: Listed<TargetGroupIndex>,
    answers: Option<crate::network::Place>,
}

/// What others may add to a resource that is handed to them.
fn beyond(resource: &Resource) -> Missing {
    Missing::Beyond(Topic::LoadBalancer, Name::Logical(resource.id.clone()))
}

/// Ports with their protocols, as other workloads have them.
fn ports_of(listeners: &[BalancerListener]) -> Vec<Listener> {
    let each = |listener: &BalancerListener| {
        let (ports, at) = (listener.ports.clone(), listener.at);
        listener
            .protocols
            .iter()
            .map(move |protocol| Listener { protocol: *protocol, ports: ports.clone(), at })
            .collect::<Vec<_>>()
    };
    listeners.iter().flat_map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
    use super::*;

    #[test]
    fn load_balancers_have_the_ports_of_their_listeners() {
        let network = network(
            "  Inside:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internal, Subnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Sg]}
  Http:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Inside, Port: 8443, Protocol: HTTPS}
  Names:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Net, Port: 53, Protocol: TCP_UDP}
  Net:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: network, SubnetMappings: [{SubnetId: !Ref C}]}
  Plain:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [!Ref A]}
  Classic:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Subnets: [!Ref A]
      SecurityGroups: [!Ref Sg]
      Listeners: [{LoadBalancerPort: '80', InstancePort: '8080', Protocol: HTTP}]
",
        );
        let inside = workload(&network, "Inside");
        assert_eq!((inside.placement, ports(inside)), (Placement::Any, vec![8443]));
        assert_eq!(subnet_names(&network, inside), ["A", "B"]);
        assert_eq!(inside.public_address, Fact::Known(false));
        let net = workload(&network, "Net");
        assert_eq!((ports(net), subnet_names(&network, net)), (vec![53, 53], vec!["C".into()]));
        assert_eq!(net.listeners[1].protocol, Protocol::UDP);
        assert_eq!(net.groups, Listed::default(), "nothing filters there");
        assert_eq!(net.public_address, Fact::Known(true));
        assert_eq!(group_names(&network, workload(&network, "Plain")), [DEFAULT_GROUP]);
        assert_eq!(ports(workload(&network, "Classic")), [80]);
    }
}

//! Load balancers. What they pass on to their targets is not told here.

use super::Writer;
use super::listeners::written;
use super::standing::Standing;
use crate::network::from_template::reader::{Reader, Split};
use crate::network::{Fact, Listed, Listener, Missing, Placement, Protocol, Topic, Workload, WorkloadKind};
use crate::template::{Case, Resource};

const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const CLASSIC: &str = "AWS::ElasticLoadBalancing::LoadBalancer";

impl Writer<'_, '_, '_> {
    /// Application, network, gateway and classic load balancers.
    pub(super) fn load_balancers(&mut self) -> Result<(), Split> {
        for balancer in self.reader.resources(&[BALANCER, CLASSIC])? {
            let is_classic = balancer.kind == CLASSIC;
            let standing = self.balancer_standing(balancer)?;
            let public_address = match self.reader.text(balancer, &["Scheme"])? {
                Some(scheme) => scheme.map(|scheme| scheme != "internal"),
                None => Fact::Known(true),
            };
            let listeners =
                if is_classic { self.classic_listeners(balancer)? } else { self.listeners(balancer)? };
            let kind = WorkloadKind::LoadBalancer;
            let workload = self.workload(balancer, kind, standing, Placement::Any, listeners);
            self.builder.workload(Workload { public_address, ..workload });
        }
        Ok(())
    }

    fn balancer_standing(&mut self, balancer: &Resource) -> Result<Standing, Split> {
        let mut standing = match self.reader.property(balancer, &["SubnetMappings"])? {
            Some(mappings) => {
                let groups = self.reader.property(balancer, &["SecurityGroups"])?;
                self.mapped(&mappings, groups.as_ref())?
            }
            None => self.listed(balancer, &["Subnets"], &["SecurityGroups"])?,
        };
        // Network and gateway load balancers do without groups, and then nothing filters their traffic, which is not
        // followed; the others wear the default one.
        let kind = self.reader.text(balancer, &["Type"])?;
        let groups = self.reader.property(balancer, &["SecurityGroups"])?;
        let none_named = match &groups {
            Some(case) => {
                let items = self.reader.items(case)?;
                items.items.is_empty() && items.rest.is_none()
            }
            None => true,
        };
        match kind {
            Some(Fact::Known(kind)) if none_named && (kind == "network" || kind == "gateway") => {
                standing.groups = Listed::unknown(Missing::NotFollowed(Topic::LoadBalancer));
            }
            Some(Fact::Unknown(missing)) if none_named => standing.groups = Listed::unknown(missing),
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

    fn listeners(&self, balancer: &Resource) -> Result<Vec<Listener>, Split> {
        let mut found = Vec::new();
        for listener in self.reader.resources(&["AWS::ElasticLoadBalancingV2::Listener"])? {
            let Some(of) = self.reader.property(listener, &["LoadBalancerArn"])? else { continue };
            if of.value.resource().is_none_or(|(id, _)| id != balancer.id) {
                continue;
            }
            let Some(port) = self.reader.property(listener, &["Port"])? else { continue };
            let protocol = self.reader.text(listener, &["Protocol"])?;
            let protocol = protocol.as_ref().and_then(Fact::known).map_or("", String::as_str);
            found.extend(protocols(protocol).iter().map(|protocol| written(&port, *protocol)));
        }
        Ok(found)
    }

    fn classic_listeners(&self, balancer: &Resource) -> Result<Vec<Listener>, Split> {
        let Some(list) = self.reader.property(balancer, &["Listeners"])? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for listener in self.reader.items(&list)?.items {
            if let Some(port) = self.reader.entry(&listener, "LoadBalancerPort")? {
                found.push(written(&port, Protocol::TCP));
            }
        }
        Ok(found)
    }
}

/// What the protocol of a listener runs over.
fn protocols(name: &str) -> &'static [Protocol] {
    match name {
        "UDP" | "QUIC" => &[Protocol::UDP],
        "TCP_UDP" | "TCP_QUIC" => &[Protocol::TCP, Protocol::UDP],
        _ => &[Protocol::TCP],
    }
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
        assert_eq!(net.groups, Listed::unknown(Missing::NotFollowed(Topic::LoadBalancer)));
        assert_eq!(net.public_address, Fact::Known(true));
        assert_eq!(group_names(&network, workload(&network, "Plain")), [DEFAULT_GROUP]);
        assert_eq!(ports(workload(&network, "Classic")), [80]);
    }
}

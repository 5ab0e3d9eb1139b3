//! ECS services.

use super::Writer;
use super::listeners::written;
use super::standing::Standing;
use crate::network::from_template::reader::{Reader, Split, text};
use crate::network::{Fact, Listener, Missing, Placement, Ports, Protocol, Topic, Workload, WorkloadKind};
use crate::template::{Case, Resource};

const CONFIG: [&str; 2] = ["NetworkConfiguration", "AwsvpcConfiguration"];

impl Writer<'_, '_, '_> {
    /// Services. Without a network configuration of their own, tasks use the interfaces of the instances that they run
    /// on.
    pub(super) fn ecs_services(&mut self) -> Result<(), Split> {
        for service in self.reader.resources(&["AWS::ECS::Service"])? {
            let config = self.reader.property(service, &CONFIG)?;
            let (standing, public_address) = match &config {
                Some(config) => {
                    let subnets = self.reader.entry(config, "Subnets")?;
                    let groups = self.reader.entry(config, "SecurityGroups")?;
                    let standing = self.standing(subnets.as_ref(), groups.as_ref())?;
                    let public = match self.reader.entry(config, "AssignPublicIp")? {
                        Some(case) => text(&case).map(|text| text == "ENABLED"),
                        None => Fact::Known(false),
                    };
                    (standing, public)
                }
                None => {
                    let missing = Missing::NotFollowed(Topic::Placement);
                    (Standing::unknown(missing.clone()), Fact::Unknown(missing))
                }
            };
            let listeners = self.task_ports(service)?;
            let kind = WorkloadKind::EcsService;
            let workload = self.workload(service, kind, standing, Placement::Any, listeners);
            self.builder.workload(Workload { public_address, ..workload });
        }
        Ok(())
    }

    /// The ports of the containers of a service's task.
    fn task_ports(&self, service: &Resource) -> Result<Vec<Listener>, Split> {
        let Some(task) = self.reader.property(service, &["TaskDefinition"])? else { return Ok(Vec::new()) };
        let Some(definition) = self.named(&task, &["AWS::ECS::TaskDefinition"], "Family")? else {
            let ports = Fact::Unknown(self.missing(&task));
            return Ok(vec![Listener { protocol: Protocol::TCP, ports, at: Reader::place(&task) }]);
        };
        let Some(containers) = self.reader.property(definition, &["ContainerDefinitions"])? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for container in self.reader.items(&containers)?.items {
            let Some(mappings) = self.reader.entry(&container, "PortMappings")? else { continue };
            for mapping in self.reader.items(&mappings)?.items {
                found.extend(self.mapping(&mapping)?);
            }
        }
        Ok(found)
    }

    fn mapping(&self, mapping: &Case) -> Result<Option<Listener>, Split> {
        let protocol = match self.reader.entry(mapping, "Protocol")? {
            Some(case) => text(&case).known().and_then(|name| Protocol::parse(name)),
            None => Some(Protocol::TCP),
        };
        let protocol = protocol.unwrap_or(Protocol::TCP);
        if let Some(port) = self.reader.entry(mapping, "ContainerPort")? {
            return Ok(Some(written(&port, protocol)));
        }
        let Some(range) = self.reader.entry(mapping, "ContainerPortRange")? else { return Ok(None) };
        let ends = match text(&range) {
            Fact::Known(text) => text.split_once('-').and_then(|(first, last)| {
                Some(Ports { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? })
            }),
            Fact::Unknown(missing) => {
                let at = Reader::place(&range);
                return Ok(Some(Listener { protocol, ports: Fact::Unknown(missing), at }));
            }
        };
        Ok(ends.map(|ports| Listener { protocol, ports: Fact::Known(ports), at: Reader::place(&range) }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{group_names, network, subnet_names, workload};
    use super::*;

    #[test]
    fn a_service_has_the_ports_of_its_containers() {
        let network = network(
            "  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: web, PortMappings: [{ContainerPort: 8080}]}
        - {Name: dns, PortMappings: [{ContainerPort: 53, Protocol: udp}, {ContainerPortRange: 9000-9010}]}
        - {Name: quiet}
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Sg], AssignPublicIp: ENABLED}
  OnInstances:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: 'task:1'}
",
        );
        let found = workload(&network, "Service");
        assert_eq!((found.kind, found.placement), (WorkloadKind::EcsService, Placement::Any));
        assert_eq!(subnet_names(&network, found), ["A", "B"]);
        assert_eq!(group_names(&network, found), ["Sg"]);
        assert_eq!(found.public_address, Fact::Known(true));
        let listeners: Vec<String> = found
            .listeners
            .iter()
            .map(|listener| format!("{}/{}", listener.ports.known().unwrap(), listener.protocol))
            .collect();
        assert_eq!(listeners, ["8080/tcp", "53/udp", "9000-9010/tcp"]);
        assert!(found.listeners.iter().all(|listener| listener.at.is_some()));
        let bare = workload(&network, "OnInstances");
        assert!(bare.subnets.rest.is_some() && bare.listeners[0].ports.known().is_none());
    }
}

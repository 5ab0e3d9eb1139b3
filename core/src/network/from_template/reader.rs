//! Reads properties in one situation: each has one value there, or the situation has to be split.

use ipnet::Ipv4Net;

use crate::network::{Builder, Cidr, Fact, Ipv6Cidr, Listed, Missing, Name, Place, Symbol, VpcIndex, Zone};
use crate::template::{Case, Guard, Part, Resource, Template, Text, Unknown, Value};
use crate::text::Span;

/// Asks to look at both parts of the situation: the guard holds in one of them only.
pub(super) type Split = Guard;

/// A value that is required and not there, or that no such value can be: told elsewhere.
pub(super) const BROKEN: Missing = Missing::Value(Unknown::Broken);

/// Reads a template in a situation.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a, 't> {
    pub(super) template: &'a Template<'t>,
    pub(super) situation: Guard,
}

/// A name and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: Name,
    pub(super) at: Option<Place>,
    /// Whether it stands for a list that is not known, one or many.
    pub(super) several: bool,
}

impl<'a> Reader<'a, '_> {
    /// Whether something under `guard` exists.
    pub(super) fn exists(&self, guard: Guard) -> Result<bool, Split> {
        self.template.with_guards(|guards| {
            if guards.implies(self.situation, guard) {
                Ok(true)
            } else if guards.exclude(self.situation, guard) {
                Ok(false)
            } else {
                Err(guard)
            }
        })
    }

    /// The resources that exist, of the given types, in the order of the template.
    pub(super) fn resources(&self, kinds: &[&str]) -> Result<Vec<&'a Resource>, Split> {
        let mut found = Vec::new();
        for resource in self.template.resources_of(kinds) {
            if self.exists(resource.guard)? {
                found.push(resource);
            }
        }
        Ok(found)
    }

    /// The case that holds here.
    fn only(&self, cases: &[Case]) -> Result<Option<Case>, Split> {
        for case in cases {
            if self.exists(case.guard)? {
                let nothing = matches!(case.value, Value::NoValue | Value::Null);
                return Ok((!nothing).then(|| case.clone()));
            }
        }
        Ok(None)
    }

    /// A property of a resource; nothing where it is not written.
    pub(super) fn property(&self, resource: &Resource, path: &[&str]) -> Result<Option<Case>, Split> {
        self.only(&self.template.property(resource, path))
    }

    /// An entry of a map. Of a map that is not known every entry is not known.
    pub(super) fn entry(&self, map: &Case, key: &str) -> Result<Option<Case>, Split> {
        match &map.value {
            Value::Map(entries) => {
                let cases: Vec<Case> =
                    entries.iter().filter(|(name, _)| name == key).map(|(_, case)| case.clone()).collect();
                self.only(&cases)
            }
            Value::Unknown(_) => Ok(Some(map.clone())),
            _ => Ok(None),
        }
    }

    /// The items of a list. One value in place of a list counts as a list of one, as CloudFormation takes it.
    pub(super) fn items(&self, list: &Case) -> Result<Listed<Case>, Split> {
        match &list.value {
            Value::List(items) => {
                let mut found = Listed::default();
                for item in items.iter() {
                    if self.exists(item.guard)? && !matches!(item.value, Value::NoValue | Value::Null) {
                        // A parameter that is a list, inside a list.
                        match &item.value {
                            Value::List(_) => {
                                let inner = self.items(item)?;
                                found.items.extend(inner.items);
                                found.rest = found.rest.or(inner.rest);
                            }
                            _ => found.items.push(item.clone()),
                        }
                    }
                }
                Ok(found)
            }
            Value::Unknown(unknown) => Ok(Listed::unknown(Missing::Value(unknown.clone()))),
            Value::NoValue | Value::Null => Ok(Listed::default()),
            Value::Text(_) | Value::Map(_) | Value::Zones(_) => Ok(Listed::all(vec![list.clone()])),
        }
    }

    /// Where a case is written. Values of parameters and the like are written where they are used.
    #[expect(clippy::unnecessary_wraps, reason = "places are optional wherever they are kept")]
    pub(super) fn place(case: &Case) -> Option<Place> {
        Some(Place::in_template(case.span))
    }

    /// Where a resource is declared.
    #[expect(clippy::unnecessary_wraps, reason = "places are optional wherever they are kept")]
    pub(super) fn declared(&self, resource: &Resource) -> Option<Place> {
        Some(Place::in_template(self.template.node(resource.key).span()))
    }

    /// A text of which all is known; nothing where it is not written.
    pub(super) fn text(&self, resource: &Resource, path: &[&str]) -> Result<Option<Fact<String>>, Split> {
        Ok(self.property(resource, path)?.map(|case| text(&case)))
    }

    /// A property that is true or false, with its default.
    pub(super) fn flag(
        &self,
        resource: &Resource,
        path: &[&str],
        default: bool,
    ) -> Result<Fact<bool>, Split> {
        Ok(match self.property(resource, path)? {
            Some(case) => flag(&case),
            None => Fact::Known(default),
        })
    }

    /// The component that a property names; nothing where it is not written.
    pub(super) fn component(&self, resource: &Resource, property: &str) -> Result<Option<Named>, Split> {
        Ok(self.property(resource, &[property])?.map(|case| self.name(&case)))
    }

    /// The VPC that a property of a resource names.
    pub(super) fn vpc(
        &self,
        resource: &Resource,
        property: &str,
        builder: &mut Builder,
    ) -> Result<Fact<VpcIndex>, Split> {
        Ok(match self.component(resource, property)? {
            Some(named) => Fact::Known(builder.vpc(&named.name)),
            None => Fact::Unknown(BROKEN),
        })
    }

    /// The name of a component that a value is; nothing where the value is no name (told by other rules).
    pub(super) fn name(&self, case: &Case) -> Named {
        let at = Self::place(case);
        let named = |name, several| Named { name, at, several };
        match &case.value {
            Value::Text(text) => match &*text.parts {
                [Part::Literal(id)] => named(Self::literal(id), false),
                [Part::Resource { id, attribute }] => named(self.reference(id, attribute.as_deref()), false),
                [Part::Item { list, index }] => match unknown_at(list.clone(), case.span) {
                    Name::Unknown { value, item: None } => {
                        named(Name::Unknown { value, item: Some(*index) }, false)
                    }
                    alone => named(alone, false),
                },
                [Part::Unknown(unknown)] => {
                    named(unknown_at(unknown.clone(), case.span), self.is_list(unknown))
                }
                parts => {
                    let unknown = parts.iter().find_map(|part| match part {
                        Part::Unknown(unknown) | Part::Item { list: unknown, .. } => Some(unknown.clone()),
                        _ => None,
                    });
                    named(unknown_at(unknown.unwrap_or(Unknown::Broken), case.span), true)
                }
            },
            Value::Unknown(unknown) => named(unknown_at(unknown.clone(), case.span), true),
            _ => named(unknown_at(Unknown::Broken, case.span), true),
        }
    }

    /// A literal is an id of AWS, or the plain word of a resource that somebody forgot to `Ref`: then the deployment
    /// fails, and what it was meant to be is told by a rule.
    fn literal(id: &str) -> Name {
        Name::Aws(id.trim().to_owned())
    }

    /// What a resource of the template returns. Attributes that are the id itself are the same as `Ref`; the default
    /// group, ACL and so on of a VPC are implied components.
    fn reference(&self, id: &str, attribute: Option<&str>) -> Name {
        let own = || Name::Logical(id.to_owned());
        let implied = |what| Name::Implied { of: Box::new(own()), what };
        let Some(attribute) = attribute else { return own() };
        let kind = self.template.resource(id).map_or("", |resource| resource.kind.as_str());
        let told_by_deployment = || Name::Unknown {
            value: Unknown::Attribute { resource: id.to_owned(), attribute: attribute.to_owned() },
            item: None,
        };
        match (kind, attribute) {
            ("AWS::EC2::VPC", "DefaultSecurityGroup") => implied(crate::network::DEFAULT_GROUP),
            ("AWS::EC2::VPC", "DefaultNetworkAcl") => implied(crate::network::DEFAULT_ACL),
            ("AWS::EC2::VPC", _) => own(),
            (_, "VpcId") => self.vpc_of(id).unwrap_or_else(told_by_deployment),
            ("AWS::CloudFormation::Stack", _) => told_by_deployment(),
            // What another kind of resource makes: `Cluster.ClusterSecurityGroupId`.
            (kind, attribute) if !kind.starts_with("AWS::EC2::") && attribute.contains("SecurityGroup") => {
                told_by_deployment()
            }
            _ => own(),
        }
    }

    /// The VPC that a resource says it is in, where it names that outright.
    fn vpc_of(&self, id: &str) -> Option<Name> {
        let cases = self.template.property(self.template.resource(id)?, &["VpcId"]);
        // A value that hangs on a condition asks for another situation where its own resource is read.
        let case = self.only(&cases).ok().flatten()?;
        let Value::Text(text) = &case.value else { return None };
        match &*text.parts {
            // The attribute of yet another resource may lead in a ring.
            [Part::Resource { attribute: Some(_), .. }] => None,
            _ => Some(self.name(&case).name),
        }
    }

    /// Whether the value is a list of ids, one or many.
    fn is_list(&self, unknown: &Unknown) -> bool {
        match unknown {
            Unknown::Parameter(name) | Unknown::StoredParameter(name) => {
                self.template.parameter(name).is_some_and(crate::template::Parameter::is_list)
            }
            _ => false,
        }
    }

    /// The names in a list; assumed lists have the items that were assumed. A list that is not known is one name that
    /// stands for several.
    pub(super) fn names(&self, list: &Case, builder: &Builder) -> Result<Vec<Named>, Split> {
        let at = Self::place(list);
        let whole = |unknown: &Unknown, at: Option<Place>| match builder.assumed_items(unknown) {
            Some(items) => {
                items.iter().map(|name| Named { name: name.clone(), at, several: false }).collect()
            }
            None => {
                let start = at.map_or(list.span, |at| at.span);
                vec![Named { name: unknown_at(unknown.clone(), start), at, several: true }]
            }
        };
        if let Value::Unknown(unknown) = &list.value {
            return Ok(whole(unknown, at));
        }
        let items = self.items(list)?;
        let mut found = Vec::new();
        for item in &items.items {
            match &item.value {
                // A list parameter inside a list, or a text that holds ids in a row.
                Value::Unknown(unknown) => found.extend(whole(unknown, Self::place(item))),
                Value::Text(text) if text.known().is_some_and(|text| text.contains(',')) => {
                    let ids = text
                        .known()
                        .unwrap_or_default()
                        .split(',')
                        .map(str::trim)
                        .filter(|id| !id.is_empty());
                    found.extend(ids.map(|id| Named {
                        name: Self::literal(id),
                        at: Self::place(item),
                        several: false,
                    }));
                }
                _ => {
                    let named = self.name(item);
                    match &named.name {
                        Name::Unknown { value, item: None } if named.several => {
                            found.extend(whole(value, named.at));
                        }
                        _ => found.push(named),
                    }
                }
            }
        }
        if let Some(Missing::Value(unknown)) = &items.rest {
            found.extend(whole(unknown, at));
        }
        Ok(found)
    }

    /// A range of addresses. The range of a VPC or subnet of this template is what that one declares.
    pub(super) fn cidr(&self, case: &Case) -> Result<Cidr, Split> {
        let declared = self.declared_range(case)?;
        let case = declared.as_ref().unwrap_or(case);
        let Value::Text(text) = &case.value else {
            let unknown = match &case.value {
                Value::Unknown(unknown) => unknown.clone(),
                _ => Unknown::Broken,
            };
            let text = Text::of(Part::Unknown(unknown.clone()));
            return Ok(Cidr::Symbol(Symbol { text, missing: Missing::Value(unknown) }));
        };
        let text = self.with_addresses(text)?;
        // A wrong address is told by another rule; here it matches nothing, as AWS would refuse it.
        let net = text.known().and_then(|known| cidr(known.trim()));
        Ok(match net {
            Some(net) => Cidr::Known(net),
            None => Cidr::Symbol(Symbol { missing: missing(&text), text }),
        })
    }

    /// A range of addresses of IP version 6. What Amazon chooses for a VPC or subnet is known by the attribute that it is.
    #[expect(clippy::unused_self, reason = "read like every other property")]
    pub(super) fn ipv6_cidr(&self, case: &Case) -> Ipv6Cidr {
        let symbol = |text: Text, missing| Ipv6Cidr::Symbol(Symbol { text, missing });
        match &case.value {
            Value::Text(text) => {
                let known = text.known().map(str::trim);
                match known.and_then(|known| known.parse::<ipnet::Ipv6Net>().ok()) {
                    Some(net) => Ipv6Cidr::Known(net.trunc()),
                    None => match known.and_then(|known| known.parse::<std::net::Ipv6Addr>().ok()) {
                        Some(address) => Ipv6Cidr::Known(address.into()),
                        None => symbol(text.clone(), missing(text)),
                    },
                }
            }
            Value::Unknown(unknown) => {
                symbol(Text::of(Part::Unknown(unknown.clone())), Missing::Value(unknown.clone()))
            }
            _ => symbol(Text::of(Part::Unknown(Unknown::Broken)), BROKEN),
        }
    }

    /// The range that the resource declares whose range a value is. One may take it from another.
    fn declared_range(&self, case: &Case) -> Result<Option<Case>, Split> {
        /// Longer chains are rings.
        const CHAIN: usize = 8;
        let mut found: Option<Case> = None;
        for _ in 0..CHAIN {
            let Some((id, Some("CidrBlock" | "Ipv4CidrBlock"))) =
                found.as_ref().unwrap_or(case).value.resource()
            else {
                break;
            };
            let Some(resource) = self.template.resource(id) else { break };
            match self.property(resource, &["CidrBlock"])? {
                Some(own) => found = Some(own),
                None => break,
            }
        }
        Ok(found)
    }

    /// A text with the private addresses of instances and interfaces that have a fixed one: `${Server.PrivateIp}/32`.
    fn with_addresses(&self, text: &Text) -> Result<Text, Split> {
        let mut out = Text::default();
        for part in &text.parts {
            let mut part = part.clone();
            if let Part::Resource { id, attribute: Some(attribute) } = &part
                && matches!(attribute.as_str(), "PrivateIp" | "PrimaryPrivateIpAddress" | "PrivateIpAddress")
                && let Some(resource) = self.template.resource(id)
                && let Some(address) = self.fixed_address(resource)?
            {
                part = Part::Literal(address);
            }
            out.push(part);
        }
        Ok(out)
    }

    /// The private address that an instance or interface is given, its first interface's where they are written apart.
    fn fixed_address(&self, resource: &Resource) -> Result<Option<String>, Split> {
        let mut found = self.property(resource, &["PrivateIpAddress"])?;
        if found.is_none()
            && let Some(interfaces) = self.property(resource, &["NetworkInterfaces"])?
        {
            for interface in self.items(&interfaces)?.items {
                let index = self.entry(&interface, "DeviceIndex")?.map(|case| number(&case));
                if matches!(index, None | Some(Fact::Known(0))) {
                    found = self.entry(&interface, "PrivateIpAddress")?;
                    break;
                }
            }
        }
        Ok(found.and_then(|case| case.value.known().map(str::to_owned)))
    }

    /// A zone.
    #[expect(clippy::unused_self, reason = "read like every other property")]
    pub(super) fn zone(&self, case: &Case) -> Fact<Zone> {
        match &case.value {
            Value::Text(text) => match &*text.parts {
                [Part::Literal(name)] => Fact::Known(Zone::Named(name.clone())),
                [Part::Zone { index, .. }] => Fact::Known(Zone::Numbered(*index)),
                // `${AWS::Region}a`: distinct letters are distinct zones.
                [Part::Unknown(Unknown::Pseudo(region)), Part::Literal(letter)] => {
                    Fact::Known(Zone::Named(format!("{region}{letter}")))
                }
                _ => Fact::Unknown(missing(text)),
            },
            Value::Unknown(unknown) => Fact::Unknown(Missing::Value(unknown.clone())),
            _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
        }
    }
}

/// A prefix as a template may write it: host bits are dropped, as EC2 does; an address alone is one address.
fn cidr(text: &str) -> Option<Ipv4Net> {
    match text.parse::<Ipv4Net>() {
        Ok(net) => Some(net.trunc()),
        Err(_) => text.parse::<std::net::Ipv4Addr>().ok().map(Ipv4Net::from),
    }
}

/// The name of what a value names that is not known. The same value is the same thing, but for values that cannot be
/// read at all: of those every place is its own.
fn unknown_at(value: Unknown, span: Span) -> Name {
    let is_nothing = matches!(
        value,
        Unknown::Broken | Unknown::NoSuchKey | Unknown::TooManyCases | Unknown::TooDeep | Unknown::TooLong
    );
    Name::Unknown { value, item: is_nothing.then_some(span.start as usize) }
}

/// What is missing of a text: what is not known of it, or the id or attribute that only deployment tells.
pub(super) fn missing(text: &Text) -> Missing {
    let of_resource = || {
        text.parts.iter().find_map(|part| match part {
            Part::Resource { id, attribute } => Some(Unknown::Attribute {
                resource: id.clone(),
                attribute: attribute.clone().unwrap_or_else(|| "Ref".to_owned()),
            }),
            _ => None,
        })
    };
    let unknown = text.unknowns().next().cloned().or_else(of_resource);
    Missing::Value(unknown.unwrap_or(Unknown::Broken))
}

/// The whole text of a case.
pub(super) fn text(case: &Case) -> Fact<String> {
    match &case.value {
        Value::Text(text) => match text.known() {
            Some(known) => Fact::Known(known.to_owned()),
            None => Fact::Unknown(missing(text)),
        },
        Value::Unknown(unknown) => Fact::Unknown(Missing::Value(unknown.clone())),
        _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
    }
}

/// True or false.
pub(super) fn flag(case: &Case) -> Fact<bool> {
    match text(case) {
        Fact::Known(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Fact::Known(true),
            "false" | "no" | "0" => Fact::Known(false),
            _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
        },
        Fact::Unknown(missing) => Fact::Unknown(missing),
    }
}

/// A number.
pub(super) fn number(case: &Case) -> Fact<i64> {
    match text(case) {
        Fact::Known(text) => match text.trim().parse::<i64>() {
            Ok(number) => Fact::Known(number),
            Err(_) => Fact::Unknown(Missing::Value(Unknown::Broken)),
        },
        Fact::Unknown(missing) => Fact::Unknown(missing),
    }
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{named, network, range};
    use crate::network::{Name, Peer};

    #[test]
    fn a_component_has_one_name_however_it_is_referred_to() {
        let network = network(
            r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  One: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !GetAtt Subnet.VpcId}}
  Two: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Sub '${Vpc}'}}
  Three: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !GetAtt Server.VpcId}}
  Four: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: Vpc}}
  Server: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Subnet}}
",
            None,
        );
        let vpc = |id: &str| {
            let group = named(&network.groups, |group| &group.name, id);
            network.vpcs[group.vpc.known().unwrap().0].name.clone()
        };
        assert_eq!(vpc("One"), Name::Logical("Vpc".to_owned()));
        assert_eq!(vpc("Two"), Name::Logical("Vpc".to_owned()));
        assert_eq!(vpc("Three").to_string(), "Server.VpcId");
        assert_eq!(vpc("Four"), Name::Aws("Vpc".to_owned()), "a word is no reference");
    }

    #[test]
    fn values_that_cannot_be_read_are_not_the_same_thing() {
        let network = network(
            r"
Resources:
  One: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Nothing}}
  Two: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Nothing}}
  Three: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !ImportValue vpc}}
  Four: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !ImportValue vpc}}
",
            None,
        );
        let vpc = |id: &str| named(&network.groups, |group| &group.name, id).vpc.known().copied();
        assert_ne!(vpc("One"), vpc("Two"));
        assert_eq!(vpc("Three"), vpc("Four"));
    }

    #[test]
    fn ranges_may_come_from_other_resources() {
        let network = network(
            r"
Conditions: {Never: !Equals [a, b]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !If [Never, 10.9.0.0/16, 10.0.0.0/16]}}
  Ring: {Type: AWS::EC2::Subnet, Properties: {VpcId: !GetAtt Gnir.VpcId, CidrBlock: !GetAtt Gnir.CidrBlock}}
  Gnir: {Type: AWS::EC2::Subnet, Properties: {VpcId: !GetAtt Ring.VpcId, CidrBlock: !GetAtt Ring.CidrBlock}}
  Server: {Type: AWS::EC2::Instance, Properties: {PrivateIpAddress: 10.0.0.10}}
  Inside: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [{DeviceIndex: '1', PrivateIpAddress: 10.0.0.11}, {DeviceIndex: 0, PrivateIpAddress: 10.0.0.12}]}}
  Other: {Type: AWS::EC2::Instance}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: -1, CidrIp: !GetAtt Vpc.CidrBlock}
        - {IpProtocol: -1, CidrIp: !Sub '${Server.PrivateIp}/32'}
        - {IpProtocol: -1, CidrIp: !Join ['', [!GetAtt Inside.PrivateIp, /32]]}
        - {IpProtocol: -1, CidrIp: !Sub '${Other.PrivateIp}/32'}
        - {IpProtocol: -1, CidrIp: !GetAtt Ring.CidrBlock}
        - {IpProtocol: -1, CidrIp: 10.0.3.7/16}
        - {IpProtocol: -1, CidrIp: 10.0.3.700/16}
",
            None,
        );
        let group = named(&network.groups, |group| &group.name, "Group");
        let found: Vec<String> = group
            .ingress
            .items
            .iter()
            .map(|rule| match &rule.peer {
                Peer::Cidr(cidr) => range(cidr),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, ["10.0.0.0/16", "10.0.0.10/32", "10.0.0.12/32", "?", "?", "10.0.0.0/16", "?"]);
    }

    #[test]
    fn rings_of_conditional_ranges_end() {
        let network = network(
            r"
Parameters: {P: {Type: String, Default: a}}
Conditions: {C: !Equals [!Ref P, a]}
Resources:
  Ring: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: !If [C, !GetAtt Gnir.CidrBlock, 10.0.0.0/24]}}
  Gnir: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: !If [C, !GetAtt Ring.CidrBlock, 10.0.1.0/24]}}
",
            None,
        );
        let ring = named(&network.subnets, |subnet| &subnet.name, "Ring");
        assert_eq!(ring.cidr.known().map(range).as_deref(), Some("?"));
    }
}

use super::intrinsic;
use super::logical_id::hash;
use super::output::Output;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template};
use super::value::{Map, Value, get_att, reference, sub};
use crate::syntax::Node;

/// Which kind of API a domain stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiKind {
    /// `AWS::ApiGateway::RestApi`
    Rest,
    /// `AWS::ApiGatewayV2::Api`
    V2,
}

/// Expands the `Domain` property of an API: domain name, mappings and DNS records. `stage` is the logical id of the
/// stage, `attributes` what the API passes on.
pub(super) fn expand(
    template: &Template<'_>,
    source: &Source<'_>,
    kind: ApiKind,
    stage: Option<&str>,
    attributes: &Map,
    out: &mut Output,
) {
    let Some(config) = source.property("Domain") else { return };
    let (Some(name), Some(certificate)) = (config.get("DomainName"), config.get("CertificateArn")) else {
        let kind = SamProblemKind::MissingProperty("Domain.DomainName, Domain.CertificateArn".to_owned());
        out.problems.push(source.problem("Domain", kind));
        return;
    };
    let endpoint = config.get("EndpointConfiguration").map(|endpoint| template.text_of(endpoint));
    let endpoint = match (&endpoint, kind) {
        (None, _) => Endpoint::Regional,
        (Some(Some(text)), ApiKind::Rest) if text == "EDGE" => Endpoint::Edge,
        (Some(Some(text)), ApiKind::Rest) if text == "PRIVATE" => Endpoint::Private,
        (Some(Some(text)), _) if text == "REGIONAL" => Endpoint::Regional,
        _ => {
            let kind = SamProblemKind::InvalidProperty("Domain.EndpointConfiguration".to_owned());
            out.problems.push(source.problem("Domain", kind));
            Endpoint::Regional
        }
    };
    if let Some(mutual) = config.get("MutualTlsAuthentication") {
        let known = |name: &str| matches!(name, "TruststoreUri" | "TruststoreVersion");
        if !mutual.is_mapping() || mutual.entries().into_iter().any(|entry| !entry.name().is_some_and(known))
        {
            let kind = SamProblemKind::InvalidProperty("Domain.MutualTlsAuthentication".to_owned());
            out.problems.push(source.problem("Domain", kind));
        }
    }
    let domain = Domain { template, source, config, name, certificate, kind, endpoint, attributes };
    let id = domain.id();
    out.add(domain.domain_name(&id));
    domain.mappings(&id, stage, out);
    domain.records(&id, out);
    domain.access_association(&id, out);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Edge,
    Regional,
    Private,
}

struct Domain<'d, 'a> {
    template: &'d Template<'a>,
    source: &'d Source<'a>,
    config: Node<'a>,
    name: Node<'a>,
    certificate: Node<'a>,
    kind: ApiKind,
    endpoint: Endpoint,
    attributes: &'d Map,
}

impl Domain<'_, '_> {
    fn made(&self, id: String, kind: &'static str) -> Made {
        Made::new(id, kind, self.attributes.clone(), self.source.place_of("Domain"))
    }

    fn hash_of(&self, node: Node<'_>) -> String {
        match self.template.text_of(node) {
            Some(text) => hash(&text),
            None => hash(&Value::from(node).to_json(self.template.tree)),
        }
    }

    fn id(&self) -> String {
        let prefix = match (self.kind, self.endpoint) {
            (ApiKind::Rest, Endpoint::Regional | Endpoint::Edge) => "ApiGatewayDomainName",
            _ => "ApiGatewayDomainNameV2",
        };
        format!("{prefix}{}", self.hash_of(self.name))
    }

    fn domain_name(&self, id: &str) -> Made {
        let optional = ["SecurityPolicy", "OwnershipVerificationCertificateArn"];
        if self.kind == ApiKind::V2 {
            let mut made = self.made(id.to_owned(), "AWS::ApiGatewayV2::DomainName");
            let mut configuration: Map = vec![
                ("CertificateArn".into(), self.certificate.into()),
                ("EndpointType".into(), "REGIONAL".into()),
            ];
            for name in optional {
                if let Some(value) = self.config.get(name) {
                    configuration.push((name.into(), value.into()));
                }
            }
            made.set("DomainName", self.template.resolved(self.name));
            made.set("DomainNameConfigurations", vec![Value::Map(configuration)]);
            self.mutual_tls(&mut made);
            return made;
        }
        let (kind, certificate, endpoint) = match self.endpoint {
            Endpoint::Regional => ("AWS::ApiGateway::DomainName", "RegionalCertificateArn", "REGIONAL"),
            Endpoint::Edge => ("AWS::ApiGateway::DomainName", "CertificateArn", "EDGE"),
            Endpoint::Private => ("AWS::ApiGateway::DomainNameV2", "CertificateArn", "PRIVATE"),
        };
        let mut made = self.made(id.to_owned(), kind);
        made.set("DomainName", self.template.resolved(self.name));
        made.set(certificate, self.template.resolved(self.certificate));
        let mut configuration: Map = vec![("Types".into(), vec![endpoint.into()].into())];
        if let Some(family) = self.config.get("IpAddressType") {
            configuration.push(("IpAddressType".into(), family.into()));
        }
        made.set("EndpointConfiguration", Value::Map(configuration));
        made.take(Some(self.config), &optional);
        made.take(Some(self.config), &["EndpointAccessMode", "Policy"]);
        self.mutual_tls(&mut made);
        made
    }

    fn mutual_tls(&self, made: &mut Made) {
        let Some(mutual) = self.config.get("MutualTlsAuthentication") else { return };
        let given = |name: &'static str| {
            let value = mutual.get(name).filter(|value| intrinsic::is_given(*value))?;
            Some((name.into(), value.into()))
        };
        let entries = ["TruststoreUri", "TruststoreVersion"].into_iter().filter_map(given).collect();
        made.set("MutualTlsAuthentication", Value::Map(entries));
    }

    fn mappings(&self, domain: &str, stage: Option<&str>, out: &mut Output) {
        let paths = self.config.get("BasePath").filter(|path| intrinsic::is_given(*path));
        let paths: Vec<_> = match paths {
            Some(path) if path.is_sequence() => path.items().into_iter().map(Some).collect(),
            Some(path) => vec![Some(path)],
            None => vec![None],
        };
        for path in paths {
            let text = path.and_then(|path| self.template.text_of(path)).unwrap_or_default();
            let plain: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
            let id = self.source.id;
            let mut mapping = match (self.kind, self.endpoint) {
                (ApiKind::V2, _) => {
                    let mut made =
                        self.made(format!("{id}{plain}ApiMapping"), "AWS::ApiGatewayV2::ApiMapping");
                    made.set("ApiId", reference(id));
                    made.set("DomainName", reference(domain));
                    if path.is_some() {
                        made.set("ApiMappingKey", text.trim_matches('/').to_owned());
                    }
                    made
                }
                (ApiKind::Rest, endpoint) => {
                    let (kind, name) = match endpoint {
                        Endpoint::Private => ("AWS::ApiGateway::BasePathMappingV2", "DomainNameArn"),
                        _ => ("AWS::ApiGateway::BasePathMapping", "DomainName"),
                    };
                    let mut made = self.made(format!("{id}{plain}BasePathMapping"), kind);
                    made.set("RestApiId", reference(id));
                    made.set(name, reference(domain));
                    if path.is_some() {
                        let keeps = self.config.get("NormalizeBasePath").and_then(Node::as_bool);
                        made.set("BasePath", if keeps == Some(false) { text } else { plain });
                    }
                    made
                }
            };
            mapping.set_some("Stage", stage.map(reference));
            out.add(mapping);
        }
    }

    /// One record set group a hosted zone, shared by all APIs, unless a domain wants one of its own.
    fn records(&self, domain: &str, out: &mut Output) {
        let Some(route53) = self.config.get("Route53").filter(|route53| !route53.is_null()) else { return };
        let zones = ["HostedZoneId", "HostedZoneName"];
        let zone = zones.into_iter().find_map(|name| Some((name, route53.get(name)?)));
        let Some((zone_name, zone)) = zone else {
            let kind = SamProblemKind::MissingProperty("Domain.Route53.HostedZoneId".to_owned());
            out.problems.push(self.source.problem("Domain", kind));
            return;
        };
        let own = self.kind == ApiKind::Rest
            && route53.get("SeparateRecordSetGroup").is_some_and(intrinsic::is_given);
        let id = if own {
            let both = Value::List(vec![self.template.resolved(zone), self.template.resolved(self.name)]);
            format!("RecordSetGroup{}", hash(&both.to_json(self.template.tree)))
        } else {
            format!("RecordSetGroup{}", self.hash_of(zone))
        };
        let mut sets = Vec::new();
        for kind in ["A", "AAAA"] {
            let wants_both = route53.get("IpV6").and_then(Node::as_bool) == Some(true);
            if kind == "AAAA" && !wants_both {
                continue;
            }
            let mut set: Map = vec![
                ("Name".into(), self.template.resolved(self.name)),
                ("Type".into(), kind.into()),
                ("AliasTarget".into(), self.alias_target(domain, route53)),
            ];
            for name in ["Region", "SetIdentifier"] {
                if let Some(value) = route53.get(name) {
                    set.push((name.into(), value.into()));
                }
            }
            sets.push(Value::Map(set));
        }
        let shared = out.made.iter_mut().map(|item| &mut item.made).find(|made| made.id == id);
        if let Some(made) = shared {
            let records = made.properties.iter_mut().find(|(name, _)| name == "RecordSets");
            if let Some((_, Value::List(list))) = records {
                list.extend(sets);
            }
            return;
        }
        let mut group = self.made(id, "AWS::Route53::RecordSetGroup");
        group.set(zone_name, self.template.resolved(zone));
        group.set("RecordSets", Value::List(sets));
        out.add(group);
    }

    fn alias_target(&self, domain: &str, route53: Node<'_>) -> Value {
        let mut target: Map = Vec::new();
        if let Some(health) = route53.get("EvaluateTargetHealth") {
            target.push(("EvaluateTargetHealth".into(), health.into()));
        }
        match self.endpoint {
            Endpoint::Regional => {
                target.push(("HostedZoneId".into(), get_att(domain, "RegionalHostedZoneId")));
                target.push(("DNSName".into(), get_att(domain, "RegionalDomainName")));
            }
            Endpoint::Edge => {
                let own = route53.get("DistributionDomainName").map(Value::from);
                let name = own.unwrap_or_else(|| get_att(domain, "DistributionDomainName"));
                // The one hosted zone of all CloudFront distributions.
                target.push(("HostedZoneId".into(), "Z2FDTNDATAQYW2".into()));
                target.push(("DNSName".into(), name));
            }
            Endpoint::Private => {
                for (from, to) in
                    [("VpcEndpointHostedZoneId", "HostedZoneId"), ("VpcEndpointDomainName", "DNSName")]
                {
                    if let Some(value) = route53.get(from) {
                        target.push((to.into(), value.into()));
                    }
                }
            }
        }
        Value::Map(target)
    }

    /// Lets a VPC endpoint reach a private domain name.
    fn access_association(&self, domain: &str, out: &mut Output) {
        let Some(endpoint) = self.config.at(&["AccessAssociation", "VpcEndpointId"]) else { return };
        if self.endpoint != Endpoint::Private {
            return;
        }
        let data = Value::List(vec![self.template.resolved(endpoint), domain.to_owned().into()]);
        let id = format!("DomainNameAccessAssociation{}", hash(&data.to_json(self.template.tree)));
        let mut made = self.made(id, "AWS::ApiGateway::DomainNameAccessAssociation");
        made.set("DomainNameArn", reference(domain));
        made.set("AccessAssociationSourceType", "VPCE");
        made.set("AccessAssociationSource", endpoint);
        out.add(made);
    }
}

/// The permission of an API to call the function of an authorizer.
pub(super) fn authorizer_permission(
    source: &Source<'_>,
    name: &str,
    function: Value,
    partition: &str,
    attributes: &Map,
) -> Made {
    let id = format!("{}{name}AuthorizerPermission", source.id);
    let mut made = Made::new(id, "AWS::Lambda::Permission", attributes.clone(), source.place_of("Auth"));
    made.set("Action", "lambda:InvokeFunction");
    made.set("FunctionName", function);
    made.set("Principal", "apigateway.amazonaws.com");
    let text = format!(
        "arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/authorizers/*"
    );
    made.set("SourceArn", sub(text, vec![("__ApiId__".into(), reference(source.id))]));
    made
}

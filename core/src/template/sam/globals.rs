use super::intrinsic;
use super::problem::{SamProblem, SamProblemKind};
use crate::syntax::{CollectionStyle, EntryIds, Node, NodeId, Tree};

/// Two lists of `Globals` and a resource that SAM joined.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The logical id of the resource.
    pub resource: String,
    /// The path of the property, such as `VpcConfig.SubnetIds`.
    pub path: String,
    /// The list of `Globals`.
    pub global: NodeId,
    /// The resource's own list.
    pub local: NodeId,
    /// Both, the global one first, doubles kept.
    pub merged: NodeId,
}

/// The `Globals` section.
#[derive(Debug, Default)]
pub(super) struct Globals {
    sections: Vec<(String, NodeId)>,
}

/// Which types take which properties from `Globals`.
const SUPPORTED: [(&str, &[&str]); 10] = [
    (
        "Function",
        &[
            "Handler",
            "Runtime",
            "CodeUri",
            "DeadLetterQueue",
            "Description",
            "MemorySize",
            "Timeout",
            "VpcConfig",
            "Environment",
            "Tags",
            "PropagateTags",
            "Tracing",
            "KmsKeyArn",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "Layers",
            "DeploymentPreference",
            "RolePath",
            "PermissionsBoundary",
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrencyConfig",
            "AssumeRolePolicyDocument",
            "EventInvokeConfig",
            "FileSystemConfigs",
            "CodeSigningConfigArn",
            "Architectures",
            "SnapStart",
            "EphemeralStorage",
            "FunctionUrlConfig",
            "RuntimeManagementConfig",
            "LoggingConfig",
            "RecursiveLoop",
            "SourceKMSKeyArn",
            "TenancyConfig",
            "DurableConfig",
            "CapacityProviderConfig",
            "FunctionScalingConfig",
            "PublishToLatestPublished",
            "VersionDeletionPolicy",
        ],
    ),
    (
        "Api",
        &[
            "Auth",
            "Name",
            "DefinitionUri",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "MergeDefinitions",
            "Variables",
            "EndpointConfiguration",
            "MethodSettings",
            "BinaryMediaTypes",
            "MinimumCompressionSize",
            "Cors",
            "GatewayResponses",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
            "OpenApiVersion",
            "Domain",
            "AlwaysDeploy",
            "PropagateTags",
            "SecurityPolicy",
            "EndpointAccessMode",
        ],
    ),
    (
        "HttpApi",
        &[
            "Auth",
            "AccessLogSettings",
            "StageVariables",
            "Tags",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "RouteSettings",
            "FailOnWarnings",
            "PropagateTags",
        ],
    ),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    (
        "CapacityProvider",
        &[
            "VpcConfig",
            "OperatorRole",
            "Tags",
            "InstanceRequirements",
            "ScalingConfig",
            "KmsKeyArn",
            "PropagateTags",
            "LoggingConfig",
            "ManagedResourceTags",
        ],
    ),
    (
        "MicrovmImage",
        &[
            "BuildRoleArn",
            "BaseImageArn",
            "BaseImageVersion",
            "Logging",
            "EgressNetworkConnectors",
            "CpuConfigurations",
            "Resources",
            "AdditionalOsCapabilities",
            "Hooks",
            "EnvironmentVariables",
            "Tags",
            "PropagateTags",
        ],
    ),
    ("NetworkConnector", &["OperatorRole", "Tags", "PropagateTags"]),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

/// How a property is merged where not as all others are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// Maps deep, lists joined.
    Deep,
    /// The resource's own value alone.
    Replace,
    /// Only the keys that the resource has itself.
    Prune,
}

fn merge_of(section: &str, path: &str) -> Merge {
    match (section, path) {
        ("Function", "Architectures") | ("CapacityProvider", "InstanceRequirements.Architectures") => {
            Merge::Replace
        }
        ("CapacityProvider", "ManagedResourceTags") => Merge::Prune,
        _ => Merge::Deep,
    }
}

impl Globals {
    /// Reads the section. What SAM refuses is a problem, and is applied all the same where it can be.
    pub(super) fn read(root: Node<'_>, problems: &mut Vec<SamProblem>) -> Self {
        let mut globals = Self::default();
        let Some(section) = root.entry("Globals") else { return globals };
        if !section.value.is_mapping() {
            problems.push(SamProblem::new(section.value.id(), None, SamProblemKind::GlobalsNotMap));
            return globals;
        }
        for entry in section.value.entries() {
            let Some(name) = entry.name() else { continue };
            let Some((_, supported)) = SUPPORTED.iter().find(|(section, _)| *section == name) else {
                let kind = SamProblemKind::UnsupportedGlobalsSection(name.to_owned());
                problems.push(SamProblem::new(entry.key.id(), None, kind));
                continue;
            };
            if !entry.value.is_mapping() {
                problems.push(SamProblem::new(entry.value.id(), None, SamProblemKind::GlobalsNotMap));
                continue;
            }
            for property in entry.value.entries() {
                let unsupported = property.name().filter(|name| !supported.contains(name));
                if let Some(property_name) = unsupported {
                    let kind = SamProblemKind::UnsupportedGlobalsProperty {
                        section: name.to_owned(),
                        property: property_name.to_owned(),
                    };
                    problems.push(SamProblem::new(property.key.id(), None, kind));
                }
            }
            globals.sections.push((name.to_owned(), entry.value.id()));
        }
        globals
    }

    /// The properties of a SAM resource after `Globals`: the resource's own node where nothing is added.
    /// `section` is the type without `AWS::Serverless::`.
    pub(super) fn apply(
        &self,
        tree: &mut Tree<'_>,
        section: &str,
        resource: &ResourceNodes<'_>,
        found: &mut Found<'_>,
    ) -> Option<NodeId> {
        let Some((_, global)) = self.sections.iter().find(|(name, _)| name == section) else {
            return resource.properties;
        };
        let Some(global) = without_ignored(tree, *global, resource, found.problems) else {
            return resource.properties;
        };
        let Some(local) = resource.properties.filter(|id| !tree.node(*id).is_null()) else {
            return Some(global);
        };
        let mut merging = Merging { tree, section, resource: resource.id, joined: found.joined };
        Some(merging.merge(global, local, ""))
    }
}

/// What `Globals` needs of a resource.
pub(super) struct ResourceNodes<'r> {
    /// Its logical id.
    pub(super) id: &'r str,
    /// Its own properties.
    pub(super) properties: Option<NodeId>,
    /// Its `IgnoreGlobals`.
    pub(super) ignore: Option<NodeId>,
}

/// Where findings go.
pub(super) struct Found<'f> {
    /// Joined lists.
    pub(super) joined: &'f mut Vec<Joined>,
    /// What SAM refuses.
    pub(super) problems: &'f mut Vec<SamProblem>,
}

/// `Globals` without what `IgnoreGlobals` names; nothing where it names all.
fn without_ignored(
    tree: &mut Tree<'_>,
    global: NodeId,
    resource: &ResourceNodes<'_>,
    problems: &mut Vec<SamProblem>,
) -> Option<NodeId> {
    let Some(ignore) = resource.ignore.filter(|id| intrinsic::is_given(tree.node(*id))) else {
        return Some(global);
    };
    let ignore = tree.node(ignore);
    if ignore.as_str() == Some("*") {
        return None;
    }
    if !ignore.is_sequence() {
        let kind = SamProblemKind::InvalidProperty("IgnoreGlobals".to_owned());
        problems.push(SamProblem::new(ignore.id(), Some(resource.id), kind));
        return Some(global);
    }
    let node = tree.node(global);
    for item in ignore.items() {
        if item.as_str().is_none_or(|name| node.get(name).is_none()) {
            let kind = SamProblemKind::InvalidProperty("IgnoreGlobals".to_owned());
            problems.push(SamProblem::new(item.id(), Some(resource.id), kind));
        }
    }
    let ignored: Vec<_> = ignore.items().into_iter().filter_map(Node::as_str).collect();
    let kept: Vec<_> = node
        .entries()
        .into_iter()
        .filter(|entry| entry.name().is_none_or(|name| !ignored.contains(&name)))
        .map(crate::syntax::Entry::ids)
        .collect();
    let span = node.span();
    Some(tree.push_mapping(&kept, CollectionStyle::Block, span))
}

/// What a value is to the merge.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A scalar or an intrinsic function.
    Primitive,
    Map,
    List,
}

fn token_of(node: Node<'_>) -> Token {
    if intrinsic::is_intrinsic(node) {
        Token::Primitive
    } else if node.is_mapping() {
        Token::Map
    } else if node.is_sequence() {
        Token::List
    } else {
        Token::Primitive
    }
}

struct Merging<'m, 't> {
    tree: &'m mut Tree<'t>,
    section: &'m str,
    resource: &'m str,
    joined: &'m mut Vec<Joined>,
}

impl Merging<'_, '_> {
    fn merge(&mut self, global: NodeId, local: NodeId, path: &str) -> NodeId {
        let tokens = (token_of(self.tree.node(global)), token_of(self.tree.node(local)));
        match (tokens, merge_of(self.section, path)) {
            ((Token::Map, Token::Map) | (Token::List, Token::List), Merge::Replace) => local,
            ((Token::Map, Token::Map), Merge::Prune) if !self.tree.node(local).entries().is_empty() => {
                self.merge_maps(global, local, path, false)
            }
            ((Token::Map, Token::Map), _) => self.merge_maps(global, local, path, true),
            ((Token::List, Token::List), _) => self.join(global, local, path),
            _ => local,
        }
    }

    /// The keys of `Globals` stand first, as SAM has it.
    fn merge_maps(&mut self, global: NodeId, local: NodeId, path: &str, keep_global: bool) -> NodeId {
        let from_global = entries_by_name(self.tree.node(global));
        let from_local = entries_by_name(self.tree.node(local));
        let mut merged = Vec::new();
        for (name, entry) in &from_global {
            match from_local.iter().find(|(other, _)| other == name) {
                Some((_, own)) => {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    let value = self.merge(entry.value, own.value, &path);
                    merged.push(EntryIds { key: own.key, value, merged: own.merged });
                }
                None if keep_global => merged.push(*entry),
                None => {}
            }
        }
        let own_alone =
            from_local.iter().filter(|(name, _)| !from_global.iter().any(|(other, _)| other == name));
        merged.extend(own_alone.map(|(_, entry)| *entry));
        let span = self.tree.node(local).span();
        self.tree.push_mapping(&merged, CollectionStyle::Block, span)
    }

    fn join(&mut self, global: NodeId, local: NodeId, path: &str) -> NodeId {
        let mut items = self.tree.node(global).items().ids().to_vec();
        items.extend_from_slice(self.tree.node(local).items().ids());
        let span = self.tree.node(local).span();
        let merged = self.tree.push_sequence(&items, CollectionStyle::Block, span);
        self.joined.push(Joined {
            resource: self.resource.to_owned(),
            path: path.to_owned(),
            global,
            local,
            merged,
        });
        merged
    }
}

/// Of equal keys the last, at the place of the first.
fn entries_by_name(map: Node<'_>) -> Vec<(String, EntryIds)> {
    let mut entries: Vec<(String, EntryIds)> = Vec::new();
    for entry in map.entries() {
        let Some(name) = entry.name() else { continue };
        match entries.iter_mut().find(|(other, _)| other == name) {
            Some((_, ids)) => *ids = entry.ids(),
            None => entries.push((name.to_owned(), entry.ids())),
        }
    }
    entries
}

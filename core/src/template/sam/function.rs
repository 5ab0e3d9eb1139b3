use super::deployment;
use super::events::{self, Invoked};
use super::intrinsic;
use super::invoke_config;
use super::logical_id::HASH_MARKER;
use super::output::Output;
use super::problem::SamProblemKind;
use super::role::{Role, allow};
use super::source::{Made, Source, Template, tags};
use super::value::{Value, conditional, get_att, map, reference};
use crate::syntax::Node;

/// Properties that an `AWS::Lambda::Function` has under the same name.
const SAME: [&str; 24] = [
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
];

/// Properties that SAM reads itself, and those it hands on only beside others.
const READ: [&str; 27] = [
    "CodeUri",
    "ImageUri",
    "InlineCode",
    "SourceKMSKeyArn",
    "DeadLetterQueue",
    "AssumeRolePolicyDocument",
    "Policies",
    "RolePath",
    "PermissionsBoundary",
    "Events",
    "Tags",
    "PropagateTags",
    "Tracing",
    "DeploymentPreference",
    "EventInvokeConfig",
    "AutoPublishAlias",
    "AutoPublishCodeSha256",
    "AutoPublishAliasAllProperties",
    "VersionDescription",
    "ProvisionedConcurrencyConfig",
    "FunctionUrlConfig",
    "CapacityProviderConfig",
    "FunctionScalingConfig",
    "VersionDeletionPolicy",
    "PublishToLatestPublished",
    "Connectors",
    "CodeSha256",
];

/// Expands an `AWS::Serverless::Function`.
pub(super) fn expand(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    report_conflicts(source, out);
    let mut function = lambda_function(template, source);
    let mut role = execution_role(template, source, out);
    let alias = publish(template, source, out);
    let invoked = Invoked::function(source, alias.as_ref().map(|alias| alias.id.as_str()));
    function_url(source, &invoked, out);
    let alias_name = alias.as_ref().map(|alias| alias.id.clone());
    invoke_config::expand(template, source, alias_name.as_deref(), &mut role, out);
    role.add_policies(template, source, &mut out.problems);
    if let Some(mut alias) = alias {
        if let Some(policy) = deployment::collect(template, source, out) {
            alias.set_attribute("UpdatePolicy", policy);
        }
        out.add(alias);
    } else if let Some(preference) = source.given("DeploymentPreference")
        && deployment::is_enabled(template, preference)
    {
        let kind = SamProblemKind::Requires { property: "DeploymentPreference", needs: "AutoPublishAlias" };
        out.problems.push(source.problem("DeploymentPreference", kind));
    }
    events::expand_function(template, source, &invoked, &mut role, out);
    if let Some((value, made)) = use_of_role(source, role, out) {
        function.set("Role", value);
        out.add(made.finish());
    }
    out.add_itself(function);
}

fn report_conflicts(source: &Source<'_>, out: &mut Output) {
    let exclusive = [
        ("CapacityProviderConfig", "ProvisionedConcurrencyConfig"),
        ("CapacityProviderConfig", "VpcConfig"),
        ("TenancyConfig", "ProvisionedConcurrencyConfig"),
        ("TenancyConfig", "FunctionUrlConfig"),
        ("TenancyConfig", "SnapStart"),
    ];
    for (one, other) in exclusive {
        if source.given(one).is_some() && source.given(other).is_some() {
            out.problems.push(source.problem(other, SamProblemKind::Exclusive(one, other)));
        }
    }
    let requirements = [
        ("FunctionScalingConfig", "CapacityProviderConfig"),
        ("VersionDeletionPolicy", "AutoPublishAlias"),
        ("ProvisionedConcurrencyConfig", "AutoPublishAlias"),
    ];
    for (property, needs) in requirements {
        if source.given(property).is_some() && source.given(needs).is_none() {
            out.problems.push(source.problem(property, SamProblemKind::Requires { property, needs }));
        }
    }
    for entry in source.properties.map(Node::entries).into_iter().flatten() {
        let Some(name) = entry.name() else { continue };
        if !SAME.contains(&name) && !READ.contains(&name) {
            out.problems.push(source.problem(name, SamProblemKind::UnknownProperty(name.to_owned())));
        }
    }
}

fn lambda_function(template: &Template<'_>, source: &Source<'_>) -> Made {
    let attributes = source.own_attributes();
    let mut function = Made::new(source.id.to_owned(), "AWS::Lambda::Function", attributes, source.key);
    if let Some(code) = encrypted_code(source) {
        function.set("Code", code);
    }
    function.take(source.properties, &SAME);
    function.take(source.properties, &["FunctionScalingConfig", "PublishToLatestPublished"]);
    if source.given("FunctionName").is_none() {
        function.properties.retain(|(name, _)| name != "FunctionName");
    }
    if let Some(mode) = tracing(template, source) {
        function.set("TracingConfig", map([("Mode", mode.into())]));
    }
    if let Some(queue) = source.given("DeadLetterQueue")
        && let Some(target) = queue.get("TargetArn")
    {
        function.set("DeadLetterConfig", map([("TargetArn", target.into())]).of(queue.id()));
    }
    if let Some(config) = source.given("CapacityProviderConfig") {
        function.set("CapacityProviderConfig", capacity_provider(config));
    }
    function.set_some("Tags", tags(Some("lambda:createdBy"), source.given("Tags")));
    // Whatever SAM does not know is kept: it may be newer than this code.
    for entry in source.properties.map(Node::entries).into_iter().flatten() {
        let Some(name) = entry.name() else { continue };
        if !SAME.contains(&name) && !READ.contains(&name) {
            function.properties.push((name.to_owned().into(), entry.value.into()));
        }
    }
    function
}

/// Where the code is; nothing for a folder that is not packaged yet.
fn code(source: &Source<'_>) -> Option<Value> {
    if let Some(image) = source.property("ImageUri") {
        return Some(map([("ImageUri", image.into())]));
    }
    if let Some(text) = source.property("InlineCode") {
        return Some(map([("ZipFile", text.into())]));
    }
    s3_location(source.property("CodeUri")?, ["S3Bucket", "S3Key", "S3ObjectVersion"])
}

/// The code, with the key that it is encrypted with.
fn encrypted_code(source: &Source<'_>) -> Option<Value> {
    let mut code = code(source)?;
    if let Some(key) = source.given("SourceKMSKeyArn").filter(|_| source.property("ImageUri").is_none()) {
        code.insert("SourceKMSKeyArn", key.into());
    }
    Some(code)
}

/// An S3 location, from its URI or a map of `Bucket`, `Key` and `Version`, under other names.
pub(super) fn s3_location(location: Node<'_>, names: [&'static str; 3]) -> Option<Value> {
    let mut parts: [Option<Value>; 3] = Default::default();
    if location.is_mapping() {
        for (part, name) in parts.iter_mut().zip(["Bucket", "Key", "Version"]) {
            *part = location.get(name).map(Value::from);
        }
    } else {
        let (path, query) = location
            .as_str()?
            .strip_prefix("s3://")
            .map(|path| path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query))))?;
        let (bucket, key) = path.split_once('/')?;
        let version =
            query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("versionId=")));
        parts = [
            Some(bucket.to_owned().into()),
            Some(key.trim_start_matches('/').to_owned().into()),
            version.map(|version| version.to_owned().into()),
        ];
    }
    let entries: Vec<_> =
        names.into_iter().zip(parts).filter_map(|(name, part)| Some((name.into(), part?))).collect();
    Some(Value::Map(entries).of(location.id()))
}

fn capacity_provider(config: Node<'_>) -> Value {
    let names = [
        ("Arn", "CapacityProviderArn"),
        ("PerExecutionEnvironmentMaxConcurrency", "PerExecutionEnvironmentMaxConcurrency"),
        ("ExecutionEnvironmentMemoryGiBPerVCpu", "ExecutionEnvironmentMemoryGiBPerVCpu"),
    ];
    let entries =
        names.into_iter().filter_map(|(from, to)| Some((to.into(), config.get(from)?.into()))).collect();
    map([("LambdaManagedInstancesCapacityProviderConfig", Value::Map(entries))]).of(config.id())
}

/// The tracing mode, unless it is `Disabled`.
fn tracing<'a>(template: &Template<'a>, source: &Source<'a>) -> Option<Node<'a>> {
    let mode = source.given("Tracing")?;
    if template.text_of(mode).as_deref() == Some("Disabled") { None } else { Some(mode) }
}

fn execution_role(template: &Template<'_>, source: &Source<'_>, out: &mut Output) -> Role {
    let at = source.place_of("Policies");
    let mut role = Role::of_service(format!("{}Role", source.id), source, at, "lambda.amazonaws.com");
    role.lists_managed = true;
    if let Some(document) = source.property("AssumeRolePolicyDocument") {
        role.trust = document.into();
    }
    let basic = if source.given("DurableConfig").is_some() {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    };
    role.add_managed(template, template.managed_policy(basic).of(source.key));
    if tracing(template, source).is_some() {
        let policy =
            if template.partition() == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" };
        role.add_managed(template, template.managed_policy(policy).of(source.place_of("Tracing")));
    }
    if source.given("VpcConfig").is_some() {
        let policy = template.managed_policy("service-role/AWSLambdaVPCAccessExecutionRole");
        role.add_managed(template, policy.of(source.place_of("VpcConfig")));
    }
    if let Some(queue) = source.given("DeadLetterQueue") {
        dead_letters(source, queue, &mut role, out);
    }
    role.path = source.property("RolePath").map(Value::from);
    role.boundary = source.property("PermissionsBoundary").map(Value::from);
    role.tags = tags(Some("lambda:createdBy"), source.given("Tags"));
    role
}

fn dead_letters(source: &Source<'_>, queue: Node<'_>, role: &mut Role, out: &mut Output) {
    let action = match queue.get("Type").and_then(Node::as_str) {
        Some("SQS") => "sqs:SendMessage",
        Some("SNS") => "sns:Publish",
        _ => {
            let kind = SamProblemKind::InvalidProperty("DeadLetterQueue.Type".to_owned());
            out.problems.push(source.problem("DeadLetterQueue", kind));
            return;
        }
    };
    let Some(target) = queue.get("TargetArn") else {
        let kind = SamProblemKind::MissingProperty("DeadLetterQueue.TargetArn".to_owned());
        out.problems.push(source.problem("DeadLetterQueue", kind));
        return;
    };
    let mut document = allow(action, target.into());
    if let Value::Map(entries) = &mut document {
        entries.push(("Version".into(), "2012-10-17".into()));
    }
    role.add_policy("DeadLetterQueuePolicy".to_owned(), document.of(queue.id()));
}

/// The version and the alias; the version is added, the alias returned.
fn publish(template: &Template<'_>, source: &Source<'_>, out: &mut Output) -> Option<Made> {
    let property = source.given("AutoPublishAlias")?;
    let known = template.text_of(property).filter(|name| {
        let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        !name.is_empty() && name.chars().all(fits) && !name.chars().all(|digit| digit.is_ascii_digit())
    });
    let Some(name) = known else {
        let kind = SamProblemKind::InvalidProperty("AutoPublishAlias".to_owned());
        out.problems.push(source.problem("AutoPublishAlias", kind));
        return None;
    };
    let at = source.place_of("AutoPublishAlias");
    let version = version(source, at);
    // An alias's name may hold `-` and `_`, which a logical id cannot.
    let id = format!("{}Alias{}", source.id, name.replace('-', "D").replace('_', "U"));
    let mut alias = Made::new(id, "AWS::Lambda::Alias", source.passed_on(), at);
    alias.set("Name", Value::from(name).of(property.id()));
    alias.set("FunctionName", reference(source.id));
    alias.set("FunctionVersion", get_att(&version.id, "Version"));
    alias.set_some("ProvisionedConcurrencyConfig", source.given("ProvisionedConcurrencyConfig"));
    out.refer(source, "Version", &version.id);
    out.refer(source, "Alias", &alias.id);
    out.add(version);
    Some(alias)
}

fn version(source: &Source<'_>, at: crate::syntax::NodeId) -> Made {
    let id = format!("{}Version{HASH_MARKER}", source.id);
    let mut version = Made::new(id, "AWS::Lambda::Version", source.passed_on(), at);
    let on_capacity_provider = source.property("CapacityProviderConfig").is_some();
    if source.attribute("DeletionPolicy").is_none() {
        let default = if on_capacity_provider { "Delete" } else { "Retain" };
        let policy = source.property("VersionDeletionPolicy").map_or_else(|| default.into(), Value::from);
        version.set_attribute("DeletionPolicy", policy);
    }
    version.set("FunctionName", reference(source.id));
    version.set_some("Description", source.property("VersionDescription"));
    if on_capacity_provider {
        version.set_some("FunctionScalingConfig", source.property("FunctionScalingConfig"));
    }
    version
}

fn function_url(source: &Source<'_>, invoked: &Invoked, out: &mut Output) {
    let Some(config) = source.given("FunctionUrlConfig") else { return };
    let at = source.place_of("FunctionUrlConfig");
    let mut url = Made::new(format!("{}Url", source.id), "AWS::Lambda::Url", source.passed_on(), at);
    url.take(Some(config), &["AuthType", "InvokeMode", "Cors"]);
    url.set("TargetFunctionArn", invoked.name.clone());
    out.add(url);
    if intrinsic::is_intrinsic(config) || config.get("AuthType").and_then(Node::as_str) != Some("NONE") {
        return;
    }
    let permissions = [
        ("UrlPublicPermissions", "lambda:InvokeFunctionUrl", ("FunctionUrlAuthType", Value::from("NONE"))),
        ("URLInvokeAllowPublicAccess", "lambda:InvokeFunction", ("InvokedViaFunctionUrl", Value::Bool(true))),
    ];
    for (suffix, action, (name, value)) in permissions {
        let id = format!("{}{suffix}", source.id);
        let mut permission = Made::new(id, "AWS::Lambda::Permission", source.passed_on(), at);
        permission.set("Action", action);
        permission.set("FunctionName", invoked.name.clone());
        permission.set("Principal", "*");
        permission.set(name, value);
        out.add(permission);
    }
}

/// Whether the role is made, and what the function says then: a function may have a role of its own, or one only
/// under a condition.
fn use_of_role(source: &Source<'_>, mut role: Role, out: &mut Output) -> Option<(Value, Role)> {
    let arn = get_att(&role.id, "Arn").of(source.key);
    let Some(own) = source.property("Role") else { return Some((arn, role)) };
    intrinsic::name(own).filter(|name| *name == "If")?;
    let Some(parts) = intrinsic::parts_of_if(own) else {
        let kind = SamProblemKind::InvalidProperty("Role".to_owned());
        out.problems.push(source.problem("Role", kind));
        return None;
    };
    let condition = parts.condition.as_str()?;
    match (intrinsic::is_no_value(parts.yes), intrinsic::is_no_value(parts.no)) {
        (true, true) => Some((arn, role)),
        (true, false) => {
            replace(&mut role, condition.to_owned());
            Some((conditional(condition, arn, parts.no.into()), role))
        }
        (false, true) => {
            let opposite = format!("NOT{condition}");
            replace(&mut role, opposite.clone());
            out.add_condition(opposite, not(condition), own.id());
            Some((conditional(condition, parts.yes.into(), arn), role))
        }
        (false, false) => None,
    }
}

fn replace(role: &mut Role, condition: String) {
    role.attributes.retain(|(name, _)| name != "Condition");
    role.attributes.push(("Condition".into(), condition.into()));
}

/// The condition that holds where another does not.
pub(super) fn not(condition: &str) -> Value {
    map([("Fn::Not", vec![map([("Condition", condition.to_owned().into())])].into())])
}

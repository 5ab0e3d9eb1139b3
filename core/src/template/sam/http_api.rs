use super::custom_domain::{self, ApiKind, authorizer_permission};
use super::events::{Event, FunctionEvent};
use super::intrinsic;
use super::logical_id::{is_alphanumeric, with_suffix};
use super::output::Output;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template};
use super::value::{Map, Value, map, reference};
use crate::syntax::Node;

/// The method of a route that takes every method.
pub(super) const ANY: &str = "x-amazon-apigateway-any-method";

/// The logical id of the API that SAM adds for events that name none.
pub(super) const IMPLICIT: &str = "ServerlessHttpApi";

/// Expands an `AWS::Serverless::HttpApi`, or the one that SAM adds. `attributes` is what it passes on.
pub(super) fn expand(template: &Template<'_>, source: &Source<'_>, attributes: &Map, out: &mut Output) {
    report_cors(source, out);
    let own = if source.body.is_some() { source.own_attributes() } else { attributes.clone() };
    let mut api = Made::new(source.id.to_owned(), "AWS::ApiGatewayV2::Api", own, source.key);
    api.take(source.properties, &["FailOnWarnings"]);
    api.set_some("Body", source.property("DefinitionBody"));
    let location = source.property("DefinitionUri");
    let location = location.and_then(|at| super::function::s3_location(at, ["Bucket", "Key", "Version"]));
    api.set_some("BodyS3Location", location);
    let stage = stage(source, attributes);
    out.refer(source, "Stage", &stage.id);
    let authorizers = source.property("Auth").and_then(|auth| auth.get("Authorizers"));
    for entry in authorizers.map(Node::entries).into_iter().flatten() {
        let (Some(name), Some(function)) = (entry.name(), entry.value.get("FunctionArn")) else { continue };
        let enabled = entry.value.get("EnableFunctionDefaultPermissions");
        if intrinsic::is_given(function) && enabled.is_some_and(intrinsic::is_given) {
            let partition = "${AWS::Partition}";
            out.add(authorizer_permission(source, name, function.into(), partition, attributes));
        }
    }
    custom_domain::expand(template, source, ApiKind::V2, Some(&stage.id), attributes, out);
    out.add(stage);
    out.add_itself(api);
}

fn stage(source: &Source<'_>, attributes: &Map) -> Made {
    let given = source.given("StageName");
    let name = stage_name(given, "$default");
    let id = match name.as_deref() {
        Some("$default") => format!("{}ApiGatewayDefaultStage", source.id),
        Some(name) if is_alphanumeric(name) => format!("{}{name}Stage", source.id),
        Some(name) => with_suffix(&format!("{}Stage", source.id), name),
        None => format!("{}Stage", source.id),
    };
    let at = source.place_of("StageName");
    let mut stage = Made::new(id, "AWS::ApiGatewayV2::Stage", attributes.clone(), at);
    stage.set("ApiId", reference(source.id));
    match (name, given) {
        (Some(name), _) => stage.set("StageName", name),
        (None, given) => stage.set_some("StageName", given),
    }
    stage.take(
        source.properties,
        &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"],
    );
    let mut tags: Map = Vec::new();
    for entry in source.given("Tags").map(Node::entries).into_iter().flatten() {
        if let Some(name) = entry.name() {
            tags.push((name.to_owned().into(), entry.value.into()));
        }
    }
    tags.push(("httpapi:createdBy".into(), "SAM".into()));
    stage.set("Tags", Value::Map(tags));
    stage.set("AutoDeploy", Value::Bool(true));
    stage
}

/// The name of a stage; nothing for an intrinsic function, known or not: it gives no prefix to the logical id.
fn stage_name(given: Option<Node<'_>>, default: &str) -> Option<String> {
    match given {
        Some(name) if intrinsic::is_intrinsic(name) => None,
        Some(name) => name.as_str().map(str::to_owned),
        None => Some(default.to_owned()),
    }
}

/// Credentials need a named origin.
fn report_cors(source: &Source<'_>, out: &mut Output) {
    let Some(cors) = source.property("CorsConfiguration").filter(|cors| cors.is_mapping()) else { return };
    let credentials = cors.get("AllowCredentials").and_then(Node::as_bool) == Some(true);
    let any = |origins: Node<'_>| {
        origins.items().len() == 1 && origins.items().get(0).and_then(Node::as_str) == Some("*")
    };
    if credentials && cors.get("AllowOrigins").is_none_or(any) {
        let kind = SamProblemKind::InvalidProperty("CorsConfiguration.AllowCredentials".to_owned());
        out.problems.push(source.problem("CorsConfiguration", kind));
    }
}

/// Whether another event of the function takes every route of the same API, so that this one needs no permission.
pub(super) fn default_route_covers(of: &FunctionEvent<'_, '_>, events: &[Event<'_>]) -> bool {
    let api = api_of(of.template, of.event);
    let by_location = api.and_then(|id| of.template.source(id)).is_some_and(|api| {
        api.property("DefinitionUri").is_some() && api.property("DefinitionBody").is_none()
    });
    if is_default(of.event) || by_location {
        return false;
    }
    events.iter().any(|other| {
        other.kind == "HttpApi" && is_default(other) && api_of(of.template, other) == api
    })
}

fn api_of<'a>(template: &Template<'a>, event: &Event<'a>) -> Option<&'a str> {
    match event.property("ApiId") {
        Some(api) => template.id_of(api),
        None => Some(IMPLICIT),
    }
}

fn is_default(event: &Event<'_>) -> bool {
    match event.given("Path").and_then(Node::as_str) {
        None => event.given("Method").is_none(),
        Some(path) => {
            let method = event.given("Method").and_then(Node::as_str).unwrap_or(ANY);
            path == "$default" && (method.eq_ignore_ascii_case("any") || method.eq_ignore_ascii_case(ANY))
        }
    }
}

/// Expands an `AWS::Serverless::WebSocketApi`.
pub(super) fn expand_web_socket(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let attributes = source.passed_on();
    let kind = "AWS::ApiGatewayV2::Api";
    let mut api = Made::new(source.id.to_owned(), kind, source.own_attributes(), source.key);
    api.take(
        source.properties,
        &[
            "ApiKeySelectionExpression",
            "Description",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "IpAddressType",
            "Name",
            "RouteSelectionExpression",
        ],
    );
    api.set("ProtocolType", "WEBSOCKET");
    let given = source.given("StageName");
    let name = stage_name(given, "default");
    routes(source, name.as_deref(), given, &attributes, out);
    let stage_id = match (given, name.as_deref()) {
        (None, _) => format!("{}DefaultStage", source.id),
        (_, Some(name)) => format!("{}{name}Stage", source.id),
        (_, None) => format!("{}Stage", source.id),
    };
    let mut stage = Made::new(stage_id, "AWS::ApiGatewayV2::Stage", attributes.clone(), source.place_of("StageName"));
    stage.set("ApiId", reference(source.id));
    match (name, given) {
        (Some(name), _) => stage.set("StageName", name),
        (None, given) => stage.set_some("StageName", given),
    }
    stage.take(
        source.properties,
        &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"],
    );
    stage.set("AutoDeploy", Value::Bool(true));
    if source.given("RouteSettings").is_some() {
        let routes: Vec<Value> = route_ids(source).map(Value::from).collect();
        stage.set_attribute("DependsOn", routes.into());
    }
    out.refer(source, "Stage", &stage.id);
    custom_domain::expand(template, source, ApiKind::V2, Some(&stage.id), &attributes, out);
    connect_authorizer(source, &attributes, out);
    out.add(stage);
    out.add_itself(api);
}

fn routes(source: &Source<'_>, stage: Option<&str>, given: Option<Node<'_>>, attributes: &Map, out: &mut Output) {
    let routes = source.given("Routes");
    if routes.is_none() {
        let kind = SamProblemKind::MissingProperty("Routes".to_owned());
        out.problems.push(source.problem("Routes", kind));
    }
    for entry in routes.map(Node::entries).into_iter().flatten() {
        let Some(key) = entry.name() else { continue };
        let at = entry.key.id();
        let base = route_base(source, key);
        let mut route =
            Made::new(format!("{base}Route"), "AWS::ApiGatewayV2::Route", attributes.clone(), at);
        route.set("ApiId", reference(source.id));
        route.set("RouteKey", key.to_owned());
        route.take(
            Some(entry.value),
            &[
                "ApiKeyRequired",
                "ModelSelectionExpression",
                "OperationName",
                "RequestModels",
                "RequestParameters",
                "RouteResponseSelectionExpression",
            ],
        );
        let integration_id = format!("{base}Integration");
        let parts = vec!["integrations".into(), reference(&integration_id)];
        route.set("Target", map([("Fn::Join", vec!["/".into(), parts.into()].into())]));
        authorization(source, key, &mut route);
        out.add(route);
        let Some(function) = entry.value.get("FunctionArn") else {
            let kind = SamProblemKind::MissingProperty("Routes.FunctionArn".to_owned());
            out.problems.push(super::problem::SamProblem::new(at, Some(source.id), kind));
            continue;
        };
        let mut integration =
            Made::new(integration_id, "AWS::ApiGatewayV2::Integration", attributes.clone(), at);
        integration.set("ApiId", reference(source.id));
        integration.set("IntegrationType", "AWS_PROXY");
        integration.set("IntegrationUri", invocation("FunctionArn", function));
        integration.set_some("TimeoutInMillis", entry.value.get("IntegrationTimeout"));
        out.add(integration);
        let mut permission =
            Made::new(format!("{base}Permission"), "AWS::Lambda::Permission", attributes.clone(), at);
        permission.set("Action", "lambda:InvokeFunction");
        permission.set("FunctionName", function);
        permission.set("Principal", "apigateway.amazonaws.com");
        permission.set("SourceArn", route_arn(source, key, stage, given));
        out.add(permission);
    }
}

/// The start of the logical ids of a route's resources.
fn route_base(source: &Source<'_>, key: &str) -> String {
    let plain: String = key.chars().filter(|character| character.is_alphanumeric()).collect();
    format!("{}{}", source.id, capitalized(&plain))
}

fn route_ids<'a>(source: &Source<'a>) -> impl Iterator<Item = String> + use<'a> {
    let source = *source;
    let routes = source.given("Routes").map(Node::entries);
    let id = move |key: &str| format!("{}Route", route_base(&source, key));
    routes.into_iter().flatten().filter_map(move |entry| entry.name().map(&id))
}

fn route_arn(source: &Source<'_>, key: &str, stage: Option<&str>, given: Option<Node<'_>>) -> Value {
    let start = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}",
        source.id
    );
    match (stage, given) {
        (None, Some(node)) => super::value::sub(
            format!("{start}/${{__StageName__}}/{key}"),
            vec![("__StageName__".into(), node.into())],
        ),
        (stage, _) => super::value::sub(format!("{start}/{}/{key}", stage.unwrap_or("*")), Map::new()),
    }
}

fn invocation(name: &'static str, function: Node<'_>) -> Value {
    let text = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}}}/invocations"
    );
    super::value::sub(text, vec![(name.into(), function.into())])
}

fn authorization(source: &Source<'_>, key: &str, route: &mut Made) {
    let Some(config) = source.given("Auth").filter(|_| key == "$connect") else { return };
    let Some(kind) = config.get("AuthType") else { return };
    route.set("AuthorizationType", kind);
    if kind.as_str() == Some("CUSTOM") {
        route.set("AuthorizerId", reference(&format!("{}ConnectAuthorizer", source.id)));
    }
}

fn connect_authorizer(source: &Source<'_>, attributes: &Map, out: &mut Output) {
    let Some(config) = source.given("Auth") else { return };
    let connects = source.property("Routes").is_some_and(|routes| routes.get("$connect").is_some());
    let Some(function) = config.get("AuthArn").filter(|_| connects) else { return };
    if config.get("AuthType").and_then(Node::as_str) != Some("CUSTOM") {
        return;
    }
    let id = format!("{}ConnectAuthorizer", source.id);
    let kind = "AWS::ApiGatewayV2::Authorizer";
    let mut authorizer = Made::new(id.clone(), kind, attributes.clone(), source.place_of("Auth"));
    authorizer.set("ApiId", reference(source.id));
    authorizer.set("AuthorizerType", "REQUEST");
    authorizer.set("AuthorizerUri", invocation("AuthArn", function));
    authorizer.set_some("AuthorizerCredentialsArn", config.get("InvokeRole"));
    authorizer.take(Some(config), &["IdentitySource"]);
    authorizer.set("Name", config.get("Name").map_or_else(|| Value::from(id), Value::from));
    out.add(authorizer);
    if !config.get("InvokeRole").is_some_and(intrinsic::is_given) {
        out.add(authorizer_permission(source, "", function.into(), "${AWS::Partition}", attributes));
    }
}

/// The first letter in upper case, the others in lower case, as Python's `capitalize` has it.
fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + &characters.as_str().to_lowercase()
}

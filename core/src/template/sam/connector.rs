use super::intrinsic;
use super::output::Output;
use super::policy_templates::actions;
use super::problem::{SamProblem, SamProblemKind};
use super::source::{Made, Source, Template};
use super::value::{Map, Text, Value, get_att, map, reference, sub};
use crate::order::Order;
use crate::syntax::{Entry, Node, NodeId};

/// Facts; the file says how it is written.
const PROFILES: &str = include_str!("../../../data/sam_connectors.txt");

/// Expands an `AWS::Serverless::Connector`.
pub(super) fn expand(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let connector = Connector {
        template,
        id: source.id.to_owned(),
        at: source.key,
        attributes: source.own_attributes(),
        from: source.property("Source").map(|node| Side { node: Some(node), id: None }),
        destination: source.property("Destination"),
        permissions: source.property("Permissions"),
    };
    connector.expand(out);
}

/// Expands the `Connectors` attribute of every resource.
pub(super) fn expand_embedded(template: &Template<'_>, out: &mut Output) {
    for (index, source) in template.sources.iter().enumerate() {
        let Some(connectors) = source.body.and_then(|body| body.get("Connectors")) else { continue };
        out.begin(index);
        if !connectors.is_mapping() {
            let kind = SamProblemKind::InvalidProperty("Connectors".to_owned());
            out.problems.push(SamProblem::new(connectors.id(), Some(source.id), kind));
        }
        for entry in connectors.entries() {
            expand_embedded_one(template, source, entry, out);
        }
    }
}

fn expand_embedded_one(template: &Template<'_>, source: &Source<'_>, entry: Entry<'_>, out: &mut Output) {
    let Some(name) = entry.name() else { return };
    let Some(properties) = entry.value.get("Properties").filter(|properties| properties.is_mapping()) else {
        let kind = SamProblemKind::MissingProperty("Connectors.Properties".to_owned());
        out.problems.push(SamProblem::new(entry.key.id(), Some(source.id), kind));
        return;
    };
    let id = format!("{}{name}", source.id);
    if template.source(&id).is_some() {
        let kind = SamProblemKind::DuplicateId(id);
        out.problems.push(SamProblem::new(entry.key.id(), Some(source.id), kind));
        return;
    }
    let body = Source {
        id: source.id,
        key: entry.key.id(),
        body: Some(entry.value),
        kind: "AWS::Serverless::Connector",
        properties: Some(properties),
    };
    let connector = Connector {
        template,
        id,
        at: entry.key.id(),
        attributes: body.own_attributes(),
        from: Some(Side { node: properties.get("SourceReference"), id: Some(source.id) }),
        destination: properties.get("Destination"),
        permissions: properties.get("Permissions"),
    };
    connector.expand(out);
}

/// One side of a connector as it is written: a map, or the resource that the connector stands in.
#[derive(Clone, Copy)]
struct Side<'a> {
    node: Option<Node<'a>>,
    id: Option<&'a str>,
}

struct Connector<'c, 'a> {
    template: &'c Template<'a>,
    id: String,
    at: NodeId,
    attributes: Map,
    from: Option<Side<'a>>,
    destination: Option<Node<'a>>,
    permissions: Option<Node<'a>>,
}

/// What a connector knows of one side.
#[derive(Clone, Debug, Default)]
struct End {
    id: Option<String>,
    kind: String,
    arn: Option<Value>,
    role: Option<Value>,
    url: Option<Value>,
    resource_id: Option<Value>,
    name: Option<Value>,
    qualifier: Option<Value>,
}

impl Connector<'_, '_> {
    fn refuse(&self, kind: SamProblemKind, out: &mut Output) {
        out.problems.push(SamProblem::new(self.at, Some(&self.id), kind));
    }

    fn expand(self, out: &mut Output) {
        let (Some(from), Some(destination)) = (self.from, self.destination) else {
            self.refuse(SamProblemKind::MissingProperty("Source, Destination".to_owned()), out);
            return;
        };
        let several = destination.is_sequence();
        let destinations: Vec<_> =
            if several { destination.items().into_iter().collect() } else { vec![destination] };
        if destinations.is_empty() {
            self.refuse(SamProblemKind::InvalidProperty("Destination".to_owned()), out);
        }
        let first = out.made.len();
        for (index, destination) in destinations.into_iter().enumerate() {
            let to = Side { node: Some(destination), id: None };
            let suffix = if several { format!("Destination{index}") } else { String::new() };
            if let Err(kind) = self.connect(from, to, &suffix, out) {
                self.refuse(kind, out);
            }
        }
        let made = out.made[first..].iter().map(|item| item.made.id.clone()).collect();
        out.stand_ins.push((self.id.clone(), made));
    }

    fn connect(
        &self,
        from: Side<'_>,
        to: Side<'_>,
        suffix: &str,
        out: &mut Output,
    ) -> Result<(), SamProblemKind> {
        let source = self.end(from, to, out)?;
        let destination = self.end(to, from, out)?;
        let profile =
            Profile::find(&source.kind, &destination.kind).ok_or(SamProblemKind::UnsupportedConnector)?;
        let permissions = self.permissions(&profile)?;
        let wanted = |line: &Line| permissions.iter().any(|permission| permission == line.permission);
        let both = Both { source: &source, destination: &destination };
        match profile.kind {
            Kind::Policy => self.policy(&profile, &both, suffix, wanted, out),
            Kind::Queue | Kind::Topic => self.resource_policy(&profile, &both, suffix, wanted, out),
            Kind::Permission => self.permission(&profile, &both, suffix, wanted, out),
        }
    }

    fn permissions(&self, profile: &Profile) -> Result<Vec<String>, SamProblemKind> {
        let given = self.permissions.map(Node::items);
        let mut permissions: Vec<String> =
            given.into_iter().flatten().filter_map(Node::as_str).map(str::to_owned).collect();
        permissions.order();
        permissions.dedup();
        let known = |permission: &String| profile.lines.iter().any(|line| line.permission == permission);
        let allowed =
            profile.combinations.is_empty() || profile.combinations.contains(&permissions.join("+").as_str());
        if permissions.is_empty() || !permissions.iter().all(known) || !allowed {
            return Err(SamProblemKind::UnsupportedConnector);
        }
        Ok(permissions)
    }

    fn policy(
        &self,
        profile: &Profile,
        both: &Both<'_>,
        suffix: &str,
        wanted: impl Fn(&Line) -> bool,
        out: &mut Output,
    ) -> Result<(), SamProblemKind> {
        let holder = if profile.on_source { both.source } else { both.destination };
        let role =
            holder.role.clone().ok_or_else(|| SamProblemKind::MissingProperty("RoleName".to_owned()))?;
        let mut statements = Vec::new();
        for line in profile.lines.iter().filter(|line| wanted(line)) {
            let resources =
                line.resources.iter().map(|resource| both.put_in(resource)).collect::<Result<Vec<_>, _>>()?;
            statements.push(map([
                ("Effect", "Allow".into()),
                ("Action", actions(line.text)),
                ("Resource", resources.into()),
            ]));
        }
        let id = format!("{}Policy{suffix}", self.id);
        let mut policy = Made::new(id.clone(), "AWS::IAM::ManagedPolicy", self.attributes.clone(), self.at);
        policy.set("PolicyDocument", versioned(statements));
        policy.set("Roles", vec![role]);
        match (profile.waits, &both.source.id, &both.destination.id) {
            (Waits::Mapping, Some(source), Some(function)) => {
                let mappings = self.mappings(source, function, out);
                if let [only] = mappings.as_slice() {
                    out.dependencies.push((only.clone(), id));
                }
            }
            (Waits::Source, Some(source), _) => out.dependencies.push((source.clone(), id)),
            _ => {}
        }
        out.add(policy);
        Ok(())
    }

    fn resource_policy(
        &self,
        profile: &Profile,
        both: &Both<'_>,
        suffix: &str,
        wanted: impl Fn(&Line) -> bool,
        out: &mut Output,
    ) -> Result<(), SamProblemKind> {
        let mut statements = Vec::new();
        for line in profile.lines.iter().filter(|line| wanted(line)) {
            let (service, action) = line.text.split_once(' ').unwrap_or((line.text, ""));
            let arn = map([("aws:SourceArn", both.put_in("{Source.Arn}")?)]);
            statements.push(map([
                ("Effect", "Allow".into()),
                ("Principal", map([("Service", service.into())])),
                ("Resource", both.put_in("{Destination.Arn}")?),
                ("Action", action.into()),
                ("Condition", map([("ArnEquals", arn)])),
            ]));
        }
        let (kind, name, list, target) = match profile.kind {
            Kind::Queue => ("AWS::SQS::QueuePolicy", "QueuePolicy", "Queues", both.destination.url.clone()),
            _ => ("AWS::SNS::TopicPolicy", "TopicPolicy", "Topics", both.destination.arn.clone()),
        };
        let target = target.ok_or_else(|| SamProblemKind::MissingProperty(list.to_owned()))?;
        let id = format!("{}{name}{suffix}", self.id);
        let mut policy = Made::new(id, kind, self.attributes.clone(), self.at);
        policy.set("PolicyDocument", versioned(statements));
        policy.set(list, vec![target]);
        out.add(policy);
        Ok(())
    }

    fn permission(
        &self,
        profile: &Profile,
        both: &Both<'_>,
        suffix: &str,
        wanted: impl Fn(&Line) -> bool,
        out: &mut Output,
    ) -> Result<(), SamProblemKind> {
        let function = both.destination.arn.clone();
        let function = function.ok_or_else(|| SamProblemKind::MissingProperty("Arn".to_owned()))?;
        for line in profile.lines.iter().filter(|line| wanted(line)) {
            let mut words = line.text.split(' ');
            let (principal, arn) = (words.next().unwrap_or(""), words.next().unwrap_or("*"));
            let id = format!("{}{}LambdaPermission{suffix}", self.id, line.permission);
            let mut permission = Made::new(id, "AWS::Lambda::Permission", self.attributes.clone(), self.at);
            permission.set("Action", "lambda:InvokeFunction");
            permission.set("FunctionName", function.clone());
            permission.set("Principal", principal);
            permission.set("SourceArn", both.put_in(arn)?);
            if words.next() == Some("account") {
                permission.set("SourceAccount", sub("${AWS::AccountId}", Map::new()));
            }
            out.add(permission);
        }
        Ok(())
    }

    /// Reads one side; `other` tells which target of a rule is meant.
    fn end(&self, side: Side<'_>, other: Side<'_>, out: &Output) -> Result<End, SamProblemKind> {
        let written = |name: &str| side.node.and_then(|node| node.get(name));
        let mut keys = side.node.map(Node::entries).into_iter().flatten().filter_map(Entry::name);
        let has_others = keys.any(|key| !matches!(key, "Id" | "Qualifier"));
        let has_id = written("Id").is_some() || side.id.is_some();
        if has_id == has_others || (side.id.is_some() && written("Id").is_some()) {
            return Err(SamProblemKind::InvalidProperty("Id".to_owned()));
        }
        if !has_id {
            let kind = written("Type").and_then(Node::as_str).filter(|kind| !kind.is_empty());
            let kind = kind.ok_or_else(|| SamProblemKind::MissingProperty("Type".to_owned()))?;
            let value = |name: &str| written(name).map(Value::from);
            return Ok(End {
                id: None,
                kind: plain_type(kind).to_owned(),
                arn: value("Arn"),
                role: value("RoleName"),
                url: value("QueueUrl"),
                resource_id: value("ResourceId"),
                name: value("Name"),
                qualifier: value("Qualifier"),
            });
        }
        let id = side.id.or_else(|| written("Id")?.as_str());
        let id = id.ok_or_else(|| SamProblemKind::InvalidProperty("Id".to_owned()))?;
        let mut end = self.resource_end(id, other, out)?;
        if let Some(qualifier) = written("Qualifier") {
            end.qualifier = Some(qualifier.into());
        }
        Ok(end)
    }

    fn resource_end(&self, id: &str, other: Side<'_>, out: &Output) -> Result<End, SamProblemKind> {
        let made = out.made.iter().map(|item| &item.made).find(|made| made.id == id);
        let source = self.template.source(id);
        let kind = match (made, source) {
            (Some(made), _) => made.kind,
            (None, Some(source)) if !source.kind.is_empty() => source.kind,
            _ => return Err(SamProblemKind::UnknownResource(id.to_owned())),
        };
        let property = |name: &str| match made {
            Some(made) => made.property(name).cloned(),
            None => source.and_then(|source| source.property(name)).map(Value::from),
        };
        let role_of = |value: Value| value.resource(self.template.tree).map(|role| reference(&role));
        let mut end = End { id: Some(id.to_owned()), kind: kind.to_owned(), ..End::default() };
        end.arn = Some(match kind {
            "AWS::StepFunctions::StateMachine"
            | "AWS::AppSync::GraphQLApi"
            | "AWS::AppSync::DataSource"
            | "AWS::SNS::Topic" => reference(id),
            _ => get_att(id, "Arn"),
        });
        match kind {
            "AWS::Lambda::Function" => end.role = property("Role").and_then(role_of),
            "AWS::StepFunctions::StateMachine" => {
                end.role = property("RoleArn").and_then(role_of);
                end.name = Some(get_att(id, "Name"));
            }
            "AWS::AppSync::DataSource" => end.role = property("ServiceRoleArn").and_then(role_of),
            "AWS::AppSync::GraphQLApi" => end.resource_id = Some(get_att(id, "ApiId")),
            "AWS::SQS::Queue" => end.url = Some(reference(id)),
            "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi" => {
                end.resource_id = Some(reference(id));
                end.qualifier = Some("*".into());
            }
            "AWS::Events::Rule" => {
                let role = source.and_then(|rule| self.role_of_rule(rule, other));
                end.role = role.and_then(role_of);
            }
            _ => {}
        }
        Ok(end)
    }

    /// The role of a rule's target, which must be the other side.
    fn role_of_rule(&self, rule: &Source<'_>, other: Side<'_>) -> Option<Value> {
        let tree = self.template.tree;
        let id = other.id.or_else(|| other.node?.get("Id")?.as_str());
        let arn = other.node.and_then(|node| node.get("Arn")).map(|arn| Value::from(arn).to_json(tree));
        let is_other = |target: &Node<'_>| {
            let Some(target) = target.get("Arn") else { return false };
            let named = intrinsic::resource_of(target);
            (named.is_some() && named == id) || arn.as_ref() == Some(&Value::from(target).to_json(tree))
        };
        let target = rule.property("Targets")?.items().into_iter().find(is_other)?;
        target.get("RoleArn").map(Value::from)
    }

    /// The event source mappings between two resources.
    fn mappings(&self, source: &str, function: &str, out: &Output) -> Vec<String> {
        const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
        let tree = self.template.tree;
        let is_between = |name: Option<Value>, arn: Option<Value>| {
            name.and_then(|name| name.resource(tree)).as_deref() == Some(function)
                && arn.and_then(|arn| arn.resource(tree)).as_deref() == Some(source)
        };
        let made = out.made.iter().map(|item| &item.made).filter(|made| {
            let property = |name: &str| made.property(name).cloned();
            made.kind == MAPPING && is_between(property("FunctionName"), property("EventSourceArn"))
        });
        let own = self.template.sources.iter().filter(|source| {
            let property = |name: &str| source.property(name).map(Value::from);
            source.kind == MAPPING && is_between(property("FunctionName"), property("EventSourceArn"))
        });
        made.map(|made| made.id.clone()).chain(own.map(|source| source.id.to_owned())).collect()
    }
}

fn versioned(statements: Vec<Value>) -> Value {
    map([("Version", "2012-10-17".into()), ("Statement", statements.into())])
}

fn plain_type(kind: &str) -> &str {
    match kind {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
        "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}

struct Both<'b> {
    source: &'b End,
    destination: &'b End,
}

impl Both<'_> {
    /// Puts the two sides into a text such as `{Source.Arn}/*`.
    fn put_in(&self, short: &str) -> Result<Value, SamProblemKind> {
        let (prefix, rest) = match short.strip_prefix('@').and_then(|regional| regional.split_once(':')) {
            Some((service, rest)) => {
                (format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:"), rest)
            }
            None => (String::new(), short),
        };
        let mut text = prefix;
        let mut variables: Map = Vec::new();
        let mut parts = rest.split('{');
        text.push_str(parts.next().unwrap_or(""));
        for part in parts {
            let Some((name, after)) = part.split_once('}') else { continue };
            let value = self.value(name)?;
            if short.len() == name.len() + 2 {
                return Ok(value);
            }
            let variable = name.replace('.', "");
            text.extend(["${", &variable, "}", after]);
            variables.push((Text::Owned(variable), value));
        }
        if text.contains("${") { Ok(sub(text, variables)) } else { Ok(text.into()) }
    }

    fn value(&self, name: &str) -> Result<Value, SamProblemKind> {
        let (end, property) = match name.split_once('.') {
            Some(("Source", property)) => (self.source, property),
            Some((_, property)) => (self.destination, property),
            None => (self.source, name),
        };
        let value = match property {
            "Arn" => &end.arn,
            "ResourceId" => &end.resource_id,
            "Name" => &end.name,
            _ => &end.qualifier,
        };
        value.clone().ok_or_else(|| SamProblemKind::MissingProperty(name.to_owned()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Policy,
    Queue,
    Topic,
    Permission,
}

/// What waits for a connector's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    Nothing,
    Mapping,
    Source,
}

/// What a pair of types gets.
#[derive(Debug)]
struct Profile {
    kind: Kind,
    on_source: bool,
    waits: Waits,
    combinations: Vec<&'static str>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    permission: &'static str,
    text: &'static str,
    resources: Vec<&'static str>,
}

impl Profile {
    fn find(source: &str, destination: &str) -> Option<Self> {
        let header = format!("{} {} ", source.strip_prefix("AWS::")?, destination.strip_prefix("AWS::")?);
        let mut lines = PROFILES.lines().skip_while(|line| !line.starts_with(&header));
        let mut words = lines.next()?[header.len()..].split(' ');
        let kind = match words.next()? {
            "policy" => Kind::Policy,
            "queue" => Kind::Queue,
            "topic" => Kind::Topic,
            _ => Kind::Permission,
        };
        let mut profile = Self {
            kind,
            on_source: false,
            waits: Waits::Nothing,
            combinations: Vec::new(),
            lines: Vec::new(),
        };
        for word in words {
            match word {
                "source" => profile.on_source = true,
                "before-mapping" => profile.waits = Waits::Mapping,
                "before-source" => profile.waits = Waits::Source,
                other => profile.combinations.extend(other.strip_prefix("only=")),
            }
        }
        for line in lines.take_while(|line| line.starts_with(' ')) {
            if let (Some(resource), Some(last)) = (line.strip_prefix("  + "), profile.lines.last_mut()) {
                last.resources.push(resource);
            } else {
                let (permission, text) = line.trim_start().split_once(' ')?;
                profile.lines.push(Line { permission, text, resources: Vec::new() });
            }
        }
        Some(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_read() {
        let profile = Profile::find("AWS::SQS::Queue", "AWS::Lambda::Function");
        let profile = profile
            .map(|found| (found.kind, found.on_source, found.waits, found.combinations, found.lines.len()));
        assert_eq!(profile, Some((Kind::Policy, false, Waits::Mapping, vec!["Read+Write"], 2)));
        assert!(Profile::find("AWS::SQS::Queue", "AWS::SQS::Queue").is_none());
        let headers = PROFILES.lines().filter(|line| !line.starts_with([' ', '#']));
        assert_eq!(headers.count(), 31);
    }
}

use super::http_api;
use super::intrinsic;
use super::invoke_config::send_to_queue;
use super::logical_id::with_suffix;
use super::output::Output;
use super::pollers;
use super::problem::{SamProblem, SamProblemKind};
use super::role::{Role, allow};
use super::source::{Made, Source, Template};
use super::value::{Map, Text, Value, get_att, map, reference, sub};
use crate::syntax::{Entry, Node, NodeId};

/// What events call: a function, or its alias where SAM publishes one.
#[derive(Clone, Debug)]
pub(super) struct Invoked {
    /// Its logical id.
    pub(super) id: String,
    /// How it is named in a permission.
    pub(super) name: Value,
    /// Its ARN.
    pub(super) arn: Value,
    /// What it passes on.
    pub(super) attributes: Map,
}

impl Invoked {
    /// The function of a source, or its alias.
    pub(super) fn function(source: &Source<'_>, alias: Option<&str>) -> Self {
        let attributes = source.passed_on();
        match alias {
            Some(alias) => {
                Self { id: alias.to_owned(), name: reference(alias), arn: reference(alias), attributes }
            }
            None => Self {
                id: source.id.to_owned(),
                name: reference(source.id),
                arn: get_att(source.id, "Arn"),
                attributes,
            },
        }
    }
}

/// One entry of `Events`.
#[derive(Clone, Copy)]
pub(super) struct Event<'a> {
    /// Its own name.
    pub(super) name: &'a str,
    /// Its key.
    pub(super) key: NodeId,
    /// Its type.
    pub(super) kind: &'a str,
    /// Its properties.
    pub(super) properties: Option<Node<'a>>,
}

impl<'a> Event<'a> {
    fn read(entry: Entry<'a>) -> Option<Self> {
        Some(Self {
            name: entry.name()?,
            key: entry.key.id(),
            kind: entry.value.get("Type")?.as_str()?,
            properties: entry.value.get("Properties"),
        })
    }

    /// A property that is not null.
    pub(super) fn property(&self, name: &str) -> Option<Node<'a>> {
        self.properties?.get(name).filter(|node| !node.is_null() || node.tag().is_some())
    }

    /// A property that Python would take for true.
    pub(super) fn given(&self, name: &str) -> Option<Node<'a>> {
        self.property(name).filter(|node| intrinsic::is_given(*node))
    }

    /// A problem of the event.
    pub(super) fn problem(&self, source: &Source<'_>, kind: SamProblemKind) -> SamProblem {
        SamProblem::new(self.key, Some(source.id), kind)
    }
}

/// The events of a function or state machine; entries without a type are problems.
pub(super) fn read<'a>(source: &Source<'a>, problems: &mut Vec<SamProblem>) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for entry in source.property("Events").map(Node::entries).into_iter().flatten() {
        match Event::read(entry) {
            Some(event) => events.push(event),
            None => {
                let kind = SamProblemKind::InvalidProperty("Events".to_owned());
                problems.push(SamProblem::new(entry.key.id(), Some(source.id), kind));
            }
        }
    }
    events
}

/// Expands the events of a function.
pub(super) fn expand_function(
    template: &Template<'_>,
    source: &Source<'_>,
    invoked: &Invoked,
    role: &mut Role,
    out: &mut Output,
) {
    let events = read(source, &mut out.problems);
    for event in &events {
        let of = FunctionEvent { template, source, event, invoked, id: format!("{}{}", source.id, event.name) };
        match event.kind {
            "Kinesis" | "DynamoDB" | "SQS" | "MSK" | "MQ" | "SelfManagedKafka" | "DocumentDB" => {
                pollers::expand(&of, role, out);
            }
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => of.rule(out),
            "ScheduleV2" => of.schedule(out),
            "S3" => of.bucket(out),
            "SNS" => of.topic(role, out),
            "Api" => of.rest_api(out),
            "HttpApi" => {
                if !http_api::default_route_covers(&of, &events) {
                    of.http_api(out);
                }
            }
            "AlexaSkill" => {
                let mut permission = of.permission("alexa-appkit.amazon.com", "");
                permission.set_some("EventSourceToken", event.property("SkillId"));
                out.add(permission);
            }
            "IoTRule" => of.iot_rule(out),
            "Cognito" => of.user_pool(out),
            "CloudWatchLogs" => of.log_group(out),
            other => {
                let kind = SamProblemKind::UnknownEvent(other.to_owned());
                out.problems.push(event.problem(source, kind));
            }
        }
    }
}

/// An event of a function, with everything around it.
pub(super) struct FunctionEvent<'e, 'a> {
    /// The template.
    pub(super) template: &'e Template<'a>,
    /// The function.
    pub(super) source: &'e Source<'a>,
    /// The event.
    pub(super) event: &'e Event<'a>,
    /// What it calls.
    pub(super) invoked: &'e Invoked,
    /// The function's logical id and the event's name.
    pub(super) id: String,
}

impl FunctionEvent<'_, '_> {
    /// A resource that follows from the event.
    pub(super) fn made(&self, id: String, kind: &'static str) -> Made {
        Made::new(id, kind, self.invoked.attributes.clone(), self.event.key)
    }

    fn permission(&self, principal: &'static str, suffix: &str) -> Made {
        let id = with_suffix(&format!("{}Permission", self.id), suffix);
        let mut permission = self.made(id, "AWS::Lambda::Permission");
        permission.set("Action", "lambda:InvokeFunction");
        permission.set("FunctionName", self.invoked.name.clone());
        permission.set("Principal", principal);
        permission
    }

    /// Notes that a property is missing.
    fn require(&self, name: &str, out: &mut Output) {
        if self.event.property(name).is_none() {
            let kind = SamProblemKind::MissingProperty(name.to_owned());
            out.problems.push(self.event.problem(self.source, kind));
        }
    }

    /// `Schedule`, `CloudWatchEvent`, `EventBridgeRule`.
    fn rule(&self, out: &mut Output) {
        let is_schedule = self.event.kind == "Schedule";
        let mut rule = self.made(self.id.clone(), "AWS::Events::Rule");
        fill_rule(&mut rule, self.event, is_schedule);
        let queue = dead_letter_queue(self.source, self.event, &self.id, &self.invoked.attributes, out);
        let target = target(self.event, &self.id, "LambdaTarget", self.invoked.arn.clone(), queue);
        rule.set("Targets", Value::List(vec![Value::Map(target)]));
        let mut permission = self.permission("events.amazonaws.com", "");
        permission.set("SourceArn", get_att(&self.id, "Arn"));
        out.add(rule);
        out.add(permission);
    }

    /// `ScheduleV2`.
    fn schedule(&self, out: &mut Output) {
        self.require("ScheduleExpression", out);
        let policy = ("LambdaPolicy", allow("lambda:InvokeFunction", self.invoked.arn.clone()));
        let caller = Scheduled { source: self.source, event: self.event, id: &self.id, boundary: None };
        caller.expand(self.invoked.arn.clone(), &self.invoked.attributes, policy, out);
    }

    /// `S3`. What SAM adds to the bucket itself is left to the bucket.
    fn bucket(&self, out: &mut Output) {
        let bucket = self.event.property("Bucket").and_then(intrinsic::referenced);
        let Some(bucket) = bucket.and_then(|id| self.template.source(id)) else {
            let kind = SamProblemKind::UnknownResource("Bucket".to_owned());
            out.problems.push(self.event.problem(self.source, kind));
            return;
        };
        let mut permission = self.permission("s3.amazonaws.com", "");
        permission.set("SourceAccount", reference("AWS::AccountId"));
        if self.source.condition().is_none() {
            out.dependencies.push((bucket.id.to_owned(), permission.id.clone()));
        }
        out.add(permission);
    }

    fn topic(&self, role: &mut Role, out: &mut Output) {
        self.require("Topic", out);
        let topic = self.event.property("Topic").map_or_else(|| Value::from(""), Value::from);
        let mut subscription = self.made(self.id.clone(), "AWS::SNS::Subscription");
        subscription.set("TopicArn", topic.clone());
        subscription.take(
            self.event.properties,
            &["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"],
        );
        let Some(through) = self.event.given("SqsSubscription") else {
            subscription.set("Protocol", "lambda");
            subscription.set("Endpoint", self.invoked.arn.clone());
            let mut permission = self.permission("sns.amazonaws.com", "");
            permission.set("SourceArn", topic);
            out.add(permission);
            out.add(subscription);
            return;
        };
        let Some((arn, url)) = self.queue_of_topic(through, out) else { return };
        subscription.set("Protocol", "sqs");
        subscription.set("Endpoint", arn.clone());
        let policy_id = through.get("QueuePolicyLogicalId").and_then(Node::as_str);
        let policy_id = policy_id.map_or_else(|| format!("{}QueuePolicy", self.id), str::to_owned);
        let mut policy = self.made(policy_id, "AWS::SQS::QueuePolicy");
        policy.set("PolicyDocument", may_send("*".into(), arn.clone(), topic));
        policy.set("Queues", Value::List(vec![url]));
        let mut mapping =
            self.made(format!("{}EventSourceMapping", self.id), "AWS::Lambda::EventSourceMapping");
        mapping.set("FunctionName", self.invoked.name.clone());
        mapping.set("EventSourceArn", arn);
        mapping.set(
            "BatchSize",
            through.get("BatchSize").filter(|_| through.is_mapping()).map_or(Value::Integer(10), Value::from),
        );
        mapping.set("Enabled", Value::Bool(true));
        role.add_managed(
            self.template,
            self.template.managed_policy("service-role/AWSLambdaSQSQueueExecutionRole").of(self.event.key),
        );
        out.add(mapping);
        out.add(policy);
        out.add(subscription);
    }

    /// The ARN and URL of the queue between a topic and the function, after making it where there is none.
    fn queue_of_topic(&self, through: Node<'_>, out: &mut Output) -> Option<(Value, Value)> {
        if through.is_mapping() {
            let (arn, url) = (through.get("QueueArn"), through.get("QueueUrl"));
            if let (Some(arn), Some(url)) = (arn, url) {
                return Some((arn.into(), url.into()));
            }
            let kind = SamProblemKind::MissingProperty("SqsSubscription.QueueArn".to_owned());
            out.problems.push(self.event.problem(self.source, kind));
            return None;
        }
        let id = format!("{}Queue", self.id);
        let mut queue = self.made(id.clone(), "AWS::SQS::Queue");
        let topic = self.event.property("Topic").and_then(intrinsic::resource_of);
        let fifo = topic.and_then(|id| self.template.source(id)).and_then(|topic| topic.given("FifoTopic"));
        queue.set_some("FifoQueue", fifo);
        out.add(queue);
        Some((get_att(&id, "Arn"), reference(&id)))
    }

    fn rest_api(&self, out: &mut Output) {
        self.require("Path", out);
        self.require("Method", out);
        let api = self.event.property("RestApiId");
        let resource = match api {
            None => Some("ServerlessRestApi"),
            Some(api) => self.template.id_of(api).filter(|_| !is_import(api)),
        };
        let suffix = match resource {
            None => "AllStages".to_owned(),
            Some(id) => match self.template.source(id) {
                // The API that SAM adds.
                Some(api) if api.body.is_none() => "Prod".to_owned(),
                None => {
                    let kind = SamProblemKind::UnknownResource(id.to_owned());
                    out.problems.push(self.event.problem(self.source, kind));
                    return;
                }
                Some(api) => {
                    let stage = api.property("StageName").filter(|stage| !intrinsic::is_intrinsic(*stage));
                    stage.and_then(Node::as_str).unwrap_or("Stage").to_owned()
                }
            },
        };
        let api = api.map_or_else(|| reference("ServerlessRestApi"), Value::from);
        let path = self.event.property("Path").and_then(Node::as_str).unwrap_or("/*");
        let method = self.event.property("Method").and_then(Node::as_str).unwrap_or("*");
        let method = if method.eq_ignore_ascii_case("any") { "*".to_owned() } else { method.to_uppercase() };
        let mut permission = self.permission("apigateway.amazonaws.com", &suffix);
        let text = format!(
            "arn:{}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{method}{}",
            self.template.partition(),
            permitted_path(path)
        );
        permission.set("SourceArn", sub(text, vec![("__ApiId__".into(), api), ("__Stage__".into(), "*".into())]));
        out.add(permission);
    }

    fn http_api(&self, out: &mut Output) {
        let api = self.event.property("ApiId");
        if let Some(id) = api.and_then(|api| self.template.id_of(api))
            && self.template.source(id).is_none()
        {
            let kind = SamProblemKind::UnknownResource(id.to_owned());
            out.problems.push(self.event.problem(self.source, kind));
            return;
        }
        let api = api.map_or_else(|| reference("ServerlessHttpApi"), Value::from);
        let path = self.event.given("Path").and_then(Node::as_str).unwrap_or("$default");
        let method = self.event.given("Method").and_then(Node::as_str).unwrap_or(http_api::ANY);
        let is_any = method.eq_ignore_ascii_case("any") || method.eq_ignore_ascii_case(http_api::ANY);
        let mut text = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:".to_owned();
        text.push_str("${__ApiId__}/${__Stage__}/");
        text.push_str(&if is_any { "*".to_owned() } else { method.to_uppercase() });
        if path != "$default" {
            text.push_str(&permitted_path(path));
        }
        let mut permission = self.permission("apigateway.amazonaws.com", "");
        permission.set("SourceArn", sub(text, vec![("__ApiId__".into(), api), ("__Stage__".into(), "*".into())]));
        out.add(permission);
    }

    fn iot_rule(&self, out: &mut Output) {
        self.require("Sql", out);
        let text = format!(
            "arn:{}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{RuleName}}",
            self.template.partition()
        );
        let mut permission = self.permission("iot.amazonaws.com", "");
        permission.set("SourceArn", sub(text, vec![("RuleName".into(), reference(&self.id))]));
        permission.set("SourceAccount", sub("${AWS::AccountId}", Map::new()));
        let action = map([("Lambda", map([("FunctionArn", self.invoked.arn.clone())]))]);
        let mut payload: Map = vec![
            ("RuleDisabled".into(), Value::Bool(false)),
            ("Actions".into(), Value::List(vec![action])),
        ];
        for name in ["Sql", "AwsIotSqlVersion"] {
            if let Some(value) = self.event.property(name) {
                payload.push((name.into(), value.into()));
            }
        }
        let mut rule = self.made(self.id.clone(), "AWS::IoT::TopicRule");
        rule.set("TopicRulePayload", Value::Map(payload));
        out.add(permission);
        out.add(rule);
    }

    /// `Cognito`. The permission is the same for every event of a function, so it is made once.
    fn user_pool(&self, out: &mut Output) {
        let pool = self.event.property("UserPool").and_then(intrinsic::referenced);
        let Some(pool) = pool.and_then(|id| self.template.source(id)) else {
            let kind = SamProblemKind::UnknownResource("UserPool".to_owned());
            out.problems.push(self.event.problem(self.source, kind));
            return;
        };
        let id = format!("{}CognitoPermission", self.invoked.id);
        if out.find(&id).is_some() {
            return;
        }
        let mut permission = self.permission("cognito-idp.amazonaws.com", "");
        permission.id = id;
        permission.set("SourceArn", get_att(pool.id, "Arn"));
        out.add(permission);
    }

    fn log_group(&self, out: &mut Output) {
        self.require("LogGroupName", out);
        let group = self.event.property("LogGroupName").map_or_else(|| Value::from("*"), Value::from);
        let text = format!(
            "arn:{}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{__LogGroupName__}}:*",
            self.template.partition()
        );
        let mut permission = self.permission("logs.amazonaws.com", "");
        permission.set("SourceArn", sub(text, vec![("__LogGroupName__".into(), group)]));
        let mut filter = self.made(self.id.clone(), "AWS::Logs::SubscriptionFilter");
        filter.take(self.event.properties, &["LogGroupName", "FilterPattern"]);
        filter.set("DestinationArn", self.invoked.arn.clone());
        filter.set_attribute("DependsOn", vec![permission.id.clone().into()].into());
        out.add(permission);
        out.add(filter);
    }
}

fn is_import(node: Node<'_>) -> bool {
    intrinsic::name(node).is_some_and(|name| name != "Ref")
}

/// The path of a permission: no slash at its end, `*` for its parameters.
fn permitted_path(path: &str) -> String {
    let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let mut text = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        match after.split_once('}') {
            Some((_, after)) => {
                text.push('*');
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Fills an `AWS::Events::Rule` apart from its targets.
pub(super) fn fill_rule(rule: &mut Made, event: &Event<'_>, is_schedule: bool) {
    let names: &[(&str, &'static str)] = if is_schedule {
        &[("Schedule", "ScheduleExpression"), ("Name", "Name"), ("Description", "Description")]
    } else {
        &[("EventBusName", "EventBusName"), ("Pattern", "EventPattern"), ("RuleName", "Name")]
    };
    for (from, to) in names {
        rule.set_some(to, event.property(from));
    }
    rule.set_some("State", event.given("State"));
    if let Some(enabled) = event.property("Enabled") {
        rule.set("State", if intrinsic::is_given(enabled) { "ENABLED" } else { "DISABLED" });
    }
}

/// The target of a rule.
pub(super) fn target(
    event: &Event<'_>,
    id: &str,
    suffix: &'static str,
    arn: Value,
    queue: Option<Value>,
) -> Map {
    // A target's id has at most 64 characters.
    let default = format!("{id}{suffix}");
    let default = if default.len() > 64 {
        id.chars().take(64_usize.saturating_sub(suffix.len())).collect::<String>() + suffix
    } else {
        default
    };
    let own = event.property("Target").and_then(|target| target.get("Id"));
    let own = own.filter(|_| event.kind != "Schedule" || suffix != "LambdaTarget");
    let mut target: Map = vec![
        ("Arn".into(), arn),
        ("Id".into(), own.map_or_else(|| Value::from(default), Value::from)),
    ];
    for name in ["Input", "InputPath", "RetryPolicy", "InputTransformer"] {
        if let Some(value) = event.property(name) {
            target.push((Text::Borrowed(name), value.into()));
        }
    }
    if let Some(queue) = queue {
        target.push(("DeadLetterConfig".into(), map([("Arn", queue)])));
    }
    target
}

/// The ARN of a rule's dead-letter queue, after making the queue and its policy where there is none.
pub(super) fn dead_letter_queue(
    source: &Source<'_>,
    event: &Event<'_>,
    id: &str,
    attributes: &Map,
    out: &mut Output,
) -> Option<Value> {
    let config = event.property("DeadLetterConfig")?;
    if let Some(arn) = config.get("Arn") {
        return Some(arn.into());
    }
    let queue = made_dead_letter_queue(source, event, id, attributes, out)?;
    let policy_id = format!("{id}QueuePolicy");
    let mut policy = Made::new(policy_id, "AWS::SQS::QueuePolicy", attributes.clone(), config.id());
    let principal = map([("Service", "events.amazonaws.com".into())]);
    policy.set("PolicyDocument", may_send(principal, get_att(&queue, "Arn"), get_att(id, "Arn")));
    policy.set("Queues", Value::List(vec![reference(&queue)]));
    out.add(policy);
    Some(get_att(&queue, "Arn"))
}

fn made_dead_letter_queue(
    source: &Source<'_>,
    event: &Event<'_>,
    id: &str,
    attributes: &Map,
    out: &mut Output,
) -> Option<String> {
    let config = event.property("DeadLetterConfig")?;
    if config.get("Type").and_then(Node::as_str) != Some("SQS") {
        let kind = SamProblemKind::InvalidProperty("DeadLetterConfig.Type".to_owned());
        out.problems.push(event.problem(source, kind));
        return None;
    }
    let own = config.get("QueueLogicalId").and_then(Node::as_str);
    let queue = own.map_or_else(|| format!("{id}Queue"), str::to_owned);
    out.add(Made::new(queue.clone(), "AWS::SQS::Queue", attributes.clone(), config.id()));
    Some(queue)
}

/// The policy of a queue that one source may send to.
fn may_send(principal: Value, queue: Value, source: Value) -> Value {
    let statement = map([
        ("Action", "sqs:SendMessage".into()),
        ("Effect", "Allow".into()),
        ("Principal", principal),
        ("Resource", queue),
        ("Condition", map([("ArnEquals", map([("aws:SourceArn", source)]))])),
    ]);
    map([("Version", "2012-10-17".into()), ("Statement", vec![statement].into())])
}

/// A `ScheduleV2` event of a function or state machine.
pub(super) struct Scheduled<'e, 'a> {
    /// The function or state machine.
    pub(super) source: &'e Source<'a>,
    /// The event.
    pub(super) event: &'e Event<'a>,
    /// The logical id of the schedule.
    pub(super) id: &'e str,
    /// The permissions boundary of its role, where the event has none.
    pub(super) boundary: Option<Value>,
}

impl Scheduled<'_, '_> {
    /// Makes the schedule and its role.
    pub(super) fn expand(self, arn: Value, attributes: &Map, policy: (&'static str, Value), out: &mut Output) {
        let Self { source, event, id, boundary } = self;
        let mut schedule = Made::new(id.to_owned(), "AWS::Scheduler::Schedule", attributes.clone(), event.key);
        schedule.take(
            event.properties,
            &[
                "ScheduleExpression",
                "State",
                "Description",
                "StartDate",
                "EndDate",
                "ScheduleExpressionTimezone",
                "GroupName",
                "KmsKeyArn",
            ],
        );
        if event.given("OmitName").is_none() {
            schedule.set("Name", event.given("Name").map_or_else(|| Value::from(id.to_owned()), Value::from));
        }
        let window = event.given("FlexibleTimeWindow");
        schedule.set("FlexibleTimeWindow", window.map_or_else(|| map([("Mode", "OFF".into())]), Value::from));
        let queue = event.property("DeadLetterConfig").and_then(|config| match config.get("Arn") {
            Some(arn) => Some(arn.into()),
            None => {
                let queue = made_dead_letter_queue(source, event, id, attributes, out)?;
                Some(get_att(&queue, "Arn"))
            }
        });
        let role_arn = match event.given("RoleArn") {
            Some(own) => own.into(),
            None => {
                let mut role =
                    Role::of_service(format!("{id}Role"), source, event.key, "scheduler.amazonaws.com");
                role.attributes.clone_from(attributes);
                role.add_policy(format!("{id}{}", policy.0), policy.1);
                if let Some(queue) = queue.clone() {
                    let (suffix, document) = send_to_queue(queue);
                    role.add_policy(format!("{id}{suffix}"), document);
                }
                role.boundary = event.given("PermissionsBoundary").map(Value::from).or(boundary);
                let arn = get_att(&role.id, "Arn");
                out.add(role.finish());
                arn
            }
        };
        let mut target: Map = vec![("Arn".into(), arn), ("RoleArn".into(), role_arn)];
        for name in ["Input", "RetryPolicy"] {
            if let Some(value) = event.property(name) {
                target.push((name.into(), value.into()));
            }
        }
        if let Some(queue) = queue {
            target.push(("DeadLetterConfig".into(), map([("Arn", queue)])));
        }
        schedule.set("Target", Value::Map(target));
        out.add(schedule);
    }
}

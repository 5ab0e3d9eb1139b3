use super::output::Output;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template};
use super::value::{Map, Text, Value, map, reference};
use crate::order::Order;
use crate::syntax::NodeId;

/// The usage plan that several APIs share.
pub(super) struct SharedPlan {
    source: usize,
    at: NodeId,
    /// The `UsagePlan` of the last API: its settings count.
    config: NodeId,
    apis: Vec<String>,
    api_stages: Vec<Value>,
    key_stages: Vec<Value>,
    /// The conditions of its APIs; nothing as soon as one has none.
    conditions: Option<Vec<String>>,
    policies: Vec<(&'static str, String)>,
}

const SHARED_CONDITION: &str = "SharedUsagePlanCondition";

/// Expands the `Auth.UsagePlan` of an API whose stage has the logical id `stage`.
pub(super) fn expand(
    template: &Template<'_>,
    source: &Source<'_>,
    stage: &str,
    attributes: &Map,
    out: &mut Output,
) {
    let Some(config) = source.property("Auth").and_then(|auth| auth.get("UsagePlan")) else { return };
    let wanted = config.get("CreateUsagePlan").and_then(|plan| template.text_of(plan));
    let api_stage = map([("ApiId", reference(source.id)), ("Stage", reference(stage))]);
    let key_stage = map([("RestApiId", reference(source.id)), ("StageName", reference(stage))]);
    let at = source.place_of("Auth");
    match wanted.as_deref() {
        Some("PER_API") => {
            let plan = Plan {
                prefix: source.id,
                at,
                config: config.id(),
                apis: vec![source.id.to_owned().into()],
                api_stages: vec![api_stage],
                key_stages: vec![key_stage],
                attributes: attributes.clone(),
            };
            plan.add(template, out);
        }
        Some("SHARED") => {
            let index = template.place(source.id).unwrap_or_default();
            let shared = out.shared_plan.get_or_insert_with(|| SharedPlan {
                source: index,
                at,
                config: config.id(),
                apis: Vec::new(),
                api_stages: Vec::new(),
                key_stages: Vec::new(),
                conditions: Some(Vec::new()),
                policies: Vec::new(),
            });
            shared.config = config.id();
            shared.apis.push(source.id.to_owned());
            shared.api_stages.push(api_stage);
            shared.key_stages.push(key_stage);
            let condition = attributes.iter().find(|(name, _)| name == "Condition");
            match (condition.and_then(|(_, value)| value.text(template.tree)), &mut shared.conditions) {
                (Some(condition), Some(conditions)) => conditions.push(condition),
                _ => shared.conditions = None,
            }
            for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
                let policy = attributes.iter().find(|(other, _)| other == name);
                let policy = policy.and_then(|(_, value)| value.text(template.tree));
                shared.policies.extend(policy.map(|policy| (name, policy)));
            }
        }
        Some("NONE") => {}
        _ => {
            let kind = SamProblemKind::InvalidProperty("Auth.UsagePlan.CreateUsagePlan".to_owned());
            out.problems.push(source.problem("Auth", kind));
        }
    }
}

/// Adds the shared usage plan, once every API has said what it wants of it.
pub(super) fn expand_shared(template: &Template<'_>, out: &mut Output) {
    let Some(shared) = out.shared_plan.take() else { return };
    out.begin(shared.source);
    let mut attributes: Map = Vec::new();
    for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let policies: Vec<_> = shared
            .policies
            .iter()
            .filter(|(other, _)| *other == name)
            .map(|(_, policy)| policy.as_str())
            .collect();
        // The policy that keeps most counts.
        let strongest = ["Retain", "Snapshot", "Delete"].into_iter().find(|policy| policies.contains(policy));
        attributes.extend(strongest.map(|policy| (Text::Borrowed(name), policy.into())));
    }
    if let Some(mut conditions) = shared.conditions {
        conditions.order();
        conditions.dedup();
        let mut conditions: Vec<Value> =
            conditions.into_iter().map(|condition| map([("Condition", condition.into())])).collect();
        let value =
            if conditions.len() == 1 { conditions.pop() } else { Some(map([("Fn::Or", conditions.into())])) };
        if let Some(value) = value {
            out.add_condition(SHARED_CONDITION.to_owned(), value, shared.at);
            attributes.push(("Condition".into(), SHARED_CONDITION.into()));
        }
    }
    let plan = Plan {
        prefix: "Serverless",
        at: shared.at,
        config: shared.config,
        apis: shared.apis.into_iter().map(Value::from).collect(),
        api_stages: shared.api_stages,
        key_stages: shared.key_stages,
        attributes,
    };
    plan.add(template, out);
}

struct Plan<'p> {
    prefix: &'p str,
    at: NodeId,
    config: NodeId,
    apis: Vec<Value>,
    api_stages: Vec<Value>,
    key_stages: Vec<Value>,
    attributes: Map,
}

impl Plan<'_> {
    fn add(self, template: &Template<'_>, out: &mut Output) {
        let made = |suffix: &str, kind| {
            Made::new(format!("{}{suffix}", self.prefix), kind, self.attributes.clone(), self.at)
        };
        let mut plan = made("UsagePlan", "AWS::ApiGateway::UsagePlan");
        let mut key = made("ApiKey", "AWS::ApiGateway::ApiKey");
        let mut both = made("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey");
        for made in [&mut key, &mut both] {
            made.set_attribute("DependsOn", vec![plan.id.clone().into()].into());
        }
        both.set("KeyId", reference(&key.id));
        both.set("KeyType", "API_KEY");
        both.set("UsagePlanId", reference(&plan.id));
        plan.set_attribute("DependsOn", self.apis.into());
        plan.set("ApiStages", self.api_stages);
        let settings = ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"];
        plan.take(Some(template.tree.node(self.config)), &settings);
        key.set("Enabled", Value::Bool(true));
        key.set("StageKeys", self.key_stages);
        out.add(plan);
        out.add(key);
        out.add(both);
    }
}

//! Statements of policies, of endpoints and of what is called alike.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, text};
use crate::network::policy_condition::{prefix_of, text_of};
use crate::network::{
    Builder, CallerRole, EndpointPolicy, Fact, Listed, Missing, Place, PolicyCondition, PolicyStatement,
};
use crate::template::{Case, Part, Text, Unknown, Value};

const PRINCIPAL_ARN: &str = "aws:principalarn";

/// A statement, or what of it is not known.
pub(super) fn statement(
    reader: Reader<'_, '_>,
    item: &Case,
) -> Result<Result<PolicyStatement, Missing>, Split> {
    let allows = match reader.entry(item, "Effect")?.map(|effect| text(&effect)) {
        Some(Fact::Known(effect)) if effect == "Allow" => true,
        Some(Fact::Known(effect)) if effect == "Deny" => false,
        Some(Fact::Unknown(missing)) => return Ok(Err(missing)),
        _ => return Ok(Err(BROKEN)),
    };
    let (list, all_but) = match (reader.entry(item, "Action")?, reader.entry(item, "NotAction")?) {
        (Some(actions), _) => (actions, false),
        (None, Some(actions)) => (actions, true),
        (None, None) => return Ok(Err(BROKEN)),
    };
    let list = reader.items(&list)?;
    if let Some(missing) = list.rest {
        return Ok(Err(missing));
    }
    let mut actions = Vec::new();
    for action in &list.items {
        match text(action) {
            Fact::Known(action) => actions.push(action.trim().to_owned()),
            Fact::Unknown(missing) => return Ok(Err(missing)),
        }
    }
    let is_about_everything = reader.entry(item, "NotResource")?.is_none()
        && match reader.entry(item, "Resource")? {
            Some(resources) => has_star(reader, &resources)?,
            None => false,
        };
    Ok(Ok(PolicyStatement {
        at: Place::in_template(item.span),
        allows,
        actions,
        all_but,
        is_for_everybody: is_everybody(reader, item)?,
        is_about_everything,
        resources: named_resources(reader, item)?,
        conditions: conditions(reader, item)?,
    }))
}

/// The resources that a statement names, where these are all.
fn named_resources(reader: Reader<'_, '_>, statement: &Case) -> Result<Option<Vec<Text>>, Split> {
    let Some(list) = reader.entry(statement, "Resource")? else { return Ok(None) };
    let items = reader.items(&list)?;
    let texts = items.items.into_iter().map(|item| match item.value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    Ok(if items.rest.is_some() { None } else { texts.collect() })
}

fn is_everybody(reader: Reader<'_, '_>, statement: &Case) -> Result<bool, Split> {
    let Some(principal) = reader.entry(statement, "Principal")? else { return Ok(false) };
    if let Value::Map(_) = principal.value {
        return match reader.entry(&principal, "AWS")? {
            Some(inner) => has_star(reader, &inner),
            None => Ok(false),
        };
    }
    has_star(reader, &principal)
}

fn has_star(reader: Reader<'_, '_>, list: &Case) -> Result<bool, Split> {
    Ok(reader.items(list)?.items.iter().any(|item| text(item) == Fact::Known("*".to_owned())))
}

fn conditions(reader: Reader<'_, '_>, statement: &Case) -> Result<Listed<PolicyCondition>, Split> {
    let mut found = Listed::default();
    let Some(written) = reader.entry(statement, "Condition")? else { return Ok(found) };
    let Value::Map(operators) = &written.value else { return Ok(Listed::unknown(why(&written))) };
    for (operator, keys) in operators.iter() {
        if !reader.exists(keys.guard)? {
            continue;
        }
        let Value::Map(entries) = &keys.value else {
            found.rest = Some(why(keys));
            continue;
        };
        for (key, values) in entries.iter() {
            if reader.exists(values.guard)? {
                let key = key.to_ascii_lowercase();
                let values = compared_with(reader, &key, values)?;
                found.items.push(PolicyCondition { operator: operator.to_ascii_lowercase(), key, values });
            }
        }
    }
    Ok(found)
}

fn why(case: &Case) -> Missing {
    match &case.value {
        Value::Unknown(unknown) => Missing::Value(unknown.clone()),
        _ => BROKEN,
    }
}

/// The values of a condition. Names of components are written as whoever compares them writes them.
fn compared_with(reader: Reader<'_, '_>, key: &str, values: &Case) -> Result<Listed<Text>, Split> {
    let items = reader.items(values)?;
    let mut found = Listed { items: Vec::new(), rest: items.rest };
    for item in &items.items {
        match &item.value {
            Value::Text(text) if key == PRINCIPAL_ARN => found.items.push(role_arn(reader, text)?),
            Value::Text(text) if text.parts.len() == 1 => {
                let named = reader.name(item);
                match text.unknowns().next() {
                    // A list that is not known stands in the place of any number of values.
                    Some(unknown) if named.several => found.rest = Some(Missing::Value(unknown.clone())),
                    _ => found.items.push(text_of(&named.name, prefix_of(key))),
                }
            }
            Value::Text(text) => found.items.push(text.clone()),
            _ => found.rest = Some(why(item)),
        }
    }
    Ok(found)
}

/// The ARN of a role as far as it is known. A template is written for one partition, so its name tells nothing apart.
fn role_arn(reader: Reader<'_, '_>, text: &Text) -> Result<Text, Split> {
    let pseudo = |name: &str| Part::Unknown(Unknown::Pseudo(name.to_owned()));
    let literal = |text: &str| Part::Literal(text.to_owned());
    let mut arn = Text::default();
    let role = match text.resource() {
        Some((id, Some("Arn"))) => reader.template.resource(id).filter(|one| one.kind == "AWS::IAM::Role"),
        _ => None,
    };
    if let Some(role) = role {
        for part in [literal("arn:"), pseudo("AWS::Partition"), literal(":iam::"), pseudo("AWS::AccountId")] {
            arn.push(part);
        }
        arn.push(literal(":role"));
        match reader.property(role, &["Path"])?.map(|path| path.value) {
            Some(Value::Text(path)) => arn.append(&path),
            None => arn.push(literal("/")),
            Some(_) => arn.push(Part::Unknown(Unknown::Broken)),
        }
        match reader.property(role, &["RoleName"])?.map(|name| name.value) {
            Some(Value::Text(name)) => arn.append(&name),
            _ => arn.push(Part::Resource { id: role.id.clone(), attribute: None }),
        }
        return Ok(arn);
    }
    let mut parts = text.parts.iter();
    if let [Part::Literal(start), ..] = &*text.parts
        && let Some((_, rest)) = start.strip_prefix("arn:").and_then(|start| start.split_once(':'))
    {
        arn.push(literal("arn:"));
        arn.push(pseudo("AWS::Partition"));
        arn.push(literal(&format!(":{rest}")));
        parts.next();
    }
    parts.cloned().for_each(|part| arn.push(part));
    Ok(arn)
}

/// Writes which role each function has, where a policy asks.
pub(super) fn declare_callers(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let network = &builder.network;
    let of_endpoints = network.endpoints.iter().filter_map(|endpoint| match &endpoint.policy {
        EndpointPolicy::Written(policy) => Some(&policy.statements.items),
        _ => None,
    });
    let of_resources = network.resource_policies.iter().flat_map(|policy| &policy.statements.items);
    let mut statements = of_endpoints.flatten().chain(of_resources.map(|statement| &statement.statement));
    if !statements.any(|one| one.conditions.items.iter().any(|condition| condition.key == PRINCIPAL_ARN)) {
        return Ok(());
    }
    for function in reader.resources(&["AWS::Lambda::Function"])? {
        if let Some(Case { value: Value::Text(role), .. }) = reader.property(function, &["Role"])? {
            let arn = role_arn(reader, &role)?;
            builder.network.caller_roles.push(CallerRole { of: own_name(function), arn });
        }
    }
    Ok(())
}

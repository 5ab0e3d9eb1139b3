use super::value::{Map, Text, Value, map, sub};

/// Facts; the file says how it is written.
const TEMPLATES: &str = include_str!("../../../data/sam_policy_templates.txt");

/// A SAM policy template.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolicyTemplate {
    /// The lines of its statements.
    lines: &'static str,
}

/// The policy template of this name.
pub(super) fn find(name: &str) -> Option<PolicyTemplate> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let start = TEMPLATES.find(&format!("\n{name}\n"))? + name.len() + 2;
    let lines = &TEMPLATES[start..];
    let end = lines
        .match_indices('\n')
        .map(|(index, _)| index + 1)
        .find(|index| !lines[*index..].starts_with(' '))
        .unwrap_or(lines.len());
    Some(PolicyTemplate { lines: &lines[..end] })
}

impl PolicyTemplate {
    /// The policy document. `parameter` gives the value of a parameter by name, letter case aside; a parameter
    /// that has none is the error.
    pub(super) fn document(self, parameter: &dyn Fn(&str) -> Option<Value>) -> Result<Value, String> {
        let mut statements: Vec<Statement> = Vec::new();
        for line in self.lines.lines() {
            let line = line.trim_start();
            let mut last = statements.last_mut();
            match (line.split_once(' '), &mut last) {
                (Some(("-", resource)), Some(statement)) => {
                    statement.resource = Some(expand(resource, parameter)?);
                }
                (Some(("+", resource)), Some(statement)) => {
                    statement.resources.push(expand(resource, parameter)?);
                }
                (Some(("?", condition)), Some(statement)) => {
                    let (key, resource) = condition.split_once(' ').unwrap_or((condition, "*"));
                    statement.condition = Some((key, expand(resource, parameter)?));
                }
                _ => statements.push(Statement { actions: line, ..Statement::default() }),
            }
        }
        let statements = statements.into_iter().map(Statement::finish).collect::<Vec<_>>();
        Ok(map([("Statement", statements.into())]))
    }
}

#[derive(Default)]
struct Statement {
    actions: &'static str,
    resource: Option<Value>,
    resources: Vec<Value>,
    condition: Option<(&'static str, Value)>,
}

impl Statement {
    fn finish(self) -> Value {
        let mut entries: Map = vec![("Action".into(), actions(self.actions))];
        if let Some((key, value)) = self.condition {
            let test = Value::Map(vec![(key.into(), value)]);
            entries.push(("Condition".into(), map([("StringEquals", test)])));
        }
        entries.push(("Effect".into(), "Allow".into()));
        entries.push(("Resource".into(), self.resource.unwrap_or(Value::List(self.resources))));
        Value::Map(entries)
    }
}

/// `service:One Two` as a list, `=service:One` as text.
pub(super) fn actions(line: &'static str) -> Value {
    let (single, line) = line.strip_prefix('=').map_or((false, line), |line| (true, line));
    let (service, names) = line.split_once(':').unwrap_or(("", line));
    let mut actions: Vec<Value> = names.split(' ').map(|name| format!("{service}:{name}").into()).collect();
    if single && actions.len() == 1 { actions.remove(0) } else { actions.into() }
}

/// The resource of a statement: `*`, or `Fn::Sub` with the variables that stand in it.
fn expand(resource: &'static str, parameter: &dyn Fn(&str) -> Option<Value>) -> Result<Value, String> {
    if resource == "*" {
        return Ok("*".into());
    }
    let mut variables: Map = Vec::new();
    for part in resource.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else { continue };
        if variables.iter().any(|(other, _)| other == name) {
            continue;
        }
        let value = parameter(name).ok_or_else(|| name.to_owned())?;
        variables.push((Text::Borrowed(name), value));
    }
    Ok(sub(arn(resource), variables))
}

/// Writes the short form of an ARN out: `@service:rest`, `@@service:rest`.
pub(super) fn arn(short: &str) -> String {
    let rest = short.replace('{', "${");
    if let Some(global) = rest.strip_prefix("@@") {
        let (service, rest) = global.split_once(':').unwrap_or((global, ""));
        format!("arn:${{AWS::Partition}}:{service}:::{rest}")
    } else if let Some(regional) = rest.strip_prefix('@') {
        let (service, rest) = regional.split_once(':').unwrap_or((regional, ""));
        format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
    } else {
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;

    #[test]
    fn a_template_gives_its_statements() {
        let template = find("SQSSendMessagePolicy").map(|template| {
            template
                .document(&|name| (name == "queueName").then(|| Value::from("q")))
                .map(|value| value.to_json(&Tree::default()))
        });
        let expected = concat!(
            r#"{"Statement":[{"Action":["sqs:SendMessage*"],"Effect":"Allow","Resource":{"Fn::Sub":["#,
            r#""arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${queueName}",{"queueName":"q"}]}}]}"#,
        );
        assert_eq!(template, Some(Ok(expected.to_owned())));
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let document = find("S3ReadPolicy").map(|template| template.document(&|_| None).err());
        assert_eq!(document, Some(Some("bucketName".to_owned())));
    }

    #[test]
    fn every_template_reads() {
        let names = TEMPLATES.lines().filter(|line| !line.starts_with([' ', '#']));
        let mut count = 0;
        for name in names {
            let template = find(name);
            assert!(template.is_some_and(|found| found.document(&|_| Some("x".into())).is_ok()), "{name}");
            count += 1;
        }
        assert!(count > 70, "{count} templates");
        assert!(find("# SAM policy templates").is_none() && find(" ").is_none() && find("NoSuch").is_none());
    }
}

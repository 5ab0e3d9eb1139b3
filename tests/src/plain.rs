//! Templates as plain data: read by a YAML parser that is not ours, functions computed, conditions decided by the
//! parameters' defaults. It knows what the templates of the kernel's cases use and no more.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::{Map, Value, json};
use serde_yaml::Value as Yaml;

/// A template with its functions still in it, all written long.
#[derive(Clone, Debug)]
pub struct Template {
    root: Value,
    region: String,
    zones: Vec<String>,
}

/// What a reference to a resource becomes.
pub trait References {
    /// `Ref`.
    fn id(&self, resource: &str) -> Option<Value>;
    /// `Fn::GetAtt`.
    fn attribute(&self, resource: &str, attribute: &str) -> Option<Value>;
}

type Result<T> = std::result::Result<T, String>;

/// Reads YAML or JSON.
///
/// # Errors
/// Text that is neither.
pub fn read(text: &str) -> Result<Value> {
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let yaml: Yaml = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    written_long(&yaml)
}

fn written_long(yaml: &Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(number) => serde_json::to_value(number).map_err(|error| error.to_string())?,
        Yaml::String(text) => json!(text),
        Yaml::Sequence(items) => items.iter().map(written_long).collect::<Result<Vec<_>>>()?.into(),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(text) => text.clone(),
                    Yaml::Number(number) => number.to_string(),
                    Yaml::Bool(value) => value.to_string(),
                    other => return Err(format!("a key {other:?}")),
                };
                map.insert(key, written_long(value)?);
            }
            map.into()
        }
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            let value = written_long(&tagged.value)?;
            match (name, &value) {
                ("Ref" | "Condition", _) => json!({ name: value }),
                ("GetAtt", Value::String(text)) => {
                    let (resource, attribute) = text.split_once('.').ok_or("GetAtt without a dot")?;
                    json!({ "Fn::GetAtt": [resource, attribute] })
                }
                _ => json!({ format!("Fn::{name}"): value }),
            }
        }
    })
}

impl Template {
    /// Reads a template for a region with these zones.
    ///
    /// # Errors
    /// Text that is neither YAML nor JSON.
    pub fn read(text: &str, region: &str, zones: &[String]) -> Result<Self> {
        Ok(Self { root: read(text)?, region: region.to_owned(), zones: zones.to_vec() })
    }

    /// The transforms, as written.
    pub fn transform(&self) -> Option<&Value> {
        self.root.get("Transform")
    }

    /// The resources that exist: logical id, type, and the whole declaration.
    ///
    /// # Errors
    /// A condition that cannot be decided.
    pub fn resources(&self) -> Result<Vec<(&str, &str, &Value)>> {
        let mut found = Vec::new();
        for (id, body) in self.root["Resources"].as_object().into_iter().flatten() {
            let exists = match body["Condition"].as_str() {
                Some(name) => self.condition(name)?,
                None => true,
            };
            if exists {
                found.push((id.as_str(), body["Type"].as_str().unwrap_or_default(), body));
            }
        }
        Ok(found)
    }

    fn condition(&self, name: &str) -> Result<bool> {
        self.holds(self.root["Conditions"].get(name).ok_or_else(|| format!("no condition {name}"))?)
    }

    fn holds(&self, value: &Value) -> Result<bool> {
        let (name, argument) = call(value).ok_or_else(|| format!("no condition: {value}"))?;
        let arguments = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match name {
            "Condition" => self.condition(argument.as_str().unwrap_or_default()),
            "Fn::Equals" => {
                let sides = arguments()
                    .iter()
                    .map(|side| Ok(text(&self.value(side, &NoReferences)?.unwrap_or_default())))
                    .collect::<Result<Vec<_>>>()?;
                Ok(matches!(&*sides, [one, two] if one == two))
            }
            "Fn::Not" => Ok(!self.holds(arguments().first().ok_or("an empty Fn::Not")?)?),
            "Fn::And" => arguments().iter().try_fold(true, |all, one| Ok(all && self.holds(one)?)),
            "Fn::Or" => arguments().iter().try_fold(false, |any, one| Ok(any || self.holds(one)?)),
            other => Err(format!("no condition: {other}")),
        }
    }

    /// What a value computes to; nothing for `AWS::NoValue`.
    ///
    /// # Errors
    /// A function or reference that is not known here.
    pub fn value(&self, value: &Value, references: &dyn References) -> Result<Option<Value>> {
        if let Some((name, argument)) = call(value) {
            return self.call(name, argument, references);
        }
        Ok(Some(match value {
            Value::Array(items) => {
                let mut list = Vec::new();
                for item in items {
                    list.extend(self.value(item, references)?);
                }
                list.into()
            }
            Value::Object(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    if let Some(value) = self.value(value, references)? {
                        map.insert(key.clone(), value);
                    }
                }
                map.into()
            }
            scalar => scalar.clone(),
        }))
    }

    fn call(&self, name: &str, argument: &Value, references: &dyn References) -> Result<Option<Value>> {
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let known = |value: &Value| -> Result<Value> {
            self.value(value, references)?.ok_or_else(|| format!("no value: {value}"))
        };
        let wrong = || format!("{name}: {argument}");
        Ok(Some(match (name, list) {
            ("Ref", _) => return self.reference(argument.as_str().ok_or_else(wrong)?, references),
            ("Fn::GetAtt", [resource, attribute]) => {
                let (resource, attribute) = (text(resource), text(attribute));
                references
                    .attribute(&resource, &attribute)
                    .ok_or_else(|| format!("no attribute {resource}.{attribute}"))?
            }
            ("Fn::GetAtt", []) => {
                let text = argument.as_str().ok_or_else(wrong)?;
                let (resource, attribute) = text.split_once('.').ok_or_else(wrong)?;
                references.attribute(resource, attribute).ok_or_else(|| format!("no attribute {text}"))?
            }
            ("Fn::If", [condition, then, otherwise]) => {
                let holds = self.condition(condition.as_str().ok_or_else(wrong)?)?;
                return self.value(if holds { then } else { otherwise }, references);
            }
            ("Fn::GetAZs", _) => json!(self.zones),
            ("Fn::Select", [at, from]) => {
                let at: usize = text(&known(at)?).parse().map_err(|_| wrong())?;
                known(from)?.get(at).cloned().ok_or_else(wrong)?
            }
            ("Fn::Join", [between, parts]) => {
                let parts = known(parts)?;
                let parts: Vec<String> = parts.as_array().ok_or_else(wrong)?.iter().map(text).collect();
                parts.join(between.as_str().ok_or_else(wrong)?).into()
            }
            ("Fn::FindInMap", [map, one, two]) => {
                let (map, one, two) = (text(&known(map)?), text(&known(one)?), text(&known(two)?));
                self.root["Mappings"][map][one].get(two).cloned().ok_or_else(wrong)?
            }
            ("Fn::Cidr", [block, count, bits]) => {
                let block: Ipv4Net = text(&known(block)?).parse().map_err(|_| wrong())?;
                let count: u32 = text(&known(count)?).parse().map_err(|_| wrong())?;
                let bits: u8 = text(&known(bits)?).parse().map_err(|_| wrong())?;
                (0..count)
                    .map(|at| {
                        let address = u32::from(block.network()) + (at << bits);
                        json!(format!("{}/{}", Ipv4Addr::from(address), 32 - bits))
                    })
                    .collect::<Vec<_>>()
                    .into()
            }
            ("Fn::Sub", _) => {
                let (pattern, values) = match list {
                    [pattern, values] => (pattern, known(values)?),
                    _ => (argument, json!({})),
                };
                self.substitute(pattern.as_str().ok_or_else(wrong)?, &values, references)?.into()
            }
            _ => return Err(wrong()),
        }))
    }

    fn substitute(&self, pattern: &str, values: &Value, references: &dyn References) -> Result<String> {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = after.split_once('}').ok_or_else(|| format!("Fn::Sub: {pattern}"))?;
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match (values.get(name), name.split_once('.')) {
                (Some(value), _) => Some(value.clone()),
                (None, Some((resource, attribute))) => references.attribute(resource, attribute),
                (None, None) => self.reference(name, references)?,
            };
            out.push_str(&text(&value.ok_or_else(|| format!("no value for {name}"))?));
        }
        out.push_str(rest);
        Ok(out)
    }

    fn reference(&self, name: &str, references: &dyn References) -> Result<Option<Value>> {
        if let Some(parameter) = self.root["Parameters"].get(name) {
            let default = parameter.get("Default").ok_or_else(|| format!("{name} has no default"))?;
            let is_list = text(&parameter["Type"]).contains("List");
            return Ok(Some(if is_list {
                text(default).split(',').map(str::trim).collect::<Vec<_>>().into()
            } else {
                text(default).into()
            }));
        }
        Ok(Some(match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::Region" => json!(self.region),
            "AWS::Partition" => json!("aws"),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            "AWS::AccountId" => json!("111122223333"),
            "AWS::StackName" => json!("stack"),
            _ => references.id(name).ok_or_else(|| format!("no {name}"))?,
        }))
    }
}

struct NoReferences;

impl References for NoReferences {
    fn id(&self, _resource: &str) -> Option<Value> {
        None
    }

    fn attribute(&self, _resource: &str, _attribute: &str) -> Option<Value> {
        None
    }
}

/// A call of a function: its long name and argument.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, argument) = map.iter().next()?;
    // A rule's `Condition` key stands beside others; alone it is a call.
    (name == "Ref" || name.starts_with("Fn::") || name == "Condition").then_some((name.as_str(), argument))
}

/// A scalar as text.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

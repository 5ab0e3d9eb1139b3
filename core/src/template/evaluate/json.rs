//! `Fn::ToJsonString`.

use crate::template::value::{Part, Text, Unknown, Value};

pub(super) fn json_string(value: &Value) -> Value {
    match json(value) {
        Ok(json) => Value::text(json.to_string()),
        Err(unknown) => Value::Text(Text::of(Part::Unknown(unknown))),
    }
}

fn json(value: &Value) -> Result<serde_json::Value, Unknown> {
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Text(text) => match (text.known(), text.unknowns().next()) {
            (Some(text), _) => serde_json::Value::from(text),
            (None, Some(unknown)) => return Err(unknown.clone()),
            (None, None) => return Err(Unknown::Broken),
        },
        Value::List(items) => {
            serde_json::Value::Array(items.iter().map(|item| json(&item.value)).collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => {
            let mut map = serde_json::Map::new();
            for (name, case) in entries.iter() {
                map.insert(name.clone(), json(&case.value)?);
            }
            serde_json::Value::Object(map)
        }
        Value::Unknown(unknown) => return Err(unknown.clone()),
        Value::Zones(_) | Value::NoValue => return Err(Unknown::Broken),
    })
}

//! Where code in the template connects: at every call, or once for each environment.

use crate::demands::scope::Scope;
use crate::template::{Resource, Value};
use crate::text::Span;

/// What opens a connection to a database, in the usual clients of Python and JavaScript.
const CONNECTS: [&str; 12] = [
    "psycopg2.connect(",
    "psycopg.connect(",
    "pymysql.connect(",
    "mysql.connector.connect(",
    "MySQLdb.connect(",
    "pg8000.connect(",
    "asyncpg.connect(",
    "create_engine(",
    "createConnection(",
    "createPool(",
    "new Pool(",
    "new Client(",
];

/// Where the handler of inline code opens a connection itself, which so is opened at every call.
pub(crate) fn connects_in_handler(scope: Scope<'_, '_>, function: &Resource) -> Option<Span> {
    let name = scope.property(function, &["Handler"]);
    let name = name.first()?.value.known()?.rsplit('.').next()?.to_owned();
    for case in scope.property(function, &["Code", "ZipFile"]) {
        let Value::Text(text) = &case.value else { continue };
        let code = text.to_string();
        let Some(written) = in_handler(&code, &name) else { continue };
        let source = case.span.slice(scope.template.text());
        // The first place with the same text may be another one: then the code as a whole is meant.
        if source.matches(written).count() != 1 {
            return Some(case.span);
        }
        let start = case.span.start.checked_add(u32::try_from(source.find(written)?).ok()?)?;
        return Some(Span::new(start, start.checked_add(u32::try_from(written.len()).ok()?)?));
    }
    None
}

fn in_handler<'c>(code: &'c str, handler: &str) -> Option<&'c str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let python = format!("def {handler}(");
    let script =
        [format!("exports.{handler} ="), format!("exports.{handler}="), format!("const {handler} =")];
    let mut lines = code.lines();
    let start = lines.find(|line| {
        let line = line.trim_start();
        line.trim_start_matches("async ").starts_with(&python)
            || script.iter().any(|start| line.trim_start_matches("export ").starts_with(start))
    })?;
    let is_script = !start.trim_start().trim_start_matches("async ").starts_with("def ");
    let outer = indent(start);
    for line in lines {
        let trimmed = line.trim_start();
        let blank = trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("//");
        if blank {
            continue;
        }
        // Both languages are written with the body further in; what is not tells nothing.
        if indent(line) <= outer && !(is_script && trimmed.starts_with(')')) {
            return None;
        }
        // A connection that is kept is asked for first: `if conn is None`.
        if trimmed.starts_with("if ") || trimmed.starts_with("if(") {
            return None;
        }
        if let Some(found) = CONNECTS.iter().find(|start| line.contains(**start)) {
            let at = line.find(found)?;
            return line.get(at..at + found.len() - 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::in_handler;

    #[test]
    fn a_connection_of_the_handler_is_told_from_one_that_is_kept() {
        for (code, expected) in [
            (
                "import psycopg2\ndef handler(event, context):\n    conn = psycopg2.connect(host)\n",
                Some("psycopg2.connect"),
            ),
            ("conn = psycopg2.connect(host)\ndef handler(event, context):\n    return conn\n", None),
            (
                "def handler(event, context):\n    if conn is None:\n        conn = psycopg2.connect(h)\n",
                None,
            ),
            ("def handler(e, c):\n    return 1\ndef other():\n    psycopg2.connect(h)\n", None),
            (
                "exports.handler = async (event) => {\n  const client = new Client({host});\n};\n",
                Some("new Client"),
            ),
            ("const pool = new Pool();\nexports.handler = async () => {\n  return pool;\n};\n", None),
        ] {
            assert_eq!(in_handler(code, "handler"), expected, "{code}");
        }
    }
}

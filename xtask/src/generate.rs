//! Files that are made from other files, and kept in the repository because people read them there.

#[path = "../../cli/src/config/schema.rs"]
mod config_schema;

use crate::{gallery, iam_services, prices, project::Project, rule_table};
use anyhow::{Context, Result, bail};
use std::fs;

struct Generated {
    /// Where it lies, from the top of the repository.
    path: &'static str,
    content: fn(&Project) -> Result<String>,
}

/// Every generated file. A new one is a line here.
const GENERATED: &[Generated] = &[
    Generated { path: "docs/rules.md", content: rule_table::content },
    Generated { path: "core/data/iam_services.txt", content: iam_services::content },
    Generated { path: "core/data/prices.txt", content: prices::content },
];

pub(crate) fn write(project: &Project) -> Result<()> {
    write_all(project, GENERATED)?;
    for (path, content) in gallery::files(project)?.into_iter().chain(schemas()) {
        write_one(project, &path, &content)?;
    }
    Ok(())
}

/// Fails if a file is not what it would be now.
pub(crate) fn check(project: &Project) -> Result<()> {
    let mut stale: Vec<String> = stale(project, GENERATED)?.into_iter().map(str::to_owned).collect();
    stale.extend(changed(project, gallery::files(project)?));
    stale.extend(changed(project, schemas()));
    if !stale.is_empty() {
        bail!("out of date: {}; run `cargo xtask generate` and commit what it writes", stale.join(", "));
    }
    Ok(())
}

fn write_all(project: &Project, table: &[Generated]) -> Result<()> {
    for file in table {
        write_one(project, file.path, &(file.content)(project)?)?;
    }
    Ok(())
}

fn write_one(project: &Project, path: &str, content: &str) -> Result<()> {
    let path = project.path(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// The schemas of the JSON formats and of the settings.
fn schemas() -> Vec<(String, String)> {
    let schemas = vpcheck_core::render::schemas().into_iter();
    let formats = schemas.map(|(command, schema)| (format!("docs/schema/{command}.v1.json"), schema));
    // Of vpcheck.yaml, which only the command line reads: the schema stands beside what reads it.
    formats.chain([("docs/schema/config.v1.json".to_owned(), config_schema::content())]).collect()
}

/// Which of these files are not what they would be now.
fn changed(project: &Project, files: Vec<(String, String)>) -> Vec<String> {
    let is_stale =
        |path: &str, content: &str| fs::read_to_string(project.path(path)).ok().as_deref() != Some(content);
    files.into_iter().filter(|(path, content)| is_stale(path, content)).map(|(path, _)| path).collect()
}

fn stale(project: &Project, table: &[Generated]) -> Result<Vec<&'static str>> {
    let mut stale = Vec::new();
    for file in table {
        let content = (file.content)(project)?;
        if fs::read_to_string(project.path(file.path)).ok().as_ref() != Some(&content) {
            stale.push(file.path);
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::{Generated, changed, schemas, stale, write_all};
    use crate::{gallery, project::Project};
    use std::fs;

    /// The gallery is the test of the pictures themselves: whoever changes one looks at it, and writes it anew.
    #[test]
    fn the_pictures_of_the_gallery_are_those_that_are_drawn_now() {
        let project = Project::locate().unwrap();
        assert_eq!(changed(&project, gallery::files(&project).unwrap()), Vec::<String>::new());
    }

    /// A schema is a promise: a member that is gone from it breaks whoever reads it.
    #[test]
    fn the_schemas_are_those_of_the_shapes() {
        let project = Project::locate().unwrap();
        assert_eq!(changed(&project, schemas()), Vec::<String>::new());
    }

    #[test]
    fn what_was_written_is_fresh_until_it_is_touched() {
        let root = std::env::temp_dir().join(format!("vpcheck-generate-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let project = Project::at(root.clone());
        let table = [Generated { path: "docs/list.md", content: |_| Ok("a list\n".to_owned()) }];
        assert_eq!(stale(&project, &table).unwrap(), ["docs/list.md"]);
        write_all(&project, &table).unwrap();
        assert!(stale(&project, &table).unwrap().is_empty());
        fs::write(root.join("docs/list.md"), "edited by hand\n").unwrap();
        assert_eq!(stale(&project, &table).unwrap(), ["docs/list.md"]);
        fs::remove_dir_all(root).unwrap();
    }
}

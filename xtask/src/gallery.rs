//! docs/gallery: pictures of networks of every kind, from the templates in tests/gallery.

use crate::project::Project;
use anyhow::{Context, Result, anyhow};
use std::{fmt::Write as _, fs};
use vpcheck_core::{
    Options,
    diagram::{Diagram, DiagramRequest, sketch},
    language::Language,
    render,
};

const HEAD: &str = "\
# Gallery / 構成図の例

<!-- Written by `cargo xtask generate` from tests/gallery. -->

`vpcheck diagram template.yaml -o network.svg` draws these, `--from` and `--to` lay a traced path over them, and
`--format mermaid` writes the same as a flowchart.
`vpcheck diagram template.yaml -o network.svg` で作成した図です。`--from` と `--to` を付けると経路を重ねて表示し、
`--format mermaid` では同じ構成をフローチャートとして出力します。
";

/// A template of the gallery: its first lines are its title in English and Japanese, and perhaps a path to lay over it.
struct Example {
    name: String,
    text: String,
    english: String,
    japanese: String,
    path: Option<(String, String)>,
}

/// Every file of the gallery, by its path from the top of the repository.
pub(crate) fn files(project: &Project) -> Result<Vec<(String, String)>> {
    let mut readme = HEAD.to_owned();
    let mut files = Vec::new();
    for example in examples(project)? {
        let Example { name, english, japanese, .. } = &example;
        write!(
            readme,
            "\n## {english}\n\n{japanese}\n\n![{english}]({name}.svg)\n\n[日本語版]({name}.ja.svg) · [Mermaid]({name}.mmd) · [Mermaid, 日本語]({name}.ja.mmd) · [template](../../tests/gallery/{name}.yaml)\n"
        )?;
        for (language, end) in [(Language::English, ""), (Language::Japanese, ".ja")] {
            let drawn = example.drawn(language)?;
            files.push((format!("docs/gallery/{name}{end}.svg"), render::svg(&drawn)));
            files.push((format!("docs/gallery/{name}{end}.mmd"), render::mermaid(&drawn)));
        }
    }
    files.push(("docs/gallery/README.md".to_owned(), readme));
    Ok(files)
}

fn examples(project: &Project) -> Result<Vec<Example>> {
    let folder = project.path("tests/gallery");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        .collect();
    names.sort();
    names.into_iter().map(|name| read(project, name)).collect()
}

fn read(project: &Project, name: String) -> Result<Example> {
    let path = project.path(&format!("tests/gallery/{name}.yaml"));
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut head = text.lines().map_while(|line| line.strip_prefix("# "));
    let (english, japanese) =
        head.next().zip(head.next()).context("a title in English and one in Japanese")?;
    let path = head.next().and_then(|line| line.strip_prefix("path: ")?.split_once(' '));
    let path = path.map(|(from, to)| (from.to_owned(), to.to_owned()));
    let (english, japanese) = (english.to_owned(), japanese.to_owned());
    Ok(Example { name, text, english, japanese, path })
}

impl Example {
    fn drawn(&self, language: Language) -> Result<Diagram> {
        let options = Options { region: Some("ap-northeast-1".to_owned()), ..Options::default() };
        let traced = self.path.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
        let sketch = sketch(&format!("{}.yaml", self.name), &self.text, &options, traced)
            .map_err(|error| anyhow!("{}: {}", self.name, error.what.en))?;
        Ok(sketch.drawn(&DiagramRequest { language, ..DiagramRequest::default() }))
    }
}

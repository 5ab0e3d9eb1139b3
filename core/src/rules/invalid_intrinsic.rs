use std::collections::HashSet;

use super::{Area, RuleInfo, Subject, nearest, unknown_reference};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::phrase;
use crate::syntax::{Entries, Format, Node};
use crate::template::Template;
use crate::template::expression::{Call, Expression, FUNCTIONS, Function};
use crate::text::Span;

mod arguments;
mod boolean;
mod mapping;
mod usage;

pub(super) use arguments::is_sub_name;

const ID: RuleId = RuleId("invalid-intrinsic");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "An intrinsic function has arguments that it does not take",
            ja: "組み込み関数の引数が正しくない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let Some(root) = written_root(template) else { return };
    let has = |name: &str| template.transforms.iter().any(|transform| transform.name == name);
    let mut check = Check {
        template,
        root,
        preprocessed: template.has_unknown_macro() || unknown_reference::is_of_another_tool(template),
        extended: has("AWS::LanguageExtensions"),
        section: Section::Values,
        owner: None,
        seen: vec![0; template.parsed.tree.len()],
        told: HashSet::new(),
        findings,
    };
    check.strings(root, &["AWSTemplateFormatVersion", "Description"]);
    for entry in root.entries() {
        match entry.name() {
            Some("Parameters") => check.constants(entry.value, DEPTH),
            Some("Mappings") if !check.extended => check.constants(entry.value, DEPTH),
            Some("Conditions") => check.conditions(entry.value),
            Some("Rules") => check.rules(entry.value),
            Some("Globals") => check.globals(entry.value),
            Some("Resources" | "Outputs") => check.declarations(entry.value),
            _ => {}
        }
    }
}

/// The template as it is written: the loops of `AWS::LanguageExtensions` are one place in the text, however often
/// they are written out.
fn written_root<'a>(template: &'a Template<'_>) -> Option<Node<'a>> {
    let documents = &template.parsed.documents;
    let with_resources =
        documents.iter().find(|document| template.node(document.root).get("Resources").is_some());
    with_resources.or(documents.first()).map(|document| template.node(document.root))
}

/// Nodes nested deeper than this are not walked; the parser allows 200.
const DEPTH: usize = 400;
/// Calls are not looked at after this many findings: nobody reads on, and near names take time to find.
const MOST: usize = 200;

/// Which functions count as right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Section {
    /// Resources, outputs, SAM's Globals.
    Values,
    /// The Conditions section.
    Conditions,
    /// The Rules section.
    Rules,
}

/// A walk over the calls of the text.
struct Check<'a, 'f> {
    template: &'a Template<'a>,
    root: Node<'a>,
    /// A macro or another tool reads the text first, so CloudFormation need not understand all of it.
    preprocessed: bool,
    /// `AWS::LanguageExtensions` works on the template.
    extended: bool,
    section: Section,
    owner: Option<&'a str>,
    /// Aliases show one node in many places; it is judged once for each section, as a value and as a condition: a bit of
    /// its node for each.
    seen: Vec<u8>,
    /// Places of findings: one place has one.
    told: HashSet<Span>,
    findings: &'f mut Vec<Finding>,
}

impl<'a> Check<'a, '_> {
    /// The transforms that work on the template write out functions where CloudFormation takes a name only.
    fn takes_calls_for_names(&self) -> bool {
        self.preprocessed || self.extended || self.template.is_sam
    }

    fn globals(&mut self, section: Node<'a>) {
        self.section = Section::Values;
        self.values(section);
    }

    /// Resources and outputs.
    fn declarations(&mut self, section: Node<'a>) {
        self.section = Section::Values;
        for entry in section.entries() {
            self.owner = entry.name();
            if entry.name().is_some_and(is_loop) {
                self.for_each(entry.key, entry.value, DEPTH);
            } else if entry.name() != Some("Fn::Transform") {
                self.declaration(entry.value);
            }
        }
        self.owner = None;
    }

    fn declaration(&mut self, body: Node<'a>) {
        if body.tag().is_some() {
            return;
        }
        self.strings(body, &["Type", "Condition"]);
        for attribute in body.entries() {
            match attribute.name() {
                Some("Type" | "Condition") => {}
                Some("DependsOn") => self.depends_on(attribute.value),
                Some("Export") => self.export(attribute.value),
                Some("DeletionPolicy" | "UpdateReplacePolicy") if !self.takes_calls_for_names() => {
                    self.constants(attribute.value, DEPTH);
                }
                _ => self.values(attribute.value),
            }
        }
    }

    fn depends_on(&mut self, node: Node<'a>) {
        if self.takes_calls_for_names() {
            return;
        }
        self.constants(node, DEPTH);
    }

    /// Keys whose values are plain text to CloudFormation.
    fn strings(&mut self, map: Node<'a>, keys: &[&str]) {
        if self.takes_calls_for_names() {
            return;
        }
        for entry in map.entries() {
            if entry.name().is_some_and(|name| keys.contains(&name)) {
                self.constants(entry.value, DEPTH);
            }
        }
    }

    /// A place where CloudFormation calls no function.
    fn constants(&mut self, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1).filter(|_| !self.preprocessed) else { return };
        match Expression::of(node) {
            Expression::Scalar(_) | Expression::Missing => {}
            Expression::List(items) => items.into_iter().for_each(|item| self.constants(item, depth)),
            Expression::Map(map) => {
                for entry in map.entries() {
                    if entry.name() != Some("Fn::Transform") {
                        self.constants(entry.value, depth);
                    }
                }
            }
            Expression::Call(call) => match call.function {
                Function::Foreign => self.near_tag(call),
                Function::Unknown | Function::Transform => {}
                _ => {
                    let name = written(call);
                    self.report(
                        call.name,
                        &name,
                        phrase!(
                            en: "{name} stands where CloudFormation calls no function",
                            ja: "{name} は、CloudFormation が関数を評価しない場所に書かれています",
                        ),
                        phrase!(
                            en: "write the value itself; functions work in properties, outputs and conditions",
                            ja: "値をそのまま書いてください。関数が使えるのはプロパティ、出力、条件の中です",
                        ),
                    );
                }
            },
        }
    }

    /// Anything that may hold calls.
    fn values(&mut self, node: Node<'a>) {
        self.value(node, DEPTH);
    }

    fn value(&mut self, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if !self.is_first_look(node, false) {
            return;
        }
        self.expression(Expression::of(node), depth);
    }

    /// Whether a node was not looked at before in this section and in this role.
    fn is_first_look(&mut self, node: Node<'a>, as_condition: bool) -> bool {
        let Some(seen) = self.seen.get_mut(node.target().index()) else { return false };
        let bit = 1 << (2 * self.section as u8 + u8::from(as_condition));
        let is_first = *seen & bit == 0;
        *seen |= bit;
        is_first
    }

    fn expression(&mut self, expression: Expression<'a>, depth: usize) {
        match expression {
            Expression::Scalar(_) | Expression::Missing => {}
            Expression::List(items) => items.into_iter().for_each(|item| self.value(item, depth)),
            Expression::Map(map) => self.map(map.entries(), depth),
            Expression::Call(call) => self.call(call, depth),
        }
    }

    fn map(&mut self, entries: Entries<'a>, depth: usize) {
        self.function_beside_others(entries);
        for entry in entries {
            match entry.name() {
                Some(name) if is_loop(name) => self.for_each(entry.key, entry.value, depth),
                Some("Fn::Transform") => {}
                _ => self.value(entry.value, depth),
            }
        }
    }

    /// A function is the only key of its map; beside others CloudFormation takes it for a property.
    fn function_beside_others(&mut self, entries: Entries<'a>) {
        let names = || entries.into_iter().filter_map(crate::syntax::Entry::name);
        let first = names().next();
        if self.preprocessed || names().all(|name| Some(name) == first) {
            return;
        }
        for entry in entries {
            let Some(name) = entry.name().filter(|name| self.is_function_key(name, entry.value)) else {
                continue;
            };
            let other = names().find(|other| *other != name).unwrap_or("");
            self.report(
                entry.key.span(),
                name,
                phrase!(
                    en: "`{name}` is not the only key of its map, so it is not called",
                    ja: "`{name}` と同じマップにほかのキーがあるため、関数として評価されません",
                ),
                phrase!(
                    en: "take `{other}` and other keys out of the map, or into the function's argument",
                    ja: "`{other}` などのキーをこのマップから外すか、関数の引数の中に移してください",
                ),
            );
        }
    }

    fn is_function_key(&self, name: &str, value: Node<'a>) -> bool {
        if name == "Ref" {
            // A map of data may well have such a key: then its value names nothing of the template.
            let named = value.as_str().unwrap_or("");
            return self.template.parameter(named).is_some() || named.starts_with("AWS::");
        }
        name != "Fn::Transform"
            && !is_loop(name)
            && FUNCTIONS.iter().any(|(known, _)| *known == name && name != "Condition")
    }

    fn call(&mut self, call: Call<'a>, depth: usize) {
        if self.told.len() >= MOST {
            return;
        }
        if !self.is_right_place(call) {
            self.inside(call, depth);
            return;
        }
        match call.function {
            Function::Ref => self.reference(call),
            Function::GetAtt => self.get_att(call),
            Function::Sub => self.sub(call),
            Function::Join => self.join(call),
            Function::Select => self.select(call),
            Function::Split => self.split(call),
            Function::FindInMap => self.find_in_map(call),
            Function::Cidr => self.cidr(call),
            Function::GetAzs | Function::Base64 => self.text_argument(call),
            Function::ImportValue => self.import_value(call),
            Function::If => self.if_else(call),
            Function::Equals => self.equals(call),
            Function::And | Function::Or | Function::Not => {
                self.junction(call, depth);
                return;
            }
            Function::Length => self.length(call),
            Function::ToJsonString => self.json_string(call),
            Function::Transform => {
                self.transform(call);
                return;
            }
            Function::Foreign => {
                self.near_tag(call);
                return;
            }
            Function::Unknown => self.unknown_function(call),
            Function::Condition
            | Function::ForEach
            | Function::Contains
            | Function::EachMemberEquals
            | Function::EachMemberIn
            | Function::RefAll
            | Function::ValueOf
            | Function::ValueOfAll => {}
        }
        self.inside(call, depth);
    }

    /// Calls inside the arguments of a call.
    fn inside(&mut self, call: Call<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let skipped = usize::from(call.function == Function::If);
        match call.argument.expression() {
            Expression::List(items) => {
                items.into_iter().skip(skipped).for_each(|item| self.value(item, depth));
            }
            // What stands as a map where arguments are listed has been told already.
            Expression::Map(map) => {
                map.entries().into_iter().for_each(|entry| self.value(entry.value, depth));
            }
            other => self.expression(other, depth),
        }
    }

    /// Whether the function works in this section.
    fn is_right_place(&mut self, call: Call<'a>) -> bool {
        let (function, name) = (call.function, written(call));
        if self.preprocessed {
            return true;
        }
        let (message, help) = match (function, self.section) {
            (
                Function::Contains
                | Function::EachMemberEquals
                | Function::EachMemberIn
                | Function::RefAll
                | Function::ValueOf
                | Function::ValueOfAll,
                Section::Values | Section::Conditions,
            ) => (
                phrase!(en: "{name} works in the Rules section only", ja: "{name} が使えるのは Rules セクションだけです"),
                phrase!(
                    en: "compare with `Fn::Equals` in a condition instead",
                    ja: "代わりに条件 (Conditions) の `Fn::Equals` で比べてください",
                ),
            ),
            (
                Function::Equals | Function::And | Function::Or | Function::Not | Function::Condition,
                Section::Values,
            ) => (
                phrase!(
                    en: "{name} is no value: it works in the Conditions section only",
                    ja: "{name} は値になりません。使えるのは Conditions セクションの中だけです",
                ),
                phrase!(
                    en: "name a condition under Conditions and choose the value with `Fn::If`",
                    ja: "Conditions に条件を書き、`Fn::If` で値を選んでください",
                ),
            ),
            (Function::GetAtt | Function::ImportValue, Section::Conditions) => (
                phrase!(
                    en: "conditions cannot use {name}: they are decided before there is any resource",
                    ja: "{name} は条件の中では使えません。条件はリソースより先に決まります",
                ),
                phrase!(
                    en: "pass the value in by a parameter",
                    ja: "値をパラメータで渡してください",
                ),
            ),
            (Function::Length | Function::ToJsonString, _) if !self.extended => self.needs_extensions(&name),
            _ => return true,
        };
        self.report(call.name, &name, message, help);
        false
    }

    fn needs_extensions(&self, name: &str) -> (Phrase, Phrase) {
        (
            phrase!(
                en: "{name} works with the transform `AWS::LanguageExtensions` only",
                ja: "{name} を使うには変換 `AWS::LanguageExtensions` が必要です",
            ),
            match self.template.parsed.format {
                Format::Yaml => phrase!(
                    en: "add `Transform: AWS::LanguageExtensions` at the top",
                    ja: "先頭に `Transform: AWS::LanguageExtensions` を追加してください",
                ),
                Format::Json => phrase!(
                    en: "add `\"Transform\": \"AWS::LanguageExtensions\"` at the top",
                    ja: "先頭に `\"Transform\": \"AWS::LanguageExtensions\"` を追加してください",
                ),
            },
        )
    }

    fn for_each(&mut self, key: Node<'a>, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if !self.extended && !self.preprocessed {
            let name = format!("`{}`", key.as_str().unwrap_or("Fn::ForEach"));
            let (message, help) = self.needs_extensions(&name);
            self.report(key.span(), &name, message, help);
            return;
        }
        if !self.preprocessed && !is_loop_right(key, node) {
            let usage = usage::of(Function::ForEach, self.template.parsed.format);
            self.report(
                key.span(),
                "Fn::ForEach",
                phrase!(
                    en: "a loop takes three arguments: identifiers, a collection and a map",
                    ja: "ループの引数は、識別子、コレクション、マップの 3 つです",
                ),
                usage,
            );
        }
        for item in node.items().into_iter().skip(1) {
            match Expression::of(item) {
                // In Resources, Outputs and Conditions the body holds declarations; their parts are walked alike.
                Expression::Map(map) => self.loop_body(map, depth),
                _ => self.value(item, depth),
            }
        }
    }

    fn loop_body(&mut self, map: Node<'a>, depth: usize) {
        for entry in map.entries() {
            match entry.name() {
                Some(name) if is_loop(name) => self.for_each(entry.key, entry.value, depth),
                _ if self.section == Section::Conditions => self.condition(entry.value, depth),
                _ if entry.value.get("Type").is_some() => self.declaration(entry.value),
                _ => self.value(entry.value, depth),
            }
        }
    }

    /// `!Reff`, `!GetAttr`: tags that nobody else has either.
    fn near_tag(&mut self, call: Call<'a>) {
        /// Tags of other tools that are near to ours.
        const OF_OTHER_TOOLS: [&str; 1] = ["JsonString"];
        if OF_OTHER_TOOLS.contains(&call.written) || call.written.contains("::") {
            return;
        }
        let tags = FUNCTIONS.iter().map(|(name, _)| name.strip_prefix("Fn::").unwrap_or(name));
        let Some(near) = nearest(call.written, tags.filter(|name| *name != "ForEach")) else { return };
        let name = call.written;
        self.report(
            call.name,
            name,
            phrase!(en: "CloudFormation has no function `!{name}`", ja: "CloudFormation に `!{name}` という関数はありません"),
            phrase!(en: "did you mean `!{near}`?", ja: "`!{near}` ではありませんか?"),
        );
    }

    fn unknown_function(&mut self, call: Call<'a>) {
        /// Young functions that the tables do not have yet.
        const YOUNG: [&str; 1] = ["Fn::GetStackOutput"];
        let name = call.written;
        let of_another_tool = name["Fn::".len()..].contains(':');
        if self.preprocessed || of_another_tool || YOUNG.contains(&name) {
            return;
        }
        let known = FUNCTIONS.iter().map(|(name, _)| *name).filter(|name| name.starts_with("Fn::"));
        let near = if name == "Fn::Ref" { Some("Ref") } else { nearest(name, known) };
        self.report(
            call.name,
            name,
            phrase!(en: "CloudFormation has no function `{name}`", ja: "CloudFormation に `{name}` という関数はありません"),
            match near {
                Some(near) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
                None => phrase!(
                    en: "where a macro replaces it, name the macro under Transform; CloudFormation refuses it as it is",
                    ja: "マクロが置き換えるものなら Transform にマクロ名を書いてください。このままでは CloudFormation が受け付けません",
                ),
            },
        );
    }

    fn report(&mut self, span: Span, what: &str, message: Phrase, help: Phrase) {
        if self.told.len() >= MOST || !self.told.insert(span) {
            return;
        }
        let mut finding =
            Finding::new(ID, Severity::Error, Some(span), message).help(help).told_apart_by(what);
        if let Some(owner) = self.owner {
            finding = finding.about(owner);
        }
        self.findings.push(finding);
    }
}

fn is_loop(key: &str) -> bool {
    key == "Fn::ForEach" || key.starts_with("Fn::ForEach::")
}

/// Whether a loop is called and written as one.
fn is_loop_right(key: Node<'_>, node: Node<'_>) -> bool {
    if node.tag().is_some() || node.is_missing() {
        return true;
    }
    let items = node.items();
    let named =
        key.as_str().and_then(|name| name.strip_prefix("Fn::ForEach::")).is_some_and(|name| !name.is_empty());
    // A loop over pairs has a list of identifiers.
    let identifier = items.get(0).is_some_and(|node| match node.as_str() {
        Some(name) => !name.is_empty(),
        None => !node.is_sequence() || !node.items().is_empty(),
    });
    let collection = items.get(1).is_some_and(
        |node| !matches!(Expression::of(node), Expression::Scalar(scalar) if scalar.tag().is_none()),
    );
    let body = items
        .get(2)
        .is_some_and(|node| !node.is_sequence() && (node.as_str().is_none() || node.tag().is_some()));
    named && items.len() == 3 && identifier && collection && body
}

/// A function as the text calls it: `` `!Join` `` or `` `Fn::Join` ``.
fn written(call: Call<'_>) -> String {
    let mark = if call.short { "!" } else { "" };
    format!("`{mark}{}`", call.written)
}

#[cfg(test)]
mod tests;

//! Takes resources out of a template.

use super::insert::is_written;
use super::remove::with_comma;
use crate::syntax::{CollectionStyle, Entry, Node};
use crate::template::Template;
use crate::template::reference::{Owner, in_text};
use crate::text::{Edit, Span};

/// The edits that take resources out, each with the comment that belongs to it. Nothing where something that stays
/// refers to one of them, or where one is not written by itself.
pub(crate) fn remove_resources(template: &Template<'_>, ids: &[&str]) -> Option<Vec<Edit>> {
    let written =
        |id: &&str| template.resource(id).is_some_and(|own| own.id == **id && is_written(template, own));
    let section = template.section("Resources")?;
    if !ids.iter().all(written) || is_needed(template, ids) || has_anchors(template, section, ids) {
        return None;
    }
    let goes = |entry: &Entry<'_>| entry.name().is_some_and(|name| ids.contains(&name));
    // A section without resources is refused.
    if section.entries().into_iter().all(|entry| goes(&entry)) {
        return None;
    }
    match section.collection_style()? {
        CollectionStyle::Flow => between_braces(template.text(), section, &goes),
        CollectionStyle::Block => Section::of(template.text(), section, &goes)?.edits(),
    }
}

fn is_needed(template: &Template<'_>, ids: &[&str]) -> bool {
    let mut needed = false;
    in_text(template, &mut |owner, reference| {
        let goes = matches!(owner, Owner::Resource(id) if ids.contains(&id));
        needed |= ids.contains(&reference.name) && !goes;
    });
    needed
}

/// An anchor that goes takes its aliases' meaning with it.
fn has_anchors(template: &Template<'_>, section: Node<'_>, ids: &[&str]) -> bool {
    let marks = |entry: Entry<'_>| {
        entry.merged
            || entry.value.target() != entry.value.id()
            || entry.span().slice(template.text()).lines().any(|line| {
                line.split_ascii_whitespace()
                    .any(|word| word.starts_with('&') && word.len() > 1 && word != "&&")
            })
    };
    section
        .entries()
        .into_iter()
        .any(|entry| entry.name().is_some_and(|name| ids.contains(&name)) && marks(entry))
}

/// Neighbours that go, go together: they share commas.
fn between_braces(text: &str, section: Node<'_>, goes: &dyn Fn(&Entry<'_>) -> bool) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut run: Option<Span> = None;
    for entry in section.entries() {
        if goes(&entry) {
            let start = run.map_or(entry.key.span().start, |run| run.start);
            run = Some(Span::new(start, entry.value.span_with_tag().end));
        } else if let Some(run) = run.take() {
            edits.push(Edit::delete(with_comma(text, run)?));
        }
    }
    if let Some(run) = run {
        edits.push(Edit::delete(with_comma(text, run)?));
    }
    Some(edits)
}

/// Whether a comment is ruled, as headings of several resources are: `# --- Endpoints ---`, `#####`.
fn is_heading(comment: &str) -> bool {
    ["---", "===", "###", "***"].iter().any(|rule| comment.contains(rule))
}

/// The lines of a text, and which of them go.
struct Section<'t> {
    lines: Vec<&'t str>,
    goes: Vec<bool>,
    /// The line of the section's key.
    head: usize,
}

impl<'t> Section<'t> {
    fn of(text: &'t str, section: Node<'_>, goes: &dyn Fn(&Entry<'_>) -> bool) -> Option<Self> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let line_of = |offset: u32| ends.partition_point(|end| *end < offset as usize);
        let mut found = Self { goes: vec![false; lines.len()], lines, head: 0 };
        let mut starts = Vec::new();
        for entry in section.entries() {
            starts.push((line_of(entry.key.span().start), goes(&entry), entry));
        }
        let first = starts.first()?.0;
        found.head = (0..first).rev().find(|at| !found.is_quiet(*at)).unwrap_or(0);
        for (at, (start, goes, entry)) in starts.iter().enumerate() {
            if !goes {
                continue;
            }
            let indent = found.indent(*start);
            if !found.lines.get(*start)?.trim_start().starts_with(entry.key.span().slice(text)) {
                return None;
            }
            let next = starts.get(at + 1);
            let last = found.last_line(*start, indent, next.map(|(start, ..)| *start));
            for line in found.goes.get_mut(*start..=last)? {
                *line = true;
            }
            let followed = next.is_some_and(|(start, goes, _)| !goes && *start == last + 1);
            found.take_comment(*start, indent, followed);
        }
        Some(found)
    }

    fn line(&self, at: usize) -> &str {
        self.lines.get(at).copied().unwrap_or("")
    }

    fn indent(&self, at: usize) -> usize {
        self.line(at).len() - self.line(at).trim_start_matches(' ').len()
    }

    fn is_blank(&self, at: usize) -> bool {
        self.line(at).trim().is_empty()
    }

    fn is_comment(&self, at: usize) -> bool {
        self.line(at).trim_start().starts_with('#')
    }

    /// Whether a line says nothing to CloudFormation.
    fn is_quiet(&self, at: usize) -> bool {
        self.is_blank(at) || self.is_comment(at)
    }

    /// The last line of the resource that starts at `start`: whatever stands deeper is its own, comments too.
    fn last_line(&self, start: usize, indent: usize, next: Option<usize>) -> usize {
        let end = next.unwrap_or(self.lines.len());
        let mut last = start;
        for at in start + 1..end {
            let deeper = self.indent(at) > indent;
            if !self.is_blank(at) && !deeper {
                break;
            }
            if !self.is_blank(at) {
                last = at;
            }
        }
        last
    }

    /// A comment right above belongs to the resource, unless it stands apart and another resource follows so closely
    /// that it heads both.
    fn take_comment(&mut self, start: usize, indent: usize, followed: bool) {
        let mut top = start;
        while top > 0
            && self.is_comment(top - 1)
            && self.indent(top - 1) == indent
            && !is_heading(self.line(top - 1))
        {
            top -= 1;
        }
        let stands_apart = top == 0 || self.is_blank(top - 1) || top - 1 == self.head;
        if !(followed && stands_apart) {
            (top..start).for_each(|at| self.goes[at] = true);
        }
    }

    /// Of the blank lines around what goes, those on one side stay.
    fn edits(mut self) -> Option<Vec<Edit>> {
        let mut kept = None;
        let mut gap = false;
        for at in 0..self.lines.len() {
            if self.goes[at] {
                gap = true;
                continue;
            }
            let doubled = kept.is_none_or(|kept| self.is_blank(kept) || kept == self.head);
            if gap && self.is_blank(at) && doubled {
                self.goes[at] = true;
                continue;
            }
            (kept, gap) = (Some(at), false);
        }
        // At the end of the text none is needed.
        if gap {
            for at in (0..self.lines.len()).rev() {
                if !self.goes[at] && !self.is_blank(at) {
                    break;
                }
                self.goes[at] = true;
            }
        }
        let mut edits: Vec<Edit> = Vec::new();
        let mut offset: u32 = 0;
        for (line, goes) in self.lines.iter().zip(&self.goes) {
            let end = offset + u32::try_from(line.len()).ok()?;
            match edits.last_mut().filter(|last| last.span.end == offset) {
                _ if !goes => {}
                Some(last) => last.span.end = end,
                None => edits.push(Edit::delete(Span::new(offset, end))),
            }
            offset = end;
        }
        Some(edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};
    use crate::text::apply;

    fn without(text: &str, ids: &[&str]) -> Option<String> {
        let template = lower(text, &Limits::default(), Inputs::default());
        let edits = remove_resources(&template, ids)?;
        Some(apply(text, &edits).expect("it fits"))
    }

    #[test]
    fn whole_lines_go_with_the_comment_and_a_blank_line() {
        for (before, ids, after) in [
            (
                "Resources:\n  A:\n    Type: T\n\n  # about B\n  B:\n    Type: T # t\n    # more of B\n\n  # about C\n  C:\n    Type: T\n",
                &["B"][..],
                "Resources:\n  A:\n    Type: T\n\n  # about C\n  C:\n    Type: T\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n\n  B:\n    Type: T\n\n  C:\n    Type: T\n",
                &["B", "C"],
                "Resources:\n  A:\n    Type: T\n",
            ),
            (
                "Resources:\n\n  A:\n    Type: T\n\n  B:\n    Type: T\n\nOutputs: {}\n",
                &["A"],
                "Resources:\n\n  B:\n    Type: T\n\nOutputs: {}\n",
            ),
            (
                "Resources:\r\n  A:\r\n    Type: T\r\n  B: {Type: T}\r\n  C:\r\n    Type: T",
                &["C", "A"],
                "Resources:\r\n  B: {Type: T}\r\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n\n  # ---- all of these ----\n\n  B:\n    Type: T\n  C:\n    Type: T\n",
                &["B"],
                "Resources:\n  A:\n    Type: T\n\n  # ---- all of these ----\n\n  C:\n    Type: T\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n\n  # --- all of these ---\n  # about B\n  B:\n    Type: T\n\n  C:\n    Type: T\n",
                &["B"],
                "Resources:\n  A:\n    Type: T\n\n  # --- all of these ---\n\n  C:\n    Type: T\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n\n  # both\n  B:\n    Type: T\n  C:\n    Type: T\n",
                &["B"],
                "Resources:\n  A:\n    Type: T\n\n  # both\n  C:\n    Type: T\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    Text: |\n      x\n\n      # y\n  B:\n    Type: T\n",
                &["A"],
                "Resources:\n  B:\n    Type: T\n",
            ),
        ] {
            assert_eq!(without(before, ids).as_deref(), Some(after), "{before}");
        }
    }

    #[test]
    fn braces_lose_their_commas() {
        let json = "{\"Resources\": {\n  \"A\": {\"Type\": \"T\"},\n  \"B\": {\"Type\": \"T\"},\n  \"C\": {\"Type\": \"T\"}\n}}";
        for (ids, after) in [
            (&["A"][..], "{\"Resources\": {\n  \"B\": {\"Type\": \"T\"},\n  \"C\": {\"Type\": \"T\"}\n}}"),
            (&["B"], "{\"Resources\": {\n  \"A\": {\"Type\": \"T\"},\n  \"C\": {\"Type\": \"T\"}\n}}"),
            (&["C"], "{\"Resources\": {\n  \"A\": {\"Type\": \"T\"},\n  \"B\": {\"Type\": \"T\"}\n}}"),
            (&["B", "C"], "{\"Resources\": {\n  \"A\": {\"Type\": \"T\"}\n}}"),
            (&["A", "C"], "{\"Resources\": {\n  \"B\": {\"Type\": \"T\"}\n}}"),
        ] {
            assert_eq!(without(json, ids).as_deref(), Some(after), "{ids:?}");
        }
    }

    #[test]
    fn what_others_need_stays() {
        let text = |rest: &str| format!("Resources:\n  A:\n    Type: T\n  B:\n    Type: T\n{rest}");
        for rest in [
            "    DependsOn: A\n",
            "    Properties: {P: !Ref A}\n",
            "    Properties: {P: !Sub '${A.Arn}'}\n",
            "Outputs:\n  O: {Value: !GetAtt A.Arn}\n",
        ] {
            assert_eq!(without(&text(rest), &["A"]), None, "{rest}");
        }
        let both = text("    DependsOn: A\n  C:\n    Type: T\n");
        assert_eq!(without(&both, &["A", "B"]).as_deref(), Some("Resources:\n  C:\n    Type: T\n"));
        assert_eq!(without(&text(""), &["A", "B"]), None, "a template needs a resource");
        assert_eq!(without("Resources:\n  A: &a\n    Type: T\n  B: *a\n", &["A"]), None);
    }
}

//! `Metadata: {vpcheck: {reaches: [...], mustNotReach: [...]}}` of a function, or of the template for all of them.

use super::scope::{Scope, place};
use super::weigh::{Sign, Weight, evidence};
use super::{DeclarationProblem, DemandSource, EvidenceKind};
use crate::network::Place;
use crate::paths::parse_goal;
use crate::phrase;
use crate::syntax::Node;
use crate::template::{Case, Guard, Value};

/// Reads all declarations; what must not be reached goes into `forbidden`.
pub(super) fn read(
    scope: Scope<'_, '_>,
    signs: &mut Vec<Sign>,
    forbidden: &mut Vec<Sign>,
    problems: &mut Vec<DeclarationProblem>,
) {
    let all: Vec<(&str, Guard)> =
        scope.functions().map(|function| (function.id.as_str(), function.guard)).collect();
    let whole = scope.section("Metadata").and_then(|metadata| metadata.get("vpcheck"));
    let mut reading = Reading { scope, signs, forbidden, problems };
    if let Some(own) = whole {
        reading.declared(None, own, &all);
    }
    for entry in scope.section("Resources").map(Node::entries).into_iter().flatten() {
        let Some(id) = entry.name() else { continue };
        let Some(own) = entry.value.at(&["Metadata", "vpcheck"]) else { continue };
        let function =
            scope.template.resource(id).filter(|resource| resource.kind == "AWS::Lambda::Function");
        match function {
            Some(function) => reading.declared(Some(id), own, &[(id, function.guard)]),
            None => reading.no_function(id, own),
        }
    }
}

struct Reading<'r, 'a, 't> {
    scope: Scope<'a, 't>,
    signs: &'r mut Vec<Sign>,
    forbidden: &'r mut Vec<Sign>,
    problems: &'r mut Vec<DeclarationProblem>,
}

const KEYS: [(&str, bool); 2] = [("reaches", false), ("mustNotReach", true)];

impl Reading<'_, '_, '_> {
    fn declared(&mut self, of: Option<&str>, own: Node<'_>, functions: &[(&str, Guard)]) {
        for (key, is_forbidden) in KEYS {
            let Some(list) = own.get(key) else { continue };
            let scope = self.scope;
            let cases = scope.template.evaluate(list);
            for case in cases.iter().flat_map(|case| scope.items(case)) {
                self.one(of, &case, is_forbidden, functions);
            }
        }
    }

    fn one(&mut self, of: Option<&str>, case: &Case, is_forbidden: bool, functions: &[(&str, Guard)]) {
        let written = match &case.value {
            Value::Text(text) => match (text.known(), text.resource()) {
                (Some(known), _) => Some(known.to_owned()),
                (None, Some((id, _))) => Some(id.to_owned()),
                (None, None) => None,
            },
            _ => None,
        };
        let Some(written) = written else {
            self.problem(
                of,
                place(case),
                phrase!(
                    en: "a declared destination must be a text that is known before deployment",
                    ja: "宛先の宣言には、デプロイ前に決まる文字列を書いてください",
                ),
                phrase!(
                    en: "write for example \"api.example.com:443\" or s3",
                    ja: "\"api.example.com:443\" や s3 のように書いてください",
                ),
            );
            return;
        };
        let goal = match parse_goal(&written, self.scope.template) {
            Ok(goal) => goal,
            Err(error) => return self.problem(of, place(case), error.what, error.next),
        };
        for (id, guard) in functions {
            let Some(when) = self.scope.both(*guard, case.guard) else { continue };
            let words = if is_forbidden {
                phrase!(
                    en: "declared: it must not reach `{written}`",
                    ja: "`{written}` に到達してはならないと宣言されています",
                )
            } else {
                phrase!(
                    en: "declared: it reaches `{written}`",
                    ja: "`{written}` に到達すると宣言されています",
                )
            };
            let sign = Sign {
                source: DemandSource::Function((*id).to_owned()),
                goal: goal.clone(),
                weight: Weight::Certain,
                evidence: evidence(EvidenceKind::Declaration, place(case), when, words),
            };
            if is_forbidden { self.forbidden.push(sign) } else { self.signs.push(sign) }
        }
    }

    /// Only functions send.
    fn no_function(&mut self, id: &str, own: Node<'_>) {
        for (key, _) in KEYS {
            let Some(entry) = own.entry(key) else { continue };
            self.problem(
                None,
                Place::in_template(entry.span()),
                phrase!(
                    en: "`{id}` is no function: `{key}` says nothing there",
                    ja: "`{id}` は関数ではないため、`{key}` は効果がありません",
                ),
                phrase!(
                    en: "move it to the function that it is about",
                    ja: "対象の関数に移してください",
                ),
            );
        }
    }

    fn problem(
        &mut self,
        function: Option<&str>,
        at: Place,
        what: crate::language::Phrase,
        next: crate::language::Phrase,
    ) {
        self.problems.push(DeclarationProblem { function: function.map(str::to_owned), at, what, next });
    }
}

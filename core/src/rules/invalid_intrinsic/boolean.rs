//! Conditions: what is true or false.

use super::arguments::{has_macro, is_open, place};
use super::{Check, DEPTH, Section, is_loop, usage, written};
use crate::phrase;
use crate::syntax::Node;
use crate::template::expression::{Call, Expression, Function, named_condition};

impl<'a> Check<'a, '_> {
    pub(super) fn conditions(&mut self, section: Node<'a>) {
        self.section = Section::Conditions;
        for entry in section.entries() {
            self.owner = entry.name();
            match entry.name() {
                Some(name) if is_loop(name) => self.for_each(entry.key, entry.value, DEPTH),
                Some("Fn::Transform") => {}
                _ if entry.value.is_null() && !entry.value.is_missing() => self.empty_condition(entry.key),
                _ => self.condition(entry.value, DEPTH),
            }
        }
        self.owner = None;
    }

    pub(super) fn rules(&mut self, section: Node<'a>) {
        self.section = Section::Rules;
        for entry in section.entries() {
            self.owner = entry.name();
            if let Some(condition) = entry.value.get("RuleCondition") {
                self.condition(condition, DEPTH);
            }
            let assertions = entry.value.get("Assertions").map(Node::items);
            for assertion in assertions.into_iter().flatten() {
                if let Some(assert) = assertion.get("Assert") {
                    self.condition(assert, DEPTH);
                }
            }
        }
        self.owner = None;
    }

    /// `Fn::And`, `Fn::Or`, `Fn::Not`.
    pub(super) fn junction(&mut self, call: Call<'a>, depth: usize) {
        let counts = if call.function == Function::Not { 1..=1 } else { 2..=10 };
        self.list(call, counts);
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in call.arguments() {
            if item.is_null() && !item.is_missing() {
                let name = written(call);
                self.tell(
                    call,
                    place(item, call),
                    phrase!(en: "a condition of {name} is empty", ja: "{name} の条件が空です"),
                );
            } else {
                self.condition(item, depth);
            }
        }
    }

    pub(super) fn equals(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 2..=2) else { return };
        let what = phrase!(en: "a side", ja: "比べる値");
        for item in items {
            match Expression::of(item) {
                Expression::Scalar(node) if !node.is_null() => {}
                Expression::List(_) | Expression::Map(_) if self.in_rules() => {}
                Expression::Call(inner) if !is_condition_function(inner.function) => {}
                expression => self.refuse_unless_text(call, expression, place(item, call), &what, &[]),
            }
        }
    }

    /// A place that must be true or false. A bare `true` is let pass: nothing we know says that it is refused.
    pub(super) fn condition(&mut self, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if !self.is_first_look(node, true) {
            return;
        }
        if named_condition(node).is_some_and(|name| !name.is_null()) {
            return;
        }
        let expression = Expression::of(node);
        let wrong = match expression {
            Expression::Missing => false,
            Expression::Call(call) if is_condition_function(call.function) || is_open(call) => {
                if call.function == Function::Condition {
                    let what = phrase!(en: "the name", ja: "条件名");
                    let argument = call.argument.expression();
                    self.refuse_unless_text(call, argument, place(call.argument.node, call), &what, &[]);
                } else {
                    self.call(call, depth);
                }
                false
            }
            Expression::Call(call) if self.in_rules() || is_of_rules(call.function) => {
                self.call(call, depth);
                false
            }
            Expression::Call(call) => {
                self.inside(call, depth);
                true
            }
            Expression::Scalar(scalar) => scalar.as_bool().is_none(),
            Expression::List(_) => true,
            Expression::Map(map) => {
                let before = self.told.len();
                self.function_beside_others(map.entries());
                self.told.len() == before && !has_macro(map)
            }
        };
        if wrong && !self.preprocessed {
            self.report(
                node.span_with_tag(),
                "condition",
                phrase!(
                    en: "this is no condition: only functions of conditions are true or false",
                    ja: "これは条件ではありません。真偽を返すのは条件関数だけです",
                ),
                usage::of(Function::Equals, self.template.parsed.format),
            );
        }
    }

    fn empty_condition(&mut self, key: Node<'a>) {
        if self.preprocessed {
            return;
        }
        let name = key.as_str().unwrap_or("");
        self.report(
            key.span(),
            "condition",
            phrase!(en: "the condition `{name}` is empty", ja: "条件 `{name}` が空です"),
            usage::of(Function::Equals, self.template.parsed.format),
        );
    }
}

fn is_condition_function(function: Function) -> bool {
    matches!(function, Function::Equals | Function::And | Function::Or | Function::Not | Function::Condition)
}

fn is_of_rules(function: Function) -> bool {
    matches!(
        function,
        Function::Contains
            | Function::EachMemberEquals
            | Function::EachMemberIn
            | Function::RefAll
            | Function::ValueOf
            | Function::ValueOfAll
    )
}

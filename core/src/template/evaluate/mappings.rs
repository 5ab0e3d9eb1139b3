//! `Fn::FindInMap`.

use std::rc::Rc;

use super::{CASES, Evaluation, always, broken, too_many};
use crate::syntax::{Items, Node};
use crate::template::guard::Guard;
use crate::template::value::{Case, Unknown, Value};
use crate::text::Span;

impl<'a> Evaluation<'a> {
    pub(super) fn find_in_map(self, arguments: Items<'a>, span: Span) -> Vec<Case> {
        let names: Vec<Rc<[Case]>> = arguments.into_iter().take(3).map(|node| self.node(node)).collect();
        let [map, top, second] = &*names else { return broken(span) };
        let default = arguments.get(3).and_then(|node| node.get("DefaultValue"));
        let mut out = Vec::new();
        for map in map.iter() {
            for top in top.iter() {
                for second in second.iter() {
                    let guard = self.template.with_guards(|guards| {
                        let both = guards.and(map.guard, top.guard);
                        guards.and(both, second.guard)
                    });
                    if guard == Guard::NEVER {
                        continue;
                    }
                    for case in self.look_up([&map.value, &top.value, &second.value], default).iter() {
                        let guard = self.template.with_guards(|guards| guards.and(guard, case.guard));
                        if guard != Guard::NEVER {
                            out.push(Case { guard, ..case.clone() });
                        }
                    }
                    if out.len() > CASES {
                        return too_many(span);
                    }
                }
            }
        }
        out
    }

    fn look_up(self, path: [&Value; 3], default: Option<Node<'a>>) -> Rc<[Case]> {
        let missing = || match default {
            Some(default) => self.node(default),
            None => Rc::from([always(Value::Unknown(Unknown::NoSuchKey), Span::default())]),
        };
        let unknown_of = |value: &Value| {
            let mut unknowns = Vec::new();
            value.unknowns(&mut unknowns);
            let unknown = unknowns.first().map_or(Unknown::Broken, |unknown| (*unknown).clone());
            Rc::from([always(Value::Unknown(unknown), Span::default())])
        };
        let Some(map) = path[0].known() else { return unknown_of(path[0]) };
        let Some(map) = self.template.section("Mappings").and_then(|section| section.get(map)) else {
            return missing();
        };
        let Some(second) = path[2].known() else { return unknown_of(path[2]) };
        let Some(top) = path[1].known() else {
            // Whatever the first key is, the value may be the same under all of them.
            let values: Vec<Rc<[Case]>> = map
                .entries()
                .into_iter()
                .map(|entry| entry.value.get(second).map_or_else(missing, |node| self.node(node)))
                .collect();
            let same = values
                .windows(2)
                .all(|pair| pair[0].len() == 1 && pair[1].len() == 1 && pair[0][0].value == pair[1][0].value);
            return match values.into_iter().next() {
                Some(first) if same && default.is_none() => first,
                _ => unknown_of(path[1]),
            };
        };
        map.get(top).and_then(|top| top.get(second)).map_or_else(missing, |node| self.node(node))
    }
}

//! Money and numbers in the form of the reader's language.

use js_sys::{Array, Function, Object, Reflect};
use vpcheck_core::cost::{Currency, Quantity};
use vpcheck_core::language::Language;
use wasm_bindgen::JsValue;

use crate::chart::amount;

/// Writes amounts, in dollars or in the currency of a rate.
#[derive(Clone)]
pub(crate) struct Amounts {
    money: Function,
    change: Function,
    short: Function,
    plain: Function,
    /// How much of the currency a dollar is.
    pub(crate) rate: f64,
}

impl Amounts {
    pub(crate) fn new(language: Language, currency: Option<&Currency>) -> Self {
        let code = currency.map_or("USD", |currency| currency.code.as_str());
        let money = [("style", "currency"), ("currency", code), ("currencyDisplay", "narrowSymbol")];
        let with = |more: &[(&str, &str)]| format(language, &[&money, more].concat());
        Self {
            money: with(&[]),
            change: with(&[("signDisplay", "exceptZero")]),
            short: with(&[("notation", "compact")]),
            plain: format(language, &[("style", "decimal")]),
            rate: currency.and_then(|currency| currency.per_usd.to_string().parse().ok()).unwrap_or(1.0),
        }
    }

    /// Cents of a dollar as an amount.
    pub(crate) fn of(&self, cents: i64) -> String {
        write(&self.money, amount(cents, self.rate))
    }

    /// A difference, with its sign.
    pub(crate) fn change(&self, cents: i64) -> String {
        write(&self.change, amount(cents, self.rate))
    }

    /// An amount of the currency in a few characters, for an axis.
    pub(crate) fn short(&self, amount: f64) -> String {
        write(&self.short, amount)
    }

    /// A number of units, to the nearest hundredth.
    pub(crate) fn units(&self, quantity: Quantity) -> String {
        write(&self.plain, quantity.short().parse().unwrap_or_default())
    }
}

/// What formats numbers so. The browser has the forms of every language and currency.
fn format(language: Language, options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (name, value) in options {
        // Setting a member of a plain object does not fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let locales = Array::of1(&JsValue::from_str(language.tag()));
    js_sys::Intl::NumberFormat::new(&locales, &object).format()
}

fn write(format: &Function, number: f64) -> String {
    let written = format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(number));
    written.ok().and_then(|written| written.as_string()).unwrap_or_default()
}

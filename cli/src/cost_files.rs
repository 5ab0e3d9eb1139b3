//! Traffic and price files: YAML or JSON.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};
use vpcheck_core::cost::{Currency, Gigabytes, GivenPrice, Load, PriceItem, Prices, Quantity, Traffic, Usd};
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::input::shown;
use crate::problem::{Problem, did_you_mean};

const TRAFFIC_KEYS: [&str; 4] = ["gb", "requests", "duration_ms", "queries"];

fn read(path: &Path) -> Result<Value, Problem> {
    let name = shown(path);
    let text = fs::read_to_string(path).map_err(|error| Problem::unreadable(&name, &error))?;
    serde_yaml::from_str(&text).map_err(|error| {
        Problem::malformed(
            &name,
            &Phrase::verbatim(error.to_string()),
            phrase!(en: "write it as YAML or JSON", ja: "YAML か JSON で書いてください"),
        )
    })
}

/// Reads the traffic of a month.
pub(crate) fn read_traffic(path: &Path) -> Result<Traffic, Problem> {
    TrafficReader { name: shown(path) }.traffic(&read(path)?)
}

/// The traffic of a month that a file has at a place.
pub(crate) fn traffic(place: &str, content: &Value) -> Result<Traffic, Problem> {
    TrafficReader { name: place.to_owned() }.traffic(content)
}

/// Prices that a file has at a place.
pub(crate) fn prices(place: &str, content: &Value) -> Result<Prices, Problem> {
    PriceReader { name: place.to_owned() }.prices(content)
}

/// Reads prices that go before the known ones.
pub(crate) fn read_prices(path: &Path) -> Result<Prices, Problem> {
    PriceReader { name: shown(path) }.prices(&read(path)?)
}

/// A name in the traffic that nothing has.
pub(crate) fn unknown_name(what: Phrase) -> Problem {
    Problem {
        what,
        next: phrase!(
            en: "correct it in the file that --traffic names",
            ja: "--traffic で指定したファイルを直してください",
        ),
    }
}

/// `JPY=155.2`.
pub(crate) fn currency(argument: &str) -> Result<Currency, String> {
    let form = "write it as CODE=RATE, how much of it one US dollar is, such as JPY=155.2";
    let (code, rate) = argument.split_once('=').ok_or(form)?;
    let code = code.trim().to_ascii_uppercase();
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match Quantity::parse(rate).filter(|rate| is_code && !rate.is_zero()) {
        Some(per_usd) => Ok(Currency { code, per_usd }),
        None => Err(form.to_owned()),
    }
}

/// The number that a value is.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

struct TrafficReader {
    name: String,
}

impl TrafficReader {
    fn traffic(&self, content: &Value) -> Result<Traffic, Problem> {
        let mut traffic = Traffic::default();
        let Value::Object(content) = content else { return Err(self.wrong("")) };
        for (key, value) in content {
            let Value::Object(map) = value else { return Err(self.wrong(key)) };
            match key.as_str() {
                "gb" => self.gigabytes(map, &mut traffic)?,
                "requests" => traffic.requests = self.counts(key, map)?,
                "duration_ms" => traffic.milliseconds = self.counts(key, map)?,
                "queries" => traffic.queries = self.counts(key, map)?,
                unknown => {
                    let (name, list) = (&self.name, TRAFFIC_KEYS.join(", "));
                    return Err(Problem {
                        what: phrase!(en: "{name}: unknown key `{unknown}`", ja: "{name}: `{unknown}` というキーはありません"),
                        next: did_you_mean(
                            unknown,
                            TRAFFIC_KEYS,
                            phrase!(en: "known keys: {list}", ja: "使えるキー: {list}"),
                        ),
                    });
                }
            }
        }
        Ok(traffic)
    }

    fn gigabytes(&self, map: &Map<String, Value>, traffic: &mut Traffic) -> Result<(), Problem> {
        for (name, value) in map {
            let place = format!("gb.{name}");
            match value {
                Value::Object(destinations) => {
                    for (destination, value) in destinations {
                        let load = self.load(&format!("{place}.{destination}"), value)?;
                        traffic.flows.insert((name.clone(), destination.clone()), load);
                    }
                }
                value => {
                    let load = self.quantity(&place, value)?;
                    traffic.through.insert(name.clone(), Gigabytes(load));
                }
            }
        }
        Ok(())
    }

    /// A number, or `{out, in}`.
    fn load(&self, place: &str, value: &Value) -> Result<Load, Problem> {
        let Value::Object(map) = value else {
            return Ok(Load { both: Gigabytes(self.quantity(place, value)?), out: None });
        };
        if map.keys().any(|key| key != "out" && key != "in") {
            return Err(self.wrong(place));
        }
        let part = |key: &str| map.get(key).map_or(Ok(Quantity::ZERO), |value| self.quantity(place, value));
        let (out, back) = (part("out")?, part("in")?);
        Ok(Load { both: Gigabytes(out + back), out: Some(Gigabytes(out)) })
    }

    fn quantity(&self, place: &str, value: &Value) -> Result<Quantity, Problem> {
        number(value).and_then(|text| Quantity::parse(&text)).ok_or_else(|| self.wrong(place))
    }

    fn counts(
        &self,
        key: &str,
        map: &Map<String, Value>,
    ) -> Result<std::collections::BTreeMap<String, u64>, Problem> {
        let count = |(name, value): (&String, &Value)| {
            let count = number(value).and_then(|text| text.replace('_', "").parse::<u64>().ok());
            count.map(|count| (name.clone(), count)).ok_or_else(|| self.wrong(&format!("{key}.{name}")))
        };
        map.iter().map(count).collect()
    }

    fn wrong(&self, place: &str) -> Problem {
        let at = if place.is_empty() { self.name.clone() } else { format!("{}: {place}", self.name) };
        Problem::malformed(
            &at,
            &phrase!(en: "not what a traffic file holds there", ja: "通信量ファイルの書き方と異なります"),
            phrase!(
                en: "write `gb: {{FUNCTION: {{DESTINATION: 120}}, NAT_GATEWAY: 300}}`, `requests: {{FUNCTION: 1000000}}`, `duration_ms: {{FUNCTION: 120}}`, `queries: {{RESOLVER_ENDPOINT: 1000000}}`, all of a month",
                ja: "`gb: {{関数: {{宛先: 120}}, NAT ゲートウェイ: 300}}`、`requests: {{関数: 1000000}}`、`duration_ms: {{関数: 120}}`、`queries: {{Resolver エンドポイント: 1000000}}` を、1 か月あたりの値で書いてください"
            ),
        )
    }
}

struct PriceReader {
    name: String,
}

impl PriceReader {
    fn prices(&self, content: &Value) -> Result<Prices, Problem> {
        let Value::Object(content) = content else { return Err(self.wrong("")) };
        let mut prices = Prices::default();
        for (key, value) in content {
            match (PriceItem::find(key), value) {
                (Some(item), value) => prices.given.push(self.price(key, None, item, value)?),
                (None, Value::Object(items)) => {
                    let region = (key != "*").then(|| key.clone());
                    for (name, value) in items {
                        let item = PriceItem::find(name).ok_or_else(|| self.unknown(name))?;
                        prices.given.push(self.price(
                            &format!("{key}.{name}"),
                            region.clone(),
                            item,
                            value,
                        )?);
                    }
                }
                (None, _) => return Err(self.unknown(key)),
            }
        }
        Ok(prices)
    }

    /// A number, or a list of `{from, usd}`.
    fn price(
        &self,
        place: &str,
        region: Option<String>,
        item: PriceItem,
        value: &Value,
    ) -> Result<GivenPrice, Problem> {
        let usd = |value: &Value| number(value).and_then(|text| Usd::parse(&text));
        let tiers: Option<Vec<(Quantity, Usd)>> = match value {
            Value::Array(tiers) => tiers
                .iter()
                .map(|tier| {
                    let from = number(tier.get("from")?).and_then(|text| Quantity::parse(&text))?;
                    Some((from, usd(tier.get("usd")?)?))
                })
                .collect(),
            value => usd(value).map(|usd| vec![(Quantity::ZERO, usd)]),
        };
        let is_in_order = |tiers: &Vec<(Quantity, Usd)>| {
            tiers.first().is_some_and(|(from, _)| from.is_zero())
                && tiers.windows(2).all(|pair| pair[0].0 < pair[1].0)
        };
        let tiers = tiers.filter(is_in_order).ok_or_else(|| self.wrong(place))?;
        Ok(GivenPrice { region, item, tiers })
    }

    fn wrong(&self, place: &str) -> Problem {
        let at = if place.is_empty() { self.name.clone() } else { format!("{}: {place}", self.name) };
        Problem::malformed(
            &at,
            &phrase!(en: "not what a price file holds there", ja: "料金ファイルの書き方と異なります"),
            phrase!(
                en: "write `REGION: {{nat_gateway_hour: 0.045, internet_out_gb: [{{from: 0, usd: 0.09}}, {{from: 10240, usd: 0.085}}]}}`, in USD",
                ja: "`リージョン: {{nat_gateway_hour: 0.045, internet_out_gb: [{{from: 0, usd: 0.09}}, {{from: 10240, usd: 0.085}}]}}` の形で、米ドルで書いてください"
            ),
        )
    }

    fn unknown(&self, name: &str) -> Problem {
        let file = &self.name;
        let all = PriceItem::ALL.iter().map(|item| item.name()).collect::<Vec<_>>().join(", ");
        Problem {
            what: phrase!(en: "{file}: no price is called `{name}`", ja: "{file}: `{name}` という料金項目はありません"),
            next: did_you_mean(
                name,
                PriceItem::ALL.iter().map(|item| item.name()),
                phrase!(en: "prices: {all}", ja: "料金項目: {all}"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        serde_yaml::from_str(text).unwrap()
    }

    fn traffic(text: &str) -> Result<Traffic, Problem> {
        TrafficReader { name: "t.yaml".to_owned() }.traffic(&value(text))
    }

    fn prices(text: &str) -> Result<Prices, Problem> {
        PriceReader { name: "p.yaml".to_owned() }.prices(&value(text))
    }

    #[test]
    fn traffic_is_by_function_and_destination_or_by_what_carries_it() {
        let traffic = traffic(
            "gb: {Fn: {s3: 120.5, internet: {out: 40, in: 2}}, Nat: 300}\nrequests: {Fn: 1_000}\nduration_ms: {Fn: 120}\nqueries: {In: 5}\n",
        )
        .unwrap();
        let load = |destination: &str| traffic.flows[&("Fn".to_owned(), destination.to_owned())];
        assert_eq!(load("s3").both.0.to_string(), "120.5");
        assert_eq!(load("internet").both, Gigabytes::whole(42));
        assert_eq!(load("internet").out, Some(Gigabytes::whole(40)));
        assert_eq!(traffic.through["Nat"], Gigabytes::whole(300));
        assert_eq!(
            (traffic.requests["Fn"], traffic.milliseconds["Fn"], traffic.queries["In"]),
            (1000, 120, 5)
        );
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_place() {
        for (text, start) in [
            ("[]", "t.yaml: not what"),
            ("gb: 3", "t.yaml: gb: not what"),
            ("gb: {Fn: {s3: -1}}", "t.yaml: gb.Fn.s3: not what"),
            ("gb: {Fn: {s3: {up: 1}}}", "t.yaml: gb.Fn.s3: not what"),
            ("requests: {Fn: many}", "t.yaml: requests.Fn: not what"),
            ("gigabytes: {}", "t.yaml: unknown key `gigabytes`"),
        ] {
            assert!(traffic(text).unwrap_err().what.en.starts_with(start), "{text}");
        }
        for (text, start) in [
            ("3", "p.yaml: not what"),
            ("us-east-1: {nat_gateway_hour: -1}", "p.yaml: us-east-1.nat_gateway_hour: not what"),
            ("internet_out_gb: [{from: 5, usd: 1}]", "p.yaml: internet_out_gb: not what"),
            ("us-east-1: {nat_hour: 1}", "p.yaml: no price is called `nat_hour`"),
            ("nat_gatway_hour: 1", "p.yaml: no price is called `nat_gatway_hour`"),
        ] {
            assert!(prices(text).unwrap_err().what.en.starts_with(start), "{text}");
        }
    }

    #[test]
    fn prices_are_for_a_region_or_for_any() {
        let prices = prices(
            "us-west-2: {nat_gateway_gb: 0.045}\n'*': {lambda_request: 0.0000002}\ntgw_gb: [{from: 0, usd: 0.02}, {from: 10, usd: 0.01}]\n",
        )
        .unwrap();
        let first = |region, item| prices.curve(region, item).unwrap().first();
        assert_eq!(Some(first("us-west-2", PriceItem::NatGb)), Usd::parse("0.045"));
        assert_eq!(Some(first("xx-west-2", PriceItem::LambdaRequest)), Usd::parse("2e-7"));
        assert_eq!(prices.curve("xx-west-2", PriceItem::TransitGb).unwrap().tiers.len(), 2);
    }

    #[test]
    fn a_currency_has_a_code_and_a_rate() {
        assert_eq!(currency("jpy=155.2").unwrap().code, "JPY");
        for wrong in ["JPY", "JPY=", "JPY=0", "YEN2=1", "=1"] {
            assert!(currency(wrong).is_err(), "{wrong}");
        }
    }
}

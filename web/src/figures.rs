//! What the user says about costs: figures and prices by their keys, as typed, and the places of sliders.
//!
//! `gb` is all traffic of a month, `gb:LANE` the part of a lane in proportion to the others. `requests:FUNCTION`,
//! `duration_ms:FUNCTION` and `queries:ENDPOINT` are counts, `price:REGION:ITEM` is a price in dollars, `currency` a code
//! and `rate` how much of that currency one dollar is. `region` is what is taken where nothing says the region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpcheck_core::cost::{
    BANDS, CostModel, Currency, Gigabytes, GivenPrice, Load, PriceItem, Prices, Quantity, Traffic, Usd,
};
use vpcheck_core::language::Language;

/// What is given, by key.
pub type Figures = BTreeMap<String, String>;

/// The key of all traffic.
pub const ALL: &str = "gb";
/// The key of the region that is taken where nothing says it.
pub const REGION: &str = "region";
/// The key of the currency's code.
pub const CURRENCY: &str = "currency";
/// The key of its rate.
pub const RATE: &str = "rate";

/// Where traffic goes to: see [`vpcheck_core::cost::Lane`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The destination, or what carries traffic of which no path is known.
    pub name: String,
    /// How many functions send there; zero for what carries traffic.
    pub functions: u64,
    /// Its part where traffic is spread evenly.
    pub share: u64,
}

impl Lane {
    /// The key of its part.
    pub fn key(&self) -> String {
        format!("gb:{}", self.name)
    }
}

/// The region that a reader of a language is most likely to mean.
pub fn likely_region(language: Language) -> &'static str {
    match language {
        Language::English => "us-east-1",
        Language::Japanese => "ap-northeast-1",
    }
}

/// The key of a price.
pub fn price_key(region: &str, item: &str) -> String {
    format!("price:{region}:{item}")
}

/// The number under a key; nothing where there is none, or something else.
pub fn number(figures: &Figures, key: &str) -> Option<Quantity> {
    Quantity::parse(figures.get(key)?)
}

/// How much goes where: as given, otherwise `all` spread evenly.
pub fn loads(figures: &Figures, lanes: &[Lane], all: Quantity) -> Vec<Quantity> {
    let all = number(figures, ALL).unwrap_or(all);
    let given: Vec<Quantity> =
        lanes.iter().map(|lane| number(figures, &lane.key()).unwrap_or_default()).collect();
    let sum: Quantity = given.iter().copied().sum();
    if sum.is_zero() {
        let parts: u64 = lanes.iter().map(|lane| lane.share).sum();
        return lanes.iter().map(|lane| all.share(lane.share, parts)).collect();
    }
    given.into_iter().map(|part| all.portion(part, sum)).collect()
}

/// What to give so that one lane takes `value` and the others stay as they are.
pub fn set_lane(figures: &Figures, lanes: &[Lane], at: usize, value: &str) -> Vec<(String, String)> {
    let Some(value) = Quantity::parse(value) else { return Vec::new() };
    let mut loads = loads(figures, lanes, Quantity::whole(BANDS.typical));
    if let Some(load) = loads.get_mut(at) {
        *load = value;
    }
    let all: Quantity = loads.iter().copied().sum();
    let each = lanes.iter().zip(&loads).map(|(lane, load)| (lane.key(), load.to_string()));
    each.chain([(ALL.to_owned(), all.to_string())]).collect()
}

/// What takes all figures of traffic away again.
pub fn without_traffic(figures: &Figures) -> Vec<(String, String)> {
    let is_traffic = |key: &&String| *key == ALL || key.starts_with("gb:");
    figures.keys().filter(is_traffic).map(|key| (key.clone(), String::new())).collect()
}

/// What stays when another template is opened: it is the user's, not the template's.
pub fn of_user(figures: &Figures) -> Figures {
    let is_own = |key: &str| key == REGION || key == CURRENCY || key == RATE || key.starts_with("price:");
    figures.iter().filter(|(key, _)| is_own(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The currency to show amounts in, where both its code and its rate are given.
pub fn currency(figures: &Figures) -> Option<Currency> {
    let code = figures.get(CURRENCY)?.to_ascii_uppercase();
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let per_usd = number(figures, RATE).filter(|rate| is_code && !rate.is_zero())?;
    Some(Currency { code, per_usd })
}

/// The prices that are given.
pub fn prices(figures: &Figures) -> Prices {
    let price = |(key, usd): (&String, &String)| {
        let (region, item) = key.strip_prefix("price:")?.split_once(':')?;
        let (item, usd) = (PriceItem::find(item)?, Usd::parse(usd)?);
        Some(GivenPrice { region: Some(region.to_owned()), item, tiers: vec![(Quantity::ZERO, usd)] })
    };
    Prices { given: figures.iter().filter_map(price).collect() }
}

/// The traffic that is given. Nothing where nothing is.
pub(crate) fn traffic(figures: &Figures, model: &CostModel, lanes: &[Lane]) -> Option<Traffic> {
    let mut traffic = Traffic::default();
    if number(figures, ALL).is_some() {
        let loads = loads(figures, lanes, Quantity::ZERO);
        for (lane, load) in model.lanes().into_iter().zip(loads) {
            let each = Gigabytes(load.share(1, lane.functions.len() as u64));
            for function in &lane.functions {
                let flow = (function.clone(), lane.name.clone());
                traffic.flows.insert(flow, Load { both: each, out: None });
            }
            if lane.functions.is_empty() {
                traffic.through.insert(lane.name, Gigabytes(load));
            }
        }
    }
    for (key, value) in figures {
        let Some((kind, name)) = key.split_once(':') else { continue };
        let counts = match kind {
            "requests" => &mut traffic.requests,
            "duration_ms" => &mut traffic.milliseconds,
            "queries" => &mut traffic.queries,
            _ => continue,
        };
        if let Some(count) = Quantity::parse(value) {
            counts.insert(name.to_owned(), count.in_parts_of(1));
        }
    }
    (traffic != Traffic::default()).then_some(traffic)
}

/// A slider over decades: its places are round numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The power of ten that it starts with.
    pub from: u32,
    /// The power of ten that it ends with.
    pub to: u32,
    /// Whether its first place is zero.
    pub zero: bool,
}

/// The places in a decade, in tenths of its start.
const PLACES: [u64; 12] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90];

impl Scale {
    /// The scale of a key.
    pub fn of(key: &str) -> Self {
        let (from, to) = match key.split(':').next() {
            Some("requests") => (3, 10),
            Some("duration_ms") => (1, 6),
            Some("queries") => (4, 11),
            _ => (0, 5),
        };
        Self { from, to, zero: key != ALL }
    }

    /// Its last place; the first is zero.
    pub fn last(self) -> u32 {
        (self.to - self.from) * 12 + u32::from(self.zero)
    }

    /// The number at a place.
    pub fn value(self, place: u32) -> Quantity {
        if self.zero && place == 0 {
            return Quantity::ZERO;
        }
        let place = place.min(self.last()) - u32::from(self.zero);
        let tenths = PLACES[(place % 12) as usize].saturating_mul(10_u64.pow(place / 12 + self.from));
        Quantity::whole(tenths).share(1, 10)
    }

    /// The place nearest to a number, from below.
    pub fn place(self, number: Quantity) -> u32 {
        (0..=self.last()).take_while(|place| self.value(*place) <= number).last().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(name: &str, functions: u64) -> Lane {
        Lane { name: name.to_owned(), functions, share: functions }
    }

    fn given(pairs: &[(&str, &str)]) -> Figures {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(loads: &[Quantity]) -> Vec<String> {
        loads.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_traffic_is_spread_evenly_until_a_lane_has_a_figure() {
        let lanes = [lane("s3", 3), lane("sqs", 1), lane("Nat", 0)];
        let mut figures = given(&[("gb", "400")]);
        assert_eq!(shown(&loads(&figures, &lanes, Quantity::ZERO)), ["300", "100", "0"]);
        figures.extend(set_lane(&figures, &lanes, 1, "700"));
        assert_eq!(figures["gb"], "1000");
        assert_eq!(shown(&loads(&figures, &lanes, Quantity::ZERO)), ["300", "700", "0"]);
        figures.insert("gb".to_owned(), "10".to_owned());
        assert_eq!(shown(&loads(&figures, &lanes, Quantity::ZERO)), ["3", "7", "0"], "in proportion");
        for (key, value) in without_traffic(&figures) {
            assert_eq!((value.as_str(), figures.remove(&key).is_some()), ("", true));
        }
        assert!(figures.is_empty());
    }

    #[test]
    fn a_lane_of_no_figure_starts_from_the_typical_band() {
        let changes = set_lane(&Figures::new(), &[lane("s3", 1), lane("sqs", 1)], 0, "5");
        assert_eq!(
            changes.into_iter().collect::<Figures>(),
            given(&[("gb", "55"), ("gb:s3", "5"), ("gb:sqs", "50")])
        );
        assert!(set_lane(&Figures::new(), &[lane("s3", 1)], 0, "much").is_empty());
    }

    #[test]
    fn prices_and_currency_are_taken_where_they_are_such() {
        let figures = given(&[
            ("price:us-east-1:nat_gateway_hour", "0.03"),
            ("price:us-east-1:nat_gateway_gb", "cheap"),
            ("price:us-east-1:nothing", "1"),
            ("currency", "jpy"),
            ("rate", "155.2"),
            ("gb", "5"),
        ]);
        let prices = prices(&figures);
        assert_eq!(prices.given.len(), 1);
        assert_eq!(
            prices.curve("us-east-1", PriceItem::NatHour).map(|curve| curve.first().exact()),
            Some("0.03".to_owned())
        );
        assert!(!prices.curve("us-west-2", PriceItem::NatHour).unwrap().given);
        assert_eq!(currency(&figures).map(|currency| currency.code), Some("JPY".to_owned()));
        for wrong in [
            given(&[("currency", "JPY")]),
            given(&[("currency", "YEN2"), ("rate", "1")]),
            given(&[("currency", "JPY"), ("rate", "0")]),
        ] {
            assert_eq!(currency(&wrong), None);
        }
        assert_eq!(of_user(&figures).len(), 5);
    }

    #[test]
    fn every_place_of_a_slider_is_a_round_number_and_leads_back() {
        for key in ["gb", "gb:s3", "requests:Fn", "duration_ms:Fn", "queries:In"] {
            let scale = Scale::of(key);
            for place in 0..=scale.last() {
                assert_eq!(scale.place(scale.value(place)), place, "{key}");
            }
        }
        let all = Scale::of("gb");
        let ends = [all.value(0), all.value(1), all.value(all.last())];
        assert_eq!(shown(&ends), ["1", "1.2", "100000"]);
        assert_eq!(all.place(Quantity::whole(1_000_000)), all.last());
        assert_eq!(all.value(all.place(Quantity::parse("0.5").unwrap())), Quantity::whole(1));
        assert!(Scale::of("gb:s3").value(0).is_zero());
    }
}

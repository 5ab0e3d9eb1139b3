//! Units. Money and quantities are whole numbers of very small parts, so that no sum drifts.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Hours of a month, as AWS's own calculator counts them.
pub const MONTH_HOURS: u64 = 730;

/// Parts of a dollar: a price (ten decimals at most) times a quantity (six) has no more decimals than these.
const USD_DECIMALS: u32 = 18;

/// Parts of a unit.
const QUANTITY_DECIMALS: u32 = 6;

/// A part of a dollar that is a cent.
const CENT: i128 = 10_i128.pow(USD_DECIMALS - 2);

/// An amount in US dollars, exact. It stops at the end of its range instead of wrapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

impl Usd {
    /// Nothing.
    pub const ZERO: Usd = Usd(0);

    /// The amount that a text names: `0.045`, `4.5e-2`. Nothing for what is no number or is below zero.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, USD_DECIMALS).map(Self)
    }

    /// Rounded to the cent, half a cent upwards.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self(self.cents().saturating_mul(CENT))
    }

    /// Whole cents, half a cent upwards.
    pub fn cents(self) -> i128 {
        let half = if self.0 < 0 { -CENT / 2 } else { CENT / 2 };
        self.0.saturating_add(half) / CENT
    }

    /// All its decimals: `0.0000002`. Not below zero, as prices are.
    pub fn exact(self) -> String {
        let (dollars, rest) = (self.0 / 10_i128.pow(USD_DECIMALS), self.0 % 10_i128.pow(USD_DECIMALS));
        if rest <= 0 {
            return dollars.to_string();
        }
        format!("{dollars}.{}", format!("{rest:018}").trim_end_matches('0'))
    }

    /// The price of so many units.
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Self {
        Self(self.0.saturating_mul(i128::from(quantity.0)) / 10_i128.pow(QUANTITY_DECIMALS))
    }

    /// How often `other` goes into it, in millionths; nothing where `other` is not above zero.
    pub fn over(self, other: Usd) -> Option<Quantity> {
        let parts = 10_i128.pow(QUANTITY_DECIMALS);
        (other.0 > 0 && self.0 >= 0)
            .then(|| Quantity(u64::try_from(self.0.saturating_mul(parts) / other.0).unwrap_or(u64::MAX)))
    }
}

impl Add for Usd {
    type Output = Usd;

    fn add(self, other: Usd) -> Usd {
        Usd(self.0.saturating_add(other.0))
    }
}

impl Sub for Usd {
    type Output = Usd;

    fn sub(self, other: Usd) -> Usd {
        Usd(self.0.saturating_sub(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Usd>>(amounts: I) -> Usd {
        amounts.fold(Usd::ZERO, Add::add)
    }
}

/// In dollars and cents: `32.85`.
impl fmt::Display for Usd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.cents();
        let sign = if cents < 0 { "-" } else { "" };
        let cents = cents.unsigned_abs();
        out.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

/// A number of units, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quantity(u64);

impl Quantity {
    /// None.
    pub const ZERO: Quantity = Quantity(0);

    /// Whole units.
    pub fn whole(units: u64) -> Self {
        Self(units.saturating_mul(10_u64.pow(QUANTITY_DECIMALS)))
    }

    /// The number that a text names, to the millionth. Nothing for what is no number or is below zero.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(u64::try_from(parse(text, QUANTITY_DECIMALS)?).unwrap_or(u64::MAX)))
    }

    /// A share of it, `part` of `of`, down to the millionth.
    #[must_use]
    pub fn share(self, part: u64, of: u64) -> Self {
        let product = u128::from(self.0).saturating_mul(u128::from(part));
        Self(u64::try_from(product / u128::from(of.max(1))).unwrap_or(u64::MAX))
    }

    /// The share of it that `part` is of `of`, down to the millionth.
    #[must_use]
    pub fn portion(self, part: Quantity, of: Quantity) -> Self {
        self.share(part.0, of.0)
    }

    /// In whole parts of a unit: hundredths, ten thousandths.
    pub fn in_parts_of(self, parts: u64) -> u64 {
        self.0.saturating_mul(parts) / 10_u64.pow(QUANTITY_DECIMALS)
    }

    /// To the nearest hundredth: more decimals help nobody who reads a sum.
    pub fn short(self) -> String {
        let hundredths = self.in_parts_of(1_000).saturating_add(5) / 10;
        match (hundredths / 100, hundredths % 100) {
            (whole, 0) => whole.to_string(),
            (whole, rest) => format!("{whole}.{rest:02}"),
        }
    }

    /// Whether there is none.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// What is more than `other`.
    #[must_use]
    pub fn beyond(self, other: Quantity) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Quantity {
    type Output = Quantity;

    fn add(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(quantities: I) -> Quantity {
        quantities.fold(Quantity::ZERO, Add::add)
    }
}

/// Without zeros at its end: `730`, `208.571428`.
impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = 10_u64.pow(QUANTITY_DECIMALS);
        let (units, rest) = (self.0 / parts, self.0 % parts);
        if rest == 0 {
            return out.pad(&units.to_string());
        }
        let rest = format!("{rest:06}");
        out.pad(&format!("{units}.{}", rest.trim_end_matches('0')))
    }
}

/// Gigabytes a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gigabytes(pub Quantity);

impl Gigabytes {
    /// Whole gigabytes.
    pub fn whole(units: u64) -> Self {
        Self(Quantity::whole(units))
    }
}

/// Hours of use a month; several things at once have the hours of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours(pub Quantity);

impl Hours {
    /// A month of so many things.
    pub fn month_of(things: u64) -> Self {
        Self(Quantity::whole(MONTH_HOURS.saturating_mul(things)))
    }
}

/// A rate of another currency: how much of it one dollar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Its code: `JPY`.
    pub code: String,
    /// How much of it one dollar is.
    pub per_usd: Quantity,
}

impl Currency {
    /// `amount` in this currency, to the hundredth.
    pub fn of(&self, amount: Usd) -> String {
        amount.times(self.per_usd).to_string()
    }
}

/// A decimal number, not below zero, in parts of `10^-decimals`; what is smaller is cut off.
fn parse(text: &str, decimals: u32) -> Option<i128> {
    let text = text.trim();
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let shift = i64::from(decimals) + i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let power = u32::try_from(shift.unsigned_abs()).ok()?;
    if shift < 0 {
        return Some(10_i128.checked_pow(power).map_or(0, |power| digits / power));
    }
    if digits == 0 {
        return Some(0);
    }
    digits.checked_mul(10_i128.checked_pow(power)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        Usd::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_read_exactly() {
        assert_eq!(usd("0.0000000309"), Usd(30_900_000_000));
        assert_eq!(usd("2e-7"), usd("0.0000002"));
        assert_eq!(usd("1.5E2"), usd("150"));
        assert_eq!(Quantity::parse("208.57").unwrap().to_string(), "208.57");
        assert_eq!(Quantity::parse(".5"), Some(Quantity(500_000)));
        for wrong in ["", ".", "-1", "1,5", "abc", "1e", "1e99", "99999999999999999999999999999999999999999"]
        {
            assert_eq!(Usd::parse(wrong), None, "{wrong}");
        }
        for text in ["0.0000000309", "150", "0.045", "0"] {
            assert_eq!(usd(text).exact(), text);
        }
        assert_eq!(Quantity::parse("324.995").unwrap().short(), "325");
        assert_eq!(Quantity::parse("208.571428").unwrap().short(), "208.57");
        assert_eq!(usd("0e99"), Usd::ZERO);
        assert_eq!(usd("1e-99"), Usd::ZERO);
    }

    #[test]
    fn a_tenth_added_ten_times_is_one() {
        assert_eq!((0..10).map(|_| usd("0.1")).sum::<Usd>(), usd("1"));
        assert_eq!(usd("0.045").times(Quantity::whole(730)), usd("32.85"));
        assert_eq!(usd("0.0000041667").times(Quantity::parse("1314000.5").unwrap()), usd("5.47504588335"));
    }

    #[test]
    fn half_a_cent_is_rounded_up() {
        for (exact, shown) in
            [("0.004999", "0.00"), ("0.005", "0.01"), ("2.675", "2.68"), ("1234567.895", "1234567.90")]
        {
            assert_eq!(usd(exact).to_string(), shown);
            assert_eq!(usd(exact).rounded(), usd(shown));
        }
        assert_eq!((usd("1") - usd("3.005")).to_string(), "-2.01");
    }

    #[test]
    fn ends_of_the_range_do_not_wrap() {
        let most = Usd(i128::MAX);
        assert_eq!(most + most, most);
        assert!(usd("1000000000").times(Quantity(u64::MAX)) > Usd::ZERO);
        assert_eq!(Quantity::whole(u64::MAX).share(3, 0), Quantity(u64::MAX));
    }

    #[test]
    fn another_currency_is_a_rate() {
        let yen = Currency { code: "JPY".to_owned(), per_usd: Quantity::parse("155.25").unwrap() };
        assert_eq!(yen.of(usd("36.5")), "5666.63", "36.50 x 155.25 = 5666.625");
    }
}

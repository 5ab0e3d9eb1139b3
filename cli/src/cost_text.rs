//! Costs for people: a table with the bands side by side, then what follows from it.

use unicode_width::UnicodeWidthStr;
use vpcheck_core::cost::{BANDS, Band, Bill, Costing, Currency, Estimate, Quantity, Usd, Use, units};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;
use vpcheck_core::text::LineIndex;

use crate::text::harmless;

/// The whole answer.
pub(crate) fn written(
    costing: &Costing,
    estimate: &Estimate,
    currency: Option<&Currency>,
    language: Language,
) -> String {
    let writer = Writer { costing, estimate, currency, language };
    let mut out = String::new();
    writer.head(&mut out);
    writer.today(&mut out);
    writer.plans(&mut out);
    writer.break_even(&mut out);
    writer.provisioned(&mut out);
    let (missing, left) = (estimate.missing_words(), &estimate.left_out);
    let title = phrase!(en: "Not in the sums", ja: "合計に含まれないもの");
    writer.list(&mut out, &title, missing.iter().chain(left));
    let title = phrase!(en: "Assumptions", ja: "前提");
    writer.list(&mut out, &title, estimate.assumptions.iter());
    harmless(&out)
}

struct Writer<'a> {
    costing: &'a Costing,
    estimate: &'a Estimate,
    currency: Option<&'a Currency>,
    language: Language,
}

impl Writer<'_> {
    fn say<'p>(&self, phrase: &'p Phrase) -> &'p str {
        phrase.get(self.language)
    }

    fn head(&self, out: &mut String) {
        let region = self.estimate.region.as_deref().unwrap_or("");
        let unit = match self.currency {
            Some(currency) => format!("{} (1 USD = {} {})", currency.code, currency.per_usd, currency.code),
            None => "USD".to_owned(),
        };
        let head = phrase!(
            en: "Network costs a month in {region}, {unit}, months of 730 hours",
            ja: "{region} のネットワーク料金 (月額、{unit}、1 か月 730 時間)",
        );
        out.push_str(self.say(&head));
        out.push_str("\n\n");
    }

    /// The columns: one where traffic is given, else one a band.
    fn bands(&self) -> Vec<String> {
        if self.estimate.given {
            return vec![self.say(&phrase!(en: "a month", ja: "月額")).to_owned()];
        }
        BANDS.each().map(|gb| format!("{gb} GB")).to_vec()
    }

    fn cells<T: Copy>(&self, band: Band<T>, show: impl Fn(T) -> String) -> Vec<String> {
        if self.estimate.given {
            return vec![show(band.typical)];
        }
        band.each().map(|one| show(*one)).to_vec()
    }

    fn money(&self, usd: Usd) -> String {
        self.currency.map_or_else(|| usd.to_string(), |currency| currency.of(usd))
    }

    fn place(&self, at: Option<vpcheck_core::network::Place>) -> String {
        let Some(at) = at else { return String::new() };
        let Some(source) = self.costing.sources.get(usize::from(at.file.0)) else { return String::new() };
        let position = LineIndex::new(&source.text).position(&source.text, at.span.start);
        format!("{}:{}:{}", source.path, position.line, position.column)
    }

    fn today(&self, out: &mut String) {
        let mut rows = vec![self.header()];
        for item in self.priced(&self.estimate.today) {
            rows.push(item);
        }
        let total = self.say(&phrase!(en: "total today", ja: "現在の合計")).to_owned();
        let sums = self.cells(self.estimate.today.total, |usd| self.money(usd));
        rows.push(Row {
            resource: total,
            what: String::new(),
            quantity: String::new(),
            sums,
            place: String::new(),
        });
        out.push_str(&table(&rows));
    }

    fn header(&self) -> Row {
        Row {
            resource: self.say(&phrase!(en: "resource", ja: "リソース")).to_owned(),
            what: self.say(&phrase!(en: "what", ja: "内容")).to_owned(),
            quantity: self.say(&phrase!(en: "units a month", ja: "1 か月の量")).to_owned(),
            sums: self.bands(),
            place: String::new(),
        }
    }

    fn priced(&self, bill: &Bill) -> Vec<Row> {
        let row = |item: &vpcheck_core::cost::Item| {
            let quantity = self.cells(item.quantity, Quantity::short);
            let mut shown = quantity.clone();
            shown.dedup();
            let no_price = self.say(&phrase!(en: "no price", ja: "料金不明")).to_owned();
            let columns = self.bands().len();
            Row {
                resource: item.resource.clone(),
                what: self.say(&item.price.title()).to_owned(),
                quantity: format!("{} {}", shown.join(" / "), self.say(&units(item.price.unit()))),
                sums: item
                    .usd
                    .map_or_else(|| vec![no_price; columns], |usd| self.cells(usd, |usd| self.money(usd))),
                place: self.place(item.at),
            }
        };
        bill.items.iter().map(row).collect()
    }

    fn plans(&self, out: &mut String) {
        if self.estimate.plans.len() < 2 {
            return;
        }
        out.push('\n');
        out.push_str(self.say(&phrase!(
            en: "With the endpoints that functions call for (* the cheapest that does what is demanded)",
            ja: "関数が必要とするエンドポイントを追加した場合 (* は必要な通信がすべて通る中でもっとも安いもの)",
        )));
        out.push('\n');
        let mut rows = Vec::new();
        for item in self.priced(&self.estimate.after).into_iter().filter(|row| row.resource.starts_with('+'))
        {
            rows.push(item);
        }
        for plan in &self.estimate.plans {
            let sums = self.cells(
                Band {
                    low: (plan.total.low, plan.cheapest.low),
                    typical: (plan.total.typical, plan.cheapest.typical),
                    high: (plan.total.high, plan.cheapest.high),
                },
                |(usd, best)| format!("{}{}", if best { "* " } else { "" }, self.money(usd)),
            );
            let what = if plan.works {
                String::new()
            } else {
                self.say(&phrase!(en: "not everything is reached", ja: "届かない宛先があります")).to_owned()
            };
            rows.push(Row {
                resource: self.say(&plan.plan.title()).to_owned(),
                what,
                quantity: String::new(),
                sums,
                place: String::new(),
            });
        }
        out.push_str(&table(&rows));
        for flip in &self.estimate.flips {
            self.line(out, &flip.words());
        }
    }

    fn break_even(&self, out: &mut String) {
        if self.estimate.break_even.is_empty() {
            return;
        }
        let region = self.estimate.region.as_deref().unwrap_or("");
        out.push('\n');
        out.push_str(self.say(&phrase!(en: "Break-even", ja: "損益分岐点")));
        out.push('\n');
        for one in &self.estimate.break_even {
            self.line(out, &one.words(region));
        }
        let mut told: Vec<String> = Vec::new();
        for step in &self.estimate.one_more_zone {
            let (resource, title) = (&step.resource, step.price.title());
            let cost = match step.usd {
                Some(usd) => self.money(usd),
                None => self.say(&phrase!(en: "no price known", ja: "料金不明")).to_owned(),
            };
            told.push(format!("{resource} ({}) {cost}", self.say(&title)));
        }
        if !told.is_empty() {
            let all = told.join(", ");
            let line = phrase!(en: "  one more zone costs a month: {all}", ja: "  AZ を 1 つ増やす場合の月額: {all}");
            out.push_str(self.say(&line));
            out.push('\n');
        }
    }

    fn line(&self, out: &mut String, words: &Phrase) {
        out.push_str("  ");
        out.push_str(self.say(words));
        out.push('\n');
    }

    fn provisioned(&self, out: &mut String) {
        if self.estimate.provisioned.is_empty() {
            return;
        }
        out.push('\n');
        out.push_str(self.say(&phrase!(en: "Provisioned concurrency", ja: "プロビジョニングされた同時実行")));
        out.push('\n');
        for one in &self.estimate.provisioned {
            let Use { function, count, floor, pays_from, busy, .. } = one;
            let floor = match floor {
                Some(floor) => self.money(*floor),
                None => self.say(&phrase!(en: "no price known", ja: "料金不明")).to_owned(),
            };
            let percent = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let pays = match pays_from {
                Some(share) if *share <= 10_000 => {
                    let share = percent(*share);
                    phrase!(en: "pays when busy {share} % of the time or more", ja: "稼働率 {share} % 以上で得")
                }
                Some(_) => phrase!(en: "never pays by its price alone", ja: "料金面で得になることはない"),
                None => {
                    phrase!(en: "when it pays is not known: a price is missing", ja: "料金データがなく損益分岐点は不明")
                }
            };
            let busy = match busy {
                Some(share) => {
                    let share = percent(*share);
                    phrase!(en: "; busy {share} % with the calls given", ja: "、指定された呼び出しでの稼働率は {share} %")
                }
                None => Phrase::verbatim(""),
            };
            let (pays, busy) = (self.say(&pays), self.say(&busy));
            let line = phrase!(
                en: "  {function}: {count} kept ready, {floor} a month without a call; {pays}{busy}",
                ja: "  {function}: {count} 個を維持、呼び出しがなくても月 {floor}、{pays}{busy}",
            );
            out.push_str(self.say(&line));
            out.push('\n');
        }
    }

    fn list<'p>(&self, out: &mut String, title: &Phrase, phrases: impl Iterator<Item = &'p Phrase>) {
        let mut phrases = phrases.peekable();
        if phrases.peek().is_none() {
            return;
        }
        out.push('\n');
        out.push_str(self.say(title));
        out.push('\n');
        for phrase in phrases {
            out.push_str("  - ");
            out.push_str(self.say(phrase));
            out.push('\n');
        }
    }
}

struct Row {
    resource: String,
    what: String,
    quantity: String,
    sums: Vec<String>,
    place: String,
}

/// Columns as wide as their widest cell; sums stand to the right.
fn table(rows: &[Row]) -> String {
    let widest = |of: &dyn Fn(&Row) -> &str| rows.iter().map(|row| of(row).width()).max().unwrap_or(0);
    let (resource, what) = (widest(&|row| &row.resource), widest(&|row| &row.what));
    let quantity = widest(&|row| &row.quantity);
    let columns = rows.first().map_or(0, |row| row.sums.len());
    let sums: Vec<usize> =
        (0..columns).map(|at| widest(&|row| row.sums.get(at).map_or("", String::as_str))).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = format!("  {}", filled(&row.resource, resource));
        for (cell, width) in [(&row.what, what), (&row.quantity, quantity)] {
            if width > 0 {
                line.push_str("  ");
                line.push_str(&filled(cell, width));
            }
        }
        for (cell, width) in row.sums.iter().zip(&sums) {
            line.push_str("  ");
            line.push_str(&" ".repeat(width.saturating_sub(cell.width())));
            line.push_str(cell);
        }
        if !row.place.is_empty() {
            line.push_str("  ");
            line.push_str(&row.place);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn filled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

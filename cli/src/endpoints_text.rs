//! Suggested endpoints for people: a table for each VPC, then the plan without NAT gateways.

use unicode_width::UnicodeWidthStr;
use vpcheck_core::cost::{BANDS, Band, Gigabytes, Usd};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;
use vpcheck_core::suggest::endpoints::{
    EndpointPlan, EndpointSuggestions, NatFree, RemovableKind, ServiceUse, Today, VpcEndpoints,
};

use crate::text::harmless;

/// The whole answer.
pub(crate) fn written(found: &EndpointSuggestions, language: Language) -> String {
    let mut writer = Writer { found, language, out: String::new() };
    for vpc in &found.vpcs {
        writer.vpc(vpc);
    }
    if found.vpcs.is_empty() {
        writer.line(&phrase!(
            en: "No function in a VPC is known to call a service, so there is no endpoint to add.",
            ja: "VPC 内の関数が呼び出すサービスは見つからず、追加すべきエンドポイントはありません。",
        ));
    }
    if found.vpcs.iter().any(|vpc| vpc.additions() > 0) {
        writer.money();
    }
    writer.unsettled();
    writer.list(&phrase!(en: "Assumptions", ja: "前提"), &found.assumptions);
    harmless(&writer.out)
}

struct Writer<'a> {
    found: &'a EndpointSuggestions,
    language: Language,
    out: String,
}

/// Cells of a row, and what is said below it.
struct Row {
    cells: Vec<String>,
    below: Vec<String>,
}

impl Writer<'_> {
    fn say(&self, phrase: &Phrase) -> String {
        phrase.get(self.language).to_owned()
    }

    fn line(&mut self, phrase: &Phrase) {
        self.out.push_str(phrase.get(self.language));
        self.out.push('\n');
    }

    fn list(&mut self, title: &Phrase, phrases: &[Phrase]) {
        if phrases.is_empty() {
            return;
        }
        self.out.push('\n');
        self.line(title);
        for phrase in phrases {
            self.out.push_str("  - ");
            self.line(phrase);
        }
    }

    /// What would settle what is not known.
    fn unsettled(&mut self) {
        if self.found.needs.is_empty() {
            return;
        }
        self.out.push('\n');
        self.line(&phrase!(en: "Not known, and decides", ja: "結果を左右する不明な値"));
        for need in &self.found.needs {
            self.out.push_str(&format!("  - {}\n", need.reason.get(self.language)));
            if !need.settle_with.is_empty() {
                self.out.push_str(&format!("      {}\n", need.settle_with));
            }
        }
    }

    fn names(&self, names: &[String]) -> String {
        names.join(match self.language {
            Language::English => ", ",
            Language::Japanese => "、",
        })
    }

    fn vpc(&mut self, vpc: &VpcEndpoints) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let id = &vpc.id;
        let head = match &vpc.only_where {
            None => Phrase::verbatim(id),
            Some(situation) => phrase!(en: "{id}, where {situation}", ja: "{id} ({situation} の場合)"),
        };
        self.line(&head);
        if !vpc.services.is_empty() {
            self.services(&vpc.services);
        }
        if let Some(Phrase { en, ja }) = &vpc.also {
            self.line(&phrase!(en: "  ! beside them: {en}", ja: "  ! あわせて必要な変更: {ja}"));
        }
        self.plan(&vpc.nat_free, vpc.additions() > 0);
        self.reverse(vpc);
    }

    fn services(&mut self, services: &[ServiceUse]) {
        let plans: Vec<&EndpointPlan> = services.iter().filter_map(|one| one.add.as_ref()).collect();
        // What is the same for all is said once, below.
        let places: Vec<String> = plans.iter().map(|add| self.place(add)).collect();
        let alike = |gateway: bool| {
            let mut of_kind = plans
                .iter()
                .zip(&places)
                .filter(|(add, _)| add.is_gateway == gateway)
                .map(|(_, place)| place);
            let first = of_kind.next()?.clone();
            of_kind.all(|other| *other == first).then_some(first)
        };
        let common = [alike(true), alike(false)];
        let with_break_even = plans.iter().any(|add| add.pays_from.is_some());
        let head = [
            phrase!(en: "service", ja: "サービス"),
            phrase!(en: "called by", ja: "呼び出し元"),
            phrase!(en: "today", ja: "現在の経路"),
            phrase!(en: "endpoint to add", ja: "追加するエンドポイント"),
            phrase!(en: "USD a month", ja: "月額 USD"),
            phrase!(en: "pays beside NAT from", ja: "NAT 併用で得になる通信量"),
        ];
        let shown = if with_break_even { 6 } else { 5 };
        let cells = head.iter().take(shown).map(|cell| self.say(cell)).collect();
        let mut rows = vec![Row { cells, below: Vec::new() }];
        let mut notes: Vec<String> = Vec::new();
        for one in services {
            let mut row = self.service(one, shown);
            if let Some(add) = &one.add {
                let place = self.place(add);
                if !common.contains(&Some(place.clone())) {
                    row.below.push(place);
                }
                for note in &add.notes {
                    let note = self.say(note);
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
            rows.push(row);
        }
        self.out.push_str(&table(&rows));
        for place in common.into_iter().flatten() {
            self.out.push_str(&format!("  {place}\n"));
        }
        for note in notes {
            self.out.push_str(&format!("  ! {note}\n"));
        }
        if services.iter().any(|one| one.today == Today::Unknown && one.add.is_some()) {
            self.line(&phrase!(
                en: "  Where the way is not known: only if the VPC has neither the endpoint nor a NAT gateway.",
                ja: "  経路が不明なものは、VPC にそのエンドポイントも NAT ゲートウェイもない場合にだけ追加してください。",
            ));
        }
    }

    fn service(&self, one: &ServiceUse, columns: usize) -> Row {
        let today = match one.today {
            Today::Endpoint => phrase!(en: "endpoint", ja: "エンドポイント"),
            Today::Nat => phrase!(en: "NAT", ja: "NAT"),
            Today::None => phrase!(en: "no way", ja: "届かない"),
            Today::Unknown => phrase!(en: "not known", ja: "不明"),
        };
        let (add, usd) = match &one.add {
            Some(add) if add.is_gateway => {
                let id = &add.id;
                (phrase!(en: "{id} (gateway)", ja: "{id} (ゲートウェイ)"), self.price(add))
            }
            Some(add) => {
                let id = &add.id;
                (phrase!(en: "{id} (interface)", ja: "{id} (インターフェイス)"), self.price(add))
            }
            None if one.today == Today::Endpoint => {
                let names = self.names(&one.through);
                (phrase!(en: "- (has {names})", ja: "- ({names} を利用中)"), String::new())
            }
            None => (phrase!(en: "none", ja: "なし"), String::new()),
        };
        let pays = one.add.as_ref().and_then(|add| add.pays_from);
        let pays = pays.map_or_else(String::new, |gb| format!("{} GB", whole(gb)));
        let callers = match &*one.demanded_by {
            [first, second, third, rest @ ..] if rest.len() > 1 => {
                format!("{} +{}", self.names(&[first.clone(), second.clone(), third.clone()]), rest.len())
            }
            all => self.names(all),
        };
        let mut cells = vec![one.service.clone(), callers, self.say(&today), self.say(&add), usd, pays];
        cells.truncate(columns);
        Row { cells, below: one.remark.iter().map(|remark| self.say(remark)).collect() }
    }

    /// Where an endpoint stands.
    fn place(&self, add: &EndpointPlan) -> String {
        let open = self.say(&phrase!(en: "(to be given)", ja: "(要指定)"));
        let names = |names: &[String]| if names.is_empty() { open.clone() } else { self.names(names) };
        let phrase = if add.is_gateway {
            let tables = names(&add.route_tables);
            phrase!(en: "Gateway endpoints: on {tables}", ja: "ゲートウェイエンドポイント: ルートテーブル {tables}")
        } else {
            let (subnets, groups) = (names(&add.subnets), names(&add.groups));
            match &add.new_group {
                Some(_) => phrase!(
                    en: "Interface endpoints: in {subnets}, with the new group {groups}",
                    ja: "インターフェイスエンドポイント: サブネット {subnets}、新しいグループ {groups}",
                ),
                None => phrase!(
                    en: "Interface endpoints: in {subnets}, with the group {groups}",
                    ja: "インターフェイスエンドポイント: サブネット {subnets}、グループ {groups}",
                ),
            }
        };
        self.say(&phrase)
    }

    fn price(&self, add: &EndpointPlan) -> String {
        match add.usd_by_hour {
            Some(_) if add.is_gateway => self.say(&phrase!(en: "free", ja: "無料")),
            Some(usd) => usd.to_string(),
            None => self.say(&phrase!(en: "no price", ja: "料金不明")),
        }
    }

    /// Whether NAT gateways are needed any longer.
    fn plan(&mut self, plan: &NatFree, adds: bool) {
        self.out.push('\n');
        let these = if adds {
            phrase!(en: "With these endpoints", ja: "これらのエンドポイントを追加すると、")
        } else {
            phrase!(en: "As it is", ja: "現状のままで、")
        };
        let Phrase { en, ja } = these;
        let head = match plan.possible {
            Some(true) => phrase!(
                en: "  {en}, nothing that is demanded needs the internet.",
                ja: "  {ja}インターネットへの経路は不要になります。",
            ),
            Some(false) => phrase!(
                en: "  {en} and without NAT gateways, these are not reached:",
                ja: "  {ja}NAT ゲートウェイがなければ次の通信は届きません。",
            ),
            None => phrase!(
                en: "  {en}, nothing that is known needs the internet; not known is:",
                ja: "  {ja}わかっている通信にインターネットへの経路は不要です。ただし次の点がわかりません。",
            ),
        };
        self.line(&head);
        for outside in &plan.left_outside {
            let (from, to) = (&outside.from, &outside.to);
            let Phrase { en, ja } = &outside.why;
            self.line(&phrase!(en: "    - `{from}` calls {to}: {en}", ja: "    - `{from}` → {to}: {ja}"));
        }
        for open in plan.open.iter().filter(|_| plan.possible.is_none()) {
            let Phrase { en, ja } = open;
            self.line(&phrase!(en: "    - {en}", ja: "    - {ja}"));
        }
        let of = |kind| {
            let ids = plan.removable.iter().filter(|one| one.kind == kind).map(|one| one.id.clone());
            ids.collect::<Vec<String>>()
        };
        let (gateways, addresses, routes) =
            (of(RemovableKind::NatGateway), of(RemovableKind::Address), of(RemovableKind::Route));
        if gateways.is_empty() {
            return;
        }
        let all = [gateways, addresses, routes].concat();
        let names = self.names(&all);
        self.line(&if plan.possible == Some(true) {
            phrase!(en: "  Can go then: {names}", ja: "  削除できるもの: {names}")
        } else {
            phrase!(en: "  Could go if so: {names}", ja: "  問題なければ削除できるもの: {names}")
        });
    }

    fn reverse(&mut self, vpc: &VpcEndpoints) {
        let reverse = &vpc.reverse;
        let mut lines: Vec<Phrase> = Vec::new();
        for one in &reverse.unused {
            let (id, service, usd) = (&one.endpoint, &one.service, monthly(one.usd));
            let Phrase { en, ja } = usd;
            lines.push(phrase!(
                en: "  Nobody demands `{id}` ({service}){en}.",
                ja: "  `{id}` ({service}) を必要とするものがありません{ja}。",
            ));
        }
        for one in &reverse.dear {
            let (id, service, usd, gb) = (&one.endpoint, &one.service, one.usd, whole(one.pays_from));
            lines.push(phrase!(
                en: "  `{id}` ({service}) costs {usd} a month: less than NAT would from {gb} GB a month on, more below.",
                ja: "  `{id}` ({service}) は月 {usd} USD です。月 {gb} GB 以上なら NAT 経由より安く、それ未満では高くなります。",
            ));
        }
        for one in &reverse.splits {
            let (nat, outward, inward) = (&one.nat, self.names(&one.outward), self.names(&one.inward));
            lines.push(phrase!(
                en: "  {inward} shares `{nat}` with {outward} and does not need it: in subnets of its own it could do without.",
                ja: "  {inward} は {outward} と `{nat}` を共有していますが、NAT は不要です。サブネットを分ければ NAT なしで動きます。",
            ));
        }
        for line in &lines {
            self.line(line);
        }
    }

    /// What a month costs before and after.
    fn money(&mut self) {
        let found = self.found;
        if found.region.is_some() && found.with_endpoints.is_none() {
            return;
        }
        self.out.push('\n');
        let (Some(region), Some(today)) = (&found.region, found.today) else {
            self.line(&phrase!(
                en: "What it costs is not known: name the region, --region REGION",
                ja: "料金を示すには --region でリージョンを指定してください",
            ));
            return;
        };
        self.line(&phrase!(
            en: "A month in {region}, USD, the whole template",
            ja: "{region} での月額 (USD、テンプレート全体)",
        ));
        let titles = [
            (Some(today), phrase!(en: "today", ja: "現在")),
            (found.with_endpoints, phrase!(en: "with the endpoints", ja: "エンドポイントを追加")),
            (
                found.without_nat,
                phrase!(en: "with them and without NAT", ja: "エンドポイントを追加し NAT を削除"),
            ),
        ];
        let mut rows = Vec::new();
        if !found.traffic_given {
            rows.push([vec![String::new()], BANDS.each().map(|gb| format!("{gb} GB")).to_vec()].concat());
        }
        for (band, title) in titles {
            let Some(band) = band else { continue };
            rows.push([vec![self.say(&title)], self.bands(band)].concat());
        }
        self.out.push_str(&columns(&rows));
    }

    fn bands(&self, band: Band<Usd>) -> Vec<String> {
        if self.found.traffic_given {
            return vec![band.typical.to_string()];
        }
        band.each().map(ToString::to_string).to_vec()
    }
}

/// What an endpoint costs, behind its name.
fn monthly(usd: Option<Usd>) -> Phrase {
    match usd {
        Some(usd) => phrase!(en: ", which costs {usd} a month", ja: " (月 {usd} USD)"),
        None => Phrase::verbatim(""),
    }
}

/// Whole gigabytes: the nearest.
fn whole(gigabytes: Gigabytes) -> u64 {
    gigabytes.0.in_parts_of(10).saturating_add(5) / 10
}

/// Columns as wide as their widest cell; figures, from the fifth on, to the right.
fn table(rows: &[Row]) -> String {
    const FIGURES: usize = 4;
    let count = rows.first().map_or(0, |row| row.cells.len());
    let width = |at: usize| rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.cells.iter().zip(&widths).enumerate() {
            let blank = " ".repeat(width.saturating_sub(cell.width()));
            line.push_str(&if at < FIGURES {
                format!("  {cell}{blank}")
            } else {
                format!("  {blank}{cell}")
            });
        }
        out.push_str(line.trim_end());
        out.push('\n');
        for note in &row.below {
            out.push_str(&format!("      {note}\n"));
        }
    }
    out
}

/// The first column to the left, the others to the right.
fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let blank = " ".repeat(width.saturating_sub(cell.width()));
            line.push_str(&if at == 0 { format!(" {cell}{blank}") } else { format!("  {blank}{cell}") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

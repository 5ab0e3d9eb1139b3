//! What the cost panel says itself.

use vpcheck_core::cost::units;
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

sentences! {
    /// The name of the costs, and of their tab.
    title { en: "Cost", ja: "料金" }
    /// The label of the currency's code.
    currency { en: "Currency", ja: "通貨" }
    /// The heading over the sums.
    totals { en: "Cost a month", ja: "月額" }
    /// Under the heading over the sums.
    totals_more {
        en: "What the network of this template costs, in months of 730 hours.",
        ja: "このテンプレートのネットワークにかかる料金です（1 か月 730 時間）。"
    }
    /// Over the column of a band.
    assumed { en: "assumed", ja: "仮定" }
    /// Over the column of a figure that is given.
    yours { en: "your figure", ja: "入力値" }
    /// The mark of the cheapest plan.
    cheapest { en: "cheapest", ja: "最安" }
    /// A plan that leaves demands unmet.
    not_all { en: "not everything is reached", ja: "届かない宛先があります" }
    /// A plan of which a price is not known.
    more_than { en: "at least: a price is missing", ja: "料金データ不足のため、これ以上" }
    /// The label of the slider.
    traffic { en: "Traffic in all, a month", ja: "1 か月の通信量の合計" }
    /// Where no traffic is given.
    traffic_assumed {
        en: "Not given: 10, 100 and 5,000 GB stand side by side, as assumptions. Move the slider for an exact figure.",
        ja: "未指定のため、10・100・5,000 GB の 3 通りを仮定して並べています。スライダーを動かすと正確な金額になります。"
    }
    /// Where it is given.
    traffic_given { en: "The figures below are for this traffic.", ja: "以下の金額はこの通信量で計算しています。" }
    /// The button that goes back to the bands.
    traffic_reset { en: "Back to the three assumptions", ja: "3 通りの仮定に戻す" }
    /// Where nothing is paid by traffic.
    no_traffic {
        en: "Nothing here is known to be paid by its traffic.",
        ja: "通信量によって料金が決まるものは見つかりません。"
    }
    /// The heading over the lanes.
    lanes { en: "By destination", ja: "宛先ごとの通信量" }
    /// What the lanes are.
    lanes_more {
        en: "Until you set one, all of them share the traffic evenly.",
        ja: "指定するまでは、すべての経路に均等に分けて計算します。"
    }
    /// The heading over calls and queries.
    counts { en: "Calls and queries", ja: "呼び出しとクエリ" }
    /// The heading over the plot.
    plot { en: "Cost by traffic", ja: "通信量と料金" }
    /// The axes of the plot.
    plot_axes {
        en: "Across: GB a month, logarithmic. Up: cost a month.",
        ja: "横軸: 1 か月の通信量（GB、対数）、縦軸: 月額"
    }
    /// What the circle and the dashed line are.
    plot_mark { en: "break-even", ja: "損益分岐点" }
    /// The button that opens the table of the plot.
    plot_table { en: "The plot as a table", ja: "グラフの数値を表で見る" }
    /// The name of that table.
    plot_caption { en: "Cost a month by traffic", ja: "通信量ごとの月額" }
    /// The head of its first column.
    plot_traffic { en: "GB a month", ja: "月間 GB" }
    /// Where no plan has all its prices.
    plot_none {
        en: "Nothing can be drawn while prices are missing.",
        ja: "料金データが足りないため、グラフを描けません。"
    }
    /// Where some plans have no line.
    plot_some {
        en: "A way that lacks a price has no line here.",
        ja: "料金データが足りない案の線は描いていません。"
    }
    /// Where today's way leaves demands unmet.
    no_comparison {
        en: "Today not everything is reached, so no traffic makes another way cheaper than that.",
        ja: "現在は届かない宛先があるため、損益分岐点はありません。"
    }
    /// The heading over the break-evens of endpoints.
    break_even { en: "Break-even of endpoints", ja: "エンドポイントごとの損益分岐点" }
    /// How these differ from the marks of the plot.
    break_even_more {
        en: "By the prices of NAT gateway and endpoint alone. The marks of the plot count all that changes with a plan, data between zones too.",
        ja: "NAT ゲートウェイとエンドポイントの単価だけを比べた値です。グラフの損益分岐点は、AZ 間のデータ転送など、変わる料金をすべて含みます。"
    }
    /// Where plans never cross.
    no_crossing {
        en: "The lines do not cross: at any traffic the same way stays the cheaper one.",
        ja: "線は交わりません。通信量にかかわらず、安い方は変わりません。"
    }
    /// The heading over the lines of the bills.
    items { en: "Now and after", ja: "現在と変更後" }
    /// The column of what is paid for.
    resource { en: "Resource", ja: "リソース" }
    /// The field beside a slider.
    exactly { en: "exact figure", ja: "数値で入力" }
    /// The choice of no region.
    region_none { en: "as the template has it", ja: "テンプレートに従う" }
    /// The column of today.
    now { en: "Now", ja: "現在" }
    /// The column after the endpoints.
    after { en: "After", ja: "変更後" }
    /// The column of what changes.
    difference { en: "Change", ja: "差額" }
    /// The foot of the lines.
    sum { en: "Total", ja: "合計" }
    /// Where there are no endpoints to add.
    no_after {
        en: "No endpoint is called for, so there is nothing to compare with.",
        ja: "追加が必要なエンドポイントはないため、比較する案はありません。"
    }
    /// Which band the lines are for.
    items_at { en: "For", ja: "通信量" }
    /// A difference that a missing price leaves open.
    not_known { en: "unknown", ja: "不明" }
    /// A line without a price.
    no_price { en: "no price", ja: "料金不明" }
    /// Where nothing costs anything.
    no_items {
        en: "Nothing in this template costs anything for its network",
        ja: "ネットワークの料金がかかるものはありません"
    }
    /// What is looked at.
    no_items_more {
        en: "Counted are NAT gateways, endpoints, public addresses, data, RDS Proxy, transit gateways, Resolver endpoints and provisioned concurrency.",
        ja: "対象は、NAT ゲートウェイ、エンドポイント、パブリックアドレス、データ転送、RDS Proxy、Transit Gateway、Resolver エンドポイント、プロビジョニングされた同時実行です。"
    }
    /// The heading over the zones.
    zones { en: "One more zone costs a month", ja: "AZ を 1 つ増やす場合の月額" }
    /// The heading over provisioned concurrency.
    provisioned { en: "Provisioned concurrency", ja: "プロビジョニングされた同時実行" }
    /// It never pays.
    never_pays { en: "never pays by its price alone", ja: "料金面で得になることはありません" }
    /// It is not known when it pays.
    pays_unknown {
        en: "when it pays is not known: a price is missing",
        ja: "料金データがなく、損益分岐点は不明です"
    }
    /// The heading over missing prices.
    missing { en: "Prices that are missing", ja: "足りない料金データ" }
    /// What missing prices mean.
    missing_more {
        en: "What they are for is in no sum. Fill them in to complete the sums.",
        ja: "該当する料金は合計に含まれていません。入力すると合計に加わります。"
    }
    /// The heading over the other prices.
    prices { en: "Prices in use", ja: "使っている料金" }
    /// What a price of one's own does.
    prices_more {
        en: "In US dollars. A price of your own goes before the known one, for any amount. Empty the field to have the known one back.",
        ja: "米ドル単価です。入力した単価は、量によらず既知の料金より優先されます。空にすると既知の料金に戻ります。"
    }
    /// A price of the user's.
    price_yours { en: "yours", ja: "入力値" }
    /// A field that holds no price.
    price_wrong { en: "No price: write it like 0.062", ja: "料金として読めません。0.062 のように入力してください" }
    /// A field that holds no number.
    number_wrong { en: "No number", ja: "数値として読めません" }
    /// What is not known to be a rate.
    rate_wrong {
        en: "A code of three letters, and how much of it one dollar is: JPY and 155.2",
        ja: "3 文字の通貨コードと、1 ドルあたりの額を入力してください（例: JPY と 155.2）"
    }
    /// The heading over what is in no sum.
    left_out { en: "Not in the sums", ja: "合計に含まれないもの" }
    /// The heading over assumptions.
    assumptions { en: "Assumptions", ja: "前提" }
}

/// The label of the rate.
pub fn rate(code: &str) -> Phrase {
    phrase!(en: "1 USD in {code}", ja: "1 USD の {code} 換算額")
}

/// What a rate does.
pub fn rate_note(code: &str, rate: &str) -> Phrase {
    phrase!(
        en: "Converted at your rate, 1 USD = {rate} {code}, each amount by itself. AWS bills in dollars.",
        ja: "入力されたレート（1 USD = {rate} {code}）で金額ごとに換算しています。AWS の料金はドル建てです。",
    )
}

/// The first choice of a region: what is taken without one.
pub fn region_default(region: &str, is_assumed: bool) -> Phrase {
    if is_assumed {
        phrase!(en: "{region} (assumed)", ja: "{region}（仮定）")
    } else {
        phrase!(en: "{region} (template)", ja: "{region}（テンプレート）")
    }
}

/// A region that is only assumed.
pub fn region_assumed(region: &str) -> Phrase {
    phrase!(
        en: "Nothing says the region, and prices differ by region: {region} is assumed. Choose yours.",
        ja: "リージョンがわからないため、{region} と仮定しています。料金はリージョンによって異なるので、選んでください。",
    )
}

/// The name of a plan, as short as a plot needs it.
pub fn plan(name: &str) -> Phrase {
    match name {
        "gateway-endpoints" => phrase!(en: "+ gateway", ja: "ゲートウェイ"),
        "beside-nat" => phrase!(en: "+ endpoints", ja: "追加"),
        "without-nat" => phrase!(en: "no NAT", ja: "NAT なし"),
        _ => phrase!(en: "today", ja: "現在"),
    }
}

/// What is paid, and for how many units of it.
pub fn counted(what: &Phrase, count: &str, unit: &Phrase) -> Phrase {
    Phrase {
        en: format!("{}, {count} {}", what.en, unit.en),
        ja: format!("{}、{count} {}", what.ja, unit.ja),
    }
}

/// What the field of a price holds.
pub fn per(unit: &str) -> Phrase {
    let (en, own) = (unit.to_owned(), units(unit));
    let ja = own.ja;
    phrase!(en: "USD per {en}", ja: "USD / {ja}")
}

/// Where a known price is from.
pub fn known(date: &str, tiers: usize, is_assumed: bool) -> Phrase {
    let (en, ja) = match tiers {
        0 | 1 => (String::new(), String::new()),
        _ => (format!(", the first of {tiers} tiers"), format!("、{tiers} 段階の 1 段階目")),
    };
    if is_assumed {
        phrase!(en: "one secondary source, {date}{en}", ja: "二次情報 1 件、{date}{ja}")
    } else {
        phrase!(en: "as of {date}{en}", ja: "{date} 時点{ja}")
    }
}

/// The label of what is asked for by a key.
pub fn count(key: &str) -> Phrase {
    let (kind, name) = key.split_once(':').unwrap_or((key, ""));
    match kind {
        "requests" => {
            phrase!(en: "Calls of `{name}`, a month (`requests`)", ja: "`{name}` の月間呼び出し回数（`requests`）")
        }
        "duration_ms" => {
            phrase!(en: "How long a call of `{name}` takes (`duration_ms`)", ja: "`{name}` の平均実行時間（`duration_ms`）")
        }
        _ => {
            phrase!(en: "Queries through `{name}`, a month (`queries`)", ja: "`{name}` を通る月間クエリ数（`queries`）")
        }
    }
}

/// The unit of what is asked for by a key.
pub fn count_unit(key: &str) -> &'static str {
    if key.starts_with("duration_ms") { "ms" } else { "" }
}

/// A lane: a destination with how many functions send there, or what carries traffic.
pub fn lane(name: &str, functions: u64) -> Phrase {
    match functions {
        0 => phrase!(en: "`{name}`, beside what is known", ja: "`{name}`（上記以外の通信）"),
        1 => phrase!(en: "to `{name}`", ja: "`{name}` 宛"),
        _ => {
            phrase!(en: "to `{name}`, of {functions} functions", ja: "`{name}` 宛（{functions} 関数の合計）")
        }
    }
}

/// What the column after the endpoints stands for.
pub fn after_is(title: &Phrase) -> Phrase {
    let (en, ja) = (&title.en, &title.ja);
    phrase!(en: "After: {en}.", ja: "変更後: {ja}")
}

/// Where a plan costs what today's does.
pub fn crossing(title: &Phrase, gb: &str, is_cheaper_above: bool) -> Phrase {
    let (en, ja) = (&title.en, &title.ja);
    if is_cheaper_above {
        phrase!(
            en: "{gb} GB a month: above it, “{en}” costs less than today",
            ja: "月 {gb} GB: これより多いと「{ja}」が現在より安くなります",
        )
    } else {
        phrase!(
            en: "{gb} GB a month: above it, “{en}” costs more than today",
            ja: "月 {gb} GB: これより多いと「{ja}」が現在より高くなります",
        )
    }
}

/// The ends of a line of the plot, for who does not see it.
pub fn line_ends(title: &Phrase, first: &str, last: &str, end: &str) -> Phrase {
    let (en, ja) = (&title.en, &title.ja);
    phrase!(
        en: "{en}: {first} at 1 GB, {last} at {end} GB.",
        ja: "{ja}: 1 GB で {first}、{end} GB で {last}。",
    )
}

/// What is kept ready of a function, and what that costs.
pub fn kept(count: u64, floor: Option<&str>) -> Phrase {
    let (en, ja) = match floor {
        Some(floor) => (floor.to_owned(), floor.to_owned()),
        None => (no_price().en, no_price().ja),
    };
    phrase!(
        en: "{count} kept ready: {en} a month without a call",
        ja: "{count} 個を維持: 呼び出しがなくても月 {ja}",
    )
}

/// When it pays.
pub fn pays_from(percent: &str) -> Phrase {
    phrase!(en: "pays when busy {percent} % of the time or more", ja: "稼働率 {percent} % 以上で得")
}

/// How busy it is.
pub fn busy(percent: &str) -> Phrase {
    phrase!(en: "busy {percent} % with these calls", ja: "この呼び出しでの稼働率は {percent} %")
}

/// Today and after in a sentence, for screen readers and the foot of a narrow screen.
pub fn summary(now: &str, after: Option<(&str, &Phrase)>, gb: &str) -> Phrase {
    match after {
        Some((amount, title)) => {
            let (en, ja) = (&title.en, &title.ja);
            phrase!(
                en: "At {gb} GB a month: {now} today, {amount} {en}",
                ja: "月 {gb} GB の場合: 現在 {now}、「{ja}」で {amount}",
            )
        }
        None => phrase!(en: "At {gb} GB a month: {now} today", ja: "月 {gb} GB の場合: 現在 {now}"),
    }
}

//! What the endpoint panel says itself.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

sentences! {
    /// The name of the endpoints, and of their tab.
    title { en: "Endpoints", ja: "エンドポイント" }
    /// The headline where there is nothing to say.
    nothing { en: "No endpoint is missing here", ja: "追加すべきエンドポイントはありません" }
    /// What that means.
    nothing_more {
        en: "No function in a VPC is known to call an AWS service. Once one does, this tab tells how the call gets there and which endpoint would carry it.",
        ja: "AWS サービスを呼び出す VPC 内の関数は見つかりませんでした。見つかれば、どの経路で届くか、どのエンドポイントが使えるかをここに表示します。"
    }
    /// A service with an endpoint on its way.
    by_endpoint { en: "through", ja: "エンドポイント経由:" }
    /// A service behind NAT.
    by_nat { en: "through NAT:", ja: "NAT 経由:" }
    /// A service without a way.
    no_way { en: "not reached", ja: "届かない" }
    /// A service of which the way is not known.
    unknown { en: "way not known", ja: "経路不明" }
    /// A gateway endpoint's price.
    free { en: "free", ja: "無料" }
    /// The name of a gateway endpoint's place.
    on_tables { en: "gateway endpoint on", ja: "ゲートウェイエンドポイント、ルートテーブル:" }
    /// The name of an interface endpoint's place.
    in_subnets { en: "interface endpoint in", ja: "インターフェイスエンドポイント、サブネット:" }
    /// The name of its groups.
    with_group { en: "group", ja: "セキュリティグループ:" }
    /// A group that is added too.
    new_group { en: "new", ja: "新規" }
    /// Where a place is not known.
    to_be_given { en: "to be given", ja: "要指定" }
    /// The button that shows what adding an endpoint changes.
    show_add { en: "Add…", ja: "追加…" }
    /// The button that shows what adding all of them changes.
    show_all { en: "Add all…", ja: "まとめて追加…" }
    /// The button that shows what the whole plan changes.
    show_plan { en: "Show the plan…", ja: "変更内容を見る…" }
    /// The button that applies it.
    apply { en: "Apply", ja: "適用" }
    /// Before why an endpoint cannot be added here.
    why_not { en: "Cannot be added here:", ja: "ここでは追加できません:" }
    /// The summary over the YAML of such an endpoint.
    yaml { en: "The endpoint as YAML, to complete by hand", ja: "手動で補うためのエンドポイントの YAML" }
    /// Where the way is not known and an endpoint is suggested all the same.
    only_if {
        en: "Only if the VPC has neither this endpoint nor a NAT gateway.",
        ja: "VPC にこのエンドポイントも NAT ゲートウェイもない場合だけ追加してください。"
    }
    /// The summary over callers beyond the first.
    more_callers { en: "All callers", ja: "すべての呼び出し元" }
    /// The heading over the plan.
    plan { en: "Without NAT", ja: "NAT をなくす場合" }
    /// Nothing needs the internet, with endpoints added.
    plan_holds {
        en: "With these endpoints, nothing that is called needs the internet.",
        ja: "これらのエンドポイントを追加すると、インターネットへの経路は不要になります。"
    }
    /// The same as it is.
    plan_holds_now {
        en: "As it is, nothing that is called needs the internet.",
        ja: "現状のままで、インターネットへの経路は不要です。"
    }
    /// Some do.
    plan_fails {
        en: "Even with every endpoint, these are not reached without NAT:",
        ja: "エンドポイントをすべて追加しても、NAT がなければ次の通信は届きません:"
    }
    /// The same with none to add.
    plan_fails_now {
        en: "Without NAT, these are not reached:",
        ja: "NAT がなければ次の通信は届きません:"
    }
    /// Too little is known.
    plan_unknown {
        en: "Nothing that is known needs the internet, but this is not known:",
        ja: "わかっている通信にインターネットへの経路は不要ですが、次の点がわかりません:"
    }
    /// Before what can go.
    can_go { en: "Can go then:", ja: "削除できるもの:" }
    /// Before what could go.
    could_go { en: "Could go if that needs none either:", ja: "上の点に問題がなければ削除できるもの:" }
    /// Before what that spares.
    spares { en: "They cost a month:", ja: "現在の月額:" }
    /// Where the whole plan cannot be written.
    plan_unwritable {
        en: "They cannot be taken out here: something else in the template names them, or an endpoint cannot be added.",
        ja: "ほかの箇所から参照されているか、追加できないエンドポイントがあるため、ここでは削除できません。"
    }
    /// The heading over what need not be there.
    reverse { en: "The other way round", ja: "見直せるもの" }
    /// Nobody demands an endpoint.
    unused { en: "nobody in this template calls it", ja: "このテンプレートでは使われていません" }
    /// Of functions that share NAT, before those that do not need it.
    split_inward { en: "share it without needing it:", ja: "共有しているが NAT は不要な関数:" }
    /// Before those that do.
    split_outward { en: "need it:", ja: "NAT が必要な関数:" }
    /// What could be done.
    split_more {
        en: "In subnets of their own, the first could do without NAT.",
        ja: "サブネットを分ければ、NAT が不要な関数は NAT なしで動きます。"
    }
    /// The heading over the sums.
    totals { en: "Cost of the whole template a month", ja: "テンプレート全体の月額" }
    /// Where prices are missing.
    no_price {
        en: "A price is missing for this region: the cost tab asks for it.",
        ja: "このリージョンの料金データが足りません。料金タブで入力できます。"
    }
    /// What was proved of NAT gateways.
    proof_nat { en: "no NAT gateway is left", ja: "NAT ゲートウェイは残りません" }
    /// See [`crate::state::Notice::EndpointsAdded`].
    added { en: "The endpoints are in the template.", ja: "エンドポイントをテンプレートに追加しました。" }
}

/// What adding an endpoint does, as a command.
pub fn add(service: &str, is_gateway: bool) -> Phrase {
    if is_gateway {
        phrase!(en: "Add a gateway endpoint for {service}", ja: "{service} のゲートウェイエンドポイントを追加")
    } else {
        phrase!(en: "Add an interface endpoint for {service}", ja: "{service} のインターフェイスエンドポイントを追加")
    }
}

/// What adding all of them does.
pub fn add_all(count: usize, has_nat: bool) -> Phrase {
    if has_nat {
        phrase!(
            en: "Add all {count} endpoints that are needed for no NAT",
            ja: "NAT をなくすのに必要なエンドポイント {count} 個をまとめて追加",
        )
    } else {
        phrase!(en: "Add all {count} endpoints", ja: "エンドポイント {count} 個をまとめて追加")
    }
}

/// What the whole plan does.
pub fn without_nat(count: usize) -> Phrase {
    match count {
        0 => phrase!(en: "Take NAT out", ja: "NAT を削除"),
        1 => phrase!(en: "Add the endpoint and take NAT out", ja: "エンドポイントを追加し、NAT を削除"),
        _ => phrase!(
            en: "Add all {count} endpoints and take NAT out",
            ja: "エンドポイント {count} 個を追加し、NAT を削除",
        ),
    }
}

/// A command with what else it changes.
pub fn also(command: Phrase, also: Option<&Phrase>) -> Phrase {
    let Some(also) = also else { return command };
    let (Phrase { en, ja }, more, more_ja) = (command, &also.en, &also.ja);
    phrase!(en: "{en}. It takes beside: {more}", ja: "{ja}（あわせて: {more_ja}）")
}

/// Something that no endpoint carries.
pub fn outside(to: &str, why: &Phrase) -> Phrase {
    let Phrase { en, ja } = why;
    phrase!(en: "calls {to}: {en}", ja: "→ {to}: {ja}")
}

/// The heading over a VPC.
pub fn vpc(only_where: Option<&str>) -> Phrase {
    match only_where {
        Some(situation) => phrase!(en: "where {situation}", ja: "{situation} の場合"),
        None => Phrase::verbatim(""),
    }
}

/// How much traffic the amounts are for.
pub fn traffic(from: &str, to: Option<&str>) -> Phrase {
    match to {
        Some(to) => phrase!(
            en: "Amounts are for a month, for {from} to {to} GB of traffic in all. The cost tab takes your figure.",
            ja: "金額は月額で、通信量の合計を {from}〜{to} GB と仮定しています。実際の通信量は料金タブで入力できます。",
        ),
        None => phrase!(
            en: "Amounts are for a month with {from} GB of traffic in all, as given on the cost tab.",
            ja: "金額は月額で、料金タブで入力された通信量（合計 {from} GB）で計算しています。",
        ),
    }
}

/// What an interface endpoint costs.
pub fn price(by_hour: &str, month: &str) -> Phrase {
    phrase!(en: "{month} a month, of it {by_hour} by the hour", ja: "月 {month}（うち時間料金 {by_hour}）")
}

/// From where on an endpoint pays beside NAT.
pub fn pays_from(gb: &str) -> Phrase {
    phrase!(
        en: "beside NAT it pays from {gb} GB a month on",
        ja: "NAT と併用する場合、月 {gb} GB 以上で得になります",
    )
}

/// What a spare endpoint costs.
pub fn costs(amount: &str) -> Phrase {
    phrase!(en: "{amount} a month by the hour", ja: "時間料金 月 {amount}")
}

/// From where on an endpoint that is there pays.
pub fn dear(gb: &str) -> Phrase {
    phrase!(
        en: "costs less than NAT from {gb} GB a month on, more below",
        ja: "月 {gb} GB 以上なら NAT より安く、それ未満では高くなります",
    )
}

/// That services go by endpoints after a change.
pub fn proof_services(services: &[String]) -> Phrase {
    let (en, ja) = (services.join(", "), services.join("、"));
    phrase!(
        en: "reached through an endpoint from every function that calls it: {en}",
        ja: "呼び出すすべての関数からエンドポイント経由で届きます: {ja}",
    )
}

/// How many are to be added, in a sentence.
pub fn summary(count: usize) -> Phrase {
    match count {
        0 => phrase!(en: "No endpoint to add", ja: "追加するエンドポイントはありません"),
        1 => phrase!(en: "1 endpoint to add", ja: "追加するエンドポイント 1 個"),
        _ => phrase!(en: "{count} endpoints to add", ja: "追加するエンドポイント {count} 個"),
    }
}

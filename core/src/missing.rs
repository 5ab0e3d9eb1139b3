//! What is missing, in words, and what a user passes to settle it.

use crate::analysis::Need;
use crate::language::Phrase;
use crate::network::{Missing, Name, Topic};
use crate::phrase;
use crate::template::Unknown;

/// The name under which `--assume` takes an unknown, where that is possible: it stands for subnets.
type Assumable<'f> = &'f dyn Fn(&Unknown) -> Option<String>;

/// What would settle `missing`.
pub(crate) fn need(missing: &Missing, assumable: Assumable<'_>) -> Need {
    match missing {
        Missing::Value(unknown) => of_value(unknown, assumable),
        Missing::Component(name) => of_component(name, assumable),
        Missing::PrefixList(id) => Need {
            parameter: None,
            value: Some(id.clone()),
            reason: phrase!(
                en: "the addresses of prefix list `{id}` are not in the template",
                ja: "プレフィックスリスト `{id}` のアドレス範囲はテンプレートからはわかりません",
            ),
            settle_with: format!("--prefix-list {id}=CIDR,..."),
        },
        Missing::ServiceAddresses(service) => Need {
            parameter: None,
            value: Some(service.clone()),
            reason: phrase!(
                en: "which public addresses {service} answers from is not known, and a rule or route is for some addresses only",
                ja: "{service} のパブリックアドレスがわからず、アドレスを限定したルールやルートに当てはまるか判断できません",
            ),
            settle_with: format!("--resolve {service}=CIDR,..."),
        },
        Missing::Interface(address) => Need {
            parameter: None,
            value: Some(address.clone()),
            reason: phrase!(
                en: "which interface has {address}, and so which security groups guard it, is not known",
                ja: "{address} を持つインターフェイスと、そのセキュリティグループがわかりません",
            ),
            settle_with: format!(
                "--context FILE (`aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values={address}`)"
            ),
        },
        Missing::HostAddress(host) => Need {
            parameter: None,
            value: Some(host.clone()),
            reason: phrase!(
                en: "which address `{host}` has is not known",
                ja: "`{host}` のアドレスがわかりません",
            ),
            settle_with: format!("--resolve {host}=ADDRESS"),
        },
        Missing::Region => Need {
            parameter: None,
            value: Some("AWS::Region".to_owned()),
            reason: phrase!(
                en: "the region decides, and the template does not say it",
                ja: "リージョンによって結果が変わりますが、テンプレートからはわかりません",
            ),
            settle_with: "--region REGION".to_owned(),
        },
        Missing::Undocumented(topic) => {
            let Phrase { en, ja } = words_for(*topic);
            plain(phrase!(
                en: "AWS does not document what happens here: {en}",
                ja: "AWS のドキュメントに記載がなく判断できません: {ja}",
            ))
        }
        Missing::Beyond(topic, name) => beyond(*topic, name, assumable),
        Missing::NotFollowed(topic) => {
            let Phrase { en, ja } = words_for(*topic);
            plain(
                phrase!(en: "vpcheck does not follow this yet: {en}", ja: "vpcheck はまだ追跡できません: {ja}"),
            )
        }
        Missing::TooManyCases => plain(phrase!(
            en: "it depends on more conditions than vpcheck tells apart",
            ja: "条件の組み合わせが多すぎて判断できません",
        )),
    }
}

/// What stands outside of every template, and what shows it.
fn beyond(topic: Topic, name: &Name, assumable: Assumable<'_>) -> Need {
    let id = name.to_string();
    let reason = match topic {
        Topic::TransitGateway => phrase!(
            en: "the attachments and routes behind `{id}` are made outside this template; `aws ec2 describe-transit-gateways`, `describe-transit-gateway-attachments`, `describe-transit-gateway-vpc-attachments`, `describe-transit-gateway-route-tables` and `search-transit-gateway-routes` show them",
            ja: "`{id}` の先のアタッチメントとルートはこのテンプレートの外にあります。`aws ec2 describe-transit-gateways`、`describe-transit-gateway-attachments`、`describe-transit-gateway-vpc-attachments`、`describe-transit-gateway-route-tables`、`search-transit-gateway-routes` で確認できます",
        ),
        Topic::VpnGateway => phrase!(
            en: "which ranges stand behind `{id}` is announced from the other side; `aws ec2 describe-vpn-connections`, `describe-vpn-gateways` and `describe-route-tables` show what was learned",
            ja: "`{id}` の先の範囲は相手側から広報されます。学習された経路は `aws ec2 describe-vpn-connections`、`describe-vpn-gateways`、`describe-route-tables` で確認できます",
        ),
        Topic::FirewallRules => phrase!(
            en: "the stateful rules of `{id}` decide, which vpcheck does not judge",
            ja: "`{id}` のステートフルルール次第です (vpcheck は判定しません)",
        ),
        Topic::OneWayFirewall => phrase!(
            en: "`{id}` sees one way of the flow only, which AWS does not support: lead packets and answers to the same endpoint, by the routes of both sides and of the gateway",
            ja: "`{id}` を通るのは往復の片方だけで、AWS はこの構成をサポートしていません。両側のサブネットとゲートウェイのルートで、往復とも同じエンドポイントを通るようにしてください",
        ),
        Topic::ForwardingInstance => phrase!(
            en: "what `{id}` does with packets is up to its software",
            ja: "`{id}` がパケットをどう扱うかは、そのソフトウェア次第です",
        ),
        Topic::DeployedId => phrase!(
            en: "which id `{id}` has is known after the deployment only, and a policy asks for one; name it there by `!Ref` or `!GetAtt`",
            ja: "`{id}` の ID はデプロイするまで決まらず、ポリシーの条件に一致するか判断できません。ポリシーでは `!Ref` か `!GetAtt` で指定してください",
        ),
        Topic::Organization => phrase!(
            en: "a policy asks whether the account is in `{id}`; `aws organizations describe-organization` tells",
            ja: "アカウントが `{id}` に属するかどうかがポリシーの条件です。`aws organizations describe-organization` で確認できます",
        ),
        Topic::CallerRole => phrase!(
            en: "a policy asks whether the caller is `{id}`, and the template does not say which role the function has",
            ja: "呼び出し元が `{id}` であることがポリシーの条件ですが、関数のロールがテンプレートからはわかりません",
        ),
        Topic::CallerAddress => phrase!(
            en: "a policy asks for the caller's address (`{id}`), which is not known that exactly",
            ja: "呼び出し元のアドレス (`{id}`) がポリシーの条件ですが、そこまで特定できません",
        ),
        Topic::Lattice => phrase!(
            en: "calls of `{id}` go through VPC Lattice, whose associations, auth policies, listeners and targets decide and are not followed; `aws vpc-lattice list-service-network-vpc-associations`, `get-auth-policy` and `list-targets` show them",
            ja: "`{id}` への呼び出しは VPC Lattice を経由し、その関連付け・認証ポリシー・リスナー・ターゲット次第です (vpcheck は追跡しません)。`aws vpc-lattice list-service-network-vpc-associations`、`get-auth-policy`、`list-targets` で確認できます",
        ),
        topic => {
            let Phrase { en, ja } = words_for(topic);
            phrase!(
                en: "the template does not say what stands behind `{id}`: {en}",
                ja: "`{id}` の先はテンプレートからはわかりません: {ja}",
            )
        }
    };
    // What a value names is told by its own need: then the template with the gateway can be given.
    match name {
        Name::Unknown { value, .. } => {
            Need { reason, settle_with: String::new(), ..of_value(value, assumable) }
        }
        Name::Aws(_) => {
            let settle_with = match topic {
                Topic::TransitGateway => "--context transit-gateways.json".to_owned(),
                Topic::VpnGateway => "--context vpn-connections.json".to_owned(),
                // Which unit of it an account is in is printed by no one call.
                Topic::Organization if !id.contains('/') => "--context organization.json".to_owned(),
                _ => String::new(),
            };
            Need { value: Some(id), settle_with, ..plain(reason) }
        }
        _ => Need { value: Some(id), ..plain(reason) },
    }
}

/// The key under which an assumption can be made about the subnet of this name.
pub(crate) fn assumption_key(name: &Name) -> Option<String> {
    let Name::Unknown { value, .. } = name else { return None };
    key_of(value)
}

/// The key under which an assumption can be made about the subnets that a value names.
pub(crate) fn key_of(value: &Unknown) -> Option<String> {
    match value {
        Unknown::Parameter(name) | Unknown::StoredParameter(name) | Unknown::DynamicReference(name) => {
            Some(name.clone())
        }
        Unknown::Import(name) => Some(format!("import:{name}")),
        _ => None,
    }
}

/// Nothing that a user could pass settles it.
fn plain(reason: Phrase) -> Need {
    Need { parameter: None, value: Some(String::new()), reason, settle_with: String::new() }
}

fn of_value(unknown: &Unknown, assumable: Assumable<'_>) -> Need {
    let parameter = match unknown {
        Unknown::Parameter(name) | Unknown::StoredParameter(name) => Some(name.clone()),
        _ => None,
    };
    let settle_with = match assumable(unknown) {
        Some(name) => format!("--assume {}", quoted(&format!("{name}=private-nat"))),
        None => settling_option(unknown),
    };
    let value = parameter.is_none().then(|| name_of(unknown));
    Need { parameter, value, reason: reason_of(unknown), settle_with }
}

/// What the value is called: a parameter, an export, `Resource.Attribute`. Empty where it has no name.
pub(crate) fn name_of(unknown: &Unknown) -> String {
    match unknown {
        Unknown::Parameter(name)
        | Unknown::StoredParameter(name)
        | Unknown::Import(name)
        | Unknown::DynamicReference(name)
        | Unknown::Pseudo(name)
        | Unknown::Transform(name)
        | Unknown::ForeignTag(name) => name.clone(),
        Unknown::Attribute { resource, attribute } if attribute.is_empty() => resource.clone(),
        Unknown::Attribute { resource, attribute } => format!("{resource}.{attribute}"),
        Unknown::Broken
        | Unknown::NoSuchKey
        | Unknown::TooManyCases
        | Unknown::TooDeep
        | Unknown::TooLong => String::new(),
    }
}

/// The option that gives the value; empty where none does.
pub(crate) fn settling_option(unknown: &Unknown) -> String {
    match unknown {
        Unknown::Parameter(name) | Unknown::StoredParameter(name) => format!("--param {name}=VALUE"),
        Unknown::Import(name) => format!("--param 'import:{name}=VALUE'"),
        Unknown::DynamicReference(reference) => format!("--param '{reference}=VALUE'"),
        Unknown::Pseudo(name) if name == "AWS::Region" => "--region REGION".to_owned(),
        _ => String::new(),
    }
}

/// Why the value is not known.
pub(crate) fn reason_of(unknown: &Unknown) -> Phrase {
    let name = name_of(unknown);
    match unknown {
        Unknown::Parameter(_) => phrase!(
            en: "parameter `{name}` has no default, so its value is not known here",
            ja: "パラメータ `{name}` にはデフォルト値がなく、テンプレートからは値がわかりません",
        ),
        Unknown::StoredParameter(_) => phrase!(
            en: "the value of `{name}` is stored in Parameter Store and not known here",
            ja: "`{name}` の値は Parameter Store にあり、テンプレートからはわかりません",
        ),
        Unknown::Import(_) => phrase!(
            en: "`{name}` is exported by another stack and not known here",
            ja: "`{name}` は別のスタックのエクスポートで、テンプレートからは値がわかりません",
        ),
        Unknown::DynamicReference(_) => phrase!(
            en: "`{name}` is looked up at deployment and not known here",
            ja: "`{name}` はデプロイ時に解決されるため、テンプレートからは値がわかりません",
        ),
        Unknown::Attribute { attribute, .. } if attribute.starts_with("Outputs.") => phrase!(
            en: "`{name}` comes from a nested stack whose template gives no fixed value here",
            ja: "`{name}` はネストされたスタックの出力で、ここでは値が決まりません",
        ),
        Unknown::Broken | Unknown::NoSuchKey => phrase!(
            en: "a value that it depends on cannot be read; `vpcheck check` says where",
            ja: "結果を左右する値が読み取れません。`vpcheck check` で場所を確認できます",
        ),
        Unknown::TooManyCases => phrase!(
            en: "a value depends on more conditions than vpcheck tells apart",
            ja: "値を決める条件の組み合わせが多すぎて判断できません",
        ),
        Unknown::TooDeep => phrase!(
            en: "a value is nested deeper than vpcheck reads",
            ja: "値のネストが深すぎて読み取れません",
        ),
        Unknown::TooLong => phrase!(
            en: "a value is longer than vpcheck reads",
            ja: "値が長すぎて読み取れません",
        ),
        Unknown::Pseudo(_) | Unknown::Attribute { .. } | Unknown::Transform(_) | Unknown::ForeignTag(_) => {
            phrase!(
                en: "`{name}` is known after deployment only",
                ja: "`{name}` の値はデプロイするまで決まりません",
            )
        }
    }
}

fn of_component(name: &Name, assumable: Assumable<'_>) -> Need {
    match name {
        Name::Unknown { value, .. } => of_value(value, assumable),
        Name::Aws(id) => {
            let described = describing(id);
            let reason = match &described {
                Some(Description { calls, .. }) => phrase!(
                    en: "what `{id}` is like is not in the template; keep what {calls} prints in a file",
                    ja: "`{id}` の内容はテンプレートにありません。{calls} の出力をファイルに保存してください",
                ),
                None => phrase!(
                    en: "what `{id}` is like is not in the template",
                    ja: "`{id}` の内容はテンプレートにありません",
                ),
            };
            let settle_with = described.map(|described| format!("--context {}", described.file));
            Need {
                parameter: None,
                value: Some(id.clone()),
                reason,
                settle_with: settle_with.unwrap_or_default(),
            }
        }
        Name::Implied { of, what } => implied(of, what, assumable),
        Name::Logical(id) => Need {
            parameter: None,
            value: Some(id.clone()),
            reason: phrase!(
                en: "the template does not say enough about `{id}`",
                ja: "`{id}` についてテンプレートに必要な情報がありません",
            ),
            settle_with: String::new(),
        },
    }
}

/// Endpoints that nothing describes.
fn endpoints_of(vpc: &str) -> Need {
    let calls = format!("`aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values={vpc}`");
    Need {
        parameter: None,
        value: Some(vpc.to_owned()),
        reason: phrase!(
            en: "`{vpc}` may have endpoints that are not in the template; keep what {calls} prints in a file",
            ja: "`{vpc}` にはテンプレートにないエンドポイントがあるかもしれません。{calls} の出力をファイルに保存してください",
        ),
        settle_with: "--context vpc-endpoints.json".to_owned(),
    }
}

/// The main route table, the default ACL and the default group of a VPC.
fn implied(of: &Name, what: &str, assumable: Assumable<'_>) -> Need {
    let Name::Aws(vpc) = of else { return of_component(of, assumable) };
    let (call, what_ja) = match what {
        "main route table" => ("describe-route-tables", "メインルートテーブル"),
        "default network ACL" => ("describe-network-acls", "デフォルトのネットワーク ACL"),
        "default security group" => ("describe-security-groups", "デフォルトのセキュリティグループ"),
        "endpoints" => return endpoints_of(vpc),
        _ => return of_component(of, assumable),
    };
    let calls = format!("`aws ec2 {call} --filters Name=vpc-id,Values={vpc}`");
    Need {
        parameter: None,
        value: Some(vpc.clone()),
        reason: phrase!(
            en: "the {what} of `{vpc}` is not in the template; keep what {calls} prints in a file",
            ja: "`{vpc}` の{what_ja}はテンプレートにありません。{calls} の出力をファイルに保存してください",
        ),
        settle_with: format!("--context {}.json", call.trim_start_matches("describe-")),
    }
}

/// How AWS tells of a component.
struct Description {
    /// The calls, ready to be shown.
    calls: String,
    /// A file to keep the answer in.
    file: String,
}

/// The describe calls for an id that AWS gave. A subnet's way is in its VPC's tables and ACLs.
fn describing(id: &str) -> Option<Description> {
    let (kind, _) = id.split_once('-')?;
    let (call, option) = match kind {
        "vpc" => ("vpcs", "vpc-ids"),
        "subnet" => ("subnets", "subnet-ids"),
        "rtb" => ("route-tables", "route-table-ids"),
        "sg" => ("security-groups", "group-ids"),
        "acl" => ("network-acls", "network-acl-ids"),
        "nat" => ("nat-gateways", "nat-gateway-ids"),
        "igw" => ("internet-gateways", "internet-gateway-ids"),
        "vpce" => ("vpc-endpoints", "vpc-endpoint-ids"),
        "pcx" => ("vpc-peering-connections", "vpc-peering-connection-ids"),
        "pl" => ("managed-prefix-lists", "prefix-list-ids"),
        "dopt" => ("dhcp-options", "dhcp-options-ids"),
        _ => return None,
    };
    let only = format!("`aws ec2 describe-{call} --{option} {id}`");
    let calls = match kind {
        "subnet" => format!("{only}, `aws ec2 describe-route-tables`, `aws ec2 describe-network-acls`"),
        _ => only,
    };
    Some(Description { calls, file: format!("{call}.json") })
}

fn words_for(topic: Topic) -> Phrase {
    match topic {
        Topic::PrivateAddressThroughNat => phrase!(
            en: "a private address behind a NAT gateway",
            ja: "NAT ゲートウェイを経由したプライベートアドレスへの通信",
        ),
        Topic::GatewayEndpointThroughNat => phrase!(
            en: "a gateway endpoint behind a NAT gateway",
            ja: "NAT ゲートウェイを経由したゲートウェイエンドポイントの利用",
        ),
        Topic::TransitGateway => {
            phrase!(en: "what stands behind a transit gateway", ja: "Transit Gateway の先の経路")
        }
        Topic::VpnGateway => {
            phrase!(en: "what stands behind a virtual private gateway", ja: "仮想プライベートゲートウェイの先の経路")
        }
        Topic::Appliance => phrase!(
            en: "what an appliance behind a gateway load balancer lets through",
            ja: "Gateway Load Balancer の先のアプライアンスが何を通すか",
        ),
        Topic::FirewallRules => {
            phrase!(en: "the stateful rules of a firewall", ja: "ファイアウォールのステートフルルール")
        }
        Topic::DualStackNames => phrase!(
            en: "whether the private DNS of an interface endpoint answers the service's dual-stack name too (`*.api.aws`); `PrivateDnsNames` of `aws ec2 describe-vpc-endpoint-services` lists the names",
            ja: "インターフェイスエンドポイントのプライベート DNS が、サービスのデュアルスタック名 (`*.api.aws`) にも応答するか (対象の名前は `aws ec2 describe-vpc-endpoint-services` の `PrivateDnsNames` で確認できます)",
        ),
        Topic::OneWayFirewall => {
            phrase!(en: "a firewall that sees one way only", ja: "往復の片方だけが通るファイアウォール")
        }
        Topic::OtherGateway => phrase!(
            en: "a carrier gateway, a local gateway or a core network",
            ja: "キャリアゲートウェイ・ローカルゲートウェイ・コアネットワークの先の経路",
        ),
        Topic::ForwardingInstance => {
            phrase!(en: "an instance that forwards packets", ja: "パケットを転送するインスタンス")
        }
        Topic::Dns => phrase!(
            en: "what name servers of one's own answer",
            ja: "独自の DNS サーバーが何を応答するか",
        ),
        Topic::Ipv6 => {
            phrase!(en: "IPv4 from a subnet that has IPv6 only", ja: "IPv6 のみのサブネットからの IPv4 通信")
        }
        Topic::LoadBalancer => {
            phrase!(en: "a load balancer and its targets", ja: "ロードバランサーとそのターゲット")
        }
        Topic::Lattice => {
            phrase!(en: "what VPC Lattice lets through", ja: "VPC Lattice が何を通すか")
        }
        Topic::GroupAcrossRegions => phrase!(
            en: "a security group named over a peering connection between regions",
            ja: "リージョン間ピアリング越しのセキュリティグループの参照",
        ),
        Topic::ZoneChoice => phrase!(
            en: "the zone of a subnet that names none: AWS chooses",
            ja: "AZ の指定がないサブネットの AZ (AWS が選びます)",
        ),
        Topic::DeployedId | Topic::Organization | Topic::CallerRole | Topic::CallerAddress => {
            phrase!(en: "what a policy asks for", ja: "ポリシーの条件")
        }
        Topic::Placement => phrase!(en: "where the workload stands", ja: "ワークロードがどこに配置されるか"),
    }
}

/// In quotes where a shell would take it apart.
fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_=./:,@".contains(character);
    if argument.chars().all(is_plain) { argument.to_owned() } else { format!("'{argument}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(missing: &Missing) -> (String, String) {
        let assumable = |unknown: &Unknown| match unknown {
            Unknown::Parameter(name) if name == "Subnets" => Some(name.clone()),
            Unknown::Import(name) if name == "net-subnets" => Some(format!("import:{name}")),
            _ => None,
        };
        let need = need(missing, &assumable);
        assert!(!need.reason.ja.is_ascii() && need.reason.en.is_ascii(), "{need:?}");
        assert!(need.parameter.is_some() != need.value.is_some(), "{need:?}");
        (need.reason.en, need.settle_with)
    }

    #[test]
    fn each_missing_thing_names_the_option_that_settles_it() {
        let aws = |id: &str| Missing::Component(Name::Aws(id.to_owned()));
        let implied = |of: &str, what| {
            Missing::Component(Name::Implied { of: Box::new(Name::Aws(of.to_owned())), what })
        };
        let item = |value| Missing::Component(Name::Unknown { value, item: Some(0) });
        for (missing, settle_with) in [
            (Missing::Value(Unknown::Parameter("Port".into())), "--param Port=VALUE"),
            (Missing::Value(Unknown::Parameter("Subnets".into())), "--assume Subnets=private-nat"),
            (
                Missing::Value(Unknown::Import("net-subnets".into())),
                "--assume import:net-subnets=private-nat",
            ),
            (Missing::Value(Unknown::Import("net-vpc".into())), "--param 'import:net-vpc=VALUE'"),
            (
                Missing::Value(Unknown::DynamicReference("resolve:ssm:/a".into())),
                "--param 'resolve:ssm:/a=VALUE'",
            ),
            (Missing::Value(Unknown::Pseudo("AWS::Region".into())), "--region REGION"),
            (Missing::Value(Unknown::TooDeep), ""),
            (item(Unknown::Parameter("Subnets".into())), "--assume Subnets=private-nat"),
            (aws("subnet-1"), "--context subnets.json"),
            (aws("sg-1"), "--context security-groups.json"),
            (aws("tgw-1"), ""),
            (implied("vpc-1", "main route table"), "--context route-tables.json"),
            (implied("vpc-1", "default security group"), "--context security-groups.json"),
            (Missing::PrefixList("pl-1".into()), "--prefix-list pl-1=CIDR,..."),
            (Missing::ServiceAddresses("sqs".into()), "--resolve sqs=CIDR,..."),
            (Missing::HostAddress("a.example.com".into()), "--resolve a.example.com=ADDRESS"),
            (Missing::Region, "--region REGION"),
            (Missing::Undocumented(Topic::GatewayEndpointThroughNat), ""),
            (Missing::NotFollowed(Topic::TransitGateway), ""),
            (Missing::TooManyCases, ""),
        ] {
            assert_eq!(told(&missing).1, settle_with, "{missing:?}");
        }
    }

    #[test]
    fn what_aws_holds_is_told_with_the_call_that_describes_it() {
        let (reason, _) = told(&Missing::Component(Name::Aws("sg-1".to_owned())));
        assert!(reason.contains("`aws ec2 describe-security-groups --group-ids sg-1`"), "{reason}");
        let main = Name::Implied { of: Box::new(Name::Aws("vpc-1".to_owned())), what: "main route table" };
        let (reason, _) = told(&Missing::Component(main));
        assert!(reason.contains("describe-route-tables --filters Name=vpc-id,Values=vpc-1"), "{reason}");
    }
}

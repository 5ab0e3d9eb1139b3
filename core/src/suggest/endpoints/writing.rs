//! Endpoints to add as text: what to paste, and the edits of the template.

use super::super::insert::{NewResource, insert_resource, is_written};
use super::super::layout::Layout;
use super::super::written::{Lines, Written};
use super::super::{insert_property, replace_value};
use super::draft::{Draft, Guard, HTTPS, shut_out};
use super::names::{as_written, list_of, one_line, reference};
use crate::language::Phrase;
use crate::network::{GroupIndex, MAIN_TABLE, Name, Network, SubnetIndex, VpcIndex, Workload};
use crate::phrase;
use crate::services::service_name;
use crate::syntax::Format;
use crate::template::{Resource, Template, Value};
use crate::text::Edit;

/// An endpoint as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// The resources, as YAML to stand under `Resources:`.
    pub(crate) yaml: String,
    /// The edits; nothing where the template cannot be edited so, or something must be filled in.
    pub(crate) edits: Option<Vec<Edit>>,
    /// What has to be filled in or watched.
    pub(crate) notes: Vec<Phrase>,
    /// The names of what it is put into, as they are written.
    pub(crate) subnets: Vec<String>,
    /// Its groups.
    pub(crate) groups: Vec<String>,
    /// Its tables.
    pub(crate) tables: Vec<String>,
}

/// Writes endpoints of one network, with the groups that they need.
pub(crate) fn write(template: &Template<'_>, network: &Network, drafts: &[Draft]) -> Text {
    let mut writer = Writer { template, network, text: Text::default(), complete: true, named: Vec::new() };
    let mut resources: Vec<(String, NewResource<'_>)> = Vec::new();
    for draft in drafts {
        if let Some(Guard::New { id, .. }) = &draft.guard
            && !resources.iter().any(|(known, _)| known == id)
        {
            let group = writer.group(draft);
            resources.push((id.clone(), group));
        }
        let endpoint = writer.endpoint(draft);
        resources.push((draft.id.clone(), endpoint));
    }
    let condition = writer.condition(drafts);
    if let Some(Some(name)) = condition {
        for (_, resource) in &mut resources {
            resource.condition = Some(name);
        }
    }
    let anchor = writer.anchor(drafts.first());
    let Writer { mut text, complete, .. } = writer;
    text.yaml = yaml(template, &resources);
    text.edits = anchor.filter(|_| complete && condition.is_some()).and_then(|anchor| {
        let mut edits = Vec::new();
        for (id, resource) in &resources {
            let (written, edit) = insert_resource(template, anchor, resource)?;
            (written == *id).then_some(())?;
            edits.push(edit);
        }
        for draft in drafts.iter().filter(|draft| !draft.wanted.gateway) {
            for edit in dns_on(template, network, draft.wanted.vpc)? {
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
        }
        Some(edits)
    });
    text
}

struct Writer<'a, 't> {
    template: &'a Template<'t>,
    network: &'a Network,
    text: Text,
    complete: bool,
    /// The resources that what is written names.
    named: Vec<&'a Resource>,
}

impl<'a> Writer<'a, '_> {
    fn note(&mut self, note: Phrase) {
        if !self.text.notes.contains(&note) {
            self.text.notes.push(note);
        }
    }

    /// A parameter that somebody has to fill in.
    fn fill(&mut self, name: &str, what: Phrase) -> Written {
        self.complete = false;
        let Phrase { en, ja } = what;
        self.note(phrase!(
            en: "give `{name}`: {en}",
            ja: "`{name}` を指定してください: {ja}",
        ));
        Written::reference(name)
    }

    fn name(&mut self, name: &Name) {
        if let Name::Logical(id) = name
            && let Some(resource) = self.template.resource(id)
        {
            self.named.push(resource);
        }
    }

    fn sender(&self, draft: &Draft) -> Option<&'a Workload> {
        self.network.workloads.get(draft.wanted.senders.first()?.0)
    }

    fn vpc(&mut self, vpc: Option<VpcIndex>) -> Written {
        let known = vpc.and_then(|vpc| self.network.vpcs.get(vpc.0));
        if let Some(vpc) = known {
            self.name(&vpc.name);
            let written = match &vpc.name {
                Name::Aws(id) => {
                    vpc_as_written(self.template, id).or_else(|| reference(self.template, &vpc.name))
                }
                name => reference(self.template, name),
            };
            if let Some(written) = written {
                return written;
            }
        }
        // A template that takes its VPC as a parameter means that one.
        let mut given = self.template.parameters.iter().filter(|one| one.kind == "AWS::EC2::VPC::Id");
        if let (Some(parameter), None) = (given.next(), given.next()) {
            return Written::reference(&parameter.name);
        }
        self.fill("VpcId", phrase!(en: "the VPC of the functions' subnets", ja: "関数のサブネットがある VPC"))
    }

    fn subnets(&mut self, draft: &Draft) -> Written {
        let wanted = &draft.wanted;
        let called = |at: &SubnetIndex| self.network.subnets.get(at.0).map(|subnet| &subnet.name);
        let names: Vec<&Name> = wanted.subnets.items.iter().filter_map(called).collect();
        let lists: Vec<Option<&str>> = names.iter().map(|name| list_of(self.template, name)).collect();
        if let Some(list) = lists.iter().flatten().next() {
            // A list that a parameter gives is handed on whole where all of it is meant.
            let all =
                self.network.subnets.iter().filter(|one| list_of(self.template, &one.name) == Some(list));
            if lists.iter().all(|other| *other == Some(list)) && all.count() == lists.len() {
                self.text.subnets = vec![(*list).to_owned()];
                return Written::reference(*list);
            }
        }
        self.text.subnets = names.iter().map(ToString::to_string).collect();
        let sender = self.sender(draft);
        let mut items = Vec::new();
        for (at, name) in wanted.subnets.items.iter().zip(&names) {
            self.name(name);
            let item = sender.and_then(|own| own.subnets.items.iter().position(|known| known == at));
            let given = || as_written(self.template, sender?, "SubnetIds", Some(item?));
            let whole = || as_written(self.template, sender?, "SubnetIds", None);
            let written = match name {
                Name::Logical(_) => reference(self.template, name),
                Name::Aws(_) => given().or_else(|| reference(self.template, name)),
                _ => reference(self.template, name).or_else(given),
            };
            match written {
                Some(written) => items.push(written),
                // One value that stands for all of them.
                None if sender.is_some_and(|own| own.subnets.items.len() == names.len()) => {
                    if let Some(whole) = whole() {
                        return whole;
                    }
                }
                None => {}
            }
        }
        if items.len() < names.len() || items.is_empty() {
            return self.fill(
                "SubnetIds",
                phrase!(en: "subnets of the functions, one in each zone", ja: "関数のサブネット (AZ ごとに一つ)"),
            );
        }
        Written::List(items)
    }

    fn tables(&mut self, draft: &Draft) -> Written {
        let tables = &draft.wanted.tables;
        let mut items = Vec::new();
        let mut lists: Vec<&str> = Vec::new();
        let mut is_whole = tables.rest.is_none();
        for at in &tables.items {
            let Some(table) = self.network.tables.get(at.0) else { continue };
            if !matches!(table.name, Name::Implied { .. }) {
                self.text.tables.push(table.name.to_string());
            }
            self.name(&table.name);
            lists.extend(list_of(self.template, &table.name));
            match reference(self.template, &table.name) {
                Some(written) => items.push(written),
                None => {
                    is_whole = false;
                    if let Name::Implied { of, what: MAIN_TABLE } = &table.name {
                        self.note(phrase!(
                            en: "a template cannot name the main route table of `{of}`: give the functions' subnets a table of their own",
                            ja: "`{of}` のメインルートテーブルはテンプレートから参照できません。関数のサブネットに専用のルートテーブルを関連付けてください",
                        ));
                    }
                }
            }
        }
        if let [list, rest @ ..] = &*lists
            && lists.len() == items.len()
            && rest.iter().all(|other| other == list)
        {
            self.text.tables = vec![(*list).to_owned()];
            return Written::reference(*list);
        }
        if is_whole && !items.is_empty() {
            return Written::List(items);
        }
        self.fill(
            "RouteTableIds",
            phrase!(en: "the route tables of the functions' subnets", ja: "関数のサブネットのルートテーブル"),
        )
    }

    fn one_group(&mut self, at: GroupIndex, senders: &[crate::network::WorkloadIndex]) -> Option<Written> {
        let name = &self.network.groups.get(at.0)?.name;
        self.name(name);
        if let Name::Logical(id) = name {
            return self.template.resource(id).map(|_| Written::attribute(id, "GroupId"));
        }
        if let Name::Implied { of, .. } = name {
            let Name::Logical(vpc) = &**of else { return None };
            return Some(Written::attribute(vpc, "DefaultSecurityGroup"));
        }
        let given = || {
            senders.iter().filter_map(|at| self.network.workloads.get(at.0)).find_map(|sender| {
                let item = sender.groups.items.iter().position(|own| *own == at)?;
                let function = self.template.resource(&sender.name.to_string())?;
                let node = self.template.properties(function)?.at(&["VpcConfig", "SecurityGroupIds"])?;
                let is_same = node.is_sequence() && node.items().len() == sender.groups.items.len();
                one_line(self.template, node.items().get(item).filter(|_| is_same)?)
            })
        };
        match name {
            Name::Aws(_) => given().or_else(|| reference(self.template, name)),
            _ => reference(self.template, name).or_else(given),
        }
    }

    fn group(&mut self, draft: &Draft) -> NewResource<'a> {
        let Some(Guard::New { id, from, whole_vpc }) = &draft.guard else {
            return NewResource {
                wanted_id: String::new(),
                kind: "",
                condition: None,
                properties: Vec::new(),
            };
        };
        let rule = |name, source| {
            Written::Map(vec![
                ("IpProtocol", Written::text("tcp")),
                ("FromPort", Written::Number(i64::from(HTTPS))),
                ("ToPort", Written::Number(i64::from(HTTPS))),
                (name, source),
            ])
        };
        let mut rules = Vec::new();
        for group in from {
            match self.one_group(*group, &draft.wanted.senders) {
                Some(group) => rules.push(rule("SourceSecurityGroupId", group)),
                None => {
                    let what = phrase!(en: "the functions' security group", ja: "関数のセキュリティグループ");
                    let filled = self.fill("FunctionSecurityGroupId", what);
                    rules.push(rule("SourceSecurityGroupId", filled));
                }
            }
        }
        if *whole_vpc {
            let vpc = draft.wanted.vpc.and_then(|vpc| self.network.vpcs.get(vpc.0));
            match vpc.map(|vpc| &vpc.name) {
                Some(Name::Logical(vpc)) => rules.push(rule("CidrIp", Written::attribute(vpc, "CidrBlock"))),
                _ => {
                    let filled = self.fill(
                        "VpcCidr",
                        phrase!(en: "the address range of the VPC", ja: "VPC のアドレス範囲"),
                    );
                    rules.push(rule("CidrIp", filled));
                }
            }
        }
        let vpc = self.vpc(draft.wanted.vpc);
        NewResource {
            wanted_id: id.clone(),
            kind: "AWS::EC2::SecurityGroup",
            condition: None,
            properties: vec![
                ("GroupDescription", Written::text("HTTPS from functions to VPC endpoints")),
                ("VpcId", vpc),
                ("SecurityGroupIngress", Written::List(rules)),
            ],
        }
    }

    fn endpoint(&mut self, draft: &Draft) -> NewResource<'a> {
        let wanted = &draft.wanted;
        let region = self.network.region.as_deref();
        // The names of services in China have two beginnings; no list of which is at hand.
        if region.is_some_and(|region| region.starts_with("cn-")) && !wanted.gateway {
            self.complete = false;
            self.note(phrase!(
                en: "in China some names of services begin with `cn.`: look this one up",
                ja: "中国リージョンではサービス名が `cn.` で始まるものがあります。確認してください",
            ));
        }
        let kind = if wanted.gateway { "Gateway" } else { "Interface" };
        let mut properties = vec![
            ("VpcEndpointType", Written::text(kind)),
            ("VpcId", self.vpc(wanted.vpc)),
            ("ServiceName", Written::Sub(service_name(&wanted.service, "${AWS::Region}"))),
        ];
        match &draft.guard {
            None => properties.push(("RouteTableIds", self.tables(draft))),
            Some(guard) => {
                properties.push(("SubnetIds", self.subnets(draft)));
                let group = match guard {
                    Guard::New { id, .. } => {
                        self.text.groups = vec![id.clone()];
                        Written::attribute(id, "GroupId")
                    }
                    Guard::Existing(at) => {
                        self.text.groups = self
                            .network
                            .groups
                            .get(at.0)
                            .map(|group| group.name.to_string())
                            .into_iter()
                            .collect();
                        match self.one_group(*at, &wanted.senders) {
                            Some(group) => group,
                            None => self.fill(
                                "EndpointSecurityGroupId",
                                phrase!(en: "the endpoints' security group", ja: "エンドポイントのセキュリティグループ"),
                            ),
                        }
                    }
                };
                properties.push(("SecurityGroupIds", Written::List(vec![group])));
                properties.push(("PrivateDnsEnabled", Written::Bool(true)));
                self.note_doubtful(draft);
                self.note_dns(wanted.vpc);
                self.note_others(draft);
            }
        }
        NewResource {
            wanted_id: draft.id.clone(),
            kind: "AWS::EC2::VPCEndpoint",
            condition: None,
            properties,
        }
    }

    /// Private DNS needs names to be on in the VPC.
    fn note_dns(&mut self, vpc: Option<VpcIndex>) {
        let Some(vpc) = vpc.and_then(|vpc| self.network.vpcs.get(vpc.0)) else { return };
        let off = [(&vpc.dns_support, "EnableDnsSupport"), (&vpc.dns_hostnames, "EnableDnsHostnames")];
        let off: Vec<&str> =
            off.iter().filter(|(fact, _)| fact.known() == Some(&false)).map(|(_, name)| *name).collect();
        if !off.is_empty() {
            let (name, names, names_ja) = (&vpc.name, off.join(" and "), off.join(" と "));
            self.note(phrase!(
                en: "private DNS needs {names} to be true in `{name}`",
                ja: "プライベート DNS を使うには `{name}` の {names_ja} を true にする必要があります",
            ));
        }
    }

    /// Private DNS leads everybody in the VPC to the endpoint.
    fn note_others(&mut self, draft: &Draft) {
        let Some(group) = self.text.groups.first().cloned() else { return };
        let names: Vec<String> =
            shut_out(self.network, draft).iter().map(|one| format!("`{}`", one.name)).collect();
        if !names.is_empty() {
            let (names, names_ja) = (names.join(", "), names.join("、"));
            self.note(phrase!(
                en: "{names} may call the service too, is led to the endpoint by its private DNS and is not admitted by `{group}`",
                ja: "{names_ja} も、このサービスを呼ぶ場合はプライベート DNS でエンドポイントに向かいますが、`{group}` では許可されていません",
            ));
        }
        let vpc = draft.wanted.vpc.and_then(|vpc| self.network.vpcs.get(vpc.0));
        if !matches!(vpc.map(|vpc| &vpc.name), Some(Name::Logical(_))) {
            self.note(phrase!(
                en: "whatever else in this VPC calls the service by its usual name is led to the endpoint as well: admit its security groups in `{group}` too",
                ja: "この VPC にある他のワークロードも、通常のホスト名での呼び出しがエンドポイントに向かいます。それらのセキュリティグループも `{group}` で許可してください",
            ));
        }
    }

    fn note_doubtful(&mut self, draft: &Draft) {
        let quoted =
            |at: &SubnetIndex| self.network.subnets.get(at.0).map(|subnet| format!("`{}`", subnet.name));
        let names: Vec<String> = draft.wanted.doubtful.iter().filter_map(quoted).collect();
        if !names.is_empty() {
            let (names, names_ja) = (names.join(", "), names.join("、"));
            self.note(phrase!(
                en: "{names} may be in the same zone, which an endpoint does not take twice: give the subnets an AvailabilityZone to use them too",
                ja: "{names_ja} は同じ AZ になる可能性があるため含めていません (エンドポイントは AZ ごとに一つのサブネットだけを取ります)。使うには AvailabilityZone を指定してください",
            ));
        }
    }

    /// The condition under which everything stands that is named, and everybody who needs it: nothing inside for
    /// always, nothing at all where no one condition says it.
    #[expect(clippy::option_option, reason = "both are answers: no condition is one that can be written")]
    fn condition(&self, drafts: &[Draft]) -> Option<Option<&'a str>> {
        let of = |resource: &'a Resource| {
            let node = self.template.node(resource.body).get("Condition")?;
            Some((node.as_str()?, resource.guard))
        };
        let senders = drafts.iter().flat_map(|draft| &draft.wanted.senders);
        let senders: Vec<Option<&Resource>> = senders
            .filter_map(|at| self.network.workloads.get(at.0))
            .map(|sender| self.template.resource(&sender.name.to_string()))
            .collect();
        let mut all: Vec<(&str, crate::template::Guard)> =
            self.named.iter().filter_map(|resource| of(resource)).collect();
        // Where all who need it hang on one condition, so does it.
        let mut told = senders.iter().map(|sender| sender.and_then(&of));
        if let Some(Some(first)) = told.next()
            && told.all(|other| other.is_some_and(|other| other.0 == first.0))
        {
            all.push(first);
        }
        let Some(first) = all.first().copied() else { return Some(None) };
        let narrow = |one: &&(&str, crate::template::Guard)| {
            self.template.with_guards(|guards| all.iter().all(|other| guards.implies(one.1, other.1)))
        };
        let found = all.iter().find(narrow).copied();
        found.or_else(|| all.iter().all(|one| one.0 == first.0).then_some(first)).map(|(name, _)| Some(name))
    }

    /// The resource behind which new ones are written: the last endpoint of the VPC, else the last of its groups,
    /// tables and subnets, else the VPC, else the first who needs it.
    fn anchor(&self, draft: Option<&Draft>) -> Option<&'a Resource> {
        const KIN: [&[&str]; 4] = [
            &["AWS::EC2::VPCEndpoint"],
            &["AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::Route"],
            &["AWS::EC2::SecurityGroup"],
            &["AWS::EC2::Subnet", "AWS::EC2::VPC"],
        ];
        let template = self.template;
        let written = |resource: &&Resource| is_written(template, resource);
        let kin = KIN.iter().find_map(|kinds| {
            let of_kind = |one: &&Resource| kinds.contains(&one.kind.as_str());
            template.resources.iter().filter(of_kind).filter(written).max_by_key(|one| start(template, one))
        });
        let sender = || template.resource(&self.sender(draft?)?.name.to_string()).filter(written);
        kin.or_else(sender).or_else(|| template.resources.iter().filter(written).last())
    }
}

fn start(template: &Template<'_>, resource: &Resource) -> u32 {
    template.node(resource.key).span().start
}

/// How a resource of the template names a VPC whose id was given beside it.
fn vpc_as_written(template: &Template<'_>, id: &str) -> Option<Written> {
    template.resources.iter().find_map(|resource| {
        let cases = template.property(resource, &["VpcId"]);
        let [case] = &*cases else { return None };
        (case.value.known() == Some(id)).then_some(())?;
        one_line(template, template.properties(resource)?.get("VpcId")?)
    })
}

/// The edits that switch on what private DNS needs. Nothing where that cannot be written.
fn dns_on(template: &Template<'_>, network: &Network, vpc: Option<VpcIndex>) -> Option<Vec<Edit>> {
    let Some(vpc) = vpc.and_then(|vpc| network.vpcs.get(vpc.0)) else { return Some(Vec::new()) };
    let mut edits = Vec::new();
    for (fact, property) in
        [(&vpc.dns_support, "EnableDnsSupport"), (&vpc.dns_hostnames, "EnableDnsHostnames")]
    {
        if fact.known() != Some(&false) {
            continue;
        }
        let Name::Logical(id) = &vpc.name else { return None };
        let resource = template.resource(id)?;
        let node = template.properties(resource).and_then(|properties| properties.get(property));
        let cases = template.property(resource, &[property]);
        edits.push(match node {
            None => insert_property(template, resource, property, &Written::Bool(true))?,
            Some(node)
                if cases.len() == 1
                    && matches!(cases[0].value, Value::Text(_))
                    && node.as_str().is_some() =>
            {
                replace_value(template, node, &Written::Bool(true))?
            }
            Some(_) => return None,
        });
    }
    Some(edits)
}

/// Resources as YAML to be put under `Resources:`, in the manner of the template where that is YAML too.
fn yaml(template: &Template<'_>, resources: &[(String, NewResource<'_>)]) -> String {
    let mut layout = Layout::of(template);
    if template.parsed.format == Format::Json {
        layout.json = false;
        layout.tags = true;
        layout.lists_indented = true;
        "  ".clone_into(&mut layout.step);
    }
    layout.line_end = "\n";
    let entries: Vec<String> = resources
        .iter()
        .map(|(id, resource)| {
            let step = layout.step.clone();
            Lines::entry(&layout, &step, id, &resource.body(&[])) + "\n"
        })
        .collect();
    entries.join(if layout.blank_lines { "\n" } else { "" })
}

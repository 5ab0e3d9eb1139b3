//! Suggested endpoints, as they travel from the worker to the page. Amounts are in cents of a dollar.

use serde::{Deserialize, Serialize};
use vpcheck_core::cost::{BANDS, Band, Gigabytes, Plan, Quantity, Usd};
use vpcheck_core::finding::{FileId, Safety};
use vpcheck_core::language::Phrase;
use vpcheck_core::network;
use vpcheck_core::share::Shared;
use vpcheck_core::suggest::endpoints::{
    EndpointPlan, EndpointSuggestions, NatFree, Reverse, ServiceUse, Today, VpcEndpoints,
};
use vpcheck_core::{Options, suggest_endpoints, text};

use crate::costs::{Reading, cents, traffic};
use crate::figures;
use crate::inputs;
use crate::paths::{Ask, ask};
use crate::proof::Offer;
use crate::report::{Contexts, Edit, Fix, PATH, Place, Units};
use crate::words::endpoints as words;

/// Everything the page shows of [`EndpointSuggestions`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// The region of the prices.
    pub region: String,
    /// Whether neither the user nor the template says it.
    pub is_assumed: bool,
    /// Whether the traffic is the user's; otherwise it is three assumptions.
    pub given: bool,
    /// The traffic of each column: one where it is given, else one a band.
    pub columns: Vec<Quantity>,
    /// What the whole template costs, by plan; today's is the first. Empty where that is not known.
    pub totals: Vec<Total>,
    /// Each VPC.
    pub vpcs: Vec<Vpc>,
    /// What the answers rest on.
    pub assumptions: Vec<Phrase>,
}

/// What a plan costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Its name: see [`Plan::name`].
    pub name: String,
    /// Its name for people.
    pub title: Phrase,
    /// The sum in each column.
    pub cents: Vec<i64>,
}

/// Something that has a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its logical id, or what stands for it.
    pub id: String,
    /// Where it is declared in the editor's text.
    pub place: Option<Place>,
}

/// Something said of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Who.
    pub who: Named,
    /// What; may be empty.
    pub words: Phrase,
    /// Where that is written in the editor's text.
    pub place: Option<Place>,
}

/// The endpoints of a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// The VPC, or what stands for it.
    pub vpc: Named,
    /// The situation in words, where this is not so in every one.
    pub only_where: Option<String>,
    /// Every service that is called from inside.
    pub services: Vec<Service>,
    /// All endpoints to add as one change.
    pub all: Option<Fix>,
    /// Whether it can do without NAT gateways: nothing where too little is known.
    pub is_nat_free: Option<bool>,
    /// What still needs the internet.
    pub outside: Vec<Told>,
    /// What is not known, where that decides.
    pub open: Vec<Phrase>,
    /// What can go with the NAT gateways.
    pub removable: Vec<Named>,
    /// What that costs today, in each column; empty where it is not known.
    pub spares: Vec<i64>,
    /// All endpoints and NAT gateways taken out, as one change.
    pub without_nat: Option<Fix>,
    /// Endpoints that need not be there, or only from some traffic on.
    pub spare: Vec<Spare>,
    /// Functions that could be parted.
    pub splits: Vec<Split>,
}

/// A service that is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The suffix of its endpoint service: `s3`, `ecr.api`.
    pub name: String,
    /// Where the first call is written.
    pub place: Option<Place>,
    /// Who calls it, and what says so.
    pub calls: Vec<Told>,
    /// How the calls get there: see [`Today::name`].
    pub today: String,
    /// The NAT gateways or endpoints on the way.
    pub through: Vec<Named>,
    /// Why there is no endpoint to add, or what is not known.
    pub remark: Option<Phrase>,
    /// What would settle it.
    pub asks: Vec<Ask>,
    /// The endpoint to add.
    pub add: Option<Add>,
}

/// An endpoint to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Add {
    /// Its logical id.
    pub id: String,
    /// Whether it is a gateway endpoint.
    pub is_gateway: bool,
    /// The route tables of a gateway endpoint, else the subnets.
    pub stands: Vec<Named>,
    /// The security groups of an interface endpoint.
    pub groups: Vec<Named>,
    /// What it costs a month by the hour; nothing where no price is known.
    pub by_hour: Option<i64>,
    /// The same with its traffic, in each column.
    pub month: Vec<i64>,
    /// From so many GB a month on it is cheaper than the NAT gateway beside which it stands.
    pub pays_from: Option<Quantity>,
    /// What has to be filled in or watched.
    pub notes: Vec<Phrase>,
    /// Why it cannot be added here, where it cannot.
    pub why_not: Option<Phrase>,
    /// It as YAML, where it cannot be added here.
    pub yaml: String,
    /// The change that adds it.
    pub fix: Option<Fix>,
}

/// An interface endpoint that need not be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spare {
    /// The endpoint.
    pub endpoint: Named,
    /// Its service.
    pub service: String,
    /// What it costs a month by the hour.
    pub cents: Option<i64>,
    /// From so many GB a month on it is cheaper than NAT; nothing where nobody demands it.
    pub pays_from: Option<Quantity>,
}

/// Functions that share a NAT gateway, of which some do not need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The NAT gateway.
    pub nat: Named,
    /// Those that need it.
    pub outward: Vec<Named>,
    /// Those that do not.
    pub inward: Vec<Named>,
}

/// What the core suggests; a proof must see the same changes.
pub(crate) fn suggested(text: &str, options: &Options) -> EndpointSuggestions {
    suggest_endpoints(PATH, text, options)
}

/// What is suggested for the template of `shared`. `kept` is what was read for its costs: traffic is given in its lanes.
pub fn endpoints(shared: &Shared, contexts: &Contexts, kept: &mut Option<Reading>) -> Endpoints {
    let mut options = inputs::options(shared, contexts.sources());
    options.prices = figures::prices(&shared.cost);
    options.traffic = traffic(shared, contexts, kept);
    let found = suggested(&shared.text, &options);
    let is_assumed = found.region.is_none();
    if !is_assumed {
        return Endpoints::new(&shared.text, &found, &shared.cost);
    }
    options.priced_in = shared.cost.get(figures::REGION).cloned();
    let found = suggested(&shared.text, &options);
    Endpoints { is_assumed, ..Endpoints::new(&shared.text, &found, &shared.cost) }
}

impl Endpoints {
    /// What the page shows of `found`.
    pub fn new(text: &str, found: &EndpointSuggestions, figures: &figures::Figures) -> Self {
        let teller = Teller { found, units: Units::new(text) };
        let all = figures::number(figures, figures::ALL).unwrap_or_default();
        let totals = [
            (Plan::Today, found.today),
            (Plan::BesideNat, found.with_endpoints),
            (Plan::WithoutNat, found.without_nat),
        ];
        let total = |(plan, band): (Plan, Option<Band<Usd>>)| {
            let (name, title) = (plan.name().to_owned(), plan.title());
            Some(Total { name, title, cents: teller.columns(band?) })
        };
        Self {
            is_template: found.is_template,
            region: found.region.clone().unwrap_or_default(),
            is_assumed: false,
            given: found.traffic_given,
            columns: if found.traffic_given {
                vec![all]
            } else {
                BANDS.each().map(|gb| Quantity::whole(*gb)).to_vec()
            },
            totals: totals.into_iter().filter_map(total).collect(),
            vpcs: found.vpcs.iter().map(|vpc| teller.vpc(vpc)).collect(),
            assumptions: found.assumptions.clone(),
        }
    }

    /// The change of an offer that is about endpoints.
    pub fn fix(&self, offer: &Offer) -> Option<&Fix> {
        let of = |id: &str| self.vpcs.iter().find(|one| one.vpc.id == id);
        match offer {
            Offer::Fix(_) => None,
            Offer::Endpoint(vpc, service) => {
                let service = of(vpc)?.services.iter().find(|one| one.name == *service)?;
                service.add.as_ref()?.fix.as_ref()
            }
            Offer::Endpoints(vpc) => of(vpc)?.all.as_ref(),
            Offer::WithoutNat(vpc) => of(vpc)?.without_nat.as_ref(),
        }
    }

    /// How many endpoints are to be added.
    pub fn additions(&self) -> usize {
        self.vpcs.iter().map(Vpc::additions).sum()
    }
}

impl Vpc {
    /// How many endpoints are to be added.
    pub fn additions(&self) -> usize {
        self.services.iter().filter(|one| one.add.is_some()).count()
    }
}

/// Whole gigabytes: the nearest.
fn nearest(gigabytes: Gigabytes) -> Quantity {
    Quantity::whole(gigabytes.0.in_parts_of(10).saturating_add(5) / 10)
}

struct Teller<'a> {
    found: &'a EndpointSuggestions,
    units: Units<'a>,
}

impl Teller<'_> {
    fn place(&self, at: Option<network::Place>) -> Option<Place> {
        at.filter(|at| at.file == FileId(0)).map(|at| self.units.place(at.span))
    }

    fn named(&self, id: &str) -> Named {
        let declared = self.found.declared.iter().find(|(own, _)| own == id);
        Named { id: id.to_owned(), place: self.place(declared.map(|(_, at)| *at)) }
    }

    fn all(&self, ids: &[String]) -> Vec<Named> {
        ids.iter().map(|id| self.named(id)).collect()
    }

    fn columns(&self, band: Band<Usd>) -> Vec<i64> {
        let band = band.map(cents);
        if self.found.traffic_given { vec![band.typical] } else { vec![band.low, band.typical, band.high] }
    }

    fn fix(&self, safety: Safety, title: Phrase, edits: Option<&[text::Edit]>) -> Option<Fix> {
        let edit = |edit: &text::Edit| {
            let Place { from, to } = self.units.place(edit.span);
            Edit { from, to, insert: edit.replacement.clone() }
        };
        Some(Fix { safety, title, edits: edits?.iter().map(edit).collect() })
    }

    fn vpc(&self, vpc: &VpcEndpoints) -> Vpc {
        let NatFree { possible, left_outside, open, removable, spares, edits } = &vpc.nat_free;
        let outside = left_outside.iter().map(|one| Told {
            who: self.named(&one.from),
            words: words::outside(&one.to, &one.why),
            place: self.place(one.at),
        });
        let has_nat = !removable.is_empty() || vpc.services.iter().any(|one| one.today == Today::Nat);
        let all = words::add_all(vpc.additions(), has_nat);
        let without = words::without_nat(vpc.additions());
        Vpc {
            vpc: Named { id: vpc.id.clone(), place: self.place(vpc.at) },
            only_where: vpc.only_where.clone(),
            services: vpc.services.iter().map(|one| self.service(one)).collect(),
            all: self
                .fix(Safety::Suggested, words::also(all, vpc.also.as_ref()), vpc.edits.as_deref())
                // One endpoint is offered where its service is.
                .filter(|_| vpc.additions() > 1),
            is_nat_free: *possible,
            outside: outside.collect(),
            open: open.clone(),
            removable: removable.iter().map(|one| self.named(&one.id)).collect(),
            spares: spares.map(|band| self.columns(band)).unwrap_or_default(),
            without_nat: self.fix(Safety::Unsafe, words::also(without, vpc.also.as_ref()), edits.as_deref()),
            spare: self.spare(&vpc.reverse),
            splits: vpc
                .reverse
                .splits
                .iter()
                .map(|one| Split {
                    nat: self.named(&one.nat),
                    outward: self.all(&one.outward),
                    inward: self.all(&one.inward),
                })
                .collect(),
        }
    }

    fn service(&self, one: &ServiceUse) -> Service {
        let call = |id: &String| {
            let call = one.calls.iter().find(|call| call.from == *id);
            Told {
                who: self.named(id),
                words: call.map_or_else(|| Phrase::verbatim(""), |call| call.words.clone()),
                place: self.place(call.map(|call| call.at)),
            }
        };
        Service {
            name: one.service.clone(),
            place: self.place(one.at),
            calls: one.demanded_by.iter().map(call).collect(),
            today: one.today.name().to_owned(),
            through: self.all(&one.through),
            remark: one.remark.clone(),
            asks: if one.today == Today::Unknown {
                one.open.iter().map(|open| ask(&open.missing, open.need.clone())).collect()
            } else {
                Vec::new()
            },
            add: one.add.as_ref().map(|add| self.add(add, &one.service)),
        }
    }

    fn add(&self, add: &EndpointPlan, service: &str) -> Add {
        let title = words::also(words::add(service, add.is_gateway), add.also.as_ref());
        let fix = self.fix(Safety::Suggested, title, add.edits.as_deref());
        Add {
            id: add.id.clone(),
            is_gateway: add.is_gateway,
            stands: self.all(if add.is_gateway { &add.route_tables } else { &add.subnets }),
            groups: self.all(&add.groups),
            by_hour: add.usd_by_hour.map(cents),
            month: add.usd_per_month.map(|band| self.columns(band)).unwrap_or_default(),
            pays_from: add.pays_from.map(nearest),
            notes: add.notes.clone(),
            why_not: add.why_not.clone(),
            yaml: if fix.is_none() { add.yaml.clone() } else { String::new() },
            fix,
        }
    }

    fn spare(&self, reverse: &Reverse) -> Vec<Spare> {
        let unused = reverse.unused.iter().map(|one| Spare {
            endpoint: self.named(&one.endpoint),
            service: one.service.clone(),
            cents: one.usd.map(cents),
            pays_from: None,
        });
        let dear = reverse.dear.iter().map(|one| Spare {
            endpoint: self.named(&one.endpoint),
            service: one.service.clone(),
            cents: Some(cents(one.usd)),
            pays_from: Some(nearest(one.pays_from)),
        });
        unused.chain(dear).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpcheck_core::network::Assumption;

    const NAT: &str = include_str!("../examples/nat.yaml");

    fn shown(text: &str, cost: &[(&str, &str)]) -> Endpoints {
        let cost = cost.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let shared = Shared { text: text.to_owned(), cost, ..Shared::default() };
        endpoints(&shared, &Contexts::default(), &mut None)
    }

    fn written<'t>(text: &'t str, named: &Named) -> &'t str {
        let place = named.place.expect("a place");
        &text[place.from as usize..place.to as usize]
    }

    #[test]
    fn services_have_their_callers_their_way_and_their_endpoint() {
        let found = shown(NAT, &[]);
        let vpc = &found.vpcs[0];
        assert_eq!(
            (found.region.as_str(), found.is_assumed, found.additions()),
            ("ap-northeast-1", false, 4)
        );
        let names: Vec<&str> = vpc.services.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["s3", "sqs", "sns", "secretsmanager"]);
        let (s3, sqs) = (&vpc.services[0], &vpc.services[1]);
        assert_eq!((s3.today.as_str(), written(NAT, &s3.through[0])), ("nat", "NatGateway"));
        assert_eq!(written(NAT, &s3.calls[0].who), "ReportFunction");
        assert!(s3.calls[0].place.is_some() && !s3.calls[0].words.ja.is_empty(), "{:?}", s3.calls);
        let (gateway, interface) = (s3.add.as_ref().unwrap(), sqs.add.as_ref().unwrap());
        assert_eq!((gateway.by_hour, written(NAT, &gateway.stands[0])), (Some(0), "PrivateRoutes"));
        // 730 x 2 x 0.014
        assert_eq!((interface.by_hour, interface.month.len()), (Some(2044), 3));
        assert!(interface.groups[0].place.is_none(), "it is new");
        assert!(interface.fix.is_some() && interface.why_not.is_none() && interface.yaml.is_empty());
        assert_eq!(vpc.is_nat_free, Some(true));
        let gone: Vec<&str> = vpc.removable.iter().map(|one| written(NAT, one)).collect();
        assert_eq!(gone, ["NatGateway", "NatAddress", "PrivateDefault"]);
        assert!(vpc.spares[0] > 4526 && vpc.spares[2] > vpc.spares[0], "{:?}", vpc.spares);
        let plans: Vec<&str> = found.totals.iter().map(|total| total.name.as_str()).collect();
        assert_eq!(plans, ["today", "beside-nat", "without-nat"]);
    }

    #[test]
    fn region_and_traffic_are_those_of_the_costs() {
        let text = NAT
            .replace("ap-northeast-1a", "!Select [0, !GetAZs '']")
            .replace("ap-northeast-1c", "!Select [1, !GetAZs '']");
        let found = shown(&text, &[("region", "us-east-1"), ("gb", "400")]);
        assert!(found.is_assumed && found.given, "{found:?}");
        assert_eq!(
            (found.region.as_str(), found.columns.as_slice()),
            ("us-east-1", &[Quantity::whole(400)][..])
        );
        let sqs = found.vpcs[0].services[1].add.as_ref().unwrap();
        // 730 x 2 x 0.01, and a quarter of the traffic at 0.01.
        assert_eq!((sqs.by_hour, sqs.month.as_slice()), (Some(1460), &[1560][..]));
    }

    #[test]
    fn every_offer_has_its_change_and_afterwards_the_endpoint_is_the_way() {
        let found = shown(NAT, &[]);
        let vpc = "Vpc".to_owned();
        for offer in [
            Offer::Endpoint(vpc.clone(), "sqs".to_owned()),
            Offer::Endpoints(vpc.clone()),
            Offer::WithoutNat(vpc),
        ] {
            let fix = found.fix(&offer).expect("a change");
            let mut after = NAT.to_owned();
            let mut edits: Vec<&Edit> = fix.edits.iter().collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.from));
            for edit in edits {
                after.replace_range(edit.from as usize..edit.to as usize, &edit.insert);
            }
            let after = shown(&after, &[]);
            let sqs = &after.vpcs[0].services[1];
            assert_eq!((sqs.today.as_str(), &sqs.add), ("endpoint", &None), "{offer:?}");
            assert!(!sqs.through.is_empty() && sqs.through[0].place.is_some());
        }
        assert!(found.fix(&Offer::Endpoints("Other".to_owned())).is_none());
    }

    #[test]
    fn what_cannot_be_added_says_why_and_survives_the_way_from_the_worker() {
        let text = "Parameters:\n  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}\n  Group: {Type: 'AWS::EC2::SecurityGroup::Id'}\nResources:\n  Queue: {Type: AWS::SQS::Queue}\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.13\n      Handler: a.b\n      CodeUri: .\n      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}\n      Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}}]\n      Environment: {Variables: {QUEUE: !Ref Queue}}\n";
        let mut shared = Shared { text: text.to_owned(), ..Shared::default() };
        let open = endpoints(&shared, &Contexts::default(), &mut None);
        assert_eq!(open.vpcs[0].services[0].today, "unknown");
        assert!(!open.vpcs[0].services[0].asks.is_empty(), "{open:?}");
        shared.assumed.insert("Subnets".to_owned(), Assumption::Isolated.name().to_owned());
        let found = endpoints(&shared, &Contexts::default(), &mut None);
        let add = found.vpcs[0].services[0].add.as_ref().expect("an endpoint");
        assert!(add.fix.is_none() && add.why_not.is_some() && add.yaml.contains("VPCEndpoint"), "{add:?}");
        let again: Endpoints = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
        assert_eq!(again, found);
    }
}

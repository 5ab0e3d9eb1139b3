//! What is offered to be changed, and whether it keeps its word, as it travels between the page and the worker.

use serde::{Deserialize, Serialize};
use vpcheck_core::language::Phrase;
use vpcheck_core::share::Shared;
use vpcheck_core::suggest::endpoints::EndpointChange;
use vpcheck_core::{analyze, prove, prove_endpoints};

use crate::report::{Contexts, PATH};
use crate::{endpoints, inputs, words};

/// A change that the page offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offer {
    /// The fix of a finding, by the finding's index.
    Fix(usize),
    /// An endpoint: the VPC and the service.
    Endpoint(String, String),
    /// All endpoints of a VPC.
    Endpoints(String),
    /// All endpoints of a VPC, and its NAT gateways taken out.
    WithoutNat(String),
}

/// What came of trying a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The change.
    pub offer: Offer,
    /// What is proved.
    pub proved: Vec<Phrase>,
    /// Why it must not be applied, where it must not.
    pub refused: Option<Phrase>,
}

/// Applies a change to a copy of the template of `shared`, and looks at what comes out.
pub fn proof(shared: &Shared, contexts: &Contexts, offer: Offer) -> Proof {
    let result = match &offer {
        Offer::Fix(index) => prove_fix(shared, contexts, *index),
        Offer::Endpoint(vpc, service) => {
            prove_change(shared, contexts, vpc, EndpointChange::Endpoint(service))
        }
        Offer::Endpoints(vpc) => prove_change(shared, contexts, vpc, EndpointChange::Endpoints),
        Offer::WithoutNat(vpc) => prove_change(shared, contexts, vpc, EndpointChange::WithoutNat),
    };
    let (proved, refused) = match result {
        Ok(proved) => (proved, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    Proof { offer, proved, refused }
}

fn prove_fix(shared: &Shared, contexts: &Contexts, index: usize) -> Result<Vec<Phrase>, Phrase> {
    let options = inputs::options(shared, contexts.sources());
    let before = analyze(PATH, &shared.text, &options);
    let finding = before.findings.get(index).ok_or_else(words::proof_gone)?;
    let fix = finding.fix.as_ref().ok_or_else(words::proof_gone)?;
    prove(PATH, &shared.text, &options, &before, finding, fix)?;
    let mut proved = vec![words::proof_finding()];
    for promise in &finding.promises {
        let words = words::proof_way(&promise.from, &promise.to.target.id());
        if !proved.contains(&words) {
            proved.push(words);
        }
    }
    Ok(proved)
}

fn prove_change(
    shared: &Shared,
    contexts: &Contexts,
    vpc: &str,
    change: EndpointChange<'_>,
) -> Result<Vec<Phrase>, Phrase> {
    let options = inputs::options(shared, contexts.sources());
    let suggested = endpoints::suggested(&shared.text, &options);
    let services = prove_endpoints(PATH, &shared.text, &options, &suggested, vpc, change)?;
    let mut proved = vec![words::endpoints::proof_services(&services)];
    if change == EndpointChange::WithoutNat {
        proved.push(words::endpoints::proof_nat());
    }
    proved.push(words::proof_nothing_new());
    Ok(proved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(text: &str, offer: Offer) -> Proof {
        let shared = Shared { text: text.to_owned(), ..Shared::default() };
        proof(&shared, &Contexts::default(), offer)
    }

    #[test]
    fn a_fix_is_proved_or_refused_by_what_it_makes() {
        let good = "Parameters:\n  Name: {Type: String}\nResources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}\n";
        let proof = tried(good, Offer::Fix(0));
        assert_eq!((proof.refused, proof.proved), (None, vec![words::proof_finding()]));
        // The comment would stay, with nothing to suppress.
        let bad = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    # vpcheck: allow(unknown-reference) it comes later\n    Properties: {TopicName: !Ref Nmae}\n    Properties: {TopicName: y}\n";
        let analysis = analyze(PATH, bad, &vpcheck_core::Options::default());
        let at = analysis.findings.iter().position(|one| one.rule.0 == "duplicate-key").expect("a finding");
        let why = tried(bad, Offer::Fix(at)).refused.expect("refused");
        assert!(why.en.contains("invalid-suppression"), "{why:?}");
        assert_eq!(tried(good, Offer::Fix(9)).refused, Some(words::proof_gone()));
    }

    #[test]
    fn endpoints_are_proved_to_be_the_way_that_is_taken() {
        let text = include_str!("../examples/nat.yaml");
        let one = tried(text, Offer::Endpoint("Vpc".to_owned(), "s3".to_owned()));
        assert_eq!(one.refused, None);
        assert!(one.proved[0].en.contains("s3") && !one.proved[0].en.contains("sqs"), "{one:?}");
        let whole = tried(text, Offer::WithoutNat("Vpc".to_owned()));
        assert_eq!((whole.refused, whole.proved.len()), (None, 3));
        assert!(tried(text, Offer::Endpoints("Other".to_owned())).refused.is_some());
        let proof: Proof = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(proof, one, "it survives the way from the worker");
    }
}

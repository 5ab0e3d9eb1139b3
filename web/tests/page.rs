//! The page in a real browser: what it draws, and what its parts say when they are used.
#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use vpcheck_core::finding::{Safety, Severity};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_web::app;
use vpcheck_web::editor::{EditorHandle, EditorPane, Props as EditorProps};
use vpcheck_web::examples;
use vpcheck_web::findings::{Findings, Props as FindingsProps};
use vpcheck_web::proof::Offer;
use vpcheck_web::report::{Edit, Finding, Fix, Label, Place, Report};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_first_visit_shows_an_example_and_what_is_wrong_with_it() {
    let (root, page) = mount_app();
    // No worker.js lies beside the tests, so this is also the page that has to analyse for itself.
    eventually(|| root.query_selector(".finding").unwrap().is_some()).await;
    let list = text(&root, ".list");
    assert!(list.contains("2 errors"), "{list}");
    assert!(list.contains("missing-endpoint"), "{list}");
    // Nor does CodeMirror: what these tests write in is the field that stands in for it.
    assert!(field(&root).value().contains("AWSTemplateFormatVersion"));
    assert!(text(&root, ".tagline").contains("never leaves this browser"));
    assert_eq!(examples::ALL.len(), root.query_selector_all(".examples li").unwrap().length() as usize);
    page.destroy();
}

#[wasm_bindgen_test]
async fn a_fix_takes_its_finding_away() {
    let (root, page) = mount_app();
    // Fixes come after the findings.
    eventually(|| root.query_selector(".finding .fix.show:enabled").unwrap().is_some()).await;
    click(&root, ".finding .fix.show");
    // Nothing is applied before it is proved.
    eventually(|| root.query_selector(".finding .fix.apply:enabled").unwrap().is_some()).await;
    assert!(root.query_selector("[data-rule=missing-endpoint]").unwrap().is_some(), "it is only shown yet");
    click(&root, ".finding .fix.apply");
    eventually(|| root.query_selector("[data-rule=missing-endpoint]").unwrap().is_none()).await;
    page.destroy();
}

#[wasm_bindgen_test]
async fn the_whole_page_changes_its_language() {
    let (root, page) = mount_app();
    eventually(|| root.query_selector(".finding").unwrap().is_some()).await;
    assert_eq!(language_of_document(), "en");
    click(&root, ".bar-button[lang=ja]");
    eventually(|| language_of_document() == "ja").await;
    eventually(|| text(&root, ".counts").contains("エラー 2 件")).await;
    assert!(text(&root, ".list").contains("このルールについて"));
    assert!(text(&root, ".tagline").contains("外へ送られません"));
    let editor = field(&root);
    assert!(editor.get_attribute("aria-label").unwrap().contains("エディタ"));
    click(&root, ".bar-button[lang=en]");
    eventually(|| language_of_document() == "en").await;
    page.destroy();
}

#[wasm_bindgen_test]
async fn the_editor_tells_of_every_change_and_takes_texts_and_fixes_back() {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let handle = EditorHandle::default();
    let root = new_root();
    let props = EditorProps {
        handle: handle.clone(),
        text: "a: 値\n".into(),
        report: None,
        chosen: None,
        step: None,
        with_path: false,
        is_read_only: false,
        is_answered: true,
        is_heard: true,
        language: Language::Japanese,
        on_change: {
            let heard = heard.clone();
            Callback::from(move |text: Rc<str>| heard.borrow_mut().push(text.to_string()))
        },
        on_move: Callback::noop(),
        on_fix: Callback::noop(),
        on_explain: Callback::noop(),
    };
    let pane = yew::Renderer::<EditorPane>::with_root_and_props(root, props).render();
    eventually(|| handle.text().is_some()).await;
    assert_eq!(handle.text().unwrap(), "a: 値\n");

    handle.apply(&[
        Edit { from: 3, to: 4, insert: "𠮷".to_owned() },
        Edit { from: 0, to: 1, insert: "b".to_owned() },
    ]);
    assert_eq!(handle.text().unwrap(), "b: 𠮷\n");
    handle.replace_text("{}");
    handle.undo();
    handle.undo();
    assert_eq!(handle.text().unwrap(), "a: 値\n");
    assert_eq!(*heard.borrow(), ["b: 𠮷\n", "{}", "b: 𠮷\n", "a: 値\n"]);
    pane.destroy();
    eventually(|| handle.text().is_none()).await;
}

#[wasm_bindgen_test]
async fn the_list_shows_the_worst_first_and_leads_to_every_place() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let record = |kind: &'static str| {
        let asked = asked.clone();
        Callback::from(move |index: usize| asked.borrow_mut().push(format!("{kind} {index}")))
    };
    let root = new_root();
    let props = FindingsProps {
        report: Some(Rc::new(report())),
        text: "a: 値\n".into(),
        is_current: true,
        chosen: Some(1),
        previewed: None,
        proof: None,
        fixes: None,
        language: Language::English,
        on_choose: record("choose"),
        on_place: {
            let asked = asked.clone();
            Callback::from(move |(index, place): (usize, Place)| {
                asked.borrow_mut().push(format!("place {index} {}..{}", place.from, place.to));
            })
        },
        on_preview: {
            let asked = asked.clone();
            Callback::from(move |offer: Option<Offer>| asked.borrow_mut().push(format!("preview {offer:?}")))
        },
        on_apply: Callback::noop(),
        on_fix_all: Callback::noop(),
        on_explain: {
            let asked = asked.clone();
            Callback::from(move |rule: String| asked.borrow_mut().push(format!("explain {rule}")))
        },
    };
    let list = yew::Renderer::<Findings>::with_root_and_props(root.clone(), props).render();
    eventually(|| root.query_selector(".finding").unwrap().is_some()).await;

    assert_eq!(text(&root, ".counts"), "1 error, 1 info");
    let first = root.query_selector(".finding").unwrap().unwrap();
    assert_eq!(first.get_attribute("data-severity").as_deref(), Some("error"));
    assert_eq!(first.get_attribute("aria-current").as_deref(), Some("true"));
    assert_eq!(text(&first, ".finding-message code"), "Vpcc");
    assert!(text(&first, ".labels").contains("line 7"));
    assert!(text(&root, ".allowed").contains("staging only"));
    for selector in [".finding-head", "button.place", ".fix", ".about"] {
        click(&first, selector);
    }
    let expected = ["choose 1", "place 1 70..75", "preview Some(Fix(1))", "explain unknown-reference"];
    assert_eq!(*asked.borrow(), expected);
    list.destroy();
}

fn report() -> Report {
    let label = |from, line, primary, text| Label {
        place: Some(Place { from, to: from + 5 }),
        line: Some(line),
        path: None,
        text: Phrase::verbatim(text),
        primary,
    };
    let finding = |severity, message: &str, labels| Finding {
        rule: "unknown-reference".to_owned(),
        severity,
        message: Phrase::verbatim(message),
        help: Phrase::verbatim("did you mean `Vpc`?"),
        costs: None,
        labels,
        fix: None,
        suppressed: None,
        fingerprint: message.to_owned(),
    };
    let mut error = finding(
        Severity::Error,
        "nothing is named `Vpcc`",
        vec![label(30, 3, true, ""), label(70, 7, false, "`Vpc` is here")],
    );
    error.fix = Some(Fix { safety: Safety::Safe, title: Phrase::verbatim("Change to `Vpc`"), edits: vec![] });
    let mut allowed = finding(Severity::Warning, "allowed", vec![label(50, 5, true, "")]);
    allowed.suppressed = Some("staging only".to_owned());
    let info = finding(Severity::Info, "worth knowing", vec![label(10, 1, true, "")]);
    Report { is_template: true, findings: vec![info, error, allowed], ..Report::default() }
}

fn field(root: &Element) -> HtmlTextAreaElement {
    root.query_selector(".editor .bare-editor").unwrap().unwrap().unchecked_into()
}

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

fn language_of_document() -> String {
    document().document_element().unwrap().get_attribute("lang").unwrap_or_default()
}

fn new_root() -> Element {
    let root = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&root).unwrap();
    root
}

/// The page as a first visit finds it, whatever a test before has left in the address.
fn mount_app() -> (Element, yew::AppHandle<app::App>) {
    let window = web_sys::window().unwrap();
    window
        .history()
        .unwrap()
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("?lang=en"))
        .unwrap();
    let root = new_root();
    (root.clone(), app::mount(root))
}

fn text(root: &Element, selector: &str) -> String {
    root.query_selector(selector)
        .unwrap()
        .unwrap_or_else(|| panic!("no {selector} in {}", root.inner_html()))
        .text_content()
        .unwrap()
}

fn click(root: &Element, selector: &str) {
    root.query_selector(selector).unwrap().unwrap().unchecked_into::<HtmlElement>().click();
}

/// Waits for what the page does in its own time.
async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        TimeoutFuture::new(25).await;
    }
    panic!("waited for 5 seconds: {}", document().body().unwrap().text_content().unwrap_or_default());
}

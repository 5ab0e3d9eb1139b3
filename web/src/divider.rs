//! A bar between two parts of the page that share its width or height, moved by pointer or by keys.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::preferences;

/// What a bar divides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// The width, between what stands before the bar and what stands after it.
    Columns,
    /// The height: that of what stands before the bar, of the window's.
    Rows,
}

/// Properties of [`Divider`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What it divides.
    pub axis: Axis,
    /// The id of what it makes larger.
    pub controls: &'static str,
    /// What a screen reader calls it.
    pub name: String,
    /// The share of what it makes larger while nobody has moved it, in percent.
    pub usual: i32,
}

impl Axis {
    /// Its name in what is remembered.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Rows => "rows",
        }
    }

    /// Beyond these, in percent, one of the two would be of no use.
    fn bounds(self) -> (i32, i32) {
        match self {
            Self::Columns => (25, 75),
            Self::Rows => (25, 90),
        }
    }

    /// A share that somebody asks for, within bounds.
    fn held(self, share: i32) -> i32 {
        let (least, most) = self.bounds();
        share.clamp(least, most)
    }

    /// By what a key moves the bar.
    fn step(self, key: &str, shift: bool, share: i32) -> Option<i32> {
        let (least, most) = self.bounds();
        let by = if shift { 10 } else { 2 };
        match (self, key) {
            (Self::Columns, "ArrowLeft") | (Self::Rows, "ArrowUp") => Some(share - by),
            (Self::Columns, "ArrowRight") | (Self::Rows, "ArrowDown") => Some(share + by),
            (_, "Home") => Some(least),
            (_, "End") => Some(most),
            _ => None,
        }
    }

    /// The share that puts the bar under the pointer.
    fn at(self, bar: &HtmlElement, event: &PointerEvent) -> Option<i32> {
        let (from, whole, at) = match self {
            Self::Columns => {
                let room = bar.parent_element()?.get_bounding_client_rect();
                (room.left(), room.width(), event.client_x())
            }
            Self::Rows => {
                let room = bar.previous_element_sibling()?.get_bounding_client_rect();
                let window = web_sys::window()?.inner_height().ok()?.as_f64()?;
                (room.top(), window, event.client_y())
            }
        };
        // A share of a window is a small number.
        #[allow(clippy::cast_possible_truncation)]
        let share = ((f64::from(at) - from) / whole * 100.0).round() as i32;
        (whole > 0.0).then_some(share)
    }
}

/// The bar. The share goes into the properties of its parent, where the styles read it: the policy forbids styles in
/// markup.
#[component]
pub(crate) fn Divider(props: &Props) -> Html {
    let axis = props.axis;
    let bar = use_node_ref();
    let share = use_state_eq(|| preferences::share(axis.key()).map(|share| axis.held(share)));
    {
        let bar = bar.clone();
        use_effect_with(*share, move |share| {
            let parent = bar.cast::<Element>().and_then(|bar| bar.parent_element());
            if let Some(parent) = parent {
                show(&parent, *share);
            }
        });
    }
    let set = {
        let share = share.setter();
        move |next: Option<i32>| {
            let next = next.map(|next| axis.held(next));
            preferences::keep_share(axis.key(), next);
            share.set(next);
        }
    };
    let now = share.unwrap_or(props.usual);
    let on_down = {
        let bar = bar.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = bar.cast::<HtmlElement>().filter(|_| event.button() == 0) {
                // A pointer that has gone already needs no capture.
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let on_move = {
        let (bar, set) = (bar.clone(), set.clone());
        Callback::from(move |event: PointerEvent| {
            let bar = bar.cast::<HtmlElement>().filter(|bar| bar.has_pointer_capture(event.pointer_id()));
            if let Some(share) = bar.and_then(|bar| axis.at(&bar, &event)) {
                set(Some(share));
            }
        })
    };
    let on_key = {
        let set = set.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            if event.key() == "Enter" {
                set(None);
            } else if let Some(next) = axis.step(&event.key(), event.shift_key(), now) {
                set(Some(next));
            } else {
                return;
            }
            event.prevent_default();
        })
    };
    let on_reset = Callback::from(move |_: MouseEvent| set(None));
    let (least, most) = axis.bounds();
    html! {
        <div
            ref={bar}
            class="divider"
            data-axis={axis.key()}
            role="separator"
            tabindex="0"
            aria-orientation={if axis == Axis::Columns { "vertical" } else { "horizontal" }}
            aria-label={props.name.clone()}
            aria-controls={props.controls}
            aria-valuenow={now.to_string()}
            aria-valuemin={least.to_string()}
            aria-valuemax={most.to_string()}
            onpointerdown={on_down}
            onpointermove={on_move}
            onkeydown={on_key}
            ondblclick={on_reset}
        />
    }
}

fn show(parent: &Element, share: Option<i32>) {
    let Some(style) = js_sys::Reflect::get(parent, &"style".into()).ok() else { return };
    let style: web_sys::CssStyleDeclaration = style.into();
    // Fails for names that are not names; these are.
    let _ = match share {
        Some(share) => style.set_property("--share", &share.to_string()),
        None => style.remove_property("--share").map(|_| ()),
    };
    let _ = match share {
        Some(_) => parent.set_attribute("data-divided", ""),
        None => parent.remove_attribute("data-divided"),
    };
}

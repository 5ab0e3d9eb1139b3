//! The JavaScript that wasm-bindgen writes around the module, taught to give imports of ours.

use crate::split::module::{LOADER, PROFILE, TELLER};
use anyhow::{Result, bail};

/// How the function ends that gives the module its imports.
const IMPORTS: &str = "    return {\n        __proto__: null,\n        \"./";

/// Where the page's program is about to be loaded, and where it is about to run, with what comes before.
const STARTS: [(&str, &str); 2] = [
    ("    const { instance, module } = await __wbg_load(", "    await laterFromCopy();\n"),
    ("    wasm.__wbindgen_start();\n", "    if (laterAtStart) useLater(laterAtStart);\n"),
];

/// Stands for what later.js adds, so that the page's side of it runs as well. What runs by itself has three seconds before
/// the page is given the rest. What runs after that need not be there at first.
const NOTHING_LATER: &str = "
export const later = () => new Promise((come) => setTimeout(come, 3000, true));
let ranAtFirst;
globalThis.vpcheckLater = () => queueMicrotask(() => (ranAtFirst ??= vpcheckReached()));
globalThis.vpcheckIsWhole = () => ranAtFirst !== undefined;
";

/// The glue of an instrumented module: `vpcheckRan` gives the numbers of the points that were reached until the rest came,
/// and `vpcheckIsWhole` tells whether it did.
pub(crate) fn observing(glue: &str) -> String {
    let [from, to] = PROFILE;
    format!(
        "{glue}{NOTHING_LATER}
globalThis.vpcheckRan = () => ranAtFirst ?? vpcheckReached();
function vpcheckReached() {{
  if (!wasm) return [];
  const points = new Uint8Array(wasm.memory.buffer).slice(wasm.{from}.value, wasm.{to}.value);
  return [...points].flatMap((is_set, number) => (is_set ? [number] : []));
}}
"
    )
}

/// The glue of a first module in a trial: `vpcheckRan` gives the indices of the slots that asked for the later one.
pub(crate) fn trying(glue: &str) -> Result<String> {
    let (module, name) = LOADER;
    let glue = loading(glue)?;
    let (place, asked) =
        (format!("{name}: loadLaterNow }}"), format!("{name}: loadLaterNow, {TELLER}: laterAsked }}"));
    if glue.matches(&place).count() != 1 {
        bail!("the glue gives no `{module}` to load");
    }
    Ok(glue.replace(&place, &asked)
        + "
const laterSlots = [];
function laterAsked(slot) {
  laterSlots.push(slot);
}
globalThis.vpcheckRan = () => laterSlots;
")
}

/// The glue of a first module, which loads the later one.
pub(crate) fn loading(glue: &str) -> Result<String> {
    let (module, name) = LOADER;
    let mut glue = with_import(
        glue,
        "    return laterImports = {",
        &format!("\"{module}\": {{ {name}: loadLaterNow }},"),
    )?;
    for (place, before) in STARTS {
        if glue.matches(place).count() != 1 {
            bail!(
                "the JavaScript of wasm-bindgen does not start where it used to; look for `{place}` in it, and teach \
                 xtask/src/split/glue.rs"
            );
        }
        glue = glue.replace(place, &format!("{before}{place}"));
    }
    glue.push_str(include_str!("later.js"));
    Ok(glue)
}

fn with_import(glue: &str, returned: &str, import: &str) -> Result<String> {
    if glue.matches(IMPORTS).count() != 1 {
        bail!(
            "the JavaScript of wasm-bindgen does not give its imports where it used to; look at `__wbg_get_imports` in \
             it, and teach xtask/src/split/glue.rs"
        );
    }
    Ok(glue
        .replace(IMPORTS, &format!("{returned}\n        __proto__: null,\n        {import}\n        \"./")))
}

#[cfg(test)]
mod tests {
    use super::{loading, observing};

    const GLUE: &str = "function __wbg_get_imports() {\n    return {\n        __proto__: null,\n        \
                        \"./page_bg.js\": import0,\n    };\n}\nfunction __wbg_finalize_init() {\n    \
                        wasm.__wbindgen_start();\n}\nasync function __wbg_init_once() {\n    \
                        const { instance, module } = await __wbg_load(module);\n}\n";

    #[test]
    fn the_imports_are_told_apart_by_what_they_are_for() {
        let loads = loading(GLUE).unwrap();
        assert!(
            loads.contains(
                "    return laterImports = {\n        __proto__: null,\n        \"later\": { load: loadLaterNow },\n        \
                 \"./page_bg.js\": import0,\n    };"
            ),
            "{loads}"
        );
        assert!(loads.contains("function loadLaterNow()") && loads.contains("export async function later("));
        assert!(loads.contains("    await laterFromCopy();\n    const { instance, module }"), "{loads}");
        assert!(
            loads.contains("    if (laterAtStart) useLater(laterAtStart);\n    wasm.__wbindgen_start();")
        );
        let observes = observing(GLUE);
        assert!(observes.starts_with(GLUE) && observes.contains("globalThis.vpcheckRan = "));
    }

    #[test]
    fn glue_of_another_shape_is_an_error_and_not_a_broken_page() {
        for glue in ["", "return { import0 };", &format!("{GLUE}{GLUE}")] {
            assert!(loading(glue).is_err(), "{glue}");
        }
    }
}

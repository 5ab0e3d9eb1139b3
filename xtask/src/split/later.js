
// What no first visit has called comes later, into the same memory; see xtask/src/split.
let laterImports;
let isLaterHere = false;
let laterCompiled;
let laterAtStart;

// The file lies beside this one.
const laterAddress = () => import.meta.url.replace(/\.js(?=$|[?#])/, "_later.wasm");

// It fills its slots in the table as it starts, and no function of it runs before.
function useLater(module) {
    if (isLaterHere) return;
    new WebAssembly.Instance(module, { ...laterImports, first: wasm });
    isLaterHere = true;
    performance.mark("vpcheck-later");
}

// A page with a copy of its own has the rest at hand, and takes it before it starts: a request that is waited for does
// not pass the service worker, so without a network nothing would come later.
async function laterFromCopy() {
    if (!globalThis.navigator?.serviceWorker?.controller) return;
    laterCompiled = compileLater();
    laterAtStart = await laterCompiled.catch(() => undefined);
    if (!laterAtStart) laterCompiled = undefined;
}

// A function has been called that is not here yet, and its caller cannot wait. That is rare: see `later`.
function loadLaterNow() {
    const isPage = typeof document !== "undefined";
    const request = new XMLHttpRequest();
    request.open("GET", laterAddress(), false);
    // A page may not ask for bytes without waiting, so they come as characters.
    if (isPage) request.overrideMimeType("text/plain; charset=x-user-defined");
    else request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) throw new Error(`the rest of vpcheck cannot be loaded: ${request.status}`);
    const bytes = isPage ? Uint8Array.from(request.response, (character) => character.charCodeAt(0)) : request.response;
    useLater(new WebAssembly.Module(bytes));
}

async function compileLater() {
    const response = await fetch(laterAddress());
    if (!response.ok) throw new Error(`the rest of vpcheck cannot be loaded: ${response.status}`);
    return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * Loads the rest beside everything else, unless it is given; resolves once it is here, to the module if it was to be had.
 * Where that fails, the first function that is missing asks again.
 */
export async function later(given) {
    laterCompiled ??= given ? Promise.resolve(given) : compileLater();
    try {
        const module = await laterCompiled;
        useLater(module);
        return module;
    } catch {
        laterCompiled = undefined;
        return undefined;
    }
}

// The page gets it from its worker, which loads it after its first answer.
if (typeof document !== "undefined") globalThis.vpcheckLater = later;

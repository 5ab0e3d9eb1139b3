// <vpcheck-playground>: the playground inside of an article.
//
//   <script type="module" src="https://YOUR-SITE/embed.js"></script>
//   <vpcheck-playground view="diagram" lang="en" readonly>
//     <script type="text/plain">Resources: ...</script>
//   </vpcheck-playground>
//
// `link` takes the part of a link behind `#` instead of a template. The other attributes, all optional: view, lang,
// theme, region, readonly, height (of the first moment; the playground tells its own), label.

const PAGE = new URL("./", import.meta.url);
const PASSED_ON = ["view", "lang", "theme", "region", "readonly"];

class Playground extends HTMLElement {
  static observedAttributes = ["link", ...PASSED_ON];
  #frame = document.createElement("iframe");
  #hears = ({ source, data }) => {
    const height = source === this.#frame.contentWindow && data?.vpcheck?.height;
    if (Number.isFinite(height)) this.#frame.style.height = `${Math.min(Math.max(height, 120), 4000)}px`;
  };

  connectedCallback() {
    const frame = this.#frame;
    frame.title = this.getAttribute("label") ?? "vpcheck";
    frame.loading = "lazy";
    frame.allow = "clipboard-write";
    Object.assign(frame.style, { display: "block", width: "100%", border: "0" });
    frame.style.height = `${parseInt(this.getAttribute("height"), 10) || 480}px`;
    addEventListener("message", this.#hears);
    this.#show().then(() => this.replaceChildren(frame));
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hears);
  }

  attributeChangedCallback() {
    if (this.#frame.isConnected) this.#show();
  }

  async #show() {
    const query = new URLSearchParams({ embed: "1" });
    for (const name of PASSED_ON) {
      if (this.hasAttribute(name)) query.set(name, this.getAttribute(name) || "1");
    }
    this.text ??= this.querySelector("script")?.textContent ?? "";
    const fragment = this.getAttribute("link")?.replace(/^.*#/, "") ?? (await packed(this.text));
    this.#frame.src = `${PAGE}?${query}#${fragment}`;
  }
}

/** A template as links carry it: `v1.`, then base64url of raw deflate of JSON. */
async function packed(text) {
  if (!text.trim()) return "";
  const json = new Blob([JSON.stringify({ text: text.replace(/^\s*\n/, "") })]);
  const deflated = json.stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `v1.${base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

customElements.get("vpcheck-playground") ?? customElements.define("vpcheck-playground", Playground);

// Renders a rule's document. `marked` only takes the Markdown apart; the nodes are built here one by one, so that
// nothing in a document can become markup, script or a request.

import { lexer } from "marked";

/** @param {string} markdown @returns {DocumentFragment} */
export function render(markdown) {
  return blocks(lexer(markdown));
}

function blocks(tokens) {
  const fragment = document.createDocumentFragment();
  for (const token of tokens) fragment.append(block(token));
  return fragment;
}

function block(token) {
  switch (token.type) {
    case "heading":
      return element(`h${Math.min(token.depth + 1, 6)}`, inlines(token.tokens));
    case "paragraph":
      return element("p", inlines(token.tokens));
    case "text":
      return token.tokens ? inlines(token.tokens) : document.createTextNode(token.text);
    case "code":
      return codeBlock(token);
    case "blockquote":
      return element("blockquote", blocks(token.tokens));
    case "list":
      return element(
        token.ordered ? "ol" : "ul",
        ...token.items.map((item) => element("li", blocks(item.tokens))),
      );
    case "table":
      return table(token);
    case "hr":
      return element("hr");
    case "space":
      return document.createDocumentFragment();
    default:
      return document.createTextNode(token.raw);
  }
}

function inlines(tokens) {
  const fragment = document.createDocumentFragment();
  for (const token of tokens) fragment.append(inline(token));
  return fragment;
}

function inline(token) {
  switch (token.type) {
    case "text":
      return token.tokens ? inlines(token.tokens) : document.createTextNode(unescape(token.text));
    case "escape":
      return document.createTextNode(token.text);
    case "codespan":
      return element("code", token.text);
    case "strong":
    case "em":
    case "del":
      return element(token.type, inlines(token.tokens));
    case "br":
      return element("br");
    case "link":
      return link(token);
    default:
      return document.createTextNode(token.raw);
  }
}

function codeBlock({ text, lang }) {
  const pre = element("pre", element("code", text));
  // Wide code scrolls inside its box, and whoever has no mouse must be able to scroll it too.
  pre.tabIndex = 0;
  if (lang) pre.dataset.lang = lang;
  return pre;
}

function table({ header, rows }) {
  const cells = (name, row) => element("tr", ...row.map((cell) => element(name, inlines(cell.tokens))));
  return element(
    "table",
    element("thead", cells("th", header)),
    element("tbody", ...rows.map((row) => cells("td", row))),
  );
}

function link({ href, tokens }) {
  if (!/^https:\/\//.test(href)) return element("span", inlines(tokens));
  const anchor = element("a", inlines(tokens));
  anchor.href = href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function element(name, ...children) {
  const node = document.createElement(name);
  node.append(...children);
  return node;
}

/** marked leaves entities to HTML; these are the ones that a document needs. */
function unescape(text) {
  const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]);
}

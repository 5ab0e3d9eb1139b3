import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.mjs";

const GALLERY = new URL("../../docs/gallery/", import.meta.url);
const MERMAID = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
// What systems fall back to is wider than what the pictures ask for; the last stands for whatever is there.
const FONTS = ["", "Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans CJK JP", "sans-serif"];

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const files = async (ending) => {
  const names = (await readdir(GALLERY)).filter((name) => name.endsWith(ending)).sort();
  assert.equal(names.length, 24, `twelve networks in two languages end in ${ending}`);
  return Promise.all(names.map(async (name) => [name, await readFile(new URL(name, GALLERY), "utf8")]));
};

test("Mermaid draws every chart of the gallery", async () => {
  const page = await browser.newPage();
  await page.setContent("<!doctype html><body></body>");
  await page.addScriptTag({ path: MERMAID });
  for (const [name, text] of await files(".mmd")) {
    const drawn = await page.evaluate(async (chart) => {
      mermaid.initialize({ startOnLoad: false });
      try {
        await mermaid.parse(chart);
        const { svg } = await mermaid.render("chart", chart);
        const holder = document.createElement("div");
        holder.innerHTML = svg;
        return {
          clusters: holder.querySelectorAll(".cluster").length,
          text: holder.textContent,
        };
      } catch (error) {
        return { error: String(error) };
      }
    }, text);
    assert.equal(drawn.error, undefined, name);
    assert.equal(drawn.clusters, text.match(/^ +subgraph /gm).length, `${name}: every box is one`);
    assert.match(drawn.text, /ap-northeast-1/, name);
  }
  await page.close();
});

test("no text of a picture is wider than what is kept for it, in any font", async () => {
  const page = await browser.newPage();
  for (const [name, svg] of await files(".svg")) {
    await page.setContent(`<!doctype html><body style="margin:0">${svg}</body>`);
    for (const font of FONTS) {
      const cut = await page.evaluate((font) => {
        const picture = document.querySelector("svg");
        picture.style.fontFamily = font;
        const width = Number(picture.getAttribute("width"));
        return [...picture.querySelectorAll("text")].flatMap((text) => {
          const box = text.closest(".box");
          const rects = box ? [...box.querySelectorAll(":scope > .leaf, :scope > .area")] : [];
          const { x, width: taken } = text.getBBox();
          const fits = box
            ? rects.some((rect) => {
                const around = rect.getBBox();
                return around.x <= x && x + taken <= around.x + around.width;
              })
            : x + taken <= width;
          return fits ? [] : [text.textContent];
        });
      }, font);
      assert.deepEqual(cut, [], `${name} in ${font || "its own fonts"}`);
    }
  }
  await page.close();
});

test("a picture follows the reader's colours, and is a document for screen readers", async () => {
  const [, svg] = (await files(".svg")).find(([name]) => name === "blocked-path.svg");
  const grounds = [];
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ colorScheme });
    await page.setContent(svg);
    grounds.push(await page.locator("svg .ground").evaluate((ground) => getComputedStyle(ground).fill));
    await page.emulateMedia({ media: "print", colorScheme });
    assert.equal(
      await page.locator("svg .ground").evaluate((ground) => getComputedStyle(ground).fill),
      "rgb(255, 255, 255)",
      "paper is white",
    );
    await page.close();
  }
  assert.notEqual(grounds[0], grounds[1]);
  const page = await browser.newPage();
  await page.setContent(svg);
  const told = await page.evaluate(() => {
    const picture = document.querySelector("svg");
    return {
      role: picture.getAttribute("role"),
      title: document.getElementById(picture.getAttribute("aria-labelledby")).textContent,
      table: document.getElementById(picture.getAttribute("aria-describedby")).textContent,
      nameless: [...picture.querySelectorAll("[role^=graphics]")].filter(
        (one) => one !== picture && !one.querySelector(":scope > title")?.textContent.trim(),
      ).length,
    };
  });
  assert.equal(told.role, "graphics-document");
  assert.match(told.title, /blocked-path\.yaml/);
  assert.match(told.table, /OrdersFunction — needs: blocked Database:5432/);
  assert.equal(told.nameless, 0, "every symbol has a name");
  await page.close();
});

// The editor comes in two steps (web/src/editor.js): a text field with the first findings, CodeMirror after them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openPage, pageAddress, startBrowser } from "./browser.mjs";

const MISSING = "\nOutputs:\n  Typed:\n    Value: !Ref Missin";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser?.close());

/** Opens the page with `answer` for the request of CodeMirror. */
const visit = async ({ answer, expected = /^$/, lang = "en", ...options }, check) => {
  const { context, page, complaints } = await openPage(browser, {
    path: `?lang=${lang}`,
    until: ".finding",
    context: options,
    // What is held back holds the event up by which a page tells that it is loaded.
    waitUntil: "commit",
    prepare: (context) => context.route(new URL("editor.js", pageAddress).href, answer),
  });
  try {
    await check(page);
    assert.deepEqual(
      complaints.filter((complaint) => !expected.test(complaint)),
      [],
    );
  } finally {
    await context.close();
  }
};

/** An answer that is held back until `release` is called. */
const held = () => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  return { release, answer: async (route) => (await released, route.continue()) };
};

test("what is written before CodeMirror came is analysed, and stays with its cursor and its keyboard", () => {
  const { release, answer } = held();
  return visit({ answer }, async (page) => {
    const field = page.locator(".editor textarea");
    const before = await field.inputValue();
    assert.match(before, /AWSTemplateFormatVersion/);
    await field.focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type(MISSING);
    const finding = page.locator('.finding[data-rule="unknown-reference"] .finding-message');
    await finding.waitFor();
    assert.match(await finding.innerText(), /Missin/);

    release();
    await page.locator(".cm-content:focus").waitFor();
    assert.equal(await field.count(), 0);
    await page.keyboard.type("g");
    await page.waitForFunction(() => document.querySelector(".cm-content").innerText.endsWith("!Ref Missing"));
    await page.locator(".cm-lintRange-error").last().waitFor();
  });
});

test("steps of the page that were made in the field are taken back in CodeMirror", () => {
  const { release, answer } = held();
  return visit({ answer }, async (page) => {
    await page.waitForFunction(() => document.querySelector("[data-whole]"));
    const before = await page.locator(".editor textarea").inputValue();
    const count = await page.locator(".finding .fix.show").count();
    await page.locator(".finding .fix.show:enabled").first().click();
    await page.locator(".finding .fix.apply:enabled").first().click();
    await page.waitForFunction((text) => document.querySelector(".editor textarea").value !== text, before);
    await page.locator(".notice").waitFor();

    release();
    await page.locator(".cm-content").waitFor();
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction((text) => document.querySelectorAll(".finding .fix.show").length === text, count);
    await page.locator(".cm-content").press("ControlOrMeta+Home");
    assert.equal(await page.locator(".cm-line").first().innerText(), before.split("\n")[0]);
  });
});

test("where CodeMirror cannot be loaded, the field stays, and the page works with it", () =>
  visit({ answer: (route) => route.abort(), expected: /Failed to load resource/ }, async (page) => {
    await page.waitForFunction(() => document.querySelector("[data-whole]"));
    const field = page.locator(".editor textarea");
    const before = await field.inputValue();
    await page.locator(".finding .finding-head").first().click();
    const chosen = () => field.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    assert.notEqual(await chosen(), "", "the place of a finding is selected");

    await page.locator(".finding .fix.show:enabled").first().click();
    await page.locator(".finding .fix.apply:enabled").first().click();
    await page.waitForFunction((text) => document.querySelector(".editor textarea").value !== text, before);
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    assert.equal(await field.inputValue(), before);
  }));

test("the field stands where the editor will, and axe finds nothing to complain of", async () => {
  for (const [width, colorScheme, lang] of [
    [1280, "light", "en"],
    [360, "dark", "ja"],
  ]) {
    const { release, answer } = held();
    await visit({ answer, lang, colorScheme, viewport: { width, height: 800 } }, async (page) => {
      if (width === 360) await page.locator(".tabs.narrow").getByRole("button", { name: "テンプレート" }).click();
      await page.locator(".editor textarea").waitFor();
      await page.evaluate(axe);
      const violations = await page.evaluate(() => window.axe.run().then((result) => result.violations));
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
      const look = (selector) =>
        page.locator(selector).evaluate((element) => {
          const { fontSize, fontFamily, lineHeight, paddingTop } = getComputedStyle(element);
          return { fontSize, fontFamily, lineHeight, paddingTop };
        });
      const before = await look(".editor textarea");
      release();
      await page.locator(".cm-content").waitFor();
      assert.deepEqual(await look(".cm-content"), before);
    });
  }
});

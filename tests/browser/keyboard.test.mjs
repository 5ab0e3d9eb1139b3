// The page by keys alone, the bars between its parts, and how what is selected in one part shows in the others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const withPage = async (options, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    ...options,
    context: { locale: "en-US", ...options.context },
  });
  page.setDefaultTimeout(15_000);
  try {
    await page.locator(".finding").first().waitFor({ state: "attached" });
    await use(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return `${element.tagName.toLowerCase()}.${element.className || element.id}`;
  });

/** Presses Tab until what is focused matches, as somebody would who cannot point. */
const tabTo = async (page, selector, { most = 60, back = false } = {}) => {
  for (let step = 0; step < most; step += 1) {
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  assert.fail(`${selector} is not reached; the keyboard is at ${await focused(page)}`);
};

test("from the first Tab to an applied fix and a copied link, with keys alone", () =>
  withPage({ context: { permissions: ["clipboard-read", "clipboard-write"] } }, async (page) => {
    await tabTo(page, ".examples-button");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await tabTo(page, ".examples li:nth-child(11) button");
    await page.keyboard.press("Enter");
    const finding = page.locator('.finding[data-rule="unknown-reference"]');
    await finding.waitFor();
    await tabTo(page, ".cm-content");
    await tabTo(page, '.finding[data-rule="unknown-reference"] .show');
    await page.keyboard.press("Enter");
    await finding.locator(".apply:enabled").waitFor();
    await tabTo(page, ".finding .apply");
    await page.keyboard.press("Enter");
    await finding.waitFor({ state: "detached" });
    await tabTo(page, 'button[aria-label="Share"]', { back: true });
    await page.keyboard.press("Enter");
    await page.locator("#share-link:not(:placeholder-shown)").waitFor();
    await page.waitForFunction(() => document.querySelector("#share-link").value.includes("#v1."));
    await tabTo(page, "#share-link + button");
    await page.keyboard.press("Enter");
    await page.locator(".share-said:not(:empty)").first().waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /#v1\./);
    await page.keyboard.press("Escape");
    assert.match(await focused(page), /bar-button/, "the dialog gives the keyboard back");
  }));

test("Tab leaves the editor both ways, and the editor says so", () =>
  withPage({}, async (page) => {
    await page.locator(".cm-content").focus();
    const described = await page.locator(".cm-content").getAttribute("aria-describedby");
    assert.match(await page.locator(`#${described}`).innerText(), /Tab leaves the editor/);
    const before = await page.locator(".cm-content").innerText();
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => !document.activeElement.closest(".cm-editor")));
    await page.keyboard.press("Shift+Tab");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".cm-content")));
    await page.keyboard.press("Shift+Tab");
    assert.ok(await page.evaluate(() => !document.activeElement.closest(".cm-editor")));
    assert.equal(await page.locator(".cm-content").innerText(), before);
  }));

for (const [lang, name] of [["en", "Keyboard"], ["ja", "キーボード操作"]]) {
  test(`the list of keys opens by its key and its button, and not while somebody writes (${lang})`, () =>
    withPage({ path: `?lang=${lang}` }, async (page) => {
      const list = page.locator("dialog.keys[open]");
      await page.locator(".list").focus();
      await page.keyboard.press("Shift+?");
      await list.waitFor();
      assert.equal(await list.getByRole("heading", { level: 2 }).innerText(), name);
      assert.ok((await list.locator("kbd").count()) > 10);
      await page.keyboard.press("Escape");
      await list.waitFor({ state: "detached" });
      await page.getByRole("button", { name }).click();
      await list.waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".cm-content").focus();
      await page.keyboard.press("ControlOrMeta+End");
      await page.keyboard.type("# ?");
      assert.equal(await list.count(), 0);
    }));
}

test("F8 walks the findings from the list and from the editor", () =>
  withPage({}, async (page) => {
    const chosen = () => page.locator(".finding[aria-current]").getAttribute("data-rule");
    const count = await page.locator(".finding").count();
    assert.ok(count > 1);
    await page.locator(".finding-head").first().focus();
    const seen = new Set();
    for (let step = 0; step < count; step += 1) {
      await page.keyboard.press("F8");
      await page.waitForFunction(() => document.activeElement.matches(".finding[aria-current] .finding-head"));
      seen.add(await page.locator(".finding[aria-current] .finding-head").innerText());
    }
    assert.equal(seen.size, count, "each of them once");
    const last = await page.locator(".finding[aria-current] .finding-head").innerText();
    await page.keyboard.press("Shift+F8");
    await page.waitForFunction(
      (last) => document.querySelector(".finding[aria-current] .finding-head").innerText !== last,
      last,
    );
    await page.locator(".cm-label-primary").first().waitFor();
    await page.locator(".cm-content").focus();
    await page.keyboard.press("F8");
    assert.ok(await chosen());
    assert.ok(await page.evaluate(() => document.activeElement.matches(".cm-content")));
  }));

test("Alt with PageDown and PageUp goes through the parts of the page", () =>
  withPage({}, async (page) => {
    await page.locator(".cm-content").focus();
    const pressed = () => page.locator(".tabs.wide [aria-pressed=true]").innerText();
    const names = [];
    for (let step = 0; step < 5; step += 1) {
      await page.keyboard.press("Alt+PageDown");
      await page.waitForFunction(() => document.activeElement.matches(".half.list"));
      names.push((await pressed()).replace(/\s*\d+$/, ""));
    }
    assert.deepEqual(names, ["Findings", "Diagram", "Paths", "Endpoints", "Cost"]);
    await page.keyboard.press("Alt+PageDown");
    await page.waitForFunction(() => document.activeElement.matches(".cm-content"));
    await page.keyboard.press("Alt+PageUp");
    await page.waitForFunction(() => document.activeElement.matches(".half.list"));
    assert.equal(await pressed(), "Cost");
  }));

test("the bar between the halves moves by keys and by pointer, is remembered, and goes back", () =>
  withPage({}, async (page, context) => {
    const bar = page.getByRole("separator", { name: "Width of the template" });
    const width = () => page.locator(".half.template").evaluate((half) => half.getBoundingClientRect().width / innerWidth);
    const now = async () => Number(await bar.getAttribute("aria-valuenow"));
    assert.ok(Math.abs((await width()) - 0.55) < 0.01);
    await bar.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    assert.equal(await now(), 43);
    assert.ok(Math.abs((await width()) - 0.43) < 0.01);
    await page.keyboard.press("Home");
    assert.equal(await now(), 25);
    const box = await bar.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(1280 * 0.6, box.y + 210, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs((await width()) - 0.6) < 0.01);
    await page.mouse.move(100, 300);
    assert.ok(Math.abs((await width()) - 0.6) < 0.01, "only while it is held");

    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator(".finding").first().waitFor();
    assert.ok(Math.abs((await other.locator(".half.template").evaluate((half) => half.getBoundingClientRect().width / innerWidth)) - 0.6) < 0.01);
    await other.close();

    await bar.dblclick();
    assert.ok(Math.abs((await width()) - 0.55) < 0.01);
    assert.equal(await page.evaluate(() => localStorage.getItem("vpcheck.share.columns")), null);
    await page.locator(".tabs.wide button").nth(1).click();
    await page.locator(".picture-frame svg").waitFor();
    const rows = page.getByRole("separator", { name: "Height of the diagram" });
    await rows.focus();
    await page.keyboard.press("Home");
    const height = () => page.locator(".picture-frame").evaluate((frame) => frame.getBoundingClientRect().height);
    const low = await height();
    await page.keyboard.press("End");
    assert.ok((await height()) > low + 100);
  }));

test("in another page the bar moves and nothing is remembered; on a narrow page there is none", async () => {
  await withPage({ path: "?embed=1" }, async (page) => {
    await page.getByRole("separator").first().focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.getByRole("separator").first().getAttribute("aria-valuenow"), "53");
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  });
  // 1280 px at 200 % are 640.
  await withPage({ context: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, forcedColors: "active" } }, async (page) => {
    assert.equal(await page.getByRole("separator").count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 640);
  });
});

test("what is selected in one part is shown in the others", () =>
  withPage({}, async (page) => {
    const tab = (name) => page.locator(".tabs.wide button").filter({ hasText: name }).click();
    // A finding, in the editor and in the diagram.
    await page.locator('.finding[data-rule="unreachable-destination"] .finding-head').first().click();
    await page.locator(".cm-label-primary").first().waitFor();
    await tab("Diagram");
    await page.locator(".picture .marked").first().waitFor();
    // A path, in the editor and in the diagram, where it can be hidden again.
    await tab("Paths");
    await page.locator(".cell").first().click();
    await page.locator(".step").first().waitFor();
    await page.locator(".cm-label").first().waitFor();
    await tab("Diagram");
    const hide = page.getByRole("button", { name: "Hide the path" });
    await hide.waitFor();
    assert.ok((await page.locator(".diagram-path").count()) > 0);
    await hide.click();
    await hide.waitFor({ state: "detached" });
    await page.locator(".diagram-path").waitFor({ state: "detached" });
    // A step of it, in the editor and in the diagram.
    await tab("Paths");
    await page.locator("button.step-body").first().click();
    await page.locator(".cm-label-primary").first().waitFor();
    await tab("Diagram");
    await page.locator(".picture .marked").first().waitFor();
  }));

test("an example that is not about money leaves the costs", () =>
  withPage({}, async (page) => {
    await page.locator(".tabs.wide button").last().click();
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator(".examples li button").first().click();
    await page.locator(".findings").waitFor();
  }));

test("the key that is a character alone can be taken away, and stays away", () =>
  withPage({}, async (page) => {
    const dialog = page.locator("dialog.keys");
    await page.locator(".half.list").focus();
    await page.keyboard.press("?");
    await dialog.locator("input[type=checkbox]").uncheck();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.reload();
    await page.locator(".page[data-whole]").waitFor();
    await page.locator(".half.list").focus();
    await page.keyboard.press("?");
    await page.waitForTimeout(300);
    assert.equal(await dialog.isVisible(), false);
  }));

test("where nothing is stored the choice holds as long as the page is open", () =>
  withPage({ path: "?embed=1&lang=en" }, async (page) => {
    const dialog = page.locator("dialog.keys");
    const ask = async () => {
      await page.locator(".half.list").focus();
      await page.keyboard.press("?");
    };
    await ask();
    await dialog.locator("input[type=checkbox]").uncheck();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await ask();
    await page.waitForTimeout(300);
    assert.equal(await dialog.isVisible(), false);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  }));

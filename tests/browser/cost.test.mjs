import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";
import { deflateRawSync } from "node:zlib";

let browser;
let template;
before(async () => {
  browser = await startBrowser();
  template = await readFile(new URL("../../web/examples/nat.yaml", import.meta.url), "utf8");
});
after(() => browser?.close());

const link = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

/** Opens a link with the costs in view, and afterwards wants the page to have done nothing forbidden. */
const withCosts = async ({ state = {}, context: options = {} } = {}, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    path: link({ text: template, view: "cost", ...state }),
    context: { locale: "en-US", ...options },
  });
  try {
    await page.locator(".totals, .cost .state").first().waitFor();
    await use(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const cells = (page, plan) => page.locator(`.totals tr[data-plan=${plan}] .amount`).allInnerTexts();

const dollars = (text) => Number(text.replace(/[^0-9.−-]/g, "").replace("−", "-"));

test("three assumptions stand side by side, and a slider moved by keyboard gives one exact figure", () =>
  withCosts({}, async (page) => {
    const bands = await cells(page, "today");
    assert.equal(bands.length, 3);
    assert.equal(await page.locator(".totals thead .aside").first().innerText(), "assumed");

    const slider = page.getByRole("slider", { name: /Traffic in all/ });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.locator(".totals thead th", { hasText: "your figure" }).waitFor();
    assert.equal(await slider.getAttribute("aria-valuetext"), "120 GB");
    await page.keyboard.press("ArrowLeft");
    await page.locator(".totals thead th", { hasText: "100 GB" }).waitFor();
    assert.deepEqual(await cells(page, "today"), [bands[1]], "the exact figure is that of the assumption");
    await page.keyboard.press("End");
    await page.locator(".totals thead th", { hasText: "100,000 GB" }).waitFor();
    assert.equal(await page.locator("#gb").inputValue(), "100000");

    await page.getByRole("button", { name: /three assumptions/ }).click();
    await page.locator(".totals thead th").nth(2).waitFor();
    assert.deepEqual(await cells(page, "today"), bands);
  }));

test("lines add up to their sum, and lead to the text", () =>
  withCosts({}, async (page) => {
    const rows = page.locator(".bill-lines tbody tr");
    for (const column of [0, 1, 2]) {
      const lines = await rows.locator(`td:nth-of-type(${column + 1})`).allInnerTexts();
      const sum = lines.filter((text) => text !== "–").reduce((sum, text) => sum + dollars(text), 0);
      const foot = await page.locator(`.bill-lines tfoot td:nth-of-type(${column + 1})`).innerText();
      assert.ok(Math.abs(sum - dollars(foot)) < 0.005, `${column}: ${sum} ${foot}`);
    }
    await rows.getByRole("button", { name: "NatGateway" }).first().click();
    assert.equal(await page.evaluate(() => document.getSelection().toString()), "NatGateway");
  }));

test("the plot marks where lines cross, and its table has the same figures", () =>
  withCosts({}, async (page) => {
    const plot = page.getByRole("img", { name: "Cost a month by traffic" });
    assert.match(await plot.locator("desc").textContent(), /today: \$48\.98 at 1 GB/);
    const mark = await plot.locator("text.mark").first().textContent();
    assert.match(mark, /^\d[\d,.]* GB$/);
    const dashes = await plot.locator("polyline").evaluateAll((lines) =>
      lines.map((line) => getComputedStyle(line).strokeDasharray),
    );
    assert.equal(new Set(dashes).size, dashes.length, "every line has a dash of its own");
    assert.match(await page.locator(".crossings").innerText(), /without NAT” costs less than today/);

    await page.locator(".plot summary").click();
    const table = page.locator(".plot table");
    const row = table.locator("tr", { hasText: "break-even" }).first();
    assert.ok((await row.locator("th").innerText()).startsWith(mark.replace(" GB", "")));
    const hundred = table.locator("tr", { has: page.locator("th", { hasText: /^100$/ }) }).locator("td").first();
    assert.equal(await hundred.innerText(), (await cells(page, "today"))[1]);
  }));

test("a share for a destination keeps the others, and the whole is their sum", () =>
  withCosts({}, async (page) => {
    await page.locator(".lanes > summary").click();
    const s3 = page.getByRole("textbox", { name: /to s3/ });
    assert.equal(await s3.getAttribute("placeholder"), "25");
    await s3.fill("925");
    await page.locator(".totals thead th", { hasText: "1,000 GB" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: /to sqs/ }).inputValue(), "25");
    await page.locator("#gb").fill("2000");
    await page.locator(".totals thead th", { hasText: "2,000 GB" }).waitFor();
    assert.equal(await s3.inputValue(), "1850", "in proportion");
    await s3.fill("much");
    await page.locator(".lanes .wrong").waitFor();
    assert.equal(await s3.getAttribute("aria-invalid"), "true");
    assert.match(await page.locator(".totals thead").innerText(), /2,000 GB/);
  }));

test("a price that is missing is asked for where it is missing, and completes the sums", () =>
  withCosts({ state: { region: "us-west-2" } }, async (page) => {
    const missing = page.locator(".missing");
    await missing.waitFor();
    assert.match(await page.locator(".totals tr[data-plan=today]").innerText(), /price is missing/);
    assert.equal(await page.locator(".plot-room [data-plan=today]").count(), 0, "no line of a sum that is too small");
    assert.match(await page.locator(".plot").innerText(), /lacks a price has no line/);
    assert.match(await page.locator(".bill-lines tfoot").innerText(), /price is missing.*unknown/s);
    const before = dollars((await cells(page, "today"))[1]);
    const field = missing.getByLabel(/NAT gateway, data/);
    await field.fill("0.045");
    await page.locator(".plot-room [data-plan=today]").waitFor();
    assert.ok(dollars((await cells(page, "today"))[1]) > before + 4.4);
    assert.equal(await field.inputValue(), "0.045", "the field stays while it is filled in");

    await page.locator(".prices > summary").click();
    const known = page.getByLabel(/^NAT gateway USD/);
    assert.equal(await known.getAttribute("placeholder"), "0.045");
    await known.fill("0");
    await page.waitForFunction(() => document.querySelector(".prices").innerText.includes("yours"));
    await known.fill("cheap");
    await page.locator(".prices .wrong").waitFor();
  }));

test("a region that nothing says is assumed and asked for, amounts follow a rate, and the link keeps both", () =>
  withCosts({ state: { text: template.replaceAll(/ap-northeast-1(.)/g, '!Select [0, !GetAZs ""]') } }, async (page, context) => {
    await page.locator(".cost-assumed", { hasText: "us-east-1" }).waitFor();
    await page.getByLabel("Region").first().selectOption("ap-northeast-1");
    await page.locator(".cost-assumed").waitFor({ state: "detached" });
    const [usd] = await cells(page, "today");
    await page.getByLabel(/1 USD in JPY/).fill("155.2");
    await page.locator(".totals .amount", { hasText: "¥" }).first().waitFor();
    const [yen] = await cells(page, "today");
    assert.ok(Math.abs(dollars(yen) - dollars(usd) * 155.2) <= 1, `${usd} ${yen}`);
    await page.getByRole("slider", { name: /Traffic in all/ }).focus();
    await page.keyboard.press("Home");
    await page.locator(".totals thead th", { hasText: /^1 GB/ }).waitFor();
    const shown = await page.locator(".totals").innerText();
    // The address follows half a second behind.
    await page.waitForTimeout(1500);

    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator(".totals thead th", { hasText: /^1 GB/ }).waitFor();
    assert.equal(await other.locator(".totals").innerText(), shown);
    await other.close();
  }));

test("typing waits for no estimate while the costs are closed", () =>
  withCosts({}, async (page) => {
    await page.getByRole("button", { name: /^Findings/ }).first().click();
    await page.locator(".cost").waitFor({ state: "detached" });
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("\n# more");
    await page.waitForTimeout(400);
    await page.getByRole("button", { name: /^Cost/ }).first().click();
    await page.locator(".totals").waitFor();
    assert.equal((await cells(page, "today")).length, 3);
  }));

test("a template without costs says so, and one that is none too", async () => {
  await withCosts({ state: { text: "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n" } }, async (page) => {
    assert.match(await page.locator(".cost .state").innerText(), /Nothing in this template costs anything/);
  });
});

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const { name, options } of [
  { name: "wide, light, English", options: { viewport: { width: 1280, height: 800 }, colorScheme: "light" } },
  { name: "narrow, dark, Japanese", options: { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "ja-JP" } },
  { name: "narrow, light, English", options: { viewport: { width: 360, height: 740 }, colorScheme: "light" } },
  { name: "wide, dark, Japanese", options: { viewport: { width: 1280, height: 800 }, colorScheme: "dark", locale: "ja-JP" } },
]) {
  test(`costs are accessible and fit: ${name}`, () =>
    withCosts({ state: { cost: { gb: "309", currency: "JPY", rate: "155.2" } }, context: options }, async (page) => {
      await page.locator(".plot-room polyline").first().waitFor();
      for (const summary of await page.locator(".cost summary").all()) await summary.click();
      const widths = await page.evaluate(() => {
        const list = document.querySelector(".half.list");
        return [
          document.documentElement.scrollWidth - innerWidth,
          list.scrollWidth - list.clientWidth,
          ...[...document.querySelectorAll(".cost table, .cost svg")].map((element) => {
            const own = element.getBoundingClientRect();
            return Math.max(0, Math.ceil(own.right - innerWidth), element.scrollWidth - element.clientWidth);
          }),
        ];
      });
      assert.ok(widths.every((width) => width <= 0), `no sideways scrolling: ${widths}`);
      await page.evaluate(axe);
      const violations = await page.evaluate(() => window.axe.run().then((result) => result.violations));
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`),
        [],
      );
    }));
}

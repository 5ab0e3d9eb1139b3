// What the page gives away: the link, Markdown, snippets and a file, and that no secret is in them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";

import { openPage, pageAddress, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const TEMPLATE = `Parameters:
  DbPassword:
    Type: String
    Default: hunter2-hunter2
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::210987654321:role/deploy
      Layers: [!Ref Missing]
`;
const SECRETS = ["hunter2-hunter2", "210987654321", "role/deploy"];

const packed = (state) => `v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

const unpacked = (link) => JSON.parse(inflateRawSync(Buffer.from(link.replace(/^.*#v1\./, ""), "base64url")));

const withPage = async ({ text = TEMPLATE, lang = "en", path, ...context }, use) => {
  const { context: opened, page, complaints } = await openPage(browser, {
    path: path ?? `?lang=${lang}#${packed({ text })}`,
    until: ".cm-content",
    context: { locale: "en-US", permissions: ["clipboard-read", "clipboard-write"], ...context },
  });
  try {
    await use(page, opened);
    assert.deepEqual(complaints, []);
  } finally {
    await opened.close();
  }
};

const dialogOf = (page) => page.locator("dialog.share[open]");

const open = async (page) => {
  await page.locator('.bar-button[aria-haspopup="dialog"]:not(.wide-only)').click();
  await dialogOf(page).locator(".share-save:enabled").first().waitFor();
  return dialogOf(page);
};

/** Presses the button beside a text; what is in the clipboard then. */
const copied = async (page, id) => {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.locator(`.share-box:has(#${id}) button`).click();
  await page.locator(".share-said:not(:empty)").waitFor();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "");
  return page.evaluate(() => navigator.clipboard.readText());
};

test("a link opens the same state elsewhere", () =>
  withPage({ path: `?lang=en#${packed({ text: "Resources: {}\n# 関数\n", region: "eu-west-1", view: "cost" })}` }, async (page, context) => {
    await open(page);
    assert.equal(await page.locator(".share-sensitive").count(), 0, "there is nothing to look at first");
    const link = await copied(page, "share-link");
    assert.ok(link.startsWith(`${new URL("./", pageAddress).href}#v1.`), link);
    const { text, region, view } = unpacked(link);
    assert.deepEqual({ text, region, view }, { text: "Resources: {}\n# 関数\n", region: "eu-west-1", view: "cost" });

    const other = await context.newPage();
    await other.goto(link);
    await other.locator('.tabs.wide button[aria-pressed="true"]', { hasText: "Cost" }).waitFor();
    assert.match(await other.locator(".cm-content").innerText(), /関数/);
    await other.close();
  }));

test("what should not be shared is told, and replaced in everything but the page's own text", () =>
  withPage({}, async (page) => {
    const dialog = await open(page);
    const told = await dialog.locator(".share-sensitive li").allInnerTexts();
    assert.equal(told.length, 3, told.join("\n"));
    assert.match(told[0], /^Line 4, looks like a secret: hunter2-hunter2/);
    const check = dialog.getByRole("checkbox", { name: "Replace these in what is shared" });
    assert.ok(await check.isChecked());

    for (const id of ["share-link", "share-issue", "share-article", "share-element", "share-frame"]) {
      const text = await copied(page, id);
      const inside = /#v1\.|link="v1\./.test(text) ? JSON.stringify(unpacked(/v1\.[\w-]+/.exec(text)[0].replace(/^/, "#"))) : "";
      for (const secret of SECRETS) assert.ok(!`${text}${inside}`.includes(secret), `${id} tells ${secret}`);
    }
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: /JSON/ }).click()]);
    const file = await readFile(await download.path(), "utf8");
    for (const secret of SECRETS) assert.ok(!file.includes(secret), `the file tells ${secret}`);

    await check.uncheck();
    await dialog.locator(".share-save:enabled").first().waitFor();
    assert.equal(unpacked(await copied(page, "share-link")).text, TEMPLATE);
    await check.check();
    await dialog.locator(".share-save:enabled").first().waitFor();
    assert.doesNotMatch(unpacked(await copied(page, "share-link")).text, /hunter2/);
    await page.keyboard.press("Escape");
    assert.match(await page.locator(".cm-content").innerText(), /hunter2-hunter2/);
  }));

test("Markdown is in the page's language, with the template, and with the link and the chart", async () => {
  await withPage({}, async (page) => {
    await open(page);
    const issue = await copied(page, "share-issue");
    assert.match(issue, /^### vpcheck: \d+ error/);
    assert.match(issue, /^- \*\*Error:\*\* .*`Missing`.*\(`unknown-reference`, line 10\)$/m);
    assert.match(issue, /```yaml\nParameters:[^]*\n```\n$/);
  });
  await withPage({ lang: "ja" }, async (page) => {
    await open(page);
    const article = await copied(page, "share-article");
    assert.match(article, /^\[このテンプレートを vpcheck で開く\]\(http[^)]*#v1\.[\w-]+\)\n\n```mermaid\n---\ntitle: [^]*\n```\n/);
    assert.match(article, /### vpcheck: エラー \d+ 件/);
    assert.equal(await dialogOf(page).locator("h2").innerText(), "共有");

    // The chart is one that Mermaid draws.
    const chart = /```mermaid\n([^]*?)\n```/.exec(article)[1];
    const drawn = await page.context().newPage();
    await drawn.setContent("<!doctype html><body></body>");
    await drawn.addScriptTag({ path: createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js") });
    assert.ok(await drawn.evaluate((chart) => mermaid.parse(chart).then(Boolean), chart));
    await drawn.close();
  });
});

test("the snippets show the playground in another page as it was chosen", () =>
  withPage({}, async (page, context) => {
    const dialog = await open(page);
    await dialog.getByLabel("View").selectOption("diagram");
    await dialog.getByLabel("Language").selectOption("ja");
    await dialog.getByLabel("Theme").selectOption("dark");
    await dialog.getByRole("checkbox", { name: "Read-only" }).check();
    for (const id of ["share-element", "share-frame"]) {
      const snippet = await copied(page, id);
      const article = await context.newPage();
      await article.route("**/article.html", (route) =>
        route.fulfill({ contentType: "text/html", body: `<!doctype html><title>An article</title><body>${snippet}</body>` }),
      );
      await article.goto(new URL("article.html", pageAddress).href);
      const frame = article.frameLocator("iframe");
      await frame.locator(".page[data-embedded][data-read-only]").waitFor();
      await frame.locator('.tabs.wide button[aria-pressed="true"], .tabs.narrow button[aria-pressed="true"]').first().waitFor({ state: "attached" });
      const root = frame.locator("html");
      assert.deepEqual([await root.getAttribute("lang"), await root.getAttribute("data-theme")], ["ja", "dark"], id);
      assert.equal(await frame.locator(".page").getAttribute("data-pane"), "diagram", id);
      await frame.locator(".cm-content", { hasText: "AWS::Lambda::Function" }).waitFor({ state: "attached" });
      await article.close();
    }
  }));

test("the exports are the JSON and the SARIF of a check", () =>
  withPage({}, async (page) => {
    const dialog = await open(page);
    const saved = async (button, name) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        dialog.getByRole("button", { name: button }).click(),
      ]);
      assert.equal(download.suggestedFilename(), name);
      return JSON.parse(await readFile(await download.path(), "utf8"));
    };
    const { version, files } = await saved("Download JSON", "vpcheck.json");
    assert.equal(version, 1);
    assert.ok(files[0].findings.some(({ rule }) => rule === "unknown-reference"));
    const { runs } = await saved("Download SARIF", "vpcheck.sarif");
    assert.ok(runs[0].results.some(({ ruleId }) => ruleId === "unknown-reference"));
  }));

test("contexts are in no link, and the dialog says so", () =>
  withPage({}, async (page) => {
    await page.locator(".deployed textarea").fill(JSON.stringify({ Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.0.0.0/16" }] }));
    await page.locator(".deployed").getByRole("button", { name: "Add" }).click();
    await page.locator(".context-file").waitFor();
    const dialog = await open(page);
    assert.match(await dialog.locator(".share-note").innerText(), /not in the link/);
    assert.ok(!JSON.stringify(unpacked(await copied(page, "share-link"))).includes("vpc-1"));
  }));

test("the keyboard opens, walks and closes it, and is where it was", () =>
  withPage({}, async (page) => {
    const button = page.locator('.bar-button[aria-haspopup="dialog"]:not(.wide-only)');
    await button.focus();
    await page.keyboard.press("Enter");
    await dialogOf(page).locator(".share-save:enabled").first().waitFor();
    assert.ok(await dialogOf(page).evaluate((dialog) => dialog.contains(document.activeElement)));
    await page.keyboard.press("Escape");
    await dialogOf(page).waitFor({ state: "detached" });
    assert.ok(await button.evaluate((element) => element === document.activeElement));
    await open(page);
    await dialogOf(page).getByRole("button", { name: "Close" }).click();
    await dialogOf(page).waitFor({ state: "detached" });
  }));

test("it fits a phone, and axe finds nothing, in both themes and languages", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "ja"]) {
      await withPage({ lang, colorScheme, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, async (page) => {
        const dialog = await open(page);
        const { wide, over } = await dialog.evaluate((dialog) => ({
          wide: dialog.scrollWidth - dialog.clientWidth,
          over: [...dialog.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > 361).length,
        }));
        assert.deepEqual({ wide, over }, { wide: 0, over: 0 });
        const small = await dialog.locator("button, select, label:has(> input)").evaluateAll((all) =>
          all.map((one) => [one.textContent, one.getBoundingClientRect().height]).filter(([, height]) => height < 44),
        );
        assert.deepEqual(small, []);
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const { violations } = await globalThis.axe.run(document);
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
        });
        assert.deepEqual(violations, [], `${colorScheme} ${lang}`);
      });
    }
  }
});

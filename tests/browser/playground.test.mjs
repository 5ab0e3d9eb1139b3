import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { openPage, pageAddress, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

/** One parameter, and a reference that is a letter away from it. */
const MISSPELT = `Parameters:
  VpcId:
    Type: AWS::EC2::VPC::Id
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: 関数
      VpcId: !Ref VpcIdd
`;

/** Runs `use` on a fresh page, and afterwards wants the page to have done nothing forbidden. */
const withPage = async (options, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    ...options,
    context: { locale: "en-US", ...options.context },
  });
  try {
    await use(page, context, complaints);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const paste = (page, text) =>
  page.locator(".cm-content").evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);

const replaceText = async (page, text) => {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await paste(page, text);
};

const editorText = (page) => page.locator(".cm-content").evaluate((content) => content.innerText);

const link = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

test("a pasted fault is found, fixed in one step, and the step can be undone", () =>
  withPage({}, async (page) => {
    await replaceText(page, MISSPELT);
    const finding = page.locator('.finding[data-rule="unknown-reference"]');
    await finding.waitFor();
    assert.match(await finding.innerText(), /VpcIdd/);
    assert.equal(await page.locator(".cm-lintRange-error").innerText(), "VpcIdd");

    await finding.locator(".show").click();
    const lines = finding.locator(".hunk li");
    assert.match(await lines.filter({ has: page.getByText("removed") }).innerText(), /-[^]*!Ref VpcIdd/);
    assert.match(await lines.filter({ has: page.getByText("added") }).innerText(), /\+[^]*!Ref VpcId$/);
    assert.match(await editorText(page), /!Ref VpcIdd/, "nothing is changed before it is asked for");
    // Nothing is applied before it is proved.
    await finding.locator(".apply:enabled").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".state.good").waitFor();
    assert.match(await editorText(page), /VpcId: !Ref VpcId\n/);

    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+z");
    await finding.waitFor();
    assert.match(await editorText(page), /!Ref VpcIdd/);
  }));

test("the list leads to the editor, and the editor to the list", () =>
  withPage({}, async (page) => {
    await replaceText(page, MISSPELT);
    const finding = page.locator('.finding[data-rule="unknown-reference"]');
    await finding.waitFor();
    await finding.locator(".finding-head").click();
    assert.equal(await page.evaluate(() => document.getSelection().toString()), "VpcIdd");

    await page.keyboard.press("ControlOrMeta+Home");
    await page.locator(".finding[aria-current]").waitFor({ state: "detached" });
    await page.keyboard.press("F8");
    await page.locator(".finding[aria-current]").waitFor();
  }));

test("a hover explains a finding and offers its fix", () =>
  withPage({}, async (page) => {
    await replaceText(page, MISSPELT);
    await page.locator(".cm-lintRange-error").hover();
    const hover = page.locator(".cm-tooltip-lint");
    await hover.waitFor();
    assert.match(await hover.innerText(), /unknown-reference/);
    await hover.locator(".cm-fix").click();
    await page.locator(".finding .apply").click();
    await page.locator(".state.good").waitFor();
  }));

test("a link opens the same template, and follows every change", () =>
  withPage({}, async (page, context) => {
    await replaceText(page, MISSPELT);
    await page.waitForFunction(() => location.hash.startsWith("#v1."));
    const address = page.url();

    const other = await context.newPage();
    await other.goto(address);
    await other.locator('.finding[data-rule="unknown-reference"]').waitFor();
    assert.equal(await editorText(other), await editorText(page));

    await page.locator(".finding .show").click();
    await page.locator(".finding .apply").click();
    await page.waitForFunction((before) => location.href !== before, address);
    await page.reload();
    await page.locator(".state.good").waitFor();
  }));

test("damaged and hostile links are refused in words, and something is shown all the same", async () => {
  const hostile = link({ text: " ".repeat(3 * 1024 * 1024) });
  assert.ok(hostile.length < 10_000);
  for (const [fragment, words] of [
    ["#v1.AAAA", /damaged/],
    [link({ text: MISSPELT }).slice(0, -20), /damaged/],
    ["#v9.AAAA", /version/],
    [hostile, /too large/],
  ]) {
    await withPage({ path: fragment }, async (page) => {
      assert.match(await page.locator(".notice").innerText(), words);
      await page.locator(".finding").first().waitFor();
      assert.ok(page.url().endsWith(fragment), "the link stays in the address to be looked at");
    });
  }
});

test("what was written is not lost when an example or a link takes its place", () =>
  withPage({}, async (page) => {
    await replaceText(page, MISSPELT);
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator(".examples li button").last().click();
    await page.locator(".state.good").waitFor();
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();

    await page.evaluate((fragment) => (location.hash = fragment), link({ text: "Resources: {}\n" }));
    await page.locator(".notice").waitFor();
    assert.match(await editorText(page), /^Resources: \{\}/);
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    assert.match(await editorText(page), /VpcIdd/);
  }));

test("a draft comes back at the next visit, and a link leaves it alone", () =>
  withPage({}, async (page) => {
    await page.locator(".finding").first().waitFor();
    await replaceText(page, MISSPELT);
    await page.waitForFunction(() => localStorage.getItem("vpcheck.draft")?.startsWith("v1."));
    const draft = await page.evaluate(() => localStorage.getItem("vpcheck.draft"));
    const bare = pageAddress;

    // Somebody's link: edited or not, the draft stays.
    await page.goto("about:blank");
    await page.goto(`${bare}#v1.q1YqSa0oUbJSCkotzi8tSk4ttlKorlWqBQA`);
    await page.locator(".cm-content").waitFor();
    await page.locator(".cm-content").press("ControlOrMeta+End");
    await page.keyboard.type("# theirs");
    await page.waitForTimeout(900);
    assert.equal(await page.evaluate(() => localStorage.getItem("vpcheck.draft")), draft);

    await page.goto("about:blank");
    await page.goto(bare);
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
    assert.match(await page.locator(".notice").innerText(), /last visit/);
    await page.getByRole("button", { name: "Start over" }).click();
    await page.locator('.finding[data-rule="missing-endpoint"]').waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem("vpcheck.draft")), null);
  }));

test("every example opens without an error of the page", () =>
  withPage({}, async (page) => {
    const count = await page.locator(".examples li").count();
    assert.ok(count >= 4);
    for (let index = 0; index < count; index += 1) {
      await page.getByRole("button", { name: "Examples" }).click();
      await page.locator(".examples li button").nth(index).click();
      // An example about money opens with the costs, and the next one stays there.
      await page.locator(".tabs.wide button").first().click();
      await page.locator(".list .counts, .list .state.good").first().waitFor();
    }
  }));

test("language and theme are chosen once and kept", () =>
  withPage({ path: "?lang=ja", context: { colorScheme: "light" } }, async (page) => {
    const root = page.locator("html");
    assert.equal(await root.getAttribute("lang"), "ja");
    await page.locator(".bar-button[lang=en]").click();
    assert.equal(await root.getAttribute("lang"), "en");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: /Theme/ }).click();
    await page.getByRole("button", { name: /Theme/ }).click();
    assert.equal(await root.getAttribute("data-theme"), "dark");
    assert.notEqual(await ground(), light);
    await page.reload();
    await page.locator(".cm-content").waitFor();
    assert.equal(await root.getAttribute("lang"), "en");
    assert.equal(await root.getAttribute("data-theme"), "dark");
  }));

test("a browser that asks for Japanese gets it", () =>
  withPage({ context: { locale: "ja-JP" } }, async (page) => {
    assert.match(await page.locator(".tagline").innerText(), /外へ送られません/);
    await page.locator(".finding").first().waitFor();
    assert.match(await page.locator(".counts").innerText(), /エラー 2 件/);
  }));

test("a rule's document is fetched when it is asked for", () =>
  withPage({}, async (page) => {
    const fetched = [];
    page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    await page.locator(".finding").first().waitFor();
    await page.locator(".finding .about").first().click();
    const document = page.locator("dialog.document[open]");
    await document.locator("h2").first().waitFor();
    assert.ok(fetched.some((path) => path.endsWith("rules/missing-endpoint.md")), fetched.join(" "));
    assert.ok(fetched.some((path) => path.endsWith("document.js")), fetched.join(" "));
    await page.keyboard.press("Escape");
    await page.locator("dialog.document[open]").waitFor({ state: "detached" });
  }));

test("the analysis runs beside the page, and the last keystroke wins", () =>
  withPage({}, async (page) => {
    await page.locator(".finding").first().waitFor();
    // One for findings, and one for what comes after them.
    const count = () => page.workers().length;
    assert.ok([1, 2].includes(count()), count());
    await replaceText(page, MISSPELT);
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("  Other:\n  Type: AWS::SNS::Topic\nTags: !Ref Vpcid\n", { delay: 5 });
    await page.waitForFunction(() => document.querySelectorAll(".cm-lintRange-error").length >= 2);
    assert.ok([1, 2].includes(count()), count());
  }));

test("without a worker the page analyses for itself", async () => {
  const { context, page } = await openPage(browser, { until: ".cm-content" });
  await page.route("**/worker.js", (route) => route.abort());
  await page.reload();
  await page.locator(".finding").first().waitFor();
  await replaceText(page, MISSPELT);
  await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
  await context.close();
});

test("a worker that breaks down is replaced, and the user is told", async () => {
  const broken = `
    self.onmessage = ({ data }) => self.postMessage(data.module ? { ready: true } : { sequence: data.sequence });`;
  const answer = (route) => route.fulfill({ contentType: "text/javascript", body: broken });
  const { context, page } = await openPage(browser, {
    until: ".cm-content",
    prepare: (context) => context.route("**/worker.js", answer, { times: 1 }),
  });
  await page.locator(".notice").waitFor();
  assert.match(await page.locator(".notice").innerText(), /broke down/);
  await replaceText(page, MISSPELT);
  await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
  await context.close();
});

test("a phone shows one half at a time, with targets for thumbs and nothing cut off", () =>
  withPage({ context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } }, async (page) => {
    await page.locator(".tabs.narrow .tab-count").waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, 360);
    const size = await page.locator(".cm-content").evaluate((content) => parseFloat(getComputedStyle(content).fontSize));
    assert.ok(size >= 16, `${size} px would make a phone zoom in`);

    await page.getByRole("button", { name: /Findings/ }).tap();
    await page.locator(".finding").first().waitFor();
    const small = await page.locator(".page button:visible").evaluateAll((buttons) =>
      buttons
        .filter((button) => !button.closest(".finding-head, .cm-editor") && !button.matches(".finding-head"))
        .map((button) => ({ name: button.innerText, height: button.getBoundingClientRect().height }))
        .filter(({ height }) => height < 44),
    );
    assert.deepEqual(small, []);

    await page.locator(".finding-head").first().tap();
    await page.locator(".cm-label-primary").waitFor();
    assert.ok(await page.locator(".cm-label-primary").isVisible());
    await page.locator(".at-cursor .fix").tap();
    const decide = page.locator(".decide button");
    for (const button of await decide.all()) assert.ok((await button.boundingBox()).height >= 44);
    await page.locator(".finding .apply").tap();
    await page.locator('.finding[data-rule="missing-endpoint"]').waitFor({ state: "detached" });
  }));

test("axe finds nothing to complain of, in both themes and languages", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "ja"]) {
      await withPage({ path: `?lang=${lang}`, context: { colorScheme } }, async (page) => {
        await page.locator(".finding").first().waitFor();
        const check = async (state) => {
          const violations = await page.evaluate(async () => {
            const { violations } = await globalThis.axe.run(document);
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
          });
          assert.deepEqual(violations, [], `${colorScheme} ${lang} ${state}`);
        };
        await page.evaluate(axe);
        await check("with a finding");
        await page.locator(".finding .about").first().click();
        await page.locator("dialog.document[open] h2").first().waitFor();
        await check("with a document");
      });
    }
  }
});

// Fixes in the page: what they change is seen first, all safe ones are one step, and each step can be taken back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const MISSPELT_TWICE = `Parameters:
  Name: {Type: String} # 名前
Resources:
  One:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref Nmae}
  Other:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref Naem}
`;

const SYNTHESIZED = JSON.stringify(
  {
    Parameters: { Name: { Type: "String" } },
    Resources: {
      Topic: {
        Type: "AWS::SNS::Topic",
        Properties: { TopicName: { Ref: "Nmae" } },
        Metadata: { "aws:cdk:path": "Stack/Topic" },
      },
    },
  },
  null,
  2,
);

const link = (text) => `#v1.${deflateRawSync(JSON.stringify({ text })).toString("base64url")}`;

const withTemplate = async (text, options, act) => {
  const { page, context, complaints } = await openPage(browser, { ...options, path: `${options.path ?? ""}${link(text)}` });
  try {
    await act(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const editorText = (page) => page.locator(".cm-content").evaluate((content) => content.innerText);

test("all safe fixes are one step, which the notice takes back", () =>
  withTemplate(MISSPELT_TWICE, {}, async (page) => {
    const all = page.locator(".fix-all");
    await all.waitFor();
    assert.equal(await all.innerText(), "Apply all safe fixes (2)");
    const text = await editorText(page);
    await all.click();
    await page.locator(".state.good").waitFor();
    assert.match(await page.locator(".notice").innerText(), /2 safe fixes are applied/);
    assert.equal(await page.locator(".outcome li").count(), 2);
    assert.equal(await editorText(page), text.replace("Nmae", "Name").replace("Naem", "Name"));
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator(".finding").nth(1).waitFor();
    assert.equal(await editorText(page), text);
  }));

test("a change is seen before it is made, and can be left", () =>
  withTemplate(MISSPELT_TWICE, {}, async (page) => {
    const finding = page.locator(".finding").first();
    await finding.waitFor();
    const text = await editorText(page);
    await finding.locator(".show").focus();
    await page.keyboard.press("Enter");
    await finding.locator(".hunk li").first().waitFor();
    const kinds = await finding.locator(".hunk li").evaluateAll((lines) => lines.map((line) => line.dataset.kind));
    assert.deepEqual(kinds, ["kept", "kept", "removed", "added", "kept", "kept"]);
    assert.equal(await page.evaluate(() => document.activeElement.className), "difference");
    await finding.getByRole("button", { name: "Cancel" }).click();
    assert.match(await page.evaluate(() => document.activeElement.className), /show/);
    assert.equal(await editorText(page), text);
  }));

// The comment would stay, and suppress nothing.
const REFUSED = `Resources:
  A:
    Type: AWS::SNS::Topic
    # vpcheck: allow(unknown-reference) it comes later
    Properties: {TopicName: !Ref Nmae}
    Properties: {TopicName: y}
`;

test("a fix is proved before it can be applied, and says what was proved", () =>
  withTemplate(MISSPELT_TWICE, {}, async (page) => {
    await page.locator(".finding .show").first().click();
    const proof = page.locator('.finding [data-proof="proved"]');
    await proof.waitFor();
    assert.match(await proof.innerText(), /the finding is gone, and no other error or warning comes/);
    assert.equal(await page.locator(".finding .apply").isEnabled(), true);
  }));

test("a fix that does not stand its proof is refused", () =>
  withTemplate(REFUSED, {}, async (page) => {
    const finding = page.locator('.finding[data-rule="duplicate-key"]');
    await finding.waitFor();
    const text = await editorText(page);
    await finding.locator(".show").click();
    const refused = finding.locator('[data-proof="refused"]');
    await refused.waitFor();
    assert.match(await refused.innerText(), /another finding would come, invalid-suppression/);
    assert.equal(await finding.locator(".apply").isDisabled(), true);
    await finding.locator(".apply").dispatchEvent("click");
    assert.equal(await editorText(page), text);
  }));

test("what the AWS CDK wrote is told to have its source elsewhere", () =>
  withTemplate(SYNTHESIZED, {}, async (page) => {
    await page.locator(".synthesized").waitFor();
    assert.match(await page.locator(".synthesized").innerText(), /AWS CDK/);
  }));

test("axe finds nothing to complain of while a change is looked at", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "ja"]) {
      await withTemplate(MISSPELT_TWICE, { path: `?lang=${lang}`, context: { colorScheme } }, async (page) => {
        await page.locator(".finding .show").first().click();
        await page.locator(".hunk").waitFor();
        await page.locator("[data-proof=proved]").waitFor();
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

// Links come from strangers. Whatever is in one, the page refuses it in words or shows it as plain text, and works on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { openPage, pageAddress, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const packed = (bytes) => `#v1.${deflateRawSync(bytes).toString("base64url")}`;
const link = (state) => packed(JSON.stringify(state));

const SCRIPT = "<script>globalThis.hit = true</script><img src=x onerror='globalThis.hit = true'>";
const NAMED = (name) => `Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Description: ${JSON.stringify(name)}
      Role: !Ref ${JSON.stringify(name)}
      VpcConfig:
        SubnetIds: [!Ref ${JSON.stringify(name)}]
        SecurityGroupIds: [sg-1]
`;
const WHOLE = link({ text: NAMED("a") });

/** Links that hold no state: the page says why, leaves the address to be looked at, and shows something all the same. */
const REFUSED = [
  ["nothing after the version", "#v1.", /damaged/],
  ["cut off in the middle", WHOLE.slice(0, WHOLE.length / 2), /damaged/],
  ["cut off by a letter", WHOLE.slice(0, -1), /damaged/],
  ["another version", `#v2.${WHOLE.slice(4)}`, /version/],
  ["no version", "#hello", /version/],
  ["base64 of the other alphabet", "#v1.+/+/", /damaged/],
  ["base64 with padding", "#v1.q1YqSa0o==", /damaged/],
  ["a percent sign alone", "#v1.%", /damaged/],
  ["characters of other scripts", `#v1.${encodeURIComponent("あいう")}`, /damaged/],
  ["a bomb of two megabytes and more", packed(Buffer.alloc(3 << 20, " ")), /too large/],
  ["a bomb of a hundred megabytes", packed(Buffer.alloc(100 << 20)), /too large/],
  ["no JSON", packed("text: Resources"), /damaged/],
  ["JSON without an end", packed('{"text":"Resources'), /damaged/],
  ["a list", packed("[]"), /damaged/],
  ["no text", packed('{"region":"eu-west-1"}'), /damaged/],
  ["a text that is a number", packed('{"text":1}'), /damaged/],
  ["a value that is a huge number", packed('{"text":"","parameters":{"A":1e999}}'), /damaged/],
  ["bytes that are no UTF-8", packed(Buffer.from('{"text":"\xff\xfe"}', "latin1")), /damaged/],
  ["half of a pair", packed('{"text":"\\ud800"}'), /damaged/],
  ["a member twice", packed('{"text":"a","text":"b"}'), /damaged/],
  ["brackets in brackets", packed(`{"text":"","later":${"[".repeat(200_000)}`), /damaged/],
];

/** Links that hold one, however odd: what is in it is shown and does nothing. */
const OPENED = [
  ["unknown members", link({ text: NAMED("a"), later: { deep: [1, { 2: null }] }, view: "everything" })],
  ["markup as text", link({ text: NAMED(SCRIPT) })],
  ["markup as names", link({ text: NAMED("a"), parameters: { [SCRIPT]: SCRIPT }, region: SCRIPT, from: SCRIPT, to: SCRIPT })],
  ["the names of JavaScript's own", `${packed('{"text":"Resources:\\n  __proto__:\\n    Type: AWS::Lambda::Function\\n  constructor:\\n    Type: AWS::EC2::VPC\\n","parameters":{"__proto__":"x","toString":"y"},"cost":{"__proto__":"1","constructor":"2"}}')}`],
  ["huge integers", link({ text: "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties:\n      MemorySize: 999999999999999999999999999\n      ReservedConcurrentExecutions: -9223372036854775809\n", cost: { gb: "9".repeat(400), "price:us-east-1:nat-gateway-hour": "1e400" }, view: "cost" })],
  ["characters that turn the direction", link({ text: NAMED("\u202eabc\u2066\u0000\u0007") })],
  ["a character of two units", link({ text: NAMED("𠮷野家👩‍👩‍👧‍👦") })],
  ["ten thousand resources", link({ text: `Resources:\n${Array.from({ length: 10_000 }, (_, at) => `  A${at}:\n    Type: AWS::SNS::Topic\n`).join("")}` })],
  ["aliases of aliases", link({ text: `a: &a [x, x]\n${Array.from({ length: 25 }, (_, at) => `b${at}: &b${at} [*${at ? `b${at - 1}` : "a"}, *${at ? `b${at - 1}` : "a"}]`).join("\n")}\nResources: {}\n` })],
];

const withPage = async (use) => {
  const { context, page, complaints } = await openPage(browser, { until: ".cm-content", context: { locale: "en-US" } });
  page.setDefaultTimeout(20_000);
  try {
    await use(async (fragment) => {
      // A page of its own each time, and not a change of the fragment.
      await page.goto("about:blank");
      await page.goto(new URL(fragment, pageAddress).href);
      await page.locator(".cm-content").waitFor();
      return page;
    });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

test("what holds no state is refused in words", () =>
  withPage(async (open) => {
    for (const [name, fragment, words] of REFUSED) {
      const page = await open(fragment);
      assert.match(await page.locator(".notice").innerText(), words, name);
      await page.locator(".finding").first().waitFor();
      assert.ok(page.url().endsWith(fragment), `${name}: the link stays to be looked at`);
    }
  }));

test("what holds one is shown and does nothing", () =>
  withPage(async (open) => {
    for (const [name, fragment] of OPENED) {
      const page = await open(fragment);
      await page.waitForFunction(() => document.querySelector(".list :is(.counts, .state, .cost, .answer)"), undefined, {
        timeout: 15_000,
      });
      assert.equal(await page.evaluate(() => globalThis.hit), undefined, name);
      assert.equal(await page.evaluate(() => ({}).x ?? Object.prototype.toString.call([])), "[object Array]", name);
      assert.equal(await page.locator(".list :is(script, img)").count(), 0, name);
      for (const part of [1, 2, 4]) {
        await page.locator(".tabs.wide button").nth(part).click();
        await page.waitForTimeout(150);
      }
      assert.equal(await page.evaluate(() => globalThis.hit), undefined, name);
    }
  }));

test("a template of a megabyte is read, and the page answers meanwhile", () =>
  withPage(async (open) => {
    const page = await open("");
    await page.locator(".finding").first().waitFor();
    let text = "Resources:\n";
    for (let at = 0; text.length < 990_000; at += 1) {
      text += `  Topic${at}:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: a name that takes some room ${at}\n`;
    }
    await page.evaluate((text) => {
      globalThis.longest = 0;
      let last = performance.now();
      const frame = (now) => {
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "large.yaml"));
      const event = (kind) => new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event("dragover"));
      document.body.dispatchEvent(event("drop"));
    }, text);
    await page.locator(".notice").filter({ hasText: "large.yaml: the template" }).waitFor();
    await page.locator(".list :is(.state.good, .counts), .notice:has-text('too long')").first().waitFor();
    const longest = await page.evaluate(() => globalThis.longest);
    assert.ok(longest < 5_000, `nothing moved for ${Math.round(longest)} ms`);
  }));

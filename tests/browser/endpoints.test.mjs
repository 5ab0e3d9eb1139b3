// The endpoint panel: what is called and how, what to add, and that what is added is proved, and can be taken back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { openPage, startBrowser } from "./browser.mjs";

let browser;
let template;
before(async () => {
  browser = await startBrowser();
  template = await readFile(new URL("../../web/examples/nat.yaml", import.meta.url), "utf8");
});
after(() => browser?.close());

const link = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

/** Opens a link with the endpoints in view, and afterwards wants the page to have done nothing forbidden. */
const withEndpoints = async ({ state = {}, context: options = {} } = {}, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    path: link({ text: template, view: "endpoints", ...state }),
    context: { locale: "en-US", ...options },
  });
  try {
    await page.locator(".endpoints[aria-busy=false], .endpoints .state").first().waitFor();
    await use(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const editorText = (page) =>
  page.evaluate(async () => {
    const content = document.querySelector(".cm-content");
    return content.cmTile?.view?.state.doc.toString() ?? content.cmView?.view?.state.doc.toString() ?? content.innerText;
  });

const service = (page, name) => page.locator(`.service[data-service="${name}"]`);

/** Opens an offer, waits until it is proved, and applies it. */
const apply = async (offer) => {
  await offer.locator(".show").click();
  await offer.locator("[data-proof=proved]").waitFor();
  const told = await offer.locator("[data-proof=proved]").innerText();
  await offer.locator(".apply").click();
  return told;
};

test("an example's services are told with callers, way, endpoint and money", () =>
  withEndpoints({}, async (page) => {
    const names = await page.locator(".service h3").allInnerTexts();
    assert.deepEqual(names, ["s3", "sqs", "sns", "secretsmanager"]);
    const sqs = service(page, "sqs");
    assert.match(await sqs.locator(".service-head").innerText(), /through NAT:\s*NatGateway/);
    assert.match(await sqs.locator(".calls").innerText(), /ReportFunction/);
    // 730 hours, two zones, $0.014
    assert.match(await sqs.locator(".price").innerText(), /\$20\.44 by the hour/);
    assert.match(await sqs.locator(".price").innerText(), /beside NAT it pays from 393 GB/);
    assert.match(await service(page, "s3").locator(".price").innerText(), /free/);
    const sums = await page.locator(".totals tr[data-plan] th").allInnerTexts();
    assert.equal(sums.length, 3);
    const plan = page.locator(".plan");
    assert.match(await plan.innerText(), /nothing that is called needs the internet/);
    assert.match(await plan.innerText(), /NatGateway\s*NatAddress\s*PrivateDefault/);
    assert.match(await plan.innerText(), /They cost a month: \$4\d\.\d\d – \$\d+/);
  }));

test("functions, services and gateways lead to the text", () =>
  withEndpoints({}, async (page) => {
    const selected = () => page.evaluate(() => document.getSelection().toString());
    const sqs = service(page, "sqs");
    await sqs.locator(".calls .place").first().click();
    assert.equal(await selected(), "ReportFunction");
    await sqs.locator(".service-head .names .place").click();
    assert.equal(await selected(), "NatGateway");
    await sqs.locator("h3 .place").click();
    assert.match(await selected(), /Jobs|SQS|QUEUE/i);
  }));

test("an endpoint is looked at, proved, added in one step, and then it is the way", () =>
  withEndpoints({}, async (page) => {
    const before = await editorText(page);
    const sqs = service(page, "sqs");
    await sqs.locator(".show").click();
    assert.match(await sqs.locator(".hunk").first().innerText(), /SqsEndpoint/);
    await sqs.getByRole("button", { name: "Cancel" }).click();
    assert.equal(await editorText(page), before);
    const told = await apply(sqs.locator(".offer"));
    assert.match(told, /reached through an endpoint.*: sqs/);
    await page.locator('.service[data-service="sqs"][data-today="endpoint"]').waitFor();
    assert.match(await sqs.locator(".service-head").innerText(), /through\s*SqsEndpoint/);
    assert.equal(await sqs.locator(".offer").count(), 0);
    assert.ok((await editorText(page)).includes("SqsEndpoint"));
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator('.service[data-service="sqs"][data-today="nat"]').waitFor();
    assert.equal(await editorText(page), before);
  }));

test("the plan without NAT is applied as a whole, and taken back as a whole", () =>
  withEndpoints({}, async (page) => {
    const before = await editorText(page);
    const told = await apply(page.locator(".plan .offer"));
    assert.match(told, /no NAT gateway is left/);
    await page.locator('.service[data-today="endpoint"]').nth(3).waitFor();
    assert.equal(await page.locator(".service .offer").count(), 0);
    const text = await editorText(page);
    for (const id of ["NatGateway:", "NatAddress:", "PrivateDefault:"]) {
      assert.ok(before.includes(id) && !text.includes(id), id);
    }
    assert.match(await page.locator(".plan").innerText(), /As it is, nothing that is called needs the internet/);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+z");
    await page.locator('.service[data-today="nat"]').nth(3).waitFor();
    assert.equal(await editorText(page), before);
  }));

test("all endpoints are added at once", () =>
  withEndpoints({}, async (page) => {
    const all = page.locator(".vpc > .offer");
    assert.match(await all.innerText(), /Add all 4 endpoints that are needed for no NAT/);
    await apply(all);
    await page.locator('.service[data-today="endpoint"]').nth(3).waitFor();
    assert.match(await page.locator(".plan").innerText(), /Can go then/);
  }));

test("amounts are those of the traffic that the cost tab has, and the link keeps the tab", () =>
  withEndpoints({ state: { cost: { gb: "400" } } }, async (page, context) => {
    assert.equal(await page.locator(".totals thead th").innerText(), "400 GB");
    // A quarter of the traffic at $0.01.
    assert.match(await service(page, "sqs").locator(".price").innerText(), /\$21\.44 a month, of it \$20\.44/);
    await page.getByRole("button", { name: "日本語" }).click();
    await page.locator(".price", { hasText: "無料" }).waitFor();
    await page.waitForTimeout(1500);
    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator(".endpoints .totals").waitFor();
    await other.close();
  }));

test("a text that changes while a change is looked at closes it", () =>
  withEndpoints({}, async (page) => {
    await service(page, "sqs").locator(".show").click();
    await page.locator("[data-proof=proved]").waitFor();
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("# more");
    await page.locator(".difference").waitFor({ state: "detached" });
    await service(page, "sqs").locator(".show:enabled").waitFor();
  }));

test("what is open says what settles it, and what cannot be added says why", async () => {
  const text = `Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Group: {Type: 'AWS::EC2::SecurityGroup::Id'}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      CodeUri: .
      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}
      Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}}]
      Environment: {Variables: {QUEUE: !Ref Queue}}
`;
  await withEndpoints({ state: { text } }, async (page) => {
    const sqs = service(page, "sqs");
    assert.equal(await sqs.getAttribute("data-today"), "unknown");
    await page.locator(".needs").waitFor();
    await page.locator(".vpc > .settle .place").first().click();
    assert.match(await page.evaluate(() => document.activeElement.closest(".field, .subnets").innerText), /no default/);
  });
  await withEndpoints({ state: { text, assumed: { Subnets: "isolated" } } }, async (page) => {
    assert.match(await service(page, "sqs").locator(".why-not").innerText(), /Cannot be added here/);
    await service(page, "sqs").locator(".by-hand summary").click();
    assert.match(await page.locator(".by-hand pre").innerText(), /AWS::EC2::VPCEndpoint/);
  });
});

test("names as long as the CDK makes them stay inside a phone", () => {
  const long = (text) => text.replaceAll("PrivateDefault", `PrivateDefault${"InlineVpcSubnetRoute".repeat(4)}`);
  const state = { text: long(template).replaceAll("ReportFunction", `Report${"LongNameOfAFunction".repeat(4)}`) };
  return withEndpoints({ state, context: { viewport: { width: 360, height: 740 } } }, async (page) => {
    const over = await page.locator(".endpoints .place").evaluateAll((names) =>
      names.filter((name) => name.getBoundingClientRect().right > name.closest("section").getBoundingClientRect().right).length,
    );
    assert.equal(over, 0);
  });
});

test("where there is nothing to say that is said", () =>
  withEndpoints({ state: { text: "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n" } }, async (page) => {
    assert.match(await page.locator(".endpoints .state").innerText(), /No endpoint is missing here/);
  }));

test("all that the panel says is Japanese in Japanese", () =>
  withEndpoints({ context: { locale: "ja-JP" } }, async (page) => {
    const told = await page.locator(".endpoints").evaluate((panel) => {
      const copy = panel.cloneNode(true);
      for (const name of copy.querySelectorAll("code, .place, pre, .difference")) name.remove();
      return copy.textContent;
    });
    const words = told.replaceAll(/\b(NAT|GB|VPC|AWS|IAM|S3|DNS|sqs|s3|sns|secretsmanager|dynamodb|[A-Z]\w*)\b/g, "");
    assert.ok(!/[a-z]{4,}( [a-z]+)+/.test(words), words);
  }));

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const width of [360, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const locale of ["en-US", "ja-JP"]) {
      test(`endpoints are accessible and fit: ${width}, ${colorScheme}, ${locale}`, () =>
        withEndpoints({ context: { viewport: { width, height: 800 }, colorScheme, locale } }, async (page) => {
          await page.locator(".plan .show").click();
          await page.locator("[data-proof=proved]").waitFor();
          const widths = await page.evaluate(() => {
            const list = document.querySelector(".half.list");
            return [
              document.documentElement.scrollWidth - innerWidth,
              list.scrollWidth - list.clientWidth,
              ...[...document.querySelectorAll(".endpoints table, .service, .plan")].map((element) => {
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
  }
}

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

/** One function in one zone, with a database beside it, and subnets of which a part is a parameter. */
const ONE = `# 値
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Private:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: g, VpcId: !Ref Vpc}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBInstanceClass: db.t4g.small}
  Report:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::123456789012:role/report
      Environment: {Variables: {DB_HOST: !GetAtt Database.Endpoint.Address}}
      VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Group]}
`;

const SEVERAL = `Parameters:
  SubnetIds: {Type: List<AWS::EC2::Subnet::Id>}
${ONE.replace("# 値\n", "")}  Mail:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::123456789012:role/mail
      VpcConfig: {SubnetIds: !Ref SubnetIds, SecurityGroupIds: [!Ref Group]}
  Plain:
    Type: AWS::Lambda::Function
    Properties: {Role: arn:aws:iam::123456789012:role/plain}
`;

const link = (text) => `#v1.${deflateRawSync(JSON.stringify({ text })).toString("base64url")}`;

const withChecklist = async (text, { path = "", ...options }, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    path: `${path}${link(text)}`,
    context: { locale: "en-US", ...options },
  });
  try {
    await page.locator(".checklist").waitFor({ state: "attached" });
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const question = (page, name) => page.locator(`.check-item[data-question=${name}]`);

const selection = (page) => page.evaluate(() => document.getSelection().toString());

test("six questions are answered above the findings, each with its evidence", () =>
  withChecklist(ONE, {}, async (page) => {
    assert.equal(await page.locator(".check-item").count(), 6);
    const above = await page.evaluate(() => {
      const top = (selector) => document.querySelector(selector).getBoundingClientRect().top;
      return top(".checklist") < top(".findings");
    });
    assert.ok(above, "the checklist comes first");

    const need = question(page, "vpc-needed");
    assert.equal(await need.getAttribute("data-status"), "pass");
    assert.match(await need.locator("summary").innerText(), /pass[\s\S]*The VPC is needed/i);
    assert.equal(await need.locator("summary svg").count(), 1, "told by a shape too");
    await need.locator("summary").click();
    assert.match(await need.locator(".evidence").first().innerText(), /reaches Database inside the VPC/);
    await need.locator("button.place").first().click();
    assert.match(await selection(page), /Database/);
    assert.equal(await page.locator(".finding[aria-current]").count(), 0);
  }));

test("what fails leads to the finding that says so, in the list and in the text", () =>
  withChecklist(ONE, {}, async (page) => {
    const zones = question(page, "two-zones");
    assert.equal(await zones.getAttribute("data-status"), "fail");
    await zones.locator("summary").focus();
    await page.keyboard.press("Enter");
    await zones.locator("button.place").first().click();
    await page.locator('.finding[data-rule="single-zone-function"][aria-current]').waitFor();
    assert.match(await selection(page), /VpcConfig/);
  }));

test("several functions are folded, and a field settles what is unknown", () =>
  withChecklist(SEVERAL, {}, async (page) => {
    assert.equal(await page.locator(".checks").count(), 2);
    assert.equal(await page.locator(".checks[open]").count(), 0);
    assert.match(await page.locator(".checklist-outside").innerText(), /Not in a VPC: Plain/);
    const mail = page.locator('.checks[data-function="Mail"]');
    assert.match(await mail.locator("> summary").innerText(), /unknown/);
    await mail.locator("> summary").click();
    const zones = mail.locator(".check-item[data-question=two-zones]");
    await zones.locator("summary").click();
    await zones.getByRole("button", { name: "Fill in" }).click();
    // The form comes with the paths, a moment after the findings.
    await page.locator('[data-kind="private-nat"]:focus').waitFor();
    await page.keyboard.press("Enter");
    await mail.locator('.check-item[data-question=two-zones][data-status=pass]').waitFor();
    assert.match(await zones.innerText(), /taken to be two private subnets/);
  }));

/** Six answers that pass, a database whose group lets nobody in, and name servers on premises to be told of an endpoint. */
const BESIDES = `Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1a}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: us-east-1b}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: c, VpcId: !Ref Vpc}}
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBInstanceClass: db.t4g.small, Port: 5432, DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Closed]}}
  Report:
    Type: AWS::Lambda::Function
    Properties:
      ReservedConcurrentExecutions: 5
      Role: arn:aws:iam::123456789012:role/report
      Environment: {Variables: {DB_HOST: !GetAtt Database.Endpoint.Address}}
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}
  Dns: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 192.168.0.0/16}, {IpProtocol: tcp, FromPort: 53, ToPort: 53, CidrIp: 192.168.0.0/16}]}}
  In: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: INBOUND, SecurityGroupIds: [!Ref Dns], IpAddresses: [{SubnetId: !Ref A, Ip: 10.0.1.53}, {SubnetId: !Ref B, Ip: 10.0.2.53}]}}
`;

test("answers that pass do not hide an error about what the function calls", () =>
  withChecklist(BESIDES, {}, async (page) => {
    const card = page.locator(".checks");
    assert.match(await card.locator("> summary").innerText(), /but 1 error concerns it or its calls/);
    assert.equal(await card.locator("> summary svg").getAttribute("data-status"), "fail");
    await card.evaluate((details) => (details.open = true));
    assert.match(await card.locator(".besides").innerText(), /cannot reach/);
    await card.locator(".besides button.place").click();
    await page.locator('.finding[data-rule="unreachable-destination"][aria-current]').waitFor();
  }));

test("what is to be done outside of the template stands under the findings, in both languages", async () => {
  for (const [lang, title, what] of [
    ["en", "To be done outside of the template", /inbound endpoint In at 10\.0\.1\.53, 10\.0\.2\.53/],
    ["ja", "テンプレート以外で必要な作業", /In \(10\.0\.1\.53, 10\.0\.2\.53\) に転送/],
  ]) {
    await withChecklist(BESIDES, { path: `?lang=${lang}` }, async (page) => {
      // It comes with the paths, a moment after the findings.
      const notes = page.locator('[data-notes="actions"]');
      await notes.waitFor();
      assert.equal(await notes.locator("h2").innerText(), title);
      assert.match(await notes.innerText(), what);
    });
  }
});

test("a template without a function in a VPC has no checklist", async () => {
  const text = "Resources:\n  Plain: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n";
  const { context, page } = await openPage(browser, { until: ".cm-content", path: link(text) });
  await page.locator(".list .state.good, .list .counts").waitFor();
  assert.equal(await page.locator(".checklist").count(), 0);
  await context.close();
});

test("on a phone the checklist fits, its lines are for thumbs, and a place shows the text", () =>
  withChecklist(ONE, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, async (page) => {
    await page.getByRole("button", { name: /Findings/ }).tap();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await question(page, "vpc-needed").locator("summary").tap();
    const small = await page.locator(".checklist summary:visible, .checklist button:visible").evaluateAll((targets) =>
      targets
        .map((target) => ({ name: target.innerText, height: target.getBoundingClientRect().height }))
        .filter(({ height }) => height < 43.9),
    );
    assert.deepEqual(small, []);
    const cut = await page.locator(".checklist *").evaluateAll((parts) =>
      parts.filter((part) => part.getBoundingClientRect().right > innerWidth).map((part) => part.className),
    );
    assert.deepEqual(cut, []);
    await question(page, "vpc-needed").locator("button.place").first().tap();
    assert.equal(await page.locator(".page").getAttribute("data-pane"), "template");
  }));

test("axe finds nothing to complain of in the checklist, in both themes and languages", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "ja"]) {
      await withChecklist(SEVERAL, { path: `?lang=${lang}`, colorScheme }, async (page) => {
        await page.locator(".checklist details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
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

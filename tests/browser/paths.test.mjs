import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";
import { deflateRawSync } from "node:zlib";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

/** One function, a database that admits another port than its own, and subnets that only a parameter knows. */
const TEMPLATE = `# 経路
Parameters:
  SubnetIds:
    Type: List<AWS::EC2::Subnet::Id>
  VpcId:
    Type: AWS::EC2::VPC::Id
Resources:
  ReportGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: the function
      VpcId: !Ref VpcId
  DatabaseGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: the database
      VpcId: !Ref VpcId
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 3306
          ToPort: 3306
          SourceSecurityGroupId: !Ref ReportGroup
  DatabaseSubnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties:
      DBSubnetGroupDescription: those of the function
      SubnetIds: !Ref SubnetIds
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      DBInstanceClass: db.t4g.small
      DBSubnetGroupName: !Ref DatabaseSubnets
      VPCSecurityGroups: [!Ref DatabaseGroup]
  Report:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: report.handler
      Role: arn:aws:iam::123456789012:role/report
      Code: {ZipFile: ""}
      VpcConfig:
        SubnetIds: !Ref SubnetIds
        SecurityGroupIds: [!Ref ReportGroup]
`;

/** What describe calls print of a VPC with one isolated subnet. */
const DESCRIBED = {
  Vpcs: [
    {
      VpcId: "vpc-0a",
      CidrBlock: "10.9.0.0/16",
      CidrBlockAssociationSet: [{ CidrBlock: "10.9.0.0/16", CidrBlockState: { State: "associated" } }],
    },
  ],
  Subnets: [{ SubnetId: "subnet-0a", VpcId: "vpc-0a", CidrBlock: "10.9.1.0/24", AvailabilityZone: "eu-west-1a" }],
  RouteTables: [
    {
      RouteTableId: "rtb-0a",
      VpcId: "vpc-0a",
      Associations: [{ Main: true, RouteTableId: "rtb-0a" }],
      Routes: [{ DestinationCidrBlock: "10.9.0.0/16", GatewayId: "local", State: "active" }],
    },
  ],
  NetworkAcls: [
    {
      NetworkAclId: "acl-0a",
      VpcId: "vpc-0a",
      IsDefault: true,
      Associations: [{ NetworkAclId: "acl-0a", SubnetId: "subnet-0a" }],
      Entries: [true, false].map((Egress) => ({
        Egress,
        CidrBlock: "0.0.0.0/0",
        Protocol: "-1",
        RuleAction: "allow",
        RuleNumber: 100,
      })),
    },
  ],
};

const link = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

/** Opens a link with the paths in view, and afterwards wants the page to have done nothing forbidden. */
const withPaths = async ({ state = {}, ...options }, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    path: link({ text: TEMPLATE, ...state }),
    ...options,
    context: { locale: "en-US", ...options.context },
  });
  try {
    await page.getByRole("button", { name: /^(Paths|経路)/ }).click();
    await page.locator(".answer").waitFor();
    await use(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const answer = (page, verdict) => page.locator(`.answer[data-verdict=${verdict}]`);

const selection = (page) => page.evaluate(() => document.getSelection().toString());

test("what is blocked is shown first, and a step leads to its text", () =>
  withPaths({}, async (page) => {
    await answer(page, "blocked").waitFor();
    assert.equal(await page.locator("#path-from").inputValue(), "Report");
    assert.equal(await page.locator("#path-to").inputValue(), "Database:5432");
    const blocker = page.locator('.step[data-fate="stopped"]').first();
    assert.match(await blocker.innerText(), /DatabaseGroup/);
    assert.match(await blocker.innerText(), /ENI_SG_RULES_MISMATCH/);

    await blocker.locator("button").click();
    assert.match(await selection(page), /DatabaseGroup|SecurityGroupIngress|IpProtocol/);
    await page.locator('.step[aria-current="true"]').waitFor();

    const group = page.locator(".step", { hasText: "ReportGroup" }).first().locator("button");
    await group.focus();
    await page.keyboard.press("Enter");
    assert.match(await selection(page), /ReportGroup|SecurityGroupIds/);

    // The cursor in the text leads back.
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.locator(".step[aria-current]").waitFor({ state: "detached" });
  }));

test("source and destination are chosen, in the table and by typing too, and the address keeps them", () =>
  withPaths({}, async (page, context) => {
    await page.locator("#path-to").selectOption("internet:443");
    await page.locator(".answer-head", { hasText: "internet:443" }).waitFor();
    await page.locator(".overview .cell").first().click();
    await page.locator(".answer-head", { hasText: "Database" }).waitFor();
    assert.equal(await page.locator("#path-to").inputValue(), "Database:5432", "the choice follows the table");

    await page.locator("#path-to").selectOption({ label: "Another destination…" });
    assert.equal(await page.evaluate(() => document.activeElement.id), "path-typed");
    await page.keyboard.type("Databse:5432");
    await page.keyboard.press("Enter");
    await page.locator(".answer.refused").waitFor();
    assert.equal(await page.locator("#path-typed").getAttribute("aria-invalid"), "true");

    await page.locator("#path-typed").fill("Database:3306");
    await page.getByRole("button", { name: "Trace" }).click();
    await page.locator(".answer-head", { hasText: "Database:3306" }).waitFor();

    await page.waitForFunction(() => location.hash.startsWith("#v1."));
    await page.waitForTimeout(800);
    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator(".answer-head", { hasText: "Database:3306" }).waitFor();
  }));

test("one click says what subnets are, and another takes it back", () =>
  withPaths({}, async (page, context) => {
    await page.locator("#path-to").selectOption("internet:443");
    await answer(page, "unknown").waitFor();
    await page.locator(".settle").getByRole("button", { name: "Fill in" }).first().click();
    assert.equal(await page.evaluate(() => document.activeElement.dataset.kind), "private-nat");

    await page.keyboard.press("Enter");
    await answer(page, "reachable").waitFor();
    assert.match(await page.locator(".rests-on").innerText(), /SubnetIds/);
    assert.equal(await page.locator("[data-kind=private-nat]").getAttribute("aria-pressed"), "true");

    await page.locator("[data-kind=isolated]").click();
    await answer(page, "blocked").waitFor();
    await page.waitForTimeout(800);
    const other = await context.newPage();
    await other.goto(page.url());
    await answer(other, "blocked").waitFor();

    await page.locator(".kinds").getByRole("button", { name: "Undo" }).click();
    await answer(page, "unknown").waitFor();
    assert.equal(await page.locator("[data-kind][aria-pressed=true]").count(), 0);
  }));

test("describe calls are dropped, pasted and taken away, and stay out of the link", () =>
  withPaths({ state: { parameters: { SubnetIds: "subnet-0a", VpcId: "vpc-0a" }, to: "internet:443" } }, async (page) => {
    await answer(page, "unknown").waitFor();
    const before = page.url();
    const drop = (files) =>
      page.locator(".deployed").evaluate((box, files) => {
        const dataTransfer = new DataTransfer();
        for (const [name, text] of files) dataTransfer.items.add(new File([text], name, { type: "application/json" }));
        for (const kind of ["dragover", "drop"])
          box.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      }, files);
    await drop([
      ["network.json", JSON.stringify(DESCRIBED, null, 1)],
      ["broken.json", '{"Subnets": [{"SubnetId": "subnet-0b", "VpcId": {}}]}'],
    ]);
    await answer(page, "blocked").waitFor();
    const file = (name) => page.locator(".context-file", { hasText: name });
    assert.match(await file("network.json").innerText(), /Subnets 1/);
    assert.match(await file("broken.json").locator('[data-skipped="false"]').innerText(), /\d+:\d+/);
    const elsewhere = page.locator(".step", { hasText: "network.json" }).first();
    assert.equal(await elsewhere.locator("button").count(), 0, "a step in another file selects nothing");
    assert.match(await page.locator(".answer-note").innerText(), /link/);

    await page.waitForTimeout(800);
    assert.ok(page.url().length < before.length + 200, "the link holds no context");
    await page.getByRole("button", { name: "Remove: broken.json" }).click();
    await file("broken.json").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove: network.json" }).click();
    await answer(page, "unknown").waitFor();

    await page.getByLabel("JSON of describe calls").fill(JSON.stringify(DESCRIBED));
    await page.getByRole("button", { name: "Add" }).click();
    await file("pasted.json").waitFor();
    await answer(page, "blocked").waitFor();
  }));

test("what was given comes back with the template that it was given to", () =>
  withPaths({}, async (page) => {
    await page.locator("[data-kind=isolated]").click();
    await page.getByLabel("JSON of describe calls").fill(JSON.stringify(DESCRIBED));
    await page.getByRole("button", { name: "Add" }).click();
    await page.locator(".context-file").waitFor();
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator(".examples li button").last().click();
    await page.locator(".context-file").waitFor({ state: "detached" });
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator(".context-file").waitFor();
    assert.equal(await page.locator("[data-kind=isolated]").getAttribute("aria-pressed"), "true");
  }));

test("on a phone the paths fit, and a step shows its text with a way back", () =>
  withPaths({ context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } }, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    const small = await page.locator(".half.list button:visible, .half.list select:visible, .half.list input:visible").evaluateAll((targets) =>
      targets
        .map((target) => ({ name: target.id || target.innerText, height: target.getBoundingClientRect().height }))
        .filter(({ height }) => height < 43.9),
    );
    assert.deepEqual(small, []);
    await page.locator('.step[data-fate="stopped"] button').first().tap();
    await page.locator(".cm-content").waitFor({ state: "visible" });
    assert.equal(await page.locator(".page").getAttribute("data-pane"), "template");
    assert.match(await page.locator(".cm-label-primary").first().innerText(), /DatabaseGroup/);
    await page.locator(".at-cursor-text").tap();
    assert.equal(await page.locator(".page").getAttribute("data-pane"), "paths");
  }));

test("axe finds nothing to complain of among the paths, in both themes and languages", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "ja"]) {
      const options = {
        path: `?lang=${lang}${link({ text: TEMPLATE, assumed: { SubnetIds: "public" } })}`,
        context: { colorScheme },
      };
      await withPaths(options, async (page) => {
        await page.locator("#path-to").selectOption({ index: 2 });
        await page.locator("#path-typed").waitFor();
        await page.locator(".deployed textarea").fill('{"Subnets": 1}');
        await page.locator(".deployed button[type=submit]").click();
        await page.locator(".context-file").waitFor();
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

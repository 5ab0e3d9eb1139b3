// Opening and dropping files: each is told apart by its content, and nothing of the user's is lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const TEMPLATE = `Parameters:
  VpcId:
    Type: AWS::EC2::VPC::Id
  Subnets:
    Type: List<AWS::EC2::Subnet::Id>
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: functions
      VpcId: !Ref VpcIdd
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Role: arn:aws:iam::123456789012:role/r
      Code: { ZipFile: "" }
      VpcConfig:
        SubnetIds: !Ref Subnets
        SecurityGroupIds: [!GetAtt Group.GroupId]
`;
const VALUES = JSON.stringify([{ ParameterKey: "VpcId", ParameterValue: "vpc-0abc" }]);
const NETWORK = JSON.stringify({ Subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-0abc", CidrBlock: "10.0.0.0/24" }] });

const withPage = async (options, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    ...options,
    context: { locale: "en-US", ...options.context },
  });
  page.setDefaultTimeout(15_000);
  try {
    await page.locator(".finding").first().waitFor({ state: "attached" });
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const file = (name, content) => ({ name, mimeType: "", buffer: Buffer.from(content) });

/** Drops files on what `selector` names, the way a browser tells of it. */
const drop = (page, selector, files) =>
  page.locator(selector).first().evaluate(
    (target, files) => {
      const dataTransfer = new DataTransfer();
      for (const { name, bytes } of files) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      const event = (kind) => new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
      target.dispatchEvent(event("dragenter"));
      target.dispatchEvent(event("dragover"));
      target.dispatchEvent(event("drop"));
    },
    files.map(({ name, buffer }) => ({ name, bytes: [...buffer] })),
  );

/** As much of the text as is drawn at every time: an editor draws only what can be seen. */
const editorText = (page) => page.locator(".cm-content").evaluate((content) => content.innerText.slice(0, 300));

for (const [lang, words] of [
  ["en", { template: /t\.yaml: the template/, values: /p\.json: 1 parameter value/, network: /s\.json: the deployed network \(Subnets 1\)/, undo: "Undo" }],
  ["ja", { template: /t\.yaml: テンプレート/, values: /p\.json: パラメータの値 1 件/, network: /s\.json: 実際のネットワークの情報（Subnets 1）/, undo: "元に戻す" }],
]) {
  test(`a template, values and a network are dropped together, each taken for what it is (${lang})`, () =>
    withPage({ path: `?lang=${lang}` }, async (page) => {
      const before = await editorText(page);
      await drop(page, ".cm-content", [file("p.json", VALUES), file("t.yaml", TEMPLATE), file("s.json", NETWORK)]);
      const notice = page.locator(".notice");
      await notice.waitFor();
      const told = await notice.innerText();
      for (const words_ of [words.template, words.values, words.network]) assert.match(told, words_);
      await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
      assert.match(await editorText(page), /GroupDescription: functions/);
      await page.locator("#need-VpcId").waitFor();
      assert.equal(await page.locator("#need-VpcId").inputValue(), "vpc-0abc");
      await page.locator(".context-file").filter({ hasText: "s.json" }).waitFor();

      await notice.getByRole("button", { name: words.undo }).click();
      await page.waitForFunction((text) => document.querySelector(".cm-content").innerText.startsWith(text), before);
      // What is deployed is told of with the rest, after the findings.
      await page.locator(".context-file").waitFor({ state: "detached" });
    }));
}

test("files are chosen with a button, by keys, on every width", async () => {
  for (const [width, id] of [[1280, "#open-files"], [768, "#open-files"], [376, "#open-files"], [360, "#open-files-narrow"]]) {
    await withPage({ context: { viewport: { width, height: 800 } } }, async (page) => {
      if (width === 360) await page.getByRole("button", { name: "Examples" }).click();
      // Told of from the start: a chooser that opens before anybody asks for it is not told of.
      page.on("filechooser", () => {});
      await page.locator(id).focus();
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
      assert.ok(chooser.isMultiple());
      await chooser.setFiles([file("t.yaml", TEMPLATE)]);
      await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
    });
  }
});

test("what cannot be used is told of, and the user's work stays", () =>
  withPage({}, async (page) => {
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("# mine\n");
    const before = await editorText(page);
    assert.match(before, /# mine/);
    const refused = async (files, words) => {
      await drop(page, "body", files);
      await page.locator(".notice").filter({ hasText: words }).waitFor();
      assert.match(await page.locator(".notice").innerText(), /Nothing was opened/);
      assert.equal(await page.locator(".notice").getByRole("button", { name: "Undo" }).count(), 0);
      assert.equal(await editorText(page), before);
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
    };
    await refused([file("a.zip", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]))], /a\.zip: left out: it is no text/);
    await refused([file("a.yaml", TEMPLATE), file("b.yaml", TEMPLATE)], /b\.yaml: left out: several templates/);
    await refused([file("big.yaml", `Resources: {}\n#${"x".repeat(1_000_001)}`)], /larger than 1 MB/);
    await refused([file("samconfig.toml", "version = 0.1\n")], /command line only/);
    await refused([file("notes.txt", "Some words.")], /neither a template/);
    await refused([file("p.json", '{"A": "1",\n')], /no valid JSON or YAML from line/);
    await refused([file("<img src=x onerror=alert(1)>.yaml", "")], /<img src=x onerror=alert\(1\)>\.yaml: left out: it is empty/);
  }));

test("values and a network are taken while the template stays, also dropped on the box for them", () =>
  withPage({ path: "" }, async (page) => {
    const before = await editorText(page);
    await drop(page, "body", [file("utf16.json", Buffer.from(`\ufeff${NETWORK}`, "utf16le"))]);
    await page.locator(".context-file").filter({ hasText: "utf16.json" }).waitFor();
    await drop(page, ".deployed", [file("more.json", JSON.stringify({ Vpcs: [{ VpcId: "vpc-0abc" }] }))]);
    await page.locator(".context-file").filter({ hasText: "more.json" }).waitFor();
    assert.equal(await editorText(page), before);
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator(".context-file").filter({ hasText: "more.json" }).waitFor({ state: "detached" });
    assert.equal(await page.locator(".context-file").count(), 1, "only the last step is taken back");
  }));

test("the editor is emptied and comes back", () =>
  withPage({}, async (page) => {
    const before = await editorText(page);
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("button", { name: /empty editor/ }).click();
    await page.locator(".state.blank").waitFor();
    assert.ok(await page.evaluate(() => document.activeElement.matches(".cm-content")), "to paste at once");
    await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
    await page.locator(".finding").first().waitFor();
    assert.equal(await editorText(page), before);
  }));

test("in another page that only reads, nothing can be dropped", () =>
  withPage({ path: "?embed=1&readonly=1" }, async (page) => {
    const before = await editorText(page);
    await drop(page, ".list", [file("t.yaml", TEMPLATE)]);
    await page.waitForTimeout(300);
    assert.equal(await editorText(page), before);
    assert.equal(await page.locator(".notice").count(), 0);
  }));

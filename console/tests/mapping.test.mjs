import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { editorText, fill, openPage, sample, shot, startServer } from './harness.mjs';

const TEMPLATE = '{"number": interchanges.functional_groups.transactions.segments.BEG_03, "odd": "it\'s \\"$(id)\\" `x` \\\\ ä"}';
const PYTHON = process.env.CONSOLE_PYTHON;
const root = path.resolve(import.meta.dirname, '../..');
const INPUT = 'Input: X12, or a JSON or XML document';
/** Deploys the copied template, says what came of it, and takes it away. */
const DEPLOY = `import sys
import boto3

def client(service):
    return boto3.client(service, endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="123456789012", aws_secret_access_key="test")

stacks, b2bi = client("cloudformation"), client("b2bi")
stacks.create_stack(StackName="copied", TemplateBody=open("template.yaml").read())
stacks.get_waiter("stack_create_complete").wait(StackName="copied", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
[resource] = stacks.describe_stack_resources(StackName="copied")["StackResources"]
transformer = b2bi.get_transformer(transformerId=resource["PhysicalResourceId"].split("/")[-1])
print(transformer["status"], transformer["mapping"]["template"], end="")
stacks.delete_stack(StackName="copied")
stacks.get_waiter("stack_delete_complete").wait(StackName="copied", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
`;
let endpoint;
let order;

before(async () => {
  endpoint = await startServer();
  order = await sample(endpoint, 'X12_850', 'VERSION_4010');
});

async function mapped(options = {}) {
  const opened = await openPage(endpoint, { path: '/_b2bi/console/#/mapping', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  await fill(opened.page, 'Input of the mapping', order);
  await fill(opened.page, 'Template', TEMPLATE);
  await opened.page.getByRole('textbox', { name: 'Output', exact: true }).getByText('"number"').waitFor();
  return opened;
}

async function copied(page, name) {
  await page.getByLabel('Copy as').selectOption(name);
  await page.getByText(`Copied ${name}`).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Runs a script of bash, as it stands, with the program on its path. */
function bash(script, ...more) {
  const folder = mkdtempSync(path.join(tmpdir(), 'console-'));
  const bin = path.dirname(path.resolve(process.env.B2BI_LOCAL_BIN));
  const env = { ...process.env, PATH: [bin, ...more, ...(PYTHON ? [path.dirname(PYTHON)] : []), process.env.PATH].join(':') };
  return execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env, encoding: 'utf8' });
}

test('an order is mapped, expected, compared and shared', async () => {
  const { page, check } = await mapped();
  await page.getByRole('button', { name: 'Expect this' }).click();
  await page.getByText('as expected').waitFor();
  await fill(page, 'Template', '{"number": 1}');
  await page.getByText('differs').waitFor();
  await page.getByRole('tab', { name: 'Difference' }).click();
  await page.getByRole('textbox', { name: 'Output, compared' }).waitFor();
  await shot(page, 'mapping-1280');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText(/^Copied the link/).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByText('differs').waitFor();
  await check();
});

test('what is wrong with a template is marked where it is', async () => {
  const { page, check } = await mapped();
  await fill(page, 'Template', '{\n  "a": (1 +* 2)\n}');
  await page.getByRole('alert').getByText(/line 2, column \d/).waitFor();
  await page.locator('.cm-mark-error').waitFor();
  await check();
});

test('keys of the document are completed', async () => {
  const { page, check } = await mapped();
  await fill(page, 'Template', '');
  await page.getByRole('textbox', { name: 'Template' }).pressSequentially('interchanges.functional_groups.transac');
  await page.getByRole('option', { name: 'transactions' }).click();
  assert.match(await editorText(page, 'Template'), /functional_groups\.transactions/);
  await check();
});

test('a template is generated, saved and loaded, and a starter makes X12', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/mapping' });
  await fill(page, 'Input of the mapping', '{"a": "42"}');
  await page.getByRole('tab', { name: 'Expected' }).click();
  await fill(page, 'Expected output', '{"b": "42"}');
  await page.getByRole('button', { name: 'Generate from expected' }).click();
  await page.getByText('makes 100 % of the expected').waitFor();
  await page.getByText('as expected').waitFor();
  await page.getByRole('button', { name: 'Save as transformer' }).click();
  await page.getByText(/^Saved as tr-/).waitFor();
  await page.getByRole('button', { name: 'Starter template' }).click();
  await page.getByRole('tab', { name: 'As X12' }).click();
  await page.getByRole('textbox', { name: 'Output as X12' }).getByText('ISA').first().waitFor();
  await check();
});

test('what is copied runs', async (t) => {
  const { page, check } = await mapped();
  const number = /"number":\s*"A"/;
  assert.match(bash(await copied(page, 'b2bi-local command')), number);
  assert.match(bash(await copied(page, 'curl')), /mappedFileContent/);
  const yaml = await copied(page, 'CloudFormation');
  await t.test('with Python', { skip: PYTHON ? false : 'CONSOLE_PYTHON names no Python with boto3 and pytest' }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'console-'));
    const python = (...args) => execFileSync(PYTHON, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, PYTHONPATH: path.join(root, 'python/src') } });
    const run = async (of, name, ...args) => {
      const file = args.at(-1);
      writeFileSync(path.join(folder, file), await copied(of, name));
      return python(...args);
    };
    writeFileSync(path.join(folder, 'template.yaml'), yaml);
    writeFileSync(path.join(folder, 'deploy.py'), DEPLOY);
    assert.match(python('deploy.py', endpoint), /^active /);
    assert.equal(python('deploy.py', endpoint).slice('active '.length), TEMPLATE);
    const pytest = ['-m', 'pytest', '-q', '-p', 'b2bi_local.plugin', 'test_snippet.py'];
    assert.match(await run(page, 'boto3', 'snippet.py'), /number/);
    assert.match(await run(page, 'a pytest test', ...pytest), /1 passed/);
    const { page: bench, check: checkBench } = await openPage(endpoint, { permissions: ['clipboard-read', 'clipboard-write'] });
    await fill(bench, INPUT, order);
    await bench.getByText('1 × 850').waitFor();
    assert.match(await run(bench, 'boto3', 'snippet.py'), /BEG_03/);
    assert.match(await run(bench, 'a pytest test', ...pytest), /1 passed/);
    await checkBench();
  });
  await t.test('of the bench, in a shell', async () => {
    const { page: bench, check: checkBench } = await openPage(endpoint, { permissions: ['clipboard-read', 'clipboard-write'] });
    await fill(bench, INPUT, order);
    await bench.getByText('1 × 850').waitFor();
    assert.match(bash(await copied(bench, 'b2bi-local command')), /input\.edi: ok[^]*BEG_03/);
    assert.match(bash(await copied(bench, 'curl')), /parsedFileContent/);
    await checkBench();
  });
  const cli = process.env.B2BI_LOCAL_AWS_CLI;
  await t.test('with the aws CLI', { skip: cli && existsSync(cli) ? false : 'B2BI_LOCAL_AWS_CLI names no aws CLI' }, async () => {
    assert.match(bash(await copied(page, 'aws CLI'), path.dirname(cli)), /number/);
    const { page: bench, check: checkBench } = await openPage(endpoint, { permissions: ['clipboard-read', 'clipboard-write'] });
    await fill(bench, INPUT, order);
    await bench.getByText('1 × 850').waitFor();
    assert.match(bash(await copied(bench, 'aws CLI'), path.dirname(cli)), /BEG_03/);
    await checkBench();
  });
  await check();
});

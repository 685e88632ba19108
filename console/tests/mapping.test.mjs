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

/** Runs a script of bash with the program on its path. */
function bash(script) {
  const folder = mkdtempSync(path.join(tmpdir(), 'console-'));
  const bin = path.dirname(path.resolve(process.env.B2BI_LOCAL_BIN));
  const env = { ...process.env, PATH: [bin, ...(PYTHON ? [path.dirname(PYTHON)] : []), process.env.PATH].join(':') };
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
  assert.match(yaml, /Type: AWS::B2BI::Transformer/);
  await t.test('with Python', { skip: PYTHON ? false : 'CONSOLE_PYTHON names no Python with boto3 and pytest' }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'console-'));
    const python = (...args) => execFileSync(PYTHON, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, PYTHONPATH: path.join(root, 'python/src') } });
    writeFileSync(path.join(folder, 'snippet.py'), await copied(page, 'boto3'));
    assert.match(python('snippet.py'), /number/);
    writeFileSync(path.join(folder, 'test_snippet.py'), await copied(page, 'a pytest test'));
    assert.match(python('-m', 'pytest', '-q', '-p', 'b2bi_local.plugin', 'test_snippet.py'), /1 passed/);
    const { page: bench, check: checkBench } = await openPage(endpoint, { permissions: ['clipboard-read', 'clipboard-write'] });
    await fill(bench, 'Input: X12, or a JSON or XML document', order);
    await bench.getByText('1 × 850').waitFor();
    writeFileSync(path.join(folder, 'snippet.py'), await copied(bench, 'boto3'));
    assert.match(python('snippet.py'), /BEG_03/);
    writeFileSync(path.join(folder, 'test_snippet.py'), await copied(bench, 'a pytest test'));
    assert.match(python('-m', 'pytest', '-q', '-p', 'b2bi_local.plugin', 'test_snippet.py'), /1 passed/);
    assert.match(bash(await copied(bench, 'b2bi-local command')), /input\.edi: ok[^]*BEG_03/);
    assert.match(bash(await copied(bench, 'curl')), /parsedFileContent/);
    await checkBench();
  });
  const cli = process.env.B2BI_LOCAL_AWS_CLI;
  await t.test('with the aws CLI', { skip: cli && existsSync(cli) ? false : 'B2BI_LOCAL_AWS_CLI names no aws CLI' }, async () => {
    const script = await copied(page, 'aws CLI');
    assert.match(bash(`aws() { '${cli}' "$@"; }\nexport -f aws\n${script.replace(/^(.*) \\\n {2}aws/, 'export $1\naws')}`), /number/);
  });
  await check();
});

// A file of 20 MB stays usable: it is read, walked through in parts, and its problems are found.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { openPage, sample, shot, startServer } from './harness.mjs';
import { repeated } from './world.mjs';

const SIZE = 20_000_000;
const TIMEOUT_MS = 120_000;
const BROKEN = 'BPR*QQQ';
let endpoint;
let text;

before(async () => {
  endpoint = await startServer();
  const { count, text: payments } = repeated(await sample(endpoint, 'X12_835_X221', 'VERSION_5010_HIPAA', 'full'), SIZE);
  const last = payments.lastIndexOf('BPR*');
  text = { count, text: payments.slice(0, last) + payments.slice(last).replace(/BPR\*[^*]*/, BROKEN) };
});

/** A file on disk: the browser reads it itself, as it does for a person. */
function file(content) {
  const name = path.join(mkdtempSync(path.join(tmpdir(), 'console-')), 'payments.edi');
  writeFileSync(name, content);
  return name;
}

for (const [name, change] of [['lines', (given) => given], ['one line', (given) => given.replaceAll('\n', '')]]) {
  test(`20 MB in ${name} are read, shown in parts, and a problem at the end is found`, async (t) => {
    assert.ok(text.text.length >= SIZE);
    const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/' });
    page.setDefaultTimeout(TIMEOUT_MS);
    const payments = file(change(text.text));
    let began = performance.now();
    await page.locator('input[type=file]').first().setInputFiles(payments);
    await page.getByText(/Part 1 of \d+: 20,000 of [\d,]+ segments/).waitFor();
    t.diagnostic(`opened in ${Math.round(performance.now() - began)} ms`);
    await page.getByText(`${text.count} × 835`).waitFor();
    const problem = page.getByRole('button', { name: /error BPR01/ }).last();
    began = performance.now();
    await problem.click();
    await page.getByText('BPR01', { exact: true }).waitFor();
    t.diagnostic(`a problem of another part is shown in ${Math.round(performance.now() - began)} ms`);
    await page.getByText(/Part [1-9]\d+ of/).waitFor();
    await page.locator('.left').getByText(BROKEN).first().waitFor();
    await page.getByRole('button', { name: /segments\[\d+\]\.BPR_01/ }).waitFor();
    await page.getByRole('tab', { name: 'Segments' }).click();
    assert.ok((await page.locator('ol[aria-label=Segments] > li').count()) < 200);
    await page.getByRole('button', { name: 'Previous part' }).click();
    await page.getByText('This segment is in part').waitFor();
    await shot(page, `bench-large-1280`);
    began = performance.now();
    await page.getByRole('textbox', { name: 'Input: X12, or a JSON or XML document' }).focus();
    await page.keyboard.type('*');
    await page.evaluate(() => new Promise(requestAnimationFrame));
    t.diagnostic(`a key takes ${Math.round(performance.now() - began)} ms`);
    await check();
  });
}

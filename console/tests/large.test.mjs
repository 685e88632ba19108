// A file of 20 MB stays usable: it is read, walked through in parts, and its problems are found.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openPage, sample, shot, startServer } from './harness.mjs';

const SIZE = 20_000_000;
const TIMEOUT_MS = 120_000;
const BROKEN = 'BPR*QQQ';
let endpoint;
let text;

/** One interchange with as many payments as fit; the last has a code that does not exist. */
function payments(one) {
  const lines = one.trim().split(/\r?\n/);
  const at = (id) => lines.findIndex((line) => line.startsWith(`${id}*`));
  const [first, last] = [at('ST'), at('SE')];
  const body = lines.slice(first, last + 1).join('\n');
  const count = Math.ceil(SIZE / body.length);
  const made = [];
  for (let number = 1; number <= count; number += 1) {
    const control = String(number).padStart(9, '0');
    made.push(body.replace(/^(ST\*835\*)[^*~]*/, `$1${control}`).replace(/(SE\*\d+\*)[^*~]*/, `$1${control}`));
  }
  made.push(made.pop().replace(/BPR\*[^*]*/, BROKEN));
  const trailers = lines.slice(last + 1).join('\n').replace(/GE\*\d+/, `GE*${count}`);
  return { count, text: `${[...lines.slice(0, first), ...made].join('\n')}\n${trailers}\n` };
}

before(async () => {
  endpoint = await startServer();
  text = payments(await sample(endpoint, 'X12_835_X221', 'VERSION_5010_HIPAA', 'full'));
});

const file = (content) => ({ name: 'payments.edi', mimeType: 'text/plain', buffer: Buffer.from(content) });

for (const [name, change] of [['lines', (given) => given], ['one line', (given) => given.replaceAll('\n', '')]]) {
  test(`20 MB in ${name} are read, shown in parts, and a problem at the end is found`, async (t) => {
    assert.ok(text.text.length >= SIZE);
    const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/' });
    page.setDefaultTimeout(TIMEOUT_MS);
    let began = performance.now();
    await page.locator('input[type=file]').first().setInputFiles(file(change(text.text)));
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

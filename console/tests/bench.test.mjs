import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { editorText, fill, openPage, sample, shot, startServer } from './harness.mjs';

const INPUT = 'Input: X12, or a JSON or XML document';
let endpoint;
let order;

before(async () => {
  endpoint = await startServer();
  order = await sample(endpoint, 'X12_850', 'VERSION_4010');
});

test('a pasted order becomes a document', async () => {
  const { page, check } = await openPage(endpoint);
  assert.ok(page.url().startsWith(`${endpoint}/_b2bi/console/`));
  await fill(page, INPUT, order);
  await page.getByRole('region', { name: 'Problems' }).getByText('none').waitFor();
  assert.match(await editorText(page, 'Document'), /"interchanges"/);
  await page.getByRole('tab', { name: 'Segments' }).click();
  await page.getByRole('button', { name: /^BEG\*/ }).click();
  await page.getByText('BEG', { exact: true }).first().waitFor();
  await page.getByRole('tab', { name: 'Acknowledgement' }).click();
  await page.getByRole('textbox', { name: 'Acknowledgement' }).getByText('AK5').waitFor();
  await page.getByRole('tab', { name: 'Back to X12' }).click();
  await page.getByText('is the input').waitFor();
  await page.getByRole('tab', { name: 'Report' }).click();
  await page.getByText('found nothing wrong').waitFor();
  await shot(page, 'bench-report-1280');
  await check();
});

test('a problem leads to its element, and back after it is mended', async () => {
  const { page, check } = await openPage(endpoint);
  const wrong = order.replace(/BEG\*\d\d/, 'BEG*ZZZ');
  await fill(page, INPUT, wrong);
  const problem = page.getByRole('button', { name: /error BEG01/ }).first();
  await problem.click();
  await page.getByText('BEG01', { exact: true }).waitFor();
  await page.getByText(/required · |required, code/).first().waitFor();
  await page.getByRole('button', { name: /segments\[0\]\.BEG_01/ }).waitFor();
  await shot(page, 'bench-problem-1280');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Delete');
  await page.keyboard.type('00');
  await page.getByRole('region', { name: 'Problems' }).getByText('none').waitFor();
  await check();
});

test('XML is shown with an element a line, and places follow', async () => {
  const { page, check } = await openPage(endpoint);
  await fill(page, INPUT, order);
  await page.getByLabel('XML', { exact: true }).check();
  const document = page.getByRole('textbox', { name: 'Document' });
  const line = document.locator('.cm-line').filter({ hasText: '<element Id="BEG01">' });
  await line.waitFor();
  assert.match(await line.innerText(), /^ +<element Id="BEG01">\w+<\/element>$/);
  await line.click();
  await page.getByText('BEG01', { exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Segments' }).click();
  await page.getByRole('button', { name: /^BEG\*/ }).click();
  await page.getByRole('tab', { name: 'Document' }).click();
  await document.locator('.cm-mark-active').filter({ hasText: 'BEG' }).first().waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  const { readFileSync } = await import('node:fs');
  assert.doesNotMatch(readFileSync(await file.path(), 'utf8').trim(), /\n +</);
  await check();
});

test('what was typed is there again when the bench is shown again', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/' });
  await fill(page, INPUT, order);
  await page.getByRole('region', { name: 'Problems' }).getByText('none').waitFor();
  await page.getByRole('tab', { name: 'Report' }).click();
  await page.getByRole('link', { name: 'Mapping' }).click();
  const template = page.getByRole('textbox', { name: 'Template' });
  await template.waitFor();
  await template.focus();
  await page.keyboard.type('1 + 1');
  await page.goBack();
  await page.getByText('found nothing wrong').waitFor();
  assert.match(await editorText(page, INPUT), /BEG\*/);
  await page.goForward();
  await template.getByText('1 + 1').waitFor();
  await page.reload();
  await page.getByText('Write JSONata here').waitFor();
  assert.equal((await editorText(page, 'Template')).trim(), '');
  await check();
});

test('a document becomes X12', async () => {
  const { page, check } = await openPage(endpoint);
  const response = await fetch(`${endpoint}/_b2bi/console/inspect`, { method: 'POST', body: order });
  await fill(page, INPUT, (await response.text()).split(/^[^\n]*\n/)[1]);
  await page.getByRole('tab', { name: 'X12', exact: true }).click();
  await page.getByText('JSON', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'X12', exact: true }).getByText('BEG').waitFor();
  assert.match(await editorText(page, 'X12'), /BEG\*/);
  await check();
});

test('a sample is picked and a link brings it back', async () => {
  const { page, check } = await openPage(endpoint, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Sample…' }).click();
  await page.getByRole('searchbox').fill('837 X222');
  await page.getByRole('button', { name: /X12_837_X222/ }).click();
  await page.getByText('1 × 837 in 005010X222A1').waitFor();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('Do not share data').waitFor();
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await page.getByText('Copied the link').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByText('1 × 837 in 005010X222A1').waitFor();
  await check();
});

test('what is no X12 is told in words', async () => {
  const { page, check } = await openPage(endpoint);
  for (const [text, told] of [['hello', /No supported EDI/], ['{"a": 1}', /interchanges is missing/], ['<a>', /not XML/]]) {
    await fill(page, INPUT, text);
    await page.getByRole('region', { name: /Problems|Result/ }).getByText(told).first().waitFor();
  }
  await check();
});

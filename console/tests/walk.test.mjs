// What a person does on the bench and in the mapping view, step by step.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { editorText, fill, openPage, sample, startServer } from './harness.mjs';
import { b2bi } from './world.mjs';

const INPUT = 'Input: X12, or a JSON or XML document';
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
let endpoint;
let order;

before(async () => {
  endpoint = await startServer();
  order = await sample(endpoint, 'X12_850', 'VERSION_4010');
});

const pasted = (page) => page.evaluate(() => navigator.clipboard.readText());

test('the pointer over an element tells what it may be, and a click copies its path', async () => {
  const { page, check } = await openPage(endpoint, CLIPBOARD);
  await fill(page, INPUT, order);
  await page.getByText('1 × 850').waitFor();
  const line = page.getByRole('textbox', { name: INPUT }).locator('.cm-line', { hasText: /^BEG/ });
  await line.hover({ position: { x: 40, y: 8 } });
  const told = page.locator('.cm-facts');
  for (const fact of ['BEG01', 'required, code, 2 characters', /codes: 00, 01, .* and \d+ more/]) await told.getByText(fact).waitFor();
  await told.getByRole('button', { name: /^Copy interchanges/ }).click();
  await page.getByText('Copied the path').waitFor();
  const path = await pasted(page);
  const reply = await b2bi(endpoint, 'TestMapping', {
    inputFileContent: await document(order), mappingTemplate: `{"found": ${path}}`, fileFormat: 'JSON',
  });
  const code = /^BEG\*(\w+)/m.exec(order)[1];
  assert.match(reply.mappedFileContent, new RegExp(`found\\\\?":\\s*\\\\?"${code}\\\\?"`));
  await check();
});

/** The document of a text. */
async function document(text) {
  const response = await fetch(`${endpoint}/_b2bi/console/inspect`, { method: 'POST', body: text });
  return (await response.text()).split(/^[^\n]*\n/)[1];
}

test('an element of a loop tells the loop, one of several components its own facts', async () => {
  const { page, check } = await openPage(endpoint, CLIPBOARD);
  await fill(page, INPUT, await sample(endpoint, 'X12_837_X222', 'VERSION_5010_HIPAA', 'full'));
  await page.getByText('1 × 837 in 005010X222A1').waitFor();
  await page.getByRole('tab', { name: 'Segments' }).click();
  const input = page.getByRole('textbox', { name: INPUT });
  await input.focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('CLM*');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  const facts = page.locator('.facts');
  await facts.getByText('CLM01').waitFor();
  await facts.getByText(/loop CLM-2300/).waitFor();
  await facts.getByRole('button', { name: /CLM-2300.*CLM_01/ }).waitFor();
  await check();
});

test('files with each kind of line end have their problems in place', async () => {
  const wrong = order.replace(/BEG\*\d\d/, 'BEG*ZZZ').trim();
  for (const end of ['\r\n', '\n', '\r', '']) {
    const { page, check } = await openPage(endpoint);
    const file = { name: 'order.edi', mimeType: 'text/plain', buffer: Buffer.from(wrong.replaceAll(/\r?\n/g, end)) };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await page.getByRole('button', { name: /error BEG01/ }).first().click();
    await page.locator('.left .cm-mark-error').first().waitFor();
    assert.equal(await page.locator('.left .cm-mark-error').first().innerText(), 'ZZZ', JSON.stringify(end));
    await page.locator('.facts').getByText('BEG01').waitFor();
    await page.getByRole('tab', { name: 'Back to X12' }).click();
    await page.getByText('is the input').waitFor();
    await check();
  }
});

test('another set and version can be chosen, with strict rules and as XML', async () => {
  const { page, check } = await openPage(endpoint);
  await fill(page, INPUT, order);
  await page.getByText('1 × 850').waitFor();
  await page.getByLabel('Set').selectOption('VERSION_4010 X12_810');
  await page.getByText(/holds 850|850/).and(page.locator('.notice')).first().waitFor();
  await page.getByLabel('Set').selectOption('');
  await page.locator('.notice').waitFor({ state: 'detached' });
  await page.getByLabel('XML', { exact: true }).check();
  const xml = page.getByRole('textbox', { name: 'Document', exact: true });
  await xml.getByText('<?xml').waitFor();
  await page.getByRole('textbox', { name: INPUT }).locator('.cm-line', { hasText: /^BEG/ }).click({ position: { x: 40, y: 8 } });
  await xml.locator('.cm-mark-active').first().waitFor();
  assert.match((await xml.locator('.cm-mark-active').allInnerTexts()).join(''), /^<element Id="BEG01">\w+<\/element>$/);
  await page.getByLabel('Strict').check();
  await page.getByRole('region', { name: 'Problems' }).getByText(/none|\d/).first().waitFor();
  await check();
});

test('a sample comes with and without its optional parts, and every set has one', async () => {
  const { page, check } = await openPage(endpoint);
  const lengths = [];
  for (const isFull of [false, true]) {
    await page.getByRole('button', { name: 'Sample…' }).click();
    await page.getByRole('dialog').getByText(/1,\d\d\d sets/).waitFor();
    await page.getByRole('searchbox').fill('810 5010');
    if (isFull) await page.getByLabel('With all optional').check();
    await page.getByRole('button', { name: 'X12_810 VERSION_5010', exact: true }).click();
    await page.getByText('1 × 810').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'One segment a line' }).waitFor();
    lengths.push((await page.getByRole('textbox', { name: INPUT }).locator('.cm-line').count()));
  }
  assert.ok(lengths[1] > lengths[0], String(lengths));
  const sets = await (await fetch(`${endpoint}/_b2bi/console/sets`)).json();
  const all = Object.entries(sets).flatMap(([version, names]) => names.map((name) => [version, name]));
  assert.ok(all.length >= 1550, String(all.length));
  await check();
});

test('the pointer in one pane marks the other, both ways', async () => {
  const { page, check } = await openPage(endpoint);
  await fill(page, INPUT, order);
  await page.getByText('1 × 850').waitFor();
  const shown = page.getByRole('textbox', { name: 'Document', exact: true });
  await shown.focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('BEG_03');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await shown.focus();
  await page.keyboard.press('ArrowRight');
  const beg = /^BEG\*\w*\*\w*\*(\w+)/m.exec(order)[1];
  await page.locator('.left .cm-mark-active').getByText(beg, { exact: true }).waitFor();
  await page.locator('.facts').getByText('BEG03').waitFor();
  await check();
});

test('typing goes on while a text is inspected, and the last text counts', async () => {
  const { page, check } = await openPage(endpoint);
  await fill(page, INPUT, order);
  await page.getByText('1 × 850').waitFor();
  await page.getByRole('textbox', { name: INPUT }).focus();
  await page.keyboard.press('Control+Home');
  for (let line = 0; line < order.slice(0, order.indexOf('BEG*')).split('\n').length - 1; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('1234567890', { delay: 15 });
  await page.getByRole('textbox', { name: 'Document', exact: true }).getByText(/\d{8}1234567890"/).waitFor();
  await page.getByRole('tab', { name: 'Acknowledgement' }).click();
  await page.getByRole('textbox', { name: 'Acknowledgement' }).getByText('AK5').waitFor();
  await page.getByRole('textbox', { name: INPUT }).focus();
  await page.keyboard.press('Control+z');
  await page.keyboard.type('9');
  await page.getByRole('tab', { name: 'Report' }).click();
  await page.getByRole('region', { name: 'Validation report' }).getByText(/\w/).waitFor();
  await check();
});

test('a template in XSLT is completed, mapped, and told where it is wrong', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/mapping' });
  await page.getByLabel('Language').selectOption('XSLT');
  await fill(page, 'Input of the mapping', order);
  await page.getByRole('button', { name: 'Starter template' }).click();
  await page.getByRole('textbox', { name: 'Template' }).getByText('xsl:stylesheet').first().waitFor();
  const template = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">\n<xsl:template match="/"><n><xsl:value-of select="//element[@Id=\'BEG03\']"/></n></xsl:template>\n</xsl:stylesheet>';
  await fill(page, 'Template', template);
  await page.getByRole('textbox', { name: 'Output', exact: true }).getByText(/<n>\w/).waitFor();
  await fill(page, 'Template', template.replace('</xsl:template>', ''));
  await page.getByRole('alert').getByText(/line \d/).waitFor();
  await check();
});

test('a transformer is loaded, changed and saved; an active one is refused in words', async () => {
  const format = { fromFormat: 'X12', formatOptions: { x12: { transactionSet: 'X12_850', version: 'VERSION_4010' } } };
  const { transformerId } = await b2bi(endpoint, 'CreateTransformer', { name: 'stored', inputConversion: format, mapping: { templateLanguage: 'JSONATA', template: '{"stored": 1}' } });
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/mapping' });
  await fill(page, 'Input of the mapping', order);
  await page.getByLabel('Transformer').selectOption(transformerId);
  await page.getByRole('textbox', { name: 'Output', exact: true }).getByText('"stored"').waitFor();
  await fill(page, 'Template', '{"changed": 2}');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(`Saved as ${transformerId}`).waitFor();
  const stored = await b2bi(endpoint, 'GetTransformer', { transformerId });
  assert.equal(stored.mapping.template, '{"changed": 2}');
  await b2bi(endpoint, 'UpdateTransformer', { transformerId, status: 'active' });
  await fill(page, 'Template', '{"changed": 3}');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('status').getByText(/Exception: /).waitFor();
  await check();
});

test('outbound: what is wrong with the X12 of a template is told', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/mapping' });
  await fill(page, 'Input of the mapping', await document(order.replace(/BEG\*\d\d/, 'BEG*ZZZ')));
  await fill(page, 'Template', '$');
  await page.getByRole('tab', { name: 'As X12' }).click();
  await page.getByRole('textbox', { name: 'Output as X12' }).getByText('BEG').first().waitFor();
  await page.locator('.notice', { hasText: 'ZZZ' }).first().waitFor();
  await check();
});

test('an empty server leads to a first job', async () => {
  const server = await startServer();
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/resources' });
  await page.getByRole('button', { name: 'Make an example pipeline' }).click();
  await page.getByRole('button', { name: /Orders/ }).first().waitFor();
  await page.getByText('would not work', { exact: true }).waitFor({ state: 'detached' });
  await page.goto(`${server}/_b2bi/console/#/live`);
  await page.getByText('Choose files').waitFor();
  await page.locator('label.drop input').setInputFiles({ name: 'first.edi', mimeType: 'text/plain', buffer: Buffer.from(order) });
  await page.getByRole('button', { name: /succeeded .*first\.edi/ }).waitFor();
  await page.goto(`${server}/_b2bi/console/#/live/journal`);
  await page.getByText('No request yet').or(page.getByText('those of the console are not shown')).waitFor();
  await page.getByLabel('Those of the console').check();
  await page.getByRole('button', { name: 'b2bi CreatePartnership' }).waitFor();
  await check();
});

// Hostile names and contents are text on the page, and every view is accessible.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';
import { fill, openPage, sample, shot, startServer } from './harness.mjs';
import { b2bi, pipeline, put } from './world.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>';
/** A name without the slash that would make it two folders. */
const FOLDER = '<img src=x onerror=alert(3)>';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['bench', 'bench-segments', 'mapping', 'live', 'live/jobs/JOB', 'live/journal', 'live/journal/entry=1', 'resources', 'resources/CAPABILITY', 'objects', 'objects/orders/', 'server'];
let endpoint;
let order;
let world;

before(async () => {
  endpoint = await startServer();
  order = await sample(endpoint, 'X12_850', 'VERSION_4010');
  world = await pipeline(endpoint, { name: HOSTILE });
  await put(endpoint, `${world.folder}/${encodeURIComponent(HOSTILE)}`, order);
  await put(endpoint, `/orders/in/${encodeURIComponent(HOSTILE)}`, order);
  const rule = { id: 'hostile', description: FOLDER, userAgent: FOLDER, error: { code: 'ThrottlingException', message: FOLDER } };
  const set = await fetch(`${endpoint}/_b2bi/faults`, { method: 'POST', body: JSON.stringify(rule) });
  assert.ok(set.ok, await set.text());
  await b2bi(endpoint, 'GetProfile', { profileId: HOSTILE }).catch(() => undefined);
  await put(endpoint, `/orders/${encodeURIComponent(FOLDER)}/${encodeURIComponent(FOLDER)}.html`, HOSTILE);
});

/** No element of the page came of hostile text. */
async function isClean(page) {
  const found = await page.evaluate(() => document.querySelectorAll('img, script:not([src]), iframe, object').length);
  assert.equal(found, 0);
}

test('hostile names are text in every view', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/' });
  const parts = [FOLDER, `${FOLDER}.html`].map(encodeURIComponent);
  for (const [view, shown] of [
    ['live', HOSTILE],
    ['resources', HOSTILE],
    [`resources/${world.transformerId}`, HOSTILE],
    ['objects/orders/', `${FOLDER}/`],
    [`objects/orders/${parts.join('/')}`, `${FOLDER}.html`],
    ['mapping', ''],
    ['server', FOLDER],
    [`live/journal/q=${encodeURIComponent(HOSTILE)}`, 'No request fits'],
    ['live/journal/only=errors', 'GetProfile'],
    [`live/${encodeURIComponent(HOSTILE)}`, ''],
    [`live/jobs/${encodeURIComponent(HOSTILE)}`, HOSTILE],
  ]) {
    await page.goto(`${endpoint}/_b2bi/console/#/${view}`);
    if (shown) await page.getByText(shown, { exact: false }).filter({ visible: true }).first().waitFor({ timeout: 5000 }).catch((error) => assert.fail(`${view}: ${error.message}`));
    await isClean(page);
  }
  await page.goto(`${endpoint}/_b2bi/console/#/resources`);
  await page.getByText('outside the watched folder').first().waitFor();
  await page.getByText(`in/${HOSTILE}`, { exact: false }).first().waitFor();
  await page.goto(`${endpoint}/_b2bi/console/#/live/journal/only=errors`);
  await page.getByRole('button', { name: 'b2bi GetProfile' }).click();
  await page.getByRole('button', { name: 'Why did a rule not match?' }).click();
  await page.getByRole('list', { name: 'Rules for this request' }).getByText('may match').waitFor();
  await isClean(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to or do' }).fill('onerror');
  await page.getByRole('option').getByText(HOSTILE).first().waitFor();
  await isClean(page);
  await check();
});

test('hostile contents are text on the bench and in templates', async () => {
  const { page, check } = await openPage(endpoint);
  const hostile = order.replace(/BEG\*00/, `BEG*${HOSTILE}`).replace('PO1*', `${HOSTILE}*A~\nPO1*`);
  await fill(page, 'Input: X12, or a JSON or XML document', hostile);
  await page.getByRole('button', { name: /error/ }).first().click();
  await isClean(page);
  for (const tab of ['Segments', 'Report', 'Acknowledgement', 'Back to X12', 'Document']) {
    await page.getByRole('tab', { name: tab }).click();
    await isClean(page);
  }
  await page.goto(`${endpoint}/_b2bi/console/#/mapping`);
  await fill(page, 'Input of the mapping', JSON.stringify({ [HOSTILE]: HOSTILE }));
  await fill(page, 'Template', `{"a": $, "b": $error(${JSON.stringify(HOSTILE)})}`);
  await page.getByRole('alert').waitFor();
  await isClean(page);
  await page.goto(`${endpoint}/_b2bi/console/#/bench/s=${encodeURIComponent(HOSTILE)}`);
  await page.getByText('The link is damaged').waitFor();
  await isClean(page);
  await check();
});

for (const [width, height] of [[1280, 800], [390, 800]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every view is accessible at ${width} pixels, ${colorScheme}`, async () => {
      const { page, check } = await openPage(endpoint, { width, height, colorScheme, path: '/_b2bi/console/' });
      const problems = [];
      const { jobs } = await (await fetch(`${endpoint}/_b2bi/jobs`)).json();
      for (const view of VIEWS) {
        const address = view.replace('JOB', jobs[0].id).replace('CAPABILITY', world.capabilityId);
        if (view !== 'bench-segments') await page.goto(`${endpoint}/_b2bi/console/#/${address}`);
        else await page.getByRole('tab', { name: 'Segments' }).click();
        await page.locator('main .bar').first().waitFor();
        if (view === 'bench') {
          await fill(page, 'Input: X12, or a JSON or XML document', order.replace(/BEG\*00/, 'BEG*ZZZ'));
          await page.getByRole('button', { name: /error BEG01/ }).first().click();
        }
        await page.waitForTimeout(400);
        await shot(page, `${view.replaceAll(/[/=]/g, '-')}-${width}-${colorScheme}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) problems.push(`${view}: ${overflow} pixels wider than the window`);
        // The policy lets no script in, so this one comes by the debugger.
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => axe.run({ resultTypes: ['violations'] }));
        for (const { id, nodes } of violations) problems.push(`${view}: ${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any.map((each) => each.message).join(' ')}`)}`);
      }
      assert.deepEqual(problems, []);
      await check();
    });
  }
}

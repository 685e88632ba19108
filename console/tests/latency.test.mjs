// How long a file of 250 KB takes from a key to the painted result. The figures are printed; no speed makes a test fail.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fill, openPage, sample, startServer } from './harness.mjs';
import { repeated } from './world.mjs';

const SIZE = 250_000;
const KEYS = 20;
const INPUT = 'Input: X12, or a JSON or XML document';
let endpoint;
let text;

before(async () => {
  endpoint = await startServer();
  const order = await sample(endpoint, 'X12_850', 'VERSION_4010', 'full');
  text = repeated(order, SIZE).text.replace(/BEG\*(\w*\*\w*)\*[^*~]*/, 'BEG*$1*ORDER');
});

/** Notes when keys are pressed, and in which frame the page first shows a text. */
function watch(role) {
  window.shown = (wanted) =>
    new Promise((resolve) => {
      const look = () => {
        const hosts = [...document.querySelectorAll(`section.${role} .code`)];
        const isThere = hosts.some((host) => host.shadowRoot?.querySelector('.cm-content')?.textContent.includes(wanted));
        if (!isThere) return requestAnimationFrame(look);
        // The frame that is drawn now is on the screen when the next one begins.
        requestAnimationFrame(() => resolve(performance.now() - window.pressed));
      };
      requestAnimationFrame(look);
    });
  document.addEventListener('keydown', (event) => (window.pressed = event.timeStamp), { capture: true });
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

test('a key in 250 KB is answered', async (t) => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/' });
  await page.evaluate(watch, 'right');
  await fill(page, INPUT, text);
  await page.getByText(/× 850 in 004010/).waitFor();
  await page.keyboard.press('Control+Home');
  for (let line = 0; line < text.slice(0, text.indexOf('BEG*')).split('\n').length - 1; line += 1) await page.keyboard.press('ArrowDown');
  for (let step = 0; step < text.indexOf('*ORDER') + '*ORDER'.length - text.indexOf('BEG*'); step += 1) await page.keyboard.press('ArrowRight');
  await page.evaluate(() => window.shown('"ORDER"'));
  const took = [];
  for (let key = 0; key < KEYS; key += 1) {
    const letter = 'ABCDEFGHIJ'[key % 10];
    await page.waitForTimeout(150);
    if (key > 0) await page.keyboard.press('Backspace');
    if (key > 0) await page.evaluate(() => window.shown('"ORDER"'));
    await page.keyboard.press(letter);
    took.push(await page.evaluate((wanted) => window.shown(wanted), `"ORDER${letter}"`));
  }
  assert.equal(took.length, KEYS);
  t.diagnostic(`${text.length} bytes: from a key to its painted document ${Math.round(middle(took))} ms (median of ${KEYS}), ${Math.round(Math.min(...took))} ms at least`);
  await check();
});

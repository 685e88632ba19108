// Starts a server and a browser, and fails a test on whatever a page must not do.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const BINARY = process.env.B2BI_LOCAL_BIN;
const CHROMIUM = process.env.CONSOLE_CHROMIUM ?? '/usr/bin/chromium';
const SHOTS = process.env.CONSOLE_SCREENSHOTS;
/** A folder with the built files, in place of those in the program: a change of the page then needs no new program. */
const DIST = process.env.CONSOLE_DIST;
const PAGE = '/_b2bi/console/';
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

assert.ok(BINARY && existsSync(BINARY), 'set B2BI_LOCAL_BIN to the built program');
assert.ok(existsSync(CHROMIUM), `there is no browser at ${CHROMIUM}: install Debian's chromium, or set CONSOLE_CHROMIUM`);

const TIMEOUT_MS = 15_000;
const closers = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** Starts a server on a free port; it ends with the tests. */
export async function startServer(...options) {
  const child = spawn(BINARY, ['--listen', '127.0.0.1:0', '--stop-with-input', ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  closers.push(() => child.stdin.end());
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^ready (http:\S+)/.exec(line);
      if (ready) resolve(ready[1]);
    });
    child.on('exit', () => reject(new Error('the server did not start')));
  });
}

let browser;

/** A page, of a fresh browser profile or of the one in `context`; what it must not do is found by `check`. */
export async function openPage(endpoint, { width = 1280, height = 800, path: address = '/', context: shared, ...options } = {}) {
  browser ??= await launch();
  const context = shared ?? (await browser.newContext({ viewport: { width, height }, ...options }));
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|5\d\d)/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  page.on('dialog', (dialog) => {
    faults.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`));
  });
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (DIST && url.startsWith(endpoint + PAGE)) return fromFolder(route, new URL(url).pathname.slice(PAGE.length));
    if (url.startsWith(endpoint) || url.startsWith('blob:') || url.startsWith('data:')) return route.continue();
    faults.push(`a request to another host: ${url}`);
    return route.abort();
  });
  // A redirect is not seen by the routes of the page.
  await page.goto(endpoint + (DIST && address === '/' ? PAGE : address));
  return {
    page,
    async check() {
      await (shared ? page : context).close();
      assert.deepEqual(faults, []);
    },
  };
}

/** Answers with a file of the folder, under the headers of the server's own page. */
async function fromFolder(route, name) {
  const file = path.join(DIST, name || 'index.html');
  if (!existsSync(file)) return route.continue();
  const { headers } = await route.fetch({ url: new URL(PAGE, route.request().url()).href });
  const kept = Object.fromEntries(Object.entries(headers).filter(([key]) => !/^(content-(length|encoding|type)|etag)$/.test(key)));
  return route.fulfill({ body: readFileSync(file), headers: { ...kept, 'content-type': TYPES[path.extname(file)] ?? 'text/plain' } });
}

async function launch() {
  const launched = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  closers.push(() => launched.close());
  return launched;
}

/** Keeps a picture of a page, where pictures are wanted. */
export async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}

/** Pastes into an editor, in place of what it has. */
export async function fill(page, label, text) {
  const editor = page.getByRole('textbox', { name: label, exact: true });
  await editor.waitFor();
  await editor.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await editor.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** The text that an editor shows. */
export async function editorText(page, label) {
  const lines = await page.getByRole('textbox', { name: label, exact: true }).locator('.cm-line').allTextContents();
  return lines.join('\n');
}

/** A sample, as the server makes it. */
export async function sample(endpoint, transactionSet, version, size = 'required') {
  const response = await fetch(`${endpoint}/_b2bi/console/sample?transactionSet=${transactionSet}&version=${version}&size=${size}`);
  return (await response.json()).text;
}

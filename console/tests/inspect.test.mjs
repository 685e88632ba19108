import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openPage, sample, startServer } from './harness.mjs';

test('inspect opens a file on the bench', async () => {
  const order = await sample(await startServer(), 'X12_850', 'VERSION_4010');
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'console-')), 'an order #1.edi');
  writeFileSync(file, order);
  const child = spawn(process.env.B2BI_LOCAL_BIN, ['inspect', '--stop-with-input', file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [printed] = await once(child.stdout, 'data');
  const address = new URL(String(printed).trim());
  const { page, check } = await openPage(address.origin, { path: address.href.slice(address.origin.length) });
  await page.getByText('1 × 850 in 004010').waitFor();
  await check();
  child.stdin.end();
  const [status] = await once(child, 'exit');
  assert.equal(status, 0);
});

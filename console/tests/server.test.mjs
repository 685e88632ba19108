import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { openPage, shot, startServer } from './harness.mjs';
import { b2bi } from './world.mjs';

let endpoint;

before(async () => {
  endpoint = await startServer();
});

const profile = { name: 'Acme', businessName: 'Acme', phone: '5551112222', logging: 'DISABLED' };

test('a rule acts, is explained, copied, switched and removed', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/server', permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByText('No rule is set').waitFor();
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByText('matched 0, fired 0').waitFor();
  await assert.rejects(b2bi(endpoint, 'CreateProfile', profile), /ThrottlingException/);
  await page.getByText('matched 1, fired 1, 1 left').waitFor();
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByText('acts', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Operation' }).fill('ListProfiles');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByText('does not match').waitFor();
  await shot(page, 'server-1280');
  await page.getByRole('button', { name: 'Copy as text' }).first().click();
  await page.getByText('Copied the rules as text').waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(text, 'CreateProfile=2*error(ThrottlingException)');
  const again = await startServer('--faults', text);
  await assert.rejects(b2bi(again, 'CreateProfile', profile), /ThrottlingException/);
  await page.getByRole('button', { name: 'Copy as TOML' }).first().click();
  await page.getByText('Copied the rules as TOML').waitFor();
  const toml = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(toml, /\[\[rules\]\]\n[^]*operation = "CreateProfile"\n/);
  await page.getByRole('switch').click();
  await page.getByText('off, kept in this page').waitFor();
  await b2bi(endpoint, 'CreateProfile', profile);
  await page.getByRole('switch').click();
  await page.getByText('matched 0').waitFor();
  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.getByText('No rule is set').waitFor();
  await page.getByRole('button', { name: 'flaky' }).click();
  await page.getByText('3 rules').waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /undefined/);
  await page.getByRole('button', { name: 'Remove all' }).click();
  await check();
});

test('a recorded request tells why no rule acted on it', async () => {
  const server = await startServer();
  const set = (rule) => fetch(`${server}/_b2bi/faults`, { method: 'POST', body: JSON.stringify(rule) });
  const error = { code: 'ThrottlingException' };
  await set({ id: 'other-operation', operation: 'GetProfile', error });
  await set({ id: 'other-account', account: '999999999999', error });
  await set({ id: 'by-body', body: { '/name': 'Globex' }, error });
  await set({ id: 'never', probability: 0, error });
  await b2bi(server, 'CreateProfile', profile);
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/live/journal' });
  await page.getByRole('button', { name: 'b2bi CreateProfile' }).click();
  await page.getByRole('button', { name: 'Why did a rule not match?' }).click();
  const rules = page.getByRole('list', { name: 'Rules for this request' });
  for (const [rule, told] of [
    ['other-operation', /does not match its operation/],
    ['other-account', /does not match its account/],
    ['by-body', /may match but for its body/],
    ['never', /matches and did not act/],
  ]) {
    await rules.getByRole('listitem').filter({ hasText: rule }).getByText(told).or(rules.getByRole('listitem').filter({ hasText: rule }).filter({ hasText: told })).first().waitFor();
  }
  assert.match(page.url(), /live\/journal\/entry=\d+$/);
  await shot(page, 'requests-explained-1280');
  await check();
});

test('the clock is stopped and advanced, and a reset asks first', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/server' });
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('manual', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Advance' }).click();
  await page.getByText('Advanced by 60 s').waitFor();
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('before');
  await page.getByRole('button', { name: 'Take' }).click();
  await page.getByRole('button', { name: 'Reset…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await b2bi(endpoint, 'ListProfiles', {})).profiles.length, 1);
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await page.getByText('before is restored').waitFor();
  await page.getByRole('button', { name: 'Reset…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click();
  await page.getByText('The server is reset').waitFor();
  assert.equal((await b2bi(endpoint, 'ListProfiles', {})).profiles.length, 0);
  await check();
});

test('a server with a token asks for it', async () => {
  const guarded = await startServer('--admin-token', 'secret-token');
  const { page, check } = await openPage(guarded, { path: '/_b2bi/console/#/server' });
  await page.getByText('wants its admin token').waitFor();
  await page.getByRole('textbox', { name: 'Token' }).fill('secret-token');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('No rule is set').waitFor();
  await check();
  const again = await openPage(guarded, { path: '/_b2bi/console/#token=secret-token' });
  await again.page.getByRole('button', { name: 'Sample…' }).click();
  await again.page.getByText(/of 1,\d\d\d sets/).waitFor();
  assert.ok(!again.page.url().includes('secret-token'));
  await again.check();
});

test('the palette and the help open by keys', async () => {
  const { page, check } = await openPage(endpoint);
  await page.getByRole('button', { name: 'Sample…' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to or do' }).fill('go to live');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Requests' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Starter template' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await check();
});

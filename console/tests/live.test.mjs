import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { editorText, fill, openPage, sample, shot, startServer } from './harness.mjs';
import { ACCOUNT, authorization, b2bi, deployStack, pipeline, policy, put, remove } from './world.mjs';

let endpoint;
let order;
let world;

before(async () => {
  endpoint = await startServer();
  order = await sample(endpoint, 'X12_850', 'VERSION_4010');
  world = await pipeline(endpoint);
});

test('a file dropped on a watched folder walks through', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/live' });
  await page.getByText('following').waitFor();
  const folder = page.getByText(`s3:/${world.folder}/`);
  await folder.waitFor();
  await page.locator('label.drop input').setInputFiles({ name: 'order.edi', mimeType: 'text/plain', buffer: Buffer.from(order) });
  const job = page.getByRole('button', { name: /succeeded .*order\.edi/ });
  await job.click();
  for (const step of ['Job started', 'File Transform: In progress', 'Transformation Completed', 'Acknowledgement Completed', 'Job succeeded']) {
    await page.getByText(step, { exact: false }).first().waitFor();
  }
  await shot(page, 'live-1280');
  await page.getByRole('link', { name: /^s3:\/\/documents\/out\/.*json$/ }).click();
  await page.getByRole('textbox', { name: 'Content' }).getByText('number').waitFor();
  await shot(page, 'objects-1280');
  await page.getByRole('link', { name: 'Open on the bench' }).click();
  await page.getByText('JSON', { exact: true }).waitFor();
  await check();
});

test('events come by themselves, and pause holds them back', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/live' });
  await page.getByText('following').waitFor();
  await put(endpoint, `${world.folder}/second.edi`, order);
  await page.getByRole('button', { name: /succeeded .*second\.edi/ }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('paused').waitFor();
  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('CreatePartnership', { exact: true }).waitFor();
  await page.getByRole('searchbox', { name: 'Search requests' }).fill('CreateTransformer');
  await page.getByText('CreateTransformer').first().waitFor();
  await page.getByText('CreatePartnership', { exact: true }).waitFor({ state: 'detached' });
  await shot(page, 'requests-1280');
  await check();
});

test('requests come by themselves, and filters are in the address', async () => {
  const server = await startServer('--faults', 'CreateProfile=1*error(ThrottlingException)');
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/live/journal' });
  const polls = [];
  page.on('request', (request) => request.url().includes('/_b2bi/journal') && polls.push(request.url()));
  await page.getByText('following').waitFor();
  const call = (attempt) =>
    fetch(server, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'B2BI.CreateProfile', authorization: authorization('b2bi'),
        'amz-sdk-invocation-id': '11111111-2222-3333-4444-555555555555', 'amz-sdk-request': `attempt=${attempt}; max=3`,
      },
      body: JSON.stringify({ name: 'Acme', businessName: 'Acme', phone: '5551112222', logging: 'DISABLED' }),
    });
  await call(1);
  await page.getByRole('button', { name: 'b2bi CreateProfile' }).waitFor();
  await b2bi(server, 'ListProfiles', {});
  await call(2);
  await page.getByText('2 attempts').waitFor();
  const rows = page.locator('tbody tr');
  await rows.getByText('attempt 2').waitFor();
  assert.match((await rows.allTextContents()).join('|').replaceAll(/\s+/g, ' '), /ListProfiles.*CreateProfile 2 attempts.*429.*CreateProfile, attempt 2.*20/);
  await page.getByLabel('Show').selectOption('faults');
  await page.getByText('ListProfiles').waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Search requests' }).fill('throttling & more');
  await page.getByText('No request fits').waitFor();
  await page.getByRole('searchbox', { name: 'Search requests' }).fill('throttling');
  await rows.getByText('CreateProfile').first().waitFor();
  const address = page.url();
  assert.match(address, /only=faults/);
  await page.goto('about:blank');
  await page.goto(address);
  await rows.getByText('CreateProfile').first().waitFor();
  assert.equal(await page.getByRole('searchbox', { name: 'Search requests' }).inputValue(), 'throttling');
  await page.getByLabel('Show').selectOption('all');
  await page.getByRole('searchbox', { name: 'Search requests' }).fill('');
  await page.getByRole('button', { name: 'Pause' }).click();
  await b2bi(server, 'ListTransformers', {});
  await b2bi(server, 'ListTransformers', {});
  await page.waitForTimeout(300);
  assert.equal(await page.getByText('ListTransformers').count(), 0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'b2bi ListTransformers' }).nth(1).waitFor();
  await fetch(`${server}/_b2bi/reset`, { method: 'POST' });
  await b2bi(server, 'ListCapabilities', {});
  // The page asks for capabilities too, which is in the journal as it was before.
  await page.getByText('ListTransformers').first().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'b2bi ListCapabilities' }).waitFor();
  assert.ok(polls.length <= 8, `${polls.length} requests for the journal`);
  await check();
});

test('the resources are one picture, made and mended here', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/resources' });
  await page.getByRole('button', { name: new RegExp(world.transformerId) }).click();
  await page.locator('svg path.line.active').first().waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'New transformer' }).click();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('It is inactive').first().waitFor();
  await page.getByText('1 thing would not work').waitFor();
  await page.getByRole('button', { name: /It is inactive/ }).click();
  await shot(page, 'resources-1280');
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByText('It is inactive').first().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'New profile' }).click();
  await page.getByRole('textbox', { name: 'Input, as the API takes it' }).fill('{"name": "x"}');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('alert').getByText('SerializationException').or(page.getByRole('alert').getByText('ValidationException')).waitFor();
  const profile = { name: 'Initech', businessName: 'Initech', phone: '5551112222', logging: 'DISABLED' };
  await page.getByRole('textbox', { name: 'Input, as the API takes it' }).fill(JSON.stringify(profile));
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('button', { name: /Initech/ }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /Initech/ }).waitFor({ state: 'detached' });
  await check();
});

const STACK = `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Sender:
    Type: AWS::B2BI::Profile
    Properties: {Name: Stacked, BusinessName: Stacked, Phone: "5551112222", Logging: DISABLED}
`;

test('what would not work is said in words, for each kind of mistake', async () => {
  const server = await startServer();
  await pipeline(server);
  await put(server, '/orders/in/lost.edi', order);
  await deployStack(server, 'senders', STACK);
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/resources' });
  const card = (kind) => page.getByRole('region', { name: kind, exact: true }).getByRole('button');
  const capability = card('Capabilities');
  for (const told of ['in/lost.edi lies outside the watched folder', 'On AWS: EventBridge is off for orders', 'On AWS: orders has no policy', 'On AWS: documents has no policy']) {
    await capability.getByText(told, { exact: false }).waitFor();
  }
  await page.getByText('1 thing would not work', { exact: true }).waitFor();
  await page.getByText('3 would not work on AWS').waitFor();
  await card('Stacks').click();
  await page.locator('svg path.line.active').first().waitFor({ state: 'attached' });
  await card('Profiles').getByText('stack senders').waitFor();
  await page.getByRole('region', { name: 'Resource' }).getByText('AWS::B2BI::Profile').waitFor();
  await shot(page, 'resources-problems-1280');
  // What is mended is no longer told.
  await remove(server, '/orders/in/lost.edi');
  await put(server, '/orders?notification', '<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>');
  await put(server, '/orders?policy', policy('orders', 'in/*', ['s3:GetObject', 's3:GetObjectAttributes']));
  await put(server, '/documents?policy', policy('documents', 'elsewhere/*', ['s3:PutObject']));
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByText('1 would not work on AWS').waitFor();
  assert.equal(await page.getByText('1 thing would not work', { exact: true }).count(), 0);
  await capability.getByText('On AWS: The policy of documents does not allow').waitFor();
  const conditions = [
    { StringEquals: { 'aws:SourceAccount': '999999999999' } },
    { ArnLike: { 'aws:SourceArn': 'arn:aws:b2bi:us-east-1:123456789012:profile/*' } },
    { StringEquals: { 'aws:SourceAccount': '123456789012' }, ArnEquals: { 'aws:SourceArn': 'arn:aws:b2bi:us-east-1:123456789012:capability/ca-other' } },
  ];
  for (const condition of conditions) {
    await put(server, '/documents?policy', policy('documents', '*', ['s3:Put*'], condition));
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('1 would not work on AWS').waitFor();
  }
  const mine = { StringEquals: { 'aws:SourceAccount': '123456789012' }, ArnLike: { 'aws:SourceArn': 'arn:aws:b2bi:us-east-1:123456789012:capability/*' } };
  await put(server, '/documents?policy', policy('documents', '*', ['s3:Put*'], mine));
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByText('would not work on AWS').waitFor({ state: 'detached' });
  await check();
});

test('a strict server tells as its own what AWS wants, and a missing bucket', async () => {
  const server = await startServer('--strict-aws-parts', 'event-bridge,bucket-policy');
  await pipeline(server);
  await remove(server, '/documents');
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/resources' });
  for (const told of ['Its output bucket documents does not exist', 'EventBridge is off for orders', 'orders has no policy']) {
    await page.getByText(told, { exact: false }).first().waitFor();
  }
  await page.getByText('3 things would not work').waitFor();
  assert.equal(await page.getByText('On AWS').count(), 0);
  await check();
});

test('objects are uploaded, shown and deleted', async () => {
  const { page, check } = await openPage(endpoint, { path: '/_b2bi/console/#/objects' });
  await page.getByRole('textbox', { name: 'Name of a new bucket' }).fill('fresh-bucket');
  await page.getByRole('button', { name: 'Create bucket' }).click();
  const upload = page.getByLabel('Upload into this folder');
  await upload.setInputFiles({ name: 'a b+c%.txt', mimeType: 'text/plain', buffer: Buffer.from('hello there') });
  await page.getByRole('link', { name: 'a b+c%.txt' }).click();
  await page.getByRole('textbox', { name: 'Content' }).getByText('hello there').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nothing is here').waitFor();
  await check();
});

test('two tabs of one browser follow the same server and keep their own account, pause and bench', async () => {
  const server = await startServer();
  const own = await pipeline(server);
  const one = await openPage(server, { path: '/_b2bi/console/#/live' });
  const two = await openPage(server, { path: '/_b2bi/console/#/live', context: one.page.context() });
  for (const { page } of [one, two]) await page.getByText('following').waitFor();
  await put(server, `${own.folder}/first.edi`, order);
  for (const { page } of [one, two]) await page.getByRole('button', { name: /succeeded .*first\.edi/ }).waitFor();
  await two.page.getByRole('button', { name: 'Pause' }).click();
  await two.page.getByText('paused').waitFor();
  await put(server, `${own.folder}/second.edi`, order);
  await one.page.getByRole('button', { name: /succeeded .*second\.edi/ }).waitFor();
  assert.equal(await two.page.getByRole('button', { name: /second\.edi/ }).count(), 0);
  await two.page.goto(`${server}/_b2bi/console/#/resources`);
  const account = two.page.getByLabel('Account');
  await account.fill('111122223333');
  await account.press('Enter');
  await one.page.goto(`${server}/_b2bi/console/#/resources`);
  assert.equal(await one.page.getByLabel('Account').inputValue(), ACCOUNT);
  assert.equal(await account.inputValue(), '111122223333');
  for (const { page } of [one, two]) await page.goto(`${server}/_b2bi/console/#/`);
  await fill(one.page, 'Input: X12, or a JSON or XML document', order);
  await one.page.getByRole('tab', { name: 'Document' }).waitFor();
  assert.doesNotMatch(await editorText(two.page, 'Input: X12, or a JSON or XML document'), /BEG\*/);
  await two.check();
  await one.check();
});

test('each account and region has its own resources, and wrong accounts are refused', async () => {
  const server = await startServer();
  await pipeline(server);
  const { page, check } = await openPage(server, { path: '/_b2bi/console/#/resources' });
  const profiles = page.getByRole('region', { name: 'Profiles', exact: true }).getByRole('button');
  await profiles.first().waitFor();
  await page.getByLabel('Region').selectOption('eu-west-1');
  await page.getByText(`Account ${ACCOUNT} has nothing in eu-west-1 yet`).waitFor();
  await page.getByLabel('Region').selectOption('us-east-1');
  await profiles.first().waitFor();
  const account = page.getByLabel('Account');
  await account.fill('111122223333');
  await account.press('Enter');
  await page.getByText('Account 111122223333 has nothing in us-east-1 yet').waitFor();
  await account.fill('12');
  await account.press('Enter');
  await page.getByText('12 is no account: one has twelve digits').waitFor();
  assert.equal(await account.inputValue(), '111122223333');
  await account.fill(ACCOUNT);
  await account.press('Enter');
  await profiles.first().waitFor();
  await check();
});

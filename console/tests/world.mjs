// A pipeline in an account, made through the API as any client makes one.

export const ACCOUNT = '123456789012';

export const authorization = (service) =>
  `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

/** Calls B2BI. */
export async function b2bi(endpoint, operation, input) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `B2BI.${operation}`, authorization: authorization('b2bi') },
    body: JSON.stringify(input),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(body)}`);
  return body;
}

/** Puts an object, or makes a bucket of a path without a key. */
export async function put(endpoint, path, body = '') {
  const response = await fetch(endpoint + path, { method: 'PUT', headers: { authorization: authorization('s3') }, body });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** Deletes an object or a bucket. */
export async function remove(endpoint, path) {
  const response = await fetch(endpoint + path, { method: 'DELETE', headers: { authorization: authorization('s3') } });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** A policy that lets the service do these actions on the keys of a bucket, under a condition if one is given. */
export function policy(bucket, keys, actions, Condition = {}) {
  const statement = { Condition, Effect: 'Allow', Principal: { Service: 'b2bi.amazonaws.com' }, Action: actions, Resource: `arn:aws:s3:::${bucket}/${keys}` };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** Deploys a stack and waits until it is complete. */
export async function deployStack(endpoint, name, template) {
  const call = async (parameters) => {
    const body = new URLSearchParams({ Version: '2010-05-15', StackName: name, ...parameters });
    const response = await fetch(endpoint, { method: 'POST', headers: { authorization: authorization('cloudformation') }, body });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  await call({ Action: 'CreateStack', TemplateBody: template });
  for (let tries = 0; tries < 100; tries += 1) {
    const text = await call({ Action: 'DescribeStacks' });
    if (text.includes('CREATE_COMPLETE')) return;
    if (/FAILED|ROLLBACK/.test(text)) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} is not complete`);
}

/** A profile, a partnership, a capability and a transformer for orders; names can be hostile. */
export async function pipeline(endpoint, { name = 'orders' } = {}) {
  await put(endpoint, '/orders');
  await put(endpoint, '/documents');
  const x12 = { transactionSet: 'X12_850', version: 'VERSION_4010' };
  const { profileId } = await b2bi(endpoint, 'CreateProfile', { name, phone: '5551112222', businessName: name, logging: 'ENABLED' });
  const { transformerId } = await b2bi(endpoint, 'CreateTransformer', {
    name: name.replaceAll(/[^\w-]/g, '_'),
    inputConversion: { fromFormat: 'X12', formatOptions: { x12 } },
    mapping: { templateLanguage: 'JSONATA', template: '{"number": interchanges.functional_groups.transactions.segments.BEG_03}' },
  });
  await b2bi(endpoint, 'UpdateTransformer', { transformerId, status: 'active' });
  const edi = {
    type: { x12Details: x12 },
    inputLocation: { bucketName: 'orders', key: 'in/' },
    outputLocation: { bucketName: 'documents', key: 'out/' },
    transformerId,
  };
  const { capabilityId } = await b2bi(endpoint, 'CreateCapability', { name, type: 'edi', configuration: { edi } });
  const partnership = await b2bi(endpoint, 'CreatePartnership', { profileId, name, email: 'edi@example.com', capabilities: [capabilityId] });
  return { profileId, transformerId, capabilityId, ...partnership, folder: `/orders/in/${partnership.tradingPartnerId}` };
}

/** An interchange with the transaction of another one, so often that it has a size. */
export function repeated(one, size) {
  const lines = one.trim().split(/\r?\n/);
  const at = (id) => lines.findIndex((line) => line.startsWith(`${id}*`));
  const [first, last] = [at('ST'), at('SE')];
  const body = lines.slice(first, last + 1).join('\n');
  const count = Math.ceil(size / body.length);
  const made = [];
  for (let number = 1; number <= count; number += 1) {
    const control = String(number).padStart(9, '0');
    made.push(body.replace(/^(ST\*\w+\*)[^*~]*/, `$1${control}`).replace(/(SE\*\d+\*)[^*~]*/, `$1${control}`));
  }
  const trailers = lines.slice(last + 1).join('\n').replace(/GE\*\d+/, `GE*${count}`);
  return { count, text: `${[...lines.slice(0, first), ...made].join('\n')}\n${trailers}\n` };
}

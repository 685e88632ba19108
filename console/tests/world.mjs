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

/** A profile, a partnership, a capability and a transformer for orders; names can be hostile. */
export async function pipeline(endpoint, { name = 'orders', isActive = true } = {}) {
  await put(endpoint, '/orders');
  await put(endpoint, '/documents');
  const x12 = { transactionSet: 'X12_850', version: 'VERSION_4010' };
  const { profileId } = await b2bi(endpoint, 'CreateProfile', { name, phone: '5551112222', businessName: name, logging: 'ENABLED' });
  const { transformerId } = await b2bi(endpoint, 'CreateTransformer', {
    name: name.replaceAll(/[^\w-]/g, '_'),
    inputConversion: { fromFormat: 'X12', formatOptions: { x12 } },
    mapping: { templateLanguage: 'JSONATA', template: '{"number": interchanges.functional_groups.transactions.segments.BEG_03}' },
  });
  if (isActive) await b2bi(endpoint, 'UpdateTransformer', { transformerId, status: 'active' });
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

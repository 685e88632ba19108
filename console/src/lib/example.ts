// A pipeline to try things with, made through the API as any client makes one.

import { ApiError, b2bi, objectPath, s3 } from './api';
import { caller } from './store.svelte';

const X12 = { transactionSet: 'X12_850', version: 'VERSION_4010' };

/** A mapping that says something about any file. */
export const TEMPLATE = `{
  "sets": [interchanges.functional_groups.transactions.ST_01_TransactionSetIdentifierCode],
  "first": interchanges[0].functional_groups[0].transactions[0].segments[0]
}`;

/** Makes a bucket with a watched folder, and all resources that a file in it needs. */
export async function makeExample(): Promise<void> {
  const bucketName = `example-orders-${caller.account}-${caller.region}`;
  await s3(objectPath(bucketName, ''), { method: 'PUT' }).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.code === 'BucketAlreadyOwnedByYou')) throw error;
  });
  const { transformerId } = await b2bi('CreateTransformer', {
    name: 'example-orders',
    inputConversion: { fromFormat: 'X12', formatOptions: { x12: X12 } },
    mapping: { templateLanguage: 'JSONATA', template: TEMPLATE },
  });
  await b2bi('UpdateTransformer', { transformerId, status: 'active' });
  const { profileId } = await b2bi('CreateProfile', { name: 'Acme', businessName: 'Acme Incorporated', phone: '5551112222', logging: 'ENABLED' });
  const edi = {
    type: { x12Details: X12 },
    inputLocation: { bucketName, key: 'in/' },
    outputLocation: { bucketName, key: 'out/' },
    transformerId,
  };
  const { capabilityId } = await b2bi('CreateCapability', { name: 'Orders', type: 'edi', configuration: { edi } });
  await b2bi('CreatePartnership', { profileId, name: 'Globex', email: 'edi@example.com', capabilities: [capabilityId] });
}

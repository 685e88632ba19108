// What buckets must have so that files are processed, here and on AWS.

import { admin, objectPath, s3, s3Xml } from './api';
import { caller } from './store.svelte';

const SERVICE = 'b2bi.amazonaws.com';

/** What is known of a bucket; null where the server does not tell. */
export interface Bucket {
  exists: boolean;
  /** Whether its notifications go to EventBridge. */
  hasEventBridge: boolean | null;
  hasPolicy: boolean;
  /** Some of its objects. */
  keys: string[];
}

export interface Findings {
  /** What does not work on this server. */
  here: string[];
  /** What works here and would not on AWS. */
  onAws: string[];
}

/** Which demands of AWS this server makes too. */
export interface StrictParts {
  eventBridge: boolean;
  bucketPolicy: boolean;
}

export async function strictParts(): Promise<StrictParts> {
  try {
    const { settings } = await admin('GET', '/config');
    const value = (name: string) => String(settings?.[name]?.value ?? '');
    const all = value('strict-aws') === 'true';
    const parts = value('strict-aws-parts').split(',').map((part) => part.trim());
    return { eventBridge: all || parts.includes('event-bridge'), bucketPolicy: all || parts.includes('bucket-policy') };
  } catch {
    return { eventBridge: false, bucketPolicy: false };
  }
}

async function found<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch {
    return null;
  }
}

/** Reads what matters of a bucket. */
export async function readBucket(name: string): Promise<Bucket> {
  const path = objectPath(name, '');
  const exists = (await found(() => s3(`${path}?location`))) !== null;
  if (!exists) return { exists, hasEventBridge: null, hasPolicy: false, keys: [] };
  const [notification, policy, listing] = await Promise.all([
    found(() => s3Xml(`${path}?notification`)),
    found(() => s3(`${path}?policy`)),
    found(() => s3Xml(`${path}?list-type=2&max-keys=1000`)),
  ]);
  const keys = [...(listing?.querySelectorAll('Contents > Key') ?? [])].map((key) => key.textContent ?? '');
  const hasEventBridge = notification && notification.querySelector('EventBridgeConfiguration') !== null;
  return { exists, hasEventBridge, hasPolicy: policy !== null, keys };
}

/** The actions that the policy of a bucket does not let the service do for a capability, as `--strict-aws` evaluates it. */
async function refusedActions(bucket: string, key: string, side: string, capabilityArn: string): Promise<string[]> {
  const query = new URLSearchParams({ account: caller.account, bucket, key, side, capabilityArn });
  return (await found(() => admin('GET', `/console/access?${query}`)))?.refused ?? [];
}

const folder = (key: string) => (key && !key.endsWith('/') ? `${key}/` : key);

/** What is wrong with the buckets of a capability, whose watched folders are given. */
export async function bucketFindings(capability: any, watched: string[], buckets: Map<string, Bucket>, strict: StrictParts): Promise<Findings> {
  const findings: Findings = { here: [], onAws: [] };
  const { inputLocation: input, outputLocation: output } = capability.configuration?.edi ?? {};
  const sides = [
    { what: 'input', location: input },
    { what: 'output', location: output },
  ];
  for (const { what, location } of sides) {
    const name = location?.bucketName;
    const bucket = name ? buckets.get(name) : undefined;
    if (!bucket) continue;
    if (!bucket.exists) {
      findings.here.push(`Its ${what} bucket ${name} does not exist`);
      continue;
    }
    if (what === 'input' && bucket.hasEventBridge === false) {
      (strict.eventBridge ? findings.here : findings.onAws).push(`EventBridge is off for ${name}: no file there is noticed`);
    }
    const key = what === 'input' ? `${watched[0] ?? folder(location.key ?? '')}file` : `${folder(location.key ?? '')}file`;
    const refused = await refusedActions(name, key, what, capability.capabilityArn);
    if (refused.length > 0) {
      const text = !bucket.hasPolicy ? `${name} has no policy; ${SERVICE} needs ${refused.join(' and ')}` : `The policy of ${name} does not allow ${SERVICE} ${refused.join(' and ')} on ${key.slice(0, -4)}* for this capability`;
      (strict.bucketPolicy ? findings.here : findings.onAws).push(text);
    }
  }
  const stray = input ? strayKeys(input, output, watched, buckets.get(input.bucketName)) : [];
  if (stray.length > 0) {
    const files = stray.length === 1 ? `${stray[0]} lies` : `${stray.length} files, such as ${stray[0]}, lie`;
    findings.here.push(`${files} outside the watched folder${watched.length === 1 ? '' : 's'} ${watched.join(', ')}`);
  }
  return findings;
}

/** Files in the input location that no partnership's folder has: their prefix is wrong. */
function strayKeys(input: any, output: any, watched: string[], bucket: Bucket | undefined): string[] {
  if (!bucket || watched.length === 0) return [];
  const out = output && output.bucketName === input.bucketName ? folder(output.key ?? '') : null;
  return bucket.keys.filter(
    (key) =>
      key.startsWith(folder(input.key ?? '')) &&
      !key.endsWith('/') &&
      !watched.some((each) => key.startsWith(each)) &&
      !(out && key.startsWith(out)),
  );
}

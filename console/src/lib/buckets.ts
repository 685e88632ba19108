// What buckets must have so that files are processed, here and on AWS.

import { admin, objectPath, s3, s3Xml } from './api';

const SERVICE = 'b2bi.amazonaws.com';
const INPUT_ACTIONS = ['s3:GetObject', 's3:GetObjectAttributes'];
const OUTPUT_ACTIONS = ['s3:PutObject'];

/** What is known of a bucket; null where the server does not tell. */
export interface Bucket {
  exists: boolean;
  /** Whether its notifications go to EventBridge. */
  hasEventBridge: boolean | null;
  policy: any;
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
  if (!exists) return { exists, hasEventBridge: null, policy: null, keys: [] };
  const [notification, policy, listing] = await Promise.all([
    found(() => s3Xml(`${path}?notification`)),
    found(async () => (await s3(`${path}?policy`)).json()),
    found(() => s3Xml(`${path}?list-type=2&max-keys=1000`)),
  ]);
  const keys = [...(listing?.querySelectorAll('Contents > Key') ?? [])].map((key) => key.textContent ?? '');
  const hasEventBridge = notification && notification.querySelector('EventBridgeConfiguration') !== null;
  return { exists, hasEventBridge, policy, keys };
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]);

/** Whether a text fits a pattern with `*` and `?`. */
function fits(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function isAbout(statement: any, action: string, resource: string): boolean {
  const principal = statement.Principal;
  const isService = principal === '*' || list(principal?.AWS).includes('*') || list(principal?.Service).includes(SERVICE);
  const isAction = list(statement.Action).some((each) => fits(each.toLowerCase(), action.toLowerCase()));
  return isService && isAction && list(statement.Resource).some((each) => fits(each, resource));
}

/** The actions that a policy does not let the service do on a key; conditions are not looked at. */
export function refusedActions(policy: any, bucket: string, key: string, actions: string[]): string[] {
  const statements: any[] = Array.isArray(policy?.Statement) ? policy.Statement : policy?.Statement ? [policy.Statement] : [];
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const has = (effect: string, action: string) =>
    statements.some((each) => each.Effect === effect && (effect === 'Allow' || !each.Condition) && isAbout(each, action, resource));
  return actions.filter((action) => !has('Allow', action) || has('Deny', action));
}

const folder = (key: string) => (key && !key.endsWith('/') ? `${key}/` : key);

/** What is wrong with the buckets of a capability, whose watched folders are given. */
export function bucketFindings(edi: any, watched: string[], buckets: Map<string, Bucket>, strict: StrictParts): Findings {
  const findings: Findings = { here: [], onAws: [] };
  const [input, output] = [edi.inputLocation, edi.outputLocation];
  const sides = [
    { what: 'input', location: input, actions: INPUT_ACTIONS },
    { what: 'output', location: output, actions: OUTPUT_ACTIONS },
  ];
  for (const { what, location, actions } of sides) {
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
    const refused = refusedActions(bucket.policy, name, key, actions);
    if (refused.length > 0) {
      const text = bucket.policy === null ? `${name} has no policy; ${SERVICE} needs ${refused.join(' and ')}` : `The policy of ${name} does not allow ${SERVICE} ${refused.join(' and ')} on ${key.slice(0, -4)}*`;
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

// The resources of an account as one picture, and what would not work in it.

import { admin, b2bi, list } from './api';
import { type Bucket, bucketFindings, readBucket, strictParts } from './buckets';
import { caller } from './store.svelte';

export type Kind = 'profile' | 'partnership' | 'capability' | 'transformer';

export interface Node {
  kind: Kind | 'stack';
  id: string;
  name: string;
  note: string;
  /** What would not work here, and what works here and would not on AWS. */
  problems: string[];
  onAws: string[];
  /** The stack that made it. */
  stack: string;
  description: any;
}

export interface Edge {
  from: string;
  to: string;
}

export interface Picture {
  nodes: Node[];
  edges: Edge[];
}

export const KINDS: { kind: Kind; title: string; operation: string; example: object }[] = [
  {
    kind: 'profile', title: 'Profiles', operation: 'Profile',
    example: { name: 'Acme', businessName: 'Acme Incorporated', phone: '5551112222', logging: 'ENABLED' },
  },
  {
    kind: 'partnership', title: 'Partnerships', operation: 'Partnership',
    example: { profileId: 'p-', name: 'Globex', email: 'edi@example.com', capabilities: ['ca-'] },
  },
  {
    kind: 'capability', title: 'Capabilities', operation: 'Capability',
    example: {
      name: 'Orders in', type: 'edi',
      configuration: {
        edi: {
          type: { x12Details: { transactionSet: 'X12_850', version: 'VERSION_4010' } },
          inputLocation: { bucketName: 'orders', key: 'in/' },
          outputLocation: { bucketName: 'orders', key: 'out/' },
          transformerId: 'tr-',
        },
      },
    },
  },
  {
    kind: 'transformer', title: 'Transformers', operation: 'Transformer',
    example: {
      name: 'Orders',
      inputConversion: { fromFormat: 'X12', formatOptions: { x12: { transactionSet: 'X12_850', version: 'VERSION_4010' } } },
      mapping: { templateLanguage: 'JSONATA', template: '$' },
    },
  },
];

/** The members that an update takes. */
const UPDATABLE: Record<Kind, string[]> = {
  profile: ['profileId', 'name', 'email', 'phone', 'businessName'],
  partnership: ['partnershipId', 'name', 'capabilities', 'capabilityOptions'],
  capability: ['capabilityId', 'name', 'configuration', 'instructionsDocuments'],
  transformer: ['transformerId', 'name', 'status', 'inputConversion', 'mapping', 'outputConversion', 'sampleDocuments'],
};

export function updateInput(node: Node): object {
  if (node.kind === 'stack') return {};
  return Object.fromEntries(UPDATABLE[node.kind].filter((key) => key in node.description).map((key) => [key, node.description[key]]));
}

/** The folder of a capability's input location that a partnership's files go into. */
export function watchedFolder(inputLocation: any, partnership: any): string {
  const parts = [inputLocation.key ?? '', partnership.tradingPartnerId ?? ''];
  return `${parts.map((each: string) => each.replace(/\/$/, '')).filter(Boolean).join('/')}/`;
}

/** Reads all resources of the account and the region. */
export async function readPicture(): Promise<Picture> {
  const all = async (operation: string, kind: Kind): Promise<any[]> => {
    const plural = kind === 'capability' ? 'capabilities' : `${kind}s`;
    const listed = await list(`List${operation === 'Capability' ? 'Capabilities' : `${operation}s`}`, plural);
    return Promise.all(listed.map((each) => b2bi(`Get${operation}`, { [`${kind}Id`]: each[`${kind}Id`] })));
  };
  const [profiles, partnerships, capabilities, transformers, stacks, strict] = await Promise.all([
    all('Profile', 'profile'), all('Partnership', 'partnership'), all('Capability', 'capability'), all('Transformer', 'transformer'),
    readStacks(), strictParts(),
  ]);
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const stackOf = (id: string) => stacks.find((stack) => stack.resources.some((each: any) => isOf(each, id)))?.name ?? '';
  const add = (kind: Kind, description: any, note: string, problems: string[], onAws: string[] = []) => {
    const id = description[`${kind}Id`];
    nodes.push({ kind, id, name: description.name, note, problems, onAws, stack: stackOf(id), description });
  };
  for (const profile of profiles) add('profile', profile, profile.businessName ?? '', []);
  for (const partnership of partnerships) {
    edges.push({ from: partnership.profileId, to: partnership.partnershipId });
    for (const id of partnership.capabilities ?? []) edges.push({ from: partnership.partnershipId, to: id });
    add('partnership', partnership, partnership.tradingPartnerId ?? '', partnershipProblems(partnership, profiles, capabilities));
  }
  const buckets = await readBuckets(capabilities);
  for (const capability of capabilities) {
    const edi = capability.configuration?.edi ?? {};
    if (edi.transformerId) edges.push({ from: capability.capabilityId, to: edi.transformerId });
    const transformer = transformers.find((each) => each.transformerId === edi.transformerId);
    const set = edi.type?.x12Details;
    const partners = partnerships.filter((each) => each.capabilities?.includes(capability.capabilityId));
    const watched = edi.inputLocation ? partners.map((each) => watchedFolder(edi.inputLocation, each)) : [];
    const { here, onAws } = await bucketFindings(capability, watched, buckets, strict);
    const unwatched = partners.length > 0 ? [] : ['No partnership has it, so no folder is watched'];
    const problems = [...capabilityProblems(edi, transformer), ...here, ...unwatched];
    add('capability', capability, [set?.transactionSet, set?.version].filter(Boolean).join(' '), problems, onAws);
  }
  for (const transformer of transformers) {
    add('transformer', transformer, transformer.mapping?.templateLanguage ?? '', transformer.status === 'active' ? [] : ['It is inactive: jobs fail until its status is active']);
  }
  for (const stack of stacks) {
    const made = nodes.filter((node) => stack.resources.some((each: any) => isOf(each, node.id)));
    edges.push(...made.map((node) => ({ from: stack.id, to: node.id })));
    nodes.push({ kind: 'stack', id: stack.id, name: stack.name, note: stack.status, problems: stackProblems(stack), onAws: [], stack: '', description: stack });
  }
  return { nodes, edges };
}

const isOf = (resource: any, id: string) => typeof resource.physicalId === 'string' && (resource.physicalId === id || resource.physicalId.endsWith(`/${id}`));

/** The stacks of the account and the region; none where the server's own routes are closed to the page. */
async function readStacks(): Promise<any[]> {
  try {
    return (await admin('GET', `/stacks?account=${caller.account}&region=${caller.region}`)).stacks;
  } catch {
    return [];
  }
}

function stackProblems(stack: any): string[] {
  const failed = stack.resources.filter((each: any) => /FAILED/.test(each.status)).map((each: any) => `${each.logicalId}: ${each.statusReason || each.status}`);
  return /FAILED|ROLLBACK/.test(stack.status) ? [[`Its status is ${stack.status}`, stack.statusReason].filter(Boolean).join(': '), ...failed] : failed;
}

function partnershipProblems(partnership: any, profiles: any[], capabilities: any[]): string[] {
  const missing = (partnership.capabilities ?? []).filter((id: string) => !capabilities.some((each) => each.capabilityId === id));
  const problems = missing.map((id: string) => `Its capability ${id} does not exist`);
  if (!profiles.some((each) => each.profileId === partnership.profileId)) problems.unshift(`Its profile ${partnership.profileId} does not exist`);
  if ((partnership.capabilities ?? []).length === 0) problems.push('It has no capability, so no folder of its own is watched');
  return problems;
}

function capabilityProblems(edi: any, transformer: any): string[] {
  const problems: string[] = [];
  if (edi.transformerId && !transformer) problems.push(`Its transformer ${edi.transformerId} does not exist`);
  if (transformer && transformer.status !== 'active') problems.push('Its transformer is inactive');
  const [input, output] = [edi.inputLocation, edi.outputLocation];
  if (input && output && input.bucketName === output.bucketName && (output.key ?? '').startsWith(input.key ?? '')) {
    problems.push('Its output folder is within its input folder');
  }
  const options = transformer?.inputConversion?.formatOptions?.x12 ?? transformer?.outputConversion?.formatOptions?.x12;
  const set = edi.type?.x12Details;
  if (options && set && (options.transactionSet !== set.transactionSet || options.version !== set.version)) {
    problems.push(`It is for ${set.transactionSet} ${set.version}, and its transformer for ${options.transactionSet} ${options.version}`);
  }
  return problems;
}

/** The buckets that capabilities name. */
async function readBuckets(capabilities: any[]): Promise<Map<string, Bucket>> {
  const named = capabilities.flatMap(({ configuration }) => [configuration?.edi?.inputLocation?.bucketName, configuration?.edi?.outputLocation?.bucketName]);
  const names = [...new Set<string>(named.filter(Boolean))];
  return new Map(await Promise.all(names.map(async (name) => [name, await readBucket(name)] as const)));
}

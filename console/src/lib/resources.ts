// The resources of an account as one picture, and what would not work in it.

import { b2bi, list, objectPath, s3 } from './api';

export type Kind = 'profile' | 'partnership' | 'capability' | 'transformer';

export interface Node {
  kind: Kind;
  id: string;
  name: string;
  note: string;
  problems: string[];
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
  return Object.fromEntries(UPDATABLE[node.kind].filter((key) => key in node.description).map((key) => [key, node.description[key]]));
}

/** Reads all resources of the account and the region. */
export async function readPicture(): Promise<Picture> {
  const all = async (operation: string, kind: Kind): Promise<any[]> => {
    const plural = kind === 'capability' ? 'capabilities' : `${kind}s`;
    const listed = await list(`List${operation === 'Capability' ? 'Capabilities' : `${operation}s`}`, plural);
    return Promise.all(listed.map((each) => b2bi(`Get${operation}`, { [`${kind}Id`]: each[`${kind}Id`] })));
  };
  const [profiles, partnerships, capabilities, transformers] = await Promise.all([
    all('Profile', 'profile'), all('Partnership', 'partnership'), all('Capability', 'capability'), all('Transformer', 'transformer'),
  ]);
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const add = (kind: Kind, description: any, note: string, problems: string[]) =>
    nodes.push({ kind, id: description[`${kind}Id`], name: description.name, note, problems, description });
  for (const profile of profiles) add('profile', profile, profile.businessName ?? '', []);
  for (const partnership of partnerships) {
    edges.push({ from: partnership.profileId, to: partnership.partnershipId });
    for (const id of partnership.capabilities ?? []) edges.push({ from: partnership.partnershipId, to: id });
    const missing = (partnership.capabilities ?? []).filter((id: string) => !capabilities.some((each) => each.capabilityId === id));
    add('partnership', partnership, partnership.tradingPartnerId ?? '', missing.map((id: string) => `Its capability ${id} does not exist`));
  }
  const missing = await missingBuckets(capabilities);
  for (const capability of capabilities) {
    const edi = capability.configuration?.edi ?? {};
    if (edi.transformerId) edges.push({ from: capability.capabilityId, to: edi.transformerId });
    const transformer = transformers.find((each) => each.transformerId === edi.transformerId);
    const set = edi.type?.x12Details;
    add('capability', capability, [set?.transactionSet, set?.version].filter(Boolean).join(' '), [
      ...capabilityProblems(edi, transformer, missing),
      ...(partnerships.some((each) => each.capabilities?.includes(capability.capabilityId)) ? [] : ['No partnership has it, so no folder is watched']),
    ]);
  }
  for (const transformer of transformers) {
    add('transformer', transformer, transformer.mapping?.templateLanguage ?? '', transformer.status === 'active' ? [] : ['It is inactive: jobs fail until its status is active']);
  }
  return { nodes, edges };
}

function capabilityProblems(edi: any, transformer: any, missing: Set<string>): string[] {
  const problems: string[] = [];
  if (edi.transformerId && !transformer) problems.push(`Its transformer ${edi.transformerId} does not exist`);
  if (transformer && transformer.status !== 'active') problems.push('Its transformer is inactive');
  for (const [what, location] of Object.entries({ input: edi.inputLocation, output: edi.outputLocation }) as [string, any][]) {
    if (location && missing.has(location.bucketName)) problems.push(`Its ${what} bucket ${location.bucketName} does not exist`);
  }
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

/** The buckets that capabilities name and that are not there. */
async function missingBuckets(capabilities: any[]): Promise<Set<string>> {
  const named = capabilities.flatMap(({ configuration }) => [configuration?.edi?.inputLocation?.bucketName, configuration?.edi?.outputLocation?.bucketName]);
  const missing = new Set<string>();
  for (const bucket of new Set(named.filter(Boolean))) {
    try {
      await s3(`${objectPath(bucket, '')}?location`);
    } catch {
      missing.add(bucket);
    }
  }
  return missing;
}

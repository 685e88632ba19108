// Completion of a template from the keys of its document.

/** The keys that may follow what stands before the cursor. */
export function completions(document: string, before: string): string[] {
  if (document.trimStart().startsWith('<')) return [...new Set([...document.matchAll(/<([A-Za-z_][\w.-]*)/g)].map((match) => match[1] ?? ''))];
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return [];
  }
  const path = /((?:`[^`]*`|[\w$]+)(?:\[[^\]]*\])?\s*\.\s*)+$/.exec(before)?.[0] ?? '';
  const steps = [...path.matchAll(/`([^`]*)`|([\w$]+)(?=\s*(?:\[|\.))/g)].map((match) => match[1] ?? match[2] ?? '');
  const found = keysOf(follow([value], steps));
  return (found.length > 0 ? found : [...new Set([...document.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map((match) => match[1] ?? ''))]).map(quoted);
}

const quoted = (key: string) => (/^[A-Za-z_]\w*$/.test(key) ? key : `\`${key}\``);

/** The values that a path leads to; lists are followed into each of their items. */
function follow(values: unknown[], steps: string[]): unknown[] {
  let current = values.flatMap(flat);
  for (const step of steps) {
    if (step === '$' || step === '$$') continue;
    current = current.flatMap((value) => (isObject(value) && step in value ? flat(value[step]) : []));
  }
  return current;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const flat = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flat) : [value]);
const keysOf = (values: unknown[]) => [...new Set(values.filter(isObject).flatMap((value) => Object.keys(value)))];

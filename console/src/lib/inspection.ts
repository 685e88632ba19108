// What the server found in a text, and how a place in it leads to a place in the document and back.

/** A segment: begin and end in the text, depth, loop, fit, begin and end in the document, transaction, number. */
export type Row = [number, number, number, string, string, number, number, number, number];

export interface Problem {
  rule: string;
  message: string;
  place: string;
  at: number;
  isOfElement: boolean;
  isNote: boolean;
}

export interface Delimiters {
  element: string;
  component: string;
  repetition: string | null;
  terminator: string;
}

export interface Inspection {
  selection: { transactionSet: string; version: string } | null;
  mismatch: string | null;
  contents: { transactionSet: string; version: string; transactions: number }[];
  delimiters: Delimiters | null;
  segments: Row[];
  segmentCount: number;
  /** Which part of the segments is listed here, and where each part begins in the text. */
  part: number;
  parts: number[];
  isWhole: boolean;
  problems: Problem[];
  omitted: number;
  report: string;
  acknowledgement: string | null;
  isRejected: boolean;
  back: { x12?: string; isSame?: boolean; error?: string } | null;
  document: string;
}

export interface Inspected extends Partial<Inspection> {
  kind: 'empty' | 'x12' | 'json' | 'xml';
  error?: string;
  x12?: string;
  inspected?: Inspection;
}

/** An element under a place, or the whole segment where `position` is 0. */
export interface Spot {
  row: Row;
  id: string;
  position: number;
  component: number;
  from: number;
  to: number;
  value: string;
}

/** The segment that covers a place, or none. */
export function rowAt(rows: Row[], at: number): Row | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.[0] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const row = rows[low - 1];
  return row && at <= row[1] ? row : undefined;
}

/** The segment whose part of the document covers a place. */
export function rowAtDocument(rows: Row[], at: number): Row | undefined {
  return rows.find((row) => row[5] <= at && at < row[6]);
}

/** The element, or the component of one, at a place of the text. */
export function spotAt(text: string, inspection: Inspection, at: number): Spot | undefined {
  const { delimiters, segments } = inspection;
  const row = rowAt(segments, at);
  if (!row || !delimiters) return undefined;
  const segment = text.slice(row[0], row[1]);
  const elements = segment.split(delimiters.element);
  const id = (elements[0] ?? '').trim();
  let from = row[0];
  for (const [position, element] of elements.entries()) {
    const to = from + element.length;
    if (at <= to) {
      const spot = { row, id, position, component: 0, from, to, value: element };
      const isComposite = position > 0 && id !== 'ISA' && element.includes(delimiters.component);
      return isComposite ? componentAt(spot, delimiters, at) : spot;
    }
    from = to + 1;
  }
  return undefined;
}

function componentAt(spot: Spot, delimiters: Delimiters, at: number): Spot {
  let { from } = spot;
  const repetitions = delimiters.repetition ? spot.value.split(delimiters.repetition) : [spot.value];
  for (const repetition of repetitions) {
    for (const [index, value] of repetition.split(delimiters.component).entries()) {
      const to = from + value.length;
      if (at <= to) return { ...spot, component: index + 1, from, to, value };
      from = to + 1;
    }
  }
  return spot;
}

const two = (number: number) => String(number).padStart(2, '0');

/** `BEG01`, or `SV101-02` for a component, or the segment's identifier. */
export function spotName(spot: Spot): string {
  if (spot.position === 0) return spot.id;
  return spot.id + two(spot.position) + (spot.component ? `-${two(spot.component)}` : '');
}

/** The place of an element in the document, or that of its segment. */
export function documentSpot(document: string, spot: Spot): { from: number; to: number } {
  const [, , , , , from, to] = spot.row;
  const part = document.slice(from, to);
  const names = spot.position ? keys(spot) : [];
  for (const name of names) {
    const found = new RegExp(`["<]${name}(?=["_>])`).exec(part);
    if (found) return lineAround(document, from + found.index);
  }
  const skipped = /^[\s,]*/.exec(part)?.[0].length ?? 0;
  return { from: from + skipped, to: from + part.trimEnd().length };
}

/** The keys that an element may have in the document, the most precise first. */
function keys(spot: Spot): string[] {
  const id = spot.id.replace(/[^A-Za-z0-9]/g, '');
  const element = `${id}_${two(spot.position)}`;
  return spot.component ? [`${element}_${two(spot.component)}`, element] : [element];
}

function lineAround(text: string, at: number): { from: number; to: number } {
  const end = text.indexOf('\n', at);
  return { from: at, to: end < 0 ? text.length : end };
}

/** The place in the text of what stands at a place of the document. */
export function textSpot(text: string, inspection: Inspection, at: number): { from: number; to: number } | undefined {
  const row = rowAtDocument(inspection.segments, at);
  const { delimiters } = inspection;
  if (!row || !delimiters) return undefined;
  const { document } = inspection;
  const begin = document.lastIndexOf('\n', at - 1) + 1;
  const end = document.indexOf('\n', at);
  const line = document.slice(begin, end < 0 ? undefined : end);
  const key = /["<][A-Z0-9]{2,3}_(\d\d)/.exec(line);
  if (!key) return { from: row[0], to: row[1] };
  const position = Number(key[1]);
  let from = row[0];
  for (const [index, element] of text.slice(row[0], row[1]).split(delimiters.element).entries()) {
    if (index === position) return { from, to: from + element.length };
    from += element.length + 1;
  }
  return { from: row[0], to: row[1] };
}

const quoted = (key: string) => (/^[A-Za-z_]\w*$/.test(key) ? key : `\`${key}\``);

/** The JSONata path of the value at a place of a document that is laid out with two blanks a level. */
export function jsonataPath(document: string, at: number): string {
  const parts: string[] = [];
  let begin = document.lastIndexOf('\n', at - 1) + 1;
  let indent = indentAt(document, begin);
  while (indent > 0) {
    const line = lineAt(document, begin);
    const key = /^\s*"((?:[^"\\]|\\.)*)":/.exec(line);
    if (/^\s*[}\]]/.test(line)) return '';
    let index = 0;
    let parent = begin;
    do {
      parent = document.lastIndexOf('\n', parent - 2) + 1;
      const other = indentAt(document, parent);
      if (other < indent) break;
      if (other === indent && !/^\s*[}\]]/.test(document.slice(parent, parent + indent + 1))) index += 1;
    } while (parent > 0);
    parts.unshift(key ? `.${quoted(JSON.parse(`"${key[1]}"`))}` : `[${index}]`);
    begin = parent;
    indent = indentAt(document, begin);
  }
  return parts.join('').replace(/^\./, '');
}

function indentAt(document: string, begin: number): number {
  let at = begin;
  while (document[at] === ' ') at += 1;
  return at - begin;
}

function lineAt(document: string, begin: number): string {
  const end = document.indexOf('\n', begin);
  return document.slice(begin, end < 0 ? undefined : end);
}

/** What a set says of an element. */
export interface OutlineValue {
  component: number;
  isRequired: boolean;
  type: string;
  min: number;
  max: number | null;
  codes: string[];
  codeCount: number;
}

export interface OutlineSegment {
  id: string;
  isRequired: boolean;
  max: number | null;
  opens: boolean;
  elements: { position: number; isRequired: boolean; isComposite: boolean; values: OutlineValue[] }[];
}

/** The use of a segment that fits its values best: a guide uses one identifier in several ways. */
export function bestUse(outline: OutlineSegment[], id: string, elements: string[]): OutlineSegment | undefined {
  let best: OutlineSegment | undefined;
  let most = -1;
  for (const segment of outline) {
    if (segment.id !== id) continue;
    let score = 0;
    for (const { position, values } of segment.elements) {
      const value = elements[position];
      const codes = values.length === 1 ? (values[0]?.codes ?? []) : [];
      if (value && codes.length > 0) score += codes.includes(value) ? 4 : -1;
    }
    if (best === undefined || score > most) [best, most] = [segment, score];
  }
  return best;
}

/** What is known of an element, in lines for people. */
export function facts(spot: Spot, text: string, inspection: Inspection, outline: OutlineSegment[]): string[] {
  const elements = text.slice(spot.row[0], spot.row[1]).split(inspection.delimiters?.element ?? '*');
  const inLoop = spot.row[3] ? `loop ${spot.row[3]}` : '';
  const use = bestUse(outline, spot.id, elements);
  if (!use) return [[spotName(spot), inLoop].filter(Boolean).join(', ')];
  if (spot.position === 0) {
    const often = use.max === null ? 'any number of times' : `at most ${use.max} time${use.max === 1 ? '' : 's'}`;
    const required = use.isRequired ? 'required' : 'optional';
    return [[spot.id, inLoop].filter(Boolean).join(', '), `${required}, ${often}${use.opens ? ', opens a loop' : ''}`];
  }
  const element = use.elements.find((each) => each.position === spot.position);
  if (!element) return [[spotName(spot), inLoop].filter(Boolean).join(', '), 'not used here'];
  const value = element.isComposite
    ? element.values.find((each) => each.component === Math.max(1, spot.component))
    : element.values[0];
  const lines = [[spotName(spot), inLoop].filter(Boolean).join(', ')];
  const required = (spot.component && value ? value.isRequired : element.isRequired) ? 'required' : 'optional';
  if (!value) return [...lines, required];
  const length = value.max === null ? `${value.min} characters or more` : value.min === value.max ? `${value.min} characters` : `${value.min} to ${value.max} characters`;
  lines.push(`${required}, ${value.type}, ${length}`);
  if (value.codes.length > 0) {
    const more = value.codeCount - value.codes.length;
    lines.push(`codes: ${value.codes.join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
  }
  return lines;
}

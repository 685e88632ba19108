// What the server found in a text, and how a place in it leads to a place in the document and back.

import { adminResponse } from './api';
import { laidOutXml } from './xml';

/** The segments of a part in columns: the numbers at one index belong to one segment. */
export interface Columns {
  /** Where each begins and ends in the text. */
  from: number[];
  to: number[];
  depth: number[];
  /** Its loop and how it fits there, as indexes of `names`. */
  inLoop: number[];
  fit: number[];
  /** Its part of the document. */
  documentFrom: number[];
  documentTo: number[];
  names: string[];
}

/** A segment with its places in the text and in the document. */
export interface Row {
  from: number;
  to: number;
  depth: number;
  loop: string;
  fit: string;
  documentFrom: number;
  documentTo: number;
}

/** What takes time, so the server makes it where it is looked at. */
export const PANES = ['report', 'acknowledgement', 'back'] as const;
export type Pane = (typeof PANES)[number];

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
  segments: Columns;
  segmentCount: number;
  /** Which part of the segments is listed here, and where each part begins in the text. */
  part: number;
  parts: number[];
  isWhole: boolean;
  problems: Problem[];
  omitted: number;
  isRejected: boolean;
  /** Only the pane that was asked for is there. */
  report?: string;
  acknowledgement?: string | null;
  back?: { x12?: string; isSame?: boolean; error?: string } | null;
  /** The document with one member or element a line. */
  document: string;
  /** The document as the service writes it. */
  written: string;
}

export interface Inspected extends Partial<Inspection> {
  kind: 'empty' | 'x12' | 'json' | 'xml';
  error?: string;
  /** The X12 that a document became. */
  x12?: string;
}

export interface InspectOptions {
  transactionSet?: string | undefined;
  version?: string | undefined;
  strict?: boolean;
  format?: string;
  part?: number;
  pane?: Pane | undefined;
}

/** Lets the server inspect a text. It answers a line of JSON, and then the document as it is. */
export async function inspectText(text: string, options: InspectOptions, signal?: AbortSignal): Promise<Inspected> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options)) if (value) query.set(key, String(value));
  const init: RequestInit = { method: 'POST', body: text, headers: { 'content-type': 'application/octet-stream' } };
  if (signal) init.signal = signal;
  const reply = await (await adminResponse(`/console/inspect?${query}`, init)).text();
  const end = reply.indexOf('\n');
  const found: Inspected = JSON.parse(reply.slice(0, end));
  if (!found.segments) return found;
  const written = reply.slice(end + 1);
  if (options.format !== 'xml') return { ...found, document: written, written };
  const { text: document, columns: segments } = laidOutXml(written, found.segments);
  return { ...found, segments, document, written };
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

/** The segment at an index, or none. */
export function rowOf(columns: Columns, index: number): Row | undefined {
  const [from, to, depth, documentFrom, documentTo] = [columns.from, columns.to, columns.depth, columns.documentFrom, columns.documentTo].map((column) => column[index]);
  if (from === undefined || to === undefined || depth === undefined || documentFrom === undefined || documentTo === undefined) return undefined;
  const name = (column: number[]) => columns.names[column[index] ?? 0] ?? '';
  return { from, to, depth, documentFrom, documentTo, loop: name(columns.inLoop), fit: name(columns.fit) };
}

/** The index of the last number that is not after a place, or -1. */
export function lastNotAfter(numbers: number[], at: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The segment that covers a place, or none. */
export function rowAt(columns: Columns, at: number): Row | undefined {
  const row = rowOf(columns, lastNotAfter(columns.from, at));
  return row && at <= row.to ? row : undefined;
}

/** The segment whose part of the document covers a place. */
export function rowAtDocument(columns: Columns, at: number): Row | undefined {
  const row = rowOf(columns, lastNotAfter(columns.documentFrom, at));
  return row && at < row.documentTo ? row : undefined;
}

/** The element, or the component of one, at a place of the text. */
export function spotAt(text: string, inspection: Inspection, at: number): Spot | undefined {
  const { delimiters, segments } = inspection;
  const row = rowAt(segments, at);
  if (!row || !delimiters) return undefined;
  const segment = text.slice(row.from, row.to);
  const elements = segment.split(delimiters.element);
  const id = (elements[0] ?? '').trim();
  let from = row.from;
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
  const { documentFrom: from, documentTo: to } = spot.row;
  const part = document.slice(from, to);
  if (document.startsWith('<')) return xmlSpot(part, spot, from);
  const names = spot.position ? keys(spot) : [];
  for (const name of names) {
    const found = new RegExp(`["<]${name}(?=["_>])`).exec(part);
    if (found) return lineAround(document, from + found.index);
  }
  const skipped = /^[\s,]*/.exec(part)?.[0].length ?? 0;
  return { from: from + skipped, to: from + part.trimEnd().length };
}

/** The same in XML, where an element is `<element Id="BEG01">`. */
function xmlSpot(part: string, spot: Spot, from: number): { from: number; to: number } {
  const begin = spot.position ? part.indexOf(`<element Id="${spot.id}${two(spot.position)}"`) : -1;
  if (begin < 0) return { from, to: from + part.length };
  const closing = '</element>';
  const end = part.indexOf(closing, begin);
  return { from: from + begin, to: from + (end < 0 ? part.length : end + closing.length) };
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
  const key = /["<][A-Z0-9]{2,3}_(\d\d)/.exec(line) ?? /Id="[A-Z0-9]{2,3}(\d\d)"/.exec(line);
  if (!key) return { from: row.from, to: row.to };
  const position = Number(key[1]);
  let { from } = row;
  for (const [index, element] of text.slice(row.from, row.to).split(delimiters.element).entries()) {
    if (index === position) return { from, to: from + element.length };
    from += element.length + 1;
  }
  return { from: row.from, to: row.to };
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
  const elements = text.slice(spot.row.from, spot.row.to).split(inspection.delimiters?.element ?? '*');
  const inLoop = spot.row.loop ? `loop ${spot.row.loop}` : '';
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

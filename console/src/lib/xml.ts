// XML of the service, which is one long line, with one element a line.

import type { Columns } from './inspection';

const BLANKS = '  ';

export interface LaidOut {
  text: string;
  columns: Columns;
}

/** An XML document with one element a line, and the places of its segments in that. */
export function laidOutXml(xml: string, columns: Columns): LaidOut {
  if (xml.includes('\n')) return { text: xml, columns };
  const pieces: string[] = [];
  /** Where blanks are put in, and how many until there. */
  const places: number[] = [];
  const added: number[] = [];
  let total = 0;
  let depth = 0;
  let end = 0;
  let wasOpening = false;
  for (const tag of xml.matchAll(/<[^>]*>/g)) {
    const from = tag.index;
    const isClosing = tag[0][1] === '/';
    const isEmpty = tag[0].endsWith('/>') || tag[0][1] === '?';
    if (isClosing) depth -= 1;
    if (from > 0 && from === end && !(isClosing && wasOpening)) {
      const blanks = `\n${BLANKS.repeat(Math.max(0, depth))}`;
      pieces.push(blanks);
      total += blanks.length;
      places.push(from);
      added.push(total);
    } else {
      pieces.push(xml.slice(end, from));
    }
    pieces.push(tag[0]);
    end = from + tag[0].length;
    wasOpening = !isClosing && !isEmpty;
    if (wasOpening) depth += 1;
  }
  pieces.push(xml.slice(end));
  const moved = (numbers: number[], isStart: boolean) => shifted(numbers, { places, added }, isStart);
  return {
    text: pieces.join(''),
    columns: { ...columns, documentFrom: moved(columns.documentFrom, true), documentTo: moved(columns.documentTo, false) },
  };
}

/** XML of one line with one element a line; text beside elements stays where it is. */
export function prettyXml(xml: string): string {
  const none = { from: [], to: [], depth: [], inLoop: [], fit: [], documentFrom: [], documentTo: [], names: [] };
  return laidOutXml(xml, none).text;
}

/** Places after blanks were put in: a start stands after those at its place, an end before them. */
function shifted(numbers: number[], { places, added }: { places: number[]; added: number[] }, isStart: boolean): number[] {
  return numbers.map((number) => {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = places[middle] ?? 0;
      if (isStart ? place <= number : place < number) low = middle + 1;
      else high = middle;
    }
    return number + (low > 0 ? (added[low - 1] ?? 0) : 0);
  });
}

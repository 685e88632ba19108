// Files of many megabytes: what the bench does so that they stay usable.

import { lastNotAfter } from './inspection';

/** The largest file that the bench takes, in bytes; a request may have 64 MiB. */
export const LARGEST = 48 * 1024 * 1024;
/** From which size a file is laid out when it is opened, and the longest line that is left as it is. */
const LARGE = 1_000_000;
export const LONG_LINE = 100_000;

/** Whether a text has a line that an editor is slow with. */
export function hasLongLine(text: string): boolean {
  if (text.length < LARGE) return false;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    if ((end < 0 ? text.length : end) - at > LONG_LINE) return true;
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}

/** X12 with one segment a line; null where that is not safe: a segment with binary data may hold the terminator. */
export function laidOut(text: string): string | null {
  const start = text.trimStart();
  const terminator = start.startsWith('ISA') ? start[105] : undefined;
  if (!terminator || /[\sA-Za-z0-9]/.test(terminator)) return null;
  if (start.includes(`${terminator}BIN`) || start.includes(`${terminator}BDS`)) return null;
  return `${start
    .split(terminator)
    .map((segment) => segment.trimStart())
    .filter(Boolean)
    .join(`${terminator}\n`)}${terminator}\n`;
}

/** The part of a file that a place belongs to; `starts` has where each part begins. */
export const partOf = (starts: number[], at: number): number => Math.max(0, lastNotAfter(starts, at));

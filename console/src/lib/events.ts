// Entries as they come: server-sent events, read with fetch, because the token is a header.

import { adminResponse } from './api';

const RETRY_MS = 2000;

export interface Following {
  /** The path below the server's own, with its query. */
  path: string;
  onEntry: (entry: any) => void;
  onState: (isOpen: boolean) => void;
  /** The number of the last entry that is known. */
  last?: number;
}

/** Follows a list until it is told to stop; goes on where it was when the server comes back. */
export function follow(following: Following): () => void {
  const stop = new AbortController();
  const place = { last: following.last ?? 0 };
  void (async () => {
    while (!stop.signal.aborted) {
      try {
        await read(stop.signal, following, place);
      } catch {
        // The server went away, or does not let us; it is asked again.
      }
      if (stop.signal.aborted) return;
      following.onState(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  })();
  return () => stop.abort();
}

async function read(signal: AbortSignal, { path, onEntry, onState }: Following, place: { last: number }): Promise<void> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (place.last > 0) headers['last-event-id'] = String(place.last);
  const response = await adminResponse(path, { headers, signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  onState(true);
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done || signal.aborted) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (!data) continue;
      const entry = JSON.parse(data.slice('data: '.length));
      place.last = entry.number ?? place.last;
      onEntry(entry);
    }
  }
}

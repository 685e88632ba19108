// Events as they come: server-sent events, read with fetch, because the token is a header.

import { adminResponse } from './api';

export interface B2biEvent {
  number: number;
  jobId: string;
  event: Record<string, any>;
}

const RETRY_MS = 2000;

/** Follows the events until it is told to stop. */
export function followEvents(onEvent: () => void, onState: (isOpen: boolean) => void): () => void {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      try {
        await read(stop.signal, onEvent, onState);
      } catch {
        // The server went away, or does not let us; it is asked again.
      }
      onState(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  })();
  return () => stop.abort();
}

async function read(signal: AbortSignal, onEvent: () => void, onState: (isOpen: boolean) => void): Promise<void> {
  const response = await adminResponse('/events', { headers: { accept: 'text/event-stream' }, signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  onState(true);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    if (value.includes('data:')) onEvent();
  }
}

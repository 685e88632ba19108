// What a view had when it was left, so that it is there again when it is shown again. It is in the page's memory
// alone: a reload forgets it.

const states = new Map<string, { rest: string; state: unknown }>();

/** Keeps the state of a view, with what followed the view in the address. */
export function keep(view: string, rest: string, state: unknown): void {
  states.set(view, { rest, state });
}

/** The state that was kept, unless the address asks for another one. */
export function kept<T>(view: string, rest: string): T | undefined {
  const found = states.get(view);
  return found && (rest === '' || rest === found.rest) ? (found.state as T) : undefined;
}

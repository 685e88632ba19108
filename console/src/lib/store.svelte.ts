// What all views share: the caller, the view in the address, the theme and a message.

const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1'];
export const VIEWS = ['bench', 'mapping', 'live', 'resources', 'objects', 'server'] as const;
export type View = (typeof VIEWS)[number];

export const caller = $state({ account: '123456789012', region: 'us-east-1' });
export const known = $state({ accounts: [] as string[], regions: REGIONS });

export interface Toast {
  text: string;
  isError: boolean;
}

export const page = $state({
  view: 'bench' as View,
  /** What follows the view in the address. */
  rest: '',
  toast: null as Toast | null,
  wantsToken: false,
  theme: 'auto' as 'auto' | 'light' | 'dark',
});

/** Reads the view from the address. */
export function readAddress(): void {
  const [view = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  page.view = (VIEWS as readonly string[]).includes(view) ? (view as View) : 'bench';
  page.rest = rest.join('/');
}

/** Writes the view into the address. */
export function go(view: View, rest = ''): void {
  location.hash = rest ? `/${view}/${rest}` : `/${view}`;
}

/** Writes what follows the view into the address, without a step in the history. */
export function replaceRest(view: View, rest: string): void {
  history.replaceState(null, '', `#/${view}/${rest}`);
  readAddress();
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a message for a while. */
export function tell(text: string, isError = false): void {
  clearTimeout(timer);
  page.toast = { text, isError };
  timer = setTimeout(() => (page.toast = null), isError ? 10_000 : 4000);
}

/** Shows what went wrong. */
export function tellError(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), true);
}

/** Copies a text and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied ${what}`);
  } catch {
    tell(`The browser does not allow copying; here is ${what}: ${text.slice(0, 200)}`, true);
  }
}

/** Changes the theme; `auto` follows the system. */
export function setTheme(theme: typeof page.theme): void {
  page.theme = theme;
  document.documentElement.dataset.theme = theme;
}

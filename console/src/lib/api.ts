// The server's interfaces, as any client uses them: B2BI over AWS JSON, S3, and the admin routes.

import { caller, page } from './store.svelte';

const TOKEN = 'b2bi-local-token';
/** The application that the journal names for requests of this page. */
export const APPLICATION = 'b2bi-local-console';
/** Browsers send no other user agent for a script, so SDKs use this header too. */
const AGENT = { 'x-amz-user-agent': `app/${APPLICATION}` };

/** An error that the server answered with. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Takes the admin token out of the address, so that it is not left in the history. */
export function takeToken(): void {
  const token = new URLSearchParams(location.hash.replace(/^#/, '')).get('token');
  if (token) {
    setToken(token);
    history.replaceState(null, '', location.pathname);
  }
}

export function setToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

/** The header of an unsigned request; it names the account and the region. */
export function authorization(service: string): string {
  const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${caller.account}/${date}/${caller.region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}

/** Calls an operation of B2BI. */
export async function b2bi<T = any>(operation: string, input: object = {}): Promise<T> {
  const response = await fetch('/', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `B2BI.${operation}`,
      ...AGENT,
      authorization: authorization('b2bi'),
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  let body: any;
  try {
    body = JSON.parse(text || '{}');
  } catch {
    throw new ApiError('', `${operation}: the reply is not JSON (${response.status})`, response.status);
  }
  if (!response.ok) {
    const code = String(body.__type ?? response.status).split('#').pop() ?? '';
    throw new ApiError(code, `${code}: ${body.message ?? body.Message ?? ''}`, response.status);
  }
  return body;
}

/** Calls all pages of a List operation. */
export async function list<T = any>(operation: string, member: string, input: object = {}): Promise<T[]> {
  const all: T[] = [];
  let nextToken: string | undefined;
  do {
    const reply: any = await b2bi(operation, { ...input, ...(nextToken ? { nextToken } : {}) });
    all.push(...(reply[member] ?? []));
    nextToken = reply.nextToken;
  } while (nextToken);
  return all;
}

function adminHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Requests one of the server's own routes. */
export async function adminResponse(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...adminHeaders(), ...(init.headers as Record<string, string>) };
  const response = await fetch(`/_b2bi${path}`, { ...init, headers });
  if (response.status === 401) page.wantsToken = true;
  if (!response.ok) {
    const text = await response.text();
    let message = text;
    try {
      message = JSON.parse(text).error ?? text;
    } catch {
      // The text as it is.
    }
    throw new ApiError('', message || `HTTP ${response.status}`, response.status);
  }
  return response;
}

/** Requests one of the server's own routes, JSON both ways. */
export async function admin<T = any>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const text = await (await adminResponse(path, init)).text();
  return (text ? JSON.parse(text) : undefined) as T;
}

const part = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The path of an object; a folder named `..` is not one that a browser may take for its own. */
export function objectPath(bucket: string, key: string): string {
  const parts = key.split('/').map((each) => (/^\.{1,2}$/.test(each) ? each.replaceAll('.', '%2E') : part(each)));
  return `/${part(bucket)}/${parts.join('/')}`;
}

/** Requests S3. */
export async function s3(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>), ...AGENT, authorization: authorization('s3') };
  const response = await fetch(path, { ...init, headers });
  if (!response.ok) {
    const body = await response.text();
    // A reply to HEAD has no body, and the parser's own error page breaks the content security policy.
    const xml = body.startsWith('<') ? new DOMParser().parseFromString(body, 'text/xml') : null;
    const text = (name: string) => xml?.querySelector(name)?.textContent ?? '';
    const code = text('Code') || String(response.status);
    throw new ApiError(code, `${code}: ${text('Message') || response.statusText}`, response.status);
  }
  return response;
}

/** Requests S3 and reads the XML of the reply. */
export async function s3Xml(path: string): Promise<Document> {
  const response = await s3(path);
  return new DOMParser().parseFromString(await response.text(), 'text/xml');
}

/** Saves a text or bytes as a file. */
export function download(name: string, content: BlobPart, type = 'text/plain'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

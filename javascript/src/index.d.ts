/** Members of a fault rule, as in the server's documentation (docs/faults.md). */
export interface Rule {
  /** Steps of the mini-language: `2*error(ThrottlingException) -> ok`. */
  chain?: string;
  /** An error code, or an error with its members. */
  error?: string | Record<string, unknown>;
  /** How many calls it acts on. */
  times?: number;
  [member: string]: unknown;
}

/** An event as EventBridge delivers it. */
export interface Event {
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  region: string;
  time: string;
  resources: string[];
  detail: Record<string, any>;
}

/** Filters of events; `*` is any text. */
export interface EventFilters {
  detailType?: string;
  jobId?: string;
  tradingPartnerId?: string;
  region?: string;
}

/** What `clientConfig` returns: it suits every client of the AWS SDK. */
export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  forcePathStyle: boolean;
}

/** A constructor of a client of the AWS SDK. */
export type ClientConstructor<C> = new (config: any) => C;

/** A fault rule. */
export interface Fault {
  readonly id: string;
  /** How often it acted. */
  fired(): Promise<number>;
  /** Whether the rule has done all that it was to do; one without an end never has. */
  completed(): Promise<boolean>;
  /** The rule with its counters; of a rule that was removed, as they were then. */
  state(): Promise<Record<string, any>>;
  /** The journal's entries of the requests that it acted on; each attempt is one. */
  requests(fields?: Record<string, string | number | boolean>): Promise<Record<string, any>[]>;
  /** Takes the rule away. */
  remove(): Promise<void>;
}

/** Fault rules about one account. */
export interface Faults {
  /**
   * Adds a rule about operations of this name or pattern.
   *
   * @throws {AdminError} the rule cannot be understood; it says what is wrong.
   */
  add(operation: string, rule: string | Rule): Promise<Fault>;
  /** The rules that were added here and never fired. */
  unfired(): Promise<Record<string, any>[]>;
  /** Takes the rules away that were added here. */
  clear(): Promise<void>;
}

/** The events that EventBridge would have delivered for one account. */
export interface Events {
  /** The events so far, oldest first. */
  all(filters?: EventFilters): Promise<Event[]>;
  /**
   * The events of a detail type, as soon as there are `count` (1): `waitFor("Transformation*")`.
   *
   * @throws {Error} there are fewer after `timeoutSeconds` (10); the message lists what was seen, and the jobs.
   */
  waitFor(detailType: string, options?: EventFilters & { count?: number; timeoutSeconds?: number }): Promise<Event[]>;
}

/** The server's clock, which all accounts share. */
export interface Clock {
  /** The time that it shows. */
  now(): Promise<Date>;
  /** Stops it, now or at a time of one's choice. */
  freeze(at?: Date): Promise<void>;
  /** Moves it forward. */
  advance(milliseconds: number): Promise<void>;
  /** Shows the machine's time again. */
  reset(): Promise<void>;
}

/** Calls the server's own routes, below `/_b2bi/`. */
export interface Admin {
  get(path: string, query?: Record<string, string | number | boolean>): Promise<any>;
  post(path: string, body?: unknown, query?: Record<string, string | number | boolean>): Promise<any>;
  put(path: string, body?: unknown, query?: Record<string, string | number | boolean>): Promise<any>;
  delete(path: string, query?: Record<string, string | number | boolean>): Promise<any>;
}

/** The server refused a request to one of its own routes. */
export class AdminError extends Error {
  readonly status: number;
  readonly body: unknown;
}

/** The server did not start, or ended with an error; its log is part of the message. */
export class ServerError extends Error {}

/** An account of a server: its clients, faults and events. */
export class Account {
  readonly id: string;
  readonly region: string;
  readonly endpoint: string;
  readonly faults: Faults;
  readonly events: Events;
  /** The configuration of a client of the AWS SDK. */
  clientConfig(): ClientConfig;
  /** A client of the AWS SDK: `account.client(B2biClient)`. */
  client<C>(Client: ClientConstructor<C>, config?: Record<string, unknown>): C;
  /** Environment variables that send the clients of other code here; undefined stands for one to remove. */
  environment(): Record<string, string | undefined>;
  /** Closes the clients and takes the fault rules away. */
  close(): Promise<void>;
}

/** A server that answers at an endpoint. */
export class Server {
  constructor(endpoint: string, token?: string, stop?: () => Promise<void>);
  readonly endpoint: string;
  readonly admin: Admin;
  readonly clock: Clock;
  /** An account of the server: of these twelve digits, or one that nobody else uses. */
  account(id?: string, region?: string): Account;
  /** Stops the server if it was started here. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface StartOptions {
  /** Flags of the server, such as `--quotas=false`. */
  flags?: string[];
  /** An image to start in a container, instead of a binary. */
  image?: string;
}

/**
 * Starts a server: the binary of `B2BI_LOCAL_BIN` or the PATH, else the image (`B2BI_LOCAL_IMAGE`, or `b2bi-local`).
 *
 * @throws {ServerError} it did not start, or there is neither a binary nor docker.
 */
export function start(options?: StartOptions): Promise<Server>;

/** The server that runs at an endpoint, or at `B2BI_LOCAL_ENDPOINT`; null if none is named. */
export function connect(endpoint?: string, token?: string): Server | null;

/** The binary that `B2BI_LOCAL_BIN` names, else the one on the PATH, else null. */
export function findBinary(): string | null;

/** Twelve digits by chance. */
export function newAccount(): string;

/** What `useB2biLocal` takes. */
export interface HookOptions extends StartOptions {
  /** The region of the tests' clients; us-east-1 if it is not given. */
  region?: string;
  /** Whether clients that the code under test makes are sent to the server (true). */
  environment?: boolean;
}

/** What tests use; all but `server` is about the account of the test that runs. */
export interface B2biLocal {
  readonly server: Server;
  readonly account: string;
  readonly region: string;
  readonly faults: Faults;
  readonly events: Events;
  /** A client of the AWS SDK, closed after the test: `b2bi.client(B2biClient)`. */
  client<C>(Client: ClientConstructor<C>, config?: Record<string, unknown>): C;
  clientConfig(): ClientConfig;
}

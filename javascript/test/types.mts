// What must compile, and, where the compiler is told to expect an error, what must not.
import { AdminError, connect, findBinary, Server, ServerError, start } from "../src/index.js";
import type { Event, Fault } from "../src/index.js";
import { useB2biLocal as useInJest } from "../src/jest.js";
import { useB2biLocal } from "../src/vitest.mjs";

class Client {
  constructor(readonly config: { endpoint?: string; region?: string }) {}
  destroy(): void {}
}

const server: Server = await start({ flags: ["--quotas=false"] });
const account = server.account("111122223333", "eu-west-1");
const client: Client = account.client(Client, { maxAttempts: 1 });
const config: ConstructorParameters<typeof Client>[0] = account.clientConfig();
const fault: Fault = await account.faults.add("Get*", { error: "ConflictException", times: 2 });
const chained: Fault = await account.faults.add("CreateProfile", "after reset -> ok");
const fired: number = await fault.fired();
const events: Event[] = await account.events.waitFor("Transformation*", { count: 2, timeoutSeconds: 1 });
const now: Date = await server.clock.now();
const binary: string | null = findBinary();
const running: Server | null = connect();
const errors: Error[] = [new ServerError("no")];
const check = (error: unknown): number => (error instanceof AdminError ? error.status : 0);

for (const use of [useB2biLocal, useInJest]) {
  const b2bi = use({ flags: ["--quotas=false"], region: "eu-west-1", environment: false });
  const made: Client = b2bi.client(Client);
  const id: string = b2bi.account;
  await b2bi.faults.add("*", { error: { code: "ConflictException" } });
  await b2bi.server.clock.freeze();
  // @ts-expect-error the account is read only
  b2bi.account = "111122223333";
}
// @ts-expect-error flags are a list
await start({ flags: "--quotas=false" });
// @ts-expect-error a rule needs members or a chain
await account.faults.add("Get*");

export { binary, chained, check, client, config, errors, events, fired, now, running };

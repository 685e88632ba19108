"use strict";
const assert = require("node:assert");
const { after, before, describe, it } = require("node:test");
const { AdminError, newAccount, start } = require("../src/index.js");
const { BINARY, call, withVariables } = require("./helpers.js");

const PROFILE = { name: "p", businessName: "b", phone: "5555555555", logging: "DISABLED" };
let server;
before(async () => {
  server = await withVariables({ B2BI_LOCAL_BIN: BINARY }, () => start());
});
after(() => server.stop());

describe("accounts", () => {
  it("see only what is theirs", async () => {
    const [one, two] = [server.account(), server.account("111122223333", "eu-west-1")];
    const made = await call(two, "CreateProfile", PROFILE);
    assert.match(made.profileArn, /^arn:aws:b2bi:eu-west-1:111122223333:profile/);
    assert.deepStrictEqual((await call(one, "ListProfiles")).profiles, []);
  });

  it("have twelve digits", () => {
    for (let turn = 0; turn < 1000; turn += 1) {
      assert.match(newAccount(), /^[1-9][0-9]{11}$/);
    }
    for (const wrong of ["1", "12345678901a", "1234567890123", 123456789012.5]) {
      assert.throws(() => server.account(wrong), /twelve digits/);
    }
  });

  it("make clients and close them", async () => {
    class Client {
      destroyed = false;
      constructor(config) {
        this.config = config;
      }
      destroy() {
        this.destroyed = true;
      }
    }
    const account = server.account("111122223333");
    const client = account.client(Client, { maxAttempts: 1 });
    const credentials = { accessKeyId: "111122223333", secretAccessKey: "any" };
    const { endpoint } = server;
    assert.deepStrictEqual(client.config, {
      endpoint, region: "us-east-1", credentials, forcePathStyle: true, maxAttempts: 1,
    });
    await account.close();
    assert.strictEqual(client.destroyed, true);
  });

  it("have an environment that leads nowhere else", async () => {
    await withVariables({ AWS_ENDPOINT_URL_S3: "http://elsewhere", AWS_PROFILE: "mine" }, () => {
      const variables = server.account("111122223333").environment();
      assert.strictEqual(variables.AWS_ENDPOINT_URL, server.endpoint);
      assert.strictEqual(variables.AWS_ACCESS_KEY_ID, "111122223333");
      for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_PROFILE"]) {
        assert.ok(name in variables && variables[name] === undefined, name);
      }
    });
  });
});

describe("faults", () => {
  const CASES = [
    ["2*error(ThrottlingException) -> ok", [429, 429, 200], true],
    [{ chain: "http(503) -> ok" }, [503, 200, 200], true],
    [{ error: "ConflictException", times: 1 }, [409, 200, 200], true],
    [{ error: { code: "InternalServerException", message: "no" }, times: 2 }, [500, 500, 200], true],
    [{ error: "ConflictException" }, [409, 409, 409], false],
  ];
  for (const [rule, statuses, completed] of CASES) {
    it(JSON.stringify(rule), async () => {
      const [account, other] = [server.account(), server.account()];
      const fault = await account.faults.add("ListProfiles", rule);
      const found = [];
      for (let turn = 0; turn < statuses.length; turn += 1) {
        found.push((await call(account, "ListProfiles")).status);
        assert.strictEqual((await call(other, "ListProfiles")).status, 200);
      }
      assert.deepStrictEqual(found, statuses);
      assert.strictEqual(await fault.completed(), completed);
      assert.ok((await fault.fired()) >= 1 && (await fault.requests()).length >= 1);
      await account.close();
      assert.strictEqual((await call(account, "ListProfiles")).status, 200);
      assert.ok((await fault.fired()) >= 1, "its counters are kept");
    });
  }

  it("are listed while they have not fired", async () => {
    const account = server.account();
    const fault = await account.faults.add("Get*", { error: "ConflictException" });
    assert.deepStrictEqual((await account.faults.unfired()).map((rule) => rule.id), [fault.id]);
    await account.close();
  });

  it("that cannot be understood are refused", async () => {
    const { faults } = server.account();
    for (const [operation, rule] of [["NoSuchOperation", "ok"], ["ListProfiles", "no such step"], ["*", { unknown: 1 }]]) {
      await assert.rejects(faults.add(operation, rule), (error) => error instanceof AdminError && error.status === 400);
    }
  });

  it("are gone after a reset of the server, and clear does not mind", async () => {
    const account = server.account();
    await account.faults.add("ListProfiles", "ok");
    await server.admin.post("reset");
    await server.admin.delete("faults");
    await account.close();
  });
});

describe("events and the clock", () => {
  it("wait for what does not come, and say what there is", async () => {
    const { id, events } = server.account();
    assert.deepStrictEqual(await events.all(), []);
    const wait = events.waitFor("Transformation*", { timeoutSeconds: 0.2 });
    await assert.rejects(wait, new RegExp(`0 of 1 events Transformation\\* after 0.2 s \\(account ${id}\\)\nseen: none\njobs: none`));
  });

  it("stop and advance", async () => {
    await server.clock.freeze(new Date("2026-01-31T09:30:00Z"));
    await server.clock.advance(60_000);
    assert.strictEqual((await server.clock.now()).toISOString(), "2026-01-31T09:31:00.000Z");
    await server.clock.reset();
    assert.ok((await server.clock.now()).getTime() > Date.now() - 60_000);
  });
});

it("routes are not called with names that are missing", async () => {
  await assert.rejects(server.admin.delete("faults", { id: undefined }), /no value for id/);
  await assert.rejects(server.admin.get("no-such-route"), { name: "AdminError", status: 404 });
});

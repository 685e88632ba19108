"use strict";
const { connect, start } = require("./start.js");

/**
 * Makes the function for test files: it registers hooks that start a server for the file and give each test an
 * account of its own, and returns what tests use.
 */
function makeHooks({ beforeAll, afterAll, beforeEach }) {
  return function useB2biLocal({ flags, image, region, environment = true } = {}) {
    let server = null;
    let account = null;
    let before = {};

    // What a test leaves is closed before the next one, so that hooks after the test can still use it.
    const leave = async () => {
      setVariables(before);
      before = {};
      await account?.close();
      account = null;
    };
    beforeAll(async () => {
      server = connect() ?? (await start({ flags, image }));
    });
    beforeEach(async () => {
      await leave();
      account = server.account(undefined, region);
      before = environment ? setVariables(account.environment()) : {};
    });
    afterAll(async () => {
      await leave();
      await server?.stop();
      server = null;
    });
    return handles(() => server, () => account);
  };
}

/** What tests use of the server, and of the account of the test that runs. */
function handles(theServer, theAccount) {
  const of = (name) => {
    const found = theAccount();
    if (!found) {
      throw new Error(`${name} is there while a test runs: use it in a test or in beforeEach`);
    }
    return found;
  };
  return {
    get server() {
      const found = theServer();
      if (!found) {
        throw new Error("server is there from beforeAll on: use it in a test or in a hook");
      }
      return found;
    },
    get account() {
      return of("account").id;
    },
    get region() {
      return of("region").region;
    },
    get faults() {
      return of("faults").faults;
    },
    get events() {
      return of("events").events;
    },
    client: (Client, config) => of("client").client(Client, config),
    clientConfig: () => of("clientConfig").clientConfig(),
  };
}

/** Sets environment variables, or removes those that are undefined; returns what they were. */
function setVariables(variables) {
  const before = {};
  for (const [name, value] of Object.entries(variables)) {
    before[name] = process.env[name];
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
  return before;
}

module.exports = { makeHooks };

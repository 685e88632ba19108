"use strict";
const crypto = require("node:crypto");
const { Events } = require("./events.js");
const { Faults } = require("./faults.js");

// Variables that would send a client elsewhere, or give it another identity.
const CLEARED = [
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
];
const ENDPOINT = "AWS_ENDPOINT_URL";

/** Twelve digits by chance. */
function newAccount() {
  return String(crypto.randomInt(10 ** 11, 10 ** 12));
}

/** An account of a server: its clients, faults and events. */
class Account {
  #clients = [];

  constructor(server, id, region) {
    if (!/^[0-9]{12}$/.test(id)) {
      throw new TypeError(`the account ${id} has not twelve digits`);
    }
    this.id = id;
    this.region = region;
    this.endpoint = server.endpoint;
    this.faults = new Faults(server.admin, id);
    this.events = new Events(server.admin, id);
  }

  /** The configuration of a client of the AWS SDK. */
  clientConfig() {
    return {
      endpoint: this.endpoint,
      region: this.region,
      credentials: { accessKeyId: this.id, secretAccessKey: "any" },
      forcePathStyle: true,
    };
  }

  /** A client of the AWS SDK: `account.client(B2biClient)`. `close` closes its connections. */
  client(Client, config = {}) {
    const client = new Client({ ...this.clientConfig(), ...config });
    this.#clients.push(client);
    return client;
  }

  /** Environment variables that send the clients of other code here; undefined stands for one to remove. */
  environment() {
    const elsewhere = Object.keys(process.env).filter((name) => name.startsWith(`${ENDPOINT}_`));
    return {
      ...Object.fromEntries([...CLEARED, ...elsewhere].map((name) => [name, undefined])),
      [ENDPOINT]: this.endpoint,
      AWS_ACCESS_KEY_ID: this.id,
      AWS_SECRET_ACCESS_KEY: "any",
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
  }

  /** Closes the clients and takes the fault rules away. */
  async close() {
    for (const client of this.#clients.splice(0)) {
      client.destroy?.();
    }
    await this.faults.clear();
  }
}

module.exports = { Account, newAccount };

"use strict";
const { Account, newAccount } = require("./account.js");
const { Admin } = require("./admin.js");
const { Clock } = require("./clock.js");

/** The server did not start, or ended with an error; its log is part of the message. */
class ServerError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "ServerError";
  }
}

/** A server that answers at an endpoint. */
class Server {
  #stop;

  constructor(endpoint, token, stop = async () => {}) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.admin = new Admin(this.endpoint, token);
    this.clock = new Clock(this.admin);
    this.#stop = stop;
  }

  /** An account of the server: of this number, or one that nobody else uses. */
  account(id = newAccount(), region = "us-east-1") {
    return new Account(this, id, region);
  }

  /** Stops the server if it was started here. */
  async stop() {
    const stop = this.#stop;
    this.#stop = async () => {};
    await stop();
  }

  [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    return this.stop();
  }
}

module.exports = { Server, ServerError };

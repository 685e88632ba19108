"use strict";

/** The server's clock, which all accounts share. */
class Clock {
  #admin;

  constructor(admin) {
    this.#admin = admin;
  }

  async now() {
    return new Date((await this.#admin.get("clock")).now);
  }

  async freeze(at) {
    await this.#admin.put("clock", { mode: "manual", ...(at ? { setTo: at.toISOString() } : {}) });
  }

  async advance(milliseconds) {
    await this.#admin.put("clock", { advanceMs: Math.round(milliseconds) });
  }

  async reset() {
    await this.#admin.put("clock", { mode: "real", setTo: new Date().toISOString(), skewMs: 0 });
  }
}

module.exports = { Clock };

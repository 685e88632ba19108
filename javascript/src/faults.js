"use strict";
const crypto = require("node:crypto");
const { AdminError } = require("./admin.js");

const GONE = 404;

/** Adds fault rules about an account; `clear` takes them away again, and only them. */
class Faults {
  #admin;
  #account;
  #faults = [];

  constructor(admin, account) {
    this.#admin = admin;
    this.#account = account;
  }

  /** Adds a rule about operations of this name or pattern: a chain, or the members of a rule. */
  async add(operation, rule) {
    const id = crypto.randomUUID();
    const members = { operation, ...(typeof rule === "string" ? { chain: rule } : rule) };
    const { warnings } = await this.#admin.post("faults", [{ ...spelled(members), id, account: this.#account }]);
    const fault = new Fault(this.#admin, this.#account, id);
    this.#faults.push(fault);
    for (const message of warnings) {
      process.emitWarning(`fault rule for ${operation}: ${message}`, "FaultWarning");
    }
    return fault;
  }

  /** The rules that were added here and never fired. */
  async unfired() {
    const rules = await Promise.all(this.#faults.map((fault) => fault.state()));
    return rules.filter((rule) => rule.fired === 0);
  }

  /** Takes the rules away that were added here. */
  async clear() {
    await Promise.all(this.#faults.splice(0).map((fault) => fault.remove()));
  }
}

/** A rule as the server reads it: a chain in steps, an error code in its place. */
function spelled({ chain, error, ...rule }) {
  return {
    ...rule,
    ...(chain === undefined ? {} : { steps: chain.split("->").map((step) => step.trim()) }),
    ...(error === undefined ? {} : { error: typeof error === "string" ? { code: error } : error }),
  };
}

/** A fault rule. */
class Fault {
  #admin;
  #account;
  #removed;

  constructor(admin, account, id) {
    this.#admin = admin;
    this.#account = account;
    this.id = id;
  }

  /** The rule with its counters; of a rule that was removed, as they were then. */
  async state() {
    return this.#removed ?? this.#admin.get(`faults/${this.id}`);
  }

  /** How often it acted. */
  async fired() {
    return (await this.state()).fired;
  }

  /** Whether the rule has done all that it was to do. */
  async completed() {
    return (await this.state()).completed;
  }

  /** The journal's entries of the requests that it acted on; each attempt is one. */
  async requests(fields = {}) {
    const query = { kind: "request", account: this.#account, rule: this.id, ...fields };
    return (await this.#admin.get("journal", query)).entries;
  }

  /** Takes the rule away. */
  async remove() {
    if (this.#removed) {
      return;
    }
    try {
      this.#removed = await this.state();
      await this.#admin.delete("faults", { id: this.id });
    } catch (error) {
      // A reset of the server has removed it already.
      if (!(error instanceof AdminError && error.status === GONE)) {
        throw error;
      }
    }
  }

  [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    return this.remove();
  }
}

module.exports = { Fault, Faults };

"use strict";

const WAIT_SECONDS = 10;
// Read when the module is loaded, since tests replace the clock of their process.
const nanoseconds = process.hrtime.bigint;

/** The events that EventBridge would have delivered for one account. */
class Events {
  #admin;
  #account;

  constructor(admin, account) {
    this.#admin = admin;
    this.#account = account;
  }

  /** The events so far, oldest first. */
  async all(filters = {}) {
    return (await this.#page(filters)).events;
  }

  /** The events of a detail type, as soon as there are `count`. */
  async waitFor(detailType, { count = 1, timeoutSeconds = WAIT_SECONDS, ...filters } = {}) {
    const deadline = nanoseconds() + BigInt(Math.round(timeoutSeconds * 1e9));
    const found = [];
    let since = 0;
    for (;;) {
      // The server waits, so that timers that a test has replaced do not matter.
      const left = Number(deadline - nanoseconds()) / 1e9;
      const wait = Math.max(0, Math.min(Math.ceil(left), WAIT_SECONDS));
      const { events, latest } = await this.#page({ ...filters, detailType, since, wait });
      found.push(...events);
      since = latest;
      if (found.length >= count) {
        return found;
      }
      if (left <= 0) {
        throw new Error(await this.#explain(found.length, count, detailType, timeoutSeconds));
      }
    }
  }

  async #page(query) {
    const reply = await this.#admin.get("events", { account: this.#account, ...query });
    return { latest: reply.latest, events: reply.events.map((entry) => entry.event) };
  }

  async #explain(found, count, detailType, seconds) {
    const seen = (await this.all()).map((event) => event["detail-type"]);
    const { jobs } = await this.#admin.get("jobs", { account: this.#account });
    const told = jobs.map((job) => `${job.id} ${job.state}${job.message ? `: ${job.message}` : ""}`);
    return [
      `${found} of ${count} events ${detailType} after ${seconds} s (account ${this.#account})`,
      `seen: ${seen.join(", ") || "none"}`,
      `jobs: ${told.join(", ") || "none"}`,
    ].join("\n");
  }
}

module.exports = { Events };

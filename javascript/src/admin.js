"use strict";
// Not `fetch`, which tests often replace, and which some test environments do not have.
const http = require("node:http");
const https = require("node:https");

const TIMEOUT_MS = 60_000;

/** The server refused a request to one of its own routes. */
class AdminError extends Error {
  constructor(status, message, body) {
    super(`${status}: ${message}`);
    this.name = "AdminError";
    this.status = status;
    this.body = body;
  }
}

/** Calls the server's own routes, below `/_b2bi/`. */
class Admin {
  #endpoint;
  #headers;

  constructor(endpoint, token) {
    this.#endpoint = endpoint;
    this.#headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  }

  get(path, query) {
    return this.request("GET", path, undefined, query);
  }

  post(path, body, query) {
    return this.request("POST", path, body, query);
  }

  put(path, body, query) {
    return this.request("PUT", path, body, query);
  }

  delete(path, query) {
    return this.request("DELETE", path, undefined, query);
  }

  async request(method, path, body, query = {}) {
    const target = path.startsWith("/") ? path : `/_b2bi/${path}`;
    const url = new URL(target, this.#endpoint);
    for (const [name, value] of Object.entries(query)) {
      // An empty name would mean more than intended: without an id, a DELETE removes all rules.
      if (value === undefined || value === null || value === "") {
        throw new TypeError(`${method} ${target}: no value for ${name}; leave it out or give one`);
      }
      url.searchParams.set(name, String(value));
    }
    const { status, text } = await send(method, url, this.#headers, body);
    const content = parse(text);
    if (status < 200 || status > 299) {
      throw new AdminError(status, content?.error ?? text, content);
    }
    return content;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function send(method, url, headers, body) {
  const client = url.protocol === "https:" ? https : http;
  const data = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = client.request(url, { method, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${method} ${url}: no reply in ${TIMEOUT_MS} ms`)));
    request.on("error", reject);
    request.end(data);
  });
}

module.exports = { Admin, AdminError };

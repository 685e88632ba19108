"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { findBinary } = require("../src/index.js");

const BINARY = findBinary();
const NAMES = ["B2BI_LOCAL_BIN", "B2BI_LOCAL_ENDPOINT", "B2BI_LOCAL_ADMIN_TOKEN", "B2BI_LOCAL_IMAGE", "PATH"];

/** Runs a body with these variables; undefined removes one, and those of the package that are not named. */
async function withVariables(variables, body) {
  const names = [...new Set([...NAMES, ...Object.keys(variables)])];
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const set = (all) => {
    for (const [name, value] of Object.entries(all)) {
      value === undefined ? delete process.env[name] : (process.env[name] = value);
    }
  };
  set({ ...Object.fromEntries(names.filter((name) => name !== "PATH").map((name) => [name, undefined])), ...variables });
  try {
    return await body();
  } finally {
    set(before);
  }
}

/** A folder with one program. */
function folderWith(t, name, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "b2bi-local-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, name), text, { mode: 0o755 });
  return folder;
}

/** Calls an operation of the service. */
async function call(account, operation, input = {}) {
  const response = await fetch(account.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `B2BI.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${account.id}/20260101/${account.region}/b2bi/aws4_request, SignedHeaders=host, Signature=00`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  return { status: response.status, ...(text ? JSON.parse(text) : {}) };
}

module.exports = { BINARY, call, folderWith, withVariables };

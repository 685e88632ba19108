// The AWS SDK for JavaScript against faults: retries, failures and executed operations.
// Usage: node faults.js BINARY, with the package aws-sdk in NODE_PATH.
"use strict";
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { createInterface } = require("node:readline");
const AWS = require("aws-sdk");

const ACCOUNT = "111122223333";
const PROFILE = { name: "n", businessName: "b", phone: "5555555", logging: "DISABLED" };
// A fault of CreateProfile; the result of the SDK, which tries four times; the numbers of requests, of
// executions, and of profiles afterwards.
const CASES = [
  ["2*error(ThrottlingException)->off", "ok", 3, 1, 1],
  ["9*error(ThrottlingException)", "ThrottlingException", 4, 0, 0],
  ["2*error(InternalServerException)->off", "ok", 3, 1, 1],
  ["9*error(InternalServerException)", "InternalServerException", 4, 0, 0],
  ["http(503)->off", "ok", 2, 1, 1],
  ["reset->off", "ok", 2, 1, 1],
  ["after reset->off", "ok", 2, 2, 1],
  ["9*after reset", "TimeoutError", 4, 4, 1],
  ["9*error(ValidationException)", "ValidationException", 1, 0, 0],
  ["9*error(ConflictException)", "ConflictException", 1, 0, 0],
  ["9*error(AccessDeniedException)", "AccessDeniedException", 1, 0, 0],
  ["9*error(ServiceQuotaExceededException)", "ServiceQuotaExceededException", 1, 0, 0],
];

/** Starts a server with the fault; gives the process and its URL. */
async function start(binary, fault) {
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith("B2BI_LOCAL_"));
  const env = { ...Object.fromEntries(foreign), B2BI_LOCAL_LISTEN: "127.0.0.1:0", B2BI_LOCAL_LOG: "error" };
  const flags = ["--faults", `CreateProfile=${fault}`];
  const server = spawn(binary, flags, { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(server.stdout), "line");
  assert.match(line, /^ready http:/);
  return { server, endpoint: line.split(" ")[1] };
}

function client(endpoint) {
  return new AWS.B2bi({
    endpoint, region: "us-east-1", accessKeyId: ACCOUNT, secretAccessKey: "any", retryDelayOptions: { base: 1 },
  });
}

async function found(endpoint) {
  const b2bi = client(endpoint);
  const told = await b2bi.createProfile(PROFILE).promise().then(() => "ok", (error) => error.code);
  const journal = await fetch(`${endpoint}/_b2bi/journal?operation=CreateProfile`);
  const { entries } = await journal.json();
  const executed = entries.reduce((sum, entry) => sum + entry.executed, 0);
  const { profiles } = await b2bi.listProfiles().promise();
  return [told, entries.length, executed, profiles.length];
}

async function check(binary, [fault, ...expected]) {
  const { server, endpoint } = await start(binary, fault);
  try {
    assert.deepStrictEqual(await found(endpoint), expected, fault);
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

async function main() {
  for (const row of CASES) {
    await check(process.argv[2], row);
  }
  console.log(`aws-sdk for JavaScript ${AWS.VERSION}: ${CASES.length} faults`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

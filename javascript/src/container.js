"use strict";
const crypto = require("node:crypto");
const { execFile } = require("node:child_process");
const { setTimeout: sleep } = require("node:timers/promises");
const { promisify } = require("node:util");
const { Server, ServerError } = require("./server.js");

const PORT = 4577;
const START_MS = 60_000;
const POLL_MS = 50;
const run = promisify(execFile);

/** Starts the image in a container, on a free port of this machine. */
async function startContainer(docker, image, flags) {
  // Other containers reach the server, so the admin API needs a token.
  const token = crypto.randomBytes(24).toString("base64url");
  const published = ["--publish", `127.0.0.1::${PORT}`, "--env", `B2BI_LOCAL_ADMIN_TOKEN=${token}`];
  const id = (await call(docker, ["run", "--detach", ...published, image, ...flags])).trim();
  const remove = async () => {
    await call(docker, ["rm", "--force", id]);
  };
  try {
    const server = new Server(await endpointOf(docker, id), token, remove);
    await untilReady(docker, id, server);
    return server;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function endpointOf(docker, id) {
  await checkRuns(docker, id);
  const [first] = (await call(docker, ["port", id, String(PORT)])).split("\n");
  return `http://127.0.0.1:${first.trim().split(":").pop()}`;
}

async function untilReady(docker, id, server) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      if ((await server.admin.get("health")).status === "ready") {
        return;
      }
    } catch (error) {
      if (Date.now() > deadline) {
        throw new ServerError(`the container ${id} does not answer at ${server.endpoint}`, { cause: error });
      }
    }
    await checkRuns(docker, id);
    await sleep(POLL_MS);
  }
}

async function checkRuns(docker, id) {
  const state = (await call(docker, ["inspect", "--format", "{{.State.Running}}", id])).trim();
  if (state !== "true") {
    const { stdout, stderr } = await run(docker, ["logs", id]);
    throw new ServerError(`the container ended; its log: ${(stdout + stderr).trim()}`);
  }
}

async function call(docker, parameters) {
  try {
    return (await run(docker, parameters)).stdout;
  } catch (error) {
    throw new ServerError(`docker ${parameters[0]} failed: ${(error.stderr ?? error.message).trim()}`, { cause: error });
  }
}

module.exports = { startContainer };

"use strict";
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const { Server, ServerError } = require("./server.js");

const PREFIX = "B2BI_LOCAL_";
const READY = "ready ";
// The end of the log that an error shows.
const LOG_CHARACTERS = 16_384;
// Its input is a pipe from here, so it ends with this process, however that ends.
const DEFAULTS = { B2BI_LOCAL_LISTEN: "127.0.0.1:0", B2BI_LOCAL_LOG: "warn", B2BI_LOCAL_STOP_WITH_INPUT: "true" };

/** Starts the binary on a free port, with these flags and no setting of the environment. */
async function startProcess(program, flags) {
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith(PREFIX));
  const child = spawn(program, flags, { env: { ...Object.fromEntries(foreign), ...DEFAULTS } });
  child.stdin.on("error", () => {});
  const log = logOf(child);
  const exited = once(child, "exit");
  const ended = exited.then(
    ([code, signal]) => {
      throw new ServerError(`the server ended with ${code === null ? signal : `status ${code}`}; ${log()}`);
    },
    (error) => {
      throw new ServerError(`${program} cannot be started`, { cause: error });
    },
  );
  const line = await Promise.race([firstLine(child), ended]);
  if (!line.startsWith(READY)) {
    child.kill("SIGKILL");
    throw new ServerError(`the server said ${JSON.stringify(line)} instead of being ready; ${log()}`);
  }
  ended.catch(() => {});
  // A server that is not stopped does not keep the process alive; it ends with it.
  const handles = [child, child.stdin, child.stdout, child.stderr];
  handles.forEach((handle) => handle.unref());
  return new Server(line.slice(READY.length).trim(), undefined, () => stop(child, exited, log));
}

async function stop(child, exited, log) {
  const byItself = child.exitCode !== null || child.signalCode !== null;
  child.ref();
  child.kill("SIGTERM");
  const [code, signal] = await exited;
  if (byItself || code !== 0) {
    throw new ServerError(`the server ended ${byItself ? "by itself " : ""}with ${code ?? signal}; ${log()}`);
  }
}

/** The first line of standard output; it never comes if there is none. */
function firstLine(child) {
  return new Promise((resolve) => readline.createInterface({ input: child.stdout }).once("line", resolve));
}

function logOf(child) {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (piece) => {
    text = (text + piece).slice(-LOG_CHARACTERS);
  });
  return () => (text.trim() ? `its log: ${text.trim()}` : "its log is empty");
}

module.exports = { startProcess };

#!/usr/bin/env node
// The commands of docker that the package uses; each container is a process that runs the binary.
// FAKE_DOCKER names a folder for what it knows, FAKE_DOCKER_BIN the binary.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { spawn } = require("node:child_process");

const [command, ...rest] = process.argv.slice(2);
const folder = process.env.FAKE_DOCKER;
const file = (name) => path.join(folder, name);
const read = (name) => fs.readFileSync(file(name), "utf8");
const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return !fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z");
  } catch {
    return false;
  }
};

function run() {
  fs.writeFileSync(file("run"), JSON.stringify(rest));
  const image = rest.findIndex((word, at) => at > 0 && !word.startsWith("--") && !rest[at - 1].match(/^--(publish|env)$/));
  if (rest[image] === "absent") {
    process.stderr.write("Unable to find image 'absent:latest' locally\n");
    process.exit(125);
  }
  const [, token] = rest.find((word) => word.startsWith("B2BI_LOCAL_ADMIN_TOKEN=")).split("=");
  const env = { ...process.env, B2BI_LOCAL_LISTEN: "127.0.0.1:0", B2BI_LOCAL_ADMIN_TOKEN: token };
  const streams = ["ignore", fs.openSync(file("out"), "w"), fs.openSync(file("err"), "w")];
  const child = spawn(process.env.FAKE_DOCKER_BIN, rest.slice(image + 1), { env, stdio: streams, detached: true });
  fs.writeFileSync(file("pid"), String(child.pid));
  child.unref();
  // The program of a container has begun when docker returns, so wait for a line of either stream.
  const wait = new Int32Array(new SharedArrayBuffer(4));
  while (!read("out") && !read("err")) {
    Atomics.wait(wait, 0, 0, 5);
  }
  process.stdout.write("c0ffee\n");
}

const commands = {
  run,
  port: () => process.stdout.write(`127.0.0.1:${read("out").trim().split(":").pop()}\n`),
  inspect: () => process.stdout.write(`${alive(Number(read("pid")))}\n`),
  logs: () => process.stderr.write(read("err")),
  rm() {
    fs.writeFileSync(file("removed"), JSON.stringify(rest));
    if (alive(Number(read("pid")))) {
      process.kill(Number(read("pid")));
    }
  },
};
commands[command]();

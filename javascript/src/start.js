"use strict";
const { findBinary, findOnPath, VARIABLE } = require("./binary.js");
const { startContainer } = require("./container.js");
const { startProcess } = require("./process.js");
const { Server, ServerError } = require("./server.js");

const ENDPOINT = "B2BI_LOCAL_ENDPOINT";
const TOKEN = "B2BI_LOCAL_ADMIN_TOKEN";
const IMAGE_VARIABLE = "B2BI_LOCAL_IMAGE";
const IMAGE = "b2bi-local";
const NO_BINARY = `no binary is named in ${VARIABLE} or on the PATH, and `;

/** Starts a server: the binary of `B2BI_LOCAL_BIN` or the PATH, else the image in a container. */
async function start({ flags = [], image } = {}) {
  const program = image ? null : findBinary();
  if (program) {
    return startProcess(program, flags);
  }
  const wanted = image ?? process.env[IMAGE_VARIABLE] ?? IMAGE;
  const docker = findOnPath("docker");
  if (!docker) {
    throw new ServerError(`${image ? "" : NO_BINARY}there is no docker on the PATH to start the image ${wanted}`);
  }
  try {
    return await startContainer(docker, wanted, flags);
  } catch (error) {
    throw image ? error : new ServerError(NO_BINARY + error.message, { cause: error });
  }
}

/** The server that runs at an endpoint, or at `B2BI_LOCAL_ENDPOINT`; null if none is named. */
function connect(endpoint = process.env[ENDPOINT], token = process.env[TOKEN]) {
  return endpoint ? new Server(endpoint, token) : null;
}

module.exports = { connect, start };

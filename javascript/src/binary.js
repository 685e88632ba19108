"use strict";
const fs = require("node:fs");
const path = require("node:path");

const VARIABLE = "B2BI_LOCAL_BIN";
const NAME = "b2bi-local";

/** The binary that `B2BI_LOCAL_BIN` names, else the one on the PATH, else null. */
function findBinary() {
  const named = process.env[VARIABLE];
  if (!named) {
    return findOnPath(NAME);
  }
  if (!isExecutable(named)) {
    throw new Error(`${VARIABLE} names ${named}, which is no program`);
  }
  return path.resolve(named);
}

/** A program on the PATH, or null. */
function findOnPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

module.exports = { VARIABLE, findBinary, findOnPath };

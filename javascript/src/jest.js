"use strict";
const { afterAll, beforeAll, beforeEach } = require("@jest/globals");
const { makeHooks } = require("./hooks.js");

module.exports = { useB2biLocal: makeHooks({ afterAll, beforeAll, beforeEach }) };

"use strict";
/** AWS B2B Data Interchange on one's own machine, for tests. */
const { Account, newAccount } = require("./account.js");
const { AdminError } = require("./admin.js");
const { findBinary } = require("./binary.js");
const { Server, ServerError } = require("./server.js");
const { connect, start } = require("./start.js");

module.exports = { Account, AdminError, Server, ServerError, connect, findBinary, newAccount, start };

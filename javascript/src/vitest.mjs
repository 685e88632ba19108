import { afterAll, beforeAll, beforeEach } from "vitest";
import hooks from "./hooks.js";

/** Starts a server for this test file, and gives each test an account of its own. */
export const useB2biLocal = hooks.makeHooks({ afterAll, beforeAll, beforeEach });

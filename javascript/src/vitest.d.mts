import type { B2biLocal, HookOptions } from "./index.js";

/** Starts a server for this test file, or uses that of `B2BI_LOCAL_ENDPOINT`; each test has an account of its own. */
export function useB2biLocal(options?: HookOptions): B2biLocal;

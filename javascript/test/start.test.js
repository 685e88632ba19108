"use strict";
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const { describe, it } = require("node:test");
const { connect, findBinary, ServerError, start } = require("../src/index.js");
const { BINARY, call, folderWith, withVariables } = require("./helpers.js");

const EMPTY = fs.mkdtempSync(path.join(os.tmpdir(), "b2bi-local-"));
const PROGRAM = "#!/bin/sh\nexit 0\n";

describe("the binary", () => {
  it("is the one of the variable, else the one on the PATH, else none", async (t) => {
    const folder = folderWith(t, "b2bi-local", PROGRAM);
    const there = path.join(folder, "b2bi-local");
    const other = path.join(folderWith(t, "other", PROGRAM), "other");
    const found = (variables) => withVariables(variables, findBinary);
    assert.strictEqual(await found({ B2BI_LOCAL_BIN: other, PATH: folder }), other);
    assert.strictEqual(await found({ PATH: [EMPTY, folder].join(":") }), there);
    assert.strictEqual(await found({ PATH: EMPTY }), null);
    await assert.rejects(found({ B2BI_LOCAL_BIN: EMPTY, PATH: folder }), /B2BI_LOCAL_BIN names .* no program/);
  });

  it("is missing, and the message says what to do", async () => {
    const all = ["B2BI_LOCAL_BIN", "PATH", "docker"].map((word) => `(?=.*${word})`).join("");
    await withVariables({ PATH: EMPTY }, () => assert.rejects(start(), new RegExp(all)));
    await withVariables({ PATH: EMPTY }, () => assert.rejects(start({ image: "mine" }), /docker .* image mine/));
  });
});

describe("a process", () => {
  const inProcess = (body, options, variables = {}) =>
    withVariables({ B2BI_LOCAL_BIN: BINARY, ...variables }, async () => {
      const server = await start(options);
      try {
        return await body(server);
      } finally {
        await server.stop();
      }
    });

  it("answers, and has ended after stop", async () => {
    const { endpoint } = await inProcess(async (server) => {
      assert.strictEqual((await server.admin.get("health")).status, "ready");
      assert.deepStrictEqual(await call(server.account(), "ListProfiles"), { status: 200, profiles: [] });
      return server;
    });
    await assert.rejects(fetch(endpoint));
  });

  it("has the flags, and none of the environment's settings", async () => {
    await inProcess(
      async (server) => {
        const { settings } = await server.admin.get("config");
        assert.deepStrictEqual([settings["quota-profiles"].value, settings.region.value], ["1", "us-east-1"]);
      },
      { flags: ["--quota-profiles=1"] },
      { B2BI_LOCAL_REGION: "eu-west-1" },
    );
  });

  it("that refuses its flags says why", async () => {
    const run = inProcess(() => {}, { flags: ["--no-such-flag"] });
    await assert.rejects(run, (error) => error instanceof ServerError && /status 2.*--no-such-flag/s.test(error.message));
  });

  it("that is no server says what it said", async (t) => {
    const program = path.join(folderWith(t, "other", "#!/bin/sh\necho hello; exec sleep 60\n"), "other");
    await withVariables({ B2BI_LOCAL_BIN: program }, () => assert.rejects(start(), /said "hello"/));
  });

  it("that ended by itself fails stop", async (t) => {
    const program = `#!/bin/sh\necho $$ >"$0.pid"\nexec ${BINARY} "$@"\n`;
    const wrapper = path.join(folderWith(t, "wrapper", program), "wrapper");
    const run = inProcess(async (server) => {
      process.kill(Number(fs.readFileSync(`${wrapper}.pid`, "utf8")), "SIGKILL");
      while (await fetch(server.endpoint).catch(() => null)) {
        // It still answers.
      }
    }, {}, { B2BI_LOCAL_BIN: wrapper });
    await assert.rejects(run, /SIGKILL/);
  });

  it("ends with a program that does not stop it", async () => {
    const script = `
      require(${JSON.stringify(path.resolve(__dirname, "../src/index.js"))}).start()
        .then((server) => console.log(server.endpoint));`;
    const run = await withVariables({ B2BI_LOCAL_BIN: BINARY }, () =>
      spawnSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 30_000 }));
    assert.strictEqual(run.status, 0, run.stderr);
    const endpoint = run.stdout.trim();
    const deadline = Date.now() + 30_000;
    while (await fetch(endpoint).catch(() => null)) {
      assert.ok(Date.now() < deadline, "it still answers");
    }
  });
});

describe("a server that runs already", () => {
  it("is the one of the variables", async () => {
    await withVariables({ B2BI_LOCAL_BIN: BINARY }, async () => {
      const server = await start({ flags: ["--admin-token=secret"] });
      try {
        await withVariables({ B2BI_LOCAL_ENDPOINT: `${server.endpoint}/`, B2BI_LOCAL_ADMIN_TOKEN: "secret" }, async () => {
          const found = connect();
          assert.strictEqual(found.endpoint, server.endpoint);
          assert.strictEqual((await found.clock.now()).getFullYear() > 2000, true);
          await found.stop();
        });
        await assert.rejects(connect(server.endpoint, "wrong").clock.now(), { name: "AdminError" });
      } finally {
        await server.stop();
      }
    });
  });

  it("is none where nothing is named", () => withVariables({}, () => assert.strictEqual(connect(), null)));
});

describe("a container", () => {
  const inContainer = async (t, body, options) => {
    const knows = fs.mkdtempSync(path.join(os.tmpdir(), "b2bi-local-"));
    t.after(() => fs.rmSync(knows, { recursive: true }));
    const docker = fs.readFileSync(path.join(__dirname, "fake-docker.js"), "utf8");
    const PATH = [folderWith(t, "docker", docker), path.dirname(process.execPath)].join(":");
    const read = (name) => JSON.parse(fs.readFileSync(path.join(knows, name), "utf8"));
    await withVariables({ PATH, FAKE_DOCKER: knows, FAKE_DOCKER_BIN: BINARY, ...options?.variables }, () =>
      body(() => start(options?.start), read));
  };

  it("is started where there is no binary, and removed by stop", (t) =>
    inContainer(t, async (started, read) => {
      const server = await started();
      assert.deepStrictEqual(await call(server.account(), "ListProfiles"), { status: 200, profiles: [] });
      assert.strictEqual((await server.clock.now()) instanceof Date, true);
      await server.stop();
      assert.deepStrictEqual(read("removed"), ["--force", "c0ffee"]);
      const asked = read("run").map((word) => word.replace(/TOKEN=.+/, "TOKEN=…"));
      const publish = ["--publish", "127.0.0.1::4577", "--env", "B2BI_LOCAL_ADMIN_TOKEN=…"];
      assert.deepStrictEqual(asked, ["--detach", ...publish, "b2bi-local"]);
    }));

  it("has the image and the flags that are asked for", async (t) => {
    const options = { start: { image: "mine:1", flags: ["--quota-profiles=0"] }, variables: { B2BI_LOCAL_BIN: BINARY } };
    await inContainer(t, async (started, read) => {
      await (await started()).stop();
      assert.deepStrictEqual(read("run").slice(-2), ["mine:1", "--quota-profiles=0"]);
    }, options);
    await inContainer(t, async (started, read) => {
      await (await started()).stop();
      assert.deepStrictEqual(read("run").slice(-1), ["theirs"]);
    }, { variables: { B2BI_LOCAL_IMAGE: "theirs" } });
  });

  it("that ends says why, and is removed", (t) =>
    inContainer(t, async (started, read) => {
      await assert.rejects(started(), /the container ended; its log: .*--no-such-flag/s);
      assert.deepStrictEqual(read("removed"), ["--force", "c0ffee"]);
    }, { start: { flags: ["--no-such-flag"] } }));

  it("of an image that is not there says so", (t) =>
    inContainer(t, (started) => assert.rejects(started(), /docker run failed: Unable to find image/), {
      start: { image: "absent" },
    }));
});

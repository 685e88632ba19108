"use strict";
const { CreateBucketCommand, GetObjectCommand, S3Client } = require("@aws-sdk/client-s3");
const B2bi = require("aws-sdk/clients/b2bi");
const { useB2biLocal } = require("b2bi-local/jest");
const { register } = require("../src/partners.js");

const local = useB2biLocal({ flags: ["--quota-profiles=2"] });

let b2bi;
let s3;
beforeEach(async () => {
  b2bi = local.client(B2bi, { retryDelayOptions: { base: 1 } });
  s3 = local.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: "partners" }));
});

test("partners are registered once", async () => {
  await register(b2bi, "partners", ["north", "south"]);
  expect(await register(b2bi, "partners", ["south"])).toEqual(["north", "south"]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "partners", Key: "partners.json" }));
  expect(JSON.parse(await Body.transformToString())).toEqual(["north", "south"]);
});

test.each([
  ["2*error(InternalServerException) -> ok", [500, 500]],
  ["after reset -> ok", [null]],
])("the SDK tries again after %s", async (chain, statuses) => {
  const fault = await local.faults.add("ListProfiles", chain);
  expect(await register(b2bi, "partners", ["north"])).toEqual(["north"]);
  expect((await fault.requests()).map((request) => request.status)).toEqual(statuses);
  expect(await fault.completed()).toBe(true);
});

test("the quota is reached", async () => {
  const attempt = register(b2bi, "partners", ["one", "two", "three"]);
  await expect(attempt).rejects.toMatchObject({ code: "ServiceQuotaExceededException" });
  const { profiles } = await b2bi.listProfiles().promise();
  expect(profiles.map((profile) => profile.name).sort()).toEqual(["one", "two"]);
});

test("fake timers do not matter", async () => {
  jest.useFakeTimers();
  try {
    await local.server.clock.freeze(new Date("2026-01-31T09:30:00Z"));
    expect((await local.server.clock.now()).toISOString()).toBe("2026-01-31T09:30:00.000Z");
    await expect(local.events.waitFor("Transformation*", { timeoutSeconds: 0.1 })).rejects.toThrow("0 of 1 events");
  } finally {
    jest.useRealTimers();
    await local.server.clock.reset();
  }
});

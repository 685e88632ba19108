import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import B2bi from "aws-sdk/clients/b2bi.js";
import { useB2biLocal } from "b2bi-local/vitest";
import { beforeEach, describe, expect, test } from "vitest";
import { Intake } from "../src/intake.js";

const ORDER =
  "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260101*0900*U*00401*000000001*0*T*>~" +
  "GS*PO*BLUE*NORTH*20260101*0900*1*X*004010~ST*850*0001~BEG*00*SA*PO-7**20260101~PO1*1*12*EA*9.5~CTT*1~" +
  "SE*5*0001~GE*1*1~IEA*1*000000001~";

const local = useB2biLocal({ flags: ["--quota-profiles=1"] });

let intake: Intake;
beforeEach(async () => {
  await local.client(S3Client).send(new CreateBucketCommand({ Bucket: "edi" }));
  intake = new Intake(local.client(B2bi, { retryDelayOptions: { base: 1 } }), "edi");
});

describe("an order", () => {
  test("is converted when it is uploaded", async () => {
    const folder = await intake.setUp("mine", "north");
    await intake.upload(`${folder}order.edi`, ORDER);
    const [event] = await local.events.waitFor("Transformation Completed");
    expect(await intake.order(event)).toEqual({ number: "PO-7" });
  });

  test("that is none fails", async () => {
    const folder = await intake.setUp("mine", "north");
    await intake.upload(`${folder}order.edi`, "not an order");
    const [event] = await local.events.waitFor("Transformation Failed");
    expect(event.account).toBe(local.account);
  });
});

describe("faults", () => {
  test("are overcome by retries", async () => {
    const fault = await local.faults.add("CreateProfile", "2*error(ThrottlingException) -> ok");
    await intake.setUp("mine", "north");
    expect((await fault.requests()).map((request) => request.status)).toEqual([429, 429]);
    expect(await fault.completed()).toBe(true);
  });

  test("that last are errors", async () => {
    await local.faults.add("CreateTransformer", { error: "ConflictException" });
    await expect(intake.setUp("mine", "north")).rejects.toMatchObject({ code: "ConflictException" });
  });
});

test("every test begins empty", async () => {
  const { Buckets } = await local.client(S3Client).send(new ListBucketsCommand({}));
  expect(Buckets?.map((bucket) => bucket.Name)).toEqual(["edi"]);
  expect((await intake.b2bi.listProfiles().promise()).profiles).toEqual([]);
});

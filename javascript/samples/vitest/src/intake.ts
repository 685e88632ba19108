// Takes purchase orders in: partners upload X12 files, the service converts them, orders end up in S3.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type B2bi from "aws-sdk/clients/b2bi.js";

const X12 = { transactionSet: "X12_850", version: "VERSION_4010" };

/** The service's event about a file, as EventBridge delivers it. */
export interface FileEvent {
  "detail-type": string;
  detail: Record<string, any>;
}

export class Intake {
  // The application makes this client from the environment, as most do.
  readonly #s3 = new S3Client({});

  constructor(readonly b2bi: B2bi, readonly bucket: string) {}

  /** Makes what partners need; returns the folder for uploads of one of them. */
  async setUp(company: string, partner: string): Promise<string> {
    const profile = await this.b2bi
      .createProfile({ name: company, businessName: company, phone: "5555555555", logging: "DISABLED" })
      .promise();
    const capability = await this.#capability();
    const partnership = await this.b2bi
      .createPartnership({
        profileId: profile.profileId, name: partner, email: "edi@example.com", capabilities: [capability],
      })
      .promise();
    return `in/${partnership.tradingPartnerId}/`;
  }

  async #capability(): Promise<string> {
    const { transformerId } = await this.b2bi
      .createTransformer({
        name: "orders",
        fileFormat: "JSON",
        mappingTemplate: '{"number": **.BEG_03}',
        ediType: { x12Details: X12 },
      })
      .promise();
    await this.b2bi.updateTransformer({ transformerId, status: "active" }).promise();
    const edi = {
      type: { x12Details: X12 },
      inputLocation: { bucketName: this.bucket, key: "in" },
      outputLocation: { bucketName: this.bucket, key: "out" },
      transformerId,
    };
    const made = await this.b2bi.createCapability({ name: "orders", type: "edi", configuration: { edi } }).promise();
    return made.capabilityId;
  }

  /** Uploads a file as a partner does. */
  async upload(key: string, text: string): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: text }));
  }

  /** The order that an event is about. */
  async order(event: FileEvent): Promise<{ number: string }> {
    const file = event.detail["output-file-s3-attributes"];
    const found = await this.#s3.send(new GetObjectCommand({ Bucket: file.bucket, Key: file["object-key"] }));
    return JSON.parse(await found.Body!.transformToString());
  }
}

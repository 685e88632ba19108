// Stacks as teams write them with CDK: L1 constructs of B2BI, a bucket, a rule that calls a function.
const cdk = require("aws-cdk-lib");
const { aws_b2bi: b2bi, aws_events: events, aws_events_targets: targets, aws_lambda: lambda, aws_s3: s3 } = cdk;

const app = new cdk.App();
const stack = new cdk.Stack(app, "Orders", { env: { account: process.env.ACCOUNT, region: "us-east-1" } });
const files = new s3.CfnBucket(stack, "Files");
const profile = new b2bi.CfnProfile(stack, "Profile", {
  name: "acme", businessName: "Acme", phone: process.env.PHONE ?? "5550100200", logging: "DISABLED",
});
const details = { transactionSet: "X12_850", version: "VERSION_4010" };
const transformer = new b2bi.CfnTransformer(stack, "Transformer", {
  name: "orders", status: "active",
  inputConversion: { fromFormat: "X12", formatOptions: { x12: details } },
  mapping: { templateLanguage: "JSONATA", template: "$" },
});
const capability = new b2bi.CfnCapability(stack, "Capability", {
  name: "orders", type: "edi",
  configuration: {
    edi: {
      capabilityDirection: "INBOUND", type: { x12Details: details }, transformerId: transformer.ref,
      inputLocation: { bucketName: files.ref, key: "in" }, outputLocation: { bucketName: files.ref, key: "out" },
    },
  },
});
const partnership = new b2bi.CfnPartnership(stack, "Partnership", {
  name: "partner", email: "a@example.com", profileId: profile.ref, capabilities: [capability.ref],
});
const done = new lambda.Function(stack, "Done", {
  runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler",
  code: lambda.Code.fromInline("exports.handler = async (event) => event.detail;"),
});
new events.Rule(stack, "Ended", {
  eventPattern: { source: ["aws.b2bi"], detail: { "trading-partner-id": [partnership.attrTradingPartnerId] } },
  targets: [new targets.LambdaFunction(done)],
});
new cdk.CfnOutput(stack, "Partner", { value: partnership.attrTradingPartnerId });

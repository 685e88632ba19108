// "Copy as": what a view does, as text that runs elsewhere.

export interface Call {
  endpoint: string;
  account: string;
  region: string;
}

export interface MappingSnippet extends Call {
  template: string;
  language: 'JSONATA' | 'XSLT';
  document: string;
  expected: string;
}

export interface ParsingSnippet extends Call {
  text: string;
  transactionSet: string;
  version: string;
  format: 'JSON' | 'XML';
}

/** A string of Python: JSON writes strings that Python reads, one a line. */
function python(text: string, indent: string): string {
  const lines = text.split(/(?<=\n)/);
  if (lines.length < 2) return JSON.stringify(text);
  return `(\n${lines.map((line) => `${indent}    ${JSON.stringify(line)}`).join('\n')}\n${indent})`;
}

/** A word of a shell. */
const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const client = (service: string, call: Call) => `boto3.client(
    ${JSON.stringify(service)}, endpoint_url=${JSON.stringify(call.endpoint)}, region_name=${JSON.stringify(call.region)},
    aws_access_key_id=${JSON.stringify(call.account)}, aws_secret_access_key="test",
)`;

const fileFormat = (snippet: MappingSnippet) => (snippet.language === 'XSLT' ? 'XML' : 'JSON');

export function mappingAsPytest(snippet: MappingSnippet): string {
  const isJson = snippet.language === 'JSONATA';
  const compared = isJson ? 'json.loads(json.loads(mapped)) == json.loads(EXPECTED)  # the service answers with a JSON string of the output' : 'mapped.strip() == EXPECTED.strip()';
  return `# pip install pytest-b2bi-local
${isJson ? 'import json\n\n' : ''}TEMPLATE = ${python(snippet.template, '')}
DOCUMENT = ${python(snippet.document, '')}
EXPECTED = ${python(snippet.expected, '')}


def test_mapping(b2bi):
    reply = b2bi.test_mapping(inputFileContent=DOCUMENT, mappingTemplate=TEMPLATE, fileFormat="${fileFormat(snippet)}")
    mapped = reply["mappedFileContent"]
    assert ${compared}
`;
}

export function mappingAsBoto3(snippet: MappingSnippet): string {
  return `import boto3

b2bi = ${client('b2bi', snippet)}
reply = b2bi.test_mapping(
    inputFileContent=${python(snippet.document, '    ')},
    mappingTemplate=${python(snippet.template, '    ')},
    fileFormat="${fileFormat(snippet)}",
)
print(reply["mappedFileContent"])
`;
}

const mappingInput = (snippet: MappingSnippet) =>
  JSON.stringify({ inputFileContent: snippet.document, mappingTemplate: snippet.template, fileFormat: fileFormat(snippet) });

export function mappingAsCli(snippet: MappingSnippet): string {
  return `${environment(snippet)} \\
  aws b2bi test-mapping --endpoint-url ${shell(snippet.endpoint)} --output text --query mappedFileContent \\
  --cli-input-json ${shell(mappingInput(snippet))}
`;
}

export function mappingAsCurl(snippet: MappingSnippet): string {
  return curl(snippet, 'TestMapping', mappingInput(snippet));
}

export function mappingAsCommand(snippet: MappingSnippet): string {
  const isJson = snippet.language === 'JSONATA';
  const [template, document] = isJson ? ['template.jsonata', 'document.json'] : ['template.xslt', 'document.xml'];
  return `${heredoc(template, snippet.template)}
${heredoc(document, snippet.document)}
b2bi-local map --template ${template} ${document}
`;
}

/** A transformer in a template of CloudFormation; a string of JSON is one of YAML. */
export function mappingAsCloudFormation(snippet: MappingSnippet, set: { transactionSet: string; version: string } | null): string {
  const { transactionSet, version } = set ?? { transactionSet: 'X12_850', version: 'VERSION_4010' };
  return `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Transformer:
    Type: AWS::B2BI::Transformer
    Properties:
      Name: mapping
      Status: active
      InputConversion:
        FromFormat: X12
        FormatOptions:
          X12:
            TransactionSet: ${transactionSet}
            Version: ${version}
      Mapping:
        TemplateLanguage: ${snippet.language}
        Template: ${JSON.stringify(snippet.template)}
`;
}

export function parsingAsPytest(snippet: ParsingSnippet): string {
  return `# pip install pytest-b2bi-local
ORDER = ${python(snippet.text, '')}


def test_parsing(b2bi, s3):
    s3.create_bucket(Bucket="inspected")
    s3.put_object(Bucket="inspected", Key="input.edi", Body=ORDER.encode())
    reply = b2bi.test_parsing(
        inputFile={"bucketName": "inspected", "key": "input.edi"},
        fileFormat="${snippet.format}",
        ediType={"x12Details": {"transactionSet": "${snippet.transactionSet}", "version": "${snippet.version}"}},
    )
    assert reply["parsedFileContent"]
    assert not reply.get("validationMessages")
`;
}

export function parsingAsBoto3(snippet: ParsingSnippet): string {
  return `import boto3

s3 = ${client('s3', snippet)}
b2bi = ${client('b2bi', snippet)}
text = ${python(snippet.text, '')}
s3.create_bucket(Bucket="inspected")
s3.put_object(Bucket="inspected", Key="input.edi", Body=text.encode())
reply = b2bi.test_parsing(
    inputFile={"bucketName": "inspected", "key": "input.edi"},
    fileFormat="${snippet.format}",
    ediType={"x12Details": {"transactionSet": "${snippet.transactionSet}", "version": "${snippet.version}"}},
)
print(reply["parsedFileContent"])
for message in reply.get("validationMessages", []):
    print(message)
`;
}

const parsingInput = (snippet: ParsingSnippet) =>
  JSON.stringify({
    inputFile: { bucketName: 'inspected', key: 'input.edi' },
    fileFormat: snippet.format,
    ediType: { x12Details: { transactionSet: snippet.transactionSet, version: snippet.version } },
  });

export function parsingAsCli(snippet: ParsingSnippet): string {
  return `${heredoc('input.edi', snippet.text)}
export ${environment(snippet)}
aws s3 mb s3://inspected --endpoint-url ${shell(snippet.endpoint)}
aws s3 cp input.edi s3://inspected/input.edi --endpoint-url ${shell(snippet.endpoint)}
aws b2bi test-parsing --endpoint-url ${shell(snippet.endpoint)} --output text --query parsedFileContent \\
  --cli-input-json ${shell(parsingInput(snippet))}
`;
}

export function parsingAsCurl(snippet: ParsingSnippet): string {
  const authorization = `-H ${shell(`authorization: ${unsigned(snippet, 's3')}`)}`;
  return `${heredoc('input.edi', snippet.text)}
curl -sS -X PUT ${shell(`${snippet.endpoint}/inspected`)} ${authorization}
curl -sS -T input.edi ${shell(`${snippet.endpoint}/inspected/input.edi`)} ${authorization}
${curl(snippet, 'TestParsing', parsingInput(snippet))}`;
}

export function parsingAsCommand(snippet: ParsingSnippet): string {
  return `${heredoc('input.edi', snippet.text)}
b2bi-local validate input.edi
b2bi-local parse --format ${snippet.format.toLowerCase()} input.edi
`;
}

const environment = (call: Call) => `AWS_ACCESS_KEY_ID=${call.account} AWS_SECRET_ACCESS_KEY=test AWS_REGION=${call.region} AWS_DEFAULT_REGION=${call.region}`;

function unsigned(call: Call, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=${call.account}/20260101/${call.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function curl(call: Call, operation: string, input: string): string {
  return `curl -sS ${shell(call.endpoint)} \\
  -H 'content-type: application/x-amz-json-1.0' -H ${shell(`x-amz-target: B2BI.${operation}`)} \\
  -H ${shell(`authorization: ${unsigned(call, 'b2bi')}`)} \\
  --data-raw ${shell(input)}
`;
}

/** A file, written by a shell as it stands, whatever its lines are. */
function heredoc(name: string, text: string): string {
  return `printf %s ${shell(text)} > ${name}`;
}

/** What a listed rule tells beside its definition. */
export const COUNTERS = ['matched', 'fired', 'passed', 'remaining', 'completed', 'lastFiredAt'];

/** A fault rule as TOML, as the server's configuration has it. */
export function ruleAsToml(rule: Record<string, unknown>): string {
  const lines = Object.entries(rule).filter(([key, value]) => !COUNTERS.includes(key) && value !== null);
  return `[[rules]]\n${lines.map(([key, value]) => `${key} = ${toml(value)}`).join('\n')}\n`;
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== null);
    return `{ ${members.map(([key, member]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${toml(member)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** A fault rule in the words of `--faults`; null where it says more than these can. */
export function ruleAsText(rule: Record<string, any>): string | null {
  const said = new Set(['id', 'description', 'enabled', 'operation', 'times', 'probability', 'error', 'latency', 'steps', ...COUNTERS]);
  if (Object.entries(rule).some(([key, value]) => !said.has(key) && value !== null && value !== undefined)) return null;
  if (rule.enabled === false || Array.isArray(rule.operation)) return null;
  const operation = rule.operation ?? '*';
  if (rule.steps) {
    const isMore = rule.error || rule.latency || rule.times !== undefined || rule.probability !== undefined;
    return isMore ? null : `${operation}=${[rule.steps].flat().join('->')}`;
  }
  const effect = effectAsText(rule);
  if (effect === null || (rule.times && rule.probability !== undefined && rule.probability < 1)) return null;
  const often = rule.times ? `${rule.times}*` : `${Number(((rule.probability ?? 1) * 100).toPrecision(12))}%`;
  return `${operation}=${often}${effect}`;
}

function effectAsText({ error, latency }: Record<string, any>): string | null {
  const only = (value: object, ...keys: string[]) => Object.keys(value).every((key) => keys.includes(key));
  if (error && latency) return null;
  if (error) return only(error, 'code', 'statusCode') && error.code ? `error(${[error.code, error.statusCode].filter(Boolean).join(',')})` : null;
  return latency && only(latency, 'fixedMs') ? `delay(${latency.fixedMs}ms)` : null;
}

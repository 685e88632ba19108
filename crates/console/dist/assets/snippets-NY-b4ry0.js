function e(e,t){let n=e.split(/(?<=\n)/);return n.length<2?JSON.stringify(e):`(\n${n.map(e=>`${t}    ${JSON.stringify(e)}`).join(`
`)}\n${t})`}var t=e=>`'${e.replaceAll(`'`,`'\\''`)}'`,n=(e,t)=>`boto3.client(
    ${JSON.stringify(e)}, endpoint_url=${JSON.stringify(t.endpoint)}, region_name=${JSON.stringify(t.region)},
    aws_access_key_id=${JSON.stringify(t.account)}, aws_secret_access_key="test",
)`,r=e=>e.language===`XSLT`?`XML`:`JSON`;function i(t){let n=t.language===`JSONATA`,i=n?`json.loads(json.loads(mapped)) == json.loads(EXPECTED)  # the service answers with a JSON string of the output`:`mapped.strip() == EXPECTED.strip()`;return`# pip install pytest-b2bi-local
${n?`import json

`:``}TEMPLATE = ${e(t.template,``)}
DOCUMENT = ${e(t.document,``)}
EXPECTED = ${e(t.expected,``)}


def test_mapping(b2bi):
    reply = b2bi.test_mapping(inputFileContent=DOCUMENT, mappingTemplate=TEMPLATE, fileFormat="${r(t)}")
    mapped = reply["mappedFileContent"]
    assert ${i}
`}function a(t){return`import boto3

b2bi = ${n(`b2bi`,t)}
reply = b2bi.test_mapping(
    inputFileContent=${e(t.document,`    `)},
    mappingTemplate=${e(t.template,`    `)},
    fileFormat="${r(t)}",
)
print(reply["mappedFileContent"])
`}var o=e=>JSON.stringify({inputFileContent:e.document,mappingTemplate:e.template,fileFormat:r(e)});function s(e){return`${_(e)} \\
  aws b2bi test-mapping --endpoint-url ${t(e.endpoint)} --output text --query mappedFileContent \\
  --cli-input-json ${t(o(e))}
`}function c(e){return y(e,`TestMapping`,o(e))}function l(e){let[t,n]=e.language===`JSONATA`?[`template.jsonata`,`document.json`]:[`template.xslt`,`document.xml`];return`${b(t,e.template)}
${b(n,e.document)}
b2bi-local map --template ${t} ${n}
`}function u(e,t){let{transactionSet:n,version:r}=t??{transactionSet:`X12_850`,version:`VERSION_4010`};return`AWSTemplateFormatVersion: "2010-09-09"
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
            TransactionSet: ${n}
            Version: ${r}
      Mapping:
        TemplateLanguage: ${e.language}
        Template: ${JSON.stringify(e.template)}
`}function d(t){return`# pip install pytest-b2bi-local
ORDER = ${e(t.text,``)}


def test_parsing(b2bi, s3):
    s3.create_bucket(Bucket="inspected")
    s3.put_object(Bucket="inspected", Key="input.edi", Body=ORDER.encode())
    reply = b2bi.test_parsing(
        inputFile={"bucketName": "inspected", "key": "input.edi"},
        fileFormat="${t.format}",
        ediType={"x12Details": {"transactionSet": "${t.transactionSet}", "version": "${t.version}"}},
    )
    assert reply["parsedFileContent"]
    assert not reply.get("validationMessages")
`}function f(t){return`import boto3

s3 = ${n(`s3`,t)}
b2bi = ${n(`b2bi`,t)}
text = ${e(t.text,``)}
s3.create_bucket(Bucket="inspected")
s3.put_object(Bucket="inspected", Key="input.edi", Body=text.encode())
reply = b2bi.test_parsing(
    inputFile={"bucketName": "inspected", "key": "input.edi"},
    fileFormat="${t.format}",
    ediType={"x12Details": {"transactionSet": "${t.transactionSet}", "version": "${t.version}"}},
)
print(reply["parsedFileContent"])
for message in reply.get("validationMessages", []):
    print(message)
`}var p=e=>JSON.stringify({inputFile:{bucketName:`inspected`,key:`input.edi`},fileFormat:e.format,ediType:{x12Details:{transactionSet:e.transactionSet,version:e.version}}});function m(e){return`${b(`input.edi`,e.text)}
export ${_(e)}
aws s3 mb s3://inspected --endpoint-url ${t(e.endpoint)}
aws s3 cp input.edi s3://inspected/input.edi --endpoint-url ${t(e.endpoint)}
aws b2bi test-parsing --endpoint-url ${t(e.endpoint)} --output text --query parsedFileContent \\
  --cli-input-json ${t(p(e))}
`}function h(e){let n=`-H ${t(`authorization: ${v(e,`s3`)}`)}`;return`${b(`input.edi`,e.text)}
curl -sS -X PUT ${t(`${e.endpoint}/inspected`)} ${n}
curl -sS -T input.edi ${t(`${e.endpoint}/inspected/input.edi`)} ${n}
${y(e,`TestParsing`,p(e))}`}function g(e){return`${b(`input.edi`,e.text)}
b2bi-local validate input.edi
b2bi-local parse --format ${e.format.toLowerCase()} input.edi
`}var _=e=>`AWS_ACCESS_KEY_ID=${e.account} AWS_SECRET_ACCESS_KEY=test AWS_REGION=${e.region} AWS_DEFAULT_REGION=${e.region}`;function v(e,t){return`AWS4-HMAC-SHA256 Credential=${e.account}/20260101/${e.region}/${t}/aws4_request, SignedHeaders=host, Signature=0`}function y(e,n,r){return`curl -sS ${t(e.endpoint)} \\
  -H 'content-type: application/x-amz-json-1.0' -H ${t(`x-amz-target: B2BI.${n}`)} \\
  -H ${t(`authorization: ${v(e,`b2bi`)}`)} \\
  --data-raw ${t(r)}
`}function b(e,n){return`printf %s ${t(n)} > ${e}`}var x=[`matched`,`fired`,`passed`,`remaining`,`completed`,`lastFiredAt`];function S(e){return`[[rules]]\n${Object.entries(e).filter(([e,t])=>!x.includes(e)&&t!==null).map(([e,t])=>`${e} = ${C(t)}`).join(`
`)}\n`}function C(e){return Array.isArray(e)?`[${e.map(C).join(`, `)}]`:typeof e==`object`&&e?`{ ${Object.entries(e).filter(([,e])=>e!==null).map(([e,t])=>`${/^[\w-]+$/.test(e)?e:JSON.stringify(e)} = ${C(t)}`).join(`, `)} }`:JSON.stringify(e)}function w(e){let t=new Set([`id`,`description`,`enabled`,`operation`,`times`,`probability`,`error`,`latency`,`steps`,...x]);if(Object.entries(e).some(([e,n])=>!t.has(e)&&n!=null)||e.enabled===!1||Array.isArray(e.operation))return null;let n=e.operation??`*`;if(e.steps)return e.error||e.latency||e.times!==void 0||e.probability!==void 0?null:`${n}=${[e.steps].flat().join(`->`)}`;let r=T(e);return r===null||e.times&&e.probability!==void 0&&e.probability<1?null:`${n}=${e.times?`${e.times}*`:`${Number(((e.probability??1)*100).toPrecision(12))}%`}${r}`}function T({error:e,latency:t}){let n=(e,...t)=>Object.keys(e).every(e=>t.includes(e));return e&&t?null:e?n(e,`code`,`statusCode`)&&e.code?`error(${[e.code,e.statusCode].filter(Boolean).join(`,`)})`:null:t&&n(t,`fixedMs`)?`delay(${t.fixedMs}ms)`:null}export{l as a,f as c,h as d,d as f,u as i,m as l,S as m,a as n,c as o,w as p,s as r,i as s,x as t,g as u};
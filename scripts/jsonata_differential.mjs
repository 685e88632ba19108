// Evaluates the expressions of fixtures/mapping/jsonata with jsonata-js, and compares the results with
// those on standard input, which crates/mapping/examples/jsonata_results.rs prints.
// Usage: node jsonata_differential.mjs JSONATA-JS FIXTURES [MOST]
// MOST is for generated expressions: one in this many may differ for a reason that is not in REASONS.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [library, fixtures, most] = process.argv.slice(2);
const jsonata = createRequire(import.meta.url)(library);
const text = (name) => readFileSync(join(fixtures, name), "utf8");
const rows = (name) => text(name).split("\n").filter(Boolean).map((line) => line.split("\t"));

// A result in the form of the service: functions are empty strings.
const replacer = (_, value) => (typeof value === "function" || value?._jsonata_lambda || value?._jsonata_function ? "" : value);

async function result(expression, input) {
  try {
    const value = await jsonata(expression).evaluate(input);
    return value === undefined ? {} : { value: JSON.stringify(value, replacer, 2) };
  } catch (error) {
    return { error: error.code ?? null };
  }
}

const parsed = (text) => JSON.stringify(JSON.parse(text));

// The reasons for which a result of any expression may differ.
const REASONS = [
  ["a builtin that is applied partially to a regular expression, a date, a URL or a condition checks its arguments here", (theirs, ours, expression) =>
    /[(,]\s*\?\s*[,)]/.test(expression)
      && /\/|\$(?:own|toMillis|fromMillis|encodeUrl|boolean|contains|replace|split|join)\(|\$(?:toMillis|fromMillis|encodeUrl|boolean)\b/.test(expression)
      && ("error" in ours || "error" in theirs)],
  ["an object that a template has made has no text in JavaScript", (theirs, ours, expression) =>
    theirs.error === null && /\[object Object\]/.test(ours.value) && /\$(?:join|sum)\(\?/.test(expression)],
  ["the result of a builtin that the template also binds is not put in order", (theirs, ours, expression) =>
    theirs.value && ours.value && /\$(?:keys|merge|own) :=/.test(expression) && parsed(theirs.value) === parsed(ours.value)],
  ["a regular expression that is handed to a function's value is one of Rust", (theirs, ours, expression) =>
    /\$own\(.*\/|\$(\w+) := \$\1; .*\/|\$own\(.*\$re\b|\$(\w+) := \$\2; .*\$re\b/.test(expression)],
  ["a replaced builtin under another name is not given the context, and passes over surplus arguments", (theirs, ours, expression) =>
    /\(\$(?:own := \$(?:pad|join|number|fromMillis|toMillis)|(pad|join|number|fromMillis|toMillis) := \$\1);/.test(expression)],
  ["the library has unwrapped a single item that is a list before the [] is seen", (theirs, ours, expression) =>
    theirs.value && ours.value && /\$(?:filter|map|each|keys|match|spread)\(.*\)\[\]/.test(expression)
      && parsed(theirs.value) === `[${parsed(ours.value)}]`],
  ["a text at the right of ~> is passed over here, where jsonata-js wants a function", (theirs, ours, expression) =>
    theirs.error === "T2006" && /~>[^~]*&/.test(expression)],
  ["both are errors", (theirs, ours) => "error" in theirs && "error" in ours],
];

const ours = readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const expressions = rows("expressions.tsv");
if (ours.length !== expressions.length) {
  throw new Error(`${ours.length} results for ${expressions.length} expressions`);
}
const originals = existsSync(join(fixtures, "originals.tsv")) ? rows("originals.tsv") : [];
const inputs = text("inputs.json");
const listed = existsSync(join(fixtures, "deviations.tsv")) ? rows("deviations.tsv") : [];
const reasons = new Map(listed.map(([input, expression, reason]) => [`${input}\t${expression}`, reason]));
const groups = new Map();
const faults = [];
const explained = new Map();
for (const [nth, [group, name, expression]] of expressions.entries()) {
  const count = groups.get(group) ?? { same: 0, listed: 0, faults: 0 };
  groups.set(group, count);
  // Parsed again for each, so that no expression can change the input of the next one.
  const theirs = await result(expression, JSON.parse(inputs)[name]);
  const same = JSON.stringify(theirs) === JSON.stringify(ours[nth]);
  if (most && !same) {
    const original = originals[nth]?.[0] && await result(originals[nth][0], JSON.parse(inputs)[name]);
    const reason = REASONS.find(([, explains]) => explains(theirs, ours[nth], expression, original));
    if (reason) {
      explained.set(reason[0], (explained.get(reason[0]) ?? 0) + 1);
      count.listed += 1;
      continue;
    }
  }
  const key = `${name}\t${expression}`;
  const listed = (reasons.get(key) ?? "").length > 20;
  reasons.delete(key);
  if (same !== listed) {
    count[same ? "same" : "listed"] += 1;
    continue;
  }
  count.faults += 1;
  faults.push(
    same
      ? `listed, but deviates no longer: ${key}`
      : `not listed: ${key}\n  jsonata-js ${JSON.stringify(theirs)}\n  here       ${JSON.stringify(ours[nth])}`,
  );
}
for (const key of reasons.keys()) faults.push(`listed, but not among the expressions: ${key}`);

const total = { same: 0, listed: 0, faults: 0 };
for (const [group, count] of [...groups, ["all", total]]) {
  for (const kind of group === "all" ? [] : Object.keys(total)) total[kind] += count[kind];
  console.log(`${group.padEnd(18)}${count.same} the same, ${count.listed} deviating as listed, ${count.faults} wrong`);
}
for (const fault of faults) console.error(fault);
for (const [reason, count] of explained) console.log(`${count} differ: ${reason}`);
const allowed = most ? Math.floor(expressions.length / Number(most)) : 0;
process.exitCode = faults.length <= allowed ? 0 : 1;

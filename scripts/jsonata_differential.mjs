// Evaluates the expressions of fixtures/mapping/jsonata by jsonata-js, and compares the results with
// those on standard input, which crates/mapping/examples/jsonata_results.rs prints.
// Usage: node jsonata_differential.mjs JSONATA-JS FIXTURES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [library, fixtures] = process.argv.slice(2);
const jsonata = createRequire(import.meta.url)(library);
const text = (name) => readFileSync(join(fixtures, name), "utf8");
const rows = (name) => text(name).split("\n").filter(Boolean).map((line) => line.split("\t"));

// As the service writes a result: functions are empty strings.
const replacer = (_, value) => (typeof value === "function" || value?._jsonata_lambda || value?._jsonata_function ? "" : value);

async function result(expression, input) {
  try {
    const value = await jsonata(expression).evaluate(input);
    return value === undefined ? {} : { value: JSON.stringify(value, replacer, 2) };
  } catch (error) {
    return { error: error.code ?? null };
  }
}

const ours = readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const expressions = rows("expressions.tsv");
if (ours.length !== expressions.length) {
  throw new Error(`${ours.length} results for ${expressions.length} expressions`);
}
const inputs = text("inputs.json");
const reasons = new Map(rows("deviations.tsv").map(([input, expression, reason]) => [`${input}\t${expression}`, reason]));
const groups = new Map();
const faults = [];
for (const [nth, [group, name, expression]] of expressions.entries()) {
  const count = groups.get(group) ?? { same: 0, listed: 0, faults: 0 };
  groups.set(group, count);
  // Read anew for each, so that no expression can change what the next one sees.
  const theirs = await result(expression, JSON.parse(inputs)[name]);
  const same = JSON.stringify(theirs) === JSON.stringify(ours[nth]);
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
process.exitCode = faults.length === 0 ? 0 : 1;

// Maps a document with jsonata-js, and prints the median of the milliseconds; without rounds, the
// output. Usage: node bench_mapping.mjs JSONATA-JS TEMPLATE DOCUMENT ROUNDS
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [library, template, document, rounds] = process.argv.slice(2);
const jsonata = createRequire(import.meta.url)(library);
const [source, text] = [template, document].map((name) => readFileSync(name, "utf8"));
const map = async () => JSON.stringify(await jsonata(source).evaluate(JSON.parse(text)), null, 2);

const times = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const begun = performance.now();
  await map();
  times.push(performance.now() - begun);
}
times.sort((one, other) => one - other);
console.log(times.length ? times[times.length >> 1].toFixed(3) : await map());

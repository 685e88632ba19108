// Writes expressions for scripts/jsonata-differential, with the documents that they are evaluated on, into
// a folder: `inputs.json` and `expressions.tsv`.
// Usage: node jsonata_expressions.mjs random COUNT SEED FOLDER
//        node jsonata_expressions.mjs variants FIXTURES SUITE FOLDER
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Random numbers from a seed.
function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (count) => Math.floor(next() * count), of: (list) => list[Math.floor(next() * list.length)] };
}

// An order as a partner's document, and in the service's form.
const ORDER = {
  number: "PO-4471", date: "20260301", time: "0915", total: "0064490", note: "", blank: null, weight: 12.5,
  parties: [{ code: "ST", name: "North Depot", id: "0081" }, { code: "BT", name: "Head Office" }],
  lines: [
    { n: "1", sku: "AB-1", qty: "3", price: "2.50", tags: ["cold", "new"] },
    { n: "2", sku: "CD-2", qty: "10", price: "36.07", tags: ["new"] },
    { n: "3", sku: "EF-3", qty: "1", price: "65", tags: [] },
    { n: "4", sku: "AB-1", qty: "7", price: "2.50" },
  ],
  single: { sku: "GH-4", qty: 2 },
};
const SEGMENTS = {
  segments: [
    { ST_01: "850", ST_02: "0001" },
    { BEG_01: "00", BEG_02: "NE", BEG_03: "PO-4471", BEG_05: "20260301" },
    { "N1-1000_loop": [{ N1_01: "ST", N1_02: "North Depot" }, { N4_01: "Elm", N4_02: "KS" }] },
    { "N1-1000_loop": [{ N1_01: "BT", N1_02: "Head Office" }] },
    { "PO1-2000_loop": [{ PO1_01: "1", PO1_02: "3", PO1_04: "2.50" }, { PID_05: "rope" }] },
    { "PO1-2000_loop": [{ PO1_01: "2", PO1_02: "10", PO1_04: "36.07" }] },
    { "CTT-3000_loop": [{ CTT_01: "2" }] },
  ],
};

function random(count, seed) {
  const { below, of } = chance(seed);
  const texts = () => of(["number", "date", "note", "parties[0].name", "lines[0].sku", "single.sku", '"a-b-c"', '" x "', "missing", "$string(total)"]);
  const numbers = () => of(["$number(total)", "weight", "$number(lines[1].qty)", "single.qty", "-3", "2.5", "0", "$count(lines)", "missing", "$sum(lines.$number(qty))"]);
  const lists = () => of(["lines", "parties", "lines.sku", "lines.tags", "lines.$number(qty)", "missing", "single", "lines[$number(qty) > 2]", "parties.code"]);
  const picture = () => of(["[Y0001]-[M01]-[D01]", "[M01]/[D01]/[Y0001]", "[D1] [MNn] [Y]", "[Y0001][M01][D01][H01][m01]", "[FNn]"]);
  const compare = () => of(["=", "!=", "<", ">", "<=", ">="]);
  const text = (depth) => depth <= 0 ? texts() : of([
    texts,
    () => `${text(depth - 1)} & ${any(depth - 1)}`,
    () => `$substring(${text(depth - 1)}, ${below(5) - 2}${of(["", `, ${below(4)}`])})`,
    () => `$pad(${text(depth - 1)}, ${below(20) - 10}${of(["", ', "0"', ', "#-"'])})`,
    () => `$replace(${text(depth - 1)}, ${of(['"-", "+"', '"o", ""', '/[a-c]/, "$0."', '/([A-Z])-/, "$1+"', "/[a-z]+/, function($m){$uppercase($m.match)}"])}${of(["", ", 1"])})`,
    () => `$join(${list(depth - 1)}.$string($)${of(["", ', "-"', ', ""'])})`,
    () => `${text(depth - 1)} ~> $${of(["uppercase", "lowercase", "trim", "length", "string"])}${of(["", "()"])}`,
    () => `(${text(depth - 1)} ~> ${of(['$replace(?, "-", "")', '$pad(?, 9, "0")', '$substringBefore(?, "-")', "$trim ~> $uppercase", '$split("-")', '$replace("-", "+")', '$contains(?, "-")', '$substring(1, 3)'])})`,
    () => `$substring${of(["Before", "After"])}(${text(depth - 1)}, ${of(['"-"', '" "', '"zz"'])})`,
    () => `$fromMillis($toMillis(${of(["date", '"20260231"', '"20261215"', '"20260001"'])}, "[Y0001][M01][D01]"), "${picture()}")`,
    () => `$formatNumber(${number(depth - 1)}, ${of(['"#,##0.00"', '"000"', '"0.0"', '"#0%"'])})`,
    () => `${boolean(depth - 1)} ? ${text(depth - 1)} : ${text(depth - 1)}`,
    () => `$${of(["encodeUrl", "encodeUrlComponent", "base64encode"])}(${text(depth - 1)})`,
  ])();
  const number = (depth) => depth <= 0 ? numbers() : of([
    numbers,
    () => `(${number(depth - 1)} ${of(["+", "-", "*"])} ${number(depth - 1)})`,
    () => `(${number(depth - 1)} ${of(["/", "%"])} ${1 + below(7)})`,
    () => `$${of(["sum", "max", "min", "average"])}(${of(["lines.$number(qty)", "lines.$number(price)", "lines.($number(qty) * $number(price))", list(depth - 1)])})`,
    () => `$round(${number(depth - 1)}, ${below(4) - 1})`,
    () => `$${of(["floor", "ceil", "abs"])}(${number(depth - 1)})`,
    () => `$count(${list(depth - 1)})`,
    () => `$length(${text(depth - 1)})`,
    () => `$number(${of(['"+5"', '"007"', '"1.50"', '"-.5"', '" 4"', "lines[0].price", text(depth - 1)])})`,
    () => `$reduce(${list(depth - 1)}.$number(qty), function($a, $b){$a + $b}${of(["", ", 0"])})`,
  ])();
  const list = (depth) => depth <= 0 ? lists() : of([
    lists,
    () => `${lists()}[${boolean(depth - 1)}]`,
    () => `${lists()}[${below(4) - 1}]`,
    () => `${lists()}[]`,
    () => `$filter(${list(depth - 1)}, function($v){${of(["$exists($v.sku)", "$v.qty > 2", '$v = "ST"', "$number($v.qty) > 2"])}})${of(["", "[]"])}`,
    () => `$map(${list(depth - 1)}, ${of(["$string", "$number", "$uppercase", "$length", "$type", "function($v, $i){$i}", "function($v){$v.sku}", '$replace(?, "-", "")', '$pad(?, 4, "*")', "$exists"])})`,
    () => `$sort(${list(depth - 1)}${of(["", ", function($l, $r){$l.price > $r.price}", ", function($l, $r){$l.price >= $r.price}", ", function($l, $r){$number($l.qty) < $number($r.qty)}"])})`,
    () => `(${list(depth - 1)}^(${of(["sku", ">sku", "price", "$number(qty)", ">$number(qty), sku", "$"])}))`,
    () => `$distinct(${list(depth - 1)})`,
    () => `$reverse(${list(depth - 1)})`,
    () => `$append(${list(depth - 1)}, ${any(depth - 1)})`,
    () => `[${any(depth - 1)}, ${any(depth - 1)}]`,
    () => `$split(${text(depth - 1)}, ${of(['"-"', '""', "/[-_]/"])}${of(["", ", 2"])})`,
    () => `lines#$i.(${of(["$i & sku", "$i", "{sku: $i}"])})`,
    () => `lines@$l.parties@$p[${boolean(0)}].($l.sku & $p.code)`,
    () => `(${list(depth - 1)} ~> ${of(["$sort()[0]", "$reverse", "$count", "$distinct()", "$sort[0]", "$map($string)", "$join(?, '+')", "$filter(function($v){$v.qty > 2})[]"])})`,
    () => `$zip(${list(depth - 1)}, ${list(depth - 1)})`,
    () => `$match(${text(depth - 1)}, /[a-z]+/i)${of([".match", ".index", "[0].match", "[]"])}`,
    () => `**.${of(["sku", "code", "qty"])}`,
    () => `lines.tags[${of(['$not($ = "new")', '$exists($)', '$ != "new"', boolean(depth - 1)])}]`,
    () => `(${list(depth - 1)} ~> ${of(["$map(?, $string)", "$sum(?)", "$count(?)", "$reverse(?)", '$filter(?, function($v){$v != "ST"})'])})`,
    () => `$keys(lines.{$string(${of(["qty", "n", "sku"])}): price})`,
  ])();
  const object = (depth) => of([
    () => `{"a": ${any(depth - 1)}, "b": ${any(depth - 1)}}`,
    () => `lines{${of(["sku", "price", "$string(qty)"])}: ${of(["$sum($number(qty))", "$count($)", "qty", "n[]", "$join(n, ',')"])}}`,
    () => `$merge([{"a": ${any(depth - 1)}}, single])`,
    () => `lines.{"id": sku, "v": ${any(depth - 1)}}`,
    () => `$merge(lines.{$string(${of(["qty", "n", "sku"])}): ${texts()}, "b": 1, "07": 2})`,
    () => `{"z": ${any(depth - 1)}, "10": 1, "9": ${texts()}}${of(["", ".*"])}`,
    () => `lines ~> |$|{$string(qty): ${of(["sku", "1"])}, "3": n}, "tags"|`,
    () => `$sift(single, function($v, $k){$k ${compare()} "qty"})`,
    () => `$spread(single)`,
    () => `single ~> |$|{"x": ${any(depth - 1)}}, "sku"|`,
    () => `$each(single, function($v, $k){$k & $v})`,
    () => `($x := ${any(depth - 1)}; {"x": $x, "t": $type($x)})`,
  ])();
  const boolean = (depth) => depth <= 0 ? of(['code = "ST"', "qty > 2", "$exists(tags)", "$exists($)", "$number(qty) > 2", "true", "sku"]) : of([
    () => `${any(depth - 1)} ${compare()} ${any(depth - 1)}`,
    () => `${text(depth - 1)} ${compare()} ${text(depth - 1)}`,
    () => `(${boolean(depth - 1)} ${of(["and", "or"])} ${boolean(depth - 1)})`,
    () => `$${of(["not", "boolean", "exists"])}(${any(depth - 1)})`,
    () => `${text(depth - 1)} in ${list(depth - 1)}`,
    () => `$contains(${text(depth - 1)}, ${of(['"-"', "/[/]/", "/^[A-Z]+-[0-9]$/"])})`,
  ])();
  const any = (depth) => of([text, text, number, list, list, object, boolean])(Math.max(depth, 0));
  const edi = () => of([
    `segments.BEG_0${1 + below(5)}`,
    `segments.\`N1-1000_loop\`[N1_01 = "${of(["ST", "BT", "ZZ"])}"].${of(["N1_02", "N4_01", "{'n': N1_02}"])}`,
    `segments.\`PO1-2000_loop\`.{"line": ${of(["PO1_01", "$number(PO1_02)", "$number(PO1_02) * $number(PO1_04)", "PID_05"])}}`,
    `$sum(segments.\`PO1-2000_loop\`.($number(PO1_02)${of(["", " * $number(PO1_04)"])}))`,
    `segments.\`PO1-2000_loop\`^(${of(["", ">"])}${of(["PO1_01", "$number(PO1_04)"])}).PO1_0${1 + below(4)}`,
    `segments.\`PO1-2000_loop\`{PO1_01: $number(PO1_02)}`,
    `$count(segments.\`PO1-2000_loop\`) = $number(segments.\`CTT-3000_loop\`.CTT_01)`,
    `segments.\`N1-1000_loop\`.$join([N1_01, N1_02], ":")`,
    `segments.${of(["BEG_05", "ST_02"])} ~> $${of(["pad(?, -12, '0')", "replace(?, '0', '')", "substring(0, 4)", "number", "number()"])}`,
    `$map(segments.\`PO1-2000_loop\`, function($l, $i){ {"i": $i, "p": $l.PO1_04[${below(2)}]} })${of(["", "[]"])}`,
  ]);
  const made = [];
  for (let nth = 0; nth < count; nth += 1) {
    made.push(nth % 4 === 3 ? ["random", "segments", edi()] : ["random", "order", any(1 + below(3))]);
  }
  return { inputs: { order: ORDER, segments: SEGMENTS }, expressions: made };
}

// How long the quoted text, comment or name at the start of a text is; 0 where it begins with none.
function opaque(text) {
  const found = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\/\*.*?\*\/)/s.exec(text);
  return found ? found[0].length : 0;
}

// The calls of builtins in an expression: where each begins and ends, its name and its arguments.
function calls(expression) {
  const open = [], found = [];
  for (let at = 0; at < expression.length; at += 1) {
    const skipped = opaque(expression.slice(at));
    if (skipped > 0) {
      at += skipped - 1;
    } else if ("([{".includes(expression[at])) {
      const name = expression[at] === "(" ? /\$([a-zA-Z0-9]+)$/.exec(expression.slice(0, at)) : null;
      open.push({ name: name?.[1], begin: at - (name?.[0].length ?? 0), starts: [at + 1], args: [] });
    } else if (expression[at] === "," && open.length > 0) {
      const innermost = open.at(-1);
      innermost.args.push(expression.slice(innermost.starts.at(-1), at));
      innermost.starts.push(at + 1);
    } else if (")]}".includes(expression[at]) && open.length > 0) {
      const call = open.pop();
      call.args.push(expression.slice(call.starts.at(-1), at));
      if (call.name && call.args.some((it) => it.trim())) found.push({ ...call, end: at + 1 });
    }
  }
  return found;
}

// Functions that are called in each other way; those that call others would be composed with them.
const VARIED = new Set("string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace base64encode base64decode encodeUrl encodeUrlComponent decodeUrl decodeUrlComponent number abs floor ceil round power sqrt formatNumber formatBase formatInteger parseInteger sum max min average boolean not count append reverse distinct zip keys lookup spread merge type fromMillis toMillis".split(" "));

// An expression in which each call is one through `~>` with an argument as `?`, a composition, or beside a
// function of the same name in another scope.
function variants(expression) {
  const made = [];
  for (const { name, begin, end, args } of calls(expression)) {
    if (!VARIED.has(name) || args.includes("?")) continue;
    const put = (text) => made.push(expression.slice(0, begin) + text + expression.slice(end));
    args.forEach((argument, nth) => {
      if (/^\s*(?:function|λ|\/|\$[a-zA-Z]\w*\s*$)/.test(argument)) return;
      const rest = args.map((it, other) => (other === nth ? "?" : it)).join(",");
      put(`((${argument}) ~> $${name}(${rest}))`);
      put(`(function($v){$v} ~> $${name}(${rest}))(${argument})`);
    });
    put(`($${name} := $${name}; $${name}(${args.join(",")}))`);
    put(`[($${name} := function($a){"own " & $a}; $${name}("x")), $${name}(${args.join(",")})]`);
    put(`($own := $${name}; $own(${args.join(",")}))`);
  }
  return made;
}

function suite(folder) {
  const cases = [], inputs = {};
  if (!existsSync(folder)) return { cases, inputs };
  for (const file of readdirSync(join(folder, "datasets"))) {
    inputs[file.replace(".json", "")] = JSON.parse(readFileSync(join(folder, "datasets", file), "utf8"));
  }
  for (const group of readdirSync(join(folder, "groups"))) {
    for (const file of readdirSync(join(folder, "groups", group)).filter((it) => it.endsWith(".json"))) {
      const content = JSON.parse(readFileSync(join(folder, "groups", group, file), "utf8"));
      for (const [nth, it] of [content].flat().entries()) {
        if (typeof it.expr !== "string" || it.timelimit || Object.keys(it.bindings ?? {}).length > 0) continue;
        const name = it.dataset ?? `${group}/${file}[${nth}]`;
        if (!it.dataset) inputs[name] = it.data ?? null;
        cases.push([group, name, it.expr]);
      }
    }
  }
  return { cases, inputs };
}

function varied(fixtures, folder) {
  const own = readFileSync(join(fixtures, "expressions.tsv"), "utf8").split("\n").filter(Boolean).map((it) => it.split("\t"));
  const { cases, inputs } = suite(folder);
  // Results that depend on time or chance differ from one run to the next.
  const stable = (it) => !/\$(?:now|millis|random|shuffle)\b|"\[M01\]"/.test(it) && !/[\ud800-\udfff]/.test(it);
  const expressions = [...own, ...cases]
    .flatMap(([group, name, it]) => variants(it.replace(/\s+/g, " ")).map((made) => [group, name, made, it.replace(/\s+/g, " ")]))
    .filter(([, , it]) => stable(it));
  return { inputs: { ...JSON.parse(readFileSync(join(fixtures, "inputs.json"), "utf8")), ...inputs }, expressions };
}

const [mode, first, second, folder] = process.argv.slice(2);
const { inputs, expressions } = mode === "random" ? random(Number(first), Number(second)) : varied(first, second);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "inputs.json"), JSON.stringify(inputs));
const lines = (columns) => columns.map((it) => `${it.join("\t")}\n`).join("");
writeFileSync(join(folder, "expressions.tsv"), lines(expressions.map((it) => it.slice(0, 3))));
// What each is a variant of.
writeFileSync(join(folder, "originals.tsv"), lines(expressions.map((it) => it.slice(3))));

// node walk.mjs PLUMBLINE PROPERTIES
//
// Every property that has no properties of its own is written into a config with two values, and the config is
// rendered with each:
//   applied    both load, and what is rendered differs
//   refused    it is an error, which says what properties.json expects
//   harmless   both load, and nothing differs; properties.json says why that is right
// A property that properties.json does not list has to be applied. A property that has others is what they are.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execFile } from "node:child_process";
import { promisify, isDeepStrictEqual } from "node:util";
import { wranglers } from "../wranglers.mjs";

const [plumbline, table] = process.argv.slice(2);
const known = JSON.parse(fs.readFileSync(table, "utf8"));
const modules = process.env.PLUMBLINE_NODE_MODULES;
const run = promisify(execFile);
const atATime = os.cpus().length;

// --- the schema

function resolve(node, root) {
  while (node.$ref) node = node.$ref.replace(/^#\//, "").split("/").reduce((at, key) => at[decodeURIComponent(key)], root);
  return node;
}

// The shapes that a value may have, without references and choices.
function shapesOf(node, root) {
  node = resolve(node, root);
  const choices = ["anyOf", "oneOf", "allOf"].flatMap((key) => node[key] ?? []);
  return [node, ...choices.flatMap((one) => shapesOf(one, root))];
}

// Walks down; `visit` gets each property with the steps that lead to it. A step is a name, "[]" or "*". What is listed
// as a whole is not walked further.
function walk(node, root, steps, seen, visit) {
  for (const shape of shapesOf(node, root)) {
    if (seen.includes(shape)) continue;
    const deeper = [...seen, shape];
    for (const [name, child] of Object.entries(shape.properties ?? {})) {
      const here = [...steps, { name, required: shape.required ?? [], siblings: shape.properties }];
      const at = pathOf(here);
      visit(at, here, child);
      if (!isWhole(at)) walk(child, root, here, deeper, visit);
    }
    for (const items of [shape.items ?? []].flat()) walk(items, root, [...steps, { name: "[]" }], deeper, visit);
    const open = shape.additionalProperties;
    if (open && typeof open === "object") walk(open, root, [...steps, { name: "*" }], deeper, visit);
  }
}

const pathOf = (steps) => steps.map(({ name }) => name).join(".").replaceAll(".[]", "[]");
// An environment has the properties of the file.
const isWhole = (at) => at === "env" || known.whole.includes(at);

// --- a config with one property

// Two values of a property that has none of its own.
function valuesOf(node, root) {
  const shapes = shapesOf(node, root);
  const find = (of) => shapes.map(of).find((value) => value !== undefined);
  const type = (name) => shapes.some((shape) => [shape.type].flat().includes(name));
  const words = find((shape) => shape.enum) ?? shapes.filter((shape) => shape.const !== undefined).map((shape) => shape.const);
  if (words.length > 0) return [words[0], words[1]];
  if (type("boolean")) return [true, false];
  if (type("number") || type("integer")) return [1, 2];
  if (type("string")) return ["one", "two"];
  if (type("array")) return [["one"], ["two"]];
  return [{ one: "one" }, { one: "two" }];
}

// A value for a member that has to be there.
function filler(node, root) {
  const shapes = shapesOf(node, root);
  const object = shapes.find((shape) => shape.properties);
  if (!object) return valuesOf(node, root)[0];
  return Object.fromEntries((object.required ?? []).map((name) => [name, filler(object.properties[name], root)]));
}

// The config's part that holds `value` at `steps`, with the members that have to be beside it if there is a `root`.
function nested(steps, value, root, isTop = true) {
  if (steps.length === 0) return value;
  const [{ name, required, siblings }, ...rest] = steps;
  const inner = nested(rest, value, root, false);
  if (name === "[]") return inner === undefined ? [] : [inner];
  if (name === "*") return inner === undefined ? {} : { One: inner };
  const out = {};
  for (const other of required) {
    if (root && other !== name && !isTop) out[other] = filler(siblings[other], root);
  }
  if (inner !== undefined) out[name] = inner;
  return out;
}

// null in `more` takes a member away.
function merge(base, more) {
  if (Array.isArray(base) && Array.isArray(more)) return base.map((one, i) => (i < more.length ? merge(one, more[i]) : one));
  if ([base, more].some((one) => one === null || typeof one !== "object" || Array.isArray(one))) return more;
  const out = { ...base };
  for (const [key, value] of Object.entries(more)) {
    out[key] = key in base ? merge(base[key], value) : value;
    if (value === null) delete out[key];
  }
  return out;
}

// --- what plumbline makes of it

const work = fs.mkdtempSync(path.join(os.tmpdir(), "plumbline-schema-"));
const files = { "index.js": "export default { fetch() { return new Response('one'); } };\n", "other.js": "export default {};\n", "public/a.html": "a", "docs/b.html": "b", "one": "1", "two": "2" };

async function render(name, config) {
  const folder = path.join(work, name);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  fs.writeFileSync(path.join(folder, "wrangler.json"), JSON.stringify(config, null, 2));
  try {
    const { stdout, stderr } = await run(plumbline, ["render", ".", "--output", "json"], { cwd: folder, env: { HOME: work } });
    const { diagnostics, ...rendered } = JSON.parse(stdout);
    return { loads: true, rendered, said: stderr };
  } catch (error) {
    if (error.code === undefined || error.killed) throw error;
    return { loads: false, said: error.stderr };
  }
}

// The context of the nearest property above.
function contextOf(at) {
  const above = Object.keys(known.context).filter((key) => at === key || at.startsWith(`${key}.`) || at.startsWith(`${key}[`));
  return above.sort((one, two) => two.length - one.length)[0];
}

// The outcome of one property.
async function outcomeOf(at, steps, child, root) {
  const context = known.context[contextOf(at)] ?? {};
  const [first, second] = known.values[at] ?? valuesOf(child, root);
  const configOf = (value) => [nested(steps, value, root), context, nested(steps, value)].reduce(merge, known.base);
  const parts = known.configs[at]?.map((part) => merge(known.base, part));
  const configs = parts ?? [configOf(first), configOf(second)];
  const slug = at.replaceAll(/[^A-Za-z0-9_]+/g, "-");
  const [one, two] = [await render(`${slug}-1`, configs[0]), await render(`${slug}-2`, configs[1])];
  if (!one.loads) return { kind: "refused", said: one.said };
  if (!two.loads) return { kind: "refused", said: two.said };
  return { kind: isDeepStrictEqual(one.rendered, two.rendered) ? "harmless" : "applied", said: one.said };
}

const means = (pattern, at) => (pattern.startsWith("*") ? at.endsWith(pattern.slice(1)) : at === pattern);
const harmless = known.harmless.flatMap(({ properties }) => properties);

function judge(at, outcome) {
  const isHarmless = harmless.some((pattern) => means(pattern, at));
  const expected = known.refused[at] !== undefined ? "refused" : isHarmless ? "harmless" : "applied";
  if (outcome.kind !== expected) return `${at}: ${outcome.kind}, expected ${expected}; it said: ${outcome.said.trim()}`;
  const words = known.refused[at];
  if (expected === "refused" && !outcome.said.includes(words)) return `${at}: the error does not say "${words}": ${outcome.said.trim()}`;
  if (expected !== "refused" && /unknown field|did you mean/.test(outcome.said)) return `${at}: ${outcome.said.trim()}`;
  return undefined;
}

// --- main

const leaves = new Map();
const containers = new Set();
const listed = new Set();
for (const { folder } of wranglers(modules)) {
  const root = JSON.parse(fs.readFileSync(path.join(folder, "config-schema.json"), "utf8"));
  walk(root, root, [], [], (at, steps, child) => {
    const hasOwn = shapesOf(child, root).some((shape) => shape.properties || [shape.items ?? []].flat().some((items) => shapesOf(items, root).some((one) => one.properties)) || (typeof shape.additionalProperties === "object" && shapesOf(shape.additionalProperties, root).some((one) => one.properties)));
    listed.add(at);
    if (hasOwn && !isWhole(at)) return containers.add(at);
    if (at !== "env" && !leaves.has(at)) leaves.set(at, { steps, child, root });
  });
}

const counts = { applied: 0, refused: 0, harmless: 0 };
const failures = [];
const queue = [...leaves];
async function worker() {
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [at, { steps, child, root }] = next;
    const outcome = await outcomeOf(at, steps, child, root);
    counts[outcome.kind] += 1;
    const wrong = judge(at, outcome);
    if (wrong) failures.push(wrong);
  }
}
await Promise.all(Array.from({ length: atATime }, worker));
fs.rmSync(work, { recursive: true });

const named = [...known.whole, ...Object.keys(known.refused), ...Object.keys(known.values), ...Object.keys(known.configs), ...Object.keys(known.context).filter((at) => !at.endsWith("*")), ...harmless];
for (const pattern of named) {
  if (![...listed].some((at) => means(pattern, at))) failures.push(`${pattern}: in properties.json, but no wrangler has it`);
}
for (const failure of failures.sort()) console.log(`FAIL ${failure}`);
console.log(`${leaves.size} properties without others: ${counts.applied} applied, ${counts.refused} refused, ${counts.harmless} harmless; ${containers.size} with others`);
console.log(`${leaves.size - failures.length} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

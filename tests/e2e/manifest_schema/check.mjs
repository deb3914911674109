// node check.mjs PLUMBLINE CASES EXAMPLES
import { createRequire } from "node:module";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mutations } from "./mutations.mjs";

const require = createRequire(path.join(process.env.PLUMBLINE_NODE_MODULES, "package.json"));
const Ajv = require("ajv/dist/2020.js").default;
const yaml = require("yaml");

const [plumbline, casesFile, examples] = process.argv.slice(2);

// What the parser knows beyond the shape of one document: rules between its fields, values, and files.
const beyondShape = [
  / is a day that does not exist$/,
  /^this hostname is already in the list/,
  /^the class ".*" exists already, since migration /,
  /^no migration has this tag/,
  /" is named in "bindings" and in "secrets"/,
  /^a binding for assets needs code that uses it/,
  /^the value \S+ is not set/,
  /^there is no file /,
  /^".*" matches no file/,
  /^the path (is empty|must be relative to this file)/,
];

// What mutations of one document say of each other.
const aboutNeighbours = [
  /^the Worker ".*" is also declared at /,
  /^the (route|hostname|queue|workflow) ".*" also belongs to (the|another) Worker/,
  /^another ZoneWorker already manages this zone/,
];
const matchesAny = (patterns, text) => patterns.some((pattern) => pattern.test(text));

const schema = JSON.parse(execFileSync(plumbline, ["schema"], { encoding: "utf8", maxBuffer: 1 << 26 }));
const ajv = new Ajv({ allErrors: false, strict: true, strictTypes: false, strictRequired: false, validateFormats: false });
const isValid = ajv.compile(schema);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifest-schema-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
for (const [file, bytes] of [["index.js", "x"], ["worker.js", "x"], ["lib/a.js", "x"], ["add.wasm", "x"], ["public/index.html", "x"]]) {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), bytes);
}

// A Defaults holds for all of its folder, so that it gets one of its own.
const fileOf = (document, at) => path.join(folder, `d${at}${document?.kind === "Defaults" ? "/d" : ""}.json`);

// What the parser says of each document, alone in its file: a list of errors.
function judge(documents) {
  documents.forEach((document, at) => {
    fs.mkdirSync(path.dirname(fileOf(document, at)), { recursive: true });
    fs.writeFileSync(fileOf(document, at), JSON.stringify(document));
  });
  const { stdout, stderr, status } = spawnSync(plumbline, ["validate", folder, "--output", "json"], {
    encoding: "utf8", maxBuffer: 1 << 28, env: { HOME: folder, PATH: process.env.PATH },
  });
  if (status !== 0 && status !== 1) throw new Error(`plumbline validate: ${stderr}`);
  const errors = documents.map(() => []);
  for (const { severity, summary, file } of JSON.parse(stdout).diagnostics) {
    const at = /^d(\d+)[./]/.exec(file)?.[1];
    if (at === undefined && severity === "error") throw new Error(`${file}: ${summary}`);
    if (severity === "error" && !matchesAny(aboutNeighbours, summary)) errors[Number(at)].push(summary);
  }
  documents.forEach((document, at) => fs.rmSync(fileOf(document, at)));
  return errors;
}

// A test is an example, a case, or all mutations of a case.
const tests = new Map();
const failures = [];
function expect(test, condition, text) {
  tests.set(test, condition && (tests.get(test) ?? true));
  if (!condition) failures.push(text);
}
const reasons = () => ajv.errorsText(isValid.errors);

// `accepted`: true or false; undefined where only the agreement counts.
function compare({ test, name, document, accepted }, errors) {
  const shaped = errors.filter((summary) => !matchesAny(beyondShape, summary));
  const valid = isValid(document);
  if (accepted !== undefined) {
    expect(test, (errors.length === 0) === accepted, `${name}: expected ${accepted ? "no error" : "an error"}, the parser says: ${errors.join(" | ") || "nothing"}`);
  }
  if (errors.length === 0) return expect(test, valid, `${name}: the parser accepts, the schema refuses: ${reasons()}`);
  if (shaped.length > 0) return expect(test, !valid, `${name}: the schema accepts, the parser refuses: ${shaped.join(" | ")}`);
}

const exampleFiles = fs.readdirSync(examples, { recursive: true }).filter((file) => file.endsWith(".yaml"));
for (const file of exampleFiles) {
  for (const document of yaml.parseAllDocuments(fs.readFileSync(path.join(examples, file), "utf8"))) {
    expect(file, isValid(document.toJS()), `examples/${file}: the schema refuses: ${reasons()}`);
  }
}

const cases = yaml.parse(fs.readFileSync(casesFile, "utf8"));
for (const one of cases) compare({ test: one.name, ...one }, judge([one.document])[0]);

// Names are different, so that few documents get into each other's way.
const tasks = [];
for (const { name, document } of cases.filter(({ mutate }) => mutate)) {
  mutations(document).forEach(([what, mutated], at) => {
    const named = document.kind === "Worker" && mutated.metadata?.name === document.metadata.name;
    if (named) mutated.metadata = { ...mutated.metadata, name: `${document.metadata.name}-${at}` };
    tasks.push({ test: `mutations of ${name}`, name: `${name}: ${what}`, document: mutated });
  });
}
// A source has at most 10,000 manifests.
const perBatch = 5000;
for (let at = 0; at < tasks.length; at += perBatch) {
  const batch = tasks.slice(at, at + perBatch);
  const errors = judge(batch.map(({ document }) => document));
  batch.forEach((task, index) => compare(task, errors[index]));
}
for (const failure of failures.slice(0, 200)) console.log(`failed: ${failure}`);
console.log(`${exampleFiles.length} examples, ${cases.length} cases, ${tasks.length} mutations`);
const passed = [...tests.values()].filter(Boolean).length;
console.log(`${passed} passed, ${tests.size - passed} failed`);
process.exit(failures.length > 0 ? 1 : 0);

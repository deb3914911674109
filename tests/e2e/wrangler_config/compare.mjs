// node compare.mjs PLUMBLINE CASES [CASE...]
//
// A case is a folder with a wrangler config, which the newest wrangler and the older one of package.json deploy, each
// beside plumbline. Its case.json, if there is one, says more:
//   environment  deployed with --env and --environment
//   bundle       wrangler's dry run writes dist/NAME first, plumbline takes it with --bundles
//   build        a project with cloudflare.config.ts: wrangler builds its Build Output, which plumbline takes
//   newest       why only the newest wrangler deploys it
//   existing     the Worker is there already (wrangler deploys secrets.required to nothing else)
//   others       Workers that it binds, and that are there
//   secrets      values that plumbline is given, by key
//   differs      what differs on purpose: a list of names of `deliberate`
//   older        {why, lines}: what the older wrangler uploads otherwise than the newest, and with it plumbline, and why:
//                the differences as they are printed. Where there are others, or fewer, the case has failed
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { wranglers } from "../wranglers.mjs";
import { Recorder, zoneId } from "./recorder.mjs";
import { recordedOf } from "./rendered.mjs";

const [plumbline, folder, ...wanted] = process.argv.slice(2);
const accountId = "023e105f4ecef8ad9ca31a8372d0c353";
const secondsPerCommand = 120;

// What plumbline does otherwise, and why.
const deliberate = {
  "default-source-map":
    "plumbline uploads the source map of a bundle unless upload_source_maps is false, as the newest wrangler; the older one only where it is true",
  "module-names": "a Build Output lists its modules without the ./ with which wrangler uploads them",
  "source-map": "the bundle's source map is uploaded as the dry run wrote it; wrangler rewrites the paths in it",
  "required-secrets": "a required secret is uploaded with its value from a secret store; wrangler inherits the live one",
};

// What the newest wrangler states in every upload that is no version: the service's default, which goes without saying.
const defaultCodeUpdate = { mode: "deferred", max_delay: 300 };

function run(command, args, cwd, env, stderr = "pipe") {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", stderr] });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr?.on("data", (data) => (output += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), secondsPerCommand * 1000);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

const byName = (list, name = (one) => one.name) => Object.fromEntries(list.map((one) => [name(one), one]));
const sorted = (list) => [...(list ?? [])].sort();

// The fields by which both say the same, in one form.
function comparable({ name, metadata, modules }, differs) {
  const { annotations, tags, keep_bindings, keep_assets, ...rest } = metadata;
  const bindings = byName(metadata.bindings ?? []);
  for (const binding of Object.values(bindings)) {
    // The API's older name for it.
    if (binding.type === "d1" && binding.id !== undefined) {
      binding.database_id = binding.id;
      delete binding.id;
    }
    if (differs.includes("required-secrets") && ["inherit", "secret_text"].includes(binding.type)) {
      bindings[binding.name] = { name: binding.name, type: "secret" };
    }
  }
  if (isDeepStrictEqual(rest.code_update_strategy, defaultCodeUpdate)) delete rest.code_update_strategy;
  if (rest.tail_consumers) rest.tail_consumers = sorted(rest.tail_consumers.map((one) => JSON.stringify(one, ["service", "environment"])));
  if (rest.assets) rest.assets = { config: rest.assets.config };
  const files = modules.map(({ name, type, sha256 }) => ({
    name: differs.includes("module-names") ? name.replace(/^[.][/]/, "") : name,
    type: type.split(";")[0],
    sha256: differs.includes("source-map") && name.endsWith(".map") ? "" : sha256,
  }));
  return { name, metadata: { ...rest, bindings, compatibility_flags: sorted(rest.compatibility_flags) }, modules: byName(files) };
}

const withoutUndefined = (object) => JSON.parse(JSON.stringify(object));

// What leads to the Worker, of one deployment.
function triggers({ subdomain, schedules, routes, domains, consumers, workflows }) {
  return withoutUndefined({
    // Where nothing is on, nothing needs to be switched off.
    subdomain: { enabled: false, ...subdomain },
    schedules: schedules && sorted(schedules),
    routes: routes && byName(routes.map(({ pattern, zone_name, zone_id }) => ({ pattern, zone_name, zone_id })), (route) => route.pattern),
    domains: domains && byName(domains, (domain) => domain.hostname),
    consumers: Object.fromEntries(Object.entries(consumers).map(([queue, consumer]) => [queue, { settings: {}, ...consumer }])),
    workflows,
  });
}

function differences(left, right, at = "") {
  if (isDeepStrictEqual(left, right)) return [];
  const both = [left, right].every((one) => one !== null && typeof one === "object");
  if (!both) return [`${at || "/"}: wrangler ${JSON.stringify(left)}, plumbline ${JSON.stringify(right)}`];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].sort().flatMap((key) => differences(left[key], right[key], `${at}/${key}`));
}

// The Workers that are there before: the one of the case, and others that it binds.
const existingOf = (options) => [...(options.existing ? [options.name] : []), ...(options.others ?? [])];

async function deployByWrangler(command, work, home, base, options) {
  const environment = options.environment ? ["--env", options.environment] : [];
  const env = {
    HOME: home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, CI: "1", NO_COLOR: "1",
    CLOUDFLARE_API_BASE_URL: base, CLOUDFLARE_API_TOKEN: "x", CLOUDFLARE_ACCOUNT_ID: accountId,
    WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_ERROR_REPORTS: "false", WRANGLER_LOG_PATH: path.join(home, "logs"),
  };
  if (options.build) {
    const config = "--experimental-new-config";
    const deployed = await run(process.execPath, [...command, "deploy", config], work, env);
    return deployed.code === 0 ? run(process.execPath, [...command, "build", config, "--experimental-cf-build-output"], work, env) : deployed;
  }
  const deployed = await run(process.execPath, [...command, "deploy", ...environment], work, env);
  if (deployed.code !== 0 || !options.bundle) return deployed;
  return run(process.execPath, [...command, "deploy", ...environment, "--dry-run", "--outdir", `dist/${options.name}`], work, env);
}

const selection = (options) => [
  ...(options.environment ? ["--environment", options.environment] : []),
  ...(options.bundle ? ["--bundles", "dist/{name}"] : []),
];

async function renderByPlumbline(work, home, options) {
  const rendered = await run(plumbline, ["render", ".", "--output", "json", ...selection(options)], work, { HOME: home }, "ignore");
  return rendered.code === 0 ? { ...rendered, recorded: recordedOf(JSON.parse(rendered.output)) } : rendered;
}

async function deployByPlumbline(work, home, base, options) {
  const args = ["apply", ".", "--yes", "--journal", path.join(home, "journal.db"), ...selection(options)];
  if (options.existing) args.push("--policy", "upsert-only");
  const env = { HOME: home, CLOUDFLARE_API_BASE_URL: base, CLOUDFLARE_API_TOKEN: "x", CLOUDFLARE_ACCOUNT_ID: accountId, NO_COLOR: "1" };
  if (options.secrets) {
    const secrets = path.join(home, "secrets");
    for (const [key, value] of Object.entries(options.secrets)) {
      fs.mkdirSync(path.dirname(path.join(secrets, key)), { recursive: true });
      fs.writeFileSync(path.join(secrets, key), value);
    }
    args.push("--secrets", secrets);
  }
  return run(plumbline, args, work, env);
}

// What differs between two deployments.
function differencesOf(expected, found, differs) {
  const pair = [expected, found].map((one) => ({
    uploads: one.uploads.map((upload) => comparable(upload, differs)),
    triggers: triggers(one),
    assets: one.assets,
  }));
  return differences(...pair);
}

// The files of assets, with the texts of _headers and _redirects, are read when they are uploaded: they are not rendered.
const withoutTexts = ({ assets, ...recorded }) => ({
  ...recorded,
  uploads: recorded.uploads.map((upload) => {
    const { _headers, _redirects, ...config } = upload.metadata.assets?.config ?? {};
    return upload.metadata.assets ? { ...upload, metadata: { ...upload.metadata, assets: { config } } } : upload;
  }),
});

// wrangler tells the service the zone of a route as the config has it, plumbline by its id.
const inZone = ({ routes, ...recorded }) => ({ ...recorded, routes: routes?.map(({ pattern }) => ({ pattern, zone_id: zoneId })) });

// The differences beside those that the older wrangler is known to have, and those of them that are not there.
function beside(known, lines) {
  return [...lines.filter((line) => !known.includes(line)), ...known.filter((line) => !lines.includes(line)).map((line) => `no longer so: ${line}`)];
}

// Whether there was a source map in an upload, which has none afterwards.
function dropSourceMap({ uploads }) {
  let found = false;
  for (const upload of uploads) {
    const maps = upload.modules.filter(({ type }) => type === "application/source-map");
    upload.modules = upload.modules.filter((module) => !maps.includes(module));
    found ||= maps.length > 0;
  }
  return found;
}

function optionsOf(project) {
  const file = path.join(project, "case.json");
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

// {verdict: "passed" | "failed", lines}
async function compare(name, wrangler) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "wrangler-config-"));
  const work = path.join(home, "project");
  fs.cpSync(path.join(folder, name), work, { recursive: true });
  const options = optionsOf(work);
  fs.rmSync(path.join(work, "case.json"), { force: true });
  const recorder = new Recorder();
  const base = await recorder.listen();
  try {
    recorder.reset(existingOf(options));
    const theirs = await deployByWrangler(wrangler.command, work, home, base, options);
    if (theirs.code !== 0) return { verdict: "failed", lines: ["wrangler:", theirs.output, ...recorder.recorded.requests] };
    const expected = recorder.recorded;
    const differs = options.differs ?? [];
    const known = wrangler.key === "older" ? (options.older?.lines ?? []) : [];
    if (options.older && !options.older.why) throw new Error(`${name}: what the older wrangler does otherwise needs a why`);
    for (const one of differs) if (!deliberate[one]) throw new Error(`${name}: no deliberate difference is called ${one}`);
    const lines = [];
    const isUnasked = differs.includes("default-source-map") && wrangler.key === "older";
    if (expected.uploads.length !== 1) lines.push(`wrangler made ${expected.uploads.length} uploads`, theirs.output);
    const rendered = await renderByPlumbline(work, home, options);
    if (!rendered.recorded) return { verdict: "failed", lines: ["plumbline render:", rendered.output] };
    if (isUnasked && !dropSourceMap(rendered.recorded)) lines.push("plumbline renders no source map");
    lines.push(...differencesOf(withoutTexts(expected), rendered.recorded, differs).map((line) => `render: ${line}`));
    recorder.reset(options.others ?? []);
    const ours = await deployByPlumbline(work, home, base, options);
    if (ours.code === 0) {
      // A Worker that is new has no schedules to clear.
      if (expected.schedules?.length === 0) delete expected.schedules;
      if (isUnasked && !dropSourceMap(recorder.recorded)) lines.push("plumbline uploads no source map");
      lines.push(...differencesOf(inZone(expected), recorder.recorded, differs));
      const left = beside(known, lines);
      return { verdict: left.length === 0 ? "passed" : "failed", lines: left };
    }
    lines.push("plumbline:", ours.output, ...recorder.recorded.requests);
    return { verdict: "failed", lines };
  } finally {
    recorder.close();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

const cases = fs.readdirSync(folder).filter((name) => wanted.length === 0 || wanted.includes(name)).sort();
const isFor = (name, wrangler) => wrangler.key === "newest" || !optionsOf(path.join(folder, name)).newest;
const jobs = cases.flatMap((name) =>
  wranglers(process.env.PLUMBLINE_NODE_MODULES).filter((wrangler) => isFor(name, wrangler)).map((wrangler) => ({ name, wrangler })),
);
const count = { passed: 0, failed: 0 };
async function worker() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { name, wrangler } = job;
    const { verdict, lines } = await compare(name, wrangler).catch((error) => ({ verdict: "failed", lines: [String(error.stack)] }));
    ++count[verdict];
    console.log(`${verdict}: ${wrangler.name}: ${name}`);
    for (const line of lines) console.log(`    ${line}`);
  }
}
await Promise.all([worker(), worker()]);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed > 0 ? 1 : 0);

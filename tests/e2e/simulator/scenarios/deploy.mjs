import assert from "node:assert/strict";
import { config, emptyWasm, module, project } from "./parts.mjs";

const settings = {
  compatibility_flags: ["nodejs_compat", "global_fetch_strictly_public"],
  logpush: true,
  placement: { mode: "smart" },
  limits: { cpu_ms: 50 },
  tail_consumers: [{ service: "log-sink" }],
  observability: { enabled: true, head_sampling_rate: 0.5, logs: { enabled: true, invocation_logs: false } },
};

const noSourceMap = "it uploads source maps only where upload_source_maps says so";

// The first deployment, with these modules.
const first = (modules) => (account, { output }) => {
  const { versions, deployments, subdomain, last_deployed_from } = account.worker("hello");
  assert.equal(versions.length, 1);
  assert.equal(deployments.length, 1);
  assert.ok(output.includes(versions[0].id));
  assert.deepEqual(subdomain, { enabled: true, previews_enabled: true });
  assert.equal(last_deployed_from, "wrangler");
  assert.deepEqual(account.modules("hello"), modules);
};

const bundledAs = (...types) => (account) => assert.deepEqual(Object.values(account.modules("bundled")).sort(), types);

export const scenarios = [
  {
    name: "deploy, again and changed",
    files: project("hello"),
    steps: [
      {
        run: "deploy",
        prints: ["Uploaded hello", "https://hello.simulator.workers.dev", "Current Version ID:"],
        state: first({ "index.js": "application/javascript+module", "index.js.map": "application/source-map" }),
        older: { why: noSourceMap, state: first({ "index.js": "application/javascript+module" }) },
      },
      {
        run: "deploy",
        prints: ["Uploaded hello", "Current Version ID:"],
        state(account) {
          const [first, second] = account.worker("hello").versions;
          assert.equal(second.code, first.code, "the same code");
          assert.deepEqual(account.traffic("hello"), { 2: 100 });
          assert.ok(account.calls.includes("POST /workers/scripts/hello/versions"));
        },
      },
      {
        run: ["deploy", "--message", "a new text", "--tag", "v3"],
        write: { "index.js": module("hello again") },
        state(account) {
          const [, second, third] = account.worker("hello").versions;
          assert.notEqual(third.code, second.code);
          assert.equal(third.annotations["workers/message"], "a new text");
          assert.equal(third.annotations["workers/tag"], "v3");
          assert.equal(account.worker("hello").deployments.at(-1).annotations["workers/message"], "a new text");
        },
      },
      {
        run: "deploy --dry-run --outdir dist",
        prints: ["--dry-run: exiting now."],
        state(account, { project }) {
          assert.deepEqual(account.calls, []);
          assert.equal(account.worker("hello").versions.length, 3);
          assert.match(project.read("dist/index.js"), /hello again/);
        },
      },
    ],
  },
  {
    name: "deploy variables and what the dashboard edits",
    files: project("vars", { vars: { GREETING: "hello", LIMITS: { burst: 3 }, COUNT: 42 } }),
    steps: [
      {
        run: "deploy",
        prints: ["env.GREETING"],
        state(account) {
          assert.deepEqual(account.bindings("vars"), {
            GREETING: { type: "plain_text", text: "hello" },
            LIMITS: { type: "json", json: { burst: 3 } },
            COUNT: { type: "json", json: 42 },
          });
        },
      },
      {
        run: "deploy --keep-vars",
        before: (simulator) => simulator.edit("vars", "set-var", { name: "BY_HAND", value: "kept" }),
        prints: ["set via the Cloudflare Dashboard", 'BY_HAND: "kept"'],
        state: (account) => assert.equal(account.bindings("vars").BY_HAND.text, "kept"),
      },
      {
        run: "deploy --var GREETING:hi",
        before: (simulator) => simulator.edit("vars", "set-var", { name: "BY_HAND", value: "again" }),
        prints: [/BY_HAND/],
        state(account) {
          assert.equal(account.bindings("vars").GREETING.text, "hi");
          assert.equal(account.bindings("vars").BY_HAND, undefined, "an upload replaces variables");
        },
      },
      {
        run: "deploy --strict",
        before: (simulator) => simulator.upload("vars"),
        exit: 1,
        prints: ["last updated via the script API"],
        state: (account) => assert.equal(account.worker("vars").last_deployed_from, "api"),
      },
    ],
  },
  {
    name: "deploy settings",
    files: { ...project("settings", settings), "log-sink/index.js": module("sink") },
    steps: [
      {
        run: "deploy",
        before: (simulator) => simulator.upload("log-sink"),
        async state(account, { simulator }) {
          const shown = await simulator.get("/workers/scripts/settings/settings");
          assert.equal(shown.logpush, true);
          assert.equal(shown.placement.mode, "smart");
          assert.equal(shown.limits.cpu_ms, 50);
          assert.equal(shown.tail_consumers[0].service, "log-sink");
          assert.deepEqual([...shown.compatibility_flags].sort(), [...settings.compatibility_flags].sort());
          assert.equal(shown.observability.head_sampling_rate, 0.5);
          assert.equal(shown.observability.logs.invocation_logs, false);
          assert.equal(shown.observability.logs.head_sampling_rate, 1, "the service's default is filled in");
        },
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("settings", { observability: { enabled: true } }) },
        async state(account, { simulator }) {
          const shown = await simulator.get("/workers/scripts/settings/settings");
          assert.ok(account.calls.includes("PATCH /workers/scripts/settings/script-settings"));
          assert.equal(shown.logpush, true, "wrangler does not send what its config leaves out");
          assert.equal(shown.placement.mode, undefined);
          assert.equal(shown.observability.head_sampling_rate, 1);
        },
      },
      {
        run: "deploy --env staging",
        write: { "wrangler.json": config("settings", { env: { staging: { logpush: true } } }) },
        prints: ["Uploaded settings-staging"],
        state(account) {
          assert.deepEqual(account.names, ["log-sink", "settings", "settings-staging"]);
          assert.deepEqual(account.worker("settings-staging").settings.tags, ["cf:service=settings", "cf:environment=staging"]);
        },
      },
      {
        run: "deploy --name bad.name",
        exit: 1,
        prints: ["[code: 10016]"],
        state: (account) => assert.ok(!account.names.includes("bad.name")),
      },
    ],
  },
  {
    name: "deploy modules of every kind",
    files: {
      "wrangler.json": config("kinds", { no_bundle: true, find_additional_modules: true, base_dir: ".", rules: [{ type: "ESModule", globs: ["lib/*.mjs"] }] }),
      "index.js": 'import add from "./lib/add.wasm";\nimport text from "./lib/text.txt";\nimport { help } from "./lib/help.mjs";\nimport data from "./lib/data.bin";\nexport default { fetch() { return new Response(text + help + add + data); } };\n',
      "lib/add.wasm": emptyWasm,
      "lib/text.txt": "some text\n",
      "lib/data.bin": Buffer.from([1, 2, 3]),
      "lib/help.mjs": "export const help = 1;\n",
    },
    steps: [
      {
        run: "deploy",
        state(account) {
          assert.deepEqual(account.modules("kinds"), {
            "index.js": "application/javascript+module",
            "lib/add.wasm": "application/wasm",
            "lib/data.bin": "application/octet-stream",
            "lib/help.mjs": "application/javascript+module",
            "lib/text.txt": "text/plain",
          });
        },
      },
      {
        run: "deploy bundled.ts --name bundled --compatibility-date 2026-01-01 --minify",
        write: {
          "wrangler.json": config("kinds"),
          "bundled.ts": 'import add from "./lib/add.wasm";\nconst greet = (name: string): string => `hello ${name}`;\nexport default { fetch() { return new Response(greet(String(add))); } };\n',
        },
        state: bundledAs("application/javascript+module", "application/source-map", "application/wasm"),
        older: { why: noSourceMap, state: bundledAs("application/javascript+module", "application/wasm") },
      },
    ],
  },
  {
    name: "deploy a service worker",
    files: {
      "wrangler.json": config("classic", { vars: { GREETING: "hello" } }),
      "index.js": 'addEventListener("fetch", (event) => event.respondWith(new Response(GREETING)));\n',
    },
    steps: [
      {
        run: "deploy",
        async state(account, { simulator }) {
          assert.equal(account.state.code[account.latest("classic").code].syntax, "service_worker");
          const [listed] = await simulator.get("/workers/scripts");
          assert.equal(listed.has_modules, false);
          assert.deepEqual(listed.handlers, ["fetch"]);
        },
      },
      {
        run: "deploy",
        write: { "index.js": 'console.log("nothing is listened for");\n' },
        exit: 1,
        prints: ["no registered event handlers", "[code: 10068]"],
        state: (account) => assert.equal(account.worker("classic").versions.length, 1),
      },
    ],
  },
];

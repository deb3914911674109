// node main.mjs PLUMBLINE [WORD...]
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Simulator } from "../simulator/simulator.mjs";
import { chart, configOf, helm, here, majors, objectOf, parse, podOf, render, require, succeed, valuesOf } from "./helm.mjs";
import { Pod } from "./pod.mjs";
import { documentedFields, fieldsOf, fieldsUsed, openObjects } from "./schema.mjs";
import { strictProblems } from "./strict.mjs";

const yaml = require("yaml");
const [binary, ...words] = process.argv.slice(2);
const work = fs.mkdtempSync(path.join(os.tmpdir(), "helm-chart-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));

const tests = [];
const test = (name, run) => tests.push({ name, run });
const read = (...parts) => fs.readFileSync(path.join(...parts), "utf8");
const folder = (name) => fs.mkdtempSync(path.join(work, `${name}-`));
const schema = JSON.parse(read(chart, "values.schema.json"));
const versions = Object.keys(majors);
const rendered = async (from) => parse(await render(4, from));

// --- helm itself

for (const major of versions) {
  for (const [name, values] of Object.entries(valuesOf)) {
    test(`helm ${major} lints the chart with the ${name} values`, async () => {
      succeed(await helm(major, ["lint", "--strict", chart], { values }), "helm lint");
    });

    test(`helm ${major} renders the ${name} values as golden/${name}.yaml has it`, async () => {
      const golden = path.join(here, "golden", `${name}.yaml`);
      const text = await render(major, { values });
      if (process.env.PLUMBLINE_RENEW === "1") fs.writeFileSync(golden, text);
      assert.equal(text, read(golden));
    });
  }

  test(`helm ${major} makes a package that renders the same`, async () => {
    const place = folder("package");
    succeed(await helm(major, ["package", chart, "--destination", place]), "helm package");
    const archive = path.join(place, `plumbline-${yaml.parse(read(chart, "Chart.yaml")).version}.tgz`);
    assert.equal(await render(major, { values: valuesOf.everything }, archive), read(here, "golden/everything.yaml"));
  });

  for (const { name, bare, set, values: more, names, hides } of yaml.parse(read(here, "refusals.yaml"))) {
    test(`helm ${major} refuses ${name}`, async () => {
      const { status, stdout, stderr } = await helm(major, ["template", "edge", chart, ...(set ? ["--set", set] : [])], bare ? {} : { values: valuesOf.minimal, more });
      assert.notEqual(status, 0, `it was rendered:\n${stdout}`);
      for (const part of Array.isArray(names) ? names : names[major]) assert.ok(stderr.includes(part), `no "${part}" in:\n${stderr}`);
      if (hides) assert.ok(!stderr.includes(hides), `the secret is repeated:\n${stderr}`);
    });
  }
}

// helm 3 asks a cluster before it prints them.
test("helm tells how to look at the release", async () => {
  const notes = async (more) =>
    succeed(await helm(4, ["install", "edge", chart, "--namespace", "plumbline", "--dry-run=client"], { values: valuesOf.minimal, more }), "helm install");
  const minimal = await notes();
  assert.match(minimal, /kubectl --namespace plumbline logs deployment\/edge-plumbline/);
  assert.match(minimal, /answers 403 until config\.server\.read_token/);
  assert.doesNotMatch(minimal, /rotated secret|half of its share/);
  const other = await notes({
    config: { fingerprint_key: null, server: { read_token: { existingSecret: "a", key: "b" } } }, persistence: { enabled: false },
  });
  assert.match(other, /Authorization: Bearer \$READ_TOKEN/);
  assert.match(other, /rotated secret of a Worker is not noticed/);
  assert.match(other, /half of its share/);
});

test("the chart is of the program's version", () => {
  const [, version] = /^project\(plumbline VERSION (\S+)/m.exec(read(here, "../../../CMakeLists.txt"));
  assert.equal(yaml.parse(read(chart, "Chart.yaml")).appVersion, version);
});

// --- the manifests

for (const [name, values] of Object.entries(valuesOf)) {
  test(`Kubernetes' models know every field of the ${name} manifests`, async () => assert.deepEqual(strictProblems(await rendered({ values })), []));

  test(`everything that the ${name} manifests name is there`, async () => {
    const manifests = await rendered({ values });
    const pod = podOf(manifests);
    const [container] = pod.containers;
    const mounts = container.volumeMounts;
    assert.deepEqual([...new Set(mounts.map((mount) => mount.name))].sort(), pod.volumes.map((volume) => volume.name).sort());
    assert.equal(new Set(mounts.map(({ mountPath }) => mountPath)).size, mounts.length);
    for (const { name: volume } of pod.volumes) assert.match(volume, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

    const config = yaml.parse(configOf(manifests));
    const paths = [];
    JSON.stringify(config, (key, value) => {
      if (["file", "directory", "keys"].includes(key)) paths.push(value);
      return value;
    });
    assert.ok(paths.length > 0);
    for (const one of paths) {
      const lies = mounts.some(({ mountPath }) => mountPath === one || mountPath.startsWith(`${one}/`) || one.startsWith(`${mountPath}/`));
      assert.ok(lies, `${one} is in plumbline.yaml and nothing is mounted there`);
    }

    const { template, selector } = objectOf(manifests, "Deployment").spec;
    const service = objectOf(manifests, "Service").spec;
    for (const labels of [selector.matchLabels, service.selector]) {
      for (const [label, value] of Object.entries(labels)) assert.equal(template.metadata.labels[label], value);
    }
    const ports = container.ports.map((port) => port.name);
    for (const { targetPort } of service.ports) assert.ok(ports.includes(targetPort), targetPort);
    const listeners = [config.server.listen, config.server.metrics_listen];
    assert.deepEqual(listeners, container.ports.map(({ containerPort }) => `:${containerPort}`));
  });
}

test("the check of manifests finds what is wrong", async () => {
  const text = await render(4, { values: valuesOf.everything });
  const broken = (change) => {
    const manifests = parse(text);
    change(manifests);
    return strictProblems(manifests);
  };
  assert.deepEqual(broken((all) => { podOf(all).containers[0].livenesProbe = {}; }),
    ["Deployment/edge-gitops.spec.template.spec.containers[0].livenesProbe: unknown field"]);
  assert.deepEqual(broken((all) => { objectOf(all, "Service").spec.ports[0].port = "8080"; }),
    ['Service/edge-gitops.spec.ports[0].port: expected number, found "8080"']);
  assert.deepEqual(broken((all) => { objectOf(all, "Deployment").metadata.labels.version = 1; }),
    ["Deployment/edge-gitops.metadata.labels.version: expected string, found 1"]);
  assert.deepEqual(broken((all) => { objectOf(all, "Deployment").apiVersion = "apps/v2"; }),
    ["Deployment/edge-gitops: unknown kind apps/v2 Deployment"]);
  assert.deepEqual(broken((all) => { objectOf(all, "ServiceMonitor").spec.endpoints[0].honourLabels = true; }),
    ["ServiceMonitor/edge-gitops.spec.endpoints[0].honourLabels: unknown field"]);
});

test("the pod is held in by its security context", async () => {
  const pod = podOf(await rendered({ values: valuesOf.minimal }));
  assert.equal(pod.automountServiceAccountToken, false);
  assert.deepEqual(pod.securityContext, {
    runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.deepEqual(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] },
  });
});

test("a changed configuration rolls the pod, and nothing else does", async () => {
  const sum = async (more) => objectOf(await rendered({ values: valuesOf.minimal, more }), "Deployment").spec.template.metadata.annotations["checksum/config"];
  assert.notEqual(await sum({ config: { sources: { production: { interval: "30s" } } } }), await sum());
  assert.equal(await sum({ service: { httpPort: 80 } }), await sum());
});

test("the volume may be the cluster's, one that is there, or none", async () => {
  const data = async (persistence) => {
    const manifests = await rendered({ values: valuesOf.minimal, more: { persistence } });
    const { name, ...volume } = podOf(manifests).volumes.find((one) => one.name === "data");
    return [volume, objectOf(manifests, "PersistentVolumeClaim")?.metadata.name];
  };
  assert.deepEqual(await data({}), [{ persistentVolumeClaim: { claimName: "edge-plumbline" } }, "edge-plumbline"]);
  assert.deepEqual(await data({ existingClaim: "mine" }), [{ persistentVolumeClaim: { claimName: "mine" } }, undefined]);
  assert.deepEqual(await data({ enabled: false }), [{ emptyDir: {} }, undefined]);
});

test("a section of the configuration that is null counts as empty", async () => {
  const set = "config.server=null,config.budgets=null,config.secret_stores=null";
  const plain = await render(4, { values: valuesOf.minimal });
  assert.equal(succeed(await helm(4, ["template", "edge", chart, "--namespace", "plumbline", "--set", set], { values: valuesOf.minimal }), "helm"), plain);
});

test("a service account may be the chart's, one that is there, or none", async () => {
  const account = async (serviceAccount) => {
    const manifests = await rendered({ values: valuesOf.minimal, more: { serviceAccount } });
    return [podOf(manifests).serviceAccountName, objectOf(manifests, "ServiceAccount")?.metadata.name];
  };
  assert.deepEqual(await account({}), ["edge-plumbline", "edge-plumbline"]);
  assert.deepEqual(await account({ create: false, name: "mine" }), ["mine", undefined]);
  assert.deepEqual(await account({ create: false }), ["default", undefined]);
});

// --- the schema of values

test("the schema lists the fields that the documentation lists", () => {
  const fields = fieldsOf(schema);
  const below = (prefix) => [...fields.keys()].filter((at) => at.startsWith(prefix)).map((at) => at.slice(prefix.length)).filter((at) => !/\*/.test(at));
  const leaves = (names) => names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).sort();
  const documented = documentedFields(read(here, "../../../docs/configuration.md"));
  const without = (heading, ...chartOwn) => documented[heading].filter((name) => !chartOwn.includes(name)).sort();
  const inOwnTable = (name) => !name.startsWith("credentials.") && name !== "verify.existingConfigMap" && name !== "verify.existingSecret";

  const reference = (name) => !/\.(existingSecret|key|file)$/.test(name);
  const top = below("config.").filter((name) => !name.includes("."));
  assert.deepEqual(top.sort(), without("Top level", "journal"));
  assert.deepEqual(leaves(below("config.accounts.*.").filter(reference)), without("accounts"));
  assert.deepEqual(leaves(below("config.budgets.*.")), without("budgets"));
  assert.deepEqual(leaves(below("config.server.").filter(reference)), without("server", "listen", "metrics_listen", "tls"));
  assert.deepEqual(leaves([...below("config.sources.*.").filter(reference).filter(inOwnTable)]), without("sources"));
  assert.deepEqual(leaves(below("config.secret_stores.*.")).filter((name) => !["existingSecret", "items", "folders"].includes(name)), without("secret_stores", "environment"));
});

test("no object of the schema lets an unknown key pass", () => {
  assert.deepEqual(openObjects(schema, ["global", "resources.requests", "resources.limits", "tolerations.*", "affinity", "extraVolumes.*", "extraVolumeMounts.*"]), []);
});

test("the values of everything use every field of the schema", () => {
  const fields = fieldsOf(schema);
  // A reference is the same everywhere; that each form of it is used is enough.
  const isForm = (at) => /\.(existingSecret|key|file)$/.test(at);
  const used = fieldsUsed(yaml.parse(read(valuesOf.everything)), fields);
  assert.deepEqual([...fields.keys()].filter((at) => !used.has(at) && !isForm(at)), []);
  const forms = new Set([...used].filter(isForm).map((at) => at.split(".").pop()));
  assert.deepEqual([...forms].sort(), ["existingSecret", "file", "key"]);
});

// --- the real program

// A checkout that stands in for the repositories, so that configurations are loaded without a network.
function checkout() {
  const place = folder("checkout");
  fs.mkdirSync(path.join(place, "workers/values"), { recursive: true });
  fs.writeFileSync(path.join(place, "workers/index.js"), "export default {};");
  fs.writeFileSync(path.join(place, "workers/values/production.yaml"), "FROM_FILE: more\n");
  fs.writeFileSync(path.join(place, "workers/wrangler.production.toml"),
    'name = "cart"\nmain = "index.js"\nno_bundle = true\ncompatibility_date = "2026-10-01"\n');
  fs.writeFileSync(path.join(place, "workers/checkout.yaml"), yaml.stringify({
    apiVersion: "plumbline.dev/v1beta1", kind: "Worker", metadata: { name: "checkout" },
    spec: {
      main: "index.js", compatibility_date: "2026-10-01",
      bindings: { VALUES: { type: "plain_text", text: "${CACHE_ID:=}|${ANSWER:=}|${RATE:=}|${NOTHING:=}|${DAY:=}|${OCTAL:=}|${HASH:=}|${TILDE:=}|${FROM_FILE:=}" } },
    },
  }));
  return place;
}

function plumbline(command, manifests, source, change = (text) => text) {
  const place = folder("config");
  const file = path.join(place, "plumbline.yaml");
  fs.writeFileSync(file, change(configOf(manifests)));
  return spawnSync(binary, [command, "--config", file, "--source", source, checkout()], {
    encoding: "utf8", env: { HOME: place, PATH: process.env.PATH },
  });
}

for (const [name, values] of Object.entries(valuesOf)) {
  test(`plumbline accepts the plumbline.yaml of the ${name} values`, async () => {
    const manifests = await rendered({ values });
    for (const source of Object.keys(yaml.parse(configOf(manifests)).sources)) {
      succeed(plumbline("validate", manifests, source), `plumbline validate --source ${source}`);
    }
  });

  test(`plumbline refuses the plumbline.yaml of the ${name} values with a field too many`, async () => {
    const { status, stderr } = plumbline("validate", await rendered({ values }), "production", (text) => text.replace("policy:", "polizy: x\n    policy:"));
    assert.equal(status, 78, stderr);
    assert.match(stderr, /polizy/);
  });
}

test("values reach plumbline as they were written", async () => {
  const out = succeed(plumbline("render", await rendered({ values: valuesOf.everything }), "production"), "plumbline render");
  assert.ok(out.includes("0123|yes|1e3|null|2026-10-01|0o17|a #b|~|more"), out);
});

// A repository with a Worker that takes a secret from each store, owned by who fetches: git trusts no other folders.
function repository() {
  const place = folder("repository");
  const git = (...args) => succeed(spawnSync("git", ["-C", place, "-c", "user.name=Test", "-c", "user.email=test@example.com",
    "-c", "commit.gpgsign=false", ...args], { encoding: "utf8", env: { PATH: process.env.PATH, HOME: place } }), `git ${args[0]}`);
  fs.writeFileSync(path.join(place, "index.js"), "export default { fetch() { return new Response('hello'); } };");
  fs.writeFileSync(path.join(place, "checkout.yaml"), yaml.stringify({
    apiVersion: "plumbline.dev/v1beta1", kind: "Worker", metadata: { name: "checkout" },
    spec: {
      main: "index.js", compatibility_date: "2026-10-01",
      secrets: { API_KEY: {}, FLAT: { store: "flat", key: "flat.key" }, SESSION: { store: "picked", key: "cart/session" } },
    },
  }));
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "A Worker");
  if (process.getuid() === 0) {
    for (const entry of ["", ...fs.readdirSync(place, { recursive: true })]) fs.chownSync(path.join(place, entry), 65532, 65532);
  }
  return place;
}

function secretsOfPod() {
  return {
    plumbline: { "fingerprint-key": "a key that nobody knows\n", "read-token": "first-token\n" },
    cloudflare: { token: "test\n" },
    "checkout-secrets": { API_KEY: "not a real key" },
    workers: { "flat.key": "not a real key either", "cart.session": "nor this one" },
  };
}

// The program where another user may run it, whoever's checkout it was built in.
function image(root) {
  const copy = path.join(root, "plumbline");
  fs.copyFileSync(binary, copy, fs.constants.COPYFILE_FICLONE);
  fs.chmodSync(copy, 0o755);
  return copy;
}

async function withPod(more, use) {
  const root = folder("pod");
  fs.chmodSync(work, 0o755);
  fs.chmodSync(root, 0o755);
  const simulator = await Simulator.start(binary);
  let pod;
  try {
    const values = {
      logFormat: "json",
      config: {
        accounts: { production: { account_id: simulator.accountId, api_base_url: simulator.baseUrl } },
        sources: { production: { repository: repository() } },
        ...more,
      },
    };
    pod = new Pod({ root, manifests: await rendered({ values: path.join(here, "values/pod.yaml"), more: values }), secrets: secretsOfPod(), binary: image(root) });
    await use(pod, simulator);
  } finally {
    pod?.kill();
    await simulator.stop();
  }
}

test("the pod comes up, answers its probes, applies with the secrets of every store, and stops in good order", () =>
  withPod({}, async (pod, simulator) => {
    await pod.start();
    assert.ok(await pod.probe("startup"));
    assert.ok(await pod.probe("liveness"));
    await pod.until("it is ready", () => pod.probe("readiness"));

    await pod.until("the Worker is live", async () => /plumbline_workers\{[^}]*sync_status="Synced"\} 1/.test((await pod.get("metrics", "/metrics")).body));
    const { bindings } = await simulator.get("/workers/scripts/checkout/settings");
    assert.deepEqual(bindings.map(({ name, type }) => `${name} ${type}`).sort(), ["API_KEY secret_text", "FLAT secret_text", "SESSION secret_text"]);

    assert.equal((await pod.get("http", "/api/v1/status")).status, 401);
    const status = await pod.get("http", "/api/v1/status", "first-token");
    assert.equal(status.status, 200);
    assert.equal(JSON.parse(status.body).sources[0].sync, "Synced");

    // As when the Secret is changed: the kubelet exchanges the folder, and nobody restarts anything.
    pod.secrets.plumbline["read-token"] = "second-token\n";
    pod.write("/run/secrets/files/plumbline");
    assert.equal((await pod.get("http", "/api/v1/status", "first-token")).status, 401);
    assert.equal((await pod.get("http", "/api/v1/status", "second-token")).status, 200);

    assert.equal(await pod.stop(), 0, pod.log);
    assert.ok(fs.existsSync(path.join(pod.folderOf("/var/lib/plumbline"), "journal.db")));
    assert.notDeepEqual(fs.readdirSync(pod.folderOf("/var/cache/plumbline")), []);
    for (const secret of ["first-token", "not a real key", "nor this one"]) assert.ok(!pod.log.includes(secret), pod.log);
  }));

test("without a read token the probes of the pod pass, and its status stays closed", () =>
  withPod({ server: { read_token: null } }, async (pod) => {
    await pod.start();
    await pod.until("it is ready", () => pod.probe("readiness"));
    const status = await pod.get("http", "/api/v1/status");
    assert.equal(status.status, 403);
    assert.match(status.body, /configure server\.read_token/);
    assert.equal(await pod.stop(), 0, pod.log);
  }));

test("what only the program can tell ends the pod with 78 and its place", () =>
  withPod({ sources: { production: { repository: "http://git.example.com/edge/workers.git" } } }, (pod) => {
    const { status, stderr } = pod.runToItsEnd();
    assert.equal(status, 78, stderr);
    assert.match(stderr, /\/etc\/plumbline\/plumbline\.yaml:\d+:\d+: error: .*repository/);
  }));

test("a pod whose token is refused is alive and never ready, and says why", () =>
  withPod({}, async (pod, simulator) => {
    await simulator.fault("GET", ".*", { fault: "status", status: 403, code: 10000, message: "Authentication error", times: 1000 });
    await pod.start();
    await pod.until("the log tells it", () => pod.log.includes("Authentication error"));
    assert.ok(await pod.probe("liveness"));
    assert.ok(!(await pod.probe("readiness")));
    // Names of sources are for those who may read them.
    assert.doesNotMatch((await pod.get("http", "/readyz")).body, /production/);
    assert.match((await pod.get("http", "/readyz", "first-token")).body, /production/);
  }));

const chosen = tests.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const waiting = [...chosen];
let passed = 0;
async function worker() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    try {
      await next.run();
      passed += 1;
    } catch (error) {
      console.log(`failed: ${next.name}\n${error.stack}\n`);
    }
  }
}
// A test waits for a process most of its time.
await Promise.all([worker(), worker(), worker()]);
console.log(`${passed} passed, ${chosen.length - passed} failed`);
process.exit(passed === chosen.length && passed > 0 ? 0 : 1);

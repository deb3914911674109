// node check.mjs PLUMBLINE DEPLOY_FOLDER
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { GitHub } from "./github.mjs";
import { isBalanced, render, tags, withoutCode } from "./markup.mjs";

const [plumbline, deploy] = process.argv.slice(2);
const { parse } = await import(pathToFileURL(path.join(process.env.PLUMBLINE_NODE_MODULES, "yaml/dist/index.js")));
const work = fs.mkdtempSync(path.join(os.tmpdir(), "plumbline-pull-request-"));
const account = "023e105f4ecef8ad9ca31a8372d0c353";
const apiToken = "cf-canary-token";
const children = [];

function run(command, args, { env = {}, cwd = work } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, HOME: work, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      for (const canary of [apiToken, "gh-canary-token"]) assert(!(out + err).includes(canary), "a token is shown");
      resolve({ code, out, err });
    });
  });
}

async function simulator() {
  const child = spawn(plumbline, ["simulate", "--listen", "127.0.0.1:0", "--account-id", account], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = await new Promise((resolve) => child.stdout.once("data", (data) => resolve(String(data).split("\n"))));
  return JSON.parse(line).api_base_url;
}

const api = await simulator();
const apiEnv = { CLOUDFLARE_API_BASE_URL: api, CLOUDFLARE_API_TOKEN: apiToken, CLOUDFLARE_ACCOUNT_ID: account };
const identity = ["--instance", "edge", "--source", "production"];

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(work, folder, name)), { recursive: true });
    fs.writeFileSync(path.join(work, folder, name), text);
  }
}

const worker = (name, spec = {}) =>
  JSON.stringify({
    apiVersion: "plumbline.dev/v1beta1",
    kind: "Worker",
    metadata: { name },
    spec: { main: "index.js", compatibility_date: "2026-10-01", ...spec },
  });
const plan = (folder, ...options) => run(plumbline, ["plan", folder, ...identity, "--output", "markdown", ...options], { env: apiEnv });
const apply = (folder, ...options) => run(plumbline, ["apply", folder, ...identity, "--yes", ...options], { env: apiEnv });

// --- what the comment is

const hostile = [
  "@cloudflare/all see #1 and GH-1",
  "</details></summary><img src=x onerror=alert(1)><script>alert(1)</script>",
  "![i](https://evil.example/i.png) [link](https://evil.example) https://evil.example www.evil.example",
  "a | b \\| c",
  "``` ```` ~~~~ `x` ``y``",
  "--> <!-- plumbline:plan {} -->",
  "# heading **bold** &lt;b&gt; &#64;all :tada:",
  "line\n\n```\n# next\n\n<details open>\n",
  "\u202egnp.exe",
];

async function commentOfHostileManifests() {
  const bindings = Object.fromEntries(hostile.map((text, i) => [`T${i}`, { type: "plain_text", text }]));
  write("hostile", {
    "index.js": "export default {}",
    "evil ``` <img src=x> @all | x.yaml": worker("shop", { bindings }),
    "broken @all <img src=x>.yaml": "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: b}\nspec: {'</details>@all': 1}\n",
  });
  const { out } = await plan("hostile");
  assert.match(out.split("\n")[0], /^<!-- plumbline:plan \{"v":1,"instance":"edge","source":"production","environment":"",/);
  const html = render(out);
  assert(isBalanced(html), html);
  const allowed = ["code", "details", "h3", "h4", "p", "pre", "summary", "table", "tbody", "td", "th", "thead", "tr", "br", "strong"];
  assert.deepEqual([...new Set(tags(html))].filter((tag) => !allowed.includes(tag)), []);
  const prose = withoutCode(html);
  for (const text of ["@", "evil", "img", "GH-1", "tada", "https:"]) assert(!prose.includes(text), `${text} in: ${prose}`);
  assert.equal(prose.match(/<!--/g).length, 1);
  // What was said is all there, as code.
  for (const text of ["onerror=alert(1)", "@cloudflare/all see #1", "![i](https://evil.example/i.png)"]) {
    assert(html.includes(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")), text);
  }
  assert(!/[\u202a-\u202e\u2066-\u2069]/.test(html), "the text can be turned around");
  assert(out.split("\n").some((line) => line.startsWith("+ binding T0")), "a sign stands in column 0");
}

async function commentOfManyWorkers() {
  const files = { "index.js": "export default {}" };
  const bindings = Object.fromEntries([...Array(10).keys()].map((i) => [`T${i}`, { type: "plain_text", text: "x".repeat(900) }]));
  for (let i = 0; i < 120; ++i) files[`w${i}.json`] = worker(`worker-${i}`, { bindings });
  write("many", files);
  const { out, code } = await plan("many");
  assert.equal(code, 0);
  assert(Buffer.byteLength(out) <= 65_000, `${Buffer.byteLength(out)}`);
  assert(isBalanced(render(out)));
  assert.match(out, /\nand 70 more\n/);
  assert.match(out, /\d+ more are left out of this comment/);
  assert.equal(render(out).match(/<tr>/g).length, 51);
}

async function destructiveChangesStandOutside() {
  write("before", { "index.js": "export class Cart {}; export default {}", "a.json": worker("gone"), "b.json": worker("stays") });
  assert.equal((await apply("before")).code, 0);
  write("after", { "index.js": "export class Cart {}; export default {}", "b.json": worker("stays") });
  const { out } = await plan("after", "--policy", "sync");
  const html = render(out);
  const outside = html.replace(/<details>[\s\S]*?<\/details>/g, "");
  assert.match(outside, /Destroyed[\s\S]*worker\.gone/);
  assert.match(out, /: 1 to destroy\n/);
}

// --- who keeps the comment

const comment = (text) => {
  const file = path.join(work, `plan-${Math.random()}.md`);
  fs.writeFileSync(file, text);
  return file;
};
const textOf = (key, text) =>
  `<!-- plumbline:plan ${JSON.stringify({ v: 1, instance: "edge", source: "production", environment: "", digest: "", revision: "", ...key })} -->\n${text}\n`;

async function keep(github, text, env = {}) {
  const file = text === null ? path.join(work, "nowhere.md") : comment(text);
  return run("node", [path.join(deploy, "comment.mjs"), file], {
    env: { GITHUB_TOKEN: github.token, GITHUB_REPOSITORY: "o/r", PULL_REQUEST: "7", GITHUB_API_URL: github.url, ...env },
  });
}

const withGitHub = (test) => async () => {
  const github = await new GitHub().start();
  try {
    await test(github);
  } finally {
    github.stop();
  }
};

const tests = {
  "manifests cannot break out of the comment": commentOfHostileManifests,
  "a long plan is cut at a safe place": commentOfManyWorkers,
  "what is destroyed stands outside of any fold": destructiveChangesStandOutside,

  "a comment is made, then changed in place, then left": withGitHub(async (github) => {
    assert.equal((await keep(github, textOf({}, "one"))).out, "the comment is made\n");
    assert.equal((await keep(github, textOf({}, "two"))).out, "the comment is changed\n");
    assert.equal((await keep(github, textOf({}, "two"))).out, "the comment is unchanged\n");
    assert.equal(github.issues[7].length, 1);
    assert.match(github.issues[7][0].body, /two/);
    assert.equal(github.requests.filter((line) => line.startsWith("PATCH")).length, 1);
  }),

  "each instance, source and environment has its own": withGitHub(async (github) => {
    for (const key of [{}, { environment: "staging" }, { source: "other" }, { instance: "eu" }]) {
      await keep(github, textOf(key, "one"));
      await keep(github, textOf(key, "two"));
    }
    assert.equal(github.issues[7].length, 4);
    assert(github.issues[7].every((one) => one.body.includes("two")));
    assert.equal(github.issues[8].length, 0);
  }),

  "a plan that failed early takes the same comment, and gives it back": withGitHub(async (github) => {
    await keep(github, textOf({}, "good"));
    await keep(github, textOf({ instance: "" }, "failed"));
    await keep(github, textOf({}, "good again"));
    assert.equal(github.issues[7].length, 1);
    assert.match(github.issues[7][0].body, /good again/);
  }),

  "it is found behind hundreds of comments, and others are left alone": withGitHub(async (github) => {
    github.add(7, textOf({}, "somebody copied it"), "mallory");
    github.add(7, null);
    github.add(7, "<!-- plumbline:plan {broken -->");
    for (let i = 0; i < 250; ++i) github.add(7, `talk ${i}`, "alice");
    const own = github.add(7, textOf({}, "old"));
    assert.equal((await keep(github, textOf({}, "new"))).out, "the comment is changed\n");
    assert.match(own.body, /new/);
    assert.match(github.issues[7][0].body, /somebody copied it/);
    assert.equal(github.issues[7].length, 254);
  }),

  "of two that were made at once one is left": withGitHub(async (github) => {
    github.add(7, textOf({}, "one"));
    github.add(7, textOf({}, "one"));
    await keep(github, textOf({}, "two"));
    assert.equal(github.issues[7].length, 1);
    assert.match(github.issues[7][0].body, /two/);
  }),

  "failures of the server are waited out": withGitHub(async (github) => {
    github.faults = [{ status: 502 }, "cut", { status: 429, headers: { "retry-after": "1" } }];
    assert.equal((await keep(github, textOf({}, "one"))).code, 0);
    github.faults = [{ status: 403, message: "You have exceeded a secondary rate limit", headers: { "retry-after": "1" } }];
    assert.equal((await keep(github, textOf({}, "two"))).code, 0);
    assert.match(github.issues[7][0].body, /two/);
    assert.equal(github.issues[7].length, 1);
  }),

  "what is wrong is one line that says what to do": withGitHub(async (github) => {
    const failure = async (expected, text, env) => {
      const { code, err } = await keep(github, text, env);
      assert.equal(code, 1);
      assert.match(err, expected);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
    };
    const good = textOf({}, "one");
    await failure(/GITHUB_TOKEN is not set/, good, { GITHUB_TOKEN: "" });
    await failure(/PULL_REQUEST is no number/, good, { PULL_REQUEST: "7/../8" });
    await failure(/GITHUB_REPOSITORY is not owner\/name/, good, { GITHUB_REPOSITORY: "o" });
    await failure(/answered 401 .*the token is not valid/, good, { GITHUB_TOKEN: "other" });
    await failure(/answered 404 .*there is no such pull request/, good, { PULL_REQUEST: "9" });
    await failure(/does not begin with the marker/, "No changes.\n");
    await failure(/no such file/i, null);
    github.faults = [{ status: 403, message: "Resource not accessible by integration" }];
    await failure(/Resource not accessible by integration .*permissions: pull-requests: write/, good);
    github.faults = Array(4).fill({ status: 500 });
    await failure(/answered 500/, good);
    assert.equal(github.issues[7].length, 0);
  }),

  "the workflow does as it is written": withGitHub(async (github) => {
    const workflow = parse(fs.readFileSync(path.join(deploy, "github.yml"), "utf8"));
    assert.deepEqual(workflow.permissions, { contents: "read", "pull-requests": "write" });
    assert(!("pull_request_target" in workflow.on));
    const job = workflow.jobs.plan;
    // `docker run OPTIONS IMAGE ARGUMENTS` with the program in place of the image.
    write("bin", {
      docker: `#!/usr/bin/env bash\nwhile [ "$1" != test/image ]; do shift; [ $# -gt 0 ] || exit 125; done; shift\nSTATE_DIRECTORY=${work}/state CACHE_DIRECTORY=${work}/cache exec ${plumbline} "$@"\n`,
    });
    fs.chmodSync(path.join(work, "bin/docker"), 0o755);
    const checkout = path.join(work, "checkout");
    fs.rmSync(checkout, { recursive: true, force: true });
    write("checkout/workers", { "index.js": "export default {}", "a.json": worker("from-a-branch") });
    fs.mkdirSync(path.join(checkout, ".github/plumbline"), { recursive: true });
    fs.copyFileSync(path.join(deploy, "comment.mjs"), path.join(checkout, ".github/plumbline/comment.mjs"));

    const steps = async (values) => {
      const files = { RUNNER_TEMP: work, GITHUB_STEP_SUMMARY: path.join(work, "summary.md"), GITHUB_OUTPUT: path.join(work, "output") };
      fs.writeFileSync(files.GITHUB_OUTPUT, "");
      fs.writeFileSync(files.GITHUB_STEP_SUMMARY, "");
      let log = "";
      for (const step of job.steps.filter((one) => one.run)) {
        const code = /code=(\d+)/.exec(fs.readFileSync(files.GITHUB_OUTPUT, "utf8"))?.[1] ?? "";
        const env = Object.fromEntries(
          Object.entries({ ...job.env, ...step.env }).map(([name, value]) => [
            name,
            String(value).replace(/\$\{\{ *(\S+) *\}\}/g, (_, key) => ({ ...values, "steps.plan.outputs.code": code })[key] ?? ""),
          ]),
        );
        const { code: ended, out, err } = await run("bash", ["-e", "-c", step.run], {
          cwd: checkout,
          env: { ...env, ...files, CLOUDFLARE_API_BASE_URL: api, GITHUB_REPOSITORY: "o/r", GITHUB_API_URL: github.url, PATH: `${work}/bin:${process.env.PATH}` },
        });
        log += out + err;
        if (ended !== 0) return { step: step.name, code: ended, log };
      }
      return { code: 0, log };
    };
    const values = {
      "vars.PLUMBLINE_IMAGE": "test/image",
      "vars.CLOUDFLARE_ACCOUNT_ID": account,
      "secrets.CLOUDFLARE_API_TOKEN": apiToken,
      "secrets.PLUMBLINE_FINGERPRINT_KEY": "a key of the test",
      "github.token": github.token,
      "github.event.pull_request.number": "7",
    };
    const good = await steps(values);
    assert.equal(good.code, 0, good.log);
    assert.match(github.issues[7][0].body, /worker\.from-a-branch/);
    assert.match(fs.readFileSync(path.join(work, "summary.md"), "utf8"), /worker\.from-a-branch/);

    fs.writeFileSync(path.join(checkout, "workers/a.json"), worker("from-a-branch", { compatability_date: "x" }));
    const broken = await steps(values);
    assert.equal(broken.step, "Verdict");
    assert.match(broken.log, /::error::plumbline plan ended with 1/);
    assert.match(github.issues[7][0].body, /unknown field "compatability_date"/);

    const without = await steps({ ...values, "secrets.CLOUDFLARE_API_TOKEN": "" });
    assert.equal(without.step, "Verdict");
    assert.match(github.issues[7][0].body, /CLOUDFLARE_API_TOKEN is not set/);
    assert.equal(github.issues[7].length, 1);

    const imageless = await steps({ ...values, "vars.PLUMBLINE_IMAGE": "" });
    assert.equal(imageless.step, "Plan");
    assert.match(imageless.log, /::error::the variable PLUMBLINE_IMAGE is not set/);
    const unpullable = await steps({ ...values, "vars.PLUMBLINE_IMAGE": "other/image" });
    assert.match(unpullable.log, /::error::other\/image did not run/);
  }),
};

let passed = 0;
let failed = 0;
try {
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      ++passed;
      console.log(`passed: ${name}`);
    } catch (error) {
      ++failed;
      console.log(`failed: ${name}\n    ${String(error.stack).replaceAll("\n", "\n    ")}`);
    }
  }
} finally {
  for (const child of children) child.kill();
  fs.rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

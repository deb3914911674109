import assert from "node:assert/strict";
import { config, module } from "./parts.mjs";

const many = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`public/page-${index}.html`, `<p>${index}</p>\n`]));
const uploads = (account) => account.calls.filter((call) => call === "POST /workers/assets/upload").length;

export const scenarios = [
  {
    name: "assets alone",
    files: {
      "wrangler.json": { name: "site", compatibility_date: "2026-01-01", assets: { directory: "public", not_found_handling: "404-page" } },
      "public/index.html": "<h1>one</h1>\n",
      "public/copy.html": "<h1>one</h1>\n",
      "public/css/style.css": "body{color:red}\n",
      "public/_headers": "/*\n  X-Test: yes\n",
      "public/.assetsignore": "secret.txt\n",
      "public/secret.txt": "not for you\n",
    },
    steps: [
      {
        run: "deploy",
        prints: ["Uploaded site"],
        async state(account, { simulator }) {
          const { assets, code } = account.latest("site");
          assert.equal(code, null);
          assert.deepEqual(Object.keys(assets.manifest).sort(), ["/copy.html", "/css/style.css", "/index.html"]);
          // BLAKE3 of the base64 and the extension, as wrangler makes it.
          assert.deepEqual(assets.manifest["/css/style.css"], { hash: "43e456f8a22e2fbfa26f90b6fd5ee9aa", size: 16 });
          assert.equal(assets.config.not_found_handling, "404-page");
          assert.match(assets.config._headers, /X-Test/);
          assert.equal(account.state.asset_hashes.length, 2, "equal files go once");
          const [listed] = await simulator.get("/workers/scripts");
          assert.equal(listed.has_assets, true);
        },
      },
      {
        run: "deploy",
        prints: ["No updated asset files to upload"],
        state(account) {
          assert.equal(uploads(account), 0);
          assert.ok(account.latest("site").assets);
        },
      },
      {
        run: "deploy",
        write: { "public/index.html": "<h1>two</h1>\n" },
        prints: ["1 new or modified static asset"],
        state(account) {
          assert.equal(uploads(account), 1);
          assert.equal(account.state.asset_hashes.length, 3);
        },
      },
    ],
  },
  {
    name: "assets with a Worker",
    files: {
      "wrangler.json": config("app", { assets: { directory: "public", binding: "ASSETS", run_worker_first: ["/api/*"] } }),
      "index.js": module("api"),
      ...many,
    },
    steps: [
      {
        run: "deploy",
        prints: ["env.ASSETS", "45 new or modified static assets"],
        state(account) {
          assert.equal(Object.keys(account.latest("app").assets.manifest).length, 45);
          assert.deepEqual(account.bindings("app").ASSETS, { type: "assets" });
          assert.deepEqual(account.latest("app").assets.config.run_worker_first, ["/api/*"]);
          assert.ok(uploads(account) > 1, "more than one bucket");
        },
      },
      {
        run: "versions upload",
        write: { "index.js": module("api two"), "public/new.html": "new\n" },
        state(account) {
          assert.equal(Object.keys(account.latest("app").assets.manifest).length, 46);
          assert.deepEqual(account.traffic("app"), { 1: 100 });
        },
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("POST", "/workers/assets/upload", { fault: "status", status: 503, times: 1 }),
        write: { "public/newer.html": "newer\n" },
        state(account) {
          assert.equal(uploads(account), 2, "wrangler tries again");
          assert.equal(Object.keys(account.latest("app").assets.manifest).length, 47);
        },
      },
    ],
  },
];

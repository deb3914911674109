import assert from "node:assert/strict";
import { module, project } from "./parts.mjs";

const preview = (account, name = "pr-1") => account.worker("shown").previews.find((one) => one.name === name);
const env = (deployment) => Object.fromEntries(deployment.bindings.map(({ name, type, fields }) => [name, { type, ...fields }]));

export const scenarios = [
  {
    name: "previews of a Worker",
    files: project("shown", { preview_urls: true, previews: { vars: { ROUND: "1" }, logpush: true } }),
    steps: [
      { run: "deploy", state: (account) => assert.deepEqual(account.worker("shown").previews, []) },
      {
        run: ["preview", "--name", "pr-1", "--message", "first look", "--tag", "t1"],
        prints: ["Preview:", "pr-1", "(new)", "https://pr-1-shown.simulator.workers.dev", /https:\/\/[0-9a-f]{8}-shown\.simulator\.workers\.dev/],
        state(account) {
          const { settings, deployments } = preview(account);
          assert.equal(settings.logpush, true);
          assert.equal(deployments.length, 1);
          assert.equal(env(deployments[0]).ROUND.text, "1");
          assert.equal(deployments[0].annotations["workers/message"], "first look");
          assert.equal(account.worker("shown").versions.length, 1, "the Worker is as it was");
          assert.deepEqual(account.calls.filter((call) => call.includes("/previews")), [
            "GET /workers/workers/shown/previews/pr-1",
            "POST /workers/workers/shown/previews",
            `POST /workers/workers/shown/previews/${preview(account).id}/deployments`,
          ]);
        },
      },
      {
        run: "preview secret put TOKEN --name pr-1",
        input: "a-value-that-nobody-may-read",
        prints: ["Created Preview deployment", "TOKEN"],
        state(account) {
          assert.equal(preview(account).deployments.length, 2);
          assert.equal(env(preview(account).deployments[1]).TOKEN.type, "secret_text");
          assert.ok(!JSON.stringify(account.state).includes("a-value-that-nobody-may-read"));
        },
        older: {
          why: "its secrets are of the Worker, for previews to come",
          exit: 1,
          prints: ["`preview_defaults`", "[code: 10001]"],
          state: (account) => assert.equal(preview(account).deployments.length, 1),
        },
      },
      { run: "preview secret list --name pr-1", prints: ["TOKEN"], only: { wrangler: "newest", why: "a preview of 4.86 has no secrets of its own" } },
      {
        run: "preview --name pr-1 --json",
        write: { "index.js": module("second") },
        prints: ['"slug": "pr-1"'],
        state(account) {
          const { deployments } = preview(account);
          assert.equal(deployments.length, 3);
          assert.equal(env(deployments[2]).TOKEN.type, "secret_text", "an inherited secret stays");
          assert.notEqual(deployments[2].code, deployments[0].code);
        },
        older: {
          why: "there is no secret to inherit",
          state(account) {
            const { deployments } = preview(account);
            assert.equal(deployments.length, 2);
            assert.notEqual(deployments[1].code, deployments[0].code);
          },
        },
      },
      { run: "preview secret list --name pr-2", exit: 1, prints: ["pr-2"], only: { wrangler: "newest", why: "a preview of 4.86 has no secrets of its own" } },
      {
        run: "preview base-config secret put TOKEN",
        input: "x",
        exit: 1,
        prints: ["`previews_base_config`", "[code: 10001]"],
        only: { wrangler: "newest", why: "4.86 has `preview secret` for it" },
      },
      {
        run: "preview delete --name pr-1 --skip-confirmation",
        prints: ["deleted successfully"],
        state: (account) => assert.deepEqual(account.worker("shown").previews, []),
      },
      {
        run: "preview --name pr-1 --worker-name nobody",
        exit: 1,
        prints: ["deploy it first", "[code: 10001]"],
        state: (account) => assert.deepEqual(account.names, ["shown"]),
        older: { why: "it makes no Worker for a preview", prints: ["[code: 10007]"] },
      },
    ],
  },
];

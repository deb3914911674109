import assert from "node:assert/strict";
import { module, project } from "./parts.mjs";

const preview = (account, name = "pr-1") => account.worker("shown").previews.find((one) => one.name === name);
const env = (deployment) => Object.fromEntries(deployment.bindings.map(({ name, type, fields }) => [name, { type, ...fields }]));

export const scenarios = [
  {
    name: "previews of a Worker",
    only: { wrangler: "newest", why: "4.86 has no previews" },
    files: project("shown", { preview_urls: true, previews: { vars: { ROUND: "1" }, logpush: true } }),
    steps: [
      { run: "deploy", state: (account) => assert.deepEqual(account.worker("shown").previews, []) },
      {
        run: ["preview", "--name", "pr-1", "--message", "first look", "--tag", "t1"],
        prints: ["Preview:", "pr-1", "(new)", "https://pr-1-shown.simulator.workers.dev", "Unique Deployment URL:"],
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
      },
      { run: "preview secret list --name pr-1", prints: ["TOKEN"] },
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
      },
      { run: "preview secret list --name pr-2", exit: 1, prints: ["pr-2"] },
      {
        run: "preview delete --name pr-1 --skip-confirmation",
        prints: ["deleted successfully"],
        state: (account) => assert.deepEqual(account.worker("shown").previews, []),
      },
    ],
  },
];

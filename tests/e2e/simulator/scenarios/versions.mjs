import assert from "node:assert/strict";
import { module, project } from "./parts.mjs";

// Notes the ids of a Worker's versions, oldest first.
const note = (name) => (account, { notes }) => (notes.ids = account.worker(name).versions.map((version) => version.id));
const noteFrom = (name) => async (simulator, notes) =>
  (notes.ids = (await simulator.control("GET", "state")).workers[name].versions.map((version) => version.id));

export const scenarios = [
  {
    name: "versions and deployments",
    files: project("rolled", { vars: { ROUND: "1" } }),
    steps: [
      {
        run: "versions upload",
        exit: 1,
        prints: [/does not( yet)? exist|10007/],
        state: (account) => assert.deepEqual(account.names, []),
      },
      { run: "deploy", state: (account) => assert.deepEqual(account.traffic("rolled"), { 1: 100 }) },
      {
        run: ["versions", "upload", "--message", "second", "--tag", "v2"],
        write: project("rolled", { vars: { ROUND: "2" } }, "second"),
        prints: ["Uploaded rolled", "Worker Version ID:"],
        state(account) {
          assert.deepEqual(account.traffic("rolled"), { 1: 100 });
          assert.equal(account.latest("rolled").annotations["workers/tag"], "v2");
          assert.equal(account.bindings("rolled").ROUND.text, "2");
        },
      },
      {
        run: "versions list",
        before: noteFrom("rolled"),
        prints: ["Version ID:", "Tag:         v2", "Message:     second"],
        state(account, { notes, output }) {
          assert.ok(notes.ids.every((id) => output.includes(id)));
        },
      },
      {
        run: ({ ids }) => `versions view ${ids[1]}`,
        prints: ["Handlers:", "fetch", "Compatibility Date:", "2026-01-01", 'env.ROUND ("2")'],
      },
      {
        run: "versions view 00000000-0000-4000-8000-000000000000",
        exit: 1,
        prints: ["[code: 100146]"],
      },
      {
        run: ({ ids }) => `versions deploy ${ids[1]}@10 ${ids[0]}@90 --yes --message canary`,
        prints: ["10%", "90%"],
        state(account) {
          assert.deepEqual(account.traffic("rolled"), { 1: 90, 2: 10 });
          assert.equal(account.worker("rolled").deployments.at(-1).annotations["workers/message"], "canary");
        },
      },
      {
        run: "deployments status",
        prints: ["(10%)", "(90%)", "canary"],
      },
      {
        run: "deployments list",
        prints: ["(100%)", "(10%)", "(90%)", "Author:"],
      },
      {
        run: "deploy",
        write: { "index.js": module("third") },
        prints: ["multiple versions"],
        state: (account) => assert.deepEqual(account.traffic("rolled"), { 3: 100 }),
      },
      {
        run: "rollback --yes --message back",
        prints: ["has been deployed to 100% of traffic"],
        state(account) {
          assert.deepEqual(Object.values(account.traffic("rolled")), [100]);
          assert.equal(account.traffic("rolled")[3], undefined);
          assert.equal(account.worker("rolled").versions.length, 3, "no new version");
          assert.equal(account.worker("rolled").deployments.at(-1).annotations["workers/triggered_by"], "rollback");
        },
      },
      {
        run: ({ ids }) => `rollback ${ids[0]} --yes`,
        state: (account) => assert.deepEqual(account.traffic("rolled"), { 1: 100 }),
      },
      {
        run: ({ ids }) => `versions deploy ${ids[0]}@30 ${ids[1]}@30 --yes`,
        exit: 1,
        prints: ["100"],
        state: (account) => assert.deepEqual(account.traffic("rolled"), { 1: 100 }),
      },
      {
        run: "versions deploy 00000000-0000-4000-8000-000000000000@100 --yes",
        exit: 1,
        prints: [/\[code: \d+\]/],
        state: (account) => assert.deepEqual(account.traffic("rolled"), { 1: 100 }),
      },
    ],
  },
  {
    name: "rollback past a changed secret",
    files: project("guarded"),
    steps: [
      { run: "deploy" },
      { run: "secret put TOKEN", input: "one", state: note("guarded") },
      {
        run: ({ ids }) => `rollback ${ids[0]} --yes`,
        prints: ["secret"],
        state(account) {
          assert.deepEqual(account.traffic("guarded"), { 1: 100 });
          assert.equal(account.calls.filter((call) => call === "POST /workers/scripts/guarded/deployments").length, 2);
        },
      },
    ],
  },
  {
    name: "versions of a Worker with previews",
    files: project("seen", { preview_urls: true }),
    steps: [
      { run: "deploy", state: (account) => assert.equal(account.worker("seen").subdomain.previews_enabled, true) },
      {
        run: "versions upload --preview-alias next",
        prints: ["Version Preview URL: https://", "-seen.simulator.workers.dev", "Version Preview Alias URL: https://next-seen.simulator.workers.dev"],
        state: (account) => assert.equal(account.latest("seen").annotations["workers/alias"], "next"),
      },
    ],
  },
];

import assert from "node:assert/strict";
import { config, project } from "./parts.mjs";

export const scenarios = [
  {
    name: "delete",
    files: project("short", { routes: ["example.com/*"] }),
    steps: [
      { run: "delete", exit: 1, prints: [/10007|10090|not found|does not exist/] },
      { run: "deploy", state: (account) => assert.deepEqual(account.routes, ["example.com/* -> short"]) },
      { run: "delete --dry-run", prints: ["--dry-run: exiting now."], state: (account) => assert.deepEqual(account.calls, []) },
      {
        run: "delete",
        prints: ["Successfully deleted short"],
        state(account) {
          assert.deepEqual(account.names, []);
          assert.deepEqual(account.routes, [], "its routes go with it");
        },
      },
      { run: "deployments list", exit: 1, prints: [/10007|not found|does not exist/] },
    ],
  },
  {
    name: "delete what others need",
    files: project("needed"),
    steps: [
      { run: "deploy" },
      {
        run: "deploy",
        write: { "wrangler.json": config("binder", { services: [{ binding: "NEEDED", service: "needed" }] }) },
        prints: ["env.NEEDED (needed)"],
      },
      {
        run: "delete needed",
        write: { "wrangler.json": config("needed") },
        prints: ["Worker binder (production) uses this Worker as a Service Binding", "Successfully deleted needed"],
        // Nobody answers the question without a terminal, so wrangler goes on by force.
        state: (account) => assert.deepEqual(account.names, ["binder"]),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("needed", { queues: { consumers: [{ queue: "orders" }] } }) },
        before: (simulator) => simulator.api("POST", "/queues", { queue_name: "orders" }),
        prints: ["Consumer for orders"],
      },
      {
        run: "delete needed --force",
        exit: 1,
        prints: ["[code: 10064]"],
        state: (account) => assert.deepEqual(account.names, ["binder", "needed"]),
      },
      {
        run: "delete binder --force",
        prints: ["Successfully deleted binder"],
        state: (account) => assert.ok(!account.names.includes("binder")),
      },
    ],
  },
];

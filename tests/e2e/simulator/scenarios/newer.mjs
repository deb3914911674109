import assert from "node:assert/strict";
import { config, project } from "./parts.mjs";

const only = (why) => ({ wrangler: "newest", why });
const mail = "export default { fetch() { return new Response(); }, email() {} };\n";
const rules = (account) => account.resources(`email/routing/rules/${account.state.zones[0].id}`);
const image = "registry.cloudflare.com/023e105f4ecef8ad9ca31a8372d0c353/app:1";

// What wrangler has learned since 4.86.
export const scenarios = [
  {
    name: "addresses of email",
    only: only("4.86 has no `addresses`"),
    files: { "wrangler.json": config("mail", { addresses: ["support@example.com", "*@example.com"] }), "index.js": mail },
    steps: [
      {
        run: "deploy",
        prints: ["support@example.com"],
        state: (account) => assert.equal(rules(account).length, 2),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("mail", { addresses: ["support@example.com", "*@example.com", "sales@example.com"] }) },
        prints: ["+ sales@example.com"],
        state: (account) => assert.equal(rules(account).length, 3, "those that are there stay"),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("mail", { addresses: ["sales@example.com"] }) },
        exit: 1,
        prints: ["- support@example.com", "destructive changes"],
        state: (account) => assert.equal(rules(account).length, 3, "nobody confirms without a terminal"),
      },
    ],
  },
  {
    name: "agent memory",
    only: only("4.86 has no `agent_memory`"),
    files: project("thinker", { agent_memory: [{ binding: "MEMORY", namespace: "notes" }] }),
    steps: [
      { run: "agent-memory namespace create notes", prints: ["notes"] },
      { run: "agent-memory namespace list", prints: ["notes"] },
      {
        run: "deploy",
        prints: ["env.MEMORY"],
        state: (account) => assert.deepEqual(account.bindings("thinker").MEMORY, { type: "agent_memory", namespace: "notes" }),
      },
      { run: "agent-memory namespace delete notes --force", state: (account) => assert.deepEqual(account.resources("agent-memory/namespaces"), []) },
    ],
  },
  {
    name: "containers",
    files: {
      "wrangler.json": config("boxed", {
        containers: [{ class_name: "Box", image }],
        durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
        migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
      }),
      "index.js": 'import { DurableObject } from "cloudflare:workers";\nexport class Box extends DurableObject {}\nexport default { fetch() { return new Response(); } };\n',
    },
    steps: [
      {
        run: "deploy",
        exit: 1,
        prints: ["Containers are not enabled: the simulator has none."],
        state(account) {
          assert.deepEqual(account.traffic("boxed"), { 1: 100 }, "the Worker comes before its containers");
          assert.ok(account.calls.includes("POST /containers/applications"));
        },
      },
      { run: "containers list", state: (account) => assert.deepEqual(account.calls, ["GET /containers/dash/applications"]) },
    ],
  },
];

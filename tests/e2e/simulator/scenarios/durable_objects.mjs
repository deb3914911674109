import assert from "node:assert/strict";
import { config } from "./parts.mjs";

const code = (...classes) =>
  `import { DurableObject } from "cloudflare:workers";\n${classes.map((name) => `export class ${name} extends DurableObject {}\n`).join("")}` +
  "export default { fetch() { return new Response(); } };\n";
const counter = (migrations, bindings = [{ name: "COUNTER", class_name: "Counter" }]) => ({
  "wrangler.json": config("objects", { durable_objects: { bindings }, migrations }),
});
const v1 = { tag: "v1", new_sqlite_classes: ["Counter"] };
const v2 = { tag: "v2", renamed_classes: [{ from: "Counter", to: "Tally" }], new_classes: ["Old"] };
const v3 = { tag: "v3", deleted_classes: ["Old"] };
const tally = [{ name: "COUNTER", class_name: "Tally" }];
const classes = (account) => Object.keys(account.worker("objects").classes).sort();

export const scenarios = [
  {
    name: "Durable Objects and their migrations",
    files: { ...counter(undefined), "index.js": code("Counter") },
    steps: [
      {
        run: "deploy",
        exit: 1,
        prints: ["[code: 10061]"],
        state: (account) => assert.deepEqual(account.names, []),
      },
      {
        run: "deploy",
        write: counter([v1]),
        prints: ["env.COUNTER (Counter)"],
        state(account) {
          assert.deepEqual(classes(account), ["Counter"]);
          assert.equal(account.worker("objects").classes.Counter.use_sqlite, true);
          assert.equal(account.worker("objects").migration_tag, "v1");
        },
      },
      {
        run: "deploy",
        state(account) {
          assert.equal(account.worker("objects").migration_tag, "v1");
          assert.ok(account.calls.includes("POST /workers/scripts/objects/versions"), "no migration is left, so it is a version");
        },
      },
      {
        run: "versions upload",
        write: { ...counter([v1, v2], tally), "index.js": code("Tally", "Old") },
        exit: 1,
        prints: [/migration/i],
        state: (account) => assert.deepEqual(classes(account), ["Counter"]),
      },
      {
        run: "deploy",
        prints: ["env.COUNTER (Tally)"],
        before: async (simulator, notes) => (notes.id = (await simulator.control("GET", "state")).workers.objects.classes.Counter.namespace_id),
        state(account, { notes }) {
          assert.deepEqual(classes(account), ["Old", "Tally"]);
          assert.equal(account.worker("objects").classes.Tally.namespace_id, notes.id, "a renamed class keeps its objects");
          assert.equal(account.worker("objects").migration_tag, "v2");
        },
      },
      {
        run: "deploy",
        write: { ...counter([v1, v2, v3], tally), "index.js": code("Tally") },
        state(account) {
          assert.deepEqual(classes(account), ["Tally"]);
          assert.equal(account.worker("objects").migration_tag, "v3");
        },
      },
      {
        run: "deploy",
        write: counter([{ tag: "w1", new_sqlite_classes: ["Tally"] }], tally),
        exit: 1,
        prints: ["[code: 10074]"],
        state: (account) => assert.equal(account.worker("objects").migration_tag, "v3"),
      },
    ],
  },
];

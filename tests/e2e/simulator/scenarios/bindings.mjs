import assert from "node:assert/strict";
import { config, module, project } from "./parts.mjs";

const storage = (ids = {}) => ({
  kv_namespaces: [{ binding: "KV", id: ids.kv }],
  d1_databases: [{ binding: "DB", database_name: "orders", database_id: ids.d1 }],
  r2_buckets: [{ binding: "R2", bucket_name: "pictures" }],
});

// One of each kind that points at nothing that wrangler looks up.
const kinds = {
  vars: { PLAIN: "text value", JSONV: { a: 1, b: [true, null] } },
  send_email: [{ name: "EMAIL", destination_address: "a@example.com" }],
  durable_objects: { bindings: [{ name: "EXT", class_name: "Ext", script_name: "other" }] },
  vectorize: [{ binding: "VEC", index_name: "my-index" }],
  hyperdrive: [{ binding: "HD", id: "57b7076f58be42419276f058a8968187" }],
  secrets_store_secrets: [{ binding: "SS", store_id: "599cf1f7b6f84d39a7ff5a4a2bd5b6e1", secret_name: "stored" }],
  ratelimits: [{ name: "RL", namespace_id: "1001", simple: { limit: 100, period: 60 } }],
  services: [{ binding: "SVC", service: "other" }, { binding: "SVCENT", service: "other", entrypoint: "Admin" }],
  analytics_engine_datasets: [{ binding: "AE", dataset: "my_dataset" }],
  mtls_certificates: [{ binding: "MTLS", certificate_id: "99f5fef1-6cc1-46b8-bd79-44a0d5082b8d" }],
  pipelines: [{ binding: "PIPE", pipeline: "my-pipeline" }],
  worker_loaders: [{ binding: "LOADER" }],
  browser: { binding: "BROWSER" },
  ai: { binding: "AI" },
  images: { binding: "IMAGES" },
  version_metadata: { binding: "VM" },
};
const types = {
  AE: "analytics_engine", AI: "ai", BROWSER: "browser", EMAIL: "send_email", EXT: "durable_object_namespace", HD: "hyperdrive",
  IMAGES: "images", JSONV: "json", LOADER: "worker_loader", MTLS: "mtls_certificate", PIPE: "pipelines", PLAIN: "plain_text",
  RL: "ratelimit", SS: "secrets_store_secret", SVC: "service", SVCENT: "service", VEC: "vectorize", VM: "version_metadata",
};
const owner = 'export class Ext {}\nexport class Admin {}\nexport default { fetch() { return new Response(); } };\n';

const typesOf = (account, name) => Object.fromEntries(Object.entries(account.bindings(name)).map(([key, { type }]) => [key, type]));

export const scenarios = [
  {
    name: "bindings of every kind",
    files: project("bound", kinds),
    steps: [
      {
        run: "deploy",
        exit: 1,
        prints: [/\[code: (10143|10061)\]/],
        state: (account) => assert.deepEqual(account.names, [], "what they bind to is not there"),
      },
      {
        run: "deploy",
        before: (simulator) => simulator.upload("other", owner, { migrations: { new_tag: "v1", new_sqlite_classes: ["Ext"] } }),
        prints: ["env.EXT (Ext, defined in other)", "env.SVCENT (other#Admin)"],
        async state(account, { simulator }) {
          assert.deepEqual(typesOf(account, "bound"), types);
          const { bindings } = await simulator.get("/workers/scripts/bound/settings");
          const shown = Object.fromEntries(bindings.map((binding) => [binding.name, binding]));
          assert.equal(shown.SVC.environment, "production", "the service's default is filled in");
          assert.deepEqual(shown.JSONV.json, { a: 1, b: [true, null] });
          assert.deepEqual(shown.RL.simple, { limit: 100, period: 60 });
          assert.match(shown.EXT.namespace_id, /^[0-9a-f]{32}$/);
        },
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("bound", { vars: { PLAIN: "only" } }) },
        state: (account) => assert.deepEqual(typesOf(account, "bound"), { PLAIN: "plain_text" }),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("bound", { services: [{ binding: "SELF", service: "bound" }, { binding: "GONE", service: "nobody" }] }) },
        exit: 1,
        prints: ["nobody", "[code: 10143]"],
        state: (account) => assert.deepEqual(typesOf(account, "bound"), { PLAIN: "plain_text" }),
      },
    ],
  },
  {
    name: "bindings that wrangler provisions",
    files: project("stored", storage()),
    steps: [
      {
        run: "deploy",
        state(account) {
          const [namespace] = account.resources("storage/kv/namespaces");
          const [database] = account.resources("d1/database");
          const [bucket] = account.resources("r2/buckets");
          assert.equal(account.bindings("stored").KV.namespace_id, namespace.id);
          assert.equal(account.bindings("stored").DB.database_id ?? account.bindings("stored").DB.id, database.uuid);
          assert.equal(account.bindings("stored").R2.bucket_name, bucket.name);
        },
      },
      {
        run: "deploy",
        write: { "index.js": module("again") },
        state(account) {
          assert.equal(account.resources("storage/kv/namespaces").length, 1, "nothing is made twice");
          assert.equal(account.bindings("stored").KV.type, "kv_namespace");
        },
      },
    ],
  },
  {
    name: "queues and workflows",
    files: {
      "wrangler.json": config("worker", {
        queues: { producers: [{ binding: "Q", queue: "orders" }], consumers: [{ queue: "orders", max_batch_size: 5, dead_letter_queue: "dead" }] },
        workflows: [{ binding: "WF", name: "fulfil", class_name: "Fulfil" }],
      }),
      "index.js": 'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport class Fulfil extends WorkflowEntrypoint {}\nexport default { fetch() { return new Response(); }, queue() {} };\n',
    },
    steps: [
      {
        run: "deploy",
        prints: ['Creating new Queue "orders"', "Producer for orders"],
        state: (account) => assert.deepEqual(account.resources("queues").map((queue) => queue.queue_name), ["orders"]),
        older: {
          why: "it makes no queues",
          exit: 1,
          prints: ['Queue "orders" does not exist'],
          state: (account) => assert.deepEqual(account.names, []),
        },
      },
      { run: "queues create orders", prints: ["Created queue 'orders'"], only: { wrangler: "older", why: "the deployment has made it" } },
      {
        run: "deploy",
        prints: ["Producer for orders", "Consumer for orders", "workflow: fulfil"],
        state(account) {
          const [queue] = account.resources("queues");
          assert.equal(queue.consumers[0].script_name, "worker");
          assert.equal(queue.consumers[0].settings.batch_size, 5);
          assert.equal(queue.consumers[0].dead_letter_queue, "dead");
          assert.equal(account.resources("workflows")[0].script_name, "worker");
          assert.deepEqual(account.bindings("worker").Q, { type: "queue", queue_name: "orders" });
        },
      },
      {
        run: "deploy",
        state: (account) => assert.equal(account.resources("queues")[0].consumers.length, 1, "the consumer is changed, not added"),
      },
      { run: "queues list", prints: ["orders"] },
      { run: "queues info orders", prints: ["Queue Name: orders", "Number of Consumers: 1", "worker:worker"] },
      {
        run: "queues consumer remove orders worker",
        prints: ["Removed consumer from queue orders"],
        state: (account) => assert.deepEqual(account.resources("queues")[0].consumers, []),
      },
      {
        run: "queues consumer add orders worker --batch-size 7",
        prints: ["Added consumer to queue orders"],
        state: (account) => assert.equal(account.resources("queues")[0].consumers[0].settings.batch_size, 7),
      },
      { run: "queues create orders", exit: 1, prints: ["[code: 11009]"] },
      { run: "queues delete orders", prints: ["Deleted queue orders"], state: (account) => assert.deepEqual(account.resources("queues"), []) },
      { run: "queues info orders", exit: 1, prints: ['Queue "orders" does not exist'] },
      { run: "queues create orders", prints: ["Created queue 'orders'"], only: { wrangler: "newest", why: "it has made it above" } },
      { run: "workflows list", prints: ["fulfil", "Fulfil"] },
      { run: "workflows delete fulfil", prints: ['Workflow "fulfil" removed successfully'], state: (account) => assert.deepEqual(account.resources("workflows"), []) },
    ],
  },
];

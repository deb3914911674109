import assert from "node:assert/strict";
import { all, refused } from "./parts.mjs";

export const scenarios = [
  {
    name: "cloudflare 7.3.0: what Workers use",
    package: "cloudflare-newest",
    calls: [
      ["queues.create, list, get, update, edit and delete", async ({ client, account_id, notes }) => {
        const { queues } = client;
        const made = await queues.create({ account_id, queue_name: "orders" });
        notes.queue = made.queue_id;
        await refused(queues.create({ account_id, queue_name: "orders" }), 409, 11009);
        assert.deepEqual((await all(queues.list({ account_id }))).map((queue) => queue.queue_name), ["orders"]);
        await queues.edit(made.queue_id, { account_id, settings: { delivery_delay: 5 } });
        const edited = await queues.get(made.queue_id, { account_id });
        assert.equal(edited.settings.delivery_delay, 5);
        assert.equal(edited.settings.delivery_paused, false, "an edit merges");
        const updated = await queues.update(made.queue_id, { account_id, queue_name: "renamed" });
        assert.equal(updated.queue_name, "renamed");
        assert.equal(updated.settings.delivery_delay, 0, "an update replaces");
      }],
      ["queues.consumers.create, list, get, update and delete", async ({ client, account_id, simulator, notes: { queue: queue_id } }) => {
        const { consumers } = client.queues;
        await simulator.upload("worker");
        const made = await consumers.create(queue_id, { account_id, type: "worker", script_name: "worker", settings: { batch_size: 5 } });
        assert.equal((await all(consumers.list(queue_id, { account_id }))).length, 1);
        await consumers.update(made.consumer_id, { account_id, queue_id, type: "worker", script_name: "worker", settings: { batch_size: 9 } });
        assert.equal((await consumers.get(made.consumer_id, { account_id, queue_id })).settings.batch_size, 9);
        await consumers.delete(made.consumer_id, { account_id, queue_id });
        assert.deepEqual(await all(consumers.list(queue_id, { account_id })), []);
        await client.queues.delete(queue_id, { account_id });
        await refused(client.queues.get(queue_id, { account_id }), 404, 11000);
      }],
      ["workflows.update, list, get and delete", async ({ client, account_id }) => {
        await client.workflows.update("fulfil", { account_id, script_name: "worker", class_name: "Fulfil" });
        assert.deepEqual((await all(client.workflows.list({ account_id }))).map((workflow) => workflow.name), ["fulfil"]);
        assert.equal((await client.workflows.get("fulfil", { account_id })).class_name, "Fulfil");
        await client.workflows.delete("fulfil", { account_id });
        await refused(client.workflows.get("fulfil", { account_id }), 404, 10200);
      }],
      ["kv.namespaces.create, list, get and delete", async ({ client, account_id }) => {
        const made = await client.kv.namespaces.create({ account_id, title: "cache" });
        assert.deepEqual((await all(client.kv.namespaces.list({ account_id }))).map((namespace) => namespace.title), ["cache"]);
        assert.equal((await client.kv.namespaces.get(made.id, { account_id })).title, "cache");
        await client.kv.namespaces.delete(made.id, { account_id });
        await refused(client.kv.namespaces.get(made.id, { account_id }), 404, 10013);
      }],
      ["d1.database and r2.buckets", async ({ client, account_id }) => {
        const database = await client.d1.database.create({ account_id, name: "orders" });
        assert.equal((await client.d1.database.get(database.uuid, { account_id })).name, "orders");
        await client.r2.buckets.create({ account_id, name: "pictures" });
        assert.deepEqual((await client.r2.buckets.list({ account_id })).buckets.map((bucket) => bucket.name), ["pictures"]);
      }],
      ["accounts, memberships and the token", async ({ client, account_id }) => {
        assert.deepEqual((await all(client.accounts.list())).map((account) => account.id), [account_id]);
        assert.equal((await all(client.memberships.list()))[0].account.id, account_id);
        assert.equal((await client.user.tokens.verify()).status, "active");
      }],
      ["what is not simulated is no address", ({ client, account_id }) =>
        refused(client.workers.observability.telemetry.keys({ account_id }), 404, 7003)],
    ],
  },
];

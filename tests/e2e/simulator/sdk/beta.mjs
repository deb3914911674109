import assert from "node:assert/strict";
import { all, refused } from "./parts.mjs";

export const scenarios = [
  {
    name: "cloudflare 7.3.0: beta Workers",
    package: "cloudflare-newest",
    calls: [
      ["beta.workers.list over pages, and get by name and id", async ({ client, account_id, simulator, notes }) => {
        for (let index = 0; index < 12; ++index) await simulator.upload(`worker-${String(index).padStart(2, "0")}`);
        const workers = await all(client.workers.beta.workers.list({ account_id, per_page: 5 }));
        assert.equal(workers.length, 12);
        const [first] = workers;
        notes.id = first.id;
        assert.equal((await client.workers.beta.workers.get(first.id, { account_id })).name, "worker-00");
        assert.equal((await client.workers.beta.workers.get("worker-00", { account_id })).id, first.id);
        await refused(client.workers.beta.workers.get("nobody", { account_id }), 404, 10007);
      }],
      ["beta.workers.edit changes what it names", async ({ client, account_id, notes: { id } }) => {
        await client.workers.beta.workers.edit(id, { account_id, logpush: true, tags: ["team"] });
        const worker = await client.workers.beta.workers.edit(id, { account_id, subdomain: { enabled: true } });
        assert.equal(worker.logpush, true);
        assert.deepEqual(worker.tags, ["team"]);
        assert.equal(worker.subdomain.enabled, true);
      }],
      ["beta.workers.delete", async ({ client, account_id, notes: { id } }) => {
        await client.workers.beta.workers.delete(id, { account_id });
        await refused(client.workers.beta.workers.get(id, { account_id }), 404, 10007);
      }],
    ],
  },
];

import assert from "node:assert/strict";
import { all, refused } from "./parts.mjs";

const ids = async (client, account_id) => (await all(client.workers.scripts.versions.list("api", { account_id }))).map((version) => version.id);

export const scenarios = [
  {
    name: "cloudflare 7.3.0: scripts",
    package: "cloudflare-newest",
    calls: [
      ["scripts.list, empty and not", async ({ client, account_id, simulator }) => {
        assert.deepEqual(await all(client.workers.scripts.list({ account_id })), []);
        await simulator.upload("api", undefined, { tags: ["team"], bindings: [{ type: "plain_text", name: "A", text: "a" }] });
        await simulator.upload("web");
        const scripts = await all(client.workers.scripts.list({ account_id }));
        assert.deepEqual(scripts.map((script) => script.id), ["api", "web"]);
        assert.equal(scripts[0].observability.logs.persist, true, "the service's defaults are filled in");
        assert.deepEqual((await all(client.workers.scripts.list({ account_id, tags: "team:yes" }))).map((script) => script.id), ["api"]);
      }],
      ["scripts.search", async ({ client, account_id }) => {
        const found = await client.workers.scripts.search({ account_id, name: "ap" });
        assert.deepEqual(found.map((script) => script.script_name), ["api"]);
      }],
      ["scripts.get and content.get", async ({ client, account_id }) => {
        assert.match(await client.workers.scripts.get("api", { account_id }), /export default/);
        const answer = await client.workers.scripts.content.get("api", { account_id });
        assert.equal(answer.headers.get("cf-entrypoint"), "index.js");
        assert.match(await answer.text(), /export default/);
        await refused(client.workers.scripts.content.get("nobody", { account_id }), 404, 10007);
      }],
      ["scriptAndVersionSettings.get", async ({ client, account_id }) => {
        const settings = await client.workers.scripts.scriptAndVersionSettings.get("api", { account_id });
        assert.deepEqual(settings.bindings, [{ name: "A", type: "plain_text", text: "a" }]);
        assert.deepEqual(settings.tags, ["team"]);
      }],
      ["settings.get and edit make no version", async ({ client, account_id }) => {
        const before = await ids(client, account_id);
        const edited = await client.workers.scripts.settings.edit("api", { account_id, logpush: true, tags: ["team", "edge"] });
        assert.equal(edited.logpush, true);
        const settings = await client.workers.scripts.settings.get("api", { account_id });
        assert.deepEqual(settings.tags, ["team", "edge"]);
        assert.deepEqual(await ids(client, account_id), before);
      }],
      ["secrets.update, list, get, bulkUpdate and delete", async ({ client, account_id }) => {
        const { secrets } = client.workers.scripts;
        const put = await secrets.update("api", { account_id, name: "TOKEN", text: "hidden", type: "secret_text" });
        assert.deepEqual(put, { name: "TOKEN", type: "secret_text" });
        await secrets.bulkUpdate("api", { account_id, secrets: { MORE: { name: "MORE", text: "hidden", type: "secret_text" }, TOKEN: null } });
        assert.deepEqual(await all(secrets.list("api", { account_id })), [{ name: "MORE", type: "secret_text" }]);
        assert.equal((await secrets.get("MORE", { account_id, script_name: "api" })).type, "secret_text");
        await secrets.delete("MORE", { account_id, script_name: "api" });
        await refused(secrets.get("MORE", { account_id, script_name: "api" }), 404, 10056);
      }],
      ["versions.list and get", async ({ client, account_id }) => {
        const list = await ids(client, account_id);
        assert.equal(list.length, 4, "the upload and three changes of secrets");
        const version = await client.workers.scripts.versions.get(list[0], { account_id, script_name: "api" });
        assert.equal(version.number, 4);
        assert.deepEqual(version.resources.script.handlers, ["fetch"]);
        assert.equal(version.resources.script_runtime.compatibility_date, "2026-01-01");
      }],
      ["deployments.create, list, get and delete", async ({ client, account_id }) => {
        const { deployments } = client.workers.scripts;
        const [newest, before] = await ids(client, account_id);
        const split = [{ version_id: newest, percentage: 25 }, { version_id: before, percentage: 75 }];
        const made = await deployments.create("api", { account_id, strategy: "percentage", versions: split, force: true });
        assert.deepEqual(made.versions, split);
        // The SDK's iterator looks for `items`, which this list does not have.
        const { result: { deployments: shown } } = await deployments.list("api", { account_id });
        assert.equal(shown[0].id, made.id);
        assert.equal((await deployments.get(made.id, { account_id, script_name: "api" })).strategy, "percentage");
        await deployments.delete(shown[1].id, { account_id, script_name: "api" });
        await assert.rejects(deployments.delete(made.id, { account_id, script_name: "api" }), "the active one stays");
        await assert.rejects(deployments.create("api", { account_id, strategy: "percentage", versions: [split[0]] }), "not 100 in all");
      }],
      ["tail.create, get and delete", async ({ client, account_id }) => {
        const { tail } = client.workers.scripts;
        const made = await tail.create("api", { account_id, body: {} });
        assert.match(made.url, /^wss:/);
        assert.equal((await tail.get("api", { account_id })).id, made.id);
        await tail.delete(made.id, { account_id, script_name: "api" });
      }],
      ["scripts.delete", async ({ client, account_id }) => {
        await client.workers.scripts.delete("web", { account_id });
        await refused(client.workers.scripts.delete("web", { account_id }), 404, 10007);
      }],
    ],
  },
];

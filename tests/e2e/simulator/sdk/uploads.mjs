import assert from "node:assert/strict";
import { all, code, moduleFile, refused } from "./parts.mjs";

const metadata = { main_module: "index.js", compatibility_date: "2026-01-01" };

export const scenarios = [
  {
    name: "cloudflare 6.5.0: uploads",
    package: "cloudflare",
    calls: [
      ["scripts.update makes a Worker", async ({ client, account_id, simulator }) => {
        const made = await client.workers.scripts.update("made", {
          account_id,
          metadata: { ...metadata, bindings: [{ name: "GREETING", type: "plain_text", text: "hello" }, { name: "TOKEN", type: "secret_text", text: "hidden" }] },
          files: [moduleFile("index.js", 'import { help } from "./lib.js";\nexport default { fetch() { return new Response(help); } };\n'), moduleFile("lib.js", 'export const help = "";\n')],
        });
        assert.equal(made.id, "made");
        assert.deepEqual(made.handlers, ["fetch"]);
        assert.match(made.etag, /^[0-9a-f]{64}$/);
        const { workers, code: codes } = await simulator.control("GET", "state");
        assert.deepEqual(codes[workers.made.versions[0].code].modules.map((module) => module.name).sort(), ["index.js", "lib.js"]);
      }],
      ["scripts.update replaces variables and keeps secrets", async ({ client, account_id, simulator }) => {
        await client.workers.scripts.update("made", { account_id, metadata, files: [moduleFile("index.js", code("two"))] });
        const { made } = (await simulator.control("GET", "state")).workers;
        assert.deepEqual(made.versions.at(-1).bindings.map((binding) => binding.name), ["TOKEN"]);
        assert.equal(made.deployments.length, 2);
      }],
      ["scripts.update with strict inherit refuses what is not there", ({ client, account_id }) =>
        refused(client.workers.scripts.update("made", {
          account_id,
          bindings_inherit: "strict",
          metadata: { ...metadata, bindings: [{ name: "GONE", type: "inherit" }] },
          files: [moduleFile("index.js", code("three"))],
        }), 400, 10057)],
      ["scripts.update without its main module is refused", ({ client, account_id }) =>
        refused(client.workers.scripts.update("made", { account_id, metadata, files: [moduleFile("other.js", code("x"))] }), 400, 10021)],
      ["scripts.content.update changes code alone", async ({ client, account_id, simulator }) => {
        await client.workers.scripts.content.update("made", { account_id, metadata: { main_module: "index.js" }, files: [moduleFile("index.js", code("content"))] });
        const { made } = (await simulator.control("GET", "state")).workers;
        assert.deepEqual(made.versions.at(-1).bindings.map((binding) => binding.name), ["TOKEN"]);
        const answer = await client.workers.scripts.content.get("made", { account_id });
        assert.match(await answer.text(), /content/);
      }],
      ["scripts.versions.create makes a version that nobody gets", async ({ client, account_id, simulator }) => {
        const version = await client.workers.scripts.versions.create("made", {
          account_id,
          metadata: { ...metadata, annotations: { "workers/message": "by the SDK", "workers/tag": "sdk" } },
          files: [moduleFile("index.js", code("version"))],
        });
        assert.match(version.id, /^[0-9a-f-]{36}$/);
        const { made } = (await simulator.control("GET", "state")).workers;
        assert.equal(made.versions.at(-1).annotations["workers/tag"], "sdk");
        assert.equal(made.deployments.length, 3);
      }],
      ["scripts.scriptAndVersionSettings.edit", async ({ client, account_id, simulator }) => {
        const [newest] = (await simulator.control("GET", "state")).workers.made.versions.slice(-1);
        await client.workers.scripts.deployments.create("made", { account_id, strategy: "percentage", versions: [{ version_id: newest.id, percentage: 100 }] });
        const edited = await client.workers.scripts.scriptAndVersionSettings.edit("made", { account_id, settings: { compatibility_date: "2026-02-02", logpush: true } });
        assert.equal(edited.compatibility_date, "2026-02-02");
        assert.equal(edited.logpush, true);
      }],
      ["assets go up by a session", async ({ client, account_id }) => {
        const hash = "43e456f8a22e2fbfa26f90b6fd5ee9aa";
        const session = await client.workers.scripts.assets.upload.create("site", { account_id, manifest: { "/style.css": { hash, size: 16 } } });
        assert.deepEqual(session.buckets, [[hash]]);
        const completed = await client.workers.assets.upload.create(
          { account_id, base64: true, body: { [hash]: Buffer.from("body{color:red}\n").toString("base64") } },
          { headers: { Authorization: `Bearer ${session.jwt}` } },
        );
        const site = await client.workers.scripts.update("site", { account_id, metadata: { ...metadata, assets: { jwt: completed.jwt } }, files: [moduleFile("index.js", code("site"))] });
        assert.equal(site.has_assets, true);
        const again = await client.workers.scripts.assets.upload.create("site", { account_id, manifest: { "/style.css": { hash, size: 16 } } });
        assert.deepEqual(again.buckets, []);
      }],
      ["scripts.list and scripts.delete", async ({ client, account_id }) => {
        assert.deepEqual((await all(client.workers.scripts.list({ account_id }))).map((script) => script.id), ["made", "site"]);
        await client.workers.scripts.delete("site", { account_id });
        assert.deepEqual((await all(client.workers.scripts.list({ account_id }))).map((script) => script.id), ["made"]);
      }],
    ],
  },
  {
    name: "cloudflare 7.3.0: uploads",
    package: "cloudflare-newest",
    calls: [
      // The SDK labels its form application/javascript, so it is read as a script (cloudflare-typescript issue 2799).
      ["scripts.update is refused as the service refuses it", ({ client, account_id }) =>
        refused(client.workers.scripts.update("made", { account_id, metadata, files: [moduleFile("index.js", code("x"))] }), 400, 10021)],
      ["a form of one's own makes a Worker", async ({ client, account_id }) => {
        const form = new FormData();
        form.set("metadata", JSON.stringify(metadata));
        form.set("index.js", moduleFile("index.js", code("form")), "index.js");
        const { result } = await client.put(`/accounts/${account_id}/workers/scripts/made`, { body: form });
        assert.equal(result.id, "made");
      }],
    ],
  },
];

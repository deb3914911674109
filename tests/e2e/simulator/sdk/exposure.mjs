import assert from "node:assert/strict";
import { all, refused } from "./parts.mjs";

export const scenarios = [
  {
    name: "cloudflare 7.3.0: what leads to a Worker",
    package: "cloudflare-newest",
    calls: [
      ["zones.list", async ({ client, simulator, notes }) => {
        await simulator.upload("shop");
        await simulator.upload("other");
        const [zone] = await all(client.zones.list({ name: "example.com" }));
        assert.equal(zone.name, "example.com");
        notes.zone_id = zone.id;
      }],
      ["routes.create, list, get, update and delete", async ({ client, notes: { zone_id } }) => {
        const { routes } = client.workers;
        const made = await routes.create({ zone_id, pattern: "example.com/*", script: "shop" });
        await refused(routes.create({ zone_id, pattern: "example.com/*", script: "other" }), 409, 10020);
        await refused(routes.create({ zone_id, pattern: "example.net/*", script: "other" }), 400, 10022);
        assert.deepEqual((await all(routes.list({ zone_id }))).map((route) => route.id), [made.id]);
        await routes.update(made.id, { zone_id, pattern: "example.com/*", script: "other" });
        assert.equal((await routes.get(made.id, { zone_id })).script, "other");
        await routes.delete(made.id, { zone_id });
        await refused(routes.get(made.id, { zone_id }), 404, 10009);
      }],
      ["domains.update, list, get and delete", async ({ client, account_id, notes: { zone_id } }) => {
        const { domains } = client.workers;
        const made = await domains.update({ account_id, hostname: "shop.example.com", service: "shop", zone_id, environment: "production" });
        assert.deepEqual((await all(domains.list({ account_id, service: "shop" }))).map((domain) => domain.hostname), ["shop.example.com"]);
        await refused(domains.update({ account_id, hostname: "shop.example.com", service: "other", zone_id, environment: "production" }), 409, 100116);
        assert.equal((await domains.get(made.id, { account_id })).service, "shop");
        await domains.delete(made.id, { account_id });
        await refused(domains.get(made.id, { account_id }), 404, 100114);
      }],
      ["schedules.update and get", async ({ client, account_id }) => {
        const { schedules } = client.workers.scripts;
        await schedules.update("shop", { account_id, body: [{ cron: "*/5 * * * *" }] });
        assert.deepEqual((await schedules.get("shop", { account_id })).schedules.map((one) => one.cron), ["*/5 * * * *"]);
        await schedules.update("shop", { account_id, body: [] });
        assert.deepEqual((await schedules.get("shop", { account_id })).schedules, []);
      }],
      ["subdomain.create, get and delete", async ({ client, account_id }) => {
        const { subdomain } = client.workers.scripts;
        assert.deepEqual(await subdomain.get("shop", { account_id }), { enabled: false, previews_enabled: false });
        assert.deepEqual(await subdomain.create("shop", { account_id, enabled: true, previews_enabled: false }), { enabled: true, previews_enabled: false });
        await subdomain.delete("shop", { account_id });
        assert.equal((await subdomain.get("shop", { account_id })).enabled, false);
      }],
      ["subdomains.get, delete and update", async ({ client, account_id }) => {
        assert.equal((await client.workers.subdomains.get({ account_id })).subdomain, "simulator");
        await client.workers.subdomains.delete({ account_id });
        await refused(client.workers.subdomains.get({ account_id }), 404, 10007);
        assert.equal((await client.workers.subdomains.update({ account_id, subdomain: "renamed" })).subdomain, "renamed");
      }],
      ["accountSettings.get and update", async ({ client, account_id }) => {
        await client.workers.accountSettings.update({ account_id, green_compute: true });
        const settings = await client.workers.accountSettings.get({ account_id });
        assert.equal(settings.green_compute, true);
        assert.equal(settings.default_usage_model, "standard");
      }],
    ],
  },
];

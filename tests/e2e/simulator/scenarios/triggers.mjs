import assert from "node:assert/strict";
import { config, project } from "./parts.mjs";

const cron = (...expressions) => ({ triggers: { crons: expressions } });
const schedules = (account, name) => account.worker(name).schedules.map((schedule) => schedule.cron);

export const scenarios = [
  {
    name: "triggers",
    simulate: ["--zone", "example.com", "--zone", "example.org"],
    files: project("shop", {
      routes: ["example.com/shop/*", { pattern: "www.example.org/*", zone_name: "example.org" }, { pattern: "shop.example.com", custom_domain: true }],
      ...cron("*/5 * * * *"),
    }),
    steps: [
      {
        run: "deploy",
        prints: ["example.com/shop/*", "www.example.org/*", "shop.example.com (custom domain)", "schedule: */5 * * * *"],
        state(account) {
          assert.deepEqual(account.routes, ["example.com/shop/* -> shop", "www.example.org/* -> shop"]);
          assert.deepEqual(account.domains, ["shop.example.com -> shop"]);
          assert.deepEqual(schedules(account, "shop"), ["*/5 * * * *"]);
          assert.equal(account.worker("shop").subdomain.enabled, false, "routes switch workers.dev off");
        },
      },
      {
        run: "triggers deploy",
        write: { "wrangler.json": config("shop", { routes: ["example.com/basket/*"], workers_dev: true, ...cron("0 3 * * *", "0 4 * * *") }) },
        prints: ["Deployed shop triggers", "https://shop.simulator.workers.dev"],
        state(account) {
          assert.deepEqual(account.routes, ["example.com/basket/* -> shop"]);
          assert.deepEqual(schedules(account, "shop").sort(), ["0 3 * * *", "0 4 * * *"]);
          assert.equal(account.worker("shop").subdomain.enabled, true);
          assert.equal(account.worker("shop").versions.length, 1, "no upload");
        },
      },
      {
        run: "triggers deploy",
        write: { "wrangler.json": config("shop", { routes: ["example.com/basket/*"], ...cron() }) },
        state: (account) => assert.deepEqual(schedules(account, "shop"), []),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("other", { routes: ["example.com/basket/*"] }) },
        exit: 1,
        prints: ["example.com/basket/*"],
        state: (account) => assert.deepEqual(account.routes, ["example.com/basket/* -> shop"]),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("other", { routes: ["nobody.example.net/*"] }) },
        exit: 1,
        prints: ["nobody.example.net"],
        state: (account) => assert.deepEqual(account.routes, ["example.com/basket/* -> shop"]),
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("other", { routes: [{ pattern: "shop.example.com", custom_domain: true }] }) },
        prints: ["shop.example.com (custom domain)"],
        state: (account) => assert.deepEqual(account.domains, ["shop.example.com -> other"], "wrangler takes it over"),
      },
      {
        run: "triggers deploy",
        before: (simulator) => simulator.control("POST", "settings", { dns_records: ["taken.example.com"] }),
        write: { "wrangler.json": config("other", { routes: [{ pattern: "taken.example.com", custom_domain: true }] }) },
        exit: 1,
        prints: ["[code: 100117]"],
        state: (account) => assert.deepEqual(account.domains, ["shop.example.com -> other"]),
      },
      {
        run: "triggers deploy",
        write: { "wrangler.json": config("other", cron("every monday")) },
        exit: 1,
        state: (account) => assert.deepEqual(schedules(account, "other"), []),
      },
    ],
  },
  {
    name: "an account without a workers.dev subdomain",
    files: project("nameless"),
    steps: [
      {
        run: "deploy",
        before: (simulator) => simulator.api("DELETE", "/workers/subdomain"),
        exit: 1,
        prints: ["workers.dev subdomain"],
        state: (account) => assert.deepEqual(account.names, []),
        older: {
          why: "it uploads before it asks for the subdomain",
          state: (account) => assert.equal(account.worker("nameless").subdomain.enabled, false),
        },
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("nameless", { workers_dev: false, preview_urls: false }) },
        prints: ["No targets deployed for nameless"],
        state: (account) => assert.deepEqual(account.traffic("nameless"), { 1: 100 }),
        older: {
          why: "it says it in other words, and has uploaded once before",
          prints: ["No deploy targets"],
          state: (account) => assert.deepEqual(account.traffic("nameless"), { 2: 100 }),
        },
      },
    ],
  },
];

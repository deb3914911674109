import assert from "node:assert/strict";
import { module, project } from "./parts.mjs";

const count = (account, call) => account.calls.filter((one) => one === call).length;
const versions = "POST /workers/scripts/frail/versions";

export const scenarios = [
  {
    name: "failures of the service",
    files: project("frail"),
    steps: [
      { run: "deploy" },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("GET", "/workers/services/frail$", { fault: "status", status: 429, code: 971, message: "Please wait and consider throttling your request speed", headers: { "Retry-After": "1" } }),
        exit: 1,
        prints: ["Please wait and consider throttling your request speed", "[code: 971]"],
        state: (account) => assert.equal(account.worker("frail").versions.length, 1),
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("POST", "/versions$", { fault: "status", status: 500, times: 2 }),
        state(account) {
          assert.equal(count(account, versions), 3, "wrangler tries again");
          assert.deepEqual(account.traffic("frail"), { 2: 100 });
        },
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("POST", "/versions$", { fault: "html", status: 502 }),
        state(account) {
          assert.equal(count(account, versions), 2);
          assert.deepEqual(account.traffic("frail"), { 3: 100 });
        },
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("POST", "/deployments$", { fault: "status", status: 500, code: 10013, message: "an unknown error has occurred" }),
        exit: 1,
        prints: ["an unknown error has occurred", "[code: 10013]"],
        state(account) {
          assert.equal(account.worker("frail").versions.length, 4, "a version that nobody gets is left behind");
          assert.deepEqual(account.traffic("frail"), { 3: 100 });
        },
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("POST", "/versions$", { fault: "reset-after" }),
        state(account) {
          assert.equal(account.worker("frail").versions.length, 6, "the lost answer was of a version that was made");
          assert.deepEqual(account.traffic("frail"), { 6: 100 });
        },
      },
      {
        run: "deploy",
        before: (simulator) => simulator.fault("PATCH", "/script-settings$", { fault: "status", status: 500 }),
        state: (account) => assert.deepEqual(account.traffic("frail"), { 7: 100 }, "wrangler only warns"),
      },
    ],
  },
  {
    name: "an account over its rate limit",
    simulate: ["--rate-limit", "8/300s"],
    files: project("eager"),
    steps: [
      { run: "deploy", state: (account) => assert.deepEqual(account.requests.map((one) => one.status === 429), Array(7).fill(false)) },
      {
        run: "deploy",
        write: { "index.js": module("again") },
        exit: 1,
        prints: ["[code: 971]"],
        state: (account) => assert.equal(account.requests.at(-1).status, 429),
      },
    ],
  },
];

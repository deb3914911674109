import assert from "node:assert/strict";
import { config } from "./parts.mjs";

const idIn = (output) => output.match(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/)[0];

export const scenarios = [
  {
    name: "who one is",
    steps: [
      {
        run: "whoami",
        prints: ["You are logged in with an", "Simulated account", "023e105f4ecef8ad9ca31a8372d0c353"],
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("nobodys"), "index.js": "export default { fetch() { return new Response(); } };\n" },
        environment: { CLOUDFLARE_ACCOUNT_ID: "" },
        state: (account) => assert.ok(account.calls.includes("GET /memberships"), "the account is found by its token"),
      },
    ],
  },
  {
    name: "a token that is not accepted",
    simulate: ["--token", "the-right-one"],
    steps: [
      {
        run: "secret list --name any",
        exit: 1,
        prints: ["[code: 10000]"],
      },
      { run: "whoami", prints: [/[Ii]nvalid|10000|9109|1000/] , exit: 1},
    ],
  },
  {
    name: "resources that bindings point at",
    files: { "wrangler.json": config("unused") },
    steps: [
      {
        run: "kv namespace create CACHE",
        prints: ['"binding": "CACHE"'],
        state: (account) => assert.equal(account.resources("storage/kv/namespaces")[0].title, "CACHE"),
      },
      { run: "kv namespace create CACHE", exit: 1, prints: ["already exists"] },
      { run: "kv namespace list", prints: ['"title": "CACHE"'] },
      {
        run: "d1 create orders",
        prints: ["Successfully created DB 'orders'"],
        state: (account) => assert.equal(account.resources("d1/database")[0].name, "orders"),
      },
      { run: "d1 list", prints: ["orders"] },
      { run: "d1 info nothing", exit: 1, prints: ["nothing"] },
      { run: "d1 delete orders -y", prints: ["Deleted 'orders' successfully"], state: (account) => assert.deepEqual(account.resources("d1/database"), []) },
      { run: "r2 bucket create pictures", prints: ["Created bucket 'pictures'"] },
      { run: "r2 bucket list", prints: ["name:           pictures"] },
      { run: "r2 bucket create pictures", exit: 1, prints: ["[code: 10073]"] },
      { run: "r2 bucket delete pictures", prints: ["Deleted bucket"], state: (account) => assert.deepEqual(account.resources("r2/buckets"), []) },
      {
        run: "hyperdrive create base --connection-string postgres://user:hidden@db.example.com:5432/base",
        prints: ["Created new Hyperdrive"],
        state(account, { notes, output }) {
          notes.hyperdrive = idIn(output);
          assert.ok(!JSON.stringify(account.state).includes("hidden"));
        },
      },
      { run: ({ hyperdrive }) => `hyperdrive get ${hyperdrive}`, prints: ["db.example.com"] },
      { run: "hyperdrive get 00000000000000000000000000000000", exit: 1, prints: ["[code: 2006]"] },
    ],
  },
  {
    name: "dispatch namespaces",
    files: { "wrangler.json": config("tenant"), "index.js": "export default { fetch() { return new Response(); } };\n" },
    steps: [
      { run: "deploy --dispatch-namespace tenants", exit: 1, prints: ["[code: 100119]"] },
      { run: "dispatch-namespace create tenants", prints: ['Created dispatch namespace "tenants"'] },
      { run: "dispatch-namespace list", prints: ["tenants"] },
      { run: "dispatch-namespace get tenants", prints: ["tenants"] },
      { run: "dispatch-namespace get nothing", exit: 1, prints: ["[code: 100119]"] },
      {
        run: "deploy --dispatch-namespace tenants",
        prints: ["Uploaded tenant", "Dispatch Namespace: tenants"],
        state(account) {
          assert.deepEqual(account.names, [], "no Worker of the account");
          assert.deepEqual(Object.keys(account.state.dispatched), ["tenants/tenant"]);
        },
      },
      {
        run: "deploy",
        write: { "wrangler.json": config("dispatcher", { dispatch_namespaces: [{ binding: "TENANTS", namespace: "tenants" }] }) },
        prints: ["env.TENANTS (tenants)"],
        state: (account) => assert.deepEqual(account.bindings("dispatcher").TENANTS, { type: "dispatch_namespace", namespace: "tenants" }),
      },
      { run: "dispatch-namespace delete tenants", prints: ['Deleted dispatch namespace "tenants"'] },
    ],
  },
];

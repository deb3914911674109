import assert from "node:assert/strict";
import { module, project } from "./parts.mjs";

const value = "a-value-that-nobody-may-read";
const silent = ({ output }) => assert.ok(!output.includes(value), "the value of a secret is not printed");

export const scenarios = [
  {
    name: "secrets",
    files: project("vault", { vars: { GREETING: "hello" } }),
    steps: [
      {
        run: "secret list",
        exit: 1,
        prints: ['Worker "vault" not found'],
      },
      {
        run: "secret put TOKEN",
        input: value,
        prints: ["Success! Uploaded secret TOKEN"],
        state(account, { output }) {
          assert.equal(account.worker("vault").versions.length, 2, "a draft, and the secret");
          assert.deepEqual(account.secrets("vault"), ["TOKEN"]);
          silent({ output });
        },
      },
      {
        run: "deploy",
        state(account) {
          assert.deepEqual(account.secrets("vault"), ["TOKEN"], "a deploy keeps secrets");
          assert.equal(account.bindings("vault").GREETING.text, "hello");
        },
      },
      {
        run: "secret put TOKEN",
        input: "another value",
        before: async (simulator, notes) => (notes.versions = (await simulator.control("GET", "state")).workers.vault.versions.length),
        state(account, { notes }) {
          const { versions, secrets } = account.worker("vault");
          assert.equal(versions.length, notes.versions + 1);
          assert.equal(versions.at(-1).annotations["workers/triggered_by"], "secret");
          assert.equal(secrets.length, 1);
          assert.notEqual(secrets[0].sha256, versions.at(-2).bindings.find((one) => one.name === "TOKEN").sha256);
        },
      },
      {
        run: "secret bulk secrets.json",
        write: { "secrets.json": { FIRST: value, SECOND: "2" } },
        prints: ["2 secrets successfully created"],
        older: { why: "it does not tell what was there already", prints: ["2 secrets successfully uploaded"] },
        state(account, { output }) {
          assert.deepEqual(account.secrets("vault").sort(), ["FIRST", "SECOND", "TOKEN"]);
          assert.equal(account.bindings("vault").GREETING.text, "hello", "variables stay");
          silent({ output });
        },
      },
      {
        run: "secret list",
        prints: ['"name": "FIRST"', '"type": "secret_text"'],
        state: (account, { output }) => silent({ output }),
      },
      {
        run: "secret delete SECOND",
        prints: ["Success! Deleted secret SECOND"],
        state: (account) => assert.deepEqual(account.secrets("vault").sort(), ["FIRST", "TOKEN"]),
      },
      {
        run: "secret delete SECOND",
        exit: 1,
        prints: ["[code: 10056]"],
      },
      {
        run: "secret put GREETING",
        input: "x",
        exit: 1,
        prints: ["Binding name 'GREETING' is already in use", "[code: 10053]"],
        state: (account) => assert.equal(account.bindings("vault").GREETING.text, "hello"),
      },
      {
        run: "deploy --secrets-file secrets.json",
        write: { "secrets.json": { THIRD: value } },
        state(account, { output }) {
          assert.deepEqual(account.secrets("vault").sort(), ["FIRST", "THIRD", "TOKEN"]);
          silent({ output });
        },
      },
    ],
  },
  {
    name: "secrets of a Worker whose newest version is not deployed",
    files: project("behind"),
    steps: [
      { run: "deploy" },
      { run: "versions upload", write: { "index.js": module("newer") } },
      {
        run: "secret put TOKEN",
        input: "x",
        exit: 1,
        prints: ["wrangler versions secret put"],
        state: (account) => assert.deepEqual(account.secrets("behind"), []),
      },
      {
        run: "secret bulk secrets.json",
        write: { "secrets.json": { FIRST: "1" } },
        exit: 1,
        prints: ["secret"],
        state: (account) => assert.equal(account.worker("behind").versions.length, 2),
      },
      {
        run: "versions secret put TOKEN",
        input: "x",
        prints: ["Success! Created version", "with secret TOKEN"],
        state(account) {
          assert.deepEqual(account.secrets("behind"), ["TOKEN"]);
          assert.equal(account.latest("behind").code, account.worker("behind").versions[1].code, "the newest code");
          assert.deepEqual(account.traffic("behind"), { 1: 100 }, "and nobody gets it");
        },
      },
      {
        run: "versions secret bulk secrets.json",
        prints: ["FIRST"],
        state: (account) => assert.deepEqual(account.secrets("behind").sort(), ["FIRST", "TOKEN"]),
      },
      {
        run: "versions secret list",
        before: async (simulator) => simulator.edit("behind", "split", { value: 50 }),
        prints: ["(50%) secrets", "Secret Name: FIRST", "Secret Name: TOKEN"],
      },
      {
        run: "versions secret delete TOKEN",
        prints: ["Success! Created version", "with deleted secret TOKEN"],
        state: (account) => assert.deepEqual(account.secrets("behind"), ["FIRST"]),
      },
    ],
  },
];

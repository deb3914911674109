// node main.mjs PLUMBLINE [WORD...]: runs the scenarios, two at a time, each with a simulator of its own.
//
// A scenario of wrangler is a project and commands on it, one after the other:
//   name        its words choose it on the command line
//   simulate    options of `plumbline simulate`
//   files       of the project, by path
//   newest      true: also with the newest wrangler of package.json
//   steps       a test each:
//     run         the arguments of wrangler, as text or as an array, or a function of the notes that gives them
//     before      async (simulator) => …: what happened on the other side meanwhile
//     write       files changed before
//     input       what is typed
//     environment variables beside the usual ones
//     exit        its exit code (0)
//     prints      texts and expressions, all of which its output must have
//     state       async (account, {simulator, project, notes, output}) => …: throws where the account is not as it must be
//     newest      false: not with the newest wrangler; an object: what is different with it
//
// The scenarios of the SDK are described in sdk.mjs.
import path from "node:path";
import { Account } from "./account.mjs";
import { Project } from "./wrangler.mjs";
import { Simulator } from "./simulator.mjs";
import { scenarios } from "./scenarios.mjs";
import { makeClient, sdkScenarios } from "./sdk.mjs";

const [binary, ...words] = process.argv.slice(2);
const packages = process.env.PLUMBLINE_NODE_MODULES;
const colours = /\x1b\[[0-9;]*m/g;
const verbose = Boolean(process.env.VERBOSE);
const tally = { passed: 0, failed: 0 };

function report(name, error, details = "") {
  ++tally[error ? "failed" : "passed"];
  if (error) console.log(`failed: ${name}\n${`${error.stack ?? error}\n${details}`.replace(/^/gm, "    ")}`);
  else console.log(`passed: ${name}${verbose ? `\n${details.replace(/^/gm, "    ")}` : ""}`);
}

const describe = ({ status, method, path: called, query }) => `${status} ${method} ${called}${query ? `?${query}` : ""}`;

function check(step, { code, output }) {
  if (code !== (step.exit ?? 0)) throw new Error(`exit code ${code}, not ${step.exit ?? 0}`);
  for (const text of step.prints ?? []) {
    const found = text instanceof RegExp ? text.test(output) : output.includes(text);
    if (!found) throw new Error(`it does not print ${text}`);
  }
}

async function runStep(step, { script, simulator, project, notes }) {
  if (step.write) project.write(step.write);
  if (step.before) await step.before(simulator, notes);
  await simulator.control("DELETE", "requests");
  const stated = typeof step.run === "function" ? step.run(notes) : step.run;
  const args = Array.isArray(stated) ? stated : stated.split(" ");
  const { code, output: coloured } = await project.wrangler(script, simulator, args, step);
  const output = coloured.replace(colours, "");
  const requests = await simulator.control("GET", "requests");
  const details = [output, ...requests.map(describe)].join("\n");
  let error;
  try {
    check(step, { code, output });
    const account = new Account(await simulator.control("GET", "state"), requests);
    if (step.state) await step.state(account, { simulator, project, notes, output });
  } catch (thrown) {
    error = thrown;
  }
  return { error, details, title: `wrangler ${args.join(" ")}` };
}

async function runScenario(scenario, wrangler) {
  const simulator = await Simulator.start(binary, scenario.simulate);
  const project = new Project();
  const notes = {};
  const isNewest = wrangler !== "wrangler";
  const script = path.join(packages, wrangler, "bin/wrangler.js");
  try {
    project.write(scenario.files ?? {});
    for (const [index, stated] of scenario.steps.entries()) {
      if (isNewest && stated.newest === false) continue;
      const step = isNewest ? { ...stated, ...stated.newest } : stated;
      const { error, details, title } = await runStep(step, { script, simulator, project, notes });
      report(`${wrangler}: ${scenario.name}: ${index + 1}. ${title}`, error, details);
    }
  } finally {
    await simulator.stop();
    project.remove();
  }
}

async function runSdk(scenario) {
  const simulator = await Simulator.start(binary, scenario.simulate);
  const notes = {};
  try {
    const client = await makeClient(packages, scenario.package, simulator);
    for (const [name, call] of scenario.calls) {
      await simulator.control("DELETE", "requests");
      const error = await call({ client, account_id: simulator.accountId, simulator, notes }).then(() => undefined, (thrown) => thrown);
      const requests = await simulator.control("GET", "requests");
      report(`${scenario.name}: ${name}`, error, requests.map(describe).join("\n"));
    }
  } finally {
    await simulator.stop();
  }
}

const jobs = [
  ...sdkScenarios.map((scenario) => ({ name: scenario.name, run: () => runSdk(scenario) })),
  ...scenarios.flatMap((scenario) =>
    ["wrangler", ...(scenario.newest ? ["wrangler-newest"] : [])].map((wrangler) => ({
      name: `${wrangler}: ${scenario.name}`,
      run: () => runScenario(scenario, wrangler),
    })),
  ),
].filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

async function worker() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    await job.run().catch((error) => report(job.name, error));
  }
}
await Promise.all([worker(), worker()]);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);

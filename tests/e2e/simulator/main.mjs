// node main.mjs PLUMBLINE [WORD...]: runs the scenarios, two at a time, each with a simulator of its own.
//
// A scenario of wrangler is a project and commands on it, one after the other:
//   name        its words choose it on the command line
//   simulate    options of `plumbline simulate`
//   files       of the project, by path
//   only        {wrangler, why}: with one of the two wranglers alone, "newest" or "older", and why
//   steps       a test each:
//     run         the arguments of wrangler, as text or as an array, or a function of the notes that gives them
//     before      async (simulator) => …: what happened on the other side meanwhile
//     write       files changed before
//     input       what is typed
//     environment variables beside the usual ones
//     exit        its exit code (0)
//     prints      texts and expressions, all of which its output must have
//     state       async (account, {simulator, project, notes, output}) => …: throws where the account is not as it must be
//     only        as above, for this step
//     older       {why, …}: what is different with the older wrangler, and why. That must be so: where the step holds
//                 without the difference as well, it has failed
//
// The newest wrangler and the older one of package.json run each scenario, with an account each.
//
// The scenarios of the SDK are described in sdk.mjs.
import { Account } from "./account.mjs";
import { wranglers } from "../wranglers.mjs";
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

const isLeftOut = ({ only }, wrangler) => only !== undefined && only.wrangler !== wrangler.key;

function leaveOut(name, why) {
  console.log(`not run: ${name}: ${why}`);
}

// The table says why, wherever the two wranglers are not held to the same.
for (const scenario of scenarios) {
  for (const { only, older } of [scenario, ...scenario.steps]) {
    if (only && !(["newest", "older"].includes(only.wrangler) && only.why)) throw new Error(`${scenario.name}: only needs {wrangler, why}`);
    if (older && !older.why) throw new Error(`${scenario.name}: what differs with the older wrangler needs a why`);
  }
}

const describe = ({ status, method, path: called, query }) => `${status} ${method} ${called}${query ? `?${query}` : ""}`;

async function check(step, { code, output }, account, context) {
  if (code !== (step.exit ?? 0)) throw new Error(`exit code ${code}, not ${step.exit ?? 0}`);
  for (const text of step.prints ?? []) {
    const found = text instanceof RegExp ? text.test(output) : output.includes(text);
    if (!found) throw new Error(`it does not print ${text}`);
  }
  if (step.state) await step.state(account, { ...context, output });
}

const isMet = (...asked) => check(...asked).then(() => true, () => false);

// A step as a wrangler runs it: {step, stated}, of which `stated` is as the newest one does it where what is expected
// of the older one alone is another thing.
function stepOf(stated, wrangler) {
  if (wrangler.key === "newest" || !stated.older) return { step: stated };
  const { why, ...difference } = stated.older;
  const isExpectation = Object.keys(difference).every((key) => ["exit", "prints", "state"].includes(key));
  return { step: { ...stated, ...difference }, stated: isExpectation ? stated : undefined };
}

async function runStep({ step, stated }, { wrangler, simulator, project, notes }) {
  if (step.write) project.write(step.write);
  if (step.before) await step.before(simulator, notes);
  await simulator.control("DELETE", "requests");
  const asked = typeof step.run === "function" ? step.run(notes) : step.run;
  const args = Array.isArray(asked) ? asked : asked.split(" ");
  const { code, output: coloured } = await project.wrangler(wrangler.command, simulator, args, step);
  const output = coloured.replace(colours, "");
  const requests = await simulator.control("GET", "requests");
  const details = [output, ...requests.map(describe)].join("\n");
  let error;
  try {
    const account = new Account(await simulator.control("GET", "state"), requests);
    const context = [{ code, output }, account, { simulator, project, notes }];
    await check(step, ...context);
    if (stated && (await isMet(stated, ...context))) throw new Error("it does what the newest wrangler does: `older` is not so");
  } catch (thrown) {
    error = thrown;
  }
  return { error, details, title: `wrangler ${args.join(" ")}` };
}

async function runScenario(scenario, wrangler) {
  const simulator = await Simulator.start(binary, scenario.simulate);
  const project = new Project();
  const notes = {};
  try {
    project.write(scenario.files ?? {});
    for (const [index, stated] of scenario.steps.entries()) {
      const place = `${wrangler.name}: ${scenario.name}: ${index + 1}.`;
      if (isLeftOut(stated, wrangler)) {
        leaveOut(`${place} ${stated.run}`, stated.only.why);
        continue;
      }
      const { error, details, title } = await runStep(stepOf(stated, wrangler), { wrangler, simulator, project, notes });
      report(`${place} ${title}`, error, details);
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
  ...sdkScenarios.map((scenario) => ({ name: scenario.name, commands: 0, run: () => runSdk(scenario) })),
  ...scenarios.flatMap((scenario) =>
    wranglers(packages).map((wrangler) => {
      const name = `${wrangler.name}: ${scenario.name}`;
      if (isLeftOut(scenario, wrangler)) return { name, commands: 0, run: async () => leaveOut(name, scenario.only.why) };
      return { name, commands: scenario.steps.length, run: () => runScenario(scenario, wrangler) };
    }),
  ),
].filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
// The longest first, so that nobody is left with one of them at the end.
jobs.sort((one, other) => other.commands - one.commands);

async function worker() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    await job.run().catch((error) => report(job.name, error));
  }
}
await Promise.all([worker(), worker()]);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);

// The official SDK's calls. A scenario is {name, package, simulate, calls}: `package` is the SDK as package.json names
// it, `calls` an array of [name, async ({client, account_id, simulator, notes}) => …], a test each, one after the
// other on the same account; one that throws has failed.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { scenarios as beta } from "./sdk/beta.mjs";
import { scenarios as exposure } from "./sdk/exposure.mjs";
import { scenarios as resources } from "./sdk/resources.mjs";
import { scenarios as scripts } from "./sdk/scripts.mjs";
import { scenarios as uploads } from "./sdk/uploads.mjs";

export const sdkScenarios = [...uploads, ...scripts, ...exposure, ...resources, ...beta];

export async function makeClient(packages, name, simulator) {
  const { default: Cloudflare } = await import(pathToFileURL(path.join(packages, name, "index.mjs")));
  return new Cloudflare({ apiToken: "test", baseURL: simulator.baseUrl, maxRetries: 0 });
}

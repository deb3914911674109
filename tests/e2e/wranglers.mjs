// The wranglers that package.json has: the newest one, which is the default, and an older one, with which people still
// deploy. A report names each by its version.
import fs from "node:fs";
import path from "node:path";

const packageOf = { newest: "wrangler", older: "wrangler-older" };

// [{key: "newest" | "older", name: "wrangler 4.164.0", folder, command}]: `folder` is its package's, `command` what node is given before the arguments of
// wrangler; `packages` is the folder node_modules. wrangler's launcher, bin/wrangler.js, starts a second node with the
// same: without it a command takes a seventh less of the processor, and under load the older launcher exits with 0
// though its child was killed, or fails after all its work.
export function wranglers(packages) {
  return Object.entries(packageOf).map(([key, name]) => {
    const folder = path.join(packages, name);
    const { version, main } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return { key, name: `wrangler ${version}`, folder, command: ["--no-warnings", path.join(folder, main)] };
  });
}

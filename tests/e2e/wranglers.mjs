// The wranglers that package.json has: the newest one, which is the default, and an older one, with which people still
// deploy. A report names each by its version.
import fs from "node:fs";
import path from "node:path";

const packageOf = { newest: "wrangler", older: "wrangler-older" };

// [{key: "newest" | "older", name: "wrangler 4.164.0", script}]; `packages` is the folder node_modules.
export function wranglers(packages) {
  return Object.entries(packageOf).map(([key, name]) => {
    const folder = path.join(packages, name);
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return { key, name: `wrangler ${version}`, script: path.join(folder, "bin/wrangler.js") };
  });
}

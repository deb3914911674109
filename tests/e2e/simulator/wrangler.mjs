// wrangler as a person in a terminal without a TTY, or a CI job, has it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";

const secondsPerCommand = 120;

// A project folder with a home of its own, which goes with it.
export class Project {
  constructor() {
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), "plumbline-simulator-"));
    this.folder = path.join(this.home, "project");
    fs.mkdirSync(this.folder);
  }

  // Files by path; an object is JSON, null removes.
  write(files) {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      if (content === null) fs.rmSync(file);
      else fs.writeFileSync(file, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    }
  }

  read(name) {
    return fs.readFileSync(path.join(this.folder, name), "utf8");
  }

  remove() {
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  // {code, output}: what was written to stdout and stderr.
  wrangler(command, simulator, args, { input = "", environment = {} } = {}) {
    const env = {
      PATH: process.env.PATH,
      HOME: this.home,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      CI: "1",
      NO_COLOR: "1",
      CLOUDFLARE_API_BASE_URL: simulator.baseUrl,
      CLOUDFLARE_API_TOKEN: "test",
      CLOUDFLARE_ACCOUNT_ID: simulator.accountId,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_SEND_ERROR_REPORTS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_CACHE_DIR: path.join(this.home, "cache"),
      WRANGLER_LOG_PATH: path.join(this.home, "logs"),
      ...environment,
    };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...command, ...args], { cwd: this.folder, env });
      let output = "";
      child.stdout.on("data", (data) => (output += data));
      child.stderr.on("data", (data) => (output += data));
      child.stdin.on("error", () => {});  // it may end without reading
      child.stdin.end(input);
      const timer = setTimeout(() => child.kill("SIGKILL"), secondsPerCommand * 1000);
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, output });
      });
    });
  }
}

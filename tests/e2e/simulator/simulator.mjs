// A simulator of one's own, as a process, and the account in it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Simulator {
  #child;
  baseUrl;
  accountId;

  static async start(binary, options = []) {
    const simulator = new Simulator();
    const child = spawn(binary, ["simulate", "--listen", "127.0.0.1:0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
    simulator.#child = child;
    const [line] = await Promise.race([
      new Promise((resolve) => createInterface(child.stdout).once("line", (text) => resolve([text]))),
      new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`plumbline simulate ended with ${code}`)))),
    ]);
    ({ api_base_url: simulator.baseUrl, account_id: simulator.accountId } = JSON.parse(line));
    return simulator;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }

  // The result of a call below /accounts/<id>, or of one that begins with another /.
  async api(method, path, body) {
    const url = this.baseUrl + (path.startsWith("/zones") ? path : `/accounts/${this.accountId}${path}`);
    const answer = await fetch(url, {
      method,
      headers: { authorization: "Bearer test", ...(body instanceof FormData ? {} : { "content-type": "application/json" }) },
      body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
    });
    const envelope = await answer.json();
    if (!envelope.success) throw new Error(`${method} ${path}: ${JSON.stringify(envelope.errors)}`);
    return envelope.result;
  }

  get(path) {
    return this.api("GET", path);
  }

  // Uploads a module Worker by the API, not by wrangler.
  upload(name, code = "export default { fetch() { return new Response(); } };", metadata = {}) {
    const form = new FormData();
    form.set("metadata", JSON.stringify({ main_module: "index.js", compatibility_date: "2026-01-01", ...metadata }));
    form.set("index.js", new Blob([code], { type: "application/javascript+module" }), "index.js");
    return this.api("PUT", `/workers/scripts/${name}`, form);
  }

  async control(method, name, body) {
    const url = `${this.baseUrl.replace(/\/client\/v4$/, "")}/__simulator__/${name}`;
    const answer = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const result = await answer.json();
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result;
  }

  // An edit as a person makes it in the dashboard.
  edit(worker, action, rest = {}) {
    return this.control("POST", "edit", { worker, action, ...rest });
  }

  fault(method, path, fault) {
    return this.control("POST", "faults", { match: { method, path }, ...fault });
  }
}

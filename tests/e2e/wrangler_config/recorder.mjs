// A Workers API that accepts everything and remembers what was uploaded. Just enough of it for wrangler and
// plumbline to deploy; it knows nothing of either.
import http from "node:http";
import { createHash, randomUUID } from "node:crypto";

const ok = (result, extra = {}) => ({ success: true, errors: [], messages: [], result, ...extra });
const failure = (code, message) => ({ success: false, errors: [{ code, message }], messages: [], result: null });

// The parts of a multipart body: {name, filename, type, body}.
function parts(body, contentType) {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (!boundary) return [];
  const out = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = body.indexOf(mark);
  while (at >= 0) {
    const start = at + mark.length + 2;
    const next = body.indexOf(mark, start);
    if (next < 0) break;
    const part = body.subarray(start, next - 2);
    const split = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, split).toString();
    out.push({
      name: /[; ]name="([^"]*)"/i.exec(head)?.[1],
      filename: /filename="([^"]*)"/i.exec(head)?.[1],
      type: /content-type: *([^\r\n]+)/i.exec(head)?.[1] ?? "",
      body: Buffer.from(part.subarray(split + 4)),
    });
    at = next;
  }
  return out;
}

// Of one deployment: {uploads: [{name, metadata, modules}], assets: {manifest, files by hash}, schedules, routes, consumers by
// queue, …}.
const nothing = () => ({ uploads: [], subdomain: {}, settings: {}, consumers: {}, workflows: {}, requests: [] });

// Of the one zone of the account, in which every hostname lies.
export const zoneId = "9".repeat(32);

export class Recorder {
  #server;
  recorded = nothing();
  #existing = new Map(); // name -> metadata
  #queues = new Set();

  /** `existing`: names of Workers that are there already. */
  reset(existing = []) {
    this.recorded = nothing();
    this.#existing = new Map(existing.map((name) => [name, { bindings: [] }]));
  }

  async listen() {
    this.#server = http.createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => this.#answer(request, Buffer.concat(chunks), response));
    });
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.#server.address().port}/client/v4`;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request, body, response) {
    const url = new URL(request.url, "http://x");
    const path = url.pathname.replace(/^\/client\/v4/, "");
    const [status, answer] = this.#route(request, url, path, body);
    this.recorded.requests.push(`${request.method} ${path} ${status}`);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  }

  #upload(name, request, body) {
    const all = parts(body, request.headers["content-type"] ?? "");
    const metadata = JSON.parse(all.find((part) => part.name === "metadata").body.toString());
    const modules = all
      .filter((part) => part.name !== "metadata")
      .map((part) => ({ name: part.name, type: part.type, sha256: createHash("sha256").update(part.body).digest("hex"), body: part.body }));
    this.recorded.uploads.push({ name, metadata, modules });
    this.#existing.set(name, metadata);
    return metadata;
  }

  #script(name) {
    const metadata = this.#existing.get(name);
    return {
      id: name, tag: "0123456789abcdef0123456789abcdef", tags: metadata.tags ?? [], etag: "e".repeat(64),
      created_on: "2026-01-01T00:00:00Z", modified_on: "2026-01-01T00:00:00Z", usage_model: "standard", handlers: ["fetch"],
      compatibility_date: metadata.compatibility_date, compatibility_flags: metadata.compatibility_flags ?? [],
      has_modules: true, has_assets: false, last_deployed_from: "wrangler", deployment_id: randomUUID().replaceAll("-", ""),
      startup_time_ms: 1,
    };
  }

  #subdomain() {
    return { enabled: false, previews_enabled: false, ...this.recorded.subdomain };
  }

  #route(request, url, path, body) {
    const { method } = request;
    const missing = [404, failure(10007, "This Worker does not exist on your account.")];
    const is = (pattern) => pattern.exec(path);
    let found;
    if (is(/^\/user\/tokens\/verify$/) || is(/^\/accounts\/\w+\/tokens\/verify$/)) return [200, ok({ id: "t", status: "active" })];
    if ((found = is(/^\/accounts\/\w+\/workers\/services\/([\w-]+)$/))) {
      if (!this.#existing.has(found[1])) return [404, failure(10090, "not found")];
      return [200, ok({ id: found[1], default_environment: { environment: "production", script: this.#script(found[1]) } })];
    }
    if (is(/^\/accounts\/\w+\/workers\/scripts$/)) return [200, ok([...this.#existing.keys()].map((name) => this.#script(name)))];
    if (is(/^\/accounts\/\w+\/workers\/workers$/)) return [404, failure(7003, "no route")];
    // The newest wrangler reads what is on workers.dev here, the older one below scripts/.
    if ((found = is(/^\/accounts\/\w+\/workers\/workers\/([\w-]+)$/))) {
      if (!this.#existing.has(found[1])) return missing;
      return [200, ok({ id: "0123456789abcdef0123456789abcdef", name: found[1], subdomain: this.#subdomain() })];
    }
    if ((found = is(/^\/accounts\/\w+\/workers\/scripts\/([\w-]+)(\/[\w/-]+)?$/))) return this.#scriptRoute(method, found[1], found[2] ?? "", request, body, missing);
    if (is(/^\/accounts\/\w+\/workers\/subdomain$/)) return [200, ok({ subdomain: "test" })];
    if (is(/^\/accounts\/\w+\/workers\/assets\/upload$/)) {
      for (const { filename, type, body: base64 } of parts(body, request.headers["content-type"] ?? "")) {
        this.recorded.assets.files[filename] = { type, base64: base64.toString() };
      }
      return [201, ok({ jwt: "a.b.c" })];
    }
    if (is(/^\/accounts\/\w+\/workers\/domains/)) {
      if (method === "PUT") {
        const { service, ...domain } = JSON.parse(body.toString());
        (this.recorded.domains ??= []).push(domain);
      }
      return [200, ok(method === "GET" ? [] : { id: randomUUID() })];
    }
    if (is(/^\/zones$/)) return [200, ok([{ id: zoneId, name: url.searchParams.get("name") ?? "example.com" }], { result_info: { page: 1, per_page: 50, count: 1, total_count: 1, total_pages: 1 } })];
    if ((found = is(/^\/zones\/(\w+)\/workers\/routes$/))) {
      if (method === "POST") (this.recorded.routes ??= []).push({ pattern: JSON.parse(body.toString()).pattern, zone_id: found[1] });
      return [200, ok(method === "GET" ? [] : { id: "8".repeat(32) })];
    }
    if (is(/^\/accounts\/\w+\/workflows$/)) return [200, ok([], { result_info: { page: 1, per_page: 100, count: 0, total_count: 0 } })];
    if ((found = is(/^\/accounts\/\w+\/workflows\/([\w-]+)$/))) {
      if (method === "PUT") this.recorded.workflows[found[1]] = JSON.parse(body.toString());
      const workflow = this.recorded.workflows[found[1]];
      if (!workflow) return [404, failure(10200, "workflow.not_found")];
      return [200, ok({ id: "w", name: found[1], ...workflow })];
    }
    if (is(/^\/accounts\/\w+\/queues$/)) {
      // wrangler asks for the queues of its config by name, plumbline for all there are: those that wrangler named.
      for (const name of url.searchParams.getAll("name")) this.#queues.add(name);
      const asked = url.searchParams.getAll("name");
      const names = asked.length > 0 ? asked : [...this.#queues];
      return [200, ok(names.map((name) => ({ queue_id: `id-${name}`, queue_name: name, consumers: [], producers: [] })), { result_info: { page: 1, per_page: 100, count: names.length, total_count: names.length } })];
    }
    if ((found = is(/^\/accounts\/\w+\/queues\/id-([\w-]+)\/consumers/)) && method !== "GET") {
      const consumer = JSON.parse(body.toString());
      this.recorded.consumers[found[1]] = consumer;
      if (consumer.dead_letter_queue) this.#queues.add(consumer.dead_letter_queue);
    }
    if (is(/^\/accounts\/\w+\/queues\//)) return [200, ok({})];
    if ((found = is(/^\/accounts\/\w+\/r2\/buckets\/([\w-]+)$/))) return [200, ok({ name: found[1] })];
    if ((found = is(/^\/accounts\/\w+\/d1\/database\/(.+)$/))) return [200, ok({ uuid: "11111111-2222-3333-4444-555555555555", name: found[1] })];
    // None is there: wrangler makes those that a config binds.
    if (is(/^\/accounts\/\w+\/workers\/dispatch\/namespaces$/)) {
      if (method === "POST") return [200, ok({ namespace_name: JSON.parse(body.toString()).name })];
      return [200, ok([], { result_info: { page: 1, per_page: 100, count: 0, total_count: 0, total_pages: 0 } })];
    }
    if (is(/^\/memberships/)) return [200, ok([])];
    if (is(/\/ai-search\//)) return [200, ok({})];
    return [404, failure(7003, `no route for ${method} ${path}`)];
  }

  #scriptRoute(method, name, rest, request, body, missing) {
    const exists = this.#existing.has(name);
    if (rest === "" && method === "PUT") {
      this.#upload(name, request, body);
      return [200, ok({ ...this.#script(name), deployment_id: randomUUID().replaceAll("-", "") })];
    }
    if (rest === "/assets-upload-session") {
      const { manifest } = JSON.parse(body.toString());
      this.recorded.assets = { manifest, files: {} };
      // All of it is missing.
      return [200, ok({ jwt: "a.b.c", buckets: [[...new Set(Object.values(manifest).map((file) => file.hash))]] })];
    }
    if (!exists) return missing;
    if (rest === "/versions" && method === "POST") {
      this.#upload(name, request, body);
      return [200, ok({ id: randomUUID(), resources: { script: { etag: "e".repeat(64) } }, metadata: { has_preview: false }, startup_time_ms: 1 })];
    }
    if (rest.startsWith("/versions/")) return [200, ok({ id: rest.slice(10), metadata: {}, resources: { script: {}, script_runtime: {}, bindings: [] } })];
    if (rest === "/deployments") return [200, ok(method === "GET" ? { deployments: [] } : { id: randomUUID() })];
    if (rest === "/settings") return [200, ok(this.#existing.get(name))];
    if (rest === "/script-settings") {
      this.recorded.settings = JSON.parse(body.toString() || "{}");
      return [200, ok(this.recorded.settings)];
    }
    if (rest === "/secrets") return [200, ok([])];
    if (rest === "/schedules") {
      if (method === "PUT") this.recorded.schedules = JSON.parse(body.toString()).map((one) => one.cron);
      return [200, ok({ schedules: [] })];
    }
    if (rest === "/subdomain") {
      if (method === "POST") this.recorded.subdomain = JSON.parse(body.toString());
      return [200, ok(this.#subdomain())];
    }
    if (rest === "/routes") {
      this.recorded.routes = JSON.parse(body.toString());
      return [200, ok([])];
    }
    if (rest === "/domains/records") {
      this.recorded.domains = JSON.parse(body.toString()).origins;
      return [200, ok([])];
    }
    return [404, failure(7003, `no route for ${method} ${rest}`)];
  }
}

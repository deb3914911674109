// What an account holds at one moment, as /__simulator__/state shows it, with short ways to its parts.
export class Account {
  constructor(state, requests) {
    this.state = state;
    // `METHOD path below the account` of each call since the step began.
    this.calls = requests.map(({ method, path }) => `${method} ${path.replace(/^\/client\/v4(\/accounts\/\w+)?/, "")}`);
    this.requests = requests;
  }

  get names() {
    return Object.keys(this.state.workers);
  }

  worker(name) {
    const worker = this.state.workers[name];
    if (!worker) throw new Error(`the account has no Worker ${name}, only ${this.names.join(", ") || "none"}`);
    return worker;
  }

  // The newest version of a Worker.
  latest(name) {
    return this.worker(name).versions.at(-1);
  }

  // What serves traffic: percentages by the numbers of the versions.
  traffic(name) {
    const { versions, deployments } = this.worker(name);
    const numberOf = (id) => versions.find((version) => version.id === id).number;
    return Object.fromEntries(deployments.at(-1).versions.map((share) => [numberOf(share.version_id), share.percentage]));
  }

  // The bindings of the newest version by name, without their names.
  bindings(name) {
    return Object.fromEntries(this.latest(name).bindings.map(({ name: key, type, fields }) => [key, { type, ...fields }]));
  }

  secrets(name) {
    return this.worker(name).secrets.map((secret) => secret.name);
  }

  // Modules of the newest version: content type by name.
  modules(name) {
    const { modules } = this.state.code[this.latest(name).code];
    return Object.fromEntries(modules.map((module) => [module.name, module.content_type]));
  }

  // All routes of the account, `pattern -> script`.
  get routes() {
    return this.state.zones.flatMap((zone) => zone.routes.map((route) => `${route.pattern} -> ${route.script}`)).sort();
  }

  get domains() {
    return this.state.domains.map((domain) => `${domain.hostname} -> ${domain.service}`).sort();
  }

  resources(path) {
    return this.state.resources[path] ?? [];
  }
}

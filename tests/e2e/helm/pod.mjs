// The pod of the rendered Deployment without a cluster: its volumes as the kubelet lays them out, below a folder of its
// own, and its command as the user and with the variables that stand there.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import fs from "node:fs";
import path from "node:path";
import { configOf, podOf } from "./helm.mjs";

// A volume of a Secret or ConfigMap as the kubelet writes it: each key is a link through ..data, which is exchanged as a
// whole when something changes. Files are root's, their group is fsGroup.
function writeVolume(folder, entries, mode, gid) {
  const stamp = `..${process.hrtime.bigint()}`;
  for (const [name, value] of Object.entries(entries)) {
    const file = path.join(folder, stamp, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, value);
    fs.chmodSync(file, mode);
    if (process.getuid() === 0) fs.chownSync(file, 0, gid);
  }
  const fresh = path.join(folder, "..data_tmp");
  fs.symlinkSync(stamp, fresh);
  fs.renameSync(fresh, path.join(folder, "..data"));
  for (const top of new Set(Object.keys(entries).map((name) => name.split("/")[0]))) {
    const link = path.join(folder, top);
    if (!fs.existsSync(link)) fs.symlinkSync(path.join("..data", top), link);
  }
}

// Like the kubelet, which starts no pod of which a Secret or a key is not there.
function entriesOf({ secretName, items }, secrets) {
  const secret = secrets[secretName];
  if (!secret) throw new Error(`FailedMount: secret "${secretName}" not found`);
  if (!items) return secret;
  return Object.fromEntries(items.map(({ key, path: at }) => {
    if (!(key in secret)) throw new Error(`FailedMount: references non-existent secret key: ${key}`);
    return [at, secret[key]];
  }));
}

export class Pod {
  #child;
  #ended;
  #ports = {};
  log = "";

  // `secrets`: by name, each an object of keys. `binary` stands in for the image.
  constructor({ root, manifests, secrets, binary }) {
    this.root = root;
    this.spec = podOf(manifests);
    this.container = this.spec.containers[0];
    this.secrets = secrets;
    this.binary = binary;
    for (const { name, mountPath } of this.container.volumeMounts) {
      const volume = this.spec.volumes.find((one) => one.name === name);
      const folder = this.folderOf(mountPath);
      fs.mkdirSync(folder, { recursive: true });
      if (volume.secret) this.write(mountPath);
      // Paths of the pod become paths below the root, and ports are picked, so that nothing else is in the way. The
      // listener stays one on every interface: who may read what depends on that.
      if (volume.configMap) fs.writeFileSync(path.join(folder, "plumbline.yaml"), this.rewritten(configOf(manifests)));
      if (volume.emptyDir || volume.persistentVolumeClaim) this.#giveAway(folder);
    }
  }

  folderOf(mountPath) {
    return path.join(this.root, mountPath);
  }

  // What stands in the Secrets now, at one of the mounts.
  write(mountPath) {
    const { name } = this.container.volumeMounts.find((mount) => mount.mountPath === mountPath);
    const { secret } = this.spec.volumes.find((volume) => volume.name === name);
    writeVolume(this.folderOf(mountPath), entriesOf(secret, this.secrets), secret.defaultMode ?? 0o644, this.spec.securityContext.fsGroup);
  }

  rewritten(text) {
    return text.replaceAll(/(?<=^|[\s"'=])\/(run|etc|var)\//gm, `${this.root}/$1/`).replaceAll(/(?<=listen: )"?:\d+"?/g, '":0"');
  }

  // As fsGroup has it.
  #giveAway(folder) {
    if (process.getuid() !== 0) return;
    const { fsGroup } = this.spec.securityContext;
    fs.chownSync(folder, 0, fsGroup);
    fs.chmodSync(folder, 0o2775);
  }

  #options() {
    const { runAsUser: uid, runAsGroup: gid } = this.spec.securityContext;
    const env = { PATH: process.env.PATH };
    for (const { name, value } of this.container.env) env[name] = this.rewritten(value);
    return { cwd: "/", env, ...(process.getuid() === 0 ? { uid, gid } : {}) };
  }

  #words() {
    return this.container.args.map((word) => this.rewritten(word));
  }

  // For a pod that must not come up.
  runToItsEnd() {
    return spawnSync(this.binary, this.#words(), { encoding: "utf8", timeout: 60000, ...this.#options() });
  }

  async start() {
    this.#child = spawn(this.binary, this.#words(), { stdio: ["ignore", "ignore", "pipe"], ...this.#options() });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => resolve(signal ?? code));
    });
    createInterface(this.#child.stderr).on("line", (line) => {
      this.log += `${line}\n`;
      const { message, for: what, port } = line.startsWith("{") ? JSON.parse(line) : {};
      if (message === "listening") this.#ports[what] = port;
    });
    await this.until("it listens", () => this.#ports.status && this.#ports.metrics);
  }

  async until(what, condition, seconds = 60) {
    const deadline = Date.now() + seconds * 1000;
    while (!(await condition())) {
      const ended = await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 50))]);
      if (ended !== undefined) throw new Error(`waiting until ${what}: ended with ${ended}\n${this.log}`);
      if (Date.now() > deadline) throw new Error(`waited in vain until ${what}\n${this.log}`);
    }
  }

  // GET as the kubelet or a person behind `kubectl port-forward` sends it; `port` is the name of one of the container's.
  async get(port, target, token) {
    if (!this.container.ports.some(({ name }) => name === port)) throw new Error(`the container has no port ${port}`);
    const url = `http://127.0.0.1:${this.#ports[port === "http" ? "status" : port]}${target}`;
    const answer = await fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    return { status: answer.status, body: await answer.text() };
  }

  // What the kubelet makes of a probe of the container.
  async probe(name) {
    const { path: target, port } = this.container[`${name}Probe`].httpGet;
    const { status } = await this.get(port, target);
    return status >= 200 && status < 400;
  }

  async stop() {
    this.#child.kill("SIGTERM");
    const grace = this.spec.terminationGracePeriodSeconds * 1000;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), grace);
    const ended = await this.#ended;
    clearTimeout(timer);
    return ended;
  }

  kill() {
    this.#child?.kill("SIGKILL");
  }
}

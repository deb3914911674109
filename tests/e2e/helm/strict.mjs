// What a strict API server would say of the shape of manifests: unknown kinds, unknown fields and wrong types, by the
// models that the official client was generated with.
import path from "node:path";
import { pathToFileURL } from "node:url";

// Not the package itself: it would load a client for HTTP as well.
const models = await import(pathToFileURL(
  path.join(process.env.PLUMBLINE_NODE_MODULES, "@kubernetes/client-node/dist/gen/models/all.js")));

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const scalars = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  object: isObject,
  any: () => true,
  IntOrString: (value) => typeof value === "string" || Number.isInteger(value),
};

// The part of the operator's own kind that the chart writes.
const ownKinds = {
  "monitoring.coreos.com/v1 ServiceMonitor": {
    apiVersion: "string", kind: "string", metadata: "V1ObjectMeta",
    spec: { selector: "V1LabelSelector", endpoints: [{ port: "string", interval: "string", scrapeTimeout: "string", honorLabels: "boolean" }] },
  },
};

// `type` is a name of the models, or for own kinds a map of fields, or a list of one such type.
function problemsOf(value, type, at) {
  if (Array.isArray(type) || /^Array</.test(type)) {
    const element = Array.isArray(type) ? type[0] : type.slice("Array<".length, -1);
    if (!Array.isArray(value)) return [`${at}: expected a list`];
    return value.flatMap((item, index) => problemsOf(item, element, `${at}[${index}]`));
  }
  if (scalars[type]) return scalars[type](value) ? [] : [`${at}: expected ${type}, found ${JSON.stringify(value)}`];
  if (!isObject(value)) return [`${at}: expected an object, found ${JSON.stringify(value)}`];
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return Object.entries(value).flatMap(([key, item]) => problemsOf(item, map[1], `${at}.${key}`));
  const fields = typeof type === "string"
    ? Object.fromEntries(models[type].getAttributeTypeMap().map(({ baseName, type: field }) => [baseName, field]))
    : type;
  return Object.entries(value).flatMap(([key, item]) =>
    fields[key] ? problemsOf(item, fields[key], `${at}.${key}`) : [`${at}.${key}: unknown field`]);
}

function typeOf({ apiVersion, kind }) {
  const version = String(apiVersion).split("/").pop();
  const model = version[0].toUpperCase() + version.slice(1) + kind;
  return ownKinds[`${apiVersion} ${kind}`] ?? (models[model] ? model : undefined);
}

export function strictProblems(manifests) {
  return manifests.flatMap((manifest) => {
    const type = typeOf(manifest);
    const at = `${manifest.kind}/${manifest.metadata?.name}`;
    return type ? problemsOf(manifest, type, at) : [`${at}: unknown kind ${manifest.apiVersion} ${manifest.kind}`];
  });
}

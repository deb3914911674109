// What `plumbline render --output json` prints, in the form in which a Recorder remembers a deployment.

// Members of `spec` that are not part of the upload's metadata under their own name.
const own = [
  "main", "script", "modules", "secrets", "secrets_policy", "subdomain", "routes", "domains", "schedules", "queue_consumers",
  "workflows", "assets", "migrations", "depends_on", "ignore",
];

// The API's migrations of a Worker that has none yet.
function migrationsOf(migrations) {
  return { new_tag: migrations.at(-1).tag, steps: migrations.map(({ tag, ...steps }) => steps) };
}

function metadataOf(spec) {
  const metadata = Object.fromEntries(Object.entries(spec).filter(([key]) => !own.includes(key)));
  metadata.bindings = [
    ...Object.entries(spec.bindings ?? {}).map(([name, binding]) => ({ name, ...binding })),
    ...Object.keys(spec.secrets ?? {}).map((name) => ({ name, type: "secret_text" })),
  ];
  // Cleared: an upload leaves it out, which resets it.
  if (Object.keys(spec.placement ?? { stated: true }).length === 0) delete metadata.placement;
  if (spec.main) metadata.main_module = spec.modules[0].name;
  if (spec.script) metadata.body_part = spec.modules[0].name;
  if (spec.migrations) metadata.migrations = migrationsOf(spec.migrations);
  if (spec.assets) metadata.assets = { config: spec.assets.config ?? {} };
  return metadata;
}

const zone = ({ zone, ...rest }) => ({ ...rest, zone_name: zone });

export function recordedOf(document) {
  const [{ metadata, spec }] = document.resources;
  return {
    uploads: [
      {
        name: metadata.name,
        metadata: metadataOf(spec),
        modules: (spec.modules ?? []).map(({ name, content_type, sha256 }) => ({ name, type: content_type, sha256 })),
      },
    ],
    subdomain: spec.subdomain,
    schedules: spec.schedules,
    routes: spec.routes?.map(zone),
    domains: spec.domains?.map(zone),
    consumers: Object.fromEntries(
      (spec.queue_consumers ?? []).map(({ queue, dead_letter_queue, ...settings }) => [
        queue,
        { type: "worker", dead_letter_queue, script_name: metadata.name, settings },
      ]),
    ),
    workflows: Object.fromEntries(
      (spec.workflows ?? []).map(({ name, ...workflow }) => [name, { script_name: metadata.name, ...workflow }]),
    ),
  };
}

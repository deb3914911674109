// The table of wrangler's commands.
import { scenarios as assets } from "./scenarios/assets.mjs";
import { scenarios as bindings } from "./scenarios/bindings.mjs";
import { scenarios as deletion } from "./scenarios/deletion.mjs";
import { scenarios as deploy } from "./scenarios/deploy.mjs";
import { scenarios as durableObjects } from "./scenarios/durable_objects.mjs";
import { scenarios as failures } from "./scenarios/failures.mjs";
import { scenarios as newer } from "./scenarios/newer.mjs";
import { scenarios as previews } from "./scenarios/previews.mjs";
import { scenarios as resources } from "./scenarios/resources.mjs";
import { scenarios as secrets } from "./scenarios/secrets.mjs";
import { scenarios as triggers } from "./scenarios/triggers.mjs";
import { scenarios as versions } from "./scenarios/versions.mjs";

export const scenarios = [
  ...deploy, ...bindings, ...assets, ...durableObjects, ...secrets, ...versions, ...previews, ...triggers, ...deletion, ...resources, ...newer,
  ...failures,
];

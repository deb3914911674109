import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";

export class Room extends DurableObject {}
export class Admin extends WorkerEntrypoint {}
export class Fulfil extends WorkflowEntrypoint {
  async run() {}
}
export class Report extends WorkflowEntrypoint {
  async run() {}
}
export default {
  fetch() {
    return new Response("hello");
  },
};

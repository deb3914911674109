import { DurableObject, WorkflowEntrypoint } from "cloudflare:workers";
import text from "./greeting.txt";

export class Room extends DurableObject {}

export class Fulfil extends WorkflowEntrypoint {
  async run() {}
}

export default {
  fetch(): Response {
    return new Response(text as unknown as string);
  },
  scheduled() {},
};

import { greet } from "./greet";
export default { fetch: async (): Promise<Response> => new Response(greet("you")) };

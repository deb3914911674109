import a from "./a.txt";
export default { fetch: () => new Response(a) };

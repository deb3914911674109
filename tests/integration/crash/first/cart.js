export default { fetch() { return new Response("cart"); } };
export class Cart {}

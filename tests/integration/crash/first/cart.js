export default { fetch() { return new Response("cart"); } };

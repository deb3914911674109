export default { fetch() { return new Response("older"); } };

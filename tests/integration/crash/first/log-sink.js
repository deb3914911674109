export default { fetch() { return new Response("log-sink"); } };

export default { fetch() { return new Response("cart, again"); } };
export class Cart {}
export class Basket {}

// What of GitHub's API deals with the comments of issues, as its documentation says: pages with a Link header, at most
// 65,536 characters, errors as {message}.
import http from "node:http";

export class GitHub {
  token = "gh-canary-token";
  author = "github-actions[bot]";
  issues = { 7: [], 8: [] };
  requests = [];
  faults = [];
  #lastId = 1000;

  async start() {
    this.server = http.createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  add(issue, body, login = this.author) {
    const comment = { id: ++this.#lastId, body, user: { login } };
    this.issues[issue].push(comment);
    return comment;
  }

  async #answer(request, response) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url, this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const send = (status, value, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(value === undefined ? "" : JSON.stringify(value));
    };
    const fault = this.faults.shift();
    if (fault === "cut") return response.destroy();
    if (fault) return send(fault.status, { message: fault.message ?? "fault" }, fault.headers);
    if (request.headers.authorization !== `Bearer ${this.token}`) return send(401, { message: "Bad credentials" });
    if (!request.headers["user-agent"]) return send(403, { message: "Request forbidden by administrative rules." });

    const list = /^\/repos\/o\/r\/issues\/(\d+)\/comments$/.exec(url.pathname);
    const one = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(url.pathname);
    const comments = list && this.issues[list[1]];
    if (comments && request.method === "GET") return this.#list(comments, url, send);
    const body = text ? JSON.parse(text).body : "";
    if (body.length > 65_536) return send(422, { message: "Validation Failed" });
    if (comments && request.method === "POST") return send(201, this.add(list[1], body));
    const issue = one && Object.values(this.issues).find((all) => all.some((comment) => comment.id === Number(one[1])));
    if (!issue) return send(404, { message: "Not Found" });
    const index = issue.findIndex((comment) => comment.id === Number(one[1]));
    if (request.method === "PATCH") {
      issue[index].body = body;
      return send(200, issue[index]);
    }
    issue.splice(index, 1);
    return send(204);
  }

  #list(comments, url, send) {
    const size = Number(url.searchParams.get("per_page") ?? 30);
    const page = Number(url.searchParams.get("page") ?? 1);
    const next = new URL(url);
    next.searchParams.set("page", page + 1);
    const more = comments.length > page * size;
    send(200, comments.slice((page - 1) * size, page * size), more ? { link: `<${next}>; rel="next", <${url}>; rel="last"` } : {});
  }
}

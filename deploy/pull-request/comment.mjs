// node comment.mjs PLAN.md
//
// Keeps one comment of a pull request on GitHub for each instance, source and environment of Plumbline: makes it, or
// changes it in place. PLAN.md is what `plumbline plan --output markdown` printed; its first line says whose it is.
//
//   GITHUB_TOKEN       may write to pull requests
//   GITHUB_REPOSITORY  owner/name
//   PULL_REQUEST       number
//   GITHUB_API_URL     default https://api.github.com
//   COMMENT_AUTHOR     login of the token's user, default github-actions[bot]: comments of others are left alone
//
// Needs Node 20 and no package. Exits with 1 and one line that says what to do.
import fs from "node:fs";

const attempts = 4;
const longestWait = 60_000;

class Refused extends Error {}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Refused(`${name} is not set`);
  return value;
}

// Whose plan a comment shows; undefined if it is none.
function markerOf(text) {
  const found = /^<!-- plumbline:plan (\{.*\}) -->/.exec(text ?? "");
  try {
    return found ? JSON.parse(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

// A plan that failed before it read a configuration does not know its instance.
const agree = (left, right) => left === right || left === "" || right === "";
const isSame = (left, right) =>
  left && agree(left.instance, right.instance) && left.source === right.source && left.environment === right.environment;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// How long GitHub asks to wait; nothing where asking again cannot help.
function waitOf(response, attempt) {
  const asked = Number(response.headers.get("retry-after"));
  const limited = response.status === 429 || (response.status === 403 && asked > 0);
  if (!limited && response.status < 500) return undefined;
  const wait = asked > 0 ? asked * 1000 : 500 * 2 ** attempt;
  return wait <= longestWait ? wait : undefined;
}

const advice = {
  401: "the token is not valid",
  403: 'the token may not do this; the workflow needs "permissions: pull-requests: write", and one of a fork never has it',
  404: "there is no such pull request, or the token cannot see it",
};

class GitHub {
  constructor() {
    this.base = (process.env.GITHUB_API_URL || "https://api.github.com").replace(/\/+$/, "");
    this.token = required("GITHUB_TOKEN");
    this.repository = required("GITHUB_REPOSITORY");
    if (!/^[\w.-]+\/[\w.-]+$/.test(this.repository)) throw new Refused("GITHUB_REPOSITORY is not owner/name");
  }

  async ask(method, url, body) {
    for (let attempt = 0; ; ++attempt) {
      let response;
      try {
        response = await fetch(url, {
          method,
          headers: {
            authorization: `Bearer ${this.token}`,
            accept: "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
            "user-agent": "plumbline",
            ...(body ? { "content-type": "application/json" } : {}),
          },
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(30_000),
        });
      } catch (error) {
        // A comment that was made although its answer was lost is found by the next run, which deletes the second one.
        if (attempt + 1 < attempts) {
          await pause(500 * 2 ** attempt);
          continue;
        }
        throw new Refused(`${method} ${url}: ${error.cause?.message ?? error.message}`);
      }
      if (response.ok) return response;
      const wait = waitOf(response, attempt);
      if (wait !== undefined && attempt + 1 < attempts) {
        await pause(wait);
        continue;
      }
      const said = (await response.json().catch(() => ({}))).message ?? "";
      const hint = advice[response.status];
      throw new Refused(`GitHub answered ${response.status} to ${method} ${url}: ${said}${hint ? ` (${hint})` : ""}`);
    }
  }

  // Every comment of a pull request, the oldest first.
  async comments(number) {
    const all = [];
    let url = `${this.base}/repos/${this.repository}/issues/${number}/comments?per_page=100`;
    while (url) {
      const response = await this.ask("GET", url);
      all.push(...(await response.json()));
      const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      // The token goes nowhere else.
      if (next && new URL(next).origin !== new URL(this.base).origin) throw new Refused("GitHub leads to another host");
      url = next;
    }
    return all;
  }

  make(number, body) {
    return this.ask("POST", `${this.base}/repos/${this.repository}/issues/${number}/comments`, { body });
  }

  change(id, body) {
    return this.ask("PATCH", `${this.base}/repos/${this.repository}/issues/comments/${id}`, { body });
  }

  remove(id) {
    return this.ask("DELETE", `${this.base}/repos/${this.repository}/issues/comments/${id}`);
  }
}

async function keepOneComment(file) {
  const body = fs.readFileSync(file, "utf8");
  const marker = markerOf(body);
  if (!marker) {
    throw new Refused(`${file} does not begin with the marker of a plan: was it made by \`plumbline plan --output markdown\`?`);
  }
  const number = required("PULL_REQUEST");
  if (!/^\d+$/.test(number)) throw new Refused("PULL_REQUEST is no number");
  const author = process.env.COMMENT_AUTHOR || "github-actions[bot]";
  const github = new GitHub();
  const ours = (await github.comments(number)).filter(
    (comment) => comment.user?.login === author && isSame(markerOf(comment.body), marker),
  );
  const [first, ...others] = ours;
  if (!first) {
    await github.make(number, body);
    return "made";
  }
  // Two runs at once may each have made one.
  for (const { id } of others) await github.remove(id);
  if (first.body.trim() === body.trim()) return "unchanged";
  await github.change(first.id, body);
  return "changed";
}

try {
  const [file, ...rest] = process.argv.slice(2);
  if (!file || rest.length > 0) throw new Refused("usage: node comment.mjs PLAN.md");
  console.log(`the comment is ${await keepOneComment(file)}`);
} catch (error) {
  console.error(`comment.mjs: ${error instanceof Refused || error.code === "ENOENT" ? error.message : error.stack}`);
  process.exitCode = 1;
}

#include "daemon/http/endpoints.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/version.h"

namespace plumbline::daemon {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using net::Reply;
using Parameters = std::map<std::string, std::string, std::less<>>;

HttpResponse answer(int status, std::string_view content_type, std::string body) {
  HttpResponse response{.status = status, .body = std::move(body)};
  response.headers.add("Content-Type", std::string(content_type));
  // The answer is true only for a moment.
  response.headers.add("Cache-Control", "no-store");
  return response;
}

std::string_view method_of(const HttpRequest& request) {
  return request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
}

// The parameters of a path that fits the pattern; nothing if it does not.
std::optional<Parameters> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string_view segment = wanted[i];
    if (!segment.starts_with('{')) {
      if (segment != given[i]) return std::nullopt;
      continue;
    }
    auto value = net::percent_decode(given[i]);
    if (!value || value->empty()) return std::nullopt;
    parameters.emplace(segment.substr(1, segment.size() - 2), *std::move(value));
  }
  return parameters;
}

HttpResponse not_allowed(const std::vector<std::string_view>& methods) {
  std::string allowed;
  for (const auto method : methods) {
    const auto name = method == "GET" ? std::string("GET, HEAD") : std::string(method);
    allowed += (allowed.empty() ? "" : ", ") + name;
  }
  auto response = problem(405, "Method Not Allowed", "Use " + allowed);
  response.headers.add("Allow", allowed);
  return response;
}

// `application/json; charset=utf-8` is JSON too.
bool is_json(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return iequals(type, "application/json");
}

// The body of a POST, or the refusal. A page of another origin can send a form without being asked, but no JSON.
Result<JsonObject, HttpResponse> body_of(const HttpRequest& request, const Endpoint& endpoint) {
  if (!is_json(request.headers.get("Content-Type"))) {
    return std::unexpected(problem(415, "Unsupported Media Type", "Send Content-Type: application/json"));
  }
  if (request.body.empty()) return JsonObject();
  const auto json = parse_json(request.body);
  if (!json || !json->is_object()) {
    return std::unexpected(problem(
        400, "Bad Request", json ? "The body must be a JSON object" : "The body is not JSON: " + json.error().message));
  }
  for (const auto& field : json->get_object()) {
    if (std::ranges::find(endpoint.fields, std::string_view(field.key())) == endpoint.fields.end()) {
      return std::unexpected(problem(400, "Bad Request", "There is no field " + printable(field.key())));
    }
  }
  return json->get_object();
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  return parameters.find(name)->second;
}

std::string Call::query(std::string_view name) const {
  return net::query_parameter(request.target, name).value_or("");
}

net::Awaitable<Reply> Endpoints::answer(HttpRequest request) const {
  auto reply = co_await answer_of(std::move(request));
  // By this a client knows whom it talks to.
  reply.response.headers.set("Server", "plumbline/" + std::string(version()));
  co_return reply;
}

net::Awaitable<Reply> Endpoints::answer_of(HttpRequest request) const {
  const auto path = net::path_of(request.target);
  std::vector<std::string_view> methods;
  for (const auto& endpoint : table_) {
    auto parameters = match(endpoint.path, path);
    if (!parameters) continue;
    methods.push_back(endpoint.method);
    if (endpoint.method != method_of(request)) continue;
    if (auto refused = refusal(rules_, endpoint.level, request)) co_return Reply{*std::move(refused)};
    Call call{.request = {}, .parameters = *std::move(parameters), .body = {}};
    if (endpoint.method == "POST") {
      auto body = body_of(request, endpoint);
      if (!body) co_return Reply{std::move(body.error())};
      call.body = *std::move(body);
    }
    call.request = std::move(request);
    co_return co_await endpoint.answer(std::move(call));
  }
  if (auto refused = refusal(rules_, Level::read, request)) co_return Reply{*std::move(refused)};
  if (!methods.empty()) co_return Reply{not_allowed(methods)};
  co_return problem_reply(404, "Not Found", "There is nothing at " + printable(path));
}

bool Endpoints::may_read(const HttpRequest& request) const {
  return !refusal(rules_, Level::read, request);
}

bool is_health(const HttpRequest& request) {
  const auto path = net::path_of(request.target);
  return path == "/livez" || path == "/readyz" || path == "/metrics";
}

Reply text_reply(int status, std::string body) {
  return Reply{daemon::answer(status, "text/plain; charset=utf-8", std::move(body))};
}

Reply json_reply(int status, std::string json) {
  return Reply{daemon::answer(status, "application/json", std::move(json))};
}

Reply problem_reply(int status, std::string_view title, std::string_view detail) {
  return Reply{problem(status, title, detail)};
}

HttpResponse answer_metrics(const std::function<std::string()>& exposition, const HttpRequest& request) {
  const auto path = net::path_of(request.target);
  if (path != "/metrics") return problem(404, "Not Found", "There is nothing at " + printable(path));
  if (method_of(request) != "GET") return not_allowed({"GET"});
  return daemon::answer(200, "text/plain; version=0.0.4; charset=utf-8", exposition());
}

}  // namespace plumbline::daemon

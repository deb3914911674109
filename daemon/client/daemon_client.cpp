#include "daemon/client/daemon_client.h"

#include <utility>

#include "base/secret_text.h"
#include "base/text.h"
#include "base/version.h"
#include "daemon/config/proxy.h"
#include "daemon/config/value_reference.h"

namespace plumbline::daemon {
namespace {

constexpr std::string_view kProduct = "plumbline/";

// Where the daemon is, and who says so.
struct Place {
  std::string url;
  std::string_view said_by;
};

Place place_of(const ServerChoice& choice, const Environment& environment) {
  if (choice.url) return {*choice.url, "--server"};
  if (auto url = environment.get("PLUMBLINE_SERVER")) return {*std::move(url), "PLUMBLINE_SERVER"};
  return {std::string(kUsualServer), "the default"};
}

// Empty: none is given.
Result<Secret> token_of(const ServerChoice& choice, const Environment& environment) {
  if (choice.token_file) {
    return resolve({.kind = ValueReference::Kind::file, .name = *choice.token_file}, environment);
  }
  if (!environment.get("PLUMBLINE_TOKEN")) return Secret();
  return resolve({.kind = ValueReference::Kind::env, .name = "PLUMBLINE_TOKEN"}, environment);
}

// `0.1.0`, of the Server field; empty: it is no Plumbline daemon.
std::string_view version_of(const net::HttpResponse& response) {
  const auto server = response.headers.get("Server");
  return server.starts_with(kProduct) ? server.substr(kProduct.size()) : std::string_view();
}

std::string detail_of(const net::HttpResponse& response) {
  const auto json = parse_json(response.body);
  auto detail = json ? std::string(string_member(*json, "detail")) : std::string();
  return detail.empty() ? "HTTP " + std::to_string(response.status) : printable(detail);
}

}  // namespace

Result<std::unique_ptr<DaemonClient>> DaemonClient::open(const net::Executor& io, const ServerChoice& choice,
                                                         const Environment& environment) {
  auto place = place_of(choice, environment);
  const auto base = net::parse_base_url(place.url);
  if (!base) return fail(std::string(place.said_by) + " may not be used: " + base.error().message);
  auto token = token_of(choice, environment);
  if (!token) return fail("the token: " + token.error().message);
  return std::unique_ptr<DaemonClient>(new DaemonClient(io, std::move(place.url), *base, *std::move(token)));
}

DaemonClient::DaemonClient(const net::Executor& io, std::string url, const net::BaseUrl& base, Secret token)
    : url_(std::move(url)),
      prefix_(base.prefix),
      token_(std::move(token)),
      // Never through a proxy: the daemon is on this machine, or behind a name that the person chose.
      connector_(net::make_connector(io, {})),
      http_(net::make_http_client(io, *connector_, base.origin)) {}

net::Awaitable<Result<Json, ClientProblem>> DaemonClient::get(std::string target) {
  net::HttpRequest request{.method = "GET", .target = std::move(target)};
  request.headers.add("Accept", "application/json");
  const auto text = co_await exchange(std::move(request));
  if (!text) co_return std::unexpected(text.error());
  auto json = parse_json(*text);
  if (!json) co_return std::unexpected(ClientProblem{"what answers at " + url_ + " sends no JSON"});
  co_return *std::move(json);
}

net::Awaitable<Result<Json, ClientProblem>> DaemonClient::post(std::string target, JsonObject body) {
  net::HttpRequest request{.method = "POST", .target = std::move(target), .body = to_text(Json(std::move(body)))};
  request.headers.add("Content-Type", "application/json");
  const auto text = co_await exchange(std::move(request));
  if (!text) co_return std::unexpected(text.error());
  auto json = parse_json(*text);
  if (!json) co_return std::unexpected(ClientProblem{"what answers at " + url_ + " sends no JSON"});
  co_return *std::move(json);
}

net::Awaitable<Result<std::string, ClientProblem>> DaemonClient::get_text(std::string target) {
  return exchange({.method = "GET", .target = std::move(target)});
}

net::Awaitable<Result<std::string, ClientProblem>> DaemonClient::exchange(net::HttpRequest request) {
  const auto target = request.target;
  request.target = prefix_ + target;
  if (!token_.empty()) request.headers.add("Authorization", "Bearer " + std::string(token_.reveal()));
  auto response = co_await http_->exchange(std::move(request));
  if (!response) {
    co_return std::unexpected(
        ClientProblem{"no daemon answers at " + url_ + ": " + printable(response.error().message) +
                      "; is `plumbline run` up? Name another one with --server or PLUMBLINE_SERVER"});
  }
  if (response->status < 200 || response->status > 299) {
    co_return std::unexpected(problem_of(*response, target));
  }
  co_return std::move(response->body);
}

ClientProblem DaemonClient::problem_of(const net::HttpResponse& response, const std::string& target) const {
  const auto theirs = version_of(response);
  ClientProblem problem{.message = {}, .status = response.status};
  if (theirs.empty()) {
    problem.message = "what answers at " + url_ + " is no Plumbline daemon (HTTP " + std::to_string(response.status) +
                      "); name the daemon with --server or PLUMBLINE_SERVER";
    return problem;
  }
  const auto detail = detail_of(response);
  if (response.status == 401 || response.status == 403) {
    problem.message = "the daemon refuses this: " + detail +
                      (response.status == 401 ? "; give it with --token-file, or in PLUMBLINE_TOKEN" : "");
    return problem;
  }
  problem.message = detail;
  // An endpoint that only one of the two versions has.
  if (theirs != version() && (response.status == 404 || response.status == 405 || response.status == 400)) {
    problem.message += "; the daemon is version " + printable(theirs) + " and this is " + std::string(version()) +
                       ", which may be why: use the same version of both (asked for " + target + ")";
  }
  return problem;
}

}  // namespace plumbline::daemon

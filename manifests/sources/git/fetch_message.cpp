#include "manifests/sources/git/fetch_message.h"

#include "base/json.h"

namespace plumbline::manifests {
namespace {

std::uint64_t number_member(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

}  // namespace

std::string encode_request(const FetchRequest& request, pid_t parent) {
  const JsonObject object{{"url", request.url},
                          {"ref", request.ref},
                          {"mirror", request.mirror},
                          {"username", request.username},
                          {"known_hosts", request.known_hosts},
                          {"password_bytes", request.password.reveal().size()},
                          {"deadline", request.deadline.count()},
                          {"max_bytes", request.max_bytes},
                          {"max_memory", request.max_memory},
                          {"ca_file", request.ca_file},
                          {"proxy_host", request.proxy.host},
                          {"proxy_port", request.proxy.port},
                          {"proxy_bytes", request.proxy.credentials.reveal().size()},
                          {"rebuild", request.rebuild},
                          {"source", request.source},
                          {"in_force", request.in_force},
                          {"parent", parent}};
  const std::string line = to_text(Json(object)) + '\n';
  const std::string_view password = request.password.reveal();
  const std::string_view proxy = request.proxy.credentials.reveal();
  const std::string_view ssh_key = request.ssh_key.reveal();
  std::string message;
  message.reserve(line.size() + password.size() + proxy.size() + ssh_key.size());  // no copy of a secret is left behind
  message += line;
  message += password;
  message += proxy;
  message += ssh_key;
  return message;
}

Result<ReceivedRequest> decode_request(std::string_view message) {
  const auto end = message.find('\n');
  if (end == std::string_view::npos) return fail("the request to fetch is incomplete");
  const auto parsed = parse_json(message.substr(0, end));
  if (!parsed) return std::unexpected(parsed.error());
  const std::string_view secrets = message.substr(end + 1);
  const auto password_bytes = number_member(*parsed, "password_bytes");
  const auto proxy_bytes = number_member(*parsed, "proxy_bytes");
  if (secrets.size() < password_bytes || secrets.size() - password_bytes < proxy_bytes) {
    return fail("the request to fetch is incomplete");
  }
  FetchRequest request{.url = std::string(string_member(*parsed, "url")),
                       .ref = std::string(string_member(*parsed, "ref")),
                       .mirror = std::string(string_member(*parsed, "mirror")),
                       .username = std::string(string_member(*parsed, "username")),
                       .password = Secret(secrets.substr(0, password_bytes)),
                       .ssh_key = Secret(secrets.substr(password_bytes + proxy_bytes)),
                       .known_hosts = std::string(string_member(*parsed, "known_hosts")),
                       .deadline = std::chrono::milliseconds(number_member(*parsed, "deadline")),
                       .max_bytes = number_member(*parsed, "max_bytes"),
                       .max_memory = number_member(*parsed, "max_memory"),
                       .ca_file = std::string(string_member(*parsed, "ca_file")),
                       .proxy = {.host = std::string(string_member(*parsed, "proxy_host")),
                                 .port = static_cast<std::uint16_t>(number_member(*parsed, "proxy_port")),
                                 .credentials = Secret(secrets.substr(password_bytes, proxy_bytes))},
                       .rebuild = bool_member(*parsed, "rebuild").value_or(false),
                       .source = std::string(string_member(*parsed, "source")),
                       .in_force = std::string(string_member(*parsed, "in_force"))};
  if (request.url.empty() || request.ref.empty() || request.mirror.empty()) {
    return fail("the request to fetch is incomplete");
  }
  return ReceivedRequest{std::move(request), static_cast<pid_t>(number_member(*parsed, "parent"))};
}

std::string encode_answer(const Result<Fetched>& fetched) {
  if (!fetched) return to_text(Json(JsonObject{{"error", fetched.error().message}}));
  return to_text(
      Json(JsonObject{{"commit", fetched->commit}, {"label", fetched->label}, {"warning", fetched->warning}}));
}

Result<Fetched> decode_answer(std::string_view message) {
  const auto parsed = parse_json(message);
  if (!parsed) return fail("the fetch ended without an answer");
  if (const auto error = string_member(*parsed, "error"); !error.empty()) {
    return fail(std::string(error));
  }
  const auto commit = string_member(*parsed, "commit");
  if (commit.empty()) return fail("the fetch ended without an answer");
  return Fetched{.commit = std::string(commit),
                 .label = std::string(string_member(*parsed, "label")),
                 .warning = std::string(string_member(*parsed, "warning"))};
}

}  // namespace plumbline::manifests

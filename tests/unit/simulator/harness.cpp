#include "harness.h"

#include <algorithm>

namespace plumbline::simulator {
namespace {

constexpr std::string_view kBoundary = "----formdata-012345678901";

}  // namespace

const Json& Reply::result() const {
  static const Json none;
  const auto* found = member(json, "result");
  return found ? *found : none;
}

int Reply::code() const {
  const auto* errors = member(json, "errors");
  if (!errors || !errors->is_array() || errors->get_array().empty()) return 0;
  const auto* code = member(errors->get_array().front(), "code");
  return code ? code->to_number<int>() : 0;
}

Sim::Sim(Options options)
    : now_(std::make_shared<std::chrono::system_clock::time_point>(
          std::chrono::sys_days(std::chrono::year(2026) / 10 / 1))) {
  constexpr std::uint64_t kSeed = 42;
  service_ = std::make_unique<Service>(std::move(options), [now = now_] { return *now; }, kSeed);
}

Reply Sim::send(std::string_view method, std::string target, std::string body, net::Headers headers) {
  net::HttpRequest request{std::string(method), std::move(target), std::move(headers), std::move(body)};
  auto sent = service_->handle(request);
  Reply reply{sent.response.status,
              std::move(sent.response.body),
              std::move(sent.response.headers),
              sent.delivery,
              sent.pause,
              nullptr};
  if (auto json = parse_json(reply.body)) reply.json = std::move(*json);
  return reply;
}

Reply Sim::api(std::string_view method, std::string_view path, std::string body, net::Headers headers) {
  if (!headers.contains("authorization")) headers.add("Authorization", "Bearer test-token");
  return send(method, "/client/v4" + std::string(path), std::move(body), std::move(headers));
}

Reply Sim::call(std::string_view method, std::string_view path, std::string body, net::Headers headers) {
  return api(method, "/accounts/" + service_->world().options.account_id + std::string(path), std::move(body),
             std::move(headers));
}

Reply Sim::control(std::string_view method, std::string_view path, const Json& body) {
  return send(method, "/__simulator__/" + std::string(path), body.is_null() ? "" : to_text(body), {});
}

Reply Sim::form(std::string_view method, std::string_view path, const std::vector<PartToWrite>& parts,
                net::Headers headers) {
  headers.add("Content-Type", "multipart/form-data; boundary=" + std::string(kBoundary));
  return call(method, path, write_multipart(parts, kBoundary), std::move(headers));
}

Reply Sim::put(std::string_view name, JsonObject metadata, std::string_view source, std::string_view query) {
  if (!metadata.contains("main_module")) metadata["main_module"] = "index.js";
  const auto text = to_text(metadata);
  return form("PUT", "/workers/scripts/" + std::string(name) + std::string(query),
              {{"metadata", "", "", text}, {"index.js", "index.js", "application/javascript+module", source}});
}

Reply Sim::patch_settings(std::string_view name, const Json& settings) {
  const auto text = to_text(settings);
  return form("PATCH", "/workers/scripts/" + std::string(name) + "/settings",
              {{"settings", "", "application/json", text}});
}

Json Sim::item(std::string_view name) {
  const auto list = call("GET", "/workers/scripts");
  for (const auto& item : list.result().as_array()) {
    if (string_member(item, "id") == name) return item;
  }
  return nullptr;
}

Json Sim::settings(std::string_view name) {
  return call("GET", "/workers/scripts/" + std::string(name) + "/settings").result();
}

std::string text(const Json& value, std::string_view key) {
  return std::string(string_member(value, key));
}

Json binding(const Json& settings, std::string_view name) {
  const auto* bindings = member(settings, "bindings");
  if (!bindings) return nullptr;
  for (const auto& item : bindings->as_array()) {
    if (string_member(item, "name") == name) return item;
  }
  return nullptr;
}

}  // namespace plumbline::simulator

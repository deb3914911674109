#include "tests/support/simulator_process.h"

#include <signal.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/support/http.h"

namespace plumbline::testing {

namespace {

constexpr std::string_view kApi = "/client/v4";

/// What stays of a path without the API's and the account's own prefix.
std::string shortened(std::string_view path, std::string_view account_id) {
  if (path.starts_with(kApi)) path.remove_prefix(kApi.size());
  const auto account = "/accounts/" + std::string(account_id);
  if (path.starts_with(account)) path.remove_prefix(account.size());
  return std::string(path);
}

Request request_from(const Json& entry, std::string_view account_id) {
  return {.method = std::string(string_member(entry, "method")),
          .path = shortened(string_member(entry, "path"), account_id),
          .query = std::string(string_member(entry, "query")),
          .status = entry.at("status").to_number<int>()};
}

}  // namespace

std::string to_string(const Request& request) {
  return request.method + " " + request.path;
}

std::vector<std::string> to_strings(const std::vector<Request>& requests) {
  std::vector<std::string> texts;
  std::ranges::transform(requests, std::back_inserter(texts), [](const Request& one) { return to_string(one); });
  return texts;
}

std::vector<Request> writes_of(const std::vector<Request>& requests) {
  std::vector<Request> writes;
  std::ranges::copy_if(requests, std::back_inserter(writes), &Request::is_write);
  return writes;
}

std::size_t count(const std::vector<Request>& requests, std::string_view method, std::string_view suffix) {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [&](const Request& one) { return one.method == method && one.path.ends_with(suffix); }));
}

SimulatorProcess::SimulatorProcess(std::filesystem::path folder, std::vector<std::string> options)
    : folder_(std::move(folder)), options_(std::move(options)) {
  start();
}

void SimulatorProcess::start() {
  std::vector<std::string> arguments{"simulate", "--listen", "127.0.0.1:" + std::to_string(port_), "--state",
                                     (folder_ / "account.json").string()};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  process_ = std::make_unique<Process>(
      Program{.file = PLUMBLINE_BINARY, .arguments = std::move(arguments), .output_folder = folder_});
  const bool ready = eventually([this] { return process_->out().ends_with('\n') || !process_->is_running(); });
  const auto line = parse_json(process_->out());
  if (!ready || !line) throw std::runtime_error("the simulator did not start: " + process_->err());
  api_base_url_ = string_member(*line, "api_base_url");
  account_id_ = string_member(*line, "account_id");
  port_ = port_of(api_base_url_);
}

void SimulatorProcess::stop() {
  process_->signal(SIGTERM);
  if (!process_->wait()) throw std::runtime_error("the simulator does not stop");
}

Json SimulatorProcess::control(std::string_view name) const {
  return get_json(port_, "/__simulator__/" + std::string(name));
}

void SimulatorProcess::post_control(std::string_view name, const Json& body) const {
  post_json(port_, "/__simulator__/" + std::string(name), body);
}

void SimulatorProcess::delete_control(std::string_view name) const {
  net::HttpRequest request{.method = "DELETE", .target = "/__simulator__/" + std::string(name)};
  const auto answer = http_exchange(port_, std::move(request));
  if (answer.status != 200) throw std::runtime_error("DELETE " + std::string(name) + ": " + answer.body);
}

Json SimulatorProcess::call(const std::string& method, const std::string& path, const Json& body) const {
  const auto answer =
      http_exchange(port_, {.method = method,
                            .target = "/client/v4/accounts/" + account_id_ + path,
                            .headers = {{"Authorization", "Bearer somebody's"}, {"Content-Type", "application/json"}},
                            .body = body.is_null() ? std::string() : to_text(body)});
  const auto document = parse_json(answer.body);
  if (answer.status >= 300 || !document) throw std::runtime_error(method + " " + path + ": " + answer.body);
  return document->at("result");
}

std::vector<Request> SimulatorProcess::requests() const {
  const auto log = control("requests");
  std::vector<Request> requests;
  for (const auto& entry : log.as_array()) requests.push_back(request_from(entry, account_id_));
  return requests;
}

void SimulatorProcess::clear_requests() const {
  delete_control("requests");
}

Json SimulatorProcess::state() const {
  return control("state");
}

std::vector<std::string> SimulatorProcess::worker_names() const {
  const auto all = state();
  std::vector<std::string> names;
  for (const auto& entry : all.at("workers").as_object()) names.emplace_back(entry.key());
  std::ranges::sort(names);
  return names;
}

Json SimulatorProcess::worker(std::string_view name) const {
  const auto all = state();
  const auto* found = member(all.at("workers"), name);
  if (found == nullptr) throw std::runtime_error("the account has no Worker " + std::string(name));
  return *found;
}

Json SimulatorProcess::latest_version(std::string_view name) const {
  return worker(name).at("versions").as_array().back();
}

Json SimulatorProcess::binding(std::string_view worker, std::string_view name) const {
  const auto version = latest_version(worker);
  for (const auto& binding : version.at("bindings").as_array()) {
    if (string_member(binding, "name") == name) return binding;
  }
  return nullptr;
}

void SimulatorProcess::edit(std::string_view worker, std::string_view action, std::string_view name,
                            const Json& value) const {
  JsonObject edit{{"worker", worker}, {"action", action}, {"value", value}};
  if (!name.empty()) edit["name"] = name;
  post_control("edit", edit);
}

void SimulatorProcess::add_fault(const JsonObject& fault) const {
  post_control("faults", fault);
}

void SimulatorProcess::clear_faults() const {
  delete_control("faults");
}

void SimulatorProcess::change_settings(const JsonObject& settings) const {
  post_control("settings", settings);
}

void SimulatorProcess::reset() const {
  post_control("reset", JsonObject());
}

}  // namespace plumbline::testing

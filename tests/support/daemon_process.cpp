#include "tests/support/daemon_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/http.h"

namespace plumbline::testing {

DaemonProcess::DaemonProcess(const Workspace& workspace, const std::string& repository, const DaemonSettings& settings)
    : folder_(workspace.folder() / settings.folder), environment_(settings.environment) {
  environment_.insert({{"PATH", std::getenv("PATH")}, {"HOME", folder_.string()}});
  write_configuration(workspace, repository, settings);
  start();
}

void DaemonProcess::write_configuration(const Workspace& workspace, const std::string& repository,
                                        const DaemonSettings& settings) const {
  write_file(folder_ / "plumbline.yaml",
             fmt::format("apiVersion: plumbline.dev/v1beta1\n"
                         "kind: Config\n"
                         "instance: test\n"
                         "fingerprint_key: {{file: {}}}\n"
                         "accounts:\n"
                         "  main:\n"
                         "    account_id: {}\n"
                         "{}"
                         "    api_base_url: {}\n"
                         "secret_stores:\n"
                         "  store: {{directory: {}}}\n"
                         "sources:\n"
                         "  production:\n"
                         "    repository: {}\n"
                         "    {}\n"
                         "    account: main\n"
                         "    secret_stores: {{default: store}}\n"
                         "    policy: {}\n"
                         "    drift: {}\n"
                         "    interval: {}\n"
                         "    observe_interval: {}\n"
                         "    audit_interval: {}\n"
                         "{}"
                         "server: {{listen: \"127.0.0.1:0\", metrics_listen: \"127.0.0.1:0\"}}\n"
                         "journal: {{path: journal.db}}\n",
                         workspace.fingerprint_key_file().string(), workspace.simulator().account_id(),
                         workspace.credentials(), workspace.simulator().api_base_url(), workspace.store().string(),
                         repository, settings.reference, settings.policy, settings.drift, settings.interval,
                         settings.observe_interval, settings.audit_interval, settings.further_sources));
}

void DaemonProcess::start() {
  start_as({PLUMBLINE_BINARY});
}

void DaemonProcess::start_as(std::vector<std::string> command) {
  for (const auto& word :
       {std::string("run"), std::string("--config"), (folder_ / "plumbline.yaml").string(), std::string("--log-format"),
        std::string("json"), std::string("--log-level"), std::string("debug")}) {
    command.push_back(word);
  }
  process_ = std::make_unique<Process>(Program{.file = command.front(),
                                               .arguments = {command.begin() + 1, command.end()},
                                               .environment = environment_,
                                               .working_folder = folder_,
                                               .output_folder = folder_ / "output"});
  const bool listens = eventually([this] { return log("listening").size() == 2 || !process_->is_running(); });
  if (!listens || !process_->is_running()) {
    throw std::runtime_error("the daemon did not start: " + process_->err());
  }
  status_port_ = logged_port("status");
  metrics_port_ = logged_port("metrics");
}

std::optional<Ended> DaemonProcess::stop(std::chrono::milliseconds deadline) {
  process_->signal(SIGTERM);
  return process_->wait(deadline);
}

std::uint16_t DaemonProcess::logged_port(std::string_view purpose) const {
  for (const auto& line : log("listening")) {
    if (string_member(line, "for") == purpose) return line.at("port").to_number<std::uint16_t>();
  }
  throw std::runtime_error("the daemon does not tell its port for " + std::string(purpose));
}

net::HttpResponse DaemonProcess::get(const std::string& target) const {
  auto answer = http_get(status_port_, target);
  check_no_canary(answer.body, target);
  return answer;
}

Json DaemonProcess::status() const {
  const auto answer = get("/api/v1/status");
  auto json = parse_json(answer.body);
  if (answer.status != 200 || !json) throw std::runtime_error("no status: " + answer.body);
  return std::move(*json);
}

Json DaemonProcess::source() const {
  const auto all = status();
  return all.at("sources").as_array().at(0);
}

Json DaemonProcess::condition(std::string_view type) const {
  const auto all = source();
  for (const auto& condition : all.at("conditions").as_array()) {
    if (string_member(condition, "type") == type) return condition;
  }
  throw std::runtime_error("there is no condition " + std::string(type));
}

std::string DaemonProcess::exposition() const {
  auto answer = http_get(metrics_port_, "/metrics");
  if (answer.status != 200) throw std::runtime_error("no metrics: " + answer.body);
  check_no_canary(answer.body, "/metrics");
  return std::move(answer.body);
}

double DaemonProcess::metric(std::string_view name, const std::map<std::string, std::string>& labels) const {
  return sum_of(metrics(), name, labels);
}

bool DaemonProcess::wait_for_passes(int more) const {
  const auto enough = passes() + more;
  return eventually([this, enough] { return passes() >= enough; });
}

bool DaemonProcess::wait_until_applied(const std::string& commit) const {
  return eventually([this, &commit] {
    const auto now = source();
    return string_member(now, "lastAppliedRevision").ends_with(commit) && string_member(now, "sync") == "Synced";
  });
}

std::vector<Json> DaemonProcess::log(std::string_view message) const {
  const auto text = process_->err();
  std::vector<Json> found;
  // The last piece is a line that is still being written, or nothing.
  auto lines = split(text, '\n');
  lines.pop_back();
  for (const auto line : lines) {
    auto json = parse_json(line);
    if (!json) throw std::runtime_error("a line of the log is no JSON: " + std::string(line));
    if (string_member(*json, "message") == message) found.push_back(std::move(*json));
  }
  return found;
}

bool DaemonProcess::wait_for_log(std::string_view text) const {
  return eventually([this, text] { return log_text().contains(text); });
}

}  // namespace plumbline::testing

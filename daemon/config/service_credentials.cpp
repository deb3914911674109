#include "daemon/config/service_credentials.h"

#include "daemon/config/value_reference.h"

namespace plumbline::daemon {
namespace {

// A value of the configuration, and how it is read.
struct Use {
  std::string place;  ///< `accounts.production.api_token`
  const ValueReference* reference = nullptr;
  Result<Secret> (*read)(const ValueReference&, const Environment&) = resolve;
};

std::vector<Use> uses_of(const Config& config) {
  std::vector<Use> uses{{"fingerprint_key", &config.fingerprint_key}, {"server.read_token", &config.server.read_token}};
  for (const auto& [name, account] : config.accounts) {
    const std::string place = "accounts." + name + '.';
    uses.push_back({place + "api_token", &account.api_token});
    uses.push_back({place + "api_key", &account.api_key});
    uses.push_back({place + "email", &account.email});
  }
  for (const auto& [name, source] : config.sources) {
    const std::string place = "sources." + name + ".credentials.";
    uses.push_back({place + "username", &source.username});
    uses.push_back({place + "password", &source.password});
    uses.push_back({place + "ssh_key", &source.ssh_key, resolve_lines});
    uses.push_back({place + "known_hosts", &source.known_hosts, resolve_lines});
  }
  return uses;
}

}  // namespace

std::vector<Diagnostic> service_credential_problems(const std::string& file, const Config& config,
                                                    const Environment& environment) {
  std::vector<Diagnostic> problems;
  for (const auto& use : uses_of(config)) {
    if (use.reference->kind != ValueReference::Kind::credential) continue;
    const auto value = use.read(*use.reference, environment);
    if (value) continue;
    problems.push_back({.where = {.file = file},
                        .summary = use.place + ": " + value.error().message,
                        .detail = "put the value into the file that the service's LoadCredential=" +
                                  use.reference->name + ":FILE names, then restart the service"});
  }
  return problems;
}

}  // namespace plumbline::daemon

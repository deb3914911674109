#include "daemon/config/environment.h"

#include <cstdlib>
#include <utility>

namespace plumbline::daemon {
namespace {

// The folder that a service manager made for this service; the first one of a list.
std::optional<std::string> service_folder(const Environment& environment, const char* variable) {
  auto folders = environment.get(variable);
  if (!folders || !folders->starts_with('/')) return std::nullopt;
  return folders->substr(0, folders->find(':'));
}

std::string xdg_folder(const Environment& environment, const char* variable, const char* fallback) {
  // The specification says that relative paths are ignored.
  if (const auto base = environment.get(variable); base && base->starts_with('/')) {
    return *base + "/plumbline";
  }
  return environment.get("HOME").value_or(".") + fallback + "/plumbline";
}

}  // namespace

Environment Environment::of_process() {
  return Environment([](const std::string& name) -> std::optional<std::string> {
    // Nothing in this program calls setenv once threads run.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  });
}

Environment Environment::of(std::map<std::string, std::string> variables) {
  return Environment([variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::optional<std::string> Environment::get(const std::string& name) const {
  auto value = lookup_(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

std::string state_folder(const Environment& environment) {
  if (auto folder = service_folder(environment, "STATE_DIRECTORY")) return *std::move(folder);
  return xdg_folder(environment, "XDG_STATE_HOME", "/.local/state");
}

std::string cache_folder(const Environment& environment) {
  if (auto folder = service_folder(environment, "CACHE_DIRECTORY")) return *std::move(folder);
  return xdg_folder(environment, "XDG_CACHE_HOME", "/.cache");
}

}  // namespace plumbline::daemon

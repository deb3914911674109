#include "daemon/controller/secret_stores.h"

#include <utility>

namespace plumbline::daemon {
namespace {

class EnvironmentStore final : public manifests::SecretStore {
 public:
  EnvironmentStore(std::string name, std::string prefix, Environment environment)
      : name_(std::move(name)), prefix_(std::move(prefix)), environment_(std::move(environment)) {}

  [[nodiscard]] Result<Secret> read(std::string_view key) const override {
    const auto variable = variable_of(key);
    auto value = environment_.get(variable);
    if (!value) return fail("secret store " + name_ + ": the variable " + variable + " is not set");
    Secret secret(*value);
    wipe(*value);
    return secret;
  }

 private:
  [[nodiscard]] std::string variable_of(std::string_view key) const {
    std::string variable = prefix_;
    for (const char letter : key) {
      const bool lower = letter >= 'a' && letter <= 'z';
      const bool kept = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
      variable += lower ? static_cast<char>(letter - 'a' + 'A') : kept ? letter : '_';
    }
    return variable;
  }

  std::string name_;
  std::string prefix_;
  Environment environment_;
};

Result<std::shared_ptr<manifests::SecretStore>> open_store(const SecretStoreConfig& store,
                                                           const Environment& environment) {
  if (store.environment_prefix) {
    return make_environment_store(store.name, *store.environment_prefix, environment);
  }
  auto opened = manifests::open_directory_store(store.name, store.directory);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::shared_ptr<manifests::SecretStore>(std::move(*opened));
}

}  // namespace

std::unique_ptr<manifests::SecretStore> make_environment_store(std::string name, std::string prefix,
                                                               Environment environment) {
  return std::make_unique<EnvironmentStore>(std::move(name), std::move(prefix), std::move(environment));
}

OpenedStores open_stores(const SourceConfig& source, const Config& config, const Environment& environment) {
  OpenedStores opened;
  for (const auto& [alias, name] : source.secret_stores) {
    auto store = open_store(config.secret_stores.at(name), environment);
    if (store) {
      opened.stores.emplace(alias, std::move(*store));
    } else {
      opened.problems.push_back("secret store " + name + ": " + store.error().message);
    }
  }
  return opened;
}

}  // namespace plumbline::daemon

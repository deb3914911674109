#include "tests/support/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/canary.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : fallback;
}

}  // namespace

Workspace::Workspace(std::vector<std::string> simulator_options)
    : simulator_(folder() / "simulator", std::move(simulator_options)) {
  fs::create_directories(manifests());
  fs::create_directories(store());
  write_file(token_file(), canary("api-token"));
  write_file(fingerprint_key_file(), canary("fingerprint-key"));
  environment_ = {{"PATH", variable("PATH", "/usr/bin:/bin")},
                  {"HOME", (folder() / "home").string()},
                  {"XDG_STATE_HOME", (folder() / "state").string()},
                  {"XDG_CACHE_HOME", (folder() / "cache").string()},
                  {"CLOUDFLARE_API_TOKEN", canary("api-token")},
                  {"CLOUDFLARE_ACCOUNT_ID", simulator_.account_id()},
                  {"CLOUDFLARE_API_BASE_URL", simulator_.api_base_url()},
                  {"PLUMBLINE_FINGERPRINT_KEY", canary("fingerprint-key")}};
}

Workspace::~Workspace() {
  check_no_canary_below(folder(), {secrets()});
}

void Workspace::forget_journal() const {
  fs::remove_all(journal().parent_path());
}

void Workspace::write_secret(const std::string& key, std::string_view value) const {
  write_file(store() / key, canary(value));
}

void Workspace::set_variable(const std::string& name, const std::string& value) {
  environment_[name] = value;
  if (value.empty()) environment_.erase(name);
}

void Workspace::use_global_key() {
  set_variable("CLOUDFLARE_API_TOKEN", "");
  set_variable("CLOUDFLARE_API_KEY", canary("api-key"));
  set_variable("CLOUDFLARE_EMAIL", "user@example.com");
  write_file(secrets() / "api-key", canary("api-key"));
  write_file(secrets() / "email", "user@example.com");
}

std::string Workspace::credentials() const {
  if (environment_.contains("CLOUDFLARE_API_TOKEN")) {
    return fmt::format("    api_token: {{file: {}}}\n", token_file().string());
  }
  return fmt::format("    api_key: {{file: {0}/api-key}}\n    email: {{file: {0}/email}}\n", secrets().string());
}

void Workspace::install_examples() const {
  copy_examples(manifests());
  write_secret("shop-payment-key", "payment");
  write_secret("shop/SESSION", "session");
}

Program Workspace::program(std::vector<std::string> arguments) const {
  return {.file = PLUMBLINE_BINARY,
          .arguments = std::move(arguments),
          .environment = environment_,
          .working_folder = folder(),
          .output_folder = folder() / "output"};
}

std::vector<std::string> Workspace::on_manifests(const std::string& command, std::vector<std::string> arguments) const {
  std::vector<std::string> all{command, manifests().string(), "--secrets", store().string()};
  if (std::ranges::find(arguments, "--instance") == arguments.end()) {
    all.insert(all.end(), {"--instance", "test"});
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

Finished Workspace::run(std::vector<std::string> arguments) const {
  return run_to_end(program(std::move(arguments)));
}

Finished Workspace::run_on_manifests(const std::string& command, std::vector<std::string> arguments) const {
  return run(on_manifests(command, std::move(arguments)));
}

std::unique_ptr<Process> Workspace::start_on_manifests(const std::string& command,
                                                       std::vector<std::string> arguments) const {
  return std::make_unique<Process>(program(on_manifests(command, std::move(arguments))));
}

Finished Workspace::apply(std::vector<std::string> arguments) const {
  arguments.emplace_back("--yes");
  auto finished = run_on_manifests("apply", std::move(arguments));
  if (finished.exit_code != 0) {
    throw std::runtime_error(fmt::format("apply ended with {}:\n{}{}", finished.exit_code, finished.out, finished.err));
  }
  return finished;
}

Json Workspace::plan(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--output", "json"});
  const auto finished = run_on_manifests("plan", std::move(arguments));
  auto document = parse_json(finished.out);
  if (!document) throw std::runtime_error("plan printed no JSON:\n" + finished.out + finished.err);
  return std::move(*document);
}

std::vector<std::string> example_names() {
  return {"calculator", "hello", "legacy", "shop"};
}

void copy_examples(const fs::path& to) {
  fs::copy(fs::path(PLUMBLINE_SOURCE_DIR) / "manifests/examples", to,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

void write_worker(const fs::path& folder, const std::string& name, const std::string& spec) {
  write_file(folder / (name + ".js"),
             fmt::format("export default {{ fetch() {{ return new Response(\"{}\"); }} }};\n", name));
  write_file(folder / (name + ".yaml"), fmt::format("apiVersion: plumbline.dev/v1beta1\n"
                                                    "kind: Worker\n"
                                                    "metadata:\n"
                                                    "  name: {0}\n"
                                                    "spec:\n"
                                                    "  main: {0}.js\n"
                                                    "  compatibility_date: 2026-10-01\n"
                                                    "{1}",
                                                    name, spec));
}

}  // namespace plumbline::testing

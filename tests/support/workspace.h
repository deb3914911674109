#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/simulator_process.h"

namespace plumbline::testing {

/// One test's world: a folder with manifests and secrets, a simulated account, and the command line that works on
/// them. At its end every file that the test left behind is searched for secrets.
class Workspace {
 public:
  /// `simulator_options` of `plumbline simulate`.
  explicit Workspace(std::vector<std::string> simulator_options = {});
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] SimulatorProcess& simulator() { return simulator_; }
  [[nodiscard]] const SimulatorProcess& simulator() const { return simulator_; }

  /// The folder that plan and apply read.
  [[nodiscard]] std::filesystem::path manifests() const { return folder() / "manifests"; }
  /// The secret store; its files hold canaries.
  [[nodiscard]] std::filesystem::path store() const { return secrets() / "store"; }
  [[nodiscard]] std::filesystem::path token_file() const { return secrets() / "api-token"; }
  [[nodiscard]] std::filesystem::path fingerprint_key_file() const { return secrets() / "fingerprint-key"; }
  /// The journal of the command line.
  [[nodiscard]] std::filesystem::path journal() const { return folder() / "state/plumbline/journal.db"; }
  /// The command line starts without a memory again.
  void forget_journal() const;

  /// The value of a secret is a canary that holds `value`.
  void write_secret(const std::string& key, std::string_view value) const;

  /// A variable of the command line's environment; an empty value unsets it.
  void set_variable(const std::string& name, const std::string& value);

  /// A global key with its e-mail address in place of the token, on the command line and in credentials(): what the
  /// service takes for filters.
  void use_global_key();
  /// The account's credentials in a configuration, indented by four spaces.
  [[nodiscard]] std::string credentials() const;

  /// The examples of the project as manifests, and a secret store with what they ask for.
  void install_examples() const;

  /// `plumbline ARGUMENTS`
  [[nodiscard]] Finished run(std::vector<std::string> arguments) const;

  /// `plumbline COMMAND MANIFESTS --secrets STORE ARGUMENTS`, for plan and apply. The ownership tag of the Workers is
  /// plumbline=test/default, unless the arguments name another instance.
  [[nodiscard]] Finished run_on_manifests(const std::string& command, std::vector<std::string> arguments = {}) const;

  /// The same, not waited for.
  [[nodiscard]] std::unique_ptr<Process> start_on_manifests(const std::string& command,
                                                            std::vector<std::string> arguments = {}) const;

  /// Applies without asking. Throws std::runtime_error, with what was printed, if it does not succeed.
  Finished apply(std::vector<std::string> arguments = {}) const;

  /// The plan as JSON; throws std::runtime_error if there is none.
  [[nodiscard]] Json plan(std::vector<std::string> arguments = {}) const;

 private:
  [[nodiscard]] std::filesystem::path secrets() const { return folder() / "secrets"; }

  [[nodiscard]] Program program(std::vector<std::string> arguments) const;
  [[nodiscard]] std::vector<std::string> on_manifests(const std::string& command,
                                                      std::vector<std::string> arguments) const;

  TemporaryFolder folder_;
  SimulatorProcess simulator_;
  std::map<std::string, std::string> environment_;
};

/// The example Workers of the project, sorted by name.
std::vector<std::string> example_names();

/// Copies the example manifests.
void copy_examples(const std::filesystem::path& to);

/// `<name>.yaml` and `<name>.js` in `folder`: a Worker of one module. `spec` holds further lines of its spec, indented
/// by two spaces.
void write_worker(const std::filesystem::path& folder, const std::string& name, const std::string& spec = {});

}  // namespace plumbline::testing

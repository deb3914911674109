#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::daemon {

/// The environment variables of a process as a value, so that tests can provide their own.
class Environment {
 public:
  using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

  explicit Environment(Lookup lookup) : lookup_(std::move(lookup)) {}

  /// The environment of this process.
  static Environment of_process();

  /// An environment with exactly these variables.
  static Environment of(std::map<std::string, std::string> variables);

  /// The value of a variable. An empty one counts as unset, as in the XDG base directory specification.
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const;

 private:
  Lookup lookup_;
};

/// systemd's `$STATE_DIRECTORY`, or else `${XDG_STATE_HOME:-~/.local/state}/plumbline`; without a home a relative path.
std::string state_folder(const Environment& environment);

/// systemd's `$CACHE_DIRECTORY`, or else `${XDG_CACHE_HOME:-~/.cache}/plumbline`.
std::string cache_folder(const Environment& environment);

}  // namespace plumbline::daemon

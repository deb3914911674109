#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::manifests {

/// The names that wrangler looks for, in the order in which it prefers them.
inline constexpr std::array<std::string_view, 3> kWranglerNames{"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

/// Where a build tool says, from the folder of a project, which config is to be deployed.
inline constexpr std::string_view kWranglerRedirect = ".wrangler/deploy/config.json";

/// Which files of a source are wrangler configs, by their names: wrangler's own, and those that the source names, which
/// wrangler reads with `--config`.
class WranglerNames {
 public:
  /// `named` are globs from the root of the source, which is SourceTree::prefix(). One without a slash is a name in any
  /// folder.
  WranglerNames(std::vector<std::string> named, std::string_view prefix);

  /// Whether `path` has a name of wrangler's own.
  static bool is_own(std::string_view path);

  /// Whether the source names `path`, and wrangler would not find it by itself. Such a config stands alone: what is
  /// beside it neither replaces nor redirects it.
  [[nodiscard]] bool is_named(std::string_view path) const;

  [[nodiscard]] bool is_config(std::string_view path) const { return is_own(path) || is_named(path); }

  /// Whether `path` is a config, a `.wrangler/deploy/config.json`, or a part of a Build Output.
  [[nodiscard]] bool is_for_wrangler(std::string_view path) const;

  /// The globs of the source, from its repository.
  [[nodiscard]] const std::vector<std::string>& named() const { return named_; }

  /// Whether one of them means `path`.
  static bool means(std::string_view glob, std::string_view path);

 private:
  std::vector<std::string> named_;
};

/// Whether `path` is a `.wrangler/deploy/config.json`.
bool is_wrangler_redirect(std::string_view path);

/// Whether `path` has the name of a config that somebody gives to wrangler with `--config`: `wrangler.production.toml`,
/// `wrangler-staging.jsonc`. Examples, templates and schemas have not.
bool may_be_other_config(std::string_view path);

}  // namespace plumbline::manifests

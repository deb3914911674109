#pragma once

#include <string>
#include <string_view>

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// A wrangler config as one environment sees it. Inheritable fields come from `env.NAME`, or else from the top level;
/// the others come only from `env.NAME`
/// (https://developers.cloudflare.com/workers/wrangler/configuration/#environments). Returned nodes point into the
/// config.
class WranglerEnvironment {
 public:
  /// `name` is empty for the top level. `root` must outlive this.
  WranglerEnvironment(const YamlNode& root, std::string name);

  /// The value of an inheritable field, or nullptr.
  [[nodiscard]] const YamlNode* inherited(std::string_view field) const;

  /// The value of a field that is not inheritable, or nullptr.
  [[nodiscard]] const YamlNode* own(std::string_view field) const;

  [[nodiscard]] const YamlNode& root() const { return root_; }

  /// The value of a field that only the top level has, or nullptr.
  [[nodiscard]] const YamlNode* top(std::string_view field) const { return root_.find(field); }

  /// The Worker's name: `name`, or `<name of the top level>-<environment>`; empty if there is none.
  [[nodiscard]] std::string worker_name() const;
  /// Where that name is written; nullptr if there is none.
  [[nodiscard]] const YamlNode* name_node() const;

  /// Reports errors and warnings about the environment itself: it does not exist, or it lacks fields that it does not
  /// inherit.
  void check(Report& report) const;

 private:
  void check_presence(Report& report) const;
  void warn_of_missing(Report& report) const;
  void warn_of_missing_names(std::string_view field, const YamlNode& above, const YamlNode& here, Report& report) const;

  const YamlNode& root_;
  const YamlNode* env_ = nullptr;  ///< `env.NAME`, if the file has it
  std::string name_;
};

}  // namespace plumbline::manifests

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/documents/yaml.h"

/// `kind: Defaults`, whose spec is merged under the Workers below its folder, and the overlays of environments.
namespace plumbline::manifests {

/// One document of `kind: Defaults`. Nodes of `spec` point at `path`, so the object must not be moved.
struct DefaultsLayer {
  std::string path;
  std::string id;        ///< of the file; see TreeEntry
  SourceLocation where;  ///< of its kind
  YamlNode spec;         ///< a layer, with `environments`
  bool broken = false;   ///< it has an error, so the Workers below it are broken as well
};

/// All Defaults that apply to one folder, the nearest last.
struct FolderDefaults {
  std::string key;                     ///< identifies the files; equal keys mean equal defaults
  YamlNode spec;                       ///< merged, without `environments`; null if there are none
  std::vector<YamlNode> environments;  ///< one for each Defaults, upper folders first
  bool broken = false;
};

/// The Defaults of a source, by folder.
class DefaultsTree {
 public:
  /// Adds a layer. Returns false if its folder has one already; the Workers below are then broken, because it is
  /// unclear which of the two applies.
  bool add(std::shared_ptr<const DefaultsLayer> layer);

  /// Records that `folder` has, or may have, a Defaults that cannot be read: the Workers below it are broken.
  void doubt(std::string_view folder) { doubted_.emplace(folder); }

  /// The defaults for files in `folder`, after all layers have been added. Never null.
  std::shared_ptr<const FolderDefaults> at(std::string_view folder);

 private:
  std::shared_ptr<const FolderDefaults> none_ = std::make_shared<const FolderDefaults>();
  std::map<std::string, std::shared_ptr<const DefaultsLayer>, std::less<>> layers_;
  std::set<std::string, std::less<>> doubted_;
  std::map<std::string, std::shared_ptr<const FolderDefaults>, std::less<>> known_;
};

/// A Worker's spec after its layers were merged.
struct LayeredSpec {
  YamlNode spec;                          ///< without `environments`
  std::optional<YamlEntry> environments;  ///< those of the Worker's own manifest, as written
  std::optional<YamlNode> name;           ///< the environment's name for the Worker
  bool absent = false;                    ///< the Worker is not in this environment
};

/// Merges `spec`, a map, over `defaults`, then over both the entries for `environment` (empty: none) in their
/// `environments`.
LayeredSpec merge_layers(const FolderDefaults& defaults, YamlNode spec, std::string_view environment);

}  // namespace plumbline::manifests

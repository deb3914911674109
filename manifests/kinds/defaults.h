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

/// `kind: Defaults`, what lies under the Workers below a folder, and overlays of environments.
namespace plumbline::manifests {

/// One document of `kind: Defaults`. Nodes of `spec` point at `path`: an object stays where it is.
struct DefaultsLayer {
  std::string path;
  std::string id;        ///< of the file; see TreeEntry
  SourceLocation where;  ///< of its kind
  YamlNode spec;         ///< a layer, with `environments`
  bool broken = false;   ///< it has an error, so that nobody knows what the Workers below should be
};

/// Every Defaults that holds for one folder, the nearest last.
struct FolderDefaults {
  std::string key;                     ///< which files they are; equal keys are equal defaults
  YamlNode spec;                       ///< merged, without `environments`; null if there are none
  std::vector<YamlNode> environments;  ///< those of each Defaults, upper folders first
  bool broken = false;
};

/// The Defaults of a source, by folder.
class DefaultsTree {
 public:
  /// False if the folder of `layer` has one already; then nobody knows which of the two holds, and
  /// what is below is broken.
  bool add(std::shared_ptr<const DefaultsLayer> layer);

  /// Says that `folder` has, or may have, a Defaults that cannot be read: what is below is broken.
  void doubt(std::string_view folder) { doubted_.emplace(folder); }

  /// What holds for files in `folder`, after all layers have been added. Never null.
  std::shared_ptr<const FolderDefaults> at(std::string_view folder);

 private:
  std::shared_ptr<const FolderDefaults> none_ = std::make_shared<const FolderDefaults>();
  std::map<std::string, std::shared_ptr<const DefaultsLayer>, std::less<>> layers_;
  std::set<std::string, std::less<>> doubted_;
  std::map<std::string, std::shared_ptr<const FolderDefaults>, std::less<>> known_;
};

/// What a Worker is after its layers are merged.
struct LayeredSpec {
  YamlNode spec;                          ///< without `environments`
  std::optional<YamlEntry> environments;  ///< those of the Worker's own manifest, as they were written
  std::optional<YamlNode> name;           ///< what the environment calls the Worker
  bool absent = false;                    ///< the Worker is not in this environment
};

/// Merges `spec`, a map, over `defaults`, and over both what each of them says of `environment`
/// (empty: nothing) in its `environments`.
LayeredSpec merge_layers(const FolderDefaults& defaults, YamlNode spec, std::string_view environment);

}  // namespace plumbline::manifests

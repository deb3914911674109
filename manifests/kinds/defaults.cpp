#include "manifests/kinds/defaults.h"

#include <algorithm>
#include <utility>

#include "manifests/kinds/merge.h"
#include "manifests/sources/paths.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kEnvironments = "environments";

// Removes the field `key` from a map and returns it.
std::optional<YamlEntry> take(YamlNode& map, std::string_view key) {
  const auto found =
      std::ranges::find(map.entries, key, [](const YamlEntry& e) -> const std::string& { return e.key.text; });
  if (found == map.entries.end()) return std::nullopt;
  YamlEntry entry = std::move(*found);
  map.entries.erase(found);
  return entry;
}

FolderDefaults stacked(const FolderDefaults& upper, const DefaultsLayer& layer) {
  FolderDefaults both{.key = upper.key + layer.id + ' ' + layer.path + '\n',
                      .environments = upper.environments,
                      .broken = upper.broken || layer.broken};
  YamlNode spec = layer.spec;
  if (auto environments = take(spec, kEnvironments)) both.environments.push_back(std::move(environments->value));
  both.spec = merge(upper.spec, spec, Nulls::remove);
  return both;
}

// Collects the overlays of one environment, upper folders first.
class Overlays {
 public:
  explicit Overlays(std::string_view environment) : environment_(environment) {}

  void add(const YamlNode& environments) {
    const YamlNode* overlay = environments.find(environment_);
    if (overlay == nullptr) return;
    absent_ = overlay->kind == YamlKind::null;
    if (absent_) overlays_.clear();
    if (overlay->kind == YamlKind::map) overlays_.push_back(*overlay);
  }

  void apply_to(LayeredSpec& layered) {
    layered.absent = absent_;
    for (YamlNode& overlay : overlays_) {
      if (auto name = take(overlay, "name")) layered.name = std::move(name->value);
      layered.spec = merge(std::move(layered.spec), overlay, Nulls::remove);
    }
  }

 private:
  std::string_view environment_;
  std::vector<YamlNode> overlays_;
  bool absent_ = false;
};

}  // namespace

bool DefaultsTree::add(std::shared_ptr<const DefaultsLayer> layer) {
  const std::string folder(folder_of(layer->path));
  if (layers_.emplace(folder, std::move(layer)).second) return true;
  doubt(folder);
  return false;
}

std::shared_ptr<const FolderDefaults> DefaultsTree::at(std::string_view folder) {
  if (layers_.empty() && doubted_.empty()) return none_;
  if (const auto known = known_.find(folder); known != known_.end()) return known->second;
  auto upper = folder.empty() ? none_ : at(folder_of(folder));
  const auto layer = layers_.find(folder);
  const bool doubted = doubted_.contains(folder);
  if (layer != layers_.end() || doubted) {
    FolderDefaults both = layer != layers_.end() ? stacked(*upper, *layer->second) : *upper;
    if (doubted) {
      both.broken = true;
      both.key += '?';
    }
    upper = std::make_shared<const FolderDefaults>(std::move(both));
  }
  known_.emplace(folder, upper);
  return upper;
}

LayeredSpec merge_layers(const FolderDefaults& defaults, YamlNode spec, std::string_view environment) {
  // If the spec as a whole lacks something, the error belongs at the spec.
  const YamlNode place{.line = spec.line, .column = spec.column, .file = spec.file};
  LayeredSpec layered{.environments = take(spec, kEnvironments)};
  const bool has_defaults = defaults.spec.kind == YamlKind::map;
  layered.spec = has_defaults ? merge(defaults.spec, spec, Nulls::remove_if_there) : std::move(spec);
  if (!environment.empty()) {
    Overlays overlays(environment);
    for (const YamlNode& environments : defaults.environments) overlays.add(environments);
    if (layered.environments) overlays.add(layered.environments->value);
    overlays.apply_to(layered);
  }
  layered.spec.line = place.line;
  layered.spec.column = place.column;
  layered.spec.file = place.file;
  return layered;
}

}  // namespace plumbline::manifests

#include "manifests/edit/written_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::manifests {
namespace {

using Path = std::vector<std::string>;

// The last node on the way along `path`, and how much of the path leads to it.
struct WayTo {
  const YamlNode* node = nullptr;
  std::size_t depth = 0;
};

WayTo way_along(const YamlNode& from, const Path& path) {
  WayTo reached{&from, 0};
  while (reached.depth < path.size()) {
    const auto* next = reached.node->find(path[reached.depth]);
    if (next == nullptr) break;
    reached = {next, reached.depth + 1};
  }
  return reached;
}

// Whether a layer says something of the value: the value itself, or what is no map in its way.
const YamlNode* stated_by(const YamlNode* layer, const Path& path) {
  if (layer == nullptr || layer->kind == YamlKind::null) return nullptr;
  const auto reached = way_along(*layer, path);
  const bool decides = reached.depth == path.size() || (reached.depth > 0 && reached.node->kind != YamlKind::map);
  return decides ? reached.node : nullptr;
}

// Whether values of the source stand in it; `$${` is a text.
bool is_filled_in(const YamlNode& node) {
  if (node.kind == YamlKind::scalar) {
    for (auto at = node.text.find("${"); at != std::string::npos; at = node.text.find("${", at + 1)) {
      if (at == 0 || node.text[at - 1] != '$') return true;
    }
    return false;
  }
  return std::ranges::any_of(node.items, is_filled_in) ||
         std::ranges::any_of(node.entries, [](const YamlEntry& entry) { return is_filled_in(entry.value); });
}

class ManifestFinder {
 public:
  ManifestFinder(const WrittenWorker& worker, const AcceptedValue& value) : worker_(worker), value_(value) {}

  Result<WrittenPlace, NotAccepted> find(const YamlNode& root) {
    const auto* spec = root.find("spec");
    if (spec == nullptr || spec->kind != YamlKind::map) return refuse(root, "the manifest has no spec");
    if (const auto* stated = in_environments(*spec)) {
      return refuse(*stated, fmt::format("it comes from the environment {}", worker_.environment));
    }
    const auto* below = worker_.defaults ? stated_by(&worker_.defaults->spec, value_.path) : nullptr;
    const auto reached = way_along(*spec, value_.path);
    const bool there = reached.depth == value_.path.size();
    // What both say may be a list or a text in which the manifest wins, or a map to which each adds.
    const bool removes = value_.how == AcceptedValue::How::remove;
    if (below != nullptr && (!there || removes || below->kind == YamlKind::map)) {
      return refuse(*below, there ? "it stands in Defaults as well" : "it comes from Defaults");
    }
    if (!there && reached.depth > 0 && reached.node->kind != YamlKind::map && reached.node->kind != YamlKind::null) {
      return refuse(*reached.node, "it is written in another form");
    }
    // What is added to a list leaves its other items as they are.
    const bool adds = value_.how == AcceptedValue::How::add_item;
    const bool concerned = (there && !adds) || reached.node->kind == YamlKind::scalar;
    if (concerned && is_filled_in(*reached.node)) return refuse(*reached.node, "it comes from a ${}");
    WrittenPlace place{{"spec"}, there ? reached.node : nullptr};
    place.path.insert(place.path.end(), value_.path.begin(), value_.path.end());
    return place;
  }

 private:
  std::unexpected<NotAccepted> refuse(const YamlNode& at, std::string message) const {
    const auto& file = at.file != nullptr ? *at.file : worker_.file;
    return std::unexpected(NotAccepted{value_.what, {file, at.line, at.column}, std::move(message)});
  }

  [[nodiscard]] const YamlNode* in_environment(const YamlNode* environments) const {
    return environments == nullptr ? nullptr : stated_by(environments->find(worker_.environment), value_.path);
  }

  [[nodiscard]] const YamlNode* in_environments(const YamlNode& spec) const {
    if (worker_.environment.empty()) return nullptr;
    if (const auto* own = in_environment(spec.find("environments"))) return own;
    if (!worker_.defaults) return nullptr;
    for (const auto& environments : worker_.defaults->environments) {
      if (const auto* stated = in_environment(&environments)) return stated;
    }
    return nullptr;
  }

  const WrittenWorker& worker_;
  const AcceptedValue& value_;
};

}  // namespace

const YamlNode* find_path(const YamlNode& root, const std::vector<std::string>& path) {
  const auto reached = way_along(root, path);
  return reached.depth == path.size() ? reached.node : nullptr;
}

Result<WrittenPlace, NotAccepted> place_in_manifest(const WrittenWorker& worker, const YamlNode& root,
                                                    const AcceptedValue& value) {
  return ManifestFinder(worker, value).find(root);
}

}  // namespace plumbline::manifests

#include "manifests/kinds/merge.h"

#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace plumbline::manifests {
namespace {

// Merges the entries of one map. An index keeps the cost of two large maps proportional to their sizes.
class MapMerger {
 public:
  MapMerger(std::vector<YamlEntry> entries, Nulls nulls) : entries_(std::move(entries)), nulls_(nulls) {
    removed_.resize(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].key.text, i);
  }

  void add(const YamlEntry& entry) {
    const auto found = index_.find(entry.key.text);
    if (found == index_.end()) {
      if (entry.value.kind == YamlKind::null && nulls_ == Nulls::remove) return;
      added_.push_back({entry.key, merge({}, entry.value, nulls_)});
    } else if (entry.value.kind == YamlKind::null) {
      removed_[found->second] = true;
    } else {
      YamlEntry& target = entries_[found->second];
      target.value = merge(std::move(target.value), entry.value, nulls_);
      target.key = entry.key;
    }
  }

  std::vector<YamlEntry> take() {
    std::vector<YamlEntry> out;
    out.reserve(entries_.size() + added_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!removed_[i]) out.push_back(std::move(entries_[i]));
    }
    for (YamlEntry& entry : added_) out.push_back(std::move(entry));
    return out;
  }

 private:
  std::vector<YamlEntry> entries_;
  std::vector<YamlEntry> added_;
  std::vector<bool> removed_;
  std::unordered_map<std::string, std::size_t> index_;
  Nulls nulls_;
};

}  // namespace

YamlNode merge(YamlNode target, const YamlNode& patch, Nulls nulls) {
  if (patch.kind != YamlKind::map) return patch;
  MapMerger merger(target.kind == YamlKind::map ? std::move(target.entries) : std::vector<YamlEntry>{}, nulls);
  for (const YamlEntry& entry : patch.entries) merger.add(entry);
  YamlNode merged{.kind = YamlKind::map, .line = patch.line, .column = patch.column, .file = patch.file};
  merged.entries = merger.take();
  return merged;
}

void set_file(YamlNode& node, const std::string* file) {
  node.file = file;
  for (YamlNode& item : node.items) set_file(item, file);
  for (auto& [key, value] : node.entries) {
    key.file = file;
    set_file(value, file);
  }
}

}  // namespace plumbline::manifests

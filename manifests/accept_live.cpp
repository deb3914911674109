#include "manifests/accept_live.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "manifests/kinds/manifest.h"
#include "manifests/sources/paths.h"

namespace plumbline::manifests {
namespace {

using How = AcceptedValue::How;

// A source in which some files hold other bytes.
class EditedTree final : public SourceTree {
 public:
  EditedTree(std::shared_ptr<const SourceTree> tree, const std::map<std::string, std::string>& files)
      : tree_(std::move(tree)), files_(files) {
    std::vector<TreeEntry> entries;
    entries.reserve(tree_->entries().size());
    for (const auto& entry : tree_->entries()) {
      const auto changed = files_.find(entry.path);
      entries.push_back(entry);
      if (changed == files_.end()) continue;
      entries.back().id.clear();
      entries.back().size = changed->second.size();
    }
    entries_ = SharedList<TreeEntry>(entries);
  }

  [[nodiscard]] std::string revision() const override { return tree_->revision(); }
  [[nodiscard]] const std::string& prefix() const override { return tree_->prefix(); }
  [[nodiscard]] const SharedList<TreeEntry>& entries() const override { return entries_; }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const override { return tree_->unread(); }
  [[nodiscard]] const std::vector<std::string>& skipped() const override { return tree_->skipped(); }
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override {
    const auto changed = files_.find(std::string(path));
    if (changed == files_.end()) return tree_->read(path, cap);
    if (changed->second.size() > cap) return fail("the file is too large");
    return changed->second;
  }
  [[nodiscard]] TreeLimits limits() const override { return tree_->limits(); }

 private:
  std::shared_ptr<const SourceTree> tree_;
  const std::map<std::string, std::string>& files_;
  SharedList<TreeEntry> entries_;
};

// Only folders above a manifest count, and only few files of them are Defaults.
DefaultsTree defaults_above(const SourceTree& tree, const std::string& file) {
  DefaultsTree defaults;
  for (const auto& entry : tree.entries()) {
    const auto folder = folder_of(entry.path);
    const bool above = folder.empty() || file.starts_with(std::string(folder) + "/");
    const bool readable =
        entry.path.ends_with(".yaml") || entry.path.ends_with(".yml") || entry.path.ends_with(".json");
    if (!above || !readable || entry.size > kMaxManifestBytes) continue;
    const auto text = tree.read(entry.path, kMaxManifestBytes);
    if (!text || !may_be_manifest(*text)) continue;
    for (auto& layer : parse_defaults(entry, *text)) defaults.add(std::move(layer));
  }
  return defaults;
}

// --- whether a Worker says a value after it was written

const Json* at_path(const JsonObject& settings, const std::vector<std::string>& path) {
  const auto* value = member(settings, path.front());
  for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) value = member(*value, path[i]);
  return value;
}

bool is_nothing(const Json* value) {
  if (value == nullptr || value->is_null()) return true;
  const auto* object = value->if_object();
  const auto* array = value->if_array();
  return (object != nullptr && object->empty()) || (array != nullptr && array->empty());
}

bool says_setting(const DesiredWorker& worker, const AcceptedValue& value) {
  const auto* stated = at_path(worker.settings, value.path);
  if (value.how == How::remove) return is_nothing(stated);
  return stated != nullptr ? equal(*stated, value.value) : is_nothing(&value.value);
}

template <class Item>
bool says_item(const std::optional<std::vector<Item>>& items, const AcceptedValue& value, std::string Item::* name,
               std::string_view key) {
  const auto wanted = value.how == How::add_item ? string_member(value.value, key) : view(value.value.get_string());
  const bool there =
      items && std::ranges::any_of(*items, [&](const Item& item) { return iequals(item.*name, wanted); });
  return there == (value.how == How::add_item);
}

bool says_schedules(const DesiredWorker& worker, const AcceptedValue& value) {
  if (!worker.schedules) return value.how == How::remove;
  return value.how == How::set && equal(JsonArray(worker.schedules->begin(), worker.schedules->end()), value.value);
}

bool says(const DesiredWorker& worker, const AcceptedValue& value) {
  const auto& field = value.path.front();
  if (field == "routes") return says_item(worker.routes, value, &DesiredRoute::pattern, "pattern");
  if (field == "domains") return says_item(worker.domains, value, &DesiredDomain::hostname, "hostname");
  if (field == "schedules") return says_schedules(worker, value);
  if (field != "subdomain") return says_setting(worker, value);
  const auto* stated = worker.subdomain && value.path.size() == 2 ? member(*worker.subdomain, value.path[1]) : nullptr;
  return stated != nullptr && equal(*stated, value.value);
}

class LiveAccepter {
 public:
  LiveAccepter(std::shared_ptr<const SourceTree> tree, const LoadOptions& options,
               const std::vector<AcceptedWorker>& workers)
      : tree_(std::move(tree)), options_(options), workers_(workers) {}

  AcceptedFiles run() {
    for (const auto& worker : workers_) write(worker);
    if (!out_.files.empty()) read_again();
    return std::move(out_);
  }

 private:
  void refuse(const AcceptedWorker& worker, const AcceptedValue& value, SourceLocation where, std::string message) {
    out_.refused.push_back({worker.name, {value.what, std::move(where), std::move(message)}});
  }

  void refuse_all(const AcceptedWorker& worker, const std::string& message) {
    for (const auto& value : worker.values) refuse(worker, value, {worker.where.file}, message);
  }

  void write(const AcceptedWorker& worker) {
    const auto& file = worker.where.file;
    const auto original = tree_->read(file, kMaxManifestBytes);
    if (!original) return refuse_all(worker, original.error().message);
    // Lines move, documents do not.
    const auto document = document_at(worker.where, *original, worker.written_as);
    if (!document) return refuse_all(worker, "the file has no such Worker");
    const auto known = out_.files.find(file);
    const auto& text = known != out_.files.end() ? known->second : *original;
    WrittenWorker written{.file = file,
                          .document = *document,
                          .written_as = worker.written_as,
                          .environment = options_.environment,
                          .name_suffix = options_.name_suffix};
    // What the layers say points into the tree of Defaults.
    auto defaults = defaults_above(*tree_, file);
    written.defaults = defaults.at(folder_of(file));
    auto accepted = accept_values(written, text, worker.values);
    for (auto& one : accepted.refused) {
      refused_.emplace(worker.name, one.what);
      out_.refused.push_back({worker.name, std::move(one)});
    }
    if (accepted.text != text) out_.files[file] = std::move(accepted.text);
  }

  void read_again() {
    auto options = options_;
    options.cache = nullptr;
    const auto tree = std::make_shared<EditedTree>(tree_, out_.files);
    const auto state = load_manifests(tree, options);
    std::set<std::string> unfaithful;
    for (const auto& worker : workers_) {
      if (!is_faithful(worker, state)) unfaithful.insert(worker.where.file);
    }
    for (const auto& worker : workers_) {
      if (unfaithful.contains(worker.where.file)) take_back(worker);
    }
  }

  [[nodiscard]] bool is_refused(const AcceptedWorker& worker, const AcceptedValue& value) const {
    return refused_.contains({worker.name, value.what});
  }

  [[nodiscard]] bool is_faithful(const AcceptedWorker& worker, const DesiredState& state) const {
    if (!out_.files.contains(worker.where.file)) return true;
    const auto found = std::ranges::find(state.workers, worker.name, &DesiredWorker::name);
    if (found == state.workers.end()) return false;
    return std::ranges::all_of(
        worker.values, [&](const AcceptedValue& value) { return is_refused(worker, value) || says(*found, value); });
  }

  void take_back(const AcceptedWorker& worker) {
    out_.files.erase(worker.where.file);
    for (const auto& value : worker.values) {
      if (is_refused(worker, value)) continue;
      refuse(worker, value, {worker.where.file},
             "with it the file would not say exactly what is live: write it by hand");
    }
  }

  std::shared_ptr<const SourceTree> tree_;
  const LoadOptions& options_;
  const std::vector<AcceptedWorker>& workers_;
  std::set<std::pair<std::string, std::string>> refused_;  ///< Worker, AcceptedValue::what
  AcceptedFiles out_;
};

}  // namespace

AcceptedFiles accept_live(const std::shared_ptr<const SourceTree>& tree, const LoadOptions& options,
                          const std::vector<AcceptedWorker>& workers) {
  return LiveAccepter(tree, options, workers).run();
}

}  // namespace plumbline::manifests

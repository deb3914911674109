#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/digest.h"
#include "manifests/documents/worker_names.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "tests/fuzz/fuzz.h"

// A whole source: the input is its files, each after a line `=== PATH`.
namespace plumbline::fuzz {
namespace {

class InMemoryTree final : public manifests::SourceTree {
 public:
  explicit InMemoryTree(std::string_view input) {
    std::string* file = &files_["worker.yaml"];
    while (!input.empty()) {
      const auto line = take_line(input);
      if (line.starts_with("=== ")) {
        file = &files_[std::string(line.substr(4))];
      } else {
        file->append(line).append("\n");
      }
    }
    for (const auto& [path, bytes] : files_) {
      entries_.push_back({.path = path, .id = sha256_hex(bytes), .size = bytes.size()});
    }
  }

  [[nodiscard]] std::string revision() const override { return "fuzz"; }
  [[nodiscard]] const SharedList<manifests::TreeEntry>& entries() const override { return entries_; }
  [[nodiscard]] const std::vector<manifests::UnreadEntry>& unread() const override { return unread_; }
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail("no such file");
    if (found->second.size() > cap) return fail("too large");
    return found->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> files_{};
  SharedList<manifests::TreeEntry> entries_{};
  std::vector<manifests::UnreadEntry> unread_{};
};

void check(const manifests::DesiredWorker& worker, const manifests::SourceTree& tree) {
  require(!manifests::worker_name_problem(worker.name) || !manifests::wrangler_name_problem(worker.name),
          "a Worker has a name that the API or wrangler takes");
  require(!worker.modules.empty(), "a Worker has code");
  for (const auto& module : worker.modules) {
    require(manifests::read_module(tree, module).has_value(), "its modules can be read, with their digests");
  }
  require(!worker.settings.contains("annotations"), "annotations are not the manifest's");
}

std::string texts(const manifests::DesiredState& state) {
  std::string out;
  for (const auto& diagnostic : state.diagnostics) out += to_text(diagnostic) + "\n";
  for (const auto& worker : state.workers) out += worker.name + to_canonical_text(worker.settings) + "\n";
  return out;
}

}  // namespace

void run(std::string_view input) {
  const auto tree = std::make_shared<const InMemoryTree>(input);
  manifests::ParseCache cache;
  const auto state = manifests::load_manifests(tree, {.cache = &cache});
  std::set<std::string> names;
  for (const auto& worker : state.workers) {
    check(worker, *tree);
    require(names.insert(worker.name).second, "a name occurs once");
    require(std::ranges::count(state.broken_names, worker.name) == 0, "and is not broken as well");
  }
  require(state.broken_names.empty() || has_errors(state.diagnostics), "what is broken is reported");
  require(texts(manifests::load_manifests(tree, {.cache = &cache})) == texts(state), "the cache changes nothing");
}

}  // namespace plumbline::fuzz

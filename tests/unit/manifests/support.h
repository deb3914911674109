#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::manifests::test {

/// A folder of its own, removed at the end.
class TempFolder {
 public:
  [[nodiscard]] std::string path(std::string_view name = {}) const;
  /// Writes a file, with the folders above it.
  void write(std::string_view name, std::string_view bytes) const;

 private:
  testing::TemporaryFolder folder_;
};

/// Runs git without the machine's configuration; throws if it fails. Returns what it prints,
/// without the newline at the end.
std::string git(const std::string& folder, std::vector<std::string> arguments);

/// `git add` of everything and `git commit`; the id of the commit.
std::string commit_all(const std::string& folder, const std::string& message);

/// A source in memory. Ids are given to files on demand, as git does.
class FakeTree final : public SourceTree {
 public:
  enum class Ids { none, by_content };

  explicit FakeTree(std::map<std::string, std::string> files, Ids ids = Ids::none, TreeLimits limits = {});

  [[nodiscard]] std::string revision() const override { return "fake"; }
  [[nodiscard]] const SharedList<TreeEntry>& entries() const override { return entries_; }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const override { return unread_; }
  [[nodiscard]] TreeLimits limits() const override { return limits_; }
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override;

  void add_unread(UnreadEntry entry);
  /// How many reads there have been.
  [[nodiscard]] int reads() const { return reads_; }

 private:
  std::map<std::string, std::string> files_;
  SharedList<TreeEntry> entries_;
  std::vector<UnreadEntry> unread_;
  TreeLimits limits_;
  mutable int reads_ = 0;
};

/// Loads a source in memory.
DesiredState load(std::map<std::string, std::string> files, const LoadOptions& options = {});

/// A manifest of the Worker `w` in the file `w.yaml`, whose spec is `spec` (indented by two spaces,
/// with a newline at its end), beside a file `index.js`.
DesiredState load_spec(std::string_view spec);

/// The settings of that Worker, which must load without a diagnostic; `spec` is what stands beside `main`.
std::string settings_of(std::string_view spec);

/// What is wrong with the manifest of load_spec().
std::string errors_of_spec(std::string_view spec);

/// What is wrong with one field beside `main`, which stands in line 6.
std::string errors_of_field(std::string_view field);

/// The manifest of a Worker with the code `i.js`; `spec` is as in load_spec() and begins in line 6, `metadata` begins
/// with a comma.
std::string worker(std::string_view name, std::string_view spec, std::string_view metadata = {});

/// The manifest of a Worker whose spec is these members of a map, in one line: `main: index.js, logpush: true`.
std::string worker_with(std::string_view name, std::string_view members);

/// A wrangler config of the Worker `w` with these members beside name, main and date.
std::string config_with(std::string_view members);

/// The Worker of `a/w.yaml` with that spec, beside `a/i.js` and `a/public/index.html`; it must load without a
/// diagnostic.
DesiredWorker read_worker(std::string_view spec);

/// What is wrong with that Worker, if it is in `w.yaml`.
std::string errors_of_worker(std::string_view spec, std::string_view metadata = {});

/// One diagnostic a line, as a person sees them.
std::string texts(const std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests::test

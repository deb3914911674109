#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_list.h"

namespace plumbline::manifests {

/// A regular file of a source.
struct TreeEntry {
  std::string path;  ///< relative to the root of the source, `/` between names
  std::string id;    ///< git: the blob's id, equal ids are equal bytes. Folder: empty
  std::uint64_t size = 0;
};

/// What a source holds and nobody reads.
struct UnreadEntry {
  enum class Kind : std::uint8_t {
    link,        ///< symbolic, never followed
    submodule,   ///< of another repository
    special,     ///< a device, a pipe, a socket
    name,        ///< not UTF-8, or with control characters
    unreadable,  ///< refused by the system
  };
  std::string path;  ///< as TreeEntry::path, but for a name that is not accepted: its bytes
  Kind kind = Kind::link;
  std::string target;  ///< of a link, as it is written; empty if it is not known
  std::string reason;  ///< of what is unreadable
};

/// How much of a source is read: manifests and the files that they name. Checked against sizes, before
/// bytes are read.
struct TreeLimits {
  std::size_t files = 10'000;
  std::uint64_t bytes = 256ULL * 1024 * 1024;
};

/// A snapshot of a source: what a commit or a folder holds. Read-only. Paths never leave the root,
/// symlinks and submodules are never followed.
class SourceTree {
 public:
  virtual ~SourceTree() = default;

  /// `main@sha1:<40 hex>`, or `folder`.
  [[nodiscard]] virtual std::string revision() const = 0;

  /// Every regular file below the root, sorted by path, without `.git`, `node_modules` and
  /// `.wrangler` (but for `.wrangler/deploy/config.json`). What else there is (symlinks, submodules,
  /// devices, unreadable folders) is in unread().
  [[nodiscard]] virtual const SharedList<TreeEntry>& entries() const = 0;

  /// What is there and is never read, sorted by path.
  [[nodiscard]] virtual const std::vector<UnreadEntry>& unread() const = 0;

  /// The bytes of a file; at most `cap` of them, more is an error. Thread-safe.
  [[nodiscard]] virtual Result<std::string> read(std::string_view path, std::uint64_t cap) const = 0;

  /// Whether read() has failed for bytes that the source should have: a mirror that is to be made afresh. Thread-safe.
  [[nodiscard]] virtual bool is_damaged() const { return false; }

  /// What load_manifests may read of this source.
  [[nodiscard]] virtual TreeLimits limits() const { return {}; }
};

/// A folder, of which no link is followed and nothing outside is read, whatever happens on disk meanwhile. `path`
/// itself may be a link.
Result<std::unique_ptr<SourceTree>> open_folder(const std::string& path, TreeLimits limits = {});

/// The tree of `commit` (40 hex digits) in a bare repository, below `subfolder` (empty: all of it).
/// `label` is the branch or tag that is shown in revision(). Goes on working while a fetch rewrites
/// the repository. `before`, a tree of the same repository and subfolder or nullptr: folders that are
/// the same there are not walked again, and their entries are shared.
Result<std::unique_ptr<SourceTree>> open_commit(const std::string& repository, const std::string& commit,
                                                const std::string& subfolder, const std::string& label,
                                                TreeLimits limits = {}, const SourceTree* before = nullptr);

}  // namespace plumbline::manifests

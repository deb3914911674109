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
  std::string path;  ///< relative to the repository, and so begins with SourceTree::prefix(); `/` between names
  std::string id;    ///< git: the blob's id; equal ids mean equal bytes. Folder: empty
  std::uint64_t size = 0;
};

/// Something in a source that is never read.
struct UnreadEntry {
  enum class Kind : std::uint8_t {
    link,        ///< a symbolic link; never followed
    submodule,   ///< a submodule, which belongs to another repository
    special,     ///< a device, a pipe, a socket
    name,        ///< a name that is not UTF-8, or holds control characters
    unreadable,  ///< the system refuses to open it
  };
  std::string path;  ///< as TreeEntry::path; for a name that is not accepted: its bytes
  Kind kind = Kind::link;
  std::string target;  ///< of a link, as written; empty if unknown
  std::string reason;  ///< why it is unreadable
};

/// How much of a source may be read: manifests, and the files that they name. Checked against sizes before bytes are
/// read.
struct TreeLimits {
  std::size_t files = 10'000;
  std::uint64_t bytes = 256ULL * 1024 * 1024;
};

/// A read-only snapshot of a source: the content of a commit or a folder, or what lies below a folder of these. Paths
/// never leave the root; symbolic links and submodules are never followed.
class SourceTree {
 public:
  virtual ~SourceTree() = default;

  /// `main@sha1:<40 hex digits>`, `sha1:<40 hex digits>`, or `folder`.
  [[nodiscard]] virtual std::string revision() const = 0;

  /// The root of the source within its repository: `workers`; empty if it is all of it. All paths begin with it, so
  /// that they are what a person sees there.
  [[nodiscard]] virtual const std::string& prefix() const {
    static const std::string none;
    return none;
  }

  /// Every regular file below the root, sorted by path. Left out are `.git`, `node_modules` and `.wrangler` (except
  /// `.wrangler/deploy/config.json`). Everything else (symbolic links, submodules, devices, unreadable folders) is in
  /// unread().
  [[nodiscard]] virtual const SharedList<TreeEntry>& entries() const = 0;

  /// Everything that is there but never read, sorted by path.
  [[nodiscard]] virtual const std::vector<UnreadEntry>& unread() const = 0;

  /// The folders `node_modules` that were not looked into, sorted by path.
  [[nodiscard]] virtual const std::vector<std::string>& skipped() const {
    static const std::vector<std::string> none;
    return none;
  }

  /// The bytes of a file. An error if there are more than `cap`, or if the file cannot be read. Thread-safe. Blocks;
  /// for the pool.
  [[nodiscard]] virtual Result<std::string> read(std::string_view path, std::uint64_t cap) const = 0;

  /// Whether read() has failed for bytes that the source should have. The mirror must then be made again. Thread-safe.
  [[nodiscard]] virtual bool is_damaged() const { return false; }

  /// How much load_manifests() may read of this source.
  [[nodiscard]] virtual TreeLimits limits() const { return {}; }
};

/// Where a folder lies, and what its files are a state of.
struct FolderPlace {
  std::string prefix;               ///< SourceTree::prefix()
  std::string revision = "folder";  ///< SourceTree::revision()
};

/// Opens a folder. No link in it is followed and nothing outside is read, whatever happens on disk meanwhile; only
/// `path` itself may be a link. Blocks; for the pool.
Result<std::unique_ptr<SourceTree>> open_folder(const std::string& path, TreeLimits limits = {},
                                                FolderPlace place = {});

/// Opens the tree of `commit` (40 hex digits) in a bare repository, below `subfolder` (empty: all of it). `label` is
/// the branch or tag that revision() shows. The tree keeps working while a fetch rewrites the repository. `before` is a
/// tree of the same repository and subfolder, or nullptr: folders that have not changed since are not walked again, and
/// their entries are shared. It is needed only during the call. Blocks; for the pool.
Result<std::unique_ptr<SourceTree>> open_commit(const std::string& repository, const std::string& commit,
                                                const std::string& subfolder, const std::string& label,
                                                TreeLimits limits = {}, const SourceTree* before = nullptr);

}  // namespace plumbline::manifests

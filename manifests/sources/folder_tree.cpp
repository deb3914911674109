#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "manifests/sources/descriptor.h"
#include "manifests/sources/source_tree.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

// PATH_MAX of Linux.
constexpr std::size_t kLongestTarget = 4096;

// Lists one folder after the other; each is opened from the root again, so that nothing that is
// moved meanwhile leads outside.
class FolderWalk {
 public:
  FolderWalk(const Descriptor& root, const std::string& prefix, TreeListing& listing)
      : root_(root), prefix_(prefix), listing_(listing) {}

  Result<void> run() {
    pending_.emplace_back();
    while (!pending_.empty()) {
      const std::string folder = std::move(pending_.back());
      pending_.pop_back();
      if (auto listed = list(folder); !listed) {
        if (folder.empty()) return listed;
        listing_.add_unread(unreadable(path_in(prefix_, folder), listed.error().message));
      }
      if (listing_.is_full()) {
        return fail(fmt::format("the folder holds more than {} files", TreeListing::kMaxEntries));
      }
    }
    listing_.finish();
    return {};
  }

 private:
  Result<void> list(const std::string& folder) {
    auto opened = open_beneath(root_, folder.empty() ? "." : folder, Target::folder, Links::refuse);
    if (!opened) return std::unexpected(opened.error());
    const auto stream = open_stream(*std::move(opened));
    if (!stream) return std::unexpected(stream.error());
    while (!listing_.is_full()) {
      errno = 0;
      const dirent* entry = ::readdir(stream->get());
      if (entry == nullptr && errno != 0) return fail(error_text(errno));
      if (entry == nullptr) break;
      add(::dirfd(stream->get()), folder, entry->d_name);
    }
    return {};
  }

  void add(int descriptor, const std::string& folder, const char* name) {
    const std::string_view text(name);
    if (text == "." || text == ".." || listing_.skips(folder_in_repository(folder), text)) return;
    if (!listing_.accepts_name(folder_in_repository(folder), text)) return;
    std::string path = path_in(folder_in_repository(folder), text);
    struct stat status{};
    if (::fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) listing_.add_unread(unreadable(std::move(path), error_text(errno)));
    } else if (S_ISDIR(status.st_mode)) {
      add_folder(path_in(folder, text));
    } else if (S_ISREG(status.st_mode)) {
      listing_.add({.path = std::move(path), .size = static_cast<std::uint64_t>(status.st_size)});
    } else if (S_ISLNK(status.st_mode)) {
      listing_.add_unread({.path = std::move(path), .kind = Kind::link, .target = target_of(descriptor, name)});
    } else {
      listing_.add_unread({.path = std::move(path), .kind = Kind::special});
    }
  }

  using Kind = UnreadEntry::Kind;

  static UnreadEntry unreadable(std::string path, std::string reason) {
    return {.path = std::move(path), .kind = Kind::unreadable, .reason = std::move(reason)};
  }

  // The target of a link, without following it; empty if it cannot be read.
  static std::string target_of(int descriptor, const char* name) {
    std::string target(kLongestTarget, '\0');
    const auto length = ::readlinkat(descriptor, name, target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return target;
  }

  void add_folder(std::string folder) {
    if (static_cast<std::size_t>(std::ranges::count(folder, '/')) >= TreeListing::kMaxDepth) {
      return listing_.add_unread(unreadable(folder_in_repository(folder), "too many folders inside one another"));
    }
    pending_.push_back(std::move(folder));
  }

  [[nodiscard]] std::string folder_in_repository(const std::string& folder) const {
    return folder.empty() ? prefix_ : path_in(prefix_, folder);
  }

  const Descriptor& root_;
  const std::string& prefix_;
  TreeListing& listing_;
  std::vector<std::string> pending_;  // folders, from the root that is walked
};

class FolderTree final : public SourceTree {
 public:
  FolderTree(Descriptor root, TreeListing listing, TreeLimits limits, FolderPlace place)
      : root_(std::move(root)), listing_(std::move(listing)), limits_(limits), place_(std::move(place)) {}

  [[nodiscard]] std::string revision() const override { return place_.revision; }
  [[nodiscard]] const std::string& prefix() const override { return place_.prefix; }
  [[nodiscard]] const SharedList<TreeEntry>& entries() const override { return listing_.entries(); }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const override { return listing_.unread(); }
  [[nodiscard]] const std::vector<std::string>& skipped() const override { return listing_.skipped(); }
  [[nodiscard]] TreeLimits limits() const override { return limits_; }

  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override {
    const TreeEntry* entry = listing_.find(path);
    if (entry == nullptr) return fail(fmt::format("there is no file \"{}\"", path));
    auto file = open_beneath(root_, std::string(below_root(*this, entry->path)), Target::file, Links::refuse);
    if (!file) {
      return fail(fmt::format("\"{}\" cannot be read: {}", path, file.error().message));
    }
    return read_all(*file, cap, entry->path);
  }

 private:
  Descriptor root_;
  TreeListing listing_;
  TreeLimits limits_;
  FolderPlace place_;
};

}  // namespace

Result<std::unique_ptr<SourceTree>> open_folder(const std::string& path, TreeLimits limits, FolderPlace place) {
  auto root = open_root(path);
  if (!root) return std::unexpected(root.error());
  TreeListing listing;
  if (auto walked = FolderWalk(*root, place.prefix, listing).run(); !walked) {
    return std::unexpected(walked.error());
  }
  return std::make_unique<FolderTree>(*std::move(root), std::move(listing), limits, std::move(place));
}

}  // namespace plumbline::manifests

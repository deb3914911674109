#include "manifests/sources/walk_beneath.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

// The number of links that the kernel follows (path_resolution(7)).
constexpr int kMostLinks = 40;

Descriptor failed(int error) {
  errno = error;
  return {};
}

class Walk {
 public:
  Walk(int root, int flags, Links links) : root_(root), flags_(flags | O_NOFOLLOW | O_CLOEXEC), links_(links) {}

  Descriptor open(std::string_view path) {
    if (!add(path)) return failed(EXDEV);
    while (!ahead_.empty()) {
      const std::string name = std::exchange(ahead_.back(), {});
      ahead_.pop_back();
      if (name == "..") {
        // `..` is never left to the kernel, because a folder that was moved meanwhile has another parent.
        if (way_.empty()) return failed(EXDEV);
        way_.pop_back();
        continue;
      }
      Descriptor opened(::openat(here(), name.c_str(), ahead_.empty() ? flags_ : kFolderFlags));
      if (!opened.valid()) {
        if (!follow(name)) return {};
        continue;
      }
      if (ahead_.empty()) return opened;
      way_.push_back(std::move(opened));
    }
    return Descriptor(::openat(here(), ".", flags_));
  }

 private:
  static constexpr int kFolderFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

  [[nodiscard]] int here() const { return way_.empty() ? root_ : way_.back().get(); }

  // Puts the names of a path in front of those still ahead. Returns false for an absolute path.
  bool add(std::string_view path) {
    if (path.starts_with('/')) return false;
    for (const std::string_view name : split(path, '/') | std::views::reverse) {
      if (!name.empty() && name != ".") ahead_.emplace_back(name);
    }
    return true;
  }

  // Continues after a name that could not be opened with the target of its link. Returns false, with errno, if it is
  // not a link or must not be followed.
  bool follow(const std::string& name) {
    const int error = errno;
    // A link gives ELOOP, or ENOTDIR if a folder was wanted.
    if (error != ELOOP && error != ENOTDIR) return false;
    std::array<char, PATH_MAX> target{};
    const auto length = ::readlinkat(here(), name.c_str(), target.data(), target.size());
    errno = error;
    if (length < 0) return false;
    errno = ELOOP;
    if (links_ == Links::refuse || ++followed_ > kMostLinks) return false;
    errno = EXDEV;
    return add({target.data(), static_cast<std::size_t>(length)});
  }

  int root_;
  int flags_;
  Links links_;
  int followed_ = 0;
  std::vector<Descriptor> way_;     ///< the folders from the root to here
  std::vector<std::string> ahead_;  ///< names still to be walked, the next one last
};

}  // namespace

Descriptor walk_beneath(const Descriptor& folder, const std::string& path, int flags, Links links) {
  return Walk(folder.get(), flags, links).open(path);
}

}  // namespace plumbline::manifests

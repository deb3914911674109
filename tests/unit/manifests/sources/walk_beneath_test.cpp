#include "manifests/sources/walk_beneath.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::TempFolder;

constexpr int kFlags = O_RDONLY | O_NONBLOCK;

// The bytes of what was opened, `folder`, or the errno.
std::string what(const Descriptor& opened) {
  if (!opened.valid()) return std::to_string(errno);
  const auto bytes = read_all(opened, 1000, "file");
  return bytes ? *bytes : "folder";
}

std::string walked(const TempFolder& folder, const std::string& path, Links links, int flags) {
  const auto root = open_root(folder.path());
  return what(walk_beneath(*root, path, flags, links));
}

// The model: what the kernel makes of it.
std::string opened(const TempFolder& folder, const std::string& path, Links links, int flags) {
  const auto root = open_root(folder.path());
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  return what(Descriptor(static_cast<int>(::syscall(SYS_openat2, root->get(), path.c_str(), &how, sizeof how))));
}

// A folder with every kind of way in it, and with ways out of it.
void furnish(const TempFolder& folder, const TempFolder& outside) {
  outside.write("secret", "outside");
  folder.write("file", "a file");
  folder.write("sub/deep/file", "a deep file");
  const auto link = [&folder](const std::string& to, const std::string& name) {
    std::filesystem::create_symlink(to, folder.path(name));
  };
  link("file", "link");
  link("link", "link-to-link");
  link("sub", "folder-link");
  link("../file", "sub/up");
  link("../../folder-link/deep", "sub/deep/around");
  link("nowhere", "dangling");
  link("loop", "loop");
  link(outside.path("secret"), "absolute");
  link(outside.path(""), "folder-absolute");
  link("../" + std::filesystem::path(outside.path("")).parent_path().filename().string() + "/secret", "relative");
  link("sub/../../file", "over");
}

}  // namespace

TEST_CASE("a walk beneath a folder opens what the kernel opens beneath it, and refuses the same") {
  const TempFolder folder;
  const TempFolder outside;
  furnish(folder, outside);
  if (opened(folder, "file", Links::refuse, kFlags) != "a file") {
    MESSAGE("openat2 is not allowed here: nothing to compare with");
    return;
  }
  for (const auto links : {Links::refuse, Links::follow_inside}) {
    for (const int flags : {kFlags, kFlags | O_DIRECTORY}) {
      for (const auto* path : {".",
                               "file",
                               "sub",
                               "sub/.",
                               "sub/deep/file",
                               "sub//deep/file",
                               "./file",
                               "sub/../file",
                               "..",
                               "../x",
                               "sub/../..",
                               "sub/../../file",
                               "/",
                               "/etc/passwd",
                               "link",
                               "link-to-link",
                               "folder-link",
                               "folder-link/deep/file",
                               "sub/up",
                               "sub/deep/around/file",
                               "sub/deep/around/around/file",
                               "dangling",
                               "loop",
                               "absolute",
                               "folder-absolute",
                               "folder-absolute/secret",
                               "relative",
                               "over",
                               "file/x",
                               "none",
                               "none/x",
                               "link/x"}) {
        CAPTURE(path);
        CAPTURE(flags);
        CAPTURE((links == Links::refuse));
        CHECK(walked(folder, path, links, flags) == opened(folder, path, links, flags));
      }
    }
  }
}

TEST_CASE("a walk beneath a folder finds files and refuses what leads out") {
  const TempFolder folder;
  const TempFolder outside;
  furnish(folder, outside);
  CHECK(walked(folder, "sub/deep/file", Links::refuse, kFlags) == "a deep file");
  CHECK(walked(folder, "sub/deep/around/file", Links::follow_inside, kFlags) == "a deep file");
  CHECK(walked(folder, "link-to-link", Links::follow_inside, kFlags) == "a file");
  CHECK(walked(folder, "link", Links::refuse, kFlags) == std::to_string(ELOOP));
  CHECK(walked(folder, "folder-link/deep/file", Links::refuse, kFlags) == std::to_string(ELOOP));
  for (const auto* way_out : {"..", "absolute", "folder-absolute/secret", "relative", "over", "/etc/passwd"}) {
    CAPTURE(way_out);
    CHECK(walked(folder, way_out, Links::follow_inside, kFlags) == std::to_string(EXDEV));
  }
  CHECK(walked(folder, "loop", Links::follow_inside, kFlags) == std::to_string(ELOOP));
}

}  // namespace plumbline::manifests

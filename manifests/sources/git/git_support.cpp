#include "manifests/sources/git/git_support.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

// Whoever starts libgit2 has mbedTLS parse all CAs of the system, which is most of what a short command costs. Nobody
// connects by mbedTLS: the fetch child brings streams of its own (git_tls.h), and nothing else of us connects by
// libgit2. What the program defines is found before what a library does, so this is what libgit2 calls: mbedTLS trusts
// nobody.
extern "C" [[gnu::visibility("default"), gnu::used]] int mbedtls_x509_crt_parse_file(void* /*chain*/,
                                                                                     const char* /*path*/) {
  return 0;
}

namespace plumbline::manifests {
namespace {

// Limits for all repositories of the process together.
constexpr std::size_t kOpenPacks = 32;
constexpr std::size_t kMappedWindow = 32ULL * 1024 * 1024;
constexpr std::size_t kMappedAtOnce = 512ULL * 1024 * 1024;
constexpr ssize_t kCachedObjects = 32LL * 1024 * 1024;

class GitLibrary {
 public:
  GitLibrary() {
    if (git_libgit2_init() < 0) throw std::runtime_error("libgit2 does not start");
    for (const int level :
         {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA}) {
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    }
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // By default the library keeps every pack open that it has read from, as long as its repository is open.
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, kOpenPacks);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, kMappedWindow);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, kMappedAtOnce);
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, kCachedObjects);
  }
};

}  // namespace

void start_git() {
  // Options of the library belong to the process and are not synchronised: they are set before the
  // first use, and the library is never shut down.
  static const GitLibrary library;
}

std::string git_failure() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "unknown failure of git";
}

Result<GitRepository> open_bare(const std::string& path) {
  start_git();
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, path.c_str()) < 0) {
    return fail(fmt::format("the repository \"{}\" cannot be opened: {}", path, git_failure()));
  }
  return GitRepository(repository);
}

std::string to_hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

std::string revision_of(const std::string& commit, const std::string& label) {
  return (label.empty() ? std::string() : label + '@') + "sha1:" + commit;
}

}  // namespace plumbline::manifests

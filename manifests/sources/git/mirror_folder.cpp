#include "manifests/sources/git/mirror_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <thread>
#include <vector>

#include "base/digest.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLockPause{20};
constexpr std::chrono::hours kRetryCompaction{24};
constexpr std::chrono::hours kLookAgain{1};
constexpr std::size_t kIdBytes = 20;  // of the id of an object

void remove_folder(const std::string& folder) {
  std::error_code ignored;  // if a removal matters, it fails again there, with a reason
  fs::remove_all(folder, ignored);
}

std::string failure_mark(const std::string& mirror) {
  return mirror + ".large";
}

// It goes with the mirror when that is replaced.
std::string whole_mark(const std::string& mirror, const std::string& reference) {
  return mirror + "/whole/" + reference;
}

// Whether the file was written within that time; a time in the future says nothing.
bool is_younger(const std::string& file, std::chrono::hours than) {
  std::error_code none;
  const auto written = fs::last_write_time(file, none);
  if (none) return false;
  const auto age = fs::file_time_type::clock::now() - written;
  return age < than && age >= -std::chrono::minutes(1);
}

std::string ssh_home(const std::string& mirror) {
  return mirror + ".home";
}

// Locks of references, and the temporary files of libgit2 (`pack_git2_a1b2c3`).
bool is_unfinished(const fs::path& file) {
  return file.extension() == ".lock" || file.filename().string().contains("_git2_");
}

}  // namespace

Result<Descriptor> lock_mirror(const std::string& mirror, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const std::string path = mirror + ".lock";
  std::error_code error;
  fs::create_directories(fs::absolute(path).parent_path(), error);
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) {
    return fail(fmt::format("the lock \"{}\" cannot be opened: {}", path, error_text(errno)));
  }
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail(error_text(errno));
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(fmt::format("another fetch works on the mirror \"{}\"", mirror));
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

std::string fresh_folder(const std::string& mirror) {
  return mirror + ".fresh";
}

Result<std::string> make_ssh_home(const std::string& mirror, const std::string& known_hosts) {
  const fs::path home = fs::absolute(ssh_home(mirror));
  std::error_code error;
  fs::create_directories(home / ".ssh", error);
  std::ofstream file(home / ".ssh/known_hosts", std::ios::binary);
  file << known_hosts;
  file.close();
  if (!file) return fail(fmt::format("the folder \"{}\" cannot be written", home.string()));
  return home.string();
}

bool has_failed_lately(const std::string& mirror) {
  return is_younger(failure_mark(mirror), kRetryCompaction);
}

void mark_failed(const std::string& mirror) {
  std::ofstream(failure_mark(mirror)) << "the mirror could not be made small\n";
}

void unmark_failed(const std::string& mirror) {
  std::error_code ignored;
  fs::remove(failure_mark(mirror), ignored);
}

bool was_whole_lately(const std::string& mirror, const std::string& reference) {
  return is_younger(whole_mark(mirror, reference), kLookAgain);
}

void note_whole(const std::string& mirror, const std::string& reference) {
  const std::string mark = whole_mark(mirror, reference);
  std::error_code ignored;  // without the mark it is asked again at the next fetch
  fs::create_directory(mirror + "/whole", ignored);
  std::ofstream(mark, std::ios::trunc) << "all of it is here\n";
}

void remove_debris(const std::string& mirror) {
  remove_folder(fresh_folder(mirror));
  remove_folder(ssh_home(mirror));
  std::error_code error;
  fs::recursive_directory_iterator files(mirror, error);
  for (; !error && files != fs::recursive_directory_iterator(); files.increment(error)) {
    std::error_code ignored;
    if (is_unfinished(files->path())) fs::remove(files->path(), ignored);
  }
}

Result<void> rename_packs(const std::string& mirror) {
  std::error_code error;
  std::map<std::string, std::string> new_names;  // a pack has several files
  std::vector<fs::path> files;
  const fs::path folder = fs::path(fresh_folder(mirror)) / "objects/pack";
  for (fs::directory_iterator file(folder, error); !error && file != fs::directory_iterator(); file.increment(error)) {
    files.push_back(file->path());
    new_names.emplace(file->path().stem().string(), std::string());
  }
  for (auto& [old_name, new_name] : new_names) {
    new_name = "pack-" + random_hex(kIdBytes);
  }
  for (const auto& file : files) {
    if (!error) fs::rename(file, folder / (new_names[file.stem().string()] + file.extension().string()), error);
  }
  if (error) return fail(fmt::format("the packs in \"{}\" cannot be renamed: {}", folder.string(), error.message()));
  return {};
}

Result<void> replace_mirror(const std::string& mirror) {
  const std::string fresh = fresh_folder(mirror);
  const auto rename = [&](unsigned flags) {
    return ::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, mirror.c_str(), flags) == 0;
  };
  if (rename(RENAME_NOREPLACE)) return {};
  if (errno == EEXIST && rename(RENAME_EXCHANGE)) {
    remove_folder(fresh);  // which is the old one now
    return {};
  }
  return fail(fmt::format("the mirror \"{}\" cannot be replaced: {}", mirror, error_text(errno)));
}

}  // namespace plumbline::manifests

#include "daemon/commands/check_machine.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/descriptor.h"
#include "daemon/commands/check_judgements.h"
#include "reconciler/journal/file_lock.h"

namespace plumbline::daemon {
namespace {

namespace fs = std::filesystem;

// The part of the path that exists; the rest can be made where that can be written.
fs::path existing_part(fs::path path) {
  std::error_code error;
  while (!path.empty() && path.has_relative_path() && !fs::exists(path, error)) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

std::string obstacle_at(const fs::path& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) return {};
  return path.string() + ": " + error_text(errno);
}

JournalFacts journal_facts(const std::string& path) {
  JournalFacts facts{.path = path};
  std::error_code error;
  // A lock file that is not there is held by nobody, and must not be made.
  if (const auto lock = path + ".lock"; fs::exists(lock, error)) facts.holder = reconciler::FileLock(lock).holder();
  const auto folder = existing_part(fs::path(path).parent_path());
  if (fs::exists(path, error)) facts.obstacle = obstacle_at(path);
  // Its write-ahead log is made anew beside it.
  if (facts.obstacle.empty()) facts.obstacle = obstacle_at(folder);
  if (const auto space = fs::space(folder, error); !error) facts.free = space.available;
  return facts;
}

}  // namespace

CheckRows check_machine(const std::string& journal_path) {
  CheckRows rows{judge_journal(journal_facts(journal_path))};
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) rows.push_back(judge_open_files(files.rlim_cur));
  return rows;
}

}  // namespace plumbline::daemon

#include "tests/support/git_repository.h"

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/files.h"
#include "tests/support/process.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> environment_in(const fs::path& folder) {
  const char* path = std::getenv("PATH");
  return {{"PATH", path != nullptr ? path : "/usr/bin:/bin"},
          {"HOME", folder.string()},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_TERMINAL_PROMPT", "0"}};
}

}  // namespace

GitRepository::GitRepository(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directories(work_tree());
  git({"init", "--quiet", "--initial-branch=main", "."});
  git({"init", "--quiet", "--bare", "--initial-branch=main", remote().string()});
  git({"remote", "add", "origin", remote().string()});
}

void GitRepository::write(const fs::path& file, std::string_view bytes) const {
  write_file(work_tree() / file, bytes);
}

void GitRepository::remove(const fs::path& file) const {
  if (fs::remove_all(work_tree() / file) == 0) throw std::runtime_error("there is no " + file.string());
}

void GitRepository::copy_from(const fs::path& folder) const {
  fs::copy(folder, work_tree(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

std::string GitRepository::commit(const std::string& message) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "--message", message});
  git({"push", "--quiet", "origin", "main"});
  return git({"rev-parse", "HEAD"});
}

std::string GitRepository::rewrite_last_commit(const std::string& message) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--amend", "--allow-empty", "--message", message});
  git({"push", "--quiet", "--force", "origin", "main"});
  return git({"rev-parse", "HEAD"});
}

void GitRepository::tag(const std::string& name) const {
  git({"tag", "--force", name});
  git({"push", "--quiet", "--force", "origin", "refs/tags/" + name});
}

std::string GitRepository::git(std::vector<std::string> arguments) const {
  Program program{
      .file = "git",
      .arguments = {"-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"},
      .environment = environment_in(folder_),
      .working_folder = work_tree(),
      .output_folder = folder_ / "git-output"};
  program.arguments.insert(program.arguments.end(), arguments.begin(), arguments.end());
  auto finished = run_to_end(program);
  if (finished.exit_code != 0) throw std::runtime_error("git failed: " + finished.err);
  while (finished.out.ends_with('\n')) finished.out.pop_back();
  return finished.out;
}

}  // namespace plumbline::testing

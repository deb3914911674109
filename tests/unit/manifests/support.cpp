#include "support.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

namespace plumbline::manifests::test {
namespace {

std::string read_to_end(int fd) {
  std::string out;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string TempFolder::path(std::string_view name) const {
  return name.empty() ? folder_.path().string() : folder_.file(std::string(name));
}

void TempFolder::write(std::string_view name, std::string_view bytes) const {
  const std::filesystem::path file = folder_.path() / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string git(const std::string& folder, std::vector<std::string> arguments) {
  std::vector<std::string> command{"git",
                                   "-C",
                                   folder,
                                   "-c",
                                   "user.name=Test",
                                   "-c",
                                   "user.email=test@example.com",
                                   "-c",
                                   "protocol.file.allow=always"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<std::string, 3> environment{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "PATH=/usr/bin:/bin"};
  std::array<char*, 4> envp{environment[0].data(), environment[1].data(), environment[2].data(), nullptr};
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int spawned = ::posix_spawnp(&child, "git", &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  std::string out = read_to_end(pipe[0]);
  ::close(pipe[0]);
  int status = -1;
  if (spawned == 0) ::waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("git " + arguments.front() + " failed");
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string commit_all(const std::string& folder, const std::string& message) {
  git(folder, {"add", "--all", "--force"});
  git(folder, {"commit", "--quiet", "--allow-empty", "--message", message});
  return git(folder, {"rev-parse", "HEAD"});
}

FakeTree::FakeTree(std::map<std::string, std::string> files, Ids ids, TreeLimits limits)
    : files_(std::move(files)), limits_(limits) {
  for (const auto& [path, bytes] : files_) {
    entries_.push_back(
        {.path = path, .id = ids == Ids::by_content ? sha256_hex(bytes) : std::string(), .size = bytes.size()});
  }
}

Result<std::string> FakeTree::read(std::string_view path, std::uint64_t cap) const {
  ++reads_;
  const auto found = files_.find(std::string(path));
  if (found == files_.end()) return fail("no such file");
  if (found->second.size() > cap) return fail("too large");
  return found->second;
}

void FakeTree::add_unread(UnreadEntry entry) {
  unread_.push_back(std::move(entry));
  std::ranges::sort(unread_, {}, &UnreadEntry::path);
}

DesiredState load(std::map<std::string, std::string> files, const LoadOptions& options) {
  return load_manifests(std::make_shared<FakeTree>(std::move(files)), options);
}

DesiredState load_spec(std::string_view spec) {
  const std::string manifest =
      "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec:\n" + std::string(spec);
  return load({{"w.yaml", manifest}, {"index.js", "export default {}"}});
}

std::string settings_of(std::string_view spec) {
  const auto state = load_spec("  main: index.js\n" + std::string(spec));
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  return to_text(Json(state.workers[0].settings));
}

std::string errors_of_spec(std::string_view spec) {
  return texts(load_spec(spec).diagnostics);
}

std::string errors_of_field(std::string_view field) {
  return errors_of_spec("  main: index.js\n  " + std::string(field) + "\n");
}

std::string worker(std::string_view name, std::string_view spec, std::string_view metadata) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) +
         std::string(metadata) + "}\nspec:\n  main: i.js\n" + std::string(spec);
}

std::string worker_with(std::string_view name, std::string_view members) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) + "}\nspec: {" +
         std::string(members) + "}\n";
}

std::string config_with(std::string_view members) {
  return R"({"name": "w", "main": "index.js", "compatibility_date": "2026-01-01", )" + std::string(members) + "}";
}

DesiredWorker read_worker(std::string_view spec) {
  auto state = load({{"a/w.yaml", worker("w", spec)}, {"a/i.js", "x"}, {"a/public/index.html", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  return state.workers[0];
}

std::string errors_of_worker(std::string_view spec, std::string_view metadata) {
  return texts(load({{"w.yaml", worker("w", spec, metadata)}, {"i.js", "x"}, {"public/index.html", "x"}}).diagnostics);
}

std::string texts(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += to_text(diagnostic) + '\n';
  return out;
}

}  // namespace plumbline::manifests::test

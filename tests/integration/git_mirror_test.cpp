#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "manifests/sources/source_tree.h"
#include "tests/support/fetch.h"
#include "tests/support/files.h"
#include "tests/support/git_servers.h"

/// What becomes of a mirror that is fetched into again and again.
namespace plumbline::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

enum class Shape { history, roots };

/// A bare repository with commits to which its branch is moved, and a mirror of it.
struct World {
  explicit World(int commits, Shape shape = Shape::history) {
    git({"init", "--quiet", "--bare", "--initial-branch=main", remote().string()});
    std::string stream;
    for (int i = 0; i < commits; ++i) {
      const auto text = text_of(i);
      // Each commit of its own branch has no parent.
      stream += fmt::format(
          "commit refs/heads/{}\nmark :{}\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n"
          "M 100644 inline a.yaml\ndata {}\n{}\n",
          shape == Shape::roots ? fmt::format("root-{}", i) : "history", i + 1, text.size(), text);
    }
    const auto marks = (folder.path() / "marks").string();
    git({"-C", remote().string(), "fast-import", "--quiet", "--export-marks=" + marks}, stream);
    ids.resize(static_cast<std::size_t>(commits));
    std::ifstream file(marks);
    for (std::string mark, id; file >> mark >> id;) ids.at(std::stoul(mark.substr(1)) - 1) = id;
    // libgit2 takes all that a repository on this machine has a reference to.
    const auto references = git({"-C", remote().string(), "for-each-ref", "--format=delete %(refname)"});
    git({"-C", remote().string(), "update-ref", "--stdin"}, references);
  }

  static std::string text_of(int i) { return fmt::format("text {} of many", i); }
  [[nodiscard]] fs::path remote() const { return folder.path() / "remote.git"; }
  [[nodiscard]] std::string mirror() const { return (folder.path() / "mirrors/m.git").string(); }

  std::string git(std::vector<std::string> arguments, std::string input = {}) const {
    return run_tool(folder.path(), "/usr/bin/git", std::move(arguments), std::move(input));
  }

  /// Moves the branch there.
  void push(std::size_t i) const { git({"-C", remote().string(), "update-ref", "refs/heads/main", ids[i]}); }

  [[nodiscard]] manifests::FetchRequest request() const {
    return {.url = "file://" + remote().string(),
            .ref = "refs/heads/main",
            .mirror = mirror(),
            .deadline = 60s,
            .program = PLUMBLINE_BINARY};
  }

  /// Pushes and fetches the commits one by one.
  void fetch_each(const manifests::FetchRequest& how) const {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      push(i);
      const auto fetched = fetch(how);
      REQUIRE_MESSAGE(fetched, fetched.error().message);
      REQUIRE(fetched->commit == ids[i]);
    }
  }

  /// The file at a commit, out of the mirror.
  [[nodiscard]] std::string content(std::size_t i) const {
    const auto tree = manifests::open_commit(mirror(), ids[i], "", "main");
    return tree ? (*tree)->read("a.yaml", 100).value_or("unreadable") : "gone";
  }

  [[nodiscard]] std::vector<fs::path> packs() const {
    std::vector<fs::path> packs;
    for (const auto& file : fs::directory_iterator(fs::path(mirror()) / "objects/pack")) {
      if (file.path().extension() == ".pack") packs.push_back(file.path());
    }
    return packs;
  }

  TemporaryFolder folder;
  std::vector<std::string> ids;
};

/// Descriptors of this process that are packs.
std::size_t open_packs() {
  std::size_t count = 0;
  for (const auto& link : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(link.path(), gone).string().contains(".pack")) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a mirror is made small by a fetch that brings nothing, and readers go on undisturbed") {
  const World world(20);
  world.fetch_each(world.request());
  CHECK(world.packs().size() == 20);
  const auto reader = manifests::open_commit(world.mirror(), world.ids[3], "", "main").value();
  const auto fetched = fetch(world.request());
  REQUIRE(fetched);
  CHECK(fetched->commit == world.ids.back());
  CHECK(fetched->warning.empty());
  CHECK(world.packs().size() <= 3);
  CHECK(reader->read("a.yaml", 100).value() == World::text_of(3));
  for (std::size_t i = 0; i < world.ids.size(); ++i) CHECK(world.content(i) == World::text_of(static_cast<int>(i)));
  CHECK_FALSE(fs::exists(world.mirror() + ".fresh"));
  // It is fetched into as before.
  world.push(5);
  CHECK(fetch(world.request())->commit == world.ids[5]);
}

TEST_CASE("a mirror stays small where every fetch brings something, and so do the descriptors of who reads it") {
  const World world(110);
  std::vector<std::unique_ptr<manifests::SourceTree>> readers;
  std::size_t most = 0;
  for (std::size_t i = 0; i < world.ids.size(); ++i) {
    world.push(i);
    REQUIRE(fetch(world.request()));
    most = std::max(most, world.packs().size());
    readers.push_back(manifests::open_commit(world.mirror(), world.ids[i], "", "main").value());
    CHECK(readers.back()->read("a.yaml", 100).value() == World::text_of(static_cast<int>(i)));
  }
  CHECK(most < 60);
  CHECK(open_packs() <= 33);
  for (std::size_t i = 0; i < readers.size(); ++i) {
    CHECK(readers[i]->read("a.yaml", 100).value() == World::text_of(static_cast<int>(i)));
  }
}

TEST_CASE("what no branch reaches any more goes, but for what somebody has in force") {
  const World world(20, Shape::roots);
  auto request = world.request();
  request.source = "production";
  request.in_force = world.ids[2];
  world.fetch_each(request);
  REQUIRE(fetch(request));
  CHECK(world.packs().size() == 1);
  CHECK(world.content(2) == World::text_of(2));
  CHECK(world.content(19) == World::text_of(19));
  CHECK(world.content(7) == "gone");
}

TEST_CASE("a fetch that is killed while it makes a mirror small leaves one that can be used") {
  const World world(20);
  world.fetch_each(world.request());
  const auto last = world.ids.size() - 1;
  fs::rename(world.mirror(), world.mirror() + ".kept");
  for (const auto deadline : {30ms, 60ms, 90ms, 120ms, 150ms, 200ms, 250ms, 300ms, 400ms, 600ms}) {
    CAPTURE(deadline.count());
    fs::remove_all(world.mirror());
    fs::remove(world.mirror() + ".large");
    fs::copy(world.mirror() + ".kept", world.mirror(), fs::copy_options::recursive);
    auto request = world.request();
    request.deadline = deadline;
    const auto cut = fetch(request);
    CAPTURE(cut.has_value());  // a fast machine may be done before
    CHECK(world.content(0) == World::text_of(0));
    CHECK(world.content(last) == World::text_of(static_cast<int>(last)));
    const auto fetched = fetch(world.request());
    REQUIRE(fetched);
    CHECK(fetched->commit == world.ids[last]);
    CHECK_FALSE(fs::exists(world.mirror() + ".fresh"));
  }
}

TEST_CASE("a mirror that cannot be made small says so once, and is fetched into as before") {
  const World world(20);
  world.fetch_each(world.request());
  // An object of an early commit is damaged, which no newer one needs.
  auto packs = world.packs();
  std::ranges::sort(packs, {}, [](const fs::path& pack) { return fs::last_write_time(pack); });
  fs::permissions(packs.front(), fs::perms::owner_all);
  std::fstream file(packs.front(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(-25, std::ios::end);
  file << "XXXXX";
  file.close();
  const auto first = fetch(world.request());
  REQUIRE(first);
  CHECK(first->commit == world.ids.back());
  CHECK_MESSAGE(first->warning.contains("cannot be made small: "), first->warning);
  CHECK(world.packs().size() == 20);
  CHECK_FALSE(fs::exists(world.mirror() + ".fresh"));
  CHECK(fetch(world.request())->warning.empty());
  CHECK(world.content(19) == World::text_of(19));
}

}  // namespace plumbline::testing

#include "daemon/controller/folder_watch.h"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

namespace fs = std::filesystem;

// As the kubelet does it.
void swap(const fs::path& folder, const std::string& name) {
  fs::create_directory(folder / name);
  std::ofstream(folder / name / "token") << name;
  fs::create_symlink(name, folder / "..data_tmp");
  fs::rename(folder / "..data_tmp", folder / "..data");
}

struct Watching {
  Watching() {
    watch.watch({folder.path().string(), other.path().string(), "/nowhere/at/all"});
    boost::asio::co_spawn(io, watch.next(), [this](const std::exception_ptr&, std::optional<std::string> found) {
      ended = true;
      changed = std::move(found);
    });
    io.poll();
  }
  void run() {
    io.restart();
    io.poll();
  }

  testing::TemporaryFolder folder;
  testing::TemporaryFolder other;
  boost::asio::io_context io;
  FolderWatch watch{io.get_executor()};
  bool ended = false;
  std::optional<std::string> changed;
};

TEST_CASE("a folder whose content Kubernetes replaces is told") {
  Watching watching;
  swap(watching.other.path(), "..2026_1");
  watching.run();
  CHECK(watching.changed == watching.other.path().string());
}

TEST_CASE("a file that somebody writes is no sign") {
  Watching watching;
  std::ofstream(watching.folder.path() / "plumbline.yaml") << "half a li";
  watching.run();
  CHECK_FALSE(watching.ended);
}

TEST_CASE("a folder that is not watched any more is not told, and the end is an end") {
  Watching watching;
  watching.watch.watch({watching.folder.path().string()});
  swap(watching.other.path(), "..2026_1");
  watching.run();
  CHECK_FALSE(watching.ended);
  watching.watch.close();
  watching.run();
  CHECK(watching.ended);
  CHECK_FALSE(watching.changed);
}

}  // namespace
}  // namespace plumbline::daemon

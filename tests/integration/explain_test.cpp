#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

using namespace plumbline;
using namespace plumbline::testing;

namespace fs = std::filesystem;

namespace {

// A daemon that only reports drift, over a repository with a few Workers, and the commands that ask it.
struct Asked {
  Asked() {
    write_worker(repository.work_tree(), "shop",
                 "  routes: [{pattern: shop.example.com/*, zone: example.com}]\n"
                 "  bindings:\n"
                 "    AUTH: {type: service, service: auth}\n"
                 "    GREETING: {type: plain_text, text: hello} # kept\n");
    write_worker(repository.work_tree(), "auth");
    commit = repository.commit("first");
    daemon = std::make_unique<DaemonProcess>(workspace, repository.url(), DaemonSettings{.drift = "report"});
    REQUIRE(daemon->wait_until_applied(commit));
  }

  [[nodiscard]] Finished ask(std::vector<std::string> words) const {
    words.emplace_back("--server");
    words.push_back(fmt::format("http://127.0.0.1:{}", daemon->status_port()));
    return workspace.run(std::move(words));
  }
  // An edit in the dashboard that the daemon has seen.
  void edit() const {
    workspace.simulator().edit("shop", "set-var", "GREETING", "hi");
    REQUIRE(eventually([&] { return string_member(daemon->condition("Drifted"), "status") == "True"; }));
  }
  [[nodiscard]] std::string greeting() const {
    return std::string(string_member(workspace.simulator().binding("shop", "GREETING").at("fields"), "text"));
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  std::string commit;
  std::unique_ptr<DaemonProcess> daemon;
};

}  // namespace

TEST_CASE("explain says which Worker serves a URL, by which route, and where that comes from") {
  const Asked world;
  const auto served = world.ask({"explain", "https://shop.example.com/cart"});
  CHECK_MESSAGE(served.exit_code == 0, served.err);
  CHECK_MESSAGE(served.out.contains("shop.example.com/*"), served.out);
  CHECK(served.out.contains("shop.yaml"));
  CHECK(world.ask({"explain", "https://example.com/none"}).exit_code == 0);
  const auto json = parse_json(world.ask({"explain", "shop.example.com/cart", "-o", "json"}).out);
  REQUIRE(json);
  CHECK(string_member(*json, "outcome") == "worker");
  CHECK(string_member(*json, "worker") == "shop");
  CHECK(world.ask({"explain", "https:///"}).exit_code == 1);
}

TEST_CASE("explain says where a Worker comes from, what it binds and who binds it") {
  const Asked world;
  const auto shop = world.ask({"explain", "worker.shop"});
  CHECK_MESSAGE(shop.exit_code == 0, shop.err);
  CHECK_MESSAGE(shop.out.contains("shop.yaml"), shop.out);
  CHECK(shop.out.contains(world.commit));
  CHECK(shop.out.contains("auth"));
  CHECK(world.ask({"explain", "auth"}).out.contains("shop"));
  const auto none = world.ask({"explain", "none"});
  CHECK(none.exit_code == 1);
  CHECK(none.err.contains("has a Worker none"));
}

TEST_CASE("drift is shown with who made it, and accepted into the bytes of the manifest alone") {
  const Asked world;
  CHECK(world.ask({"drift", "production"}).out.contains("Nothing has drifted"));
  world.edit();
  const auto shown = world.ask({"drift", "production"});
  CHECK_MESSAGE(shown.out.contains("worker.shop  shop.yaml, by user@example.com"), shown.out);
  CHECK(shown.out.contains("binding GREETING  \"hello\" -> \"hi\""));
  CHECK(world.ask({"drift", "production", "shop", "--ignore"}).out.contains("ignore: [/bindings/GREETING]"));
  const auto file = world.repository.work_tree() / "shop.yaml";
  const auto before = read_file(file);
  const auto accepted = world.ask({"drift", "production", "--accept", world.repository.work_tree().string()});
  CHECK_MESSAGE(accepted.exit_code == 0, accepted.err);
  auto after = before;
  after.replace(after.find("text: hello}"), 12, "text: hi}");
  CHECK(read_file(file) == after);
  const auto second = world.repository.commit("what is live");
  CHECK(world.daemon->wait_until_applied(second));
  CHECK(world.greeting() == "hi");
  CHECK(eventually([&] { return world.ask({"drift", "production"}).out.contains("Nothing has drifted"); }));
}

TEST_CASE("a working copy that is not as the daemon knows it stays as it is") {
  const Asked world;
  world.edit();
  const auto file = world.repository.work_tree() / "shop.yaml";
  write_file(file, read_file(file) + "# edited\n");
  const auto before = read_file(file);
  const auto refused = world.ask({"drift", "production", "--accept", world.repository.work_tree().string()});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.contains("is not as in the revision"));
  CHECK(read_file(file) == before);
}

TEST_CASE("drift that is only reported is undone where a person asks for exactly that") {
  const Asked world;
  world.edit();
  const auto reverted = world.ask({"drift", "production", "--revert"});
  CHECK_MESSAGE(reverted.exit_code == 0, reverted.err);
  CHECK(eventually([&] { return world.greeting() == "hello"; }));
  CHECK(eventually([&] { return world.ask({"drift", "production"}).out.contains("Nothing has drifted"); }));
  CHECK(world.ask({"drift", "production", "--revert"}).exit_code == 1);
  // The next edit is only reported again.
  world.edit();
  REQUIRE(world.daemon->wait_for_passes(2));
  CHECK(world.greeting() == "hi");
}

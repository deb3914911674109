#include "daemon/controller/daemon.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "daemon/blocking.h"
#include "net/http_client.h"
#include "simulator/simulator.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/daemon/recorded_log.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

// A daemon over folders, and the simulator, in one process on one thread.
class World {
 public:
  World() {
    auto started = simulator::start_simulator(io_.get_executor(), {.listen = "127.0.0.1:0", .token = "right"});
    REQUIRE(started);
    simulator_ = std::move(*started);
    config_.instance = "edge";
    config_.budgets.emplace("main", BudgetConfig{.name = "main"});
    config_.accounts.emplace("main", AccountConfig{.name = "main",
                                                   .account_id = "023e105f4ecef8ad9ca31a8372d0c353",
                                                   .api_token = {ValueReference::Kind::env, "TOKEN"},
                                                   .budget = "main",
                                                   .api_base_url = origin() + "/client/v4"});
  }

  ~World() {
    if (daemon_) {
      daemon_->stop();
      run_until([this] { return end_.has_value(); });
    }
    run_until_done(io_, stop_simulator());
  }

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  SourceConfig& add_source(const std::string& name, milliseconds interval) {
    fs::create_directories(root_ / name);
    auto& source = config_.sources[name];
    source.name = name;
    source.repository = (root_ / name).string();
    source.account = "main";
    source.policy = reconciler::Prune::sync;
    source.drift = reconciler::DriftAction::heal;
    source.interval = interval;
    source.observe_interval = 50ms;
    return source;
  }

  void write_worker(const std::string& source, const std::string& name, const std::string& greeting = "hello") {
    const auto folder = root_ / source / name;
    fs::create_directories(folder);
    std::ofstream(folder / "index.js") << "export default { fetch() { return new Response('hi'); } };\n";
    std::ofstream(folder / "worker.yaml")
        << "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " << name
        << "}\nspec:\n  main: index.js\n  compatibility_date: 2026-10-01\n"
        << "  bindings: {GREETING: {type: plain_text, text: " << greeting << "}}\n";
  }

  void remove_worker(const std::string& source, const std::string& name) { fs::remove_all(root_ / source / name); }

  void move_worker(const std::string& from, const std::string& to, const std::string& name) {
    fs::rename(root_ / from / name, root_ / to / name);
  }

  void start(const std::string& token = "right") {
    environment_ = Environment::of({{"TOKEN", token}});
    daemon_ = std::make_unique<Daemon>(config_, Daemon::Options{.io = io_.get_executor(),
                                                                .pool = pool_.get_executor(),
                                                                .environment = &environment_,
                                                                .logger = &log_,
                                                                .jitter = [] { return 0.0; },
                                                                .journal_path = (root_ / "state/journal.db").string(),
                                                                .mirrors = (root_ / "mirrors").string()});
    asio::co_spawn(io_, daemon_->run(), [this](const std::exception_ptr& fault, Result<Daemon::End> end) {
      REQUIRE(fault == nullptr);
      end_ = std::move(end);
    });
  }

  // Lets everything run until `done`, or for so long that it never will be.
  bool run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_for(5ms);
    }
    return done();
  }

  net::HttpResponse ask(net::HttpRequest request) {
    const auto connector = net::make_connector(io_.get_executor(), {});
    const auto client =
        net::make_http_client(io_.get_executor(), *connector, {net::Scheme::http, "127.0.0.1", simulator_->port()});
    auto response = run_until_done(io_, client->exchange(std::move(request)));
    REQUIRE(response);
    return std::move(*response);
  }

  void edit(const std::string& body) {
    net::HttpRequest request{.method = "POST", .target = "/__simulator__/edit", .body = body};
    request.headers.add("Content-Type", "application/json");
    REQUIRE(ask(std::move(request)).status == 200);
  }

  std::size_t requests(std::string_view method, std::string_view path_end) {
    const auto log = parse_json(ask({.method = "GET", .target = "/__simulator__/requests"}).body);
    REQUIRE(log);
    return static_cast<std::size_t>(std::ranges::count_if(log->get_array(), [&](const Json& entry) {
      return string_member(entry, "method") == method && string_member(entry, "path").ends_with(path_end);
    }));
  }

  [[nodiscard]] Json source_status(std::size_t index = 0) const {
    const auto status = parse_json(daemon_->status());
    REQUIRE(status);
    return member(*status, "sources")->get_array().at(index);
  }

  [[nodiscard]] std::string sync(std::size_t index = 0) const {
    return std::string(string_member(source_status(index), "sync"));
  }

  [[nodiscard]] Json condition(std::size_t index, std::string_view type) const {
    const auto status = source_status(index);
    for (const auto& condition : member(status, "conditions")->get_array()) {
      if (string_member(condition, "type") == type) return condition;
    }
    return nullptr;
  }

  Daemon& daemon() { return *daemon_; }
  test::RecordedLog& log() { return log_; }
  std::optional<Result<Daemon::End>>& end() { return end_; }

 private:
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(simulator_->port()); }

  Awaitable<bool> stop_simulator() {
    co_await simulator_->stop();
    co_return true;
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = folder_.path();
  asio::io_context io_{1};
  asio::thread_pool pool_{1};
  std::unique_ptr<simulator::Simulator> simulator_;
  Config config_;
  Environment environment_ = Environment::of({});
  test::RecordedLog log_;
  std::unique_ptr<Daemon> daemon_;
  std::optional<Result<Daemon::End>> end_;
};

TEST_CASE("a daemon makes the account match a folder, is ready then, and ends clean") {
  World world;
  world.add_source("prod", 20ms);
  world.write_worker("prod", "hello");
  world.start();
  CHECK(!world.daemon().missing().empty());
  REQUIRE(world.run_until([&] { return world.sync() == "Synced"; }));
  CHECK(world.daemon().missing().empty());
  CHECK(world.requests("PUT", "/scripts/hello") == 1);
  world.daemon().stop();
  REQUIRE(world.run_until([&] { return world.end().has_value(); }));
  REQUIRE(world.end()->has_value());
  CHECK(**world.end() == Daemon::End::clean);
}

TEST_CASE("a changed folder is applied without being asked") {
  World world;
  world.add_source("prod", 20ms);
  world.write_worker("prod", "hello");
  world.start();
  REQUIRE(world.run_until([&] { return world.sync() == "Synced"; }));
  world.write_worker("prod", "other");
  REQUIRE(world.run_until([&] { return world.log().count("worker=other what=created") == 1; }));
}

TEST_CASE("an edit behind the daemon's back is told once and healed") {
  World world;
  world.add_source("prod", 20ms);
  world.write_worker("prod", "hello");
  world.start();
  REQUIRE(world.run_until([&] { return world.sync() == "Synced"; }));
  world.edit(R"({"worker": "hello", "action": "set-var", "name": "GREETING", "value": "bye"})");
  REQUIRE(world.run_until([&] { return world.log().count("worker=hello what=changed") == 1; }));
  REQUIRE(world.run_until([&] { return world.sync() == "Synced"; }));
  CHECK(world.log().count("drift found") == 1);
  CHECK(world.log().tells_first("drift found", "worker=hello what=changed"));
  // Parts by name, never a value.
  CHECK(world.log().count("binding GREETING") == 1);
  CHECK(world.log().count("bye") == 0);
}

void start_two_sources(World& world) {
  world.add_source("first", 20ms);
  world.add_source("second", 400ms);
  world.write_worker("first", "hello");
  world.write_worker("first", "stays");
  world.write_worker("second", "other");
  world.start();
  REQUIRE(world.run_until([&] { return world.sync(0) == "Synced" && world.sync(1) == "Synced"; }));
}

TEST_CASE("a Worker whose manifest moved to a source that has not fetched yet is not deleted") {
  World world;
  start_two_sources(world);
  world.move_worker("first", "second", "hello");
  REQUIRE(world.run_until([&] { return world.log().count("worker.hello: blocked (OwnershipConflict)") == 1; }));
  const auto passes = world.log().count("reconciled source=first");
  REQUIRE(world.run_until([&] { return world.log().count("reconciled source=first") > passes + 2; }));
  CHECK(world.requests("DELETE", "/scripts/hello") == 0);
}

TEST_CASE("a Worker without a manifest goes once the other sources have fetched") {
  World world;
  start_two_sources(world);
  world.remove_worker("first", "hello");
  REQUIRE(world.run_until([&] { return world.log().count("worker=hello what=destroyed") == 1; }));
  CHECK(world.requests("DELETE", "/scripts/hello") == 1);
}

TEST_CASE("refused credentials stop the account after one try, and readiness says so") {
  World world;
  world.add_source("first", 20ms);
  world.add_source("second", 20ms);
  world.write_worker("first", "hello");
  world.write_worker("second", "other");
  world.start("wrong");
  REQUIRE(world.run_until([&] { return world.log().count("account stopped") > 0; }));
  const auto tries = world.requests("GET", "/workers/scripts");
  // Fetching goes on, listing does not.
  world.write_worker("first", "more");
  REQUIRE(world.run_until([&] { return world.log().count("new revision source=first") > 1; }));
  CHECK(world.log().count("account stopped") == 1);
  CHECK(world.requests("GET", "/workers/scripts") == tries);
  CHECK(world.daemon().missing().size() == 1);
  // Both sources say so, though only one of them asked.
  for (const std::size_t source : {0U, 1U}) {
    const auto ready = world.condition(source, "Ready");
    CHECK(string_member(ready, "status") == "False");
    CHECK(string_member(ready, "message").contains("account main is stopped"));
    CHECK(world.sync(source) == "Unknown");
  }
}

TEST_CASE("a source that cannot be fetched leaves the others alone") {
  World world;
  world.add_source("broken", 20ms).repository = "/no/such/folder";
  world.add_source("prod", 20ms);
  world.write_worker("prod", "hello");
  world.start();
  REQUIRE(world.run_until([&] { return world.sync(1) == "Synced"; }));
  CHECK(world.log().count("fetch failed source=broken") > 0);
  REQUIRE(world.daemon().missing().size() == 1);
  CHECK(world.daemon().missing()[0].contains("source broken has not been fetched yet: "));
}

}  // namespace
}  // namespace plumbline::daemon

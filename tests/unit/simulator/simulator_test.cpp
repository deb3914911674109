#include "simulator/simulator.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "base/json.h"
#include "net/byte_stream.h"
#include "net/http_client.h"
#include "simulator/state_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/net/run.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kScript = "addEventListener('fetch', () => {})";

net::HttpRequest request_of(std::string method, std::string path, std::string body = "") {
  return {std::move(method),
          std::move(path),
          {{"Authorization", "Bearer t"}, {"Content-Type", "application/javascript"}},
          std::move(body)};
}

/// A simulator on a port of its own with a client.
struct Peer {
  net::asio::io_context context;
  std::unique_ptr<Simulator> simulator;
  std::unique_ptr<net::Connector> connector;
  std::unique_ptr<net::HttpClient> client;

  explicit Peer(Options options) {
    options.listen = "127.0.0.1:0";
    auto started = start_simulator(context.get_executor(), std::move(options));
    REQUIRE_MESSAGE(started, started.error().message);
    simulator = std::move(*started);
    connector = net::make_connector(context.get_executor(), {});
    client =
        net::make_http_client(context.get_executor(), *connector, {net::Scheme::http, "127.0.0.1", simulator->port()});
  }

  Result<net::HttpResponse, net::IoError> exchange(net::HttpRequest request) {
    return net::testing::run_on(context, client->exchange(std::move(request)));
  }

  void stop() {
    net::testing::run_on(context, client->shutdown());
    net::testing::run_on(context, simulator->stop());
  }
};

std::string scripts(std::string_view rest = "") {
  return "/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/workers/scripts" + std::string(rest);
}

}  // namespace

TEST_SUITE("the simulator behind a socket") {
  TEST_CASE("it says where it is and answers there") {
    Peer peer({});
    const auto ready = parse_json(peer.simulator->ready_line());
    REQUIRE(ready);
    CHECK(string_member(*ready, "api_base_url") ==
          "http://127.0.0.1:" + std::to_string(peer.simulator->port()) + "/client/v4");
    CHECK(string_member(*ready, "account_id") == "023e105f4ecef8ad9ca31a8372d0c353");
    const auto put = peer.exchange(request_of("PUT", scripts("/a"), std::string(kScript)));
    REQUIRE(put);
    CHECK(put->status == 200);
    const auto get = peer.exchange(request_of("GET", scripts("/a")));
    REQUIRE(get);
    CHECK(get->body == kScript);
    peer.stop();
  }

  TEST_CASE("a reset after the effect loses the answer alone") {
    Peer peer({});
    // Twice: the client repeats a PUT once on a fresh connection.
    const auto fault =
        request_of("POST", "/__simulator__/faults", R"({"match":{"method":"PUT"},"times":2,"fault":"reset-after"})");
    REQUIRE(peer.exchange(fault)->status == 200);
    CHECK_FALSE(peer.exchange(request_of("PUT", scripts("/a"), std::string(kScript))));
    CHECK(peer.exchange(request_of("GET", scripts("/a")))->status == 200);
    peer.stop();
  }

  TEST_CASE("state survives a restart") {
    const testing::TemporaryFolder folder;
    Options options;
    options.state_file = folder.file("state.json");
    {
      Peer peer(options);
      REQUIRE(peer.exchange(request_of("PUT", scripts("/a"), std::string(kScript)))->status == 200);
      peer.stop();
    }
    {
      Peer peer(options);
      CHECK(peer.exchange(request_of("GET", scripts("/a")))->body == kScript);
      peer.stop();
    }
  }

  TEST_CASE("options that cannot be are errors that say which") {
    net::asio::io_context context;
    const auto start = [&](Options options) {
      options.listen = "127.0.0.1:0";
      return start_simulator(context.get_executor(), std::move(options));
    };
    CHECK_FALSE(start({.account_id = "short"}));
    const auto faults = start({.faults_file = "/does/not/exist"});
    REQUIRE_FALSE(faults);
    CHECK(faults.error().message.find("/does/not/exist") != std::string::npos);
    CHECK_FALSE(start({.state_file = "/"}));
    CHECK_FALSE(start_simulator(context.get_executor(), {.listen = "nonsense"}));
  }
}

}  // namespace plumbline::simulator

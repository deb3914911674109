#pragma once

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/client.h"
#include "api/pacer.h"
#include "tests/unit/api/imposter.h"
#include "tests/unit/net/run.h"

namespace plumbline::api::testing {

/// Keeps what it is told.
class RecordingProbe final : public Probe {
 public:
  void answered(const Operation& operation, int code, std::chrono::nanoseconds) override {
    answers.push_back(fmt::format("{} {}", operation.name, code));
  }
  void retried(const Operation& /*operation*/, std::string_view reason, std::chrono::milliseconds /*after*/) override {
    retries.emplace_back(reason);
  }
  void gave_up(const Operation& operation, int attempts, const Error& error) override {
    given_up.push_back(fmt::format("{} after {}: {}", operation.name, attempts, to_string(error.kind)));
  }
  void throttled(std::chrono::nanoseconds duration) override { throttled_for += duration; }
  void blocked(std::chrono::milliseconds held, std::chrono::milliseconds told) override {
    blocks.push_back(fmt::format("{} of {}", held.count(), told.count()));
  }
  void budget(std::size_t remaining, std::size_t limit) override {
    budgets.push_back(fmt::format("{}/{}", remaining, limit));
  }

  std::vector<std::string> answers;
  std::vector<std::string> retries;
  std::vector<std::string> given_up;
  std::chrono::nanoseconds throttled_for{0};
  std::vector<std::string> budgets;
  std::vector<std::string> blocks;  ///< milliseconds
};

inline Credentials credentials_of_test() {
  return {Secret("sesame"), {}, {}};
}

/// A client whose server is an Imposter; it is made at the first call, by the options of then.
struct ClientFixture {
  explicit ClientFixture(std::shared_ptr<Pacer> pacer = nullptr, net::HttpClientLimits limits = {})
      : imposter(context) {
    limits.header_timeout = std::chrono::milliseconds(100);
    limits.body_timeout = std::chrono::milliseconds(100);
    connector = net::make_connector(context.get_executor(), {});
    http = net::make_http_client(context.get_executor(), *connector, imposter.origin(), limits);
    options.prefix = "/client/v4";
    options.credentials = credentials_of_test;
    options.pacer = std::move(pacer);
    options.retry.base = std::chrono::milliseconds(1);
    options.retry.attempts = 4;
  }

  void start() { client = make_client(context.get_executor(), *http, options, &probe); }

  template <class T>
  T run(Awaitable<T> task) {
    return net::testing::run_on(context, std::move(task));
  }

  Result<Answer> call(std::string_view operation, std::string body = {}) {
    if (!client) start();
    Call call;
    call.operation = find_operation(operation);
    call.path = {{"account_id", "acc"}, {"script_name", "my worker/1"}, {"zone_id", "z"}};
    call.body = std::move(body);
    return run(client->call(std::move(call)));
  }

  boost::asio::io_context context;
  Imposter imposter;
  std::unique_ptr<net::Connector> connector;
  std::unique_ptr<net::HttpClient> http;
  ClientOptions options;
  RecordingProbe probe;
  std::unique_ptr<Client> client;
};

/// The call of list_scripts, whose answer goes into `answer`.
inline Awaitable<> call_into(Client* client, std::optional<Result<Answer>>* answer) {
  Call call;
  call.operation = find_operation("list_scripts");
  call.path = {{"account_id", "acc"}};
  answer->emplace(co_await client->call(std::move(call)));
}

}  // namespace plumbline::api::testing

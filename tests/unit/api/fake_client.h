#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include "api/envelope.h"
#include "api/workers.h"
#include "tests/unit/net/run.h"

namespace plumbline::api::testing {

/// Answers calls out of a script and keeps them.
class FakeClient final : public Client {
 public:
  Awaitable<Result<Answer>> call(Call call) override {
    const Operation& operation = *call.operation;
    calls.push_back(std::move(call));
    if (answers.empty()) co_return std::unexpected(make_error(operation, ErrorKind::unreachable, "no answer scripted"));
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }

  void answer(std::string_view result) {
    Answer answer;
    answer.result = *parse_json(result);
    answers.emplace_back(std::move(answer));
  }

  void fail(ErrorKind kind, int status, int code) {
    Error error;
    error.kind = kind;
    error.status = status;
    error.code = code;
    answers.emplace_back(std::unexpected(std::move(error)));
  }

  std::vector<Call> calls;
  std::deque<Result<Answer>> answers;
};

/// An account of that client.
struct FakeFixture {
  template <class T>
  T run(Awaitable<T> task) {
    return net::testing::run_on(context, std::move(task));
  }

  boost::asio::io_context context;
  FakeClient client;
  Account account{&client, "acc", Priority::apply};
};

}  // namespace plumbline::api::testing

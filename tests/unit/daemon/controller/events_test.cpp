#include "daemon/controller/events.h"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "daemon/controller/source_events.h"
#include "tests/unit/daemon/passes.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;

Event event(std::string message) {
  return {.type = "applied",
          .source = "prod",
          .worker = {},
          .message = std::move(message),
          .revision = {},
          .at = TimePoint(1'790'000'000s)};
}

std::vector<std::string> messages(const std::vector<EventLog::Numbered>& events) {
  std::vector<std::string> out;
  out.reserve(events.size());
  for (const auto& one : events) out.push_back(one.event.message);
  return out;
}

std::vector<std::string_view> types(const std::vector<Event>& events) {
  std::vector<std::string_view> out;
  out.reserve(events.size());
  for (const auto& one : events) out.push_back(one.type);
  return out;
}

TEST_CASE("who names the last event that it knows gets those after it") {
  boost::asio::io_context io;
  EventLog log(io.get_executor());
  log.add(event("one"));
  log.add(event("two"));
  const auto all = log.after("");
  CHECK(messages(all) == std::vector<std::string>{"one", "two"});
  CHECK(messages(log.after(all.front().id)) == std::vector<std::string>{"two"});
  CHECK(log.after(all.back().id).empty());
  CHECK(log.newest() == all.back().id);
  // Of an earlier process, and no id at all.
  CHECK(log.after("12345678-2").size() == 2);
  CHECK(log.after("nonsense").size() == 2);
  CHECK(log.after(all.back().id + "9").empty());
}

TEST_CASE("only the newest events are kept, and who was away for longer gets those") {
  boost::asio::io_context io;
  EventLog log(io.get_executor());
  log.add(event("first"));
  const auto first = log.newest();
  for (int i = 0; i < 2'000; ++i) log.add(event(std::to_string(i)));
  const auto kept = log.after(first);
  CHECK(kept.size() == 1'000);
  CHECK(kept.back().event.message == "1999");
}

TEST_CASE("who waits is woken by an event, by the end, and by the time") {
  boost::asio::io_context io;
  EventLog log(io.get_executor());
  int woken = 0;
  const auto wait = [&](std::chrono::milliseconds longest) {
    boost::asio::co_spawn(io, log.wait(log.newest(), longest), [&woken](const std::exception_ptr&) { ++woken; });
    io.restart();
    io.poll();
  };
  wait(1h);
  wait(1h);
  CHECK(woken == 0);
  log.add(event("one"));
  io.poll();
  CHECK(woken == 2);
  wait(0ms);
  io.run();
  CHECK(woken == 3);
  wait(1h);
  log.close();
  io.restart();
  io.run();
  CHECK(woken == 4);
}

TEST_CASE("a message of the stream has an id, a type and one line of data") {
  boost::asio::io_context io;
  EventLog log(io.get_executor());
  log.add(event("two\nlines"));
  const auto only = log.after("").front();
  CHECK(to_stream_message(only) ==
        "id: " + only.id + "\nevent: applied\ndata: " + to_text(Json(to_json(only))) + "\n\n");
  CHECK(!to_text(Json(to_json(only))).contains('\n'));
}

TEST_CASE("a source is told of once, until it is otherwise") {
  SourceEvents events;
  const auto away = unreachable(api::ErrorKind::unreachable);
  CHECK(types(events.of(away)) == std::vector<std::string_view>{"failed"});
  CHECK(events.of(away).empty());
  CHECK(types(events.of(observed({change("a", Action::no_op)}))) == std::vector<std::string_view>{"recovered"});
  CHECK(events.of(observed({change("a", Action::no_op)})).empty());
  const auto held = observed({blocked("a", Action::update, reconciler::Reason::ownership_conflict)});
  CHECK(types(events.of(held)) == std::vector<std::string_view>{"blocked"});
  CHECK(events.of(held).empty());
  CHECK(events.of(observed({change("a", Action::no_op)})).empty());
  CHECK(types(events.of(held)) == std::vector<std::string_view>{"blocked"});
}

TEST_CASE("a plan that waits for an approval is told with its digest, and again when it is another one") {
  SourceEvents events;
  auto held = observed({blocked("a", Action::update, reconciler::Reason::approval_required)});
  held.plan->workers.front().block->override_with = "approve sha256:1";
  CHECK(types(events.of(held)) == std::vector<std::string_view>{"approval", "blocked"});
  CHECK(events.of(held).empty());
  held.plan->workers.front().block->override_with = "approve sha256:2";
  const auto again = events.of(held);
  REQUIRE(types(again) == std::vector<std::string_view>{"approval"});
  CHECK(again.front().message.contains("approve sha256:2"));
}

TEST_CASE("drift is told for each Worker, and again when something else of it has drifted") {
  SourceEvents events;
  const auto report = observed({drifted("a"), drifted("b")});
  CHECK(types(events.of(report)) == std::vector<std::string_view>{"drifted", "drifted"});
  CHECK(events.of(report).empty());
  CHECK(types(events.of(observed({change("a", Action::no_op)}))).empty());
  CHECK(events.of(report).size() == 2);
}

}  // namespace
}  // namespace plumbline::daemon

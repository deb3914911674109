#include "daemon/telemetry/line_backlog.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace plumbline::daemon {
namespace {

using Entries = std::vector<std::string>;

std::string shown(const LineBacklog::Entry& entry) {
  return entry.missing > 0 ? "-" + std::to_string(entry.missing) : entry.line;
}

Entries all_of(LineBacklog& backlog) {
  Entries taken;
  while (const auto entry = backlog.take()) taken.push_back(shown(*entry));
  return taken;
}

TEST_CASE("lines come out in their order") {
  LineBacklog backlog({});
  CHECK(backlog.is_empty());
  for (const auto* line : {"a", "b", "c"}) backlog.put(line);
  CHECK_FALSE(backlog.is_empty());
  CHECK(all_of(backlog) == Entries{"a", "b", "c"});
  CHECK(backlog.is_empty());
  CHECK(backlog.dropped() == 0);
}

TEST_CASE("what comes while there is no room is dropped, counted, and said once behind what was there") {
  LineBacklog backlog({.lines = 4, .bytes = 1'000});
  for (int i = 0; i < 7; ++i) backlog.put(std::to_string(i));
  CHECK(backlog.dropped() == 3);
  CHECK(all_of(backlog) == Entries{"0", "1", "2", "3", "-3"});
  backlog.put("7");
  CHECK(all_of(backlog) == Entries{"7"});
  CHECK(backlog.dropped() == 3);
}

TEST_CASE("a backlog that was full takes lines again once half of it is gone, behind one notice") {
  LineBacklog backlog({.lines = 4, .bytes = 1'000});
  for (int i = 0; i < 5; ++i) backlog.put(std::to_string(i));
  CHECK(shown(*backlog.take()) == "0");
  backlog.put("5");  // three of four: still more than half
  CHECK(shown(*backlog.take()) == "1");
  CHECK(shown(*backlog.take()) == "2");
  backlog.put("6");
  backlog.put("7");
  CHECK(all_of(backlog) == Entries{"3", "-2", "6", "7"});
  CHECK(backlog.dropped() == 2);
}

TEST_CASE("bytes are bounded as lines are, and one line beyond all of them is dropped") {
  LineBacklog backlog({.lines = 100, .bytes = 10});
  backlog.put("12345");
  backlog.put("67890");
  backlog.put("x");
  CHECK(all_of(backlog) == Entries{"12345", "67890", "-1"});
  backlog.put(std::string(11, 'y'));
  CHECK(all_of(backlog) == Entries{"-1"});
  backlog.put("z");
  CHECK(all_of(backlog) == Entries{"z"});
}

TEST_CASE("a line that cannot be written is counted once and said before the next one that can") {
  LineBacklog backlog({});
  for (const auto* line : {"a", "b", "c"}) backlog.put(line);
  backlog.failed(*backlog.take());
  CHECK(backlog.dropped() == 1);
  CHECK(all_of(backlog) == Entries{"-1", "b", "c"});
}

TEST_CASE("while nothing can be written every line is tried once and nothing is tried for ever") {
  LineBacklog backlog({});
  std::size_t attempts = 0;
  for (int i = 0; i < 10; ++i) {
    backlog.put(std::to_string(i));
    while (const auto entry = backlog.take()) {
      backlog.failed(*entry);
      ++attempts;
    }
    CHECK(backlog.is_empty());
  }
  CHECK(attempts <= 20);
  CHECK(backlog.dropped() == 10);
  // The reader is back: the first line that gets through brings the notice with it.
  backlog.put("here");
  CHECK(all_of(backlog) == Entries{"here", "-10"});
  CHECK(backlog.dropped() == 10);
}

}  // namespace
}  // namespace plumbline::daemon

#include "daemon/client/status_text.h"

#include <doctest/doctest.h>

#include "daemon/client/event_text.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = *parse_rfc3339("2026-10-01T12:00:00Z");

Json condition(std::string_view type, std::string_view status, std::string_view reason, std::string_view message) {
  return {{"type", type},
          {"status", status},
          {"reason", reason},
          {"message", message},
          {"lastTransitionTime", "2026-10-01T11:48:00Z"}};
}

Json source(std::string_view name, JsonArray conditions, JsonArray workers = {}) {
  return {{"name", name},
          {"account", "main"},
          {"sync", "Synced"},
          {"suspended", false},
          {"lastAttemptedRevision", "main@sha1:4f2a1c3000000000000000000000000000000000"},
          {"lastSummary", "nothing to do"},
          {"counts", JsonObject{{"desired", 2}, {"Synced", 2}}},
          {"conditions", std::move(conditions)},
          {"workers", std::move(workers)}};
}

Json good(std::string_view name) {
  return source(name, {condition("Ready", "True", "ReconciliationSucceeded", "")});
}

Json bad(std::string_view name) {
  return source(name, {condition("Ready", "False", "Blocked", "worker.a is held back")},
                {JsonObject{{"name", "a"},
                            {"sync", "OutOfSync"},
                            {"reason", "DataLoss"},
                            {"message", "a class would end"},
                            {"mend", "allow it"}},
                 JsonObject{{"name", "b"}, {"sync", "Synced"}}});
}

Json status(JsonArray sources) {
  return {{"conditions", JsonArray{condition("ReloadSucceeded", "True", "Succeeded", "")}},
          {"sources", std::move(sources)}};
}

TEST_CASE("a source is one line, and what is wrong comes first") {
  const auto text = status_text(status({good("alpha"), bad("beta")}), {}, kNow);
  CHECK(text ==
        "SOURCE  READY  SYNC    REVISION      SYNCED  SINCE  MESSAGE\n"
        "beta    False  Synced  main@4f2a1c3  2/2     12m    Blocked: worker.a is held back\n"
        "alpha   True   Synced  main@4f2a1c3  2/2     12m    nothing to do\n"
        "  beta/a: OutOfSync DataLoss: a class would end\n"
        "      mend: allow it\n");
}

TEST_CASE("lines fit the terminal, whatever stands in them") {
  auto long_one = bad("beta");
  long_one.at("conditions").as_array().front().get_object()["message"] = std::string(500, 'x') + "é";
  const auto text = status_text(status({long_one}), {.width = 60}, kNow);
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    CHECK(end - start <= 62);  // the last character has three bytes
    start = end + 1;
  }
  CHECK(cut_to("ééééé", 3) == "éé…");
  CHECK(cut_to("short", 5) == "short");
}

TEST_CASE("wide shows every Worker, and conditions of the daemon show where they are not well") {
  const StatusLayout wide{.detail = StatusLayout::Detail::wide};
  CHECK(status_text(status({bad("beta")}), wide, kNow).contains("  beta/b: Synced"));
  auto failed = status({good("a")});
  failed.at("conditions").as_array() = {
      condition("ReloadSucceeded", "False", "ReloadFailed", "plumbline.yaml:3:1: error")};
  CHECK(status_text(failed, {}, kNow).starts_with("ReloadSucceeded: ReloadFailed: plumbline.yaml:3:1: error\nSOURCE"));
}

TEST_CASE("text of a daemon cannot drive the terminal") {
  auto evil = bad("beta");
  evil.at("conditions").as_array().front().get_object()["message"] = "\x1b[2Jgone";
  CHECK(!status_text(status({evil}), {}, kNow).contains('\x1b'));
  CHECK(!event_text({{"time", "\x1b[0m"}, {"type", "applied"}, {"message", "\x1b]0;x"}}).contains('\x1b'));
}

TEST_CASE("an answer that is no status is no crash") {
  CHECK(!status_text(Json(nullptr), {}, kNow).empty());
  CHECK(!status_text(status({JsonObject{}, Json(1)}), {}, kNow).empty());
  CHECK(history_text(JsonObject{}) == "Nothing is remembered of that time.\n");
}

TEST_CASE("ages are told in the largest unit") {
  CHECK(age_of("2026-10-01T11:59:30Z", kNow) == "30s");
  CHECK(age_of("2026-10-01T10:00:00Z", kNow) == "2h");
  CHECK(age_of("2026-09-01T10:00:00Z", kNow) == "30d");
  CHECK(age_of("2026-10-02T10:00:00Z", kNow) == "0s");
  CHECK(age_of("", kNow) == "-");
}

TEST_CASE("a history is a line each") {
  const Json history{{"reconciles", JsonArray{JsonObject{{"finished", "2026-10-01T12:00:00Z"},
                                                         {"result", "success"},
                                                         {"source", "prod"},
                                                         {"revision", "main@sha1:4f"},
                                                         {"summary", "1 added"}}}}};
  CHECK(history_text(history) == "2026-10-01T12:00:00Z  success     prod  main@sha1:4f  1 added\n");
}

}  // namespace
}  // namespace plumbline::daemon

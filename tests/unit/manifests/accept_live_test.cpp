#include "manifests/accept_live.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "manifests/documents/yaml_writer.h"
#include "support.h"

using namespace plumbline;
using namespace plumbline::manifests;
using namespace plumbline::manifests::test;

namespace {

using How = AcceptedValue::How;
using Texts = std::map<std::string, std::string>;

AcceptedWorker wanted(const DesiredWorker& worker, std::vector<AcceptedValue> values) {
  return {.name = worker.name, .where = worker.where, .written_as = worker.written_as, .values = std::move(values)};
}

const DesiredWorker& worker_of(const DesiredState& state, std::string_view name) {
  const auto found = std::ranges::find(state.workers, name, &DesiredWorker::name);
  REQUIRE(found != state.workers.end());
  return *found;
}

AcceptedValue set_to(std::vector<std::string> path, Json value) {
  std::string what = path.back();
  return {How::set, std::move(path), std::move(value), {}, std::move(what)};
}

Texts with(Texts files, const std::map<std::string, std::string>& changed) {
  for (const auto& [path, bytes] : changed) files[path] = bytes;
  return files;
}

AcceptedFiles accepted(const Texts& files, const std::vector<AcceptedWorker>& workers,
                       const LoadOptions& options = {}) {
  return accept_live(std::make_shared<FakeTree>(files), options, workers);
}

}  // namespace

TEST_CASE("several Workers of one file get their own values, whatever moves above them") {
  const Texts files{{"a.yaml", worker("one", "  logpush: true\n") + "---\n" + worker("two", "  logpush: true\n")},
                    {"i.js", "export default {}"}};
  const auto state = load(files);
  const auto& one = worker_of(state, "one");
  const auto& two = worker_of(state, "two");
  const auto made = accepted(
      files, {wanted(two, {set_to({"compatibility_date"}, "2026-02-02")}),
              wanted(one, {{How::remove, {"logpush"}, {}, {}, "logpush"}, set_to({"tags"}, JsonArray{"a", "b"})})});
  CHECK(made.refused.empty());
  const auto after = load(with(files, made.files));
  CHECK(string_member(worker_of(after, "two").settings, "compatibility_date") == "2026-02-02");
  CHECK(worker_of(after, "two").settings.contains("logpush"));
  CHECK_FALSE(worker_of(after, "one").settings.contains("logpush"));
  CHECK(worker_of(after, "one").settings.contains("tags"));
}

TEST_CASE("a wrangler config is written in its own words, and says afterwards what is live") {
  const Texts files{{"wrangler.jsonc",
                     "{\n  // the shop\n  \"name\": \"shop\",\n  \"main\": \"i.js\",\n  \"no_bundle\": true,\n"
                     "  \"compatibility_date\": \"2026-01-01\",\n  \"vars\": { \"A\": \"x\" }, // seen\n"
                     "  \"triggers\": { \"crons\": [\"*/5 * * * *\"] }\n}\n"},
                    {"i.js", "export default {}"}};
  const auto state = load(files);
  const auto& shop = worker_of(state, "shop");
  const auto made =
      accepted(files, {wanted(shop, {set_to({"compatibility_date"}, "2026-02-02"),
                                     set_to({"bindings", "A"}, {{"type", "plain_text"}, {"text", "y"}}),
                                     set_to({"bindings", "B"}, {{"type", "json"}, {"json", {{"k", true}}}}),
                                     set_to({"schedules"}, JsonArray{"0 0 * * *"}), set_to({"limits", "cpu_ms"}, 50),
                                     set_to({"bindings", "KV"}, {{"type", "kv_namespace"}, {"namespace_id", "0f"}})})});
  REQUIRE(made.refused.size() == 1);
  CHECK(made.refused.front().value.what == "KV");
  REQUIRE(made.files.size() == 1);
  CHECK(made.files.begin()->second ==
        "{\n  // the shop\n  \"name\": \"shop\",\n  \"main\": \"i.js\",\n  \"no_bundle\": true,\n"
        "  \"compatibility_date\": \"2026-02-02\",\n  \"vars\": { \"A\": \"y\", \"B\": {\"k\": true} }, // seen\n"
        "  \"triggers\": { \"crons\": [\"0 0 * * *\"] },\n  \"limits\": {\"cpu_ms\": 50}\n}\n");
}

TEST_CASE("a value under a name suffix is written without it") {
  const Texts files{{"a.yaml", worker("a", "  bindings:\n    B: {type: service, service: b}\n") + "---\n" +
                                   worker("b", "") + "---\n" + worker("c", "")},
                    {"i.js", "export default {}"}};
  LoadOptions options;
  options.name_suffix = "-pr7";
  const auto state = load(files, options);
  const auto made = accepted(
      files,
      {wanted(worker_of(state, "a-pr7"), {set_to({"bindings", "B"}, {{"type", "service"}, {"service", "c-pr7"}})})},
      options);
  CHECK(made.refused.empty());
  REQUIRE(made.files.size() == 1);
  CHECK(made.files.begin()->second.contains("service: c}"));
}

TEST_CASE("a manifest that is gone is told, and nothing is written") {
  AcceptedWorker gone{.name = "a", .where = {"a.yaml", 3, 9}, .values = {set_to({"logpush"}, true)}};
  const auto made = accepted({{"i.js", ""}}, {gone});
  CHECK(made.files.empty());
  REQUIRE(made.refused.size() == 1);
  CHECK(made.refused.front().worker == "a");
}

namespace {

using Dice = std::mt19937_64;

std::size_t below(Dice& dice, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice);
}

std::string any_text(Dice& dice) {
  static constexpr std::array<std::string_view, 9> kTexts{"hello",
                                                          "a: b # c",
                                                          "it's ${HOME}",
                                                          "$${x}",
                                                          "line\nline",
                                                          "gr\xc3\xb6\xc3\x9f"
                                                          "e",
                                                          "yes",
                                                          "12",
                                                          "\"q\""};
  return std::string(kTexts.at(below(dice, kTexts.size())));
}

JsonObject any_settings(Dice& dice) {
  JsonObject out;
  const auto maybe = [&dice] { return below(dice, 3) > 0; };
  out["compatibility_date"] = "2026-01-0" + std::to_string(1 + below(dice, 9));
  if (maybe()) out["logpush"] = below(dice, 2) == 0;
  if (maybe()) out["limits"] = JsonObject{{"cpu_ms", 10 + below(dice, 90)}};
  if (maybe()) out["observability"] = JsonObject{{"enabled", below(dice, 2) == 0}, {"head_sampling_rate", 0.25}};
  if (maybe()) {
    JsonArray flags;
    for (auto i = below(dice, 4); i > 0; --i)
      flags.push_back(Json("flag_" + std::to_string(below(dice, 6)) + std::to_string(i)));
    out["compatibility_flags"] = std::move(flags);
  }
  JsonObject bindings;
  for (auto i = below(dice, 4); i > 0; --i) {
    bindings["V" + std::to_string(below(dice, 5))] = JsonObject{{"type", "plain_text"}, {"text", any_text(dice)}};
  }
  if (!bindings.empty()) out["bindings"] = std::move(bindings);
  return out;
}

// A manifest that asks for them, as people write it.
std::string manifest_of(JsonObject settings, Dice& dice) {
  const auto escape = [](std::string text) {
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, "$");
    return text;
  };
  if (auto* bindings = settings.if_contains("bindings")) {
    for (auto& entry : bindings->get_object()) {
      auto& text = entry.value().get_object()["text"];
      text = escape(std::string(view(text.get_string())));
    }
  }
  std::string spec;
  for (const auto& entry : settings) {
    const bool in_line = below(dice, 3) == 0;
    if (below(dice, 3) == 0) spec += "  # about " + std::string(entry.key()) + "\n";
    if (in_line) {
      spec += "  " + std::string(entry.key()) + ": " + to_text(entry.value()) + " # here\n";
      continue;
    }
    const auto block = to_yaml(JsonObject{{entry.key(), entry.value()}});
    std::size_t begin = 0;
    while (begin < block.size()) {
      const auto end = block.find('\n', begin) + 1;
      spec += "  " + block.substr(begin, end - begin);
      begin = end;
    }
  }
  return worker("w", spec);
}

// What would have to be written to come from one to the other.
std::vector<AcceptedValue> between(const JsonObject& before, const JsonObject& after) {
  std::vector<AcceptedValue> out;
  for (const auto& entry : after) {
    const auto* old = member(before, entry.key());
    if (old == nullptr || !equal(*old, entry.value())) out.push_back(set_to({entry.key()}, entry.value()));
  }
  for (const auto& entry : before) {
    if (!after.contains(entry.key())) out.push_back({How::remove, {entry.key()}, {}, {}, entry.key()});
  }
  return out;
}

}  // namespace

TEST_CASE("whatever is live, the manifest says exactly that once it was accepted") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Dice dice(seed);
    const auto before = any_settings(dice);
    const auto after = any_settings(dice);
    const Texts files{{"w.yaml", manifest_of(before, dice)}, {"i.js", "export default {}"}};
    CAPTURE(seed);
    CAPTURE(files.at("w.yaml"));
    const auto state = load(files);
    REQUIRE(equal(worker_of(state, "w").settings, before));
    const auto made = accepted(files, {wanted(worker_of(state, "w"), between(before, after))});
    for (const auto& refused : made.refused) {
      // The comment that a value of several lines holds is not thrown away.
      CHECK_MESSAGE(refused.value.message.contains("a comment stands inside of it"), refused.value.what, " ",
                    refused.value.message);
    }
    if (!made.refused.empty()) continue;
    CHECK(equal(worker_of(load(with(files, made.files)), "w").settings, after));
  }
}

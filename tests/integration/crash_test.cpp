#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/essence.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// The real process, killed by SIGKILL at every call that an apply makes, and what the next one makes of it. The
/// manifests of both commits are in tests/integration/crash: twelve Workers with every feature between them, and the
/// ZoneWorkers of two zones, of which one changes.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

// Each run costs some processes; under a sanitizer they are slow, and what it finds does not need every call.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kStride = 7;
#else
constexpr std::size_t kStride = 1;
#endif

/// Nothing at a filter says whose it is: this one, which the second commit drops, stays where no journal knows it.
constexpr std::string_view kDroppedFilter = "example.com/v0*";

/// What leads to Workers and what belongs to them beside their versions, sorted, with repetitions if there are any;
/// filters are routes to their zone.
JsonArray exposure_of(const Json& state) {
  std::vector<std::string> lines;
  for (const auto& zone : state.at("zones").as_array()) {
    lines.push_back(
        fmt::format("script of {}: {}", string_member(zone, "name"), string_member(zone.at("legacy_script"), "etag")));
    for (const auto& route : zone.at("routes").as_array()) {
      lines.push_back(fmt::format("{} -> {}", string_member(route, "pattern"), string_member(route, "script")));
    }
  }
  for (const auto& domain : state.at("domains").as_array()) {
    lines.push_back(fmt::format("{} -> {}", string_member(domain, "hostname"), string_member(domain, "service")));
  }
  for (const auto& queue : state.at("resources").at("queues").as_array()) {
    for (const auto& consumer : queue.at("consumers").as_array()) {
      lines.push_back(fmt::format("queue {} -> {} {}", string_member(queue, "queue_name"),
                                  string_member(consumer, "script_name"), to_canonical_text(consumer.at("settings"))));
    }
  }
  for (const auto& workflow : state.at("resources").at("workflows").as_array()) {
    lines.push_back(fmt::format("workflow {} -> {} {}", string_member(workflow, "name"),
                                string_member(workflow, "script_name"), string_member(workflow, "class_name")));
  }
  std::ranges::sort(lines);
  return JsonArray(lines.begin(), lines.end());
}

/// What of the account must be the same however often the process died on the way to it.
struct Essence {
  JsonObject workers;
  JsonArray exposure;
};

Essence essence(const SimulatorProcess& simulator) {
  const auto state = simulator.state();
  Essence out{{}, exposure_of(state)};
  for (const auto& [name, worker] : state.at("workers").as_object()) out.workers[name] = essence_of(worker);
  return out;
}

/// Whether a Worker is as expected. Without a journal one version less is as good: after the delete of a secret, whose
/// version nothing attests, the code is read back and found equal, and no version is made for the attestation alone.
bool is_as_good(JsonObject worker, JsonObject expected) {
  if (worker.at("versions").to_number<int>() < expected.at("versions").to_number<int>()) {
    for (const auto* key : {"versions", "annotations"}) {
      worker.erase(key);
      expected.erase(key);
    }
  }
  return equal(worker, expected);
}

/// What is not as in the reference, with both.
std::string differences(const Essence& ended, const Essence& expected_end) {
  const auto& found = ended.workers;
  const auto& reference = expected_end.workers;
  std::string out;
  if (ended.exposure != expected_end.exposure) {
    out += fmt::format("{}\nexpected: {}\n", to_text(ended.exposure), to_text(expected_end.exposure));
  }
  for (const auto& [name, worker] : found) {
    const auto* expected = member(reference, name);
    if (expected != nullptr && is_as_good(worker.as_object(), expected->as_object())) continue;
    out += fmt::format("{}: {}\nexpected: {}\n", std::string(name), to_canonical_text(worker),
                       expected == nullptr ? "none" : to_canonical_text(*expected));
  }
  for (const auto& [name, worker] : reference) {
    if (!found.contains(name)) out += std::string(name) + " is missing\n";
  }
  return out;
}

void copy_over(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

/// An account, its manifests and its journal at the point from which every run begins.
class Scene {
 public:
  Scene() : workspace_({"--zone", "example.com", "--zone", "example.net"}) {
    workspace_.use_global_key();  // for the filters
    install("first");
    for (const auto* key : {"api-key", "signing", "payment"}) workspace_.write_secret(key, key);
    // What a Worker may refer to, made by somebody else.
    const auto& simulator = workspace_.simulator();
    simulator.call("POST", "/storage/kv/namespaces", {{"title", "api-cache"}});
    for (const auto* queue : {"orders", "mail", "legacy"}) simulator.call("POST", "/queues", {{"queue_name", queue}});
  }

  [[nodiscard]] Workspace& workspace() { return workspace_; }

  /// What is there now is the beginning.
  void keep() {
    workspace_.simulator().stop();
    copy_over(account().parent_path(), kept() / "simulator");
    if (fs::exists(journal())) copy_over(journal(), kept() / "journal");
    workspace_.simulator().start();
  }

  void rewind() {
    workspace_.simulator().stop();
    fs::remove_all(journal());
    fs::remove(account());
    copy_over(kept() / "simulator", account().parent_path());
    if (fs::exists(kept() / "journal")) copy_over(kept() / "journal", journal());
    workspace_.simulator().start();
  }

  /// The second commit: other manifests, two Workers less, one secret rotated.
  void commit_again() {
    install("second");
    for (const auto* gone : {"old.yaml", "older.yaml", "site-files/style.css"})
      fs::remove(workspace_.manifests() / gone);
    workspace_.write_secret("api-key", "rotated");
  }

  /// Kills an apply at its `call`, counted from 1, before or after its effect; no later call has one.
  void die_at(std::size_t call, bool after_effect) {
    auto& simulator = workspace_.simulator();
    const JsonObject silence{{"fault", "stall-before"}, {"skip", call - 1}, {"times", 0}};
    const JsonObject effect{{"fault", "stall"}, {"skip", call - 1}};
    if (after_effect) simulator.add_fault(effect);
    simulator.add_fault(silence);
    simulator.clear_requests();
    const auto apply = workspace_.start_on_manifests("apply", kArguments);
    REQUIRE(eventually([&] { return simulator.requests().size() >= call || !apply->is_running(); }));
    REQUIRE(apply->is_running());
    apply->kill();
    simulator.clear_faults();
  }

  /// Whatever happened before, the next apply succeeds, and the plan after it is empty.
  Essence settle() {
    const auto applied = workspace_.run_on_manifests("apply", kArguments);
    CHECK_MESSAGE(applied.exit_code == 0, std::string(applied.out + applied.err));
    const auto planned = workspace_.run_on_manifests("plan", {"--policy", "sync", "--detailed-exitcode"});
    CHECK_MESSAGE(planned.exit_code == 0, std::string(planned.out + planned.err));
    return essence(workspace_.simulator());
  }

  void forget_journal() { workspace_.forget_journal(); }

 private:
  inline static const std::vector<std::string> kArguments{"--yes", "--policy", "sync"};

  void install(const char* commit) {
    copy_over(fs::path(PLUMBLINE_SOURCE_DIR) / "tests/integration/crash" / commit, workspace_.manifests());
  }

  [[nodiscard]] fs::path account() const { return workspace_.folder() / "simulator/account.json"; }
  [[nodiscard]] fs::path journal() const { return workspace_.journal().parent_path(); }
  [[nodiscard]] fs::path kept() const { return workspace_.folder() / "kept"; }

  Workspace workspace_;
};

enum class JournalIs { kept, lost };

/// The end as it is for who takes away by hand what only a lost journal knew as ours.
Essence tidied(Essence ended, const Essence& reference) {
  JsonArray kept;
  for (const auto& line : ended.exposure) {
    const bool dropped = std::string_view(line.as_string()).starts_with(fmt::format("{} -> ", kDroppedFilter));
    if (!dropped || std::ranges::find(reference.exposure, line) != reference.exposure.end()) kept.push_back(line);
  }
  ended.exposure = std::move(kept);
  return ended;
}

/// Kills the apply that begins at the kept point at each of its calls in turn, those of `part` of `parts`.
void die_everywhere(Scene& scene, JournalIs journal, std::size_t part, std::size_t parts) {
  scene.keep();
  scene.workspace().simulator().clear_requests();
  const auto applied = scene.workspace().run_on_manifests("apply", {"--yes", "--policy", "sync"});
  REQUIRE_MESSAGE(applied.exit_code == 0, std::string(applied.out + applied.err));
  const auto calls = scene.workspace().simulator().requests().size();
  REQUIRE(calls > 15);
  const auto reference = essence(scene.workspace().simulator());
  for (std::size_t call = 1 + part; call <= calls; call += parts * kStride) {
    for (const bool after_effect : {false, true}) {
      CAPTURE(call);
      CAPTURE(after_effect);
      scene.rewind();
      scene.die_at(call, after_effect);
      if (journal == JournalIs::lost) scene.forget_journal();
      auto ended = scene.settle();
      if (journal == JournalIs::lost) ended = tidied(std::move(ended), reference);
      CHECK(differences(ended, reference) == "");
    }
  }
}

void die_in_the_first_apply(JournalIs journal, std::size_t part) {
  Scene scene;
  die_everywhere(scene, journal, part, 2);
}

void die_in_the_second_apply(JournalIs journal, std::size_t part) {
  Scene scene;
  scene.settle();
  scene.commit_again();
  die_everywhere(scene, journal, part, 2);
}

}  // namespace

TEST_CASE("killed at each odd call of a first apply, the next one ends in the same state") {
  die_in_the_first_apply(JournalIs::kept, 0);
}

TEST_CASE("killed at each even call of a first apply, the next one ends in the same state") {
  die_in_the_first_apply(JournalIs::kept, 1);
}

TEST_CASE("killed at each odd call of a first apply, it ends in the same state without the journal") {
  die_in_the_first_apply(JournalIs::lost, 0);
}

TEST_CASE("killed at each even call of a first apply, it ends in the same state without the journal") {
  die_in_the_first_apply(JournalIs::lost, 1);
}

TEST_CASE("killed at each odd call of a changing apply, the next one ends in the same state") {
  die_in_the_second_apply(JournalIs::kept, 0);
}

TEST_CASE("killed at each even call of a changing apply, the next one ends in the same state") {
  die_in_the_second_apply(JournalIs::kept, 1);
}

TEST_CASE("killed at each odd call of a changing apply, it ends in the same state without the journal") {
  die_in_the_second_apply(JournalIs::lost, 0);
}

TEST_CASE("killed at each even call of a changing apply, it ends in the same state without the journal") {
  die_in_the_second_apply(JournalIs::lost, 1);
}

}  // namespace plumbline::testing

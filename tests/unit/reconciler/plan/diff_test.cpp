#include "reconciler/plan/diff.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

manifests::DesiredWorker with_secret(const std::string& name) {
  auto worker = manifest(name);
  worker.secrets["API_KEY"] = {"default", "api-key", {}};
  return worker;
}

bool has_line(const WorkerDiff& diff, char symbol, std::string_view what, std::string_view detail = {}) {
  for (const auto& line : diff.lines()) {
    if (line.symbol == symbol && line.what == what && (detail.empty() || line.detail == detail)) return true;
  }
  return false;
}

}  // namespace

TEST_SUITE("diff") {
  TEST_CASE("a compatibility date after the day of the pass is told before it is refused, and no other one is") {
    const auto notes = [](std::string_view wanted, std::string_view day) {
      World world;
      world.live.observed_at = std::chrono::sys_days{std::chrono::year(2026) / 11 / 29} + std::chrono::hours(23);
      world.want(target_of(manifest("shop", R"({"compatibility_date": ")" + std::string(wanted) + "\"}")));
      world.have(live_as(target_of(manifest("shop", R"({"compatibility_date": ")" + std::string(day) + "\"}"))));
      return world.plan().diagnostics;
    };
    REQUIRE(notes("2026-11-30", "2026-01-01").size() == 1);
    CHECK(notes("2026-11-30", "2026-01-01").front().summary ==
          "the compatibility date of worker.shop lies in the future: 2026-11-30");
    CHECK(notes("2026-11-29", "2026-01-01").empty());
    // The service has taken it.
    CHECK(notes("2026-11-30", "2026-11-30").empty());
  }

  TEST_CASE("a Worker that is as its manifest says differs in nothing") {
    auto worker = manifest("checkout", R"({"compatibility_date": "2026-01-01", "logpush": true, "tags": ["b", "a"],
      "bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}, "observability": {"enabled": true}})");
    worker.subdomain = object(R"({"enabled": true})");
    worker.secrets["API_KEY"] = {"default", "api-key", {}};
    const auto target = target_of(worker, {{"API_KEY", "v"}});
    const auto live = live_as(target);
    const auto diff = diff_of(target, &live);
    CHECK(diff.empty());
    CHECK(diff.lines().empty());
    const auto memory = remembered_as(target);
    CHECK(diff_of(target, &memory).empty());
  }

  TEST_CASE("a missing Worker is created with all that its manifest states") {
    auto worker = manifest("checkout", R"({"bindings": {"A": {"type": "plain_text", "text": "a"}}})");
    worker.subdomain = object(R"({"enabled": true})");
    const auto diff = diff_of(target_of(worker), nullptr);
    CHECK(diff.write() == Write::upload);
    CHECK(diff.of(code_part()) != nullptr);
    CHECK(diff.of(bindings_part()) != nullptr);
    CHECK(diff.of(subdomain_part()) != nullptr);
    CHECK(has_line(diff, '+', "module index.js", "(20 B)"));
    CHECK(has_line(diff, '+', "binding A", "plain_text \"a\""));
  }

  TEST_CASE("after a rollback a secret that only the active version has is put, not inherited from the newest one") {
    const auto target = target_of(with_secret("a"), {{"API_KEY", "v"}});
    auto live = live_as(target);
    CHECK(keys_of(diff_of(target, &live), secrets_part()).empty());
    roll_back(live, {"another version", target.attestation, object(R"({"bindings": []})")});
    CHECK(keys_of(diff_of(target, &live), secrets_part()) == std::vector<std::string>{"API_KEY"});
  }

  TEST_CASE("cron triggers are a set, and each that comes or goes is a line") {
    auto worker = manifest("a");
    worker.schedules = {"0 0 * * MON", "*/5  * * * *"};
    auto live = live_as(target_of(worker));
    live.parts["schedules"] = JsonArray{"*/5 * * * *", "0 0 * * MON"};
    CHECK(diff_of(target_of(worker), &live).empty());

    live.parts["schedules"] = JsonArray{"*/5 * * * *", "1 2 * * *"};
    const auto diff = diff_of(target_of(worker), &live);
    CHECK(diff.of(schedules_part()) != nullptr);
    CHECK(diff.lines() ==
          std::vector<ChangeLine>{{'+', "schedule 0 0 * * MON", "", ""}, {'-', "schedule 1 2 * * *", "", ""}});

    worker.schedules.reset();
    CHECK(diff_of(target_of(worker), &live).empty());
    worker.schedules = Schedules();
    CHECK(diff_of(target_of(worker), nullptr).of(schedules_part()) == nullptr);
    CHECK(diff_of(target_of(worker), &live).of(schedules_part()) != nullptr);
  }

  TEST_CASE("a new Worker whose subdomain is to be off needs no call for it") {
    auto worker = manifest("checkout");
    worker.subdomain = object(R"({"enabled": false, "previews_enabled": false})");
    CHECK(diff_of(target_of(worker), nullptr).of(subdomain_part()) == nullptr);
  }

  TEST_CASE("each part is told apart by the call that mends it") {
    const auto target = target_of(manifest("checkout", R"({"compatibility_date": "2026-10-01", "logpush": true})"));
    auto live = live_as(target);
    set_live(live, "compatibility_date", R"("2026-01-01")");
    auto diff = diff_of(target, &live);
    CHECK(keys_of(diff, settings_part()) == std::vector<std::string>{"compatibility_date"});
    CHECK(diff.write() == Write::version);
    CHECK(has_line(diff, '~', "compatibility_date", R"("2026-01-01" -> "2026-10-01")"));

    live = live_as(target);
    set_live(live, "logpush", "false");
    diff = diff_of(target, &live);
    CHECK(keys_of(diff, settings_part()) == std::vector<std::string>{"logpush"});
    CHECK(diff.write() == Write::script_settings);
  }

  TEST_CASE("a binding that was edited, one that is missing and one that is too many are all found") {
    const auto target = target_of(manifest("checkout", R"({"bindings": {
      "GREETING": {"type": "plain_text", "text": "hello"}, "NEW": {"type": "kv_namespace", "namespace_id": "n"}}})"));
    auto live = live_as(target);
    set_live(live, "bindings", R"([{"name": "GREETING", "type": "plain_text", "text": "hi"},
      {"name": "OLD_KV", "type": "kv_namespace", "namespace_id": "o"}, {"name": "SECRET", "type": "secret_text"}])");
    const auto diff = diff_of(target, &live);
    CHECK(diff.of(bindings_part()) != nullptr);
    CHECK(has_line(diff, '~', "binding GREETING", R"("hi" -> "hello")"));
    CHECK(has_line(diff, '+', "binding NEW", R"(kv_namespace "n")"));
    CHECK(has_line(diff, '-', "binding OLD_KV", "kv_namespace; no longer in the manifest"));
    CHECK(has_line(diff, '.', "secret SECRET"));
    CHECK(diff.of(secrets_part()) == nullptr);
  }

  TEST_CASE("absent is unmanaged: live bindings of a manifest without bindings stay") {
    const auto target = target_of(manifest("checkout"));
    auto live = live_as(target);
    set_live(live, "bindings", R"([{"name": "A", "type": "plain_text", "text": "a"}])");
    set_live(live, "logpush", "true");
    CHECK(diff_of(target, &live).empty());
  }

  TEST_CASE("empty clears") {
    const auto target = target_of(manifest("checkout", R"({"bindings": {}, "tail_consumers": [], "limits": {}})"));
    auto live = live_as(target);
    CHECK(diff_of(target, &live).empty());
    set_live(live, "bindings", R"([{"name": "A", "type": "plain_text", "text": "a"}])");
    set_live(live, "limits", R"({"cpu_ms": 50})");
    set_live(live, "tail_consumers", R"([{"service": "log"}])");
    const auto diff = diff_of(target, &live);
    CHECK(diff.of(bindings_part()) != nullptr);
    CHECK(keys_of(diff, settings_part()) == std::vector<std::string>{"tail_consumers", "limits"});
    CHECK(diff.write() == Write::version);
  }

  TEST_CASE("a flag that is turned off changes, a value that is cleared goes") {
    const auto target = target_of(manifest("checkout", R"({"observability": {"enabled": false}, "limits": {}})"));
    auto live = live_as(target);
    set_live(live, "observability", R"({"enabled": true})");
    set_live(live, "limits", R"({"cpu_ms": 50})");
    const auto diff = diff_of(target, &live);
    CHECK(has_line(diff, '~', "observability.enabled", "true -> false"));
    CHECK(has_line(diff, '-', "limits", R"({"cpu_ms":50})"));
  }

  TEST_CASE("code is compared by what the version attests") {
    const auto target = target_of(manifest("checkout"));
    auto live = live_as(target);
    auto other = target.attestation;
    other.modules = truncated(sha256_hex("other code"));
    set_live(live, "annotations", to_text(Json(annotations_for(other, "main@sha1:1", "f"))));
    const auto diff = diff_of(target, &live);
    CHECK(diff.of(code_part()) != nullptr);
    CHECK(has_line(diff, '~', "module index.js"));
  }

  TEST_CASE("a missing secret is put, a rotated one is put, an equal one is left alone") {
    const auto worker = with_secret("checkout");
    const auto target = target_of(worker, {{"API_KEY", "new"}});
    const auto before = target_of(worker, {{"API_KEY", "old"}});

    auto live = live_as(target);
    CHECK(keys_of(diff_of(target, &live), secrets_part()).empty());

    live = live_as(before);
    auto diff = diff_of(target, &live);
    CHECK(keys_of(diff, secrets_part()) == std::vector<std::string>{"API_KEY"});
    CHECK(has_line(diff, '~', "secret API_KEY", "(rotated)"));

    live = live_as(target);
    set_live(live, "bindings", "[]");
    diff = diff_of(target, &live);
    CHECK(keys_of(diff, secrets_part()) == std::vector<std::string>{"API_KEY"});
    CHECK(has_line(diff, '+', "secret API_KEY"));
  }

  TEST_CASE("with a memory only the secret that moved is put again") {
    auto worker = with_secret("checkout");
    worker.secrets["OTHER"] = {"default", "other", {}};
    const auto before = target_of(worker, {{"API_KEY", "old"}, {"OTHER", "same"}});
    const auto target = target_of(worker, {{"API_KEY", "new"}, {"OTHER", "same"}});
    const auto live = remembered_as(before);
    CHECK(keys_of(diff_of(target, &live), secrets_part()) == std::vector<std::string>{"API_KEY"});
  }

  TEST_CASE("a version that somebody else made attests nothing of the secrets: they are put once") {
    const auto target = target_of(with_secret("checkout"), {{"API_KEY", "v"}});
    auto live = live_as(target);
    set_live(live, "annotations", R"({"workers/triggered_by": "secret"})");
    live.content = Known<LiveContent>::known({target.attestation.modules, {}});
    const auto diff = diff_of(target, &live);
    CHECK(diff.of(code_part()) == nullptr);
    CHECK(keys_of(diff, secrets_part()) == std::vector<std::string>{"API_KEY"});
    CHECK(has_line(diff, '?', "secret API_KEY", "unattested; put again"));
  }

  TEST_CASE("a fingerprint key that is not ours is a diagnostic and never a rewrite") {
    const auto target = target_of(with_secret("checkout"), {{"API_KEY", "v"}});
    auto live = live_as(target);
    auto foreign = target.attestation;
    foreign.key_id = "0badc0de";
    foreign.secrets = truncated(sha256_hex("foreign"));
    set_live(live, "annotations", to_text(Json(annotations_for(foreign, "main@sha1:1", "f"))));
    const auto diff = diff_of(target, &live);
    CHECK(diff.empty());
    REQUIRE(diff.parts.size() == 1);
    REQUIRE(diff.parts.front().notes.size() == 1);
    CHECK(diff.parts.front().notes.front().detail.find("0badc0de") != std::string::npos);
  }

  TEST_CASE("under secrets_policy exact an unknown secret goes") {
    auto worker = manifest("checkout");
    worker.secrets_policy = manifests::SecretsPolicy::exact;
    const auto target = target_of(worker);
    auto live = live_as(target);
    set_live(live, "bindings", R"([{"name": "FOREIGN", "type": "secret_text"}])");
    CHECK(diff_of(target, &live).of(secrets_part())->gone == std::vector<std::string>{"FOREIGN"});
  }

  TEST_CASE("what was managed and is dropped is said once and left alone") {
    const auto before = target_of(manifest("checkout", R"({"logpush": true})"));
    const auto target = target_of(manifest("checkout"));
    const auto live = remembered_as(before);
    const auto diff = diff_of(target, &live);
    CHECK(diff.empty());
    CHECK(has_line(diff, '.', "logpush"));
  }

  TEST_CASE("a lost or changed ownership tag is mended") {
    const auto target = target_of(manifest("checkout"));
    auto live = live_as(target);
    live.entry["tags"] = JsonArray();
    set_live(live, "tags", "[]");
    CHECK(diff_of(target, &live).of(ownership_part()) != nullptr);

    auto kept = manifest("checkout");
    kept.prune = false;
    live = live_as(target);
    const auto diff = diff_of(target_of(kept), &live);
    CHECK(diff.of(ownership_part()) != nullptr);
    CHECK(has_line(diff, '~', "prune", "true -> false"));
  }

  TEST_CASE("the list shows a changed script setting although nothing else of the Worker moved") {
    const auto target = target_of(manifest("checkout", R"({"logpush": true})"));
    auto live = remembered_as(target);
    live.entry["logpush"] = false;
    CHECK(keys_of(diff_of(target, &live), settings_part()) == std::vector<std::string>{"logpush"});
  }
}

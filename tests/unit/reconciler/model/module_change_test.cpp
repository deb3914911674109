#include "reconciler/model/module_change.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

manifests::ModuleFile module(const std::string& name, std::string_view bytes) {
  return {name, "src/" + name, "application/javascript+module", sha256_hex(bytes), bytes.size()};
}

LiveContent::Module live_module(std::string name, std::string_view bytes) {
  return {std::move(name), "application/javascript+module", bytes.size(), sha256_hex(bytes)};
}

Target made_of(std::vector<manifests::ModuleFile> modules) {
  auto worker = manifest("a");
  worker.modules = std::move(modules);
  return target_of(worker);
}

LiveWorker running(std::vector<LiveContent::Module> modules) {
  auto live = live_as(target_of(manifest("a")));
  live.content = Known<LiveContent>::known({"another digest", std::move(modules)});
  return live;
}

// `+ lib.js ? -> 3`
std::vector<std::string> told(const std::vector<ModuleChange>& changes) {
  constexpr std::string_view kSymbols = "=+~-.";
  const auto size = [](const std::optional<std::uint64_t>& bytes) { return bytes ? std::to_string(*bytes) : "?"; };
  std::vector<std::string> out;
  for (const auto& change : changes) {
    const char symbol = change.action ? kSymbols[static_cast<std::size_t>(*change.action)] : '?';
    out.push_back(std::string(1, symbol) + " " + change.name + " " + size(change.size_before) + " -> " +
                  size(change.size));
  }
  return out;
}

using Told = std::vector<std::string>;

}  // namespace

TEST_SUITE("module changes") {
  TEST_CASE("each module comes, goes, changes or stays by itself, with both sizes") {
    const auto target = made_of({module("index.js", "1"), module("lib.js", "333"), module("new.js", "22")});
    const auto live =
        running({live_module("index.js", "1"), live_module("lib.js", "4444"), live_module("old.js", "55555")});
    const auto changes = module_changes(target, &live);
    CHECK(told(changes) == Told{"= index.js 1 -> 1", "~ lib.js 4 -> 3", "+ new.js ? -> 2", "- old.js 5 -> ?"});
    CHECK(changes[1].digest == "sha256:" + sha256_hex("333"));
    CHECK(changes[3].digest == "sha256:" + sha256_hex("55555"));
  }

  TEST_CASE("a module of another type is another one") {
    const auto target = made_of({module("index.js", "1")});
    auto live = running({live_module("index.js", "1")});
    auto content = *live.content;
    content.modules.front().content_type = "text/plain";
    live.content = Known<LiveContent>::known(content);
    CHECK(told(module_changes(target, &live)) == Told{"~ index.js 1 -> 1"});
  }

  TEST_CASE("without the live code nothing is said of a module, and where the code is attested it stays") {
    const auto target = made_of({module("index.js", "1")});
    auto live = live_as(target_of(manifest("a")));
    CHECK(told(module_changes(target, &live)) == Told{"? index.js ? -> 1"});
    live = live_as(target);
    CHECK(told(module_changes(target, &live)) == Told{"= index.js 1 -> 1"});
    CHECK(told(module_changes(target, nullptr)) == Told{"+ index.js ? -> 1"});
  }

  TEST_CASE("a service worker is one script, whatever its part is called") {
    auto worker = manifest("a");
    worker.syntax = manifests::Syntax::service_worker;
    worker.modules = {module("worker.js", "22")};
    const auto live = running({live_module("script", "1")});
    CHECK(told(module_changes(target_of(worker), &live)) == Told{"~ worker.js 1 -> 2"});
  }

  TEST_CASE("the plan shows what becomes of each module") {
    World world;
    world.want(made_of({module("index.js", "1"), module("lib.js", "333"), module("new.js", "22")}));
    world.have(running({live_module("index.js", "1"), live_module("lib.js", "4444"), live_module("old.js", "55555")}));
    Told lines;
    for (const auto& line : change_of(world.plan(), "a").lines) {
      lines.push_back(std::string(1, line.symbol) + " " + line.what + " " + line.detail);
    }
    CHECK(lines == Told{"~ module lib.js 4 B -> 3 B", "+ module new.js (2 B)", "- module old.js (5 B)"});
  }
}

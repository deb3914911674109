#include "daemon/commands/check_needs.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace plumbline::daemon {
namespace {

using Names = std::vector<std::string>;

AccountNeeds needs_of(const manifests::DesiredWorker& worker) {
  manifests::DesiredState desired;
  desired.workers = {worker};
  AccountNeeds needs;
  add_needs(needs, desired);
  return needs;
}

Names lists(const AccountNeeds& needs) {
  Names names;
  for (const auto& need : lists_of(needs)) names.emplace_back(need.list->name);
  return names;
}

TEST_CASE("a Worker alone needs Workers Scripts, and nothing else") {
  const auto needs = needs_of({.name = "hello"});
  CHECK(needs.workers == 1);
  CHECK(lists(needs).empty());
  CHECK_FALSE(needs.any_zone());
  CHECK(permissions_of(needs) == "Account: Workers Scripts: Edit");
}

TEST_CASE("routes and domains need their zones, by name, by id, or by host") {
  manifests::DesiredWorker worker{.name = "shop"};
  worker.routes = {{.pattern = "a.example.com/*", .zone = "example.com"},
                   {.pattern = "b.example.com/*", .zone_id = "0123"},
                   {.pattern = "*.shop.example.org/cart*"}};
  worker.domains = {{.hostname = "pay.example.net"}};
  const auto needs = needs_of(worker);
  CHECK(needs.zones == std::set<std::string>{"example.com"});
  CHECK(needs.zone_ids == std::set<std::string>{"0123"});
  CHECK(needs.hosts == std::set<std::string>{"pay.example.net", "shop.example.org"});
  CHECK(lists(needs) == Names{"list_domains"});
  CHECK(permissions_of(needs) == "Account: Workers Scripts: Edit, Zone: Zone: Read, Zone: Workers Routes: Edit");
}

TEST_CASE("what is looked up by name needs its list, and what has an id does not") {
  manifests::DesiredWorker worker{.name = "shop"};
  worker.queue_consumers = {{.queue = "orders"}};
  worker.settings = {{"bindings", JsonObject{{"CACHE", JsonObject{{"type", "kv_namespace"}, {"title", "cache"}}},
                                             {"OTHER", JsonObject{{"type", "kv_namespace"}, {"namespace_id", "0f"}}},
                                             {"DB", JsonObject{{"type", "d1"}, {"id", "0f"}}},
                                             {"TEXT", JsonObject{{"type", "plain_text"}, {"text", "hello"}}}}}};
  const auto needs = needs_of(worker);
  CHECK(lists(needs) == Names{"list_queues", "list_kv_namespaces"});
  CHECK(permissions_of(needs) ==
        "Account: Workers Scripts: Edit, Account: Queues: Edit, Account: Workers KV Storage: Read");
}

TEST_CASE("the needs of several sources add up") {
  manifests::DesiredState first;
  first.workers = {{.name = "a"}, {.name = "b"}};
  manifests::DesiredState second;
  second.zone_workers = {{.zone = "example.com", .filters = std::vector<manifests::DesiredFilter>{}}};
  AccountNeeds needs;
  add_needs(needs, first);
  add_needs(needs, second);
  CHECK(needs.workers == 2);
  CHECK(needs.zones == std::set<std::string>{"example.com"});
  CHECK(needs.filters);
}

TEST_CASE("a host may belong to any zone above it with two labels or more") {
  CHECK(possible_zones("a.b.example.com") == Names{"a.b.example.com", "b.example.com", "example.com"});
  CHECK(possible_zones("localhost").empty());
}

}  // namespace
}  // namespace plumbline::daemon

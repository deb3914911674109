#include "reconciler/explain/serving.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/reconciler/explain/account.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

using Candidate = ServingCandidate;
using ServedBy = Serving::Outcome;

Serving ask(std::string_view url, const World& account) {
  return serving(parse_request_url(url).value(), exposure_of(account.plan()));
}

const Candidate* candidate(const Serving& of, std::string_view name) {
  const auto found = std::ranges::find(of.candidates, name, &Candidate::name);
  return found == of.candidates.end() ? nullptr : &*found;
}

bool says(const std::vector<std::string>& all, std::string_view part) {
  return std::ranges::any_of(all, [part](const std::string& one) { return one.contains(part); });
}

}  // namespace

TEST_CASE("the Worker of the most specific route serves, with the manifest and the revision behind it") {
  ExposedAccount account;
  account.serve("checkout", {"shop.example.com/cart*"});
  account.serve("web", {"shop.example.com/*", "*example.com/*"});
  sign(account.live.workers.at("checkout"));
  const auto answer = ask("https://shop.example.com/cart?token=canary", account);
  CHECK(answer.outcome == ServedBy::worker);
  CHECK(answer.worker.name == "checkout");
  CHECK(answer.worker.file == "workers/checkout.yaml");
  CHECK(answer.worker.revision == "main@sha1:0123456789abcdef");
  CHECK(answer.worker.owner == "edge/production");
  REQUIRE(answer.candidates.size() == 3);
  CHECK(answer.candidates[0].address == "route.shop.example.com/cart*");
  CHECK(answer.candidates[0].verdict == Candidate::Verdict::decides);
  CHECK(answer.candidates[0].file == "workers/checkout.yaml");
  CHECK(answer.candidates[1].name == "shop.example.com/*");
  CHECK(answer.candidates[1].why == "shop.example.com/cart* comes first: its path is the longer");
  CHECK(answer.candidates[2].name == "*example.com/*");
  CHECK(answer.unknown.empty());
  CHECK(!as_text(answer).contains("canary"));
  CHECK(!to_text(to_json(answer)).contains("canary"));
}

TEST_CASE("a route without a Worker turns Workers off for all that is less specific") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/*"});
  account.have_route("shop.example.com/images/*", "");
  const auto answer = ask("https://shop.example.com/images/cat.png", account);
  CHECK(answer.outcome == ServedBy::no_worker);
  CHECK(answer.candidates[0].name == "shop.example.com/images/*");
  CHECK(answer.candidates[0].why.contains("Workers are turned off"));
  CHECK(answer.candidates[1].worker == "web");
  CHECK(ask("https://shop.example.com/cart", account).worker.name == "web");
}

TEST_CASE("a route comes before a custom domain on the same hostname") {
  ExposedAccount account;
  account.serve("logger", {"shop.example.com/api/*"});
  account.have_others("shop", "plumbline=edge/other");
  account.have_domain("shop.example.com", "shop");
  const auto both = ask("https://shop.example.com/api/a", account);
  CHECK(both.worker.name == "logger");
  REQUIRE(candidate(both, "shop.example.com") != nullptr);
  CHECK(candidate(both, "shop.example.com")->verdict == Candidate::Verdict::comes_later);
  const auto domain = ask("https://shop.example.com/else", account);
  CHECK(domain.outcome == ServedBy::worker);
  CHECK(domain.worker.name == "shop");
  CHECK(domain.worker.owner == "edge/other");
  CHECK(domain.worker.file.empty());
  CHECK(ask("https://www.shop.example.com/", account).outcome == ServedBy::no_worker);
}

TEST_CASE("what a route without a Worker does to a custom domain is said to be undocumented") {
  ExposedAccount account;
  account.serve("shop", {});
  account.have_domain("shop.example.com", "shop");
  account.have_route("shop.example.com/off/*", "");
  const auto answer = ask("https://shop.example.com/off/a", account);
  CHECK(answer.outcome == ServedBy::no_worker);
  CHECK(says(candidate(answer, "shop.example.com")->undocumented, "turns Workers off"));
  CHECK(as_text(answer).contains("Not documented by Cloudflare:"));
}

TEST_CASE("a custom domain that is switched off does not serve") {
  Exposure exposure;
  exposure.zones = {{kExampleZone, "example.com", ""}};
  exposure.domains = {{"d1", "shop.example.com", "shop", "example.com", false}};
  const auto answer = serving(parse_request_url("https://shop.example.com/").value(), exposure);
  CHECK(answer.outcome == ServedBy::no_worker);
  CHECK(candidate(answer, "shop.example.com")->verdict == Candidate::Verdict::not_now);
}

TEST_CASE("which of two patterns wins is said to be undocumented where neither is within the other") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/*"});
  account.serve("pictures", {"*example.com/images/cat.png"});
  const auto answer = ask("https://shop.example.com/images/cat.png", account);
  CHECK(answer.worker.name == "web");
  CHECK(says(candidate(answer, "*example.com/images/cat.png")->undocumented, "neither lies within the other"));
}

TEST_CASE("the known issue of a slash before the star is told") {
  ExposedAccount account;
  account.serve("a", {"shop.example.com/images/*"});
  account.serve("b", {"shop.example.com/images*"});
  const auto answer = ask("https://shop.example.com/images/hello", account);
  CHECK(answer.worker.name == "b");
  CHECK(candidate(answer, "shop.example.com/images/*")->why.contains("known issues"));
}

TEST_CASE("a route that nearly matches is told with the reason") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/cart", "http://shop.example.com/old/*", "shop.example.com/Images/*"});
  const auto query = ask("https://shop.example.com/cart?x=1", account);
  CHECK(query.outcome == ServedBy::no_worker);
  CHECK(candidate(query, "shop.example.com/cart")->why.contains("query"));
  CHECK(candidate(ask("https://shop.example.com/old/a", account), "http://shop.example.com/old/*")
            ->why.contains("scheme"));
  CHECK(
      candidate(ask("https://shop.example.com/images/a", account), "shop.example.com/Images/*")->why.contains("case"));
}

TEST_CASE("filters of the zone-level API lead to the zone's script, or to none") {
  ExposedAccount account;
  account.live.zones.zone_workers[kExampleZone].filters = Known<std::vector<LiveFilter>>::known(
      {{"f1", "old.example.com/*", true}, {"f2", "old.example.com/off/*", false}});
  account.have_route("old.example.com/off/*", "");
  const auto on = ask("https://old.example.com/a", account);
  CHECK(on.outcome == ServedBy::zone_script);
  CHECK(on.candidates[0].kind == Candidate::Kind::filter);
  const auto off = ask("https://old.example.com/off/a", account);
  CHECK(off.outcome == ServedBy::no_worker);
  REQUIRE(off.candidates.size() == 2);
  CHECK(off.candidates[0].why.contains("`enabled: false`"));
}

TEST_CASE("of a zone that no source has in scope nothing is claimed") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/*"});
  const auto other = ask("https://shop.example.org/", account);
  CHECK(other.outcome == ServedBy::unknown);
  CHECK(says(other.unknown, "no source has it in scope"));
  account.have_domain("shop.example.org", "web");
  const auto domain = ask("https://shop.example.org/", account);
  CHECK(domain.outcome == ServedBy::unknown);
  CHECK(domain.worker.name == "web");
  CHECK(as_text(domain).contains("not known; by what was read it is worker.web"));
}

TEST_CASE("of what could not be read the reason is told") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/*"});
  account.live.zones.zones[kExampleZone] = {{}, api::Error{.kind = api::ErrorKind::server, .message = "no answer"}};
  account.live.zones.domains = {};
  const auto answer = ask("https://shop.example.com/", account);
  CHECK(answer.outcome == ServedBy::unknown);
  CHECK(says(answer.unknown, "no answer"));
  CHECK(says(answer.unknown, "custom domains"));
}

TEST_CASE("the zone with the longest name holds the host, and routes of others do not count") {
  Exposure exposure;
  exposure.zones = {{"z1", "example.com", ""}, {"z2", "shop.example.com", ""}};
  exposure.routes = {{"r1", "*example.com/*", "web", "z1", "example.com"},
                     {"r2", "*shop.example.com/*", "shop", "z2", "shop.example.com"}};
  exposure.workers = {{"web", {.name = "web", .is_live = true}}, {"shop", {.name = "shop", .is_live = true}}};
  const auto answer = serving(parse_request_url("https://a.shop.example.com/").value(), exposure);
  CHECK(answer.worker.name == "shop");
  CHECK(candidate(answer, "*example.com/*")->why.contains("another zone"));
}

TEST_CASE("a zone that is known by its id alone is found by its routes") {
  Exposure exposure;
  exposure.zones = {{"z1", "", ""}};
  exposure.routes = {{"r1", "shop.example.com/*", "shop", "z1", ""}};
  exposure.workers = {{"shop", {.name = "shop", .is_live = true}}};
  CHECK(serving(parse_request_url("https://shop.example.com/").value(), exposure).outcome == ServedBy::worker);
  CHECK(serving(parse_request_url("https://other.example.com/").value(), exposure).outcome == ServedBy::unknown);
}

TEST_CASE("a route to a Worker that is not there is told") {
  ExposedAccount account;
  account.have_route("shop.example.com/*", "gone");
  const auto answer = ask("https://shop.example.com/", account);
  CHECK(answer.worker.name == "gone");
  CHECK(answer.candidates[0].why.contains("no Worker of that name"));
}

TEST_CASE("ports are told apart by what Cloudflare's proxy takes") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/*"});
  CHECK(ask("https://shop.example.com:443/", account).undocumented.empty());
  CHECK(says(ask("https://shop.example.com:8443/", account).undocumented, "patterns hold no port"));
  CHECK(says(ask("https://shop.example.com:9999/", account).undocumented, "none at which"));
}

TEST_CASE("a URL that the zone normalizes is matched so, and what hangs on it is said") {
  ExposedAccount account;
  account.serve("web", {"shop.example.com/cart"});
  const auto answer = ask("https://shop.example.com/%63art", account);
  CHECK(answer.worker.name == "web");
  CHECK(says(answer.unknown, "normalizes"));
}

TEST_CASE("addresses on workers.dev lead to the Worker of the name, if that is switched on") {
  ExposedAccount account;
  account.serve("checkout", {});
  account.live.workers.at("checkout").parts["subdomain"] = object(R"({"enabled": true, "previews_enabled": false})");
  const auto answer = ask("https://checkout.edge.workers.dev/", account);
  CHECK(answer.outcome == ServedBy::worker);
  CHECK(answer.worker.name == "checkout");
  CHECK(says(answer.unknown, "edge.workers.dev"));
  const auto preview = ask("https://0123abcd-checkout.edge.workers.dev/", account);
  CHECK(preview.outcome == ServedBy::no_worker);
  account.live.workers.at("checkout").parts.clear();
  CHECK(ask("https://checkout.edge.workers.dev/", account).outcome == ServedBy::unknown);

  auto exposure = exposure_of(account.plan());
  exposure.subdomain = "other";
  const auto foreign = serving(parse_request_url("https://checkout.edge.workers.dev/").value(), exposure);
  CHECK(foreign.outcome == ServedBy::no_worker);
  CHECK(says(foreign.unknown, "another account"));
}

TEST_CASE("what an apply has done since counts, and what it has not done does not") {
  ExposedAccount account;
  auto worker = manifest("checkout");
  worker.routes = {{.pattern = "shop.example.com/*", .zone = "example.com", .where = {"workers/checkout.yaml", 9, 5}}};
  account.want(target_of(worker));
  account.have(live_as(account.targets.back()));
  const auto plan = account.plan();
  const auto url = parse_request_url("https://shop.example.com/").value();
  CHECK(serving(url, exposure_of(plan)).outcome == ServedBy::no_worker);
  const auto after = serving(url, exposure_of(plan, {"route.shop.example.com/*"}));
  CHECK(after.worker.name == "checkout");
  CHECK(after.candidates[0].file == "workers/checkout.yaml");
}

TEST_CASE("several sources of an account know together what each of them has read") {
  ExposedAccount first;
  first.serve("web", {"shop.example.com/*"});
  World second;
  auto worker = manifest("blog");
  second.want(target_of(worker));
  second.have(live_as(second.targets.back()));
  second.live.observed_at += std::chrono::hours(1);
  const auto all = merged({exposure_of(first.plan()), exposure_of(second.plan())});
  const auto answer = serving(parse_request_url("https://shop.example.com/").value(), all);
  CHECK(answer.outcome == ServedBy::worker);
  CHECK(answer.worker.file == "workers/web.yaml");
  CHECK(all.workers.contains("blog"));
  CHECK(serving(parse_request_url("https://a.example.com/").value(), merged({})).outcome == ServedBy::unknown);
}

TEST_CASE("the answer reads as a person needs it at night") {
  ExposedAccount account;
  account.serve("checkout", {"shop.example.com/cart*"});
  account.serve("web", {"shop.example.com/*"});
  sign(account.live.workers.at("checkout"));
  CHECK(as_text(ask("https://shop.example.com/cart", account)) == R"(https://shop.example.com/cart
  served by worker.checkout
  workers/checkout.yaml, live from main@sha1:0123456789abcdef; owned by edge/production
Decided by:
  route.shop.example.com/cart* -> worker.checkout (zone example.com, workers/checkout.yaml)
    it is the most specific that matches
Would match as well, and come later:
  route.shop.example.com/* -> worker.web (zone example.com, workers/web.yaml)
    shop.example.com/cart* comes first: its path is the longer
)");
}

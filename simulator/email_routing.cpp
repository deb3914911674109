#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "simulator/endpoints.h"

/// Rules of Email Routing as far as `addresses` of a wrangler config makes them. No mail is delivered. The shapes are
/// those that wrangler 4 sends and reads (workers-sdk, packages/wrangler/src/email-routing).
namespace plumbline::simulator {
namespace {

using Rules = std::vector<JsonObject>;

Rules& email_rules(World& world, const Zone& zone) {
  return world.account.resources["email/routing/rules/" + zone.id];
}

const JsonArray& list_of(const Json& value, std::string_view key) {
  static const JsonArray none;
  const auto* found = member(value, key);
  return found && found->is_array() ? found->get_array() : none;
}

/// The address that a rule is for: `a@example.com`, or `*@example.com` for all others of the zone.
std::string target_of(const Json& rule, const Zone& zone) {
  for (const auto& matcher : list_of(rule, "matchers")) {
    if (string_member(matcher, "type") == "all") return "*@" + zone.name;
    const auto value = string_member(matcher, "value");
    if (!value.empty()) return to_lower(value);
  }
  return {};
}

Zone* zone_of_address(World& world, std::string_view address) {
  const auto domain = to_lower(address.substr(address.find('@') + 1));
  const auto found = std::ranges::find_if(
      world.account.zones, [&](const Zone& zone) { return domain == zone.name || domain.ends_with('.' + zone.name); });
  return found == world.account.zones.end() ? nullptr : &*found;
}

Rules::iterator find_target(Rules& rules, const Zone& zone, std::string_view target) {
  return std::ranges::find_if(rules, [&](const JsonObject& rule) { return target_of(rule, zone) == target; });
}

Rules::iterator find_rule(Rules& rules, std::string_view id) {
  return std::ranges::find_if(rules, [&](const JsonObject& rule) { return string_member(rule, "id") == id; });
}

std::unexpected<Refusal> no_such_rule() {
  return refuse(404, 10005, "The rule was not found.");
}

const Worker* worker_of_tag(const World& world, std::string_view tag) {
  const auto& workers = world.account.workers;
  const auto found = std::ranges::find_if(workers, [&](const auto& entry) { return entry.second.tag == tag; });
  return found == workers.end() ? nullptr : &found->second;
}

/// What the account has against what a Worker asks for, as changes by zone.
class EmailPlan {
 public:
  EmailPlan(World& world, const Worker& owner) : world_(world), owner_(owner) {}

  Try<void> want(std::string_view address, const Json& rule) {
    auto* zone = zone_of_address(world_, address);
    if (!zone) return refuse(400, 10001, "No zone of the account holds the address.");
    auto& rules = email_rules(world_, *zone);
    const auto target = to_lower(address);
    wanted_.push_back(target);
    const auto found = find_target(rules, *zone, target);
    if (found == rules.end()) {
      add(*zone, "added", target, nullptr);
    } else if (!is_ours(*found)) {
      add(*zone, "conflict", target, &*found);
    } else if (list_of(*found, "actions") != list_of(rule, "actions")) {
      add(*zone, "updated", target, &*found);
    }
    return {};
  }

  /// Rules of the Worker that it no longer asks for.
  JsonObject finish() {
    for (const auto& zone : world_.account.zones) {
      for (const auto& rule : email_rules(world_, zone)) {
        const auto target = target_of(rule, zone);
        const bool stays = !is_ours(rule) || std::ranges::find(wanted_, target) != wanted_.end();
        if (!stays) add(zone, "deleted", target, &rule);
      }
    }
    JsonArray zones;
    for (auto& [id, zone] : zones_) zones.push_back(std::move(zone));
    return {{"zones", std::move(zones)}};
  }

 private:
  [[nodiscard]] bool is_ours(const JsonObject& rule) const {
    return string_member(rule, "source") == "wrangler" && string_member(rule, "owner_worker_tag") == owner_.tag;
  }

  void add(const Zone& zone, std::string_view type, std::string_view target, const JsonObject* remote) {
    JsonObject change{{"type", type}, {"target", target}};
    if (remote) change["remote"] = *remote;
    auto& entry = zones_[zone.id];
    if (entry.empty()) entry = {{"zone_id", zone.id}, {"zone_name", zone.name}, {"changes", JsonArray()}};
    entry["changes"].get_array().emplace_back(std::move(change));
  }

  World& world_;
  const Worker& owner_;
  std::vector<std::string> wanted_;
  std::map<std::string, JsonObject> zones_;
};

/// POST /accounts/:account/email/routing/rules/plan: changes nothing. 404/2016 until the Worker is known.
Outcome plan_email_rules(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto* owner = worker_of_tag(call.world, string_member(*body, "owner_worker_tag"));
  if (!owner) return refuse(404, 2016, "The Worker was not found.");
  EmailPlan plan(call.world, *owner);
  for (const auto& rule : list_of(*body, "rules")) {
    if (auto read = plan.want(target_of(rule, Zone()), rule); !read) return std::unexpected(read.error());
  }
  for (const auto& entry : list_of(*body, "catch_all_rules")) {
    const auto* rule = member(entry, "rule");
    if (auto read = plan.want(string_member(entry, "target"), rule ? *rule : Json()); !read) {
      return std::unexpected(read.error());
    }
  }
  return success(plan.finish());
}

/// GET /zones/:zone/email/routing/rules
Outcome list_email_rules(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  JsonArray out;
  for (const auto& rule : email_rules(call.world, **zone)) out.push_back(rule);
  const PageInfo info{1, out.size(), out.size(), out.size()};
  return success(out, info);
}

/// A rule as it is stored, from the body of a request.
Try<JsonObject> read_rule(const Call& call, const Zone& zone, std::string_view id) {
  auto rule = call.json_object();
  if (!rule) return rule;
  if (target_of(*rule, zone).empty()) return refuse(400, 10001, "`matchers` names no address.");
  (*rule)["id"] = id;
  (*rule)["tag"] = id;
  return rule;
}

/// POST /zones/:zone/email/routing/rules
Outcome post_email_rule(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto rule = read_rule(call, **zone, call.world.ids.hex32());
  if (!rule) return std::unexpected(rule.error());
  auto& rules = email_rules(call.world, **zone);
  if (find_target(rules, **zone, target_of(*rule, **zone)) != rules.end()) {
    return refuse(409, 2014, "Duplicated rule: the address has one already.");
  }
  rules.push_back(std::move(*rule));
  return success(rules.back());
}

/// PUT /zones/:zone/email/routing/rules/:rule
Outcome put_email_rule(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto& rules = email_rules(call.world, **zone);
  const auto found = find_rule(rules, call.params[1]);
  if (found == rules.end()) return no_such_rule();
  auto rule = read_rule(call, **zone, call.params[1]);
  if (!rule) return std::unexpected(rule.error());
  *found = std::move(*rule);
  return success(*found);
}

/// PUT /zones/:zone/email/routing/rules/catch_all: makes it, or replaces it.
Outcome put_catch_all(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto& rules = email_rules(call.world, **zone);
  auto found = find_target(rules, **zone, "*@" + (*zone)->name);
  const auto id = found == rules.end() ? call.world.ids.hex32() : std::string(string_member(*found, "id"));
  auto rule = read_rule(call, **zone, id);
  if (!rule) return std::unexpected(rule.error());
  if (found == rules.end()) found = rules.insert(rules.end(), JsonObject());
  *found = std::move(*rule);
  return success(*found);
}

/// DELETE /zones/:zone/email/routing/rules/:rule
Outcome delete_email_rule(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto& rules = email_rules(call.world, **zone);
  const auto found = find_rule(rules, call.params[1]);
  if (found == rules.end()) return no_such_rule();
  auto gone = std::move(*found);
  rules.erase(found);
  return success(std::move(gone));
}

constexpr std::array kEmailEndpoints{
    Endpoint{"POST", "/accounts/:account/email/routing/rules/plan", plan_email_rules},
    Endpoint{"GET", "/zones/:zone/email/routing/rules", list_email_rules},
    Endpoint{"POST", "/zones/:zone/email/routing/rules", post_email_rule},
    Endpoint{"PUT", "/zones/:zone/email/routing/rules/:rule", put_email_rule},
    Endpoint{"PUT", "/zones/:zone/email/routing/rules/catch_all", put_catch_all},
    Endpoint{"DELETE", "/zones/:zone/email/routing/rules/:rule", delete_email_rule},
};

}  // namespace

std::span<const Endpoint> email_endpoints() {
  return kEmailEndpoints;
}

}  // namespace plumbline::simulator

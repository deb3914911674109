#include "reconciler/parts/held_part.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::reconciler {
namespace {

const JsonObject* find_thing(const Triggers& triggers, const std::string& name) {
  const auto found = triggers.find(name);
  return found == triggers.end() ? nullptr : &found->second;
}

}  // namespace

void HeldPart::add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const {
  if (stated(worker)) managed.emplace_back(name());
}

void HeldPart::add_identity(const Target& target, JsonObject& identity) const {
  if (const auto desired = stated(*target.desired)) identity[name()] = to_json(*desired);
}

std::vector<std::string> HeldPart::claims(const Target& target) const {
  std::vector<std::string> claims;
  for (const auto& [thing, settings] : stated(*target.desired).value_or(Triggers())) claims.push_back(claim_of(thing));
  return claims;
}

// A full refresh reads the list wherever it is managed; else a memory that agrees spares it.
void HeldPart::add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const {
  if (!is_unread(*subject.account->live) || !stated(subject.desired())) return;
  const bool unknown = subject.live != nullptr && !known_value(*subject.live);
  if (refresh == Refresh::full || unknown || diff_of(subject).differs()) reads.push_back({words_.list});
}

void HeldPart::add_reads_to_delete(const Subject& subject, Reads& reads) const {
  if (is_unread(*subject.account->live)) reads.push_back({words_.list});
}

std::optional<Block> HeldPart::obstacle(const Subject& subject) const {
  const auto desired = stated(subject.desired());
  if (!desired) return std::nullopt;
  if (!is_unread(*subject.account->live) && !failure(*subject.account->live)) return held_block(subject, *desired);
  if (!failure(*subject.account->live)) return std::nullopt;
  const bool unknown = subject.live != nullptr && !known_value(*subject.live);
  if (!unknown && !diff_of(subject).differs()) return std::nullopt;
  return Block{Reason::read_failed,
               fmt::format("{}: the {} of the account could not be read: {}", words_.name, words_.listed,
                           api::to_text(*failure(*subject.account->live))),
               fmt::format("try again later, or check that the token may read {}", words_.listed)};
}

PartDiff HeldPart::diff(const View& view) const {
  return diff_of(view);
}

PartDiff HeldPart::diff_of(const Subject& subject) const {
  PartDiff diff;
  const auto desired = stated(subject.desired());
  if (!desired) return diff;
  const auto live = live_things(subject.live);
  for (const auto& [thing, settings] : *desired) {
    const auto* before = find_thing(live, thing);
    if (before != nullptr && differing(*before, settings).empty()) continue;
    add_put_lines(subject, thing, settings, before, diff);
    for (auto& call : put_calls(subject, thing, settings, before)) diff.then.push_back(std::move(call));
  }
  for (const auto& [thing, settings] : live) {
    if (desired->contains(thing)) continue;
    add_surplus(subject, thing, taker(subject, thing), diff);
  }
  return diff;
}

void HeldPart::add_put_lines(const Subject& subject, const std::string& thing, const JsonObject& desired,
                             const JsonObject* live, PartDiff& diff) const {
  const auto what = fmt::format("{} {}", words_.thing, thing);
  if (live == nullptr) {
    auto detail = described(desired);
    if (const auto from = holder(subject, thing); !from.empty()) {
      detail += fmt::format("{}taken over from worker.{}", detail.empty() ? "" : "; ", from);
    }
    diff.line('+', what, std::move(detail));
    return;
  }
  for (const auto& key : differing(*live, desired)) {
    const auto from = live_value(*live, key);
    diff.lines.push_back(
        change_line(fmt::format("{}.{}", what, key), shown(from ? &*from : nullptr), shown(member(desired, key))));
  }
}

std::vector<std::string> HeldPart::losers(const Subject& subject) const {
  std::vector<std::string> names;
  if (subject.target == nullptr) return names;
  for (const auto& [thing, settings] : stated(subject.desired()).value_or(Triggers())) {
    if (auto from = holder(subject, thing); !from.empty()) names.push_back(std::move(from));
  }
  return names;
}

void HeldPart::add_state_before(const View& view, JsonObject& state) const {
  const auto desired = stated(view.desired());
  if (!desired) return;
  JsonObject things;
  for (const auto& [thing, settings] : live_things(view.live)) {
    if (auto one = before(settings, find_thing(*desired, thing))) things.emplace(thing, std::move(*one));
  }
  state[name()] = std::move(things);
}

void HeldPart::add_state_after(const Subject& subject, JsonObject& state) const {
  add_identity(*subject.target, state);
}

std::optional<Json> HeldPart::value_after(const View& view, const PartDiff* own) const {
  const auto desired = stated(view.desired());
  if (!desired) return std::nullopt;
  Triggers out;
  auto live = live_things(view.live);
  for (const auto& [thing, settings] : *desired) {
    const auto* before = find_thing(live, thing);
    if (before != nullptr) {
      out.insert_or_assign(thing, merged(*before, settings));
    } else if (own != nullptr) {
      out.insert_or_assign(thing, settings);
    }
  }
  for (auto& [thing, settings] : live) {
    if (keeps_surplus() && taker(view, thing) == nullptr) out.try_emplace(thing, std::move(settings));
  }
  return to_json(out);
}

const std::string* HeldPart::taker(const Subject& subject, std::string_view thing) const {
  const auto& live = *subject.account->live;
  if (is_unread(live) || failure(live)) return nullptr;
  return subject.account->taker_from(subject.name(), claim_of(thing));
}

Triggers HeldPart::live_things(const LiveWorker* live) const {
  const auto value = live != nullptr ? known_value(*live) : std::nullopt;
  return triggers_of(value ? &*value : nullptr);
}

std::string HeldPart::claim_of(std::string_view thing) const {
  return fmt::format("{} {}", words_.name, thing);
}

bool HeldPart::is_claimed(const Subject& subject, std::string_view thing) const {
  return subject.account->claims.contains(claim_of(thing));
}

Json to_json(const Triggers& triggers) {
  JsonObject out;
  for (const auto& [name, settings] : triggers) out.emplace(name, settings);
  return out;
}

Triggers triggers_of(const Json* value) {
  Triggers out;
  const auto* object = value != nullptr ? value->if_object() : nullptr;
  if (object == nullptr) return out;
  for (const auto& entry : *object) {
    if (const auto* settings = entry.value().if_object()) out.emplace(entry.key(), *settings);
  }
  return out;
}

}  // namespace plumbline::reconciler

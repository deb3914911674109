#include "reconciler/parts/part.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconciler/model/canonical.h"

namespace plumbline::reconciler {

const Target* AccountView::target_of(std::string_view worker) const {
  const auto found = std::ranges::find(*targets, worker, [](const Target& target) { return target.desired->name; });
  return found == targets->end() ? nullptr : &*found;
}

const std::string* AccountView::taker_from(std::string_view worker, std::string_view claim) const {
  const auto found = claims.find(claim);
  const bool taken = found != claims.end() && found->second.in_scope && found->second.worker != worker;
  return taken ? &found->second.worker : nullptr;
}

const std::string& Subject::name() const {
  return target != nullptr ? target->desired->name : live->name;
}

View::View(const Subject& subject) : Subject(subject) {
  if (live == nullptr) return;
  raw = LiveSettings(*live);
  attestation = known_attestation(*live);
}

const Json* View::setting(std::string_view name) const {
  if (!raw.is_known()) return nullptr;
  const auto* value = raw.find(name);
  if (is_canonical(name, value)) return value;
  auto found = canonical_.find(name);
  if (found == canonical_.end()) {
    found = canonical_.emplace(name, canonical_setting(name, value)).first;
  }
  return found->second ? &*found->second : nullptr;
}

const JsonObject& View::bindings() const {
  static const JsonObject none;
  const auto* all = setting("bindings");
  return all != nullptr && all->is_object() ? all->get_object() : none;
}

Attestation View::attested() const {
  const auto* known = attestation.if_known();
  return known != nullptr ? *known : Attestation{"-", "-", "-", "-"};
}

void Part::add_managed(const manifests::DesiredWorker& /*worker*/, std::vector<std::string>& /*managed*/) const {}
void Part::add_identity(const Target& /*target*/, JsonObject& /*identity*/) const {}
std::vector<std::string> Part::claims(const Target& /*target*/) const {
  return {};
}

Witness Part::witness(const ChangeLine& /*line*/) const {
  return Witness::journal;
}

void Part::add_reads_to_compare(const Subject& /*subject*/, Refresh /*refresh*/, Reads& /*reads*/) const {}
void Part::add_reads_to_write(const Subject& /*subject*/, Write /*write*/, Reads& /*reads*/) const {}
void Part::add_reads_to_delete(const Subject& /*subject*/, Reads& /*reads*/) const {}
const api::Operation* Part::read_operation() const {
  return nullptr;
}
Json Part::value_read(Json answer) const {
  return answer;
}
std::optional<Json> Part::value_in_beta_list(const JsonObject& /*entry*/) const {
  return std::nullopt;
}

std::optional<Block> Part::obstacle(const Subject& /*subject*/) const {
  return std::nullopt;
}
PartDiff Part::diff(const View& /*view*/) const {
  return {};
}
PartDiff Part::removal(const Subject& /*subject*/) const {
  return {};
}
std::vector<std::string> Part::losers(const Subject& /*subject*/) const {
  return {};
}
void Part::write(const View& /*view*/, const PartDiff* /*own*/, VersionDraft& /*draft*/) const {}

void Part::add_state_before(const View& /*view*/, JsonObject& /*state*/) const {}
void Part::add_state_after(const Subject& /*subject*/, JsonObject& /*state*/) const {}
std::optional<Json> Part::known_value(const LiveWorker& live) const {
  const auto* value = known_part(live, name());
  return value != nullptr ? std::optional<Json>(*value) : std::nullopt;
}
std::optional<Json> Part::value_after(const View& /*view*/, const PartDiff* /*own*/) const {
  return std::nullopt;
}
std::size_t Part::count_held(const LiveWorker& /*live*/, Ended::Kind /*kind*/) const {
  return 0;
}

Block unread_block(std::string_view what, const std::optional<api::Error>& failure) {
  return {Reason::read_failed,
          fmt::format("{} could not be read{}. It is unknown what the change would end, so it is not made", what,
                      failure ? ": " + api::to_text(*failure) : ""),
          "try again later, or check that the token may read them"};
}

}  // namespace plumbline::reconciler

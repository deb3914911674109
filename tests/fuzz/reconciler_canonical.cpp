#include "reconciler/model/canonical.h"

#include "reconciler/journal/observation_json.h"
#include "reconciler/model/attestation.h"
#include "reconciler/model/ownership.h"
#include "tests/fuzz/fuzz.h"

// What comes from the API or from the journal, as JSON or as text.
namespace plumbline::fuzz {
namespace {

void read_texts(const std::string& text) {
  if (const auto attestation = reconciler::parse_attestation(text)) {
    require(reconciler::parse_attestation(to_string(*attestation)) == *attestation, "an attestation is written back");
  }
  const Json tags = JsonArray{Json(text)};
  if (const auto ownership = reconciler::ownership_of(&tags)) {
    require(reconciler::is_claimed(&tags), "what is owned is claimed");
    const Json written = JsonArray{Json(reconciler::ownership_tag(*ownership))};
    const auto again = reconciler::ownership_of(&written);
    require(again && again->owner == ownership->owner && again->keep == ownership->keep, "an owner is written back");
  }
}

void read_settings(const JsonObject& settings) {
  const auto canonical = reconciler::canonical_settings(settings);
  require(equal(reconciler::canonical_settings(canonical), canonical), "the canonical form of itself is itself");
  const Json whole = canonical;
  require(reconciler::satisfies(&whole, whole), "settings satisfy themselves");
  const Json live = reconciler::with_service_defaults(canonical);
  require(reconciler::satisfies(&live, whole), "defaults of the service contradict nothing that is stated");
  (void)reconciler::secret_names(member(settings, "bindings"));
}

}  // namespace

void run(std::string_view input) {
  read_texts(std::string(input));
  const auto json = parse_json(input);
  if (!json) return;
  (void)reconciler::attestation_of(&*json);
  (void)reconciler::ownership_of(&*json);
  if (const auto observation = reconciler::observation_from_json(*json)) {
    const auto written = reconciler::to_json(*observation);
    const auto again = reconciler::observation_from_json(written);
    require(again && equal(reconciler::to_json(*again), written), "an observation is written back");
  }
  if (json->is_object()) read_settings(json->get_object());
}

}  // namespace plumbline::fuzz

#include "manifests/kinds/setting_facts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "manifests/kinds/worker_schema.h"
#include "manifests/kinds/wrangler_words.h"

namespace plumbline::manifests {
namespace {

// Fields of `spec` that are no settings: each is read by a function of its own.
const std::set<std::string_view> kOwn{"main",         "script",         "modules",   "secrets",    "secrets_policy",
                                      "vars_policy",  "subdomain",      "ignore",    "depends_on", "routes",
                                      "domains",      "schedules",      "workflows", "assets",     "migrations",
                                      "environments", "queue_consumers"};

}  // namespace

TEST_SUITE("setting facts") {
  TEST_CASE("a field of a manifest is a setting with a row, or is read by a function of its own") {
    std::set<std::string_view> stated;
    for (const Field& field : spec_shape().table->fields) {
      CAPTURE(field.name);
      CHECK(stated.insert(field.name).second);
      if (field.support == Support::refused) {
        const bool of_wrangler =
            std::ranges::find(wrangler_words(), field.name, &Field::name) != wrangler_words().end();
        CHECK((is_other_metadata(field.name) || of_wrangler || field.name == "name"));
        CHECK(setting_fact(field.name).name.empty());
      } else {
        CHECK(is_setting(field.name) != kOwn.contains(field.name));
      }
    }
    for (const SettingFact& fact : setting_facts()) {
      CAPTURE(fact.name);
      CHECK(&setting_fact(fact.name) == &fact);
      CHECK(is_setting(fact.name) == stated.contains(fact.name));
      CHECK_FALSE(is_other_metadata(fact.name));
    }
    CHECK_FALSE(is_setting("of unsafe.metadata"));
    CHECK(setting_fact("of unsafe.metadata").is_unseen());
  }

  TEST_CASE("what a row says of its form fits the shape that a manifest may give it") {
    for (const SettingFact& fact : setting_facts()) {
      CAPTURE(fact.name);
      const Type type = fact.shape.type;
      const bool is_object = type == Type::object || type == Type::map;
      if (fact.is_merged || fact.defaults != nullptr || fact.form == SettingForm::bindings) CHECK(is_object);
      if (fact.form == SettingForm::texts || fact.form == SettingForm::tags)
        CHECK(fact.shape.element->type == Type::string);
      if (fact.form == SettingForm::consumers) CHECK(type == Type::list);
      if (!fact.service_default.empty()) CHECK(type == Type::string);
      if (!fact.cleared.empty()) CHECK(parse_json(fact.cleared).value().is_object());
    }
  }

  TEST_CASE("a default of the service lies in the range that a manifest may state") {
    CHECK(kSamplingDefault >= kSamplingRate.minimum);
    CHECK(kSamplingDefault <= kSamplingRate.maximum);
    const auto logs = setting_fact("observability").defaults({{"enabled", true}});
    CHECK(to_text(logs.at("logs").at("head_sampling_rate")) == "1");
    CHECK(logs.at("logs").at("enabled") == true);
    CHECK(logs.at("traces").at("enabled") == false);
  }
}

}  // namespace plumbline::manifests

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "manifests/kinds/worker_schema.h"
#include "manifests/kinds/wrangler_words.h"
#include "manifests/wrangler/build_output.h"
#include "manifests/wrangler/wrangler_binding_schema.h"
#include "manifests/wrangler/wrangler_schema.h"
#include "manifests/wrangler/wrangler_settings.h"

namespace plumbline::manifests {
namespace {

using NameSet = std::set<std::string_view>;

// Settings that no field of wrangler's config states.
const NameSet kOfManifestsAlone{
    "bindings",              // by the table of bindings
    "code_update_strategy",  // a field of `durable_objects`
    "containers",
    "exports",  // by its own reader, since it is more than a setting
    "package_dependencies",
    "tags",
    "usage_model",  // wrangler 4 sends none
};

// Kinds of bindings without a table of their own in wrangler's config.
const NameSet kNoField{
    "plain_text", "json",                       // vars
    "assets",                                   // a field of `assets`
    "data_blob",  "text_blob",  "wasm_module",  // by the file that holds the data
    "inherit",    "secret_key", "secret_text",  // of no config
    "messaging",
};

// Kinds that wrangler has, and that no page of the API describes: a manifest may hold them unchecked.
const NameSet kUndescribed{"logfwdr", "stream", "unsafe_hello_world", "worker_loader"};

bool is_field_of_config(std::string_view name) {
  const auto fields = wrangler_config_shape().table->fields;
  return std::ranges::find(fields, name, &Field::name) != fields.end();
}

}  // namespace

TEST_SUITE("wrangler's tables") {
  TEST_CASE("every setting has a field of wrangler's config, or is named as one that has none") {
    NameSet stated;
    for (const WranglerSetting& row : wrangler_setting_rows()) {
      CAPTURE(row.setting);
      CHECK(stated.insert(row.setting).second);
      CHECK_FALSE(setting_fact(row.setting).name.empty());
      CHECK(is_field_of_config(row.field.field.name));
      CHECK((row.value == nullptr) == (row.reading == WranglerSetting::Reading::always));
    }
    for (const SettingFact& fact : setting_facts()) {
      CAPTURE(fact.name);
      CHECK(stated.contains(fact.name) != kOfManifestsAlone.contains(fact.name));
    }
    for (const auto name : kOfManifestsAlone) CHECK_MESSAGE(!setting_fact(name).name.empty(), name);
  }

  TEST_CASE("every kind of binding has a field of wrangler's config, or is named as one that has none") {
    NameSet bound;
    for (const WranglerKind& row : wrangler_kinds()) {
      CAPTURE(row.type);
      CHECK(bound.insert(row.type).second);
      CHECK((binding_fact(row.type) == nullptr) == kUndescribed.contains(row.type));
      CHECK(is_field_of_config(row.field));
    }
    for (const BindingFact& fact : binding_facts()) {
      CAPTURE(fact.type);
      CHECK(bound.contains(fact.type) != kNoField.contains(fact.type));
    }
    for (const auto type : kNoField) CHECK_MESSAGE(binding_fact(type) != nullptr, type);
    for (const auto type : kUndescribed) CHECK_MESSAGE(bound.contains(type), type);
  }

  TEST_CASE(
      "every field of wrangler's config that a manifest has not is refused there with a mend, by its kind of binding") {
    const auto is_in = [](std::span<const Field> fields, std::string_view name) {
      return std::ranges::find(fields, name, &Field::name) != fields.end();
    };
    for (const Field& field : wrangler_config_shape().table->fields) {
      CAPTURE(field.name);
      CHECK(is_in(spec_shape().table->fields, field.name));
    }
    for (const WranglerKind& row : wrangler_kinds()) {
      const auto words = wrangler_words();
      const auto word = std::ranges::find(words, row.field, &Field::name);
      if (word == words.end() || row.form == WranglerForm::producers) continue;
      CAPTURE(row.field);
      CHECK(word->documentation.find("{type: " + std::string(row.type)) != std::string_view::npos);
    }
  }

  TEST_CASE(
      "every kind of binding of wrangler's config has a type in a Build Output, or is named as one that has none") {
    const NameSet none{"unsafe_hello_world"};
    NameSet fields;
    for (const OutputBinding& binding : output_bindings()) {
      CAPTURE(binding.type);
      CHECK(fields.insert(binding.field).second);
      CHECK(std::ranges::find(wrangler_kinds(), binding.field, &WranglerKind::field) != wrangler_kinds().end());
    }
    for (const WranglerKind& row : wrangler_kinds()) {
      CAPTURE(row.field);
      CHECK(fields.contains(row.field) != none.contains(row.field));
    }
  }

  TEST_CASE("whatever a kind of binding needs, wrangler's config says") {
    for (const WranglerKind& row : wrangler_kinds()) {
      const BindingFact* fact = binding_fact(row.type);
      if (fact == nullptr) continue;
      for (const Field& field : fact->table.fields) {
        CAPTURE(row.type);
        CAPTURE(field.name);
        if (field.presence != Presence::required) continue;
        CHECK(std::ranges::find(row.members, field.name, &WranglerMember::to) != row.members.end());
      }
    }
  }
}

}  // namespace plumbline::manifests

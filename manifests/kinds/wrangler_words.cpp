#include "manifests/kinds/wrangler_words.h"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/kinds/binding_facts.h"

namespace plumbline::manifests {
namespace {

// A field with bindings of one kind, named by the API's type.
struct BindingWord {
  std::string_view word;
  std::string_view type;
};

constexpr auto kBindingWords = std::to_array<BindingWord>({
    {"agent_memory", "agent_memory"},
    {"ai", "ai"},
    {"ai_search", "ai_search"},
    {"ai_search_namespaces", "ai_search_namespace"},
    {"analytics", "analytics"},
    {"analytics_engine_datasets", "analytics_engine"},
    {"artifacts", "artifacts"},
    {"browser", "browser"},
    {"d1_databases", "d1"},
    {"dispatch_namespaces", "dispatch_namespace"},
    {"durable_objects", "durable_object_namespace"},
    {"flagship", "flagship"},
    {"hyperdrive", "hyperdrive"},
    {"images", "images"},
    {"k2", "k2"},
    {"kv_namespaces", "kv_namespace"},
    {"logfwdr", "logfwdr"},
    {"media", "media"},
    {"mtls_certificates", "mtls_certificate"},
    {"pipelines", "pipelines"},
    {"r2_buckets", "r2_bucket"},
    {"ratelimits", "ratelimit"},
    {"secrets_store_secrets", "secrets_store_secret"},
    {"send_email", "send_email"},
    {"services", "service"},
    {"stream", "stream"},
    {"unsafe_hello_world", "unsafe_hello_world"},
    {"vectorize", "vectorize"},
    {"version_metadata", "version_metadata"},
    {"vpc_networks", "vpc_network"},
    {"vpc_services", "vpc_service"},
    {"worker_loaders", "worker_loader"},
});

struct Word {
  std::string_view word;
  std::string_view mend;
};

constexpr std::string_view kFiles =
    R"(a manifest names the entry under "main" and the other files under "modules", as they are uploaded)";
constexpr std::string_view kBuilt =
    R"(nothing is built from a manifest: build beforehand, and name the result under "main" and "modules")";
constexpr std::string_view kImported = R"(import the file in the code, and name it under "modules")";
constexpr std::string_view kOfWrangler = "it is for wrangler alone: leave it out";

constexpr auto kWords = std::to_array<Word>({
    {"$schema", kOfWrangler},
    {"access", kOfWrangler},
    {"account_id", "the account is that of the source's configuration, or CLOUDFLARE_ACCOUNT_ID"},
    {"addresses", "rules of Email Routing are not managed here"},
    {"alias", kBuilt},
    {"base_dir", kFiles},
    {"build", kBuilt},
    {"cache", R"(write "cache_options", as the API calls it)"},
    {"cloudchamber", kOfWrangler},
    {"compliance_region", kOfWrangler},
    {"configPath", kOfWrangler},
    {"connect", kOfWrangler},
    {"data_blobs", kImported},
    {"define", kBuilt},
    {"definedEnvironments", kOfWrangler},
    {"dependencies_instrumentation", kOfWrangler},
    {"dev", kOfWrangler},
    {"env", R"(write "environments": a map from environments to what differs in them)"},
    {"find_additional_modules", kFiles},
    {"first_party_worker", kOfWrangler},
    {"jsx_factory", kBuilt},
    {"jsx_fragment", kBuilt},
    {"keep_names", kBuilt},
    {"keep_vars", "write `vars_policy: keep`"},
    {"legacy_env", kOfWrangler},
    {"minify", kBuilt},
    {"miniflare", kOfWrangler},
    {"no_bundle", kFiles},
    {"node_compat", R"(add nodejs_compat to "compatibility_flags")"},
    {"pages_build_output_dir", "a project of Pages is not managed here"},
    {"preserve_file_names", kFiles},
    {"preview_urls", R"(write "subdomain": {enabled: true, previews_enabled: true})"},
    {"previews", kOfWrangler},
    {"python_modules", kFiles},
    {"queues", R"(write consumers as "queue_consumers": [{queue: orders}], and producers under "bindings", as in )"
               R"(NAME: {type: queue, queue_name: orders})"},
    {"route", R"(write "routes": [{pattern: shop.example.com/*, zone: example.com}])"},
    {"rules", kFiles},
    {"send_metrics", kOfWrangler},
    {"site", R"(write "assets": {directory: public})"},
    {"targetEnvironment", kOfWrangler},
    {"text_blobs", kImported},
    {"topLevelName", kOfWrangler},
    {"triggers", R"(write its crons as "schedules": ["*/5 * * * *"])"},
    {"tsconfig", kBuilt},
    {"type", kBuilt},
    {"unsafe", R"(write its bindings under "bindings"; of its metadata, what the API documents is a field here)"},
    {"upload_source_maps", R"(name the source maps under "modules")"},
    {"userConfigPath", kOfWrangler},
    {"vars", R"(write each under "bindings": NAME: {type: plain_text, text: hello}, or {type: json, json: [1, 2]})"},
    {"wasm_modules", kImported},
    {"webpack_config", kBuilt},
    {"workers_dev", R"(write "subdomain": {enabled: true})"},
    {"zone_id", R"(write the zone of each route under "routes")"},
});

// The members without which the API takes no such binding.
std::string needed_members(std::string_view type) {
  const BindingFact* fact = binding_fact(type);
  std::string members;
  if (fact == nullptr) return members;
  for (const Field& field : fact->table.fields) {
    const bool is_first_id = !fact->table.one_of.empty() && field.name == fact->table.one_of.front();
    if (field.presence == Presence::required || is_first_id) members += fmt::format(", {}: ...", field.name);
  }
  return members;
}

std::string mend_of(const BindingWord& row) {
  return fmt::format(R"(write each under "bindings", by its name: NAME: {{type: {}{}}})", row.type,
                     needed_members(row.type));
}

std::vector<Field> all_words() {
  static const std::deque<std::string> mends = [] {
    std::deque<std::string> out;
    for (const BindingWord& row : kBindingWords) out.push_back(mend_of(row));
    return out;
  }();
  std::vector<Field> fields;
  fields.reserve(kBindingWords.size() + kWords.size());
  for (std::size_t i = 0; i < kBindingWords.size(); ++i)
    fields.push_back(refused_field(kBindingWords[i].word, mends[i]));
  for (const auto& [word, mend] : kWords) fields.push_back(refused_field(word, mend));
  return fields;
}

}  // namespace

std::span<const Field> wrangler_words() {
  static const std::vector<Field> fields = all_words();
  return fields;
}

}  // namespace plumbline::manifests

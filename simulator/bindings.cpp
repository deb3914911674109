#include "simulator/bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::simulator {
namespace {

constexpr std::size_t kMostBindings = 128;       // variables and secrets of a Worker, paid plan
constexpr std::size_t kLargestVariable = 5'120;  // bytes
constexpr std::size_t kDigestLength = 16;

/// Fields that a binding of a known type must have. Fields are separated by spaces, alternatives by `|`. Other types
/// pass unchecked.
struct Requirement {
  std::string_view type;
  std::string_view fields;
};

// From the request schemas of PUT …/workers/scripts/{script_name}, developers.cloudflare.com/api.
constexpr std::array kRequirements{
    Requirement{"ai_search", "instance_name"},
    Requirement{"ai_search_namespace", "namespace"},
    Requirement{"analytics_engine", "dataset"},
    Requirement{"d1", "database_id|id"},
    Requirement{"data_blob", "part"},
    Requirement{"dispatch_namespace", "namespace"},
    Requirement{"durable_object_namespace", "class_name|namespace_id"},
    Requirement{"hyperdrive", "id"},
    Requirement{"json", "json"},
    Requirement{"kv_namespace", "namespace_id"},
    Requirement{"mtls_certificate", "certificate_id"},
    Requirement{"pipelines", "pipeline|stream"},
    Requirement{"plain_text", "text"},
    Requirement{"queue", "queue_name"},
    Requirement{"r2_bucket", "bucket_name"},
    Requirement{"ratelimit", "namespace_id simple"},
    Requirement{"secret_key", "algorithm format usages key_base64|key_jwk"},
    Requirement{"secret_text", "text"},
    Requirement{"secrets_store_secret", "store_id secret_name"},
    Requirement{"service", "service"},
    Requirement{"text_blob", "part"},
    Requirement{"vectorize", "index_name"},
    Requirement{"vpc_network", "tunnel_id|network_id"},
    Requirement{"vpc_service", "service_id"},
    Requirement{"wasm_module", "part"},
    Requirement{"workflow", "workflow_name"},
};

bool has_any(const JsonObject& stated, std::string_view alternatives) {
  return std::ranges::any_of(split(alternatives, '|'), [&](std::string_view field) {
    const auto* value = member(stated, field);
    if (!value || value->is_null()) return false;
    return field != "text" || value->is_string();
  });
}

/// The first required field that is missing; empty if none is.
std::string_view missing_field(std::string_view type, const JsonObject& stated) {
  const auto* found = std::ranges::find(kRequirements, type, &Requirement::type);
  if (found == kRequirements.end()) return {};
  for (const auto field : split(found->fields, ' ')) {
    if (!has_any(stated, field)) return field;
  }
  return {};
}

const Binding* find_binding(const std::vector<Binding>& bindings, std::string_view name) {
  const auto found = std::ranges::find(bindings, name, &Binding::name);
  return found == bindings.end() ? nullptr : &*found;
}

std::string digest_of(std::string_view value) {
  return sha256_hex(value).substr(0, kDigestLength);
}

/// Replaces secret values among the fields by their digest.
void seal(Binding& binding) {
  std::string value;
  for (const std::string_view field : {"text", "key_base64", "key_jwk"}) {
    if (const auto* found = member(binding.fields, field)) {
      value += found->is_string() ? std::string(view(found->get_string())) : to_canonical_text(*found);
      binding.fields.erase(field);
    }
  }
  binding.secret_digest = digest_of(value);
  wipe(value);
}

Binding make_binding(std::string_view name, std::string_view type, const JsonObject& stated) {
  Binding binding{.name = std::string(name), .type = std::string(type)};
  for (const auto& [key, value] : stated) {
    if (key != "name" && key != "type" && !value.is_null()) binding.fields[key] = value;
  }
  if (is_secret_type(type)) seal(binding);
  return binding;
}

Try<void> check_size(const Binding& binding, const JsonObject& stated) {
  const auto size = string_member(stated, "text").size();
  if (size > kLargestVariable) {
    return refuse(400, 10054, fmt::format("Binding {} is too large: at most 5 KB.", printable(binding.name)));
  }
  return {};
}

/// `{type: inherit, name, old_name?, version_id?}`: the inherited binding; nothing if there is none.
std::optional<Binding> inherited(const JsonObject& stated, const Version* previous) {
  const auto version = string_member(stated, "version_id");
  if (!previous || (!version.empty() && version != "latest")) return std::nullopt;
  const auto name = string_member(stated, "name");
  const auto old_name = string_member(stated, "old_name");
  const auto* found = find_binding(previous->bindings, old_name.empty() ? name : old_name);
  if (!found) return std::nullopt;
  auto binding = *found;
  binding.name = name;
  return binding;
}

/// `{name, type}`: the binding of the previous version that it stands for.
const Binding* kept_by_bare_form(const JsonObject& stated, const Version* previous) {
  if (!previous) return nullptr;
  const auto* found = find_binding(previous->bindings, string_member(stated, "name"));
  return found && found->type == string_member(stated, "type") ? found : nullptr;
}

class Reader {
 public:
  Reader(const Version* previous, const BindingRules& rules) : previous_(previous), rules_(rules) {}

  Try<void> read(const Json& item) {
    const auto* stated = item.if_object();
    if (!stated) return refuse(400, 10021, "A binding is not an object.");
    const auto name = string_member(*stated, "name");
    const auto type = string_member(*stated, "type");
    if (name.empty()) return refuse(400, 10052, "A binding has no name.");
    if (type.empty()) {
      return refuse(400, 10021, fmt::format("Binding {} has no type.", printable(name)));
    }
    if (find_binding(out_, name)) {
      return refuse(400, 10053, fmt::format("Binding name '{}' is already in use.", printable(name)));
    }
    return type == "inherit" ? inherit(*stated) : add(name, type, *stated);
  }

  Try<std::vector<Binding>> finish() {
    if (!unresolved_.empty()) return std::unexpected(Refusal{400, std::move(unresolved_)});
    if (out_.size() > kMostBindings) return refuse(400, 10055, "More than 128 bindings.");
    return std::move(out_);
  }

 private:
  Try<void> inherit(const JsonObject& stated) {
    if (auto binding = inherited(stated, previous_)) {
      out_.push_back(std::move(*binding));
    } else if (rules_.inherit == Inherit::strict) {
      unresolved_.push_back({10057, fmt::format("Binding '{}' cannot be inherited: the latest version "
                                                "has no such binding.",
                                                printable(string_member(stated, "name")))});
    }
    return {};
  }

  Try<void> add(std::string_view name, std::string_view type, const JsonObject& stated) {
    const auto missing = missing_field(type, stated);
    if (!missing.empty()) {
      const auto* kept = rules_.bare == BareForm::keeps ? kept_by_bare_form(stated, previous_) : nullptr;
      if (!kept) {
        return refuse(
            400, 10021,
            fmt::format("Binding '{}' of type {} has no valid `{}`.", printable(name), printable(type), missing));
      }
      out_.push_back(*kept);
      return {};
    }
    out_.push_back(make_binding(name, type, stated));
    return check_size(out_.back(), stated);
  }

  const Version* previous_;
  BindingRules rules_;
  std::vector<Binding> out_;
  std::vector<ApiError> unresolved_;
};

Try<void> check_class(const World& world, std::string_view worker, const std::map<std::string, DurableClass>& own,
                      const Binding& binding) {
  const auto name = string_member(binding.fields, "class_name");
  const auto script = string_member(binding.fields, "script_name");
  if (name.empty() || member(binding.fields, "dispatch_namespace")) return {};
  const auto* classes = &own;
  if (!script.empty() && script != worker) {
    const auto found = world.account.workers.find(script);
    if (found == world.account.workers.end()) {
      return refuse(400, 10061,
                    fmt::format("Cannot create binding for class '{}' in script '{}' because the "
                                "script does not exist.",
                                printable(name), printable(script)));
    }
    classes = &found->second.classes;
  }
  if (classes->contains(std::string(name))) return {};
  return refuse(400, 10061,
                fmt::format("Cannot create binding for class '{}' because it is not currently "
                            "configured to implement Durable Objects.",
                            printable(name)));
}

std::string namespace_of(const World& world, std::string_view worker, const Binding& binding) {
  const auto script = string_member(binding.fields, "script_name");
  const auto found = world.account.workers.find(script.empty() ? worker : script);
  if (found == world.account.workers.end()) return {};
  const auto name = std::string(string_member(binding.fields, "class_name"));
  const auto entry = found->second.classes.find(name);
  return entry == found->second.classes.end() ? std::string() : entry->second.namespace_id;
}

void fill_in(JsonObject& out, std::string_view key, std::string_view value) {
  if (!out.contains(key) && !value.empty()) out[key] = value;
}

}  // namespace

bool is_secret_type(std::string_view type) {
  return type == "secret_text" || type == "secret_key";
}

Try<std::vector<Binding>> read_bindings(const Json* stated, const Version* previous, const BindingRules& rules) {
  if (!stated || stated->is_null()) return std::vector<Binding>();
  const auto* items = stated->if_array();
  if (!items) return refuse(400, 10021, "`bindings` is not an array.");
  Reader reader(previous, rules);
  for (const auto& item : *items) {
    if (auto read = reader.read(item); !read) return std::unexpected(read.error());
  }
  return reader.finish();
}

void carry_over(std::vector<Binding>& bindings, const Version& previous, const std::vector<std::string_view>& types) {
  for (const auto& binding : previous.bindings) {
    const bool wanted = std::ranges::find(types, binding.type) != types.end();
    if (wanted && !find_binding(bindings, binding.name)) bindings.push_back(binding);
  }
}

Try<void> check_targets(const World& world, std::string_view worker, const std::map<std::string, DurableClass>& classes,
                        const std::vector<Binding>& bindings) {
  for (const auto& binding : bindings) {
    if (binding.type == "service") {
      const auto target = string_member(binding.fields, "service");
      if (target != worker && !world.account.workers.contains(target)) {
        return refuse(400, 10143,
                      fmt::format("Could not resolve service binding '{}'. Target script '{}' not found.",
                                  printable(binding.name), printable(target)));
      }
    } else if (binding.type == "durable_object_namespace") {
      if (auto known = check_class(world, worker, classes, binding); !known) return known;
    }
  }
  return {};
}

Try<Binding> read_secret(const JsonObject& stated) {
  const auto name = string_member(stated, "name");
  auto type = string_member(stated, "type");
  if (type.empty()) type = "secret_text";
  if (name.empty()) return refuse(400, 10052, "The secret has no name.");
  if (!is_secret_type(type)) {
    return refuse(400, 10021, fmt::format("Secret '{}' has a type that is not one of a secret.", printable(name)));
  }
  const auto missing = missing_field(type, stated);
  if (!missing.empty()) {
    return refuse(400, 10021, fmt::format("Secret '{}' has no valid `{}`.", printable(name), missing));
  }
  auto binding = make_binding(name, type, stated);
  if (auto size = check_size(binding, stated); !size) return std::unexpected(size.error());
  return binding;
}

JsonObject view_of(const World& world, std::string_view worker, const Binding& binding) {
  JsonObject out{{"name", binding.name}, {"type", binding.type}};
  for (const auto& [key, value] : binding.fields) out[key] = value;
  if (binding.type == "service") {
    fill_in(out, "environment", "production");
  } else if (binding.type == "d1") {
    // Both the old name and the new one are shown.
    fill_in(out, "id", string_member(binding.fields, "database_id"));
    fill_in(out, "database_id", string_member(binding.fields, "id"));
  } else if (binding.type == "durable_object_namespace") {
    fill_in(out, "namespace_id", namespace_of(world, worker, binding));
  }
  return out;
}

JsonArray view_of(const World& world, std::string_view worker, const std::vector<Binding>& bindings) {
  JsonArray out;
  for (const auto& binding : bindings) out.push_back(view_of(world, worker, binding));
  return out;
}

}  // namespace plumbline::simulator

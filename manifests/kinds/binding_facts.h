#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"
#include "manifests/documents/schema.h"

/// What is known of each kind of binding: all of it stands in the table of binding_facts.cpp, one row for each. A kind
/// that is missing there passes unchecked and untouched, because the API gets new ones every month.
namespace plumbline::manifests {

/// Kinds of resources that a binding may name instead of giving their id.
enum class ResourceKind : std::uint8_t { kv_namespace, d1_database, hyperdrive_config };

/// How a binding gives a resource of the account by its name.
struct NamedResource {
  ResourceKind kind = ResourceKind::kv_namespace;
  std::string_view name_key;  ///< the member of a manifest's binding that holds the name: `title`; empty: none does
  std::string_view id_key;    ///< the member of the API's binding that holds the id: `namespace_id`
  std::string_view singular;  ///< for people: `KV namespace`
  std::string_view called;    ///< what people call the name: `title`
};

/// Where a binding names another Worker.
struct NamedWorker {
  std::string_view pointer;  ///< a JSON pointer into the binding; empty: it names none
  /// With this member the Worker stands in a dispatch namespace, and so is none of this account; empty: there is none.
  std::string_view elsewhere{};
  /// Whether the service is known to refuse an upload while that Worker is not there.
  bool has_to_be_there = false;
};

/// A member with an older name, under which a read may show it as well.
struct OlderName {
  std::string_view older;
  std::string_view name;
};

/// One kind of binding of the Workers API.
struct BindingFact {
  std::string_view type;
  Table table;                 ///< its members in a manifest
  std::string_view refused{};  ///< why no manifest may hold it, and what to do instead; empty: it may

  bool is_secret = false;       ///< no read shows its value, and manifests list it among the secrets
  std::string_view filled{};    ///< an optional member that reads show although nobody set it
  std::string_view document{};  ///< the member that is a document of the user's own: every key of it has a meaning
  OlderName alias{};
  NamedResource resource{};
  NamedWorker worker{};

  [[nodiscard]] constexpr BindingFact filling(std::string_view member) const {
    BindingFact row = *this;
    row.filled = member;
    return row;
  }
  [[nodiscard]] constexpr BindingFact holding(std::string_view member) const {
    BindingFact row = *this;
    row.document = member;
    return row;
  }
  [[nodiscard]] constexpr BindingFact renamed(OlderName names) const {
    BindingFact row = *this;
    row.alias = names;
    return row;
  }
  [[nodiscard]] constexpr BindingFact by_name(const NamedResource& what) const {
    BindingFact row = *this;
    row.resource = what;
    return row;
  }
  [[nodiscard]] constexpr BindingFact naming(const NamedWorker& where) const {
    BindingFact row = *this;
    row.worker = where;
    return row;
  }
  [[nodiscard]] constexpr BindingFact secret() const {
    BindingFact row = *this;
    row.is_secret = true;
    return row;
  }

  /// Whether a live value of this member is a difference where the manifest has none: it is the user's to set. Which of
  /// several ids a read shows is the service's to say, and so is `filled`.
  [[nodiscard]] constexpr bool counts_where_left_out(const Field& member) const {
    return member.presence == Presence::optional && member.support == Support::now && member.name != filled &&
           std::ranges::find(table.one_of, member.name) == table.one_of.end();
  }
};

/// All known kinds, by type.
std::span<const BindingFact> binding_facts();

/// nullptr for a kind that is not known.
const BindingFact* binding_fact(std::string_view type);

/// The kind that gives such a resource.
const BindingFact& binding_of(ResourceKind kind);

/// A kind that no manifest and no config may hold, because it would hold the value of a secret or hide what is bound.
bool is_refused_binding(std::string_view type);

/// Whether a binding of any kind holds a document of the user's own in this member.
bool is_users_document(std::string_view member);

/// The Worker in the outbound of a binding.
inline constexpr NamedWorker kOutboundOfBinding{.pointer = "/outbound/worker/service"};

/// The text at `where`; nullptr if the binding names no Worker of this account there.
const Json* named_worker(const Json& binding, const NamedWorker& where);
Json* named_worker(Json& binding, const NamedWorker& where);

/// The table as the schema of a manifest reads it: by `type`.
std::span<const Variant> binding_variants();

/// A binding of any kind.
extern const Shape kBindingShape;

/// The name of a binding or secret, for editors; binding_name_problem() is the rule.
inline constexpr std::string_view kBindingNamePattern = "^[A-Za-z_$][A-Za-z0-9_$]*$";

}  // namespace plumbline::manifests

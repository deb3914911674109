#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "manifests/wrangler/wrangler_fields.h"

namespace plumbline::manifests {

/// How wrangler's config writes the bindings of one kind.
enum class WranglerForm : std::uint8_t {
  list,       ///< [{...}]
  wrapped,    ///< {bindings: [{...}]}
  producers,  ///< {producers: [{...}]}
  single,     ///< {...}
};

/// A member of a binding, with its names in wrangler's config and in the API.
struct WranglerMember {
  std::string_view from;
  std::string_view to;
};

/// A kind of binding (workers-sdk, packages/wrangler/src/deployment-bundle/create-worker-upload-form.ts).
struct WranglerKind {
  std::string_view field;
  std::string_view type;  ///< the API's; see binding_facts.h
  WranglerForm form = WranglerForm::list;
  const Shape* shape = nullptr;             ///< of the field
  std::span<const Field> fields{};          ///< of one binding
  std::array<WranglerMember, 5> members{};  ///< what is uploaded as it stands; unused ones are empty
  std::string_view name = "binding";        ///< the member that names the binding
  std::string_view id{};                    ///< without this member wrangler would create the resource; empty: never
  bool is_inherited = false;                ///< whether an environment that lacks the field takes it from the top level

  [[nodiscard]] constexpr WranglerKind named_by(std::string_view member) const {
    WranglerKind row = *this;
    row.name = member;
    return row;
  }
  [[nodiscard]] constexpr WranglerKind made_without(std::string_view member) const {
    WranglerKind row = *this;
    row.id = member;
    return row;
  }
  [[nodiscard]] constexpr WranglerKind inherited() const {
    WranglerKind row = *this;
    row.is_inherited = true;
    return row;
  }
};

/// All kinds of bindings that have a field of their own.
std::span<const WranglerKind> wrangler_kinds();

/// The fields of a config that have to do with bindings.
std::vector<ConfigField> wrangler_binding_fields();

}  // namespace plumbline::manifests

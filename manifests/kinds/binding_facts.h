#pragma once

#include <span>
#include <string_view>

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// The fields that each type of binding needs, by its `type`. A type that is missing here passes unchecked, because the
/// API gets new ones every month.
std::span<const Variant> binding_variants();

/// A binding of any type.
extern const Shape kBindingShape;

/// The name of a binding or secret, for editors; binding_name_problem() is the rule.
inline constexpr std::string_view kBindingNamePattern = "^[A-Za-z_$][A-Za-z0-9_$]*$";

}  // namespace plumbline::manifests

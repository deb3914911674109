#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

/// Bindings as the API reads, stores and shows them.
namespace plumbline::simulator {

/// What happens to an `inherit` that finds nothing (`?bindings_inherit=strict`).
enum class Inherit { lenient, strict };

/// The meaning of `{name, type}` without a value: an error on uploads, "keep it" on PATCH settings.
enum class BareForm { refused, keeps };

struct BindingRules {
  Inherit inherit = Inherit::lenient;
  BareForm bare = BareForm::refused;
};

/// Reads the array of an upload or patch. `previous` is the version that it builds on (nullptr: none). Errors: 10021,
/// 10052, 10053, and 10057 once for each binding that cannot be inherited.
Try<std::vector<Binding>> read_bindings(const Json* stated, const Version* previous, const BindingRules& rules);

/// Adds the previous version's bindings of those types, except where the name is taken.
void carry_over(std::vector<Binding>& bindings, const Version& previous, const std::vector<std::string_view>& types);

/// Checks that the targets of bindings exist, as far as this account knows them: other Workers (10143) and Durable
/// Object classes (10061). `classes` are the classes of the Worker itself.
Try<void> check_targets(const World& world, std::string_view worker, const std::map<std::string, DurableClass>& classes,
                        const std::vector<Binding>& bindings);

/// Reads a secret as PUT secrets and secrets-bulk take it: `{name, text | key…, type}`.
Try<Binding> read_secret(const JsonObject& stated);

/// A binding as reads show it: with the server's defaults, and without any secret value.
JsonObject view_of(const World& world, std::string_view worker, const Binding& binding);
JsonArray view_of(const World& world, std::string_view worker, const std::vector<Binding>& bindings);

bool is_secret_type(std::string_view type);

}  // namespace plumbline::simulator

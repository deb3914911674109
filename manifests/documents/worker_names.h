#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Names of Workers. Two rules are known, and accounts hold names of either: the one of the API's documentation (a
/// letter first, a letter or digit last, [A-Za-z0-9_-] between), and wrangler's (`^[a-z0-9_][a-z0-9-_]*$`, isValidName
/// in workers-sdk, packages/workers-utils/src/config/validation-helpers.ts, said to be the service's own). Which of the
/// two counts for an account only the service knows.
///
/// A problem is phrased as in rules.h.
namespace plumbline::manifests {

/// What neither of the two rules allows, and more than 63 characters, which no name on workers.dev can have.
std::optional<std::string> worker_name_problem(std::string_view text);

/// What wrangler refuses.
std::optional<std::string> wrangler_name_problem(std::string_view text);

/// For a name that only one of the two rules allows, a sentence about the other one: `wrangler does not allow this
/// name: it may hold no capital letters`.
std::optional<std::string> worker_name_doubt(std::string_view text);

/// Every name without a worker_name_problem(), as a regular expression for editors.
inline constexpr std::string_view kWorkerNamePattern =
    "^([A-Za-z]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?|[a-z0-9_][a-z0-9_-]{0,62})$";

}  // namespace plumbline::manifests

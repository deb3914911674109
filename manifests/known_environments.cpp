#include "manifests/known_environments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

void KnownEnvironments::add(const ManifestFile& file) {
  if (file.environments.empty()) return;
  names_.insert(file.environments.begin(), file.environments.end());
  const bool of_wrangler =
      std::ranges::any_of(file.workers, [](const WorkerDraft& draft) { return draft.wrangler != nullptr; });
  of_manifests_ = of_manifests_ || !of_wrangler;
}

std::optional<Diagnostic> KnownEnvironments::problem(const LoadOptions& options) const {
  const std::string& asked = options.environment;
  if (asked.empty() || !of_manifests_ || names_.contains(asked)) return std::nullopt;
  const std::vector<std::string_view> known(names_.begin(), names_.end());
  const auto meant = suggestion(asked, known);
  std::string mend = fmt::format("known are {}{} ", fmt::join(known, ", "), meant.empty() ? "." : "; " + meant);
  mend += fmt::format(
      "To use the specs as they stand, leave the environment out, or name it in a manifest or a Defaults: "
      "environments: {{{}: {{}}}}",
      asked);
  const bool refused = options.unknown_environment == UnknownEnvironment::refused;
  return Diagnostic{.severity = refused ? Severity::error : Severity::warning,
                    .summary = fmt::format("no manifest knows the environment \"{}\"", asked),
                    .detail = std::move(mend)};
}

}  // namespace plumbline::manifests

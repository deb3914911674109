#include "reconciler/parts/exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {

std::string how_to_adopt(const manifests::DesiredWorker& worker, const SourceLocation& entry, std::string_view field) {
  if (worker.written_as == manifests::WrittenAs::wrangler_config) {
    return fmt::format("remove it from there, or write a Plumbline manifest, which can say `{}`", field);
  }
  return fmt::format("to take it over, write `{}` in its entry, {}:{}", field, entry.file, entry.line);
}

std::span<const ExposurePart* const> exposure_parts() {
  static const std::array all{&routes_part(), &domains_part()};
  return all;
}

const ExposurePart& exposure_part(ExposureChange::Type type) {
  return **std::ranges::find(exposure_parts(), type, [](const ExposurePart* part) { return part->type(); });
}

}  // namespace plumbline::reconciler

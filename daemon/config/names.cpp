#include "daemon/config/names.h"

#include "manifests/documents/schema.h"

namespace plumbline::daemon {

std::string which_is_known(std::string_view name, const std::vector<std::string_view>& known) {
  auto meant = manifests::suggestion(name, known);
  if (!meant.empty() || known.empty()) return meant;
  constexpr std::size_t kMostNames = 10;
  std::string text = "known are ";
  for (std::size_t i = 0; i < known.size() && i < kMostNames; ++i) {
    if (i > 0) text += ", ";
    text += known[i];
  }
  if (known.size() > kMostNames) text += " and " + std::to_string(known.size() - kMostNames) + " more";
  return text;
}

}  // namespace plumbline::daemon

#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::daemon {

inline constexpr std::string_view kNameRule = "letters, digits, -, _ and ., at most 63 of them";

/// Whether an instance or a source may have this name. Names are used in the ownership tag
/// `plumbline=<instance>/<source>`, in metrics and in file names.
inline bool is_name(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

/// The mend for a name that is not among `known`: `did you mean "edge"?`, or all that are known.
std::string which_is_known(std::string_view name, const std::vector<std::string_view>& known);

/// The same for the keys of a map.
template <class Map>
std::string which_is_known(std::string_view name, const Map& known) {
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto& [key, value] : known) names.push_back(key);
  return which_is_known(name, names);
}

}  // namespace plumbline::daemon

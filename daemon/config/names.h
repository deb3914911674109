#pragma once

#include <algorithm>
#include <string_view>

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

}  // namespace plumbline::daemon

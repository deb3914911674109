#include "manifests/documents/json_escapes.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kEscapeLength = 6;  // \uXXXX

std::optional<std::uint32_t> unicode_escape(std::string_view text) {
  if (text.size() < kEscapeLength || !text.starts_with("\\u")) return std::nullopt;
  return whole_number<std::uint32_t>(text.substr(2, kEscapeLength - 2), 16);
}

// The character that the two escapes at the front of `text` stand for.
std::optional<std::uint32_t> surrogate_pair(std::string_view text) {
  const auto high = unicode_escape(text);
  if (!high || *high < 0xD800U || *high > 0xDBFFU) return std::nullopt;
  const auto low = unicode_escape(text.substr(kEscapeLength));
  if (!low || *low < 0xDC00U || *low > 0xDFFFU) return std::nullopt;
  return 0x10000U + ((*high - 0xD800U) << 10U) + (*low - 0xDC00U);
}

}  // namespace

std::string join_surrogates(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const std::size_t plain = std::min(json.find('\\'), json.size());
    out += json.substr(0, plain);
    json.remove_prefix(plain);
    if (const auto character = surrogate_pair(json)) {
      out += fmt::format("\\U{:08x}", *character);
      json.remove_prefix(2 * kEscapeLength);
    } else {
      // An escape is copied as a whole, so that the second backslash of `\\` does not start another one.
      out += json.substr(0, 2);
      json.remove_prefix(std::min<std::size_t>(2, json.size()));
    }
  }
  return out;
}

}  // namespace plumbline::manifests

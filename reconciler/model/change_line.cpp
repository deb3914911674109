#include "reconciler/model/change_line.h"

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::reconciler {
namespace {

constexpr std::size_t kShownBytes = 160;

std::string arrow(const std::string& from, const std::string& to) {
  return from + " -> " + to;
}

}  // namespace

ChangeLine change_line(std::string what, const std::string& before, const std::string& after) {
  return {'~', std::move(what), arrow(before, after), arrow(after, before), {}};
}

std::string shown(const Json* value) {
  if (value == nullptr || value->is_null()) return "(not set)";
  auto text = printable(to_text(*value));
  if (text.size() <= kShownBytes) return text;
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string lines_digest(const std::vector<ChangeLine>& lines) {
  JsonArray all;
  for (const auto& line : lines) all.push_back(JsonArray{std::string(1, line.symbol), line.what, line.detail});
  return truncated(sha256_hex(to_canonical_text(all)));
}

}  // namespace plumbline::reconciler

#include "base/text.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"

namespace plumbline::fuzz {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20U && c != '\t') || byte == 0x7FU;
}

std::string joined(const std::vector<std::string>& segments) {
  std::string pointer;
  for (const auto& segment : segments) pointer += "/" + pointer_segment(segment);
  return pointer;
}

}  // namespace

void run(std::string_view input) {
  const auto shown = printable(input);
  require(std::ranges::none_of(shown, is_control), "nothing printable controls a terminal");
  require(printable(shown) == shown, "what is printable stays as it is");

  if (const auto duration = parse_duration(input)) {
    require(duration->count() >= 0 && *duration <= std::chrono::hours(366 * 24), "a duration is in range");
  }
  if (const auto segments = split_pointer(input)) {
    require(split_pointer(joined(*segments)) == *segments, "a pointer that is written again is the same");
  }
  static constexpr std::array<std::string_view, 3> kWords{"bindings", "compatibility_date", "x"};
  if (const auto word = nearest(input, kWords)) {
    require(std::ranges::find(kWords, *word) != kWords.end(), "what is near is one of the candidates");
  }
}

}  // namespace plumbline::fuzz

#include "api/rate_headers.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include "base/text.h"
#include "base/time_point.h"

namespace plumbline::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

// No header of this kind speaks of more than a day.
constexpr std::uint64_t kLongestSeconds = 86'400;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// One item of a list of structured fields (RFC 8941): `"name";key=number;key=number`.
class Item {
 public:
  explicit Item(std::string_view text) : parts_(split(text, ';')) {}

  // The budget is what Cloudflare calls "default"; its own documentation's example says "burst".
  [[nodiscard]] bool is_general() const {
    const std::string_view name = trim(parts_.front());
    return name == "\"default\"" || name == "\"burst\"";
  }

  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const {
    for (const std::string_view part : parts_) {
      const std::string_view text = trim(part);
      if (text.size() > key.size() && text.starts_with(key) && text[key.size()] == '=') {
        return whole_number<std::uint64_t>(text.substr(key.size() + 1));
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] seconds duration(std::string_view key) const {
    return seconds(std::min(number(key).value_or(0), kLongestSeconds));
  }

 private:
  std::vector<std::string_view> parts_;
};

std::optional<Item> general_item(std::string_view header) {
  for (const std::string_view text : split(header, ',')) {
    Item item(text);
    if (item.is_general()) return item;
  }
  return std::nullopt;
}

}  // namespace

std::optional<system_clock::time_point> parse_http_date(std::string_view value) {
  const std::string text(value);
  for (const char* const format : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = strptime(text.c_str(), format, &parts);
    if (end == nullptr || *end != '\0') continue;
    const std::time_t time = timegm(&parts);
    if (time >= 0) return nearest_time(seconds(time));
  }
  return std::nullopt;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, system_clock::time_point now) {
  const std::string_view text = trim(value);
  constexpr milliseconds kLongest = kLongestRetryAfter;
  const bool is_number = !text.empty() && std::ranges::all_of(text, is_digit);
  if (is_number) {
    // A number beyond 64 bits is as long as can be.
    const auto amount = whole_number<std::uint64_t>(text);
    if (!amount || *amount > kLongestSeconds) return kLongest;
    return std::min<milliseconds>(seconds(*amount), kLongest);
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  if (*date <= now) return milliseconds::zero();
  if (*date - now >= kLongest) return kLongest;
  return std::chrono::ceil<milliseconds>(*date - now);
}

RateHint parse_rate_hint(const net::Headers& headers) {
  RateHint hint;
  if (const auto item = general_item(headers.get("Ratelimit"))) {
    hint.remaining = item->number("r");
    hint.reset = item->duration("t");
  }
  if (const auto item = general_item(headers.get("Ratelimit-Policy"))) {
    hint.quota = item->number("q");
    hint.window = item->duration("w");
  }
  return hint;
}

}  // namespace plumbline::api

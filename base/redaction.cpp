#include "base/redaction.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/base64.h"
#include "base/text.h"

namespace plumbline {
namespace {

constexpr std::size_t kShortest = 4;
// The least length at which a line of a longer value is searched for alone: a line of a PEM key has 64.
constexpr std::size_t kShortestLine = 16;
// A letter is at most `%5Cu0022` long.
constexpr std::size_t kLongestLetter = 12;

/// A text, or its meaning once escapes are resolved. Each byte knows where in the original it begins.
struct View {
  std::string bytes;
  std::vector<std::uint32_t> begins;  ///< of each byte, and at the end where the original ends

  ~View() { wipe(bytes); }
  View() = default;
  View(View&&) = default;
  View& operator=(View&&) = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  void add(char byte, std::uint32_t begin) {
    bytes += byte;
    begins.push_back(begin);
  }
};

View view_of(std::string_view text) {
  View view;
  view.bytes = text;
  view.begins.resize(text.size() + 1);
  for (std::size_t i = 0; i <= text.size(); ++i) view.begins[i] = static_cast<std::uint32_t>(i);
  return view;
}

/// An escape and what it stands for.
struct Escape {
  std::size_t length = 0;  ///< of the escape itself
  std::string bytes;
};

std::optional<unsigned> hex_number(std::string_view digits) {
  unsigned number = 0;
  for (const char digit : digits) {
    const auto lower = static_cast<char>(digit | 0x20);
    if (digit >= '0' && digit <= '9') {
      number = number * 16 + static_cast<unsigned>(digit - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      number = number * 16 + static_cast<unsigned>(lower - 'a') + 10;
    } else {
      return std::nullopt;
    }
  }
  return number;
}

std::optional<unsigned> hex_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  return hex_number(text.substr(at, count));
}

std::string utf8(unsigned letter) {
  const auto tail = [](unsigned bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (letter < 0x80) return {static_cast<char>(letter)};
  if (letter < 0x800) return {static_cast<char>(0xC0U | (letter >> 6U)), tail(letter)};
  if (letter < 0x10000) return {static_cast<char>(0xE0U | (letter >> 12U)), tail(letter >> 6U), tail(letter)};
  return {static_cast<char>(0xF0U | (letter >> 18U)), tail(letter >> 12U), tail(letter >> 6U), tail(letter)};
}

// `\u0022`, or a pair of surrogates (RFC 8259, 7).
std::optional<Escape> unicode_escape(std::string_view text, std::size_t at) {
  constexpr std::size_t kLength = 6;
  const auto high = hex_at(text, at + 2, 4);
  if (!high) return std::nullopt;
  if (*high < 0xD800 || *high > 0xDBFF) return Escape{kLength, utf8(*high)};
  if (text.substr(std::min(at + kLength, text.size()), 2) != "\\u") return std::nullopt;
  const auto low = hex_at(text, at + kLength + 2, 4);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  return Escape{2 * kLength, utf8(0x10000 + ((*high - 0xD800) << 10U) + (*low - 0xDC00))};
}

// As JSON writes letters, and as printable() does (`\x1b`).
std::optional<Escape> backslash_escape(std::string_view text, std::size_t at) {
  if (text[at] != '\\' || at + 1 == text.size()) return std::nullopt;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char name = text[at + 1];
  if (const auto known = kNames.find(name); known != std::string_view::npos) return Escape{2, {kMeanings[known]}};
  if (name == 'u') return unicode_escape(text, at);
  if (name != 'x') return std::nullopt;
  const auto byte = hex_at(text, at + 2, 2);
  return byte ? std::optional(Escape{4, {static_cast<char>(*byte)}}) : std::nullopt;
}

std::optional<Escape> percent_escape(std::string_view text, std::size_t at) {
  if (text[at] != '%') return std::nullopt;
  const auto byte = hex_at(text, at + 1, 2);
  return byte ? std::optional(Escape{3, {static_cast<char>(*byte)}}) : std::nullopt;
}

// The form of queries and forms, in which a space is a `+`.
std::optional<Escape> form_escape(std::string_view text, std::size_t at) {
  if (text[at] == '+') return Escape{1, " "};
  return percent_escape(text, at);
}

// Lines into which an encoded text is broken.
std::optional<Escape> line_break(std::string_view text, std::size_t at) {
  if (text[at] != '\n' && text[at] != '\r') return std::nullopt;
  return Escape{1, ""};
}

// Nothing if there is nothing to resolve.
std::optional<View> resolved(const View& view, std::optional<Escape> (*find)(std::string_view, std::size_t)) {
  View out;
  bool found = false;
  for (std::size_t i = 0; i < view.bytes.size();) {
    const auto escape = find(view.bytes, i);
    if (!escape) {
      out.add(view.bytes[i], view.begins[i]);
      ++i;
      continue;
    }
    found = true;
    for (const char byte : escape->bytes) out.add(byte, view.begins[i]);
    i += escape->length;
  }
  if (!found) return std::nullopt;
  out.begins.push_back(view.begins.back());
  return out;
}

/// A text in all the ways in which it may be meant.
std::vector<View> views_of(std::string_view text) {
  constexpr std::size_t kTwice = 2;
  std::vector<View> views;
  views.push_back(view_of(text));
  std::size_t first = 0;
  for (std::size_t depth = 0; depth < kTwice; ++depth) {
    const std::size_t last = views.size();
    for (; first < last; ++first) {
      for (const auto find : {backslash_escape, percent_escape, form_escape}) {
        if (auto further = resolved(views[first], find)) views.push_back(std::move(*further));
      }
    }
  }
  return views;
}

/// Marks the bytes of the original that are hidden.
class Marks {
 public:
  explicit Marks(std::size_t size) : hidden_(size) {}

  void hide(const View& view, std::size_t begin, std::size_t end) {
    for (std::uint32_t at = view.begins[begin]; at < view.begins[end]; ++at) hidden_[at] = true;
  }

  [[nodiscard]] std::string apply(std::string_view text, std::size_t most) const {
    std::string out;
    for (std::size_t i = 0; i < std::min(most, text.size()); ++i) {
      if (!hidden_[i]) {
        out += text[i];
      } else if (i == 0 || !hidden_[i - 1]) {
        out += kRedacted;
      }
    }
    return out;
  }

 private:
  std::vector<bool> hidden_;
};

// A value may overlap itself; each byte is marked once.
void hide_plain(const View& view, std::string_view value, Marks& marks) {
  std::size_t end = 0;
  for (auto at = view.bytes.find(value); at != std::string::npos; at = view.bytes.find(value, at + 1)) {
    marks.hide(view, std::max(end, at), at + value.size());
    end = at + value.size();
  }
}

void hide_hex(const View& lower, std::string_view value, Marks& marks) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0x0FU];
  }
  hide_plain(lower, hex, marks);
  wipe(hex);
}

// The two alphabets differ in these letters (RFC 4648, 5).
void to_one_alphabet(std::string& text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// The letters of base64 that depend on the value alone if `before` bytes precede it in its group of three.
std::string base64_core(std::string_view value, std::size_t before) {
  std::string bytes(before, '\0');
  bytes += value;
  std::string encoded = to_base64(bytes);
  const std::size_t begin = before == 0 ? 0 : before + 1;
  const std::size_t end = bytes.size() * 8 / 6;
  std::string core = encoded.substr(begin, end - begin);
  wipe(bytes);
  wipe(encoded);
  return core;
}

void hide_base64(const View& view, std::string_view value, Marks& marks) {
  for (std::size_t before = 0; before < 3; ++before) {
    std::string core = base64_core(value, before);
    std::size_t end = 0;
    for (auto at = view.bytes.find(core); at != std::string::npos; at = view.bytes.find(core, end)) {
      // Neighbouring letters hold bits of the value, and what was encoded with it belongs to the same credentials.
      std::size_t begin = at;
      while (begin > end && is_base64(view.bytes[begin - 1])) --begin;
      end = at + core.size();
      while (end < view.bytes.size() && is_base64(view.bytes[end])) ++end;
      while (end < view.bytes.size() && view.bytes[end] == '=') ++end;
      marks.hide(view, begin, end);
    }
    wipe(core);
  }
}

// Encoded texts may be broken into lines.
View without_breaks(View view) {
  auto joined = resolved(view, line_break);
  return joined ? std::move(*joined) : std::move(view);
}

View copy_of(const View& view) {
  View copy;
  copy.bytes = view.bytes;
  copy.begins = view.begins;
  return copy;
}

std::vector<std::string_view> values_in(const std::vector<Secret>& secrets) {
  std::vector<std::string_view> values;
  for (const Secret& secret : secrets) {
    const std::string_view value = secret.reveal();
    if (value.size() < kShortest) continue;
    values.push_back(value);
    if (!value.contains('\n')) continue;
    for (std::string_view line : split(value, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      // `-----BEGIN PRIVATE KEY-----` is no secret.
      if (line.size() >= kShortestLine && !line.starts_with("-----")) values.push_back(line);
    }
  }
  return values;
}

void hide_all(const View& view, const std::vector<std::string_view>& values, Marks& marks) {
  View base64 = without_breaks(copy_of(view));
  View lower = copy_of(base64);
  to_one_alphabet(base64.bytes);
  std::string lowered = to_lower(lower.bytes);
  std::swap(lower.bytes, lowered);
  wipe(lowered);
  for (const std::string_view value : values) {
    hide_plain(view, value, marks);
    hide_base64(base64, value, marks);
    hide_hex(lower, value, marks);
  }
}

}  // namespace

std::string without_secrets(std::string_view text, const std::vector<Secret>& secrets, std::size_t most) {
  const auto values = values_in(secrets);
  if (values.empty() || text.empty()) return std::string(text.substr(0, most));
  // Values that begin before the cut are searched in whole.
  const std::size_t longest = std::ranges::max(values, {}, &std::string_view::size).size();
  if (text.size() > most) text = text.substr(0, most + longest * kLongestLetter);
  Marks marks(text.size());
  for (const View& view : views_of(text)) hide_all(view, values, marks);
  return marks.apply(text, most);
}

}  // namespace plumbline

#include "base/markdown.h"

#include <algorithm>

#include "base/text.h"

namespace plumbline::markdown {
namespace {

constexpr std::size_t kMaxLine = 500;
constexpr std::size_t kShortestFence = 3;
// The line that says how many lines were left out: its words, and a number.
constexpr std::size_t kRoomForRest = 64;
constexpr std::string_view kCut = "…";

// Printable and at most `max_bytes` long; never ends in half a character.
std::string shown(std::string_view text, std::size_t max_bytes) {
  auto out = printable(text);
  std::ranges::replace(out, '\t', ' ');
  if (out.size() <= max_bytes) return out;
  std::size_t end = max_bytes - kCut.size();
  constexpr unsigned char kContinuationMask = 0xC0;
  constexpr unsigned char kContinuation = 0x80;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & kContinuationMask) == kContinuation) --end;
  out.resize(end);
  return out.append(kCut);
}

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char letter : text) {
    run = letter == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string cell(std::string_view text, std::size_t max_bytes) {
  auto out = code(text, max_bytes);
  replace_all(out, "|", "\\|");
  return out;
}

std::string code(std::string_view text, std::size_t max_bytes) {
  const auto content = shown(text, max_bytes);
  if (content.empty()) return {};
  const std::string fence(longest_run_of_backticks(content) + 1, '`');
  const bool pad = content.front() == '`' || content.back() == '`' || content.front() == ' ' || content.back() == ' ';
  const std::string_view space = pad ? " " : "";
  return fence + std::string(space) + content + std::string(space) + fence;
}

std::string html_code(std::string_view text, std::size_t max_bytes) {
  auto content = shown(text, max_bytes);
  replace_all(content, "&", "&amp;");
  replace_all(content, "<", "&lt;");
  replace_all(content, ">", "&gt;");
  replace_all(content, "\"", "&quot;");
  replace_all(content, "@", "&#64;");
  return "<code>" + content + "</code>";
}

std::string fenced(std::string_view language, const std::vector<std::string>& lines, std::size_t max_bytes) {
  if (lines.empty()) return {};
  std::vector<std::string> texts;
  std::size_t run = 0;
  std::size_t room = max_bytes - std::min(max_bytes, kRoomForRest + language.size());
  for (const auto& line : lines) {
    auto text = shown(line, kMaxLine);
    const std::size_t longer = std::max(run, longest_run_of_backticks(text));
    // Both fences grow with the text.
    const std::size_t needed = text.size() + 1 + 2 * std::max(longer + 1, kShortestFence) + 2;
    if (needed > room) break;
    room -= text.size() + 1;
    run = longer;
    texts.push_back(std::move(text));
  }
  const std::string fence(std::max(run + 1, kShortestFence), '`');
  std::string out = fence + std::string(language) + '\n';
  for (const auto& text : texts) out += text + '\n';
  if (texts.size() < lines.size()) out += "… and " + counted(lines.size() - texts.size(), "line") + " more\n";
  return out + fence + '\n';
}

std::string marker(std::string_view name, const JsonObject& value) {
  auto text = to_text(value);
  // Only strings of JSON hold these letters, apart from the sign of a number.
  replace_all(text, "--", "-\\u002d");
  replace_all(text, ">", "\\u003e");
  replace_all(text, "<", "\\u003c");
  return "<!-- " + std::string(name) + ' ' + text + " -->";
}

}  // namespace plumbline::markdown

#include "manifests/sources/git/git_redirect.h"

#include <algorithm>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kLongestHead = std::size_t{16} * 1024;
constexpr std::string_view kProtocol = "HTTP/1.";
constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();  // RFC 9112, section 4

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

}  // namespace

RedirectWatch::Verdict RedirectWatch::received(std::string_view bytes) {
  // Of other answers only the beginning matters.
  if (head_.size() > kStatusAt && !is_redirect()) return Verdict::pass;
  head_ += bytes.substr(0, kLongestHead);
  if (!is_redirect()) return Verdict::pass;
  return has_ended() ? Verdict::redirect : Verdict::incomplete;
}

bool RedirectWatch::is_redirect() const {
  return head_.starts_with(kProtocol) && head_.size() > kStatusAt && head_[kStatusAt] == '3';
}

bool RedirectWatch::has_ended() const {
  return head_.contains("\r\n\r\n") || head_.size() >= kLongestHead;
}

std::string RedirectWatch::location() const {
  // A head that is too long was cut, so the text behind the last line end is incomplete: it may be half a token.
  const std::string_view whole = std::string_view(head_).substr(0, head_.rfind('\n') + 1);
  for (const std::string_view line : split(whole, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && iequals(line.substr(0, colon), "location")) {
      return printable(trimmed(line.substr(colon + 1)));
    }
  }
  return {};
}

}  // namespace plumbline::manifests

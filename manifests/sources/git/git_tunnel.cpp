#include "manifests/sources/git/git_tunnel.h"

#include <fmt/format.h>

#include "base/connect_tunnel.h"
#include "base/text.h"

namespace plumbline::manifests {
namespace {

// The status of `HTTP/1.1 200 Connection established`; 0 if the line is not one.
int status_of(std::string_view answer) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kBegin = kVersion.size() + 2;
  if (!answer.starts_with(kVersion) || answer.size() < kBegin + 3 || answer[kBegin - 1] != ' ') return 0;
  return whole_number<int>(answer.substr(kBegin, 3)).value_or(0);
}

}  // namespace

bool is_tunnel_answer(std::string_view answer) {
  return answer.ends_with("\r\n\r\n");
}

std::optional<std::string> tunnel_refusal(const FetchProxy& proxy, std::string_view authority,
                                          std::string_view answer) {
  const int status = status_of(answer);
  if (status >= 200 && status <= 299) return std::nullopt;
  const auto who = fmt::format("the proxy {}:{}", proxy.host, proxy.port);
  if (status == 0) return who + " does not speak HTTP/1.1";
  return fmt::format("{} opens no tunnel to {}: {}{}", who, authority, status,
                     tunnel_advice(status, proxy.credentials));
}

}  // namespace plumbline::manifests

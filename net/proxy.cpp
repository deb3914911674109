#include "net/proxy.h"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/http.h"

namespace plumbline::net {
namespace {

namespace urls = boost::urls;

constexpr std::string_view kForm = "http://proxy.example:3128";

std::unexpected<Error> wrong(std::string what) {
  return fail("the proxy's address " + std::move(what) + "; it looks like " + std::string(kForm));
}

Result<std::uint16_t> read_port(const urls::url_view& url) {
  const std::string_view digits(url.port().data(), url.port().size());
  if (digits.empty()) return wrong("has no port");
  const auto port = whole_number<std::uint16_t>(digits);
  if (!port || *port == 0) return wrong("has a port that is not between 1 and 65535");
  return *port;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; });
}

Result<Secret> read_credentials(const urls::url_view& url) {
  if (!url.has_userinfo()) return Secret();
  auto user = percent_decode({url.encoded_user().data(), url.encoded_user().size()});
  auto password = percent_decode({url.encoded_password().data(), url.encoded_password().size()});
  // RFC 7617, 2: the first colon ends the user, and no control characters.
  const bool fits = user && password && !user->contains(':') && !has_control(*user) && !has_control(*password);
  if (!fits) return wrong("has a user or password that cannot be sent");
  std::string both = *user + ":" + *password;
  Secret credentials(both);
  for (auto* text : {&both, &*user, &*password}) wipe(*text);
  return credentials;
}

std::vector<std::string> read_direct(std::string_view no_proxy) {
  std::vector<std::string> direct;
  while (!no_proxy.empty()) {
    const auto end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    if (end != 0) direct.push_back(to_lower(no_proxy.substr(0, end)));
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return direct;
}

std::optional<asio::ip::address> address_of(std::string_view text) {
  boost::system::error_code error;
  auto address = asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return address;
}

bool network_holds(const std::string& network, const asio::ip::address& address) {
  boost::system::error_code error;
  if (address.is_v4()) {
    const auto block = asio::ip::make_network_v4(network, error);
    return !error && block.canonical() == asio::ip::make_network_v4(address.to_v4(), block.prefix_length()).canonical();
  }
  const auto block = asio::ip::make_network_v6(network, error);
  return !error && block.canonical() == asio::ip::network_v6(address.to_v6(), block.prefix_length()).canonical();
}

// `example.com` and `.example.com` stand for the host and for everything below it.
bool is_at_or_below(std::string_view host, std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty() || !host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool means(const std::string& pattern, std::string_view host, const std::optional<asio::ip::address>& address) {
  if (pattern == "*") return true;
  if (!address) return is_at_or_below(host, pattern);
  if (pattern.contains('/')) return network_holds(pattern, *address);
  return address_of(pattern) == address;
}

}  // namespace

bool Proxy::serves(std::string_view target_host) const {
  const std::string wanted = to_lower(target_host);
  const auto address = address_of(wanted);
  return std::ranges::none_of(direct, [&](const std::string& pattern) { return means(pattern, wanted, address); });
}

Result<Proxy> parse_proxy(std::string_view url, std::string_view no_proxy) {
  std::string text(url);
  if (!text.contains("://")) text.insert(0, "http://");
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (!parsed) return wrong("is not a URL");
  if (parsed->scheme_id() != urls::scheme::http) {
    return wrong("must begin with http://, the only kind of proxy that is supported");
  }
  const bool bare = parsed->encoded_path().empty() || parsed->encoded_path() == "/";
  if (!bare || parsed->has_query() || parsed->has_fragment()) {
    return wrong("may not have a path, a query or a fragment");
  }
  const auto host = parsed->host_address();
  Proxy proxy{.host = to_lower(std::string_view(host.data(), host.size()))};
  if (proxy.host.empty()) return wrong("has no host");
  const auto port = read_port(*parsed);
  if (!port) return std::unexpected(port.error());
  proxy.port = *port;
  auto credentials = read_credentials(*parsed);
  wipe(text);
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  proxy.credentials = std::move(*credentials);
  proxy.direct = read_direct(no_proxy);
  return proxy;
}

}  // namespace plumbline::net

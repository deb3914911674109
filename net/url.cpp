#include "net/url.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"

namespace plumbline::net {
namespace {

namespace urls = boost::urls;

Result<Scheme> read_scheme(const urls::url_view& url) {
  if (url.scheme_id() == urls::scheme::https) return Scheme::https;
  if (url.scheme_id() == urls::scheme::http) return Scheme::http;
  return fail("the API's base address must begin with https:// (or http:// on loopback)");
}

Result<std::uint16_t> read_port(std::string_view digits) {
  const auto port = whole_number<std::uint16_t>(digits);
  if (!port || *port == 0) return fail("the port of the API's base address is not between 1 and 65535");
  return *port;
}

Result<Origin> read_origin(const urls::url_view& url) {
  const auto scheme = read_scheme(url);
  if (!scheme) return std::unexpected(scheme.error());
  // host_address() is the host without the brackets of an IPv6 address.
  const auto host = url.host_address();
  Origin origin{*scheme, to_lower(std::string_view(host.data(), host.size())), 443};
  if (origin.host.empty()) return fail("the API's base address has no host");
  if (*scheme == Scheme::http) origin.port = 80;
  if (url.has_port()) {
    // port_number() of Boost 1.81 wraps around beyond 65535.
    const auto port = read_port({url.port().data(), url.port().size()});
    if (!port) return std::unexpected(port.error());
    origin.port = *port;
  }
  if (*scheme == Scheme::http && !is_loopback(origin.host)) {
    return fail(fmt::format("plain http to {} would send the token in the clear; use https (http is for loopback)",
                            printable(origin.host)));
  }
  return origin;
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (!parsed) return fail("the API's base address is not a URL");
  const urls::url_view& url = *parsed;
  // Messages do not repeat the address: user information in it would be a credential.
  if (url.has_userinfo()) return fail("the API's base address may not hold a user or password");
  if (url.has_query() || url.has_fragment()) {
    return fail("the API's base address may not have a query or a fragment");
  }
  const auto path = url.encoded_path();
  std::string prefix(path.data(), path.size());
  // Boost 1.81 takes `127.0.0.1.example` for the host 127.0.0.1 with a path of `.example`.
  if (!prefix.empty() && !prefix.starts_with('/')) {
    return fail("the host of the API's base address is not a host name or IP address");
  }
  auto origin = read_origin(url);
  if (!origin) return std::unexpected(std::move(origin.error()));
  while (prefix.ends_with('/')) prefix.pop_back();
  return BaseUrl{std::move(*origin), std::move(prefix)};
}

bool is_loopback(std::string_view host) {
  if (iequals(host, "localhost")) return true;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

}  // namespace plumbline::net

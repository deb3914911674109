#include "daemon/controller/listener_tls.h"

#include <utility>

#include "base/digest.h"

namespace plumbline::daemon {
namespace {

constexpr std::chrono::days kSoon{14};
constexpr std::string_view kScope = "server.tls";
constexpr std::string_view kOfKey = "key: ";
constexpr std::string_view kOfCertificate = "certificate: ";

std::unexpected<Diagnostic> unreadable(std::string_view field, const ServerTlsConfig::File& file, const Error& error) {
  return std::unexpected(Diagnostic{.where = file.where,
                                    .summary = "server.tls." + std::string(field) + ": " + error.message,
                                    .detail = "write it as PEM, for the user of the daemon to read"});
}

// ServerTls says by the beginning of its message which of the two is wrong.
Diagnostic unusable(const ServerTlsConfig& config, std::string message) {
  const bool of_key = message.starts_with(kOfKey);
  const auto& file = of_key ? config.key : config.certificate;
  message.erase(0, of_key ? kOfKey.size() : kOfCertificate.size());
  return {.where = file.where,
          .summary = std::string("server.tls.") + (of_key ? "key" : "certificate") + ": " + describe(file.reference) +
                     ": " + message};
}

}  // namespace

ListenerTls::ListenerTls(ServerTlsConfig config, const Environment& environment)
    : config_(std::move(config)), environment_(environment) {}

Result<void, Diagnostic> ListenerTls::read() {
  if (!given()) return {};
  const auto chain = resolve_lines(config_.certificate.reference, environment_);
  if (!chain) return unreadable("certificate", config_.certificate, chain.error());
  const auto key = resolve_lines(config_.key.reference, environment_);
  if (!key) return unreadable("key", config_.key, key.error());
  auto digest = sha256_hex(sha256(chain->reveal()) + sha256(key->reveal()));
  if (digest == digest_) return {};
  auto made = net::ServerTls::make(chain->reveal(), *key);
  if (!made) return std::unexpected(unusable(config_, std::move(made.error().message)));
  in_force_ = *std::move(made);
  digest_ = std::move(digest);
  return {};
}

void ListenerTls::watch(LastingLog& lasting) {
  static constexpr LastingKind kCertificate{"the certificate of the listeners needs a look",
                                            "the certificate of the listeners is good again"};
  const auto read_now = read();
  const auto what = read_now ? problem(std::chrono::system_clock::now()) : to_text(read_now.error());
  if (what.empty()) return lasting.end(kCertificate, std::string(kScope));
  lasting.hold(kCertificate, {.scope = std::string(kScope), .subject = {}, .cause = {{"problem", what}}});
}

// Of the one in force; empty if there is none.
std::string ListenerTls::problem(TimePoint now) const {
  if (!in_force_ || in_force_->expires() - now > kSoon) return {};
  return (in_force_->expires() > now ? "it expires at " : "it has expired at ") + to_rfc3339(in_force_->expires());
}

std::vector<Diagnostic> listener_tls_problems(const ServerTlsConfig& config, const Environment& environment) {
  ListenerTls tls(config, environment);
  auto read = tls.read();
  return read ? std::vector<Diagnostic>() : std::vector{std::move(read.error())};
}

}  // namespace plumbline::daemon

// The only file outside of net/ that speaks TLS. libgit2 needs a blocking stream of C functions, which net's coroutines
// cannot be, and manifests may not include net.
#include "manifests/sources/git/git_tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "base/connect_tunnel.h"
#include "base/system_trust.h"
#include "manifests/sources/descriptor.h"
#include "manifests/sources/git/git_redirect.h"
#include "manifests/sources/git/git_tunnel.h"

namespace plumbline::manifests {
namespace {

using Clock = std::chrono::steady_clock;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
};
struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;
using TlsHandle = std::unique_ptr<SSL, FreeTls>;
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// libgit2 calls a constructor of streams without an argument of ours, so the settings are global. They are set once,
// before the child's only thread fetches.
struct Shared {
  std::string ca_file;
  TlsContext context;  // made for the first connection with TLS: a fetch without any reads no CAs
  Clock::time_point deadline;
  const FetchProxy* proxy = nullptr;
};
Shared& shared() {
  static Shared settings;
  return settings;
}

Result<TlsContext> make_context(const std::string& ca_file) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return fail("OpenSSL does not start");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (ca_file.empty()) {
    if (!trust_system(SSL_CTX_get_cert_store(context.get()))) return fail("OpenSSL does not start");
  } else if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
    return fail(fmt::format("the CA file \"{}\" cannot be read", ca_file));
  }
  return context;
}

std::string last_tls_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the connection was closed" : reason;
}

// Waits until `descriptor` is ready for `events`; an error at the deadline.
Result<void> wait_for(int descriptor, short events) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(shared().deadline - Clock::now()).count();
    if (left <= 0) return fail("the server is silent");
    pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(error_text(errno));
  }
}

Result<Descriptor> connect_to(const addrinfo& address) {
  Descriptor socket(
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
  if (!socket.valid()) return fail(error_text(errno));
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return fail(error_text(errno));
  if (auto ready = wait_for(socket.get(), POLLOUT); !ready) return std::unexpected(ready.error());
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return fail(error_text(error));
  return socket;
}

// Tries the addresses of the host one after another.
Result<Descriptor> connect_to(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return fail(fmt::format("the host \"{}\" is not found: {}", host, ::gai_strerror(error)));
  const Addresses addresses(found);
  Result<Descriptor> socket = fail("the host has no address");
  for (const addrinfo* address = found; address != nullptr && !socket; address = address->ai_next) {
    socket = connect_to(*address);
  }
  if (socket) return socket;
  return fail(fmt::format("no connection to {}:{}: {}", host, port, socket.error().message));
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// Sets the name that the certificate must have; SNI only for names (RFC 6066, section 3).
bool expect_host(SSL* tls, const std::string& host) {
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

enum class Protection { none, tls };

// One connection in libgit2's form: libgit2 calls the functions of the base with a pointer to it.
class HttpStream : public git_stream {
 public:
  HttpStream(std::string host, std::string port, Protection protection)
      : git_stream(), host_(std::move(host)), port_(std::move(port)), protection_(protection) {
    if (host_.starts_with('[') && host_.ends_with(']')) host_ = host_.substr(1, host_.size() - 2);
  }

  Result<void> open() {
    if (protection_ == Protection::none) return connect_socket(host_, port_);
    const FetchProxy& proxy = *shared().proxy;
    const bool direct = proxy.host.empty();
    auto connected = direct ? connect_socket(host_, port_) : connect_socket(proxy.host, std::to_string(proxy.port));
    if (!connected) return direct ? connected : fail("the proxy is not reached: " + connected.error().message);
    if (auto opened = direct ? Result<void>() : open_tunnel(proxy); !opened) return opened;
    return start_tls();
  }

  /// Returns 0 at the end of the stream.
  Result<int> read_some(char* buffer, std::size_t size) {
    while (true) {
      const auto count = tls_ ? repeat([&] { return SSL_read(tls_.get(), buffer, at_most(size)); })
                              : repeat_plain([&] { return ::recv(socket_.get(), buffer, size, 0); }, POLLIN);
      if (!count) return count;
      const auto verdict = redirects_.received(std::string_view(buffer, static_cast<std::size_t>(*count)));
      if (verdict == RedirectWatch::Verdict::pass) return count;
      if (verdict == RedirectWatch::Verdict::redirect || *count == 0) return redirected();
    }
  }

  Result<int> write_some(const char* bytes, std::size_t size) {
    redirects_.sent();
    if (tls_) return repeat([&] { return SSL_write(tls_.get(), bytes, at_most(size)); });
    return repeat_plain([&] { return ::send(socket_.get(), bytes, size, MSG_NOSIGNAL); }, POLLOUT);
  }

  void shut() {
    if (tls_) SSL_shutdown(tls_.get());
    tls_.reset();
    socket_.reset();
  }

  git_cert* checked_certificate() { return &certificate_.parent; }

 private:
  Result<void> connect_socket(const std::string& host, const std::string& port) {
    auto socket = connect_to(host, port);
    if (!socket) return std::unexpected(socket.error());
    socket_ = *std::move(socket);
    return {};
  }

  Result<void> open_tunnel(const FetchProxy& proxy) {
    const auto authority = tunnel_authority(host_, port_);
    std::string request = tunnel_request(authority, proxy.credentials);
    const auto sent = send_all(request);
    wipe(request);
    if (!sent) return sent;
    std::string answer;
    // Byte by byte, because anything behind the answer belongs to the server.
    while (!is_tunnel_answer(answer) && answer.size() < kMaxTunnelAnswer) {
      char byte = 0;
      const auto count = repeat_plain([&] { return ::recv(socket_.get(), &byte, 1, 0); }, POLLIN);
      if (!count) return fail("the proxy does not answer: " + count.error().message);
      if (*count == 0) return fail("the proxy closed the connection without an answer");
      answer += byte;
    }
    if (auto refusal = tunnel_refusal(proxy, authority, answer)) return fail(*std::move(refusal));
    return {};
  }

  Result<void> send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count =
          repeat_plain([&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }, POLLOUT);
      if (!count) return std::unexpected(count.error());
      bytes.remove_prefix(static_cast<std::size_t>(*count));
    }
    return {};
  }

  static int at_most(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, 1U << 20U)); }

  Result<void> start_tls() {
    if (!shared().context) {
      auto context = make_context(shared().ca_file);
      if (!context) return std::unexpected(context.error());
      shared().context = *std::move(context);
    }
    tls_.reset(SSL_new(shared().context.get()));
    if (!tls_ || SSL_set_fd(tls_.get(), socket_.get()) != 1 || !expect_host(tls_.get(), host_)) {
      return fail(fmt::format("\"{}\" is not a host that a certificate can be checked for", host_));
    }
    const auto done = repeat([this] { return SSL_connect(tls_.get()); });
    if (done) return {};
    const long verdict = SSL_get_verify_result(tls_.get());
    if (verdict == X509_V_OK) return fail("TLS: " + done.error().message);
    return fail(fmt::format("the certificate of {} is refused: {}", host_, X509_verify_cert_error_string(verdict)));
  }

  [[nodiscard]] std::unexpected<Error> redirected() const {
    const auto location = redirects_.location();
    return fail(fmt::format("it redirects{}{}, and redirects are not followed; write the URL that it has now",
                            location.empty() ? "" : " to ", location));
  }

  // The same, without TLS.
  template <class Call>
  Result<int> repeat_plain(Call call, short events) {
    if (!socket_.valid()) return fail("the connection is closed");
    while (true) {
      const ssize_t result = call();
      if (result >= 0) return static_cast<int>(result);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return fail(error_text(errno));
      if (auto ready = wait_for(socket_.get(), events); !ready) return std::unexpected(ready.error());
    }
  }

  // Repeats a call that would have had to wait.
  template <class Call>
  Result<int> repeat(Call call) {
    if (!tls_) return fail("the connection is closed");
    while (true) {
      ERR_clear_error();
      const int result = call();
      if (result > 0) return result;
      const int error = SSL_get_error(tls_.get(), result);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return fail(last_tls_error());
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      if (auto ready = wait_for(socket_.get(), events); !ready) return std::unexpected(ready.error());
    }
  }

  std::string host_;
  std::string port_;
  Protection protection_;
  RedirectWatch redirects_;
  Descriptor socket_;
  TlsHandle tls_;
  // libgit2's check of certificates looks only at the type: open() has checked the certificate.
  git_cert_x509 certificate_{.parent = {GIT_CERT_X509}, .data = nullptr, .len = 0};
};

HttpStream& stream_of(git_stream* stream) {
  return *static_cast<HttpStream*>(stream);
}

// Sets the error for libgit2.
int told(const std::string& message) {
  git_error_set_str(GIT_ERROR_SSL, message.c_str());
  return GIT_ERROR;
}

int on_connect(git_stream* stream) {
  const auto opened = stream_of(stream).open();
  return opened ? 0 : told(opened.error().message);
}

int on_certificate(git_cert** out, git_stream* stream) {
  *out = stream_of(stream).checked_certificate();
  return 0;
}

ssize_t on_read(git_stream* stream, void* buffer, std::size_t size) {
  const auto count = stream_of(stream).read_some(static_cast<char*>(buffer), size);
  return count ? *count : told(count.error().message);
}

ssize_t on_write(git_stream* stream, const char* bytes, std::size_t size, int /*flags*/) {
  const auto count = stream_of(stream).write_some(bytes, size);
  return count ? *count : told(count.error().message);
}

int on_close(git_stream* stream) {
  stream_of(stream).shut();
  return 0;
}

void on_free(git_stream* stream) {
  delete &stream_of(stream);  // NOLINT(cppcoreguidelines-owning-memory): libgit2 owns it until here
}

template <Protection protection>
int make_stream(git_stream** out, const char* host, const char* port) {
  auto* const stream =
      new (std::nothrow) HttpStream(host, port, protection);  // NOLINT(cppcoreguidelines-owning-memory)
  if (stream == nullptr) return told("no memory for a connection");
  stream->version = GIT_STREAM_VERSION;
  stream->encrypted = protection == Protection::tls ? 1 : 0;
  stream->connect = on_connect;
  if (protection == Protection::tls) stream->certificate = on_certificate;
  stream->read = on_read;
  stream->write = on_write;
  stream->close = on_close;
  stream->free = on_free;
  *out = stream;
  return 0;
}

}  // namespace

Result<void> use_openssl(const GitTlsSettings& settings) {
  shared() = {.ca_file = settings.ca_file, .context = {}, .deadline = settings.deadline, .proxy = settings.proxy};
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  git_stream_registration tls{.version = GIT_STREAM_VERSION, .init = make_stream<Protection::tls>, .wrap = nullptr};
  git_stream_registration plain{.version = GIT_STREAM_VERSION, .init = make_stream<Protection::none>, .wrap = nullptr};
  const bool taken = git_stream_register(GIT_STREAM_TLS, &tls) == 0 &&
                     (settings.plain == PlainStreams::libgit2 || git_stream_register(GIT_STREAM_STANDARD, &plain) == 0);
  if (!taken) return fail("libgit2 takes no streams");
  return {};
}

}  // namespace plumbline::manifests

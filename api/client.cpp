#include "api/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <random>
#include <stdexcept>
#include <utility>

#include "api/calls.h"
#include "api/classify.h"
#include "api/envelope.h"
#include "api/pacer.h"
#include "api/reaction.h"
#include "base/digest.h"
#include "base/redaction.h"
#include "base/text.h"
#include "net/run_on.h"

namespace plumbline::api {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kOk = 200;
constexpr int kTooManyRequests = 429;
// Bytes that are read in less than a millisecond.
constexpr std::size_t kLargeBody = std::size_t{64} * 1024;

// Replaces a missing probe.
class SilentProbe final : public Probe {
 public:
  void answered(const Operation&, int, std::chrono::nanoseconds) override {}
  void retried(const Operation&, std::string_view, milliseconds) override {}
  void gave_up(const Operation&, int, const Error&) override {}
  void throttled(std::chrono::nanoseconds) override {}
  void blocked(milliseconds, milliseconds) override {}
  void budget(std::size_t, std::size_t) override {}
};

// State that the client and its calls share. It lives until the last of them has ended.
struct Shared {
  Shared(net::Executor executor_in, net::HttpClient& http_in, ClientOptions options_in, Probe* probe_in)
      : executor(std::move(executor_in)),
        http(http_in),
        options(std::move(options_in)),
        policy(options.retry),
        probe(probe_in != nullptr ? *probe_in : silent) {
    if (!options.pacer) options.pacer = std::make_shared<Pacer>(executor, unpaced());
  }

  SilentProbe silent;
  net::Executor executor;
  net::HttpClient& http;
  ClientOptions options;
  RetryPolicy policy;
  Probe& probe;
  std::mt19937_64 random{std::random_device{}()};  // for jitter, not for secrets
  std::size_t overloads = 0;
};

void check_parameters(const Call& call) {
  for (const auto name : path_parameters(*call.operation)) {
    const auto* value = find_parameter(call.path, name);
    if (value == nullptr || value->empty()) {
      throw std::logic_error(fmt::format("{} needs the parameter {}", call.operation->name, name));
    }
  }
}

void authorize(net::Headers& headers, const Credentials& credentials) {
  if (!credentials.token.empty()) {
    headers.set("Authorization", bearer(credentials.token));
  } else if (!credentials.key.empty()) {
    headers.set("X-Auth-Email", credentials.email);
    headers.set("X-Auth-Key", std::string(credentials.key.reveal()));
  }
}

net::HttpRequest request_of(const Call& call, const ClientOptions& options) {
  check_parameters(call);
  net::HttpRequest request;
  request.method = std::string(call.operation->method);
  request.target = options.prefix + target_of(*call.operation, call.path, call.query);
  request.headers.set("User-Agent", options.user_agent);
  if (call.operation->answer != AnswerShape::raw) {
    request.headers.set("Accept", "application/json");
  }
  // A list of 10,000 Workers has 8 MB, or half a megabyte packed.
  if (call.operation->method == "GET") request.headers.set("Accept-Encoding", "gzip");
  // An upload of assets brings the token of its session, which must not be overwritten.
  if (!call.headers.contains("Authorization")) authorize(request.headers, options.credentials());
  if (!call.content_type.empty()) request.headers.set("Content-Type", call.content_type);
  for (const net::Header& field : call.headers) request.headers.set(field.name, field.value);
  request.body = call.body;
  return request;
}

// The values that prove the client's identity.
std::vector<Secret> credentials_in(const net::Headers& headers) {
  std::vector<Secret> credentials;
  for (const std::string_view name : {"Authorization", "X-Auth-Key"}) {
    const std::string_view value = headers.get(name);
    // The scheme before it is no secret.
    const std::string_view credential = value.substr(value.rfind(' ') + 1);
    credentials.emplace_back(credential);
    // The token of an upload session has parts; the last one is the proof.
    if (!credential.contains('.')) continue;
    for (const std::string_view part : split(credential, '.')) credentials.emplace_back(part);
  }
  return credentials;
}

// The bytes that came, and what is asked of them.
struct Received {
  const Operation* operation = nullptr;
  net::HttpResponse response;
  std::optional<std::string> known_body{};               ///< Call::known_body
  std::vector<Secret> credentials{};                     ///< that were sent
  std::shared_ptr<const std::vector<Secret>> secrets{};  ///< Call::secrets
};

// Uses up the response.
Result<Answer> read_received(Received& received) {
  auto& response = received.response;
  std::string digest;
  if (received.known_body && response.status == kOk) {
    digest = sha256_hex(response.body);
    if (digest == *received.known_body) {
      return Answer{.headers = std::move(response.headers), .body_digest = std::move(digest), .unchanged = true};
    }
  }
  auto answer = read_answer(*received.operation, std::move(response), std::chrono::system_clock::now(), [&received] {
    std::vector<Secret> carried;
    std::ranges::transform(received.credentials, std::back_inserter(carried), &Secret::copy);
    if (received.secrets) std::ranges::transform(*received.secrets, std::back_inserter(carried), &Secret::copy);
    return carried;
  });
  if (answer) answer->body_digest = std::move(digest);
  return answer;
}

// One call from its first attempt to its answer.
class Attempts {
 public:
  Attempts(std::shared_ptr<Shared> shared, Call call)
      : shared_(std::move(shared)), call_(std::move(call)), time_left_(shared_->options.deadline) {}

  // The body may hold the values of secrets, and the header the token of an upload session.
  ~Attempts() {
    wipe(call_.body);
    call_.headers.wipe();
  }
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  Awaitable<Result<Answer>> run() {
    while (true) {
      auto turn = co_await wait_for_turn();
      if (!turn) co_return std::unexpected(cancelled());
      // The wait for the turn may have taken longer than the reads stay valid on which the call rests.
      if (call_.begin_by && Clock::now() > *call_.begin_by) {
        turn->withdraw();
        co_return given_up(too_late());
      }
      ++attempts_;
      auto answer = co_await exchange(std::move(*turn));
      if (answer) co_return std::move(answer);
      if (is_overload(answer.error())) ++shared_->overloads;
      const auto wait = next_wait(answer.error());
      if (!wait) co_return given_up(std::move(answer.error()));
      const auto& error = answer.error();
      const auto told = std::min<milliseconds>(error.retry_after.value_or(milliseconds(0)), kLongestBlock);
      shared_->probe.retried(*call_.operation, to_string(error.kind), std::max(*wait, told));
      if (!co_await sleep_for(*wait)) co_return std::unexpected(cancelled());
    }
  }

 private:
  Awaitable<std::optional<Pacer::Turn>> wait_for_turn() {
    const auto* account = find_parameter(call_.path, "account_id");
    auto turn = co_await shared_->options.pacer->turn({call_.priority, account != nullptr ? *account : std::string()});
    if (turn && turn->waited_for_budget() >= milliseconds(1)) shared_->probe.throttled(turn->waited_for_budget());
    co_return std::move(turn);
  }

  Awaitable<Result<Answer>> exchange(Pacer::Turn turn) {
    const auto begun = Clock::now();
    net::HttpRequest request = request_of(call_, shared_->options);
    auto credentials = credentials_in(request.headers);
    const bool by_token = request.headers.contains("Authorization");
    auto response = co_await shared_->http.exchange(std::move(request));
    const auto took = Clock::now() - begun;
    spend(took);
    const int status = response ? response->status : 0;
    if (call_.tally) ++*call_.tally;
    // Before the turn ends: otherwise every waiting call would be sent into the same answer.
    if (status == kTooManyRequests) block_budget(told_by(*response));
    if (!response && response.error().progress == net::Progress::nothing_sent) turn.withdraw();
    turn.end();
    shared_->probe.answered(*call_.operation, status, took);
    if (response) shared_->options.pacer->hint(parse_rate_hint(response->headers));
    tell_budget();
    if (!response) {
      // A proxy, too, may repeat what was sent to it.
      const auto told = without_secrets(response.error().message, credentials);
      co_return std::unexpected(make_error(*call_.operation, classify(response.error()), printable(told)));
    }
    auto answer = co_await read({.operation = call_.operation,
                                 .response = std::move(*response),
                                 .known_body = call_.known_body,
                                 .credentials = std::move(credentials),
                                 .secrets = call_.secrets});
    if (!answer) answer.error().by_token = by_token;
    co_return std::move(answer);
  }

  // The answer to a large account takes long to read, and nobody else may wait for that.
  Awaitable<Result<Answer>> read(Received received) const {
    const auto& pool = shared_->options.pool;
    if (!pool || received.response.body.size() < kLargeBody) co_return read_received(received);
    co_return co_await net::run_on(*pool,
                                   [received = std::move(received)]() mutable { return read_received(received); });
  }

  // Whoever was told that the call is repeated is told how that ended.
  std::unexpected<Error> given_up(Error error) {
    if (attempts_ > 1) shared_->probe.gave_up(*call_.operation, attempts_, error);
    return std::unexpected(std::move(error));
  }

  // How long to wait until the next attempt, in addition to the wait for its turn; nothing to give up.
  std::optional<milliseconds> next_wait(const Error& error) {
    const bool throttled = error.kind == ErrorKind::rate_limited;
    ++(throttled ? state_.throttles : state_.failures);
    if (throttled && !throttled_since_) throttled_since_ = Clock::now();
    state_.time_left = time_left_;
    state_.patience = patience_left();
    std::uniform_real_distribution<double> jitter(0.0, 1.0);
    const auto wait = shared_->policy.next(*call_.operation, error, state_, jitter(shared_->random));
    if (!throttled) return wait;
    // The API counts and blocks the whole budget, so every call waits, and this one waits for its next turn.
    if (wait) block_budget(std::max(*wait, error.retry_after.value_or(milliseconds(0))));
    return wait ? std::optional(milliseconds::zero()) : std::nullopt;
  }

  [[nodiscard]] milliseconds told_by(const net::HttpResponse& response) const {
    const auto told = parse_retry_after(response.headers.get("Retry-After"), std::chrono::system_clock::now());
    return std::max(told.value_or(milliseconds(0)), shared_->options.retry.base);
  }

  void block_budget(milliseconds told) {
    if (!shared_->options.pacer->block_for(told)) return;
    shared_->probe.blocked(std::min<milliseconds>(told, kLongestBlock), told);
  }

  // Returns false if it was cancelled.
  Awaitable<bool> sleep_for(milliseconds wait) {
    if (wait <= milliseconds::zero()) co_return true;
    asio::steady_timer timer(shared_->executor, wait);
    const auto [cut] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    spend(wait);
    co_return !cut;
  }

  [[nodiscard]] milliseconds patience_left() const {
    if (!throttled_since_) return shared_->options.patience;
    const auto held_up = std::chrono::floor<milliseconds>(Clock::now() - *throttled_since_);
    return shared_->options.patience - held_up;
  }

  void spend(std::chrono::nanoseconds time) { time_left_ -= std::chrono::ceil<milliseconds>(time); }

  void tell_budget() {
    PacingWindow& window = shared_->options.pacer->window();
    if (window.share() == 0) return;
    shared_->probe.budget(window.remaining(Clock::now()), window.share());
  }

  [[nodiscard]] Error too_late() const {
    return make_error(*call_.operation, ErrorKind::conflict,
                      "the call waited too long for its turn in the budget; what it depends on has to be read again");
  }

  [[nodiscard]] Error cancelled() const { return make_error(*call_.operation, ErrorKind::cancelled, "shutting down"); }

  std::shared_ptr<Shared> shared_;
  Call call_;
  milliseconds time_left_;
  RetryState state_{.failures = 0};
  int attempts_ = 0;
  std::optional<Clock::time_point> throttled_since_;
};

Awaitable<Result<Answer>> run(std::shared_ptr<Shared> shared, Call call) {
  Attempts attempts(std::move(shared), std::move(call));
  co_return co_await attempts.run();
}

class HttpApiClient final : public Client {
 public:
  explicit HttpApiClient(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  Awaitable<Result<Answer>> call(Call call) override {
    if (call.operation == nullptr) throw std::logic_error("a call without an operation");
    return run(shared_, std::move(call));
  }
  [[nodiscard]] std::size_t overloads() const override { return shared_->overloads; }

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<Client> make_client(net::Executor executor, net::HttpClient& http, ClientOptions options,
                                    Probe* probe) {
  return std::make_unique<HttpApiClient>(
      std::make_shared<Shared>(std::move(executor), http, std::move(options), probe));
}

}  // namespace plumbline::api

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/error.h"
#include "api/operations.h"
#include "api/retry.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/version.h"
#include "net/awaitable.h"
#include "net/http_client.h"
#include "net/url.h"

namespace plumbline::api {

using net::Awaitable;

template <class T>
using Result = plumbline::Result<T, Error>;

/// The latest time at which a call may start, because the reads that it rests on are too old after that. Empty: no
/// limit.
using BeginBy = std::optional<std::chrono::steady_clock::time_point>;

/// Who goes first where calls wait for a budget, the first first.
enum class Priority {
  interactive,  ///< somebody waits for the answer
  apply,        ///< writes, and what is read before them
  observe,      ///< what is read without a commit that waits; may use only a part of our share
  audit,        ///< what nothing waits for; may use a smaller part (PacingOptions::audit_share)
};

/// One call: an operation of the endpoint table, and the values for its path, query and body.
struct Call {
  /// A row of the endpoint table; never null. The table is static.
  const Operation* operation = nullptr;
  Parameters path;           ///< account_id, script_name, …; not escaped
  Parameters query;          ///< not escaped, in order
  net::Headers headers;      ///< in addition to authorization, content type and user agent
  std::string content_type;  ///< of the body; empty: none
  std::string body;
  /// The values of secrets in the body; no error may repeat them. Null: the body holds none.
  std::shared_ptr<const std::vector<Secret>> secrets;
  Priority priority = Priority::interactive;
  /// If the call's turn in the budget comes later than this, also for a repetition, nothing is sent. The error is then
  /// ErrorKind::conflict with status 0: observe and plan again.
  BeginBy begin_by = std::nullopt;
  /// Counts the exchanges of this call, if it is not null.
  std::shared_ptr<std::size_t> tally{};
  /// SHA-256 of an earlier answer's body, 64 hex digits. If the answer has the same body, it is not read, and
  /// Answer::unchanged says so. Nothing: the digest is not asked for.
  std::optional<std::string> known_body{};
};

/// A successful answer. `result` and `result_info` come from the envelope. `raw` is the body if the operation answers
/// without an envelope (code).
struct Answer {
  int status = 200;
  Json result;
  Json result_info;
  std::string raw;
  std::string content_type;
  net::Headers headers;
  std::string body_digest{};  ///< of the body, if Call::known_body asks for it
  bool unchanged = false;     ///< the body is the known one: `result` and `result_info` are left out
};

/// The Workers API with one token. Tests replace it by a fake. All calls are made on the loop thread and may run
/// concurrently.
class Client {
 public:
  virtual ~Client() = default;
  /// Waits for a turn in the budget, sends the call, and repeats it as RetryPolicy allows. Errors: any ErrorKind but
  /// stale_source and local; `cancelled` on shutdown, `conflict` with status 0 if `begin_by` has passed.
  virtual Awaitable<Result<Answer>> call(Call call) = 0;
  /// How many answers so far were is_overload(), whether or not their calls were repeated.
  [[nodiscard]] virtual std::size_t overloads() const { return 0; }
};

/// A bearer token, or a global API key with its e-mail address.
struct Credentials {
  Secret token;
  Secret key;
  std::string email;
};

/// Observes every exchange, for metrics and logs. All functions are called on the client's thread.
class Probe {
 public:
  virtual ~Probe() = default;
  /// After each attempt. `code` is the HTTP status, 0 without an answer.
  virtual void answered(const Operation& operation, int code, std::chrono::nanoseconds duration) = 0;
  /// The call will be sent again, in `after` or later.
  virtual void retried(const Operation& operation, std::string_view reason, std::chrono::milliseconds after) = 0;
  /// The call was sent `attempts` times, more than once, and is not sent again; `error` is that of the last attempt.
  virtual void gave_up(const Operation& operation, int attempts, const Error& error) = 0;
  /// The budget (a full window, or a pause that the API asked for) kept a call waiting for `duration`. A wait for calls
  /// in flight does not count.
  virtual void throttled(std::chrono::nanoseconds duration) = 0;
  /// The API answered 429 and asked for a pause of `told`. Nothing is sent for `held`, except for one call that looks
  /// whether the block still holds.
  virtual void blocked(std::chrono::milliseconds held, std::chrono::milliseconds told) = 0;
  /// How many calls of our share are left in the window, and the share itself.
  virtual void budget(std::size_t remaining, std::size_t limit) = 0;
};

class Pacer;

/// The options of one client.
struct ClientOptions {
  std::string prefix;  ///< in front of every path, `/client/v4`; see net::BaseUrl
  /// Returns the credentials for one exchange. Called for each exchange on the client's thread, so that files can be
  /// read again and tokens rotated.
  std::function<Credentials()> credentials;
  std::string user_agent = "plumbline/" + std::string(version());
  /// Where large answers are read, so that the client's thread goes on meanwhile. Nothing: on the client's thread.
  std::optional<net::Executor> pool{};
  std::shared_ptr<Pacer> pacer;  ///< shared by all tokens of one user; nullptr: no limit
  /// For one call: its exchanges and the waits between them. The wait for a turn in the budget does not count.
  std::chrono::milliseconds deadline{120'000};
  /// How long answers of 429 may delay a call before it fails.
  std::chrono::milliseconds patience{600'000};
  RetryOptions retry;
};

/// Makes the client over HTTP. `http` and `probe` (may be nullptr) must outlive it and every call. The client may end
/// before its calls do.
///
/// A call without an operation, or with parameters that do not fill its operation's path, is a fault of the program and
/// throws std::logic_error.
std::unique_ptr<Client> make_client(net::Executor executor, net::HttpClient& http, ClientOptions options, Probe* probe);

}  // namespace plumbline::api

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

/// The last moment at which a call may begin: what it rests on holds no longer after that. Nothing: any time.
using BeginBy = std::optional<std::chrono::steady_clock::time_point>;

/// Which of the shares of a budget a call may use.
enum class Priority { apply, interactive, audit };

/// One call: an operation of the endpoint table and what fills its template.
struct Call {
  const Operation* operation = nullptr;
  Parameters path;           ///< account_id, script_name, …: unescaped
  Parameters query;          ///< unescaped, in order
  net::Headers headers;      ///< beyond authorization, content type, user agent
  std::string content_type;  ///< of the body; empty: none
  std::string body;
  /// The values of secrets in the body, which no error may repeat; null: it holds none.
  std::shared_ptr<const std::vector<Secret>> secrets;
  Priority priority = Priority::interactive;
  /// If its turn in the budget comes later, or an attempt after that would have to be made, nothing is sent and the
  /// answer is ErrorKind::conflict without a status: observe and plan again.
  BeginBy begin_by = std::nullopt;
};

/// A successful answer. `result` and `result_info` come from the envelope; `raw` is the body where
/// the operation answers with something else (code).
struct Answer {
  int status = 200;
  Json result;
  Json result_info;
  std::string raw;
  std::string content_type;
  net::Headers headers;
};

/// The Workers API of one token. The border at which tests put a fake. Calls may run concurrently;
/// a call waits for its turn in the budget and repeats what may be repeated before it answers.
class Client {
 public:
  virtual ~Client() = default;
  virtual Awaitable<Result<Answer>> call(Call call) = 0;
};

/// A bearer token, or a global key with its e-mail address.
struct Credentials {
  Secret token;
  Secret key;
  std::string email;
};

/// Told about every exchange: for metrics and logs. All called on the client's thread.
class Probe {
 public:
  virtual ~Probe() = default;
  /// `code` is the HTTP status, 0 without an answer.
  virtual void answered(const Operation& operation, int code, std::chrono::nanoseconds duration) = 0;
  /// The call is made again, `after` from now at the earliest.
  virtual void retried(const Operation& operation, std::string_view reason, std::chrono::milliseconds after) = 0;
  virtual void throttled(std::chrono::nanoseconds duration) = 0;
  /// The API answers 429 and asked for `told`; nothing is sent for `held`, and one look after that.
  virtual void blocked(std::chrono::milliseconds held, std::chrono::milliseconds told) = 0;
  /// Calls left of the share in the window, and the share.
  virtual void budget(std::size_t remaining, std::size_t limit) = 0;
};

class Pacer;

struct ClientOptions {
  std::string prefix;  ///< of every path, `/client/v4`; see net::BaseUrl
  /// The credentials for one exchange. Asked every time, so that files may be reread and tokens
  /// rotated; called on the client's thread.
  std::function<Credentials()> credentials;
  std::string user_agent = "plumbline/" + std::string(version());
  std::shared_ptr<Pacer> pacer;  ///< shared by the tokens of one user; nullptr: unlimited
  /// For one call, its exchanges and the waits between them; the wait for a turn in the budget is
  /// not counted.
  std::chrono::milliseconds deadline{120'000};
  /// How long answers of 429 may hold a call up before it gives up.
  std::chrono::milliseconds patience{600'000};
  RetryOptions retry;
};

/// The client over HTTP. `http` and `probe` (may be nullptr) outlive it and every call; the client
/// itself may end while calls are under way.
///
/// A call whose parameters do not fill its operation's path is a fault of the program and throws
/// std::logic_error; so does one without an operation.
std::unique_ptr<Client> make_client(net::Executor executor, net::HttpClient& http, ClientOptions options, Probe* probe);

}  // namespace plumbline::api

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "daemon/config/environment.h"
#include "net/awaitable.h"
#include "net/byte_stream.h"
#include "net/http_client.h"
#include "net/url.h"

namespace plumbline::daemon {

inline constexpr std::string_view kUsualServer = "http://127.0.0.1:8080";

/// Where a daemon is, as the command line says it.
struct ServerChoice {
  std::optional<std::string> url;         ///< --server; else $PLUMBLINE_SERVER, else kUsualServer
  std::optional<std::string> token_file;  ///< --token-file; else $PLUMBLINE_TOKEN holds the token itself
};

/// Why a daemon has not answered as asked.
struct ClientProblem {
  std::string message;  ///< for a person, with what to do
  int status = 0;       ///< of the answer; 0: there was none
};

/// The HTTP API of a running daemon. On the loop thread.
class DaemonClient {
 public:
  /// The error says which variable, file or address is wrong.
  static Result<std::unique_ptr<DaemonClient>> open(const net::Executor& io, const ServerChoice& choice,
                                                    const Environment& environment);

  /// The JSON of an answer of 2xx. Waits at most so long for it.
  net::Awaitable<Result<Json, ClientProblem>> get(std::string target);
  net::Awaitable<Result<Json, ClientProblem>> post(std::string target, JsonObject body);
  /// The text of an answer of 2xx.
  net::Awaitable<Result<std::string, ClientProblem>> get_text(std::string target);

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  DaemonClient(const net::Executor& io, std::string url, const net::BaseUrl& base, Secret token);
  net::Awaitable<Result<std::string, ClientProblem>> exchange(net::HttpRequest request);
  [[nodiscard]] ClientProblem problem_of(const net::HttpResponse& response, const std::string& target) const;

  std::string url_;
  std::string prefix_;
  Secret token_;
  std::unique_ptr<net::Connector> connector_;
  std::unique_ptr<net::HttpClient> http_;
};

}  // namespace plumbline::daemon

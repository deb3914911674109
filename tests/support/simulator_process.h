#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/process.h"

namespace plumbline::testing {

/// One call that the simulator answered.
struct Request {
  std::string method;
  std::string path;  ///< behind /client/v4/accounts/<id>, or behind /client/v4 if it concerns no account
  std::string query;
  int status = 0;

  [[nodiscard]] bool is_write() const { return method != "GET"; }
};

/// `PUT /workers/scripts/hello`, for messages and comparisons.
std::string to_string(const Request& request);
std::vector<std::string> to_strings(const std::vector<Request>& requests);

/// Those that change something.
std::vector<Request> writes_of(const std::vector<Request>& requests);

/// How many of them are `METHOD` and have a path that ends with `suffix`.
std::size_t count(const std::vector<Request>& requests, std::string_view method, std::string_view suffix);

/// `plumbline simulate` on a port of its own. The account is kept in a file, so that it outlives the process.
class SimulatorProcess {
 public:
  /// `options` of the command line beyond --listen, --state.
  explicit SimulatorProcess(std::filesystem::path folder, std::vector<std::string> options = {});

  [[nodiscard]] const std::string& api_base_url() const { return api_base_url_; }
  [[nodiscard]] const std::string& account_id() const { return account_id_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::vector<Request> requests() const;
  void clear_requests() const;
  /// Those that are made while `function` runs.
  template <std::invocable Function>
  [[nodiscard]] std::vector<Request> requests_during(Function function) const {
    clear_requests();
    function();
    return requests();
  }

  /// The whole account.
  [[nodiscard]] Json state() const;
  /// The names of its Workers, sorted.
  [[nodiscard]] std::vector<std::string> worker_names() const;
  /// One Worker of the state; throws std::runtime_error if there is none.
  [[nodiscard]] Json worker(std::string_view name) const;
  /// The last version of a Worker.
  [[nodiscard]] Json latest_version(std::string_view name) const;
  /// One binding of the last version; null if there is none.
  [[nodiscard]] Json binding(std::string_view worker, std::string_view name) const;

  /// A call of the API as somebody else makes it, whose answer's result this is; `path` is below the account. Throws
  /// std::runtime_error if it is refused.
  Json call(const std::string& method, const std::string& path, const Json& body = nullptr) const;

  /// An edit as a person makes it in the dashboard.
  void edit(std::string_view worker, std::string_view action, std::string_view name = {},
            const Json& value = nullptr) const;

  /// `{match: {method, path}, times, fault, …}`
  void add_fault(const JsonObject& fault) const;
  void clear_faults() const;
  void change_settings(const JsonObject& settings) const;
  void reset() const;

  /// Connections are refused from now on; the account is kept.
  void stop();
  /// Again at the same port.
  void start();

 private:
  [[nodiscard]] Json control(std::string_view name) const;
  void post_control(std::string_view name, const Json& body) const;
  void delete_control(std::string_view name) const;

  std::filesystem::path folder_;
  std::vector<std::string> options_;
  std::string api_base_url_;
  std::string account_id_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace plumbline::testing

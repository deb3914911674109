#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "daemon/http/access.h"
#include "net/awaitable.h"
#include "net/http_server.h"

/// The daemon's endpoints as a table, and what all of them have in common: who may ask, what a request has to look
/// like, and how errors are told.
namespace plumbline::daemon {

/// A request that was found to be in order.
struct Call {
  net::HttpRequest request;
  std::map<std::string, std::string, std::less<>> parameters;  ///< of the path: `{source}`
  JsonObject body;                                             ///< of a POST; empty if it had none

  /// A parameter of the path. It must be in the endpoint's path.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  /// A parameter of the query; empty if it is not there.
  [[nodiscard]] std::string query(std::string_view name) const;
};

struct Endpoint {
  std::string_view method;  ///< GET (which serves HEAD) or POST
  std::string_view path;    ///< `/api/v1/sources/{source}/reconcile`
  Level level = Level::admin;
  std::vector<std::string_view> fields;  ///< that the JSON object of a POST may have; any other is an error
  std::function<net::Awaitable<net::Reply>(Call call)> answer;
};

class Endpoints {
 public:
  Endpoints(std::vector<Endpoint> table, AccessRules rules) : table_(std::move(table)), rules_(std::move(rules)) {}

  /// Answers a request: 404 and 405 for what the table does not have, after the caller was found to be allowed to know
  /// that; 415 and 400 for a body that is no JSON object of known fields.
  [[nodiscard]] net::Awaitable<net::Reply> answer(net::HttpRequest request) const;

  /// Whether whoever sends this may read.
  [[nodiscard]] bool may_read(const net::HttpRequest& request) const;
  [[nodiscard]] const AccessRules& rules() const { return rules_; }
  void set_rules(AccessRules rules) { rules_ = std::move(rules); }

 private:
  [[nodiscard]] net::Awaitable<net::Reply> answer_of(net::HttpRequest request) const;

  std::vector<Endpoint> table_;
  AccessRules rules_;
};

/// Whether the request asks about the daemon's health: /livez, /readyz, /metrics. These are answered even while other
/// requests have to wait.
bool is_health(const net::HttpRequest& request);

net::Reply text_reply(int status, std::string body);
/// `json` is the text of a JSON document.
net::Reply json_reply(int status, std::string json);
net::Reply problem_reply(int status, std::string_view title, std::string_view detail);

/// Answers /metrics. `exposition` is called once per request.
net::HttpResponse answer_metrics(const std::function<std::string()>& exposition, const net::HttpRequest& request);

}  // namespace plumbline::daemon

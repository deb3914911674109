#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "net/http.h"
#include "simulator/multipart.h"
#include "simulator/service.h"

namespace plumbline::simulator {

/// An answer with its envelope taken apart.
struct Reply {
  int status = 0;
  std::string body;
  net::Headers headers;
  net::Delivery delivery = net::Delivery::whole;
  std::chrono::milliseconds pause{0};
  Json json;

  [[nodiscard]] const Json& result() const;
  /// The first code of the envelope, 0 if there is none.
  [[nodiscard]] int code() const;
};

/// A service with a clock that the test moves, and an account whose calls need no boilerplate.
class Sim {
 public:
  explicit Sim(Options options = {});

  /// `path` is relative to the account: `/workers/scripts`.
  Reply call(std::string_view method, std::string_view path, std::string body = "", net::Headers headers = {});
  /// `path` is relative to /client/v4.
  Reply api(std::string_view method, std::string_view path, std::string body = "", net::Headers headers = {});
  /// `path` is relative to /__simulator__/.
  Reply control(std::string_view method, std::string_view path, const Json& body = nullptr);

  /// PUT of a module Worker with one module, `index.js`.
  Reply put(std::string_view name, JsonObject metadata = {}, std::string_view source = "export default { fetch() {} }",
            std::string_view query = "");
  /// PUT or POST of any form.
  Reply form(std::string_view method, std::string_view path, const std::vector<PartToWrite>& parts,
             net::Headers headers = {});
  /// PATCH settings of a Worker.
  Reply patch_settings(std::string_view name, const Json& settings);
  /// The Worker's item of the list; null if it is not in it.
  Json item(std::string_view name);
  Json settings(std::string_view name);

  void advance(std::chrono::milliseconds duration) { *now_ += duration; }

  Service& service() { return *service_; }

 private:
  Reply send(std::string_view method, std::string target, std::string body, net::Headers headers);

  std::shared_ptr<std::chrono::system_clock::time_point> now_;
  std::unique_ptr<Service> service_;
};

/// The text of a member, wherever it is missing an empty one.
std::string text(const Json& value, std::string_view key);

/// The binding of that name in a settings document; null if there is none.
Json binding(const Json& settings, std::string_view name);

}  // namespace plumbline::simulator

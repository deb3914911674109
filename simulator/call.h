#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "simulator/answer.h"
#include "simulator/multipart.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// The parameter by which older clients ask whether Workers are on workers.dev.
inline constexpr std::string_view kSubdomainAvailability = "include_subdomain_availability";

/// One request while an endpoint handles it.
struct Call {
  World& world;
  const net::HttpRequest& request;
  std::vector<std::string> params;  ///< values of the pattern's placeholders, decoded

  [[nodiscard]] std::optional<std::string> query(std::string_view name) const {
    return net::query_parameter(request.target, name);
  }
  /// The body as JSON, whatever its content type: clients send JSON as text/plain, too.
  [[nodiscard]] Try<Json> json_body() const;
  [[nodiscard]] Try<JsonObject> json_object() const;

  /// Which client acts: `wrangler`, `terraform` or `api`, from the User-Agent.
  [[nodiscard]] std::string source() const;
  [[nodiscard]] std::string author() const;
};

/// One page of a list, from `page` and `per_page` of the query.
struct Page {
  std::size_t number = 1;
  std::size_t size = 0;

  /// First and last index (exclusive) of this page in a list of `total` items.
  [[nodiscard]] std::pair<std::size_t, std::size_t> bounds(std::size_t total) const;
};

/// Reads the page. 400/10006 for values that are not numbers; a page has at most `most` items.
Try<Page> page_of(const Call& call, std::size_t default_size, std::size_t most);

/// A parameter that is true or false, as Go reads them; false if it is missing. 400/10006 for anything else.
Try<bool> flag_of(const Call& call, std::string_view name);

enum class Access {
  token,           ///< the account's token or key
  upload_session,  ///< the JWT of an assets upload session
  global_key,      ///< the key; a token only with legacy_tokens=yes
};

/// How long an answer stays true.
enum class Lasts {
  no,
  until_a_change,  ///< of anything in the account or the settings: it follows from these and the target alone
};

/// One row of the routing table. In `pattern`, `:name` matches a segment with any text.
struct Endpoint {
  std::string_view method;
  std::string_view pattern;
  Outcome (*handle)(Call& call);
  Access access = Access::token;
  Lasts lasts = Lasts::no;
};

}  // namespace plumbline::simulator

#include "api/classify.h"

#include <algorithm>
#include <array>

namespace plumbline::api {
namespace {

constexpr int kAny = 0;

struct Rule {
  int status;      // kAny: any status
  int first_code;  // with last_code a range
  int last_code;
  Subject subject;  // of the operation; other: of every one
  ErrorKind kind;
};

constexpr Rule code(int code, ErrorKind kind) {
  return {kAny, code, code, Subject::other, kind};
}
constexpr Rule code_at(int status, int code, ErrorKind kind) {
  return {status, code, code, Subject::other, kind};
}
constexpr Rule code_of(Subject subject, int code, ErrorKind kind) {
  return {kAny, code, code, subject, kind};
}

using enum ErrorKind;

// The first rule that fits counts; if none fits, the status decides. Sources: the Workers API's list of error codes
// (https://developers.cloudflare.com/workers/observability/errors/), workers-sdk's handling of them, and recorded
// answers.
constexpr auto kRules = std::to_array<Rule>({
    // "Please wait and consider throttling your request speed" comes with status 429 and with others.
    code(971, rate_limited),
    // Credentials. 6003 is a malformed Authorization header. 10000 is also the code of the success message of a token's
    // verification and of rate limits, hence the statuses.
    code(6003, forbidden),
    {kAny, 9000, 9999, Subject::other, forbidden},
    code_at(400, 10000, forbidden),
    code_at(401, 10000, forbidden),
    code_at(403, 10000, forbidden),
    code_at(200, 10000, forbidden),
    code(10015, forbidden),
    code(10023, forbidden),
    // Somebody else wrote: observe and plan again.
    code(10018, conflict),   // etag precondition
    code(10020, conflict),   // route's pattern exists
    code(10035, conflict),   // concurrent modification
    code(10079, conflict),   // migration tag precondition
    code(10214, conflict),   // the latest version is not the deployed one (settings)
    code(10215, conflict),   // the same (secret)
    code(100116, conflict),  // hostname belongs to another Worker
    // A DNS record in the way and a taken workers.dev name come with 409, but a person has to solve them.
    code(100117, invalid),
    code(10031, invalid),
    code(10032, invalid),
    code(10027, invalid),  // too large
    // The account has as many Workers as it may have. The status is 403, but existing Workers can still be changed.
    code(10037, invalid),
    // "Could not route" is a wrong path or account, not a missing Worker.
    code(7003, invalid),
    code(10019, invalid),  // a route to a script that does not exist
    code(10021, invalid),  // validation of the script
    // The thing in the path does not exist.
    code_at(404, 10007, not_found),
    code_at(200, 10007, not_found),
    code(10009, not_found),
    code(10090, not_found),
    code(10092, not_found),
    code_of(Subject::secret, 10056, not_found),
    code_of(Subject::version, 100146, not_found),
    code_of(Subject::deployment, 10222, not_found),
    code_of(Subject::deployment, 10336, not_found),
    code_of(Subject::domain, 100114, not_found),
});

bool fits(const Rule& rule, const Operation& operation, int status, int code) {
  return (rule.status == kAny || rule.status == status) && code >= rule.first_code && code <= rule.last_code &&
         (rule.subject == Subject::other || rule.subject == operation.subject);
}

ErrorKind by_status(int status, int code) {
  if (status >= 500 || status == 408 || status == 425) return server;
  if (status == 401 || status == 403) return forbidden;
  if (status == 404) return not_found;
  if (status == 409 || status == 412) return conflict;
  if (status >= 400) return invalid;
  // A refusal under 2xx or 3xx that has not even a code is a broken answer.
  return code == 0 ? server : invalid;
}

}  // namespace

ErrorKind classify(const Operation& operation, int status, int code) {
  if (status == 429) return rate_limited;
  // Under 5xx a code is not reliable: 10013 stands for nearly everything.
  const bool trustworthy = status < 500 || code == 971;
  const auto* const rule =
      std::ranges::find_if(kRules, [&](const Rule& candidate) { return fits(candidate, operation, status, code); });
  if (trustworthy && rule != kRules.end()) return rule->kind;
  return by_status(status, code);
}

ErrorKind classify(const net::IoError& error) {
  switch (error.failure) {
    case net::IoFailure::cancelled:
      return cancelled;
    case net::IoFailure::refused:
      return invalid;
    case net::IoFailure::proxy:
      return forbidden;
    case net::IoFailure::malformed:
    case net::IoFailure::too_large:
      return server;
    default:
      break;
  }
  if (error.progress == net::Progress::nothing_sent) return unreachable;
  return lost_answer;
}

}  // namespace plumbline::api

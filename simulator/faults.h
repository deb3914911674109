#pragma once

#include <boost/regex.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "net/http.h"

namespace plumbline::simulator {

enum class FaultKind {
  status,        ///< an envelope with an error; the call has no effect
  html,          ///< an HTML page instead of an envelope; no effect
  reset_before,  ///< the connection is reset; no effect
  reset_after,   ///< the call has its effect, then the connection is reset
  answer,        ///< the call has its effect; the fault's `status` and `body`, if given, replace those of the answer
  truncate,      ///< the call has its effect, but only half of the answer is sent
  slow,          ///< the call has its effect; the answer is sent byte by byte, `delay` apart
  stall,         ///< the call has its effect, but there is never an answer
  stall_before,  ///< no effect, and never an answer
  drop_entry,    ///< a list lacks an entry
  repeat_entry,  ///< a list holds an entry twice
  maim_entry,    ///< a member of a list's entry is missing or changed
};

struct Fault {
  std::string method;  ///< empty: any
  std::string path;    ///< the expression as given; empty: any
  boost::regex expression;
  std::uint64_t skip = 0;             ///< how many matching calls pass before it strikes
  std::optional<std::uint64_t> left;  ///< how often it still strikes; nothing: without end
  FaultKind kind = FaultKind::status;
  int status = 500;                 ///< for `answer`: 0 keeps the answer's own
  std::optional<std::string> body;  ///< for `answer`; nothing: the answer's own
  int code = 10013;
  std::string message;
  net::Headers headers;
  std::chrono::milliseconds delay{0};
  std::string entry;          ///< the list's entry that has this text in a member; empty: the first
  std::string key;            ///< the member that is changed
  std::optional<Json> value;  ///< its new value; nothing: it is missing
  bool recount = false;       ///< whether result_info counts the changed list
};

/// Reads `{match: {method?, path?}, skip?, times?, fault, status?, body?, code?, message?, headers?, delay_ms?, entry?,
/// key?, value?, recount?}`. The default of `skip` is 0, that of `times` 1; `times` 0 means until the fault is deleted.
/// The path is a Perl regular expression of at most 256 characters, searched for in the path after /client/v4.
Result<Fault> parse_fault(const Json& stated);

JsonObject to_json(const Fault& fault);

/// The faults in force.
class FaultList {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }

  /// The first fault that matches and has no calls left to skip. This uses it up once.
  std::optional<Fault> strike(std::string_view method, std::string_view path);

  [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

}  // namespace plumbline::simulator

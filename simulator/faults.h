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
  html,          ///< an HTML page in place of an envelope; no effect
  reset_before,  ///< the connection is reset; no effect
  reset_after,   ///< the call has its effect, then the connection is reset
  answer,        ///< the call has its effect; its answer has the fault's `status` and `body` where it states them
  truncate,      ///< half of the answer; the call has its effect
  slow,          ///< a byte of the answer at a time, `delay` apart; the call has its effect
  stall,         ///< no answer ever; the call has its effect
  stall_before,  ///< no answer ever; no effect
  drop_entry,    ///< a list lacks an entry
  repeat_entry,  ///< a list holds an entry twice
  maim_entry,    ///< a member of an entry of a list is missing or another
};

struct Fault {
  std::string method;  ///< empty: any
  std::string path;    ///< the expression as it was given; empty: any
  boost::regex expression;
  std::uint64_t skip = 0;             ///< how many calls that it matches still pass before it strikes
  std::optional<std::uint64_t> left;  ///< how often it still strikes; nothing: for ever
  FaultKind kind = FaultKind::status;
  int status = 500;                 ///< of `answer`: 0 is the answer's own
  std::optional<std::string> body;  ///< of `answer`; nothing: the answer's own
  int code = 10013;
  std::string message;
  net::Headers headers;
  std::chrono::milliseconds delay{0};
  std::string entry;          ///< of a list: the one with this text in a member; empty: the first
  std::string key;            ///< the member that is maimed
  std::optional<Json> value;  ///< what it becomes; nothing: it is missing
  bool recount = false;       ///< whether result_info counts what the list holds then
};

/// `{match: {method?, path?}, skip?, times?, fault, status?, body?, code?, message?, headers?, delay_ms?, entry?, key?,
/// value?, recount?}`. `skip` is 0 and `times` is 1 if it is left out, and 0 means until it is deleted. The path is a
/// Perl regular expression, at most 256 characters, searched for in the path after /client/v4.
Result<Fault> parse_fault(const Json& stated);

JsonObject to_json(const Fault& fault);

/// The faults in force.
class FaultList {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }

  /// The first fault that matches and lets no more calls pass; it is used up by one.
  std::optional<Fault> strike(std::string_view method, std::string_view path);

  [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

}  // namespace plumbline::simulator

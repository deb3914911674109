#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/controller/events.h"
#include "daemon/controller/pass.h"

namespace plumbline::daemon {

/// What is worth telling of the passes over one source: what has changed, and not what is as it was. Pure but for the
/// times of the events.
class SourceEvents {
 public:
  /// The events of a pass, without the name of the source.
  std::vector<Event> of(const PassReport& report);

  /// Whether that message was not the last of its kind; from now on it is.
  bool is_new(std::string_view kind, const std::string& message);

 private:
  void look_at_blocks(const PassReport& report, std::vector<Event>& events);
  void look_at_drift(const PassReport& report, std::vector<Event>& events);

  std::map<std::string, std::string, std::less<>> last_;   ///< the last message, by kind
  std::map<std::string, std::vector<std::string>> drift_;  ///< what has drifted, by Worker
};

}  // namespace plumbline::daemon

#include "simulator/request_log.h"

#include "base/json.h"
#include "base/text.h"

namespace plumbline::simulator {

void RequestLog::add(LogEntry entry) {
  if (entries_.size() == kMost) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

std::string RequestLog::to_json_text() const {
  std::string out = "[";
  for (const auto& entry : entries_) {
    if (out.size() > 1) out += ',';
    out += to_text(JsonObject{{"time", timestamp(entry.time)},
                              {"method", entry.method},
                              {"path", printable(entry.path)},
                              {"query", printable(entry.query)},
                              {"status", entry.status},
                              {"request_bytes", entry.request_bytes},
                              {"response_bytes", entry.response_bytes},
                              {"content_type", printable(entry.content_type)}});
  }
  return out += ']';
}

}  // namespace plumbline::simulator

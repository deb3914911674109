#include "daemon/telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/text.h"
#include "base/time_point.h"

namespace plumbline::daemon {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// A value without any character that would end a word is written bare; all others are quoted as in JSON.
std::string text_value(const Json& value) {
  if (!value.is_string()) return to_text(value);
  const auto text = view(value.get_string());
  const bool bare = !text.empty() && std::ranges::all_of(text, [](char letter) {
    return letter > ' ' && letter < '\x7f' && letter != '"' && letter != '=' && letter != '\\';
  });
  return bare ? std::string(text) : printable(to_text(value));
}

std::string text_line(std::string_view time, LogLevel level, std::string_view message,
                      std::span<const LogField> fields) {
  std::string line(time);
  line += ' ';
  line += to_string(level);
  line += ' ';
  line += printable(message);
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    line += text_value(field.value);
  }
  return line;
}

std::string json_line(std::string_view time, LogLevel level, std::string_view message,
                      std::span<const LogField> fields) {
  JsonObject line{{"time", time}, {"level", to_string(level)}, {"message", message}};
  for (const auto& field : fields) line.insert_or_assign(field.key, field.value);
  return to_text(line);
}

// Writes to std::cerr, which knows whether a line may wait (daemon/telemetry/standard_streams.h).
class SpdlogLogger final : public Logger {
 public:
  SpdlogLogger(LogFormat format, LogLevel level)
      : format_(format), logger_("plumbline", std::make_shared<spdlog::sinks::ostream_sink_mt>(std::cerr, true)) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog_level(level));
  }

  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    if (!logger_.should_log(spdlog_level(level))) return;
    logger_.log(spdlog_level(level), format_line(format_, std::chrono::system_clock::now(), level, message, fields));
  }

 private:
  LogFormat format_;
  spdlog::logger logger_;
};

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::unique_ptr<Logger> make_logger(LogFormat format, LogLevel level) {
  return std::make_unique<SpdlogLogger>(format, level);
}

std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                        std::string_view message, std::span<const LogField> fields) {
  const std::string stamp = to_rfc3339(time);
  return format == LogFormat::json ? json_line(stamp, level, message, fields)
                                   : text_line(stamp, level, message, fields);
}

}  // namespace plumbline::daemon

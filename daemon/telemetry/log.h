#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/json.h"

namespace plumbline::daemon {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

std::string_view to_string(LogLevel level);

/// A key and its value. A Secret cannot become a Json, so no secret's value gets here.
struct LogField {
  /// Takes a text, a number, or anything else that converts to Json.
  template <class Value>
  LogField(std::string_view name, Value&& initial) : key(name) {
    if constexpr (std::is_convertible_v<Value, std::string_view>) {
      value = Json(boost::json::string(std::string_view(initial)));
    } else {
      value = Json(std::forward<Value>(initial));
    }
  }

  std::string_view key;
  Json value;
};

/// Writes one line per event: a constant message and key/value fields, so that logs can be searched by either.
/// Thread-safe.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void write(LogLevel level, std::string_view message, std::span<const LogField> fields) = 0;

  using Fields = std::initializer_list<LogField>;
  void debug(std::string_view message, Fields fields = {}) { put(LogLevel::debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { put(LogLevel::info, message, fields); }
  void warning(std::string_view message, Fields fields = {}) { put(LogLevel::warning, message, fields); }
  void error(std::string_view message, Fields fields = {}) { put(LogLevel::error, message, fields); }

 private:
  void put(LogLevel level, std::string_view message, Fields fields) {
    write(level, message, {fields.begin(), fields.size()});
  }
};

/// A logger to std::cerr that writes each line in one piece. Lines below `level` are dropped.
std::unique_ptr<Logger> make_logger(LogFormat format, LogLevel level);

/// `2026-10-01T12:00:00Z warning drift found source=production worker=checkout what="binding A"`,
/// or one JSON object `{"time":…,"level":…,"message":…,…}`. Never more than one line.
std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                        std::string_view message, std::span<const LogField> fields);

}  // namespace plumbline::daemon

#pragma once

#include <regex>
#include <string>

#include "base/json.h"

namespace plumbline::testing {

/// The annotations of a version but for who wrote it (`w.<16 hex>`): who lost the journal has another name.
inline Json without_writer(Json annotations) {
  static const std::regex writer(" w\\.[0-9a-f]{16} ");
  auto* message = annotations.as_object().if_contains("workers/message");
  if (message != nullptr) *message = std::regex_replace(std::string(message->as_string()), writer, " ");
  return annotations;
}

}  // namespace plumbline::testing

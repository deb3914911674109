#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumbline::simulator {

/// One part of a multipart/form-data body (RFC 7578). `body` points into the request.
struct Part {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;  ///< empty if the part says nothing
  std::string_view body;
};

/// The boundary of `multipart/form-data; boundary=…`; nothing if the type is another one or has
/// none.
std::optional<std::string> boundary_of(std::string_view content_type);

/// Splits a body into its parts, which must not outlive it. At most 10,000 parts.
Result<std::vector<Part>> read_multipart(std::string_view body, std::string_view boundary);

/// What a part is written from. A part without a file name is a plain form field.
struct PartToWrite {
  std::string_view name;
  std::string_view filename;
  std::string_view content_type;
  std::string_view body;
};

std::string write_multipart(std::span<const PartToWrite> parts, std::string_view boundary);

}  // namespace plumbline::simulator

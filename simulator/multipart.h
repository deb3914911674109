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
  std::string content_type;  ///< empty if the part does not say it
  std::string_view body;
};

/// The boundary of `multipart/form-data; boundary=…`. Nothing if the type is another one or has no boundary.
std::optional<std::string> boundary_of(std::string_view content_type);

/// Splits a body into parts, at most 10,000. The parts point into the body, which must outlive them. An error says what
/// is malformed.
Result<std::vector<Part>> read_multipart(std::string_view body, std::string_view boundary);

/// The input for one part. A part without a file name is a plain form field.
struct PartToWrite {
  std::string_view name;
  std::string_view filename;
  std::string_view content_type;
  std::string_view body;
};

std::string write_multipart(std::span<const PartToWrite> parts, std::string_view boundary);

}  // namespace plumbline::simulator

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/workers.h"

/// multipart/form-data (RFC 7578), with names escaped as WHATWG's form submission does
/// (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data).
namespace plumbline::api {

struct FormPart {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;  ///< empty: none
  std::string bytes;
};

struct Form {
  std::string content_type;  ///< with the boundary
  std::string body;
};

/// Equal parts give equal bytes: the boundary follows from the content, in which it does not occur.
Form write_form(std::span<const FormPart> parts);

/// Both wipe what they were given once it is written: bindings may hold the values of secrets.
///
/// An upload of code: `metadata` first, then each module with its name as part name and file name.
Form write_upload(JsonObject metadata, std::vector<Module> modules);

/// A patch of settings: the one part `settings`.
Form write_settings(JsonObject settings);

/// Reads a form. Refused: another content type, no boundary, a part without a name, an end before
/// the closing boundary, more than 10,000 parts, 16 kB of header in one part.
plumbline::Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body);

}  // namespace plumbline::api

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

/// One part of a form.
struct FormPart {
  std::string name;
  std::optional<std::string> filename;
  std::string content_type;  ///< empty: none
  std::string bytes;
};

/// A form as it is sent.
struct Form {
  std::string content_type;  ///< with the boundary
  std::string body;
};

/// Equal parts give equal bytes, because the boundary is computed from the content. The boundary does not occur in the
/// content.
Form write_form(std::span<const FormPart> parts);

/// Both functions wipe their arguments after writing, because bindings may hold the values of secrets.
///
/// An upload of code: first `metadata`, then each module, whose name is both part name and file name.
Form write_upload(JsonObject metadata, std::vector<Module> modules);

/// A patch of settings: only the part `settings`.
Form write_settings(JsonObject settings);

/// Reads a form. Errors: another content type, no boundary, a part without a name, an end before the closing boundary,
/// more than 10,000 parts, more than 16 kB of header in one part.
plumbline::Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body);

}  // namespace plumbline::api

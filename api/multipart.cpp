#include "api/multipart.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/http.h"

namespace plumbline::api {
namespace {

constexpr std::size_t kMostParts = 10'000;
constexpr std::size_t kLargestHeader = std::size_t{16} * 1024;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::string_view kLineEnd = "\r\n";

// --- writing ---------------------------------------------------------------------------------

// Line breaks and quotes are escaped, and nothing else, not even the percent sign.
std::string escape(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '\n' || c == '\r' || c == '"') {
      out += net::percent_encode({&c, 1});
    } else {
      out += c;
    }
  }
  return out;
}

std::string header_of(const FormPart& part) {
  std::string header = "Content-Disposition: form-data; name=\"" + escape(part.name) + '"';
  if (part.filename) header += "; filename=\"" + escape(*part.filename) + '"';
  header += kLineEnd;
  if (!part.content_type.empty()) header.append("Content-Type: ").append(part.content_type).append(kLineEnd);
  return header;
}

bool occurs_in(std::string_view boundary, std::span<const FormPart> parts) {
  return std::ranges::any_of(
      parts, [&](const FormPart& part) { return part.bytes.contains(boundary) || header_of(part).contains(boundary); });
}

std::string choose_boundary(std::span<const FormPart> parts) {
  std::string seed;
  for (const FormPart& part : parts) seed += sha256_hex(header_of(part)) + sha256_hex(part.bytes);
  while (true) {
    seed = sha256_hex(seed);
    std::string boundary = "plumbline-" + truncated(seed);
    if (!occurs_in(boundary, parts)) return boundary;
  }
}

FormPart json_part(std::string name, JsonObject object) {
  Json document(std::move(object));
  FormPart part{.name = std::move(name), .content_type = "application/json", .bytes = to_secret_text(document)};
  wipe(document);
  return part;
}

// --- reading ---------------------------------------------------------------------------------

// Undoes escape(); other percent signs stand for themselves.
std::string unescape(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::string_view head = name.substr(0, 3);
    const auto decoded = head.starts_with('%') ? net::percent_decode(head) : std::nullopt;
    const bool ours = decoded && (*decoded == "\n" || *decoded == "\r" || *decoded == "\"");
    out += ours ? decoded->front() : name.front();
    name.remove_prefix(ours ? 3 : 1);
  }
  return out;
}

// A parameter of a header field, `boundary=x` or `name="x"`; inside quotes `\"` and `\\` are
// understood, which some servers write.
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  std::size_t at = field.find(';');
  while (at != std::string_view::npos) {
    at = field.find_first_not_of(" \t;", at);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t equals = field.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = iequals(field.substr(at, equals - at), name);
    at = equals + 1;
    std::string value;
    if (at < field.size() && field[at] == '"') {
      for (++at; at < field.size() && field[at] != '"'; ++at) {
        const bool quoted =
            field[at] == '\\' && at + 1 < field.size() && (field[at + 1] == '"' || field[at + 1] == '\\');
        if (quoted) ++at;
        value += field[at];
      }
      if (at == field.size()) return std::nullopt;  // the quote is never closed
      ++at;
    } else {
      const std::size_t end = std::min(field.find_first_of("; \t", at), field.size());
      value = field.substr(at, end - at);
      at = end;
    }
    if (wanted) return value;
    at = field.find(';', at);
  }
  return std::nullopt;
}

std::string media_type(std::string_view field) {
  std::string type = to_lower(field.substr(0, field.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  return type;
}

// The value of the header field with that name.
std::string_view field_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(kLineEnd), header.size());
    const std::string_view line = header.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && iequals(line.substr(0, colon), name)) {
      const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
    }
    header.remove_prefix(std::min(end + kLineEnd.size(), header.size()));
  }
  return {};
}

plumbline::Result<FormPart> read_part(std::string_view text) {
  // A part without any header begins with the empty line itself.
  const std::size_t end = text.starts_with(kLineEnd) ? 0 : text.find("\r\n\r\n");
  if (end == std::string_view::npos || end > kLargestHeader) {
    return fail("a part of the form has no header, or too large a one");
  }
  const std::string_view header = text.substr(0, end);
  const std::string_view disposition = field_value(header, "Content-Disposition");
  const auto name = parameter(disposition, "name");
  if (media_type(disposition) != "form-data" || !name) return fail("a part of the form has no name");
  FormPart part;
  part.name = unescape(*name);
  if (const auto filename = parameter(disposition, "filename")) part.filename = unescape(*filename);
  part.content_type = field_value(header, "Content-Type");
  part.bytes = text.substr(end + 2 * kLineEnd.size());
  return part;
}

}  // namespace

Form write_form(std::span<const FormPart> parts) {
  const std::string boundary = choose_boundary(parts);
  std::size_t size = boundary.size() + 8;
  for (const FormPart& part : parts) size += boundary.size() + header_of(part).size() + part.bytes.size() + 8;
  Form form{"multipart/form-data; boundary=" + boundary, {}};
  form.body.reserve(size);
  for (const FormPart& part : parts) {
    form.body.append("--").append(boundary).append(kLineEnd).append(header_of(part));
    form.body.append(kLineEnd).append(part.bytes).append(kLineEnd);
  }
  form.body.append("--").append(boundary).append("--\r\n");
  return form;
}

Form write_upload(JsonObject metadata, std::vector<Module> modules) {
  std::vector<FormPart> parts;
  parts.reserve(modules.size() + 1);
  parts.push_back(json_part("metadata", std::move(metadata)));
  for (Module& module : modules) {
    parts.push_back({module.name, module.name, std::move(module.content_type), std::move(module.bytes)});
  }
  Form form = write_form(parts);
  wipe(parts.front().bytes);
  return form;
}

Form write_settings(JsonObject settings) {
  FormPart part = json_part("settings", std::move(settings));
  Form form = write_form({&part, 1});
  wipe(part.bytes);
  return form;
}

plumbline::Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body) {
  if (media_type(content_type) != "multipart/form-data") return fail("the body is not a form");
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) {
    return fail("the form has no boundary");
  }
  // The first boundary stands at the very beginning, the others at the beginning of a line.
  const std::string opening = "--" + *boundary;
  const std::string separator = "\r\n" + opening;
  std::size_t at = body.starts_with(opening) ? opening.size() : body.find(separator);
  if (at == std::string_view::npos) return fail("the form's boundary does not occur");
  if (!body.starts_with(opening)) at += separator.size();

  std::vector<FormPart> parts;
  while (!body.substr(at).starts_with("--")) {
    // Behind a boundary white space is allowed (RFC 2046, transport padding).
    const std::size_t line_end = body.find_first_not_of(" \t", at);
    if (line_end == std::string_view::npos || !body.substr(line_end).starts_with(kLineEnd)) {
      return fail("a boundary of the form does not end its line");
    }
    const std::size_t begin = line_end + kLineEnd.size();
    // An empty part's own line end is also the beginning of the next boundary.
    const std::size_t end = body.find(separator, begin - kLineEnd.size());
    if (end == std::string_view::npos) return fail("the form ends before its last boundary");
    if (parts.size() == kMostParts) return fail("the form has too many parts");
    auto part = read_part(body.substr(begin, end < begin ? 0 : end - begin));
    if (!part) return std::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
    at = end + separator.size();
  }
  return parts;
}

}  // namespace plumbline::api

#include "simulator/multipart.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace plumbline::simulator {
namespace {

constexpr std::size_t kMostParts = 10'000;
constexpr std::size_t kLongestPartHeader = 16UL * 1024;
constexpr std::string_view kLineEnd = "\r\n";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The three characters that the WHATWG form encoding escapes in names.
std::string unescape_name(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = text.substr(i, 3);
    if (escape == "%22") {
      out += '"';
      i += 2;
    } else if (iequals(escape, "%0D")) {
      out += '\r';
      i += 2;
    } else if (iequals(escape, "%0A")) {
      out += '\n';
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Reads `value` or `"value"` from the front of `text` and removes it.
std::string take_parameter_value(std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find(';'), text.size());
    out = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return out;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    out += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return out;
}

/// The parameter `wanted` of a header such as `form-data; name="a"; filename="b"`.
std::optional<std::string> parameter(std::string_view header, std::string_view wanted) {
  auto rest = header.substr(std::min(header.find(';'), header.size()));
  while (rest.starts_with(';')) {
    rest = trimmed(rest.substr(1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    auto value = take_parameter_value(rest);
    if (iequals(name, wanted)) return value;
    rest = rest.substr(std::min(rest.find(';'), rest.size()));
  }
  return std::nullopt;
}

Result<Part> read_part(std::string_view text) {
  const auto header_end = text.find("\r\n\r\n");
  if (header_end == std::string_view::npos || header_end > kLongestPartHeader) {
    return fail("a part has no header");
  }
  Part part;
  part.body = text.substr(header_end + 4);
  auto header = text.substr(0, header_end);
  if (!is_utf8(header)) return fail("the header of a part is not UTF-8");
  bool named = false;
  while (!header.empty()) {
    const auto end = std::min(header.find(kLineEnd), header.size());
    const auto line = header.substr(0, end);
    header.remove_prefix(std::min(end + kLineEnd.size(), header.size()));
    const auto colon = std::min(line.find(':'), line.size());
    const auto value = trimmed(line.substr(std::min(colon + 1, line.size())));
    if (iequals(line.substr(0, colon), "content-disposition")) {
      const auto name = parameter(value, "name");
      named = name.has_value();
      part.name = unescape_name(name.value_or(""));
      if (const auto file = parameter(value, "filename")) part.filename = unescape_name(*file);
    } else if (iequals(line.substr(0, colon), "content-type")) {
      part.content_type = value;
    }
  }
  if (!named) return fail("a part has no name");
  return part;
}

}  // namespace

std::optional<std::string> boundary_of(std::string_view content_type) {
  const auto type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!iequals(type, "multipart/form-data")) return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 256) return std::nullopt;
  return boundary;
}

Result<std::vector<Part>> read_multipart(std::string_view body, std::string_view boundary) {
  const auto opening = "--" + std::string(boundary);
  const auto delimiter = "\r\n" + opening;
  std::size_t at = 0;
  if (!body.starts_with(opening)) {
    at = body.find(delimiter);
    if (at == std::string_view::npos) return fail("the boundary does not occur in the body");
    at += kLineEnd.size();
  }
  at += opening.size();

  std::vector<Part> parts;
  while (true) {
    const auto rest = body.substr(at);
    if (rest.starts_with("--")) return parts;
    const auto line_end = rest.find(kLineEnd);
    const auto end = rest.find(delimiter);
    if (line_end == std::string_view::npos || end == std::string_view::npos) {
      return fail("the closing boundary is missing");
    }
    if (parts.size() == kMostParts) return fail("more than 10000 parts");
    const auto begin = line_end + kLineEnd.size();
    auto part = read_part(begin <= end ? rest.substr(begin, end - begin) : std::string_view());
    if (!part) return std::unexpected(part.error());
    parts.push_back(std::move(*part));
    at += end + delimiter.size();
  }
}

std::string write_multipart(std::span<const PartToWrite> parts, std::string_view boundary) {
  std::string out;
  for (const auto& part : parts) {
    out.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"");
    out.append(part.name).append("\"");
    if (!part.filename.empty()) out.append("; filename=\"").append(part.filename).append("\"");
    out.append(kLineEnd);
    if (!part.content_type.empty()) {
      out.append("Content-Type: ").append(part.content_type).append(kLineEnd);
    }
    out.append(kLineEnd).append(part.body).append(kLineEnd);
  }
  return out.append("--").append(boundary).append("--\r\n");
}

}  // namespace plumbline::simulator

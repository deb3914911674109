#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "net/http.h"
#include "simulator/multipart.h"
#include "tests/support/documented_answer.h"
#include "tests/support/documented_page.h"
#include "tests/support/http.h"
#include "tests/support/workspace.h"

/// What the tests of the documentation's examples share: the account, and the comparison of an answer with its page.
/// Forms are written and read by the simulator's parser, which shares nothing with the client.
namespace plumbline::testing {

inline constexpr std::string_view kBoundary = "------------------------d74496d66958873e";  // as curl's
inline constexpr std::string_view kApi = "/client/v4";

/// One a line, sorted.
inline std::string lines_of(const std::set<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, "\n"));
}

inline std::set<std::string> as_set(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

inline std::string form_of(const std::vector<DocumentedPart>& parts) {
  std::vector<simulator::PartToWrite> written;
  written.reserve(parts.size());
  for (const auto& part : parts) written.push_back({part.name, part.file, part.type, part.bytes});
  return simulator::write_multipart(written, kBoundary);
}

inline std::vector<DocumentedPart> parts_in(std::string_view content_type, std::string_view body) {
  const auto boundary = simulator::boundary_of(content_type);
  REQUIRE_MESSAGE(boundary, "no form: " << content_type);
  const auto parts = simulator::read_multipart(body, *boundary);
  REQUIRE(parts);
  std::vector<DocumentedPart> read;
  for (const auto& part : *parts) {
    read.push_back({part.name, part.filename.value_or(""), part.content_type, std::string(part.body)});
  }
  return read;
}

/// Part for part the same. Of a part whose type the page leaves open, any type will do.
inline void check_parts(const std::vector<DocumentedPart>& shown, const std::vector<DocumentedPart>& found) {
  REQUIRE(found.size() == shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CHECK(found[i].name == shown[i].name);
    CHECK(found[i].file == shown[i].file);
    CHECK(found[i].bytes == shown[i].bytes);
    if (!shown[i].type.empty()) CHECK(found[i].type == shown[i].type);
  }
}

/// The account of a page. Each example begins with an empty one.
class Stage {
 public:
  explicit Stage(const DocumentedPage& page) : page_(page), workspace_(page.options) {}

  [[nodiscard]] Workspace& workspace() { return workspace_; }
  [[nodiscard]] const Names& names() const { return names_; }

  void prepare(const DocumentedExample& example) {
    names_.clear();
    workspace_.simulator().clear_faults();
    workspace_.simulator().change_settings(page_.settings);
    workspace_.simulator().reset();
    for (const auto& call : example.given) {
      const auto answer = send(call);
      REQUIRE_MESSAGE(answer.status < 300, call.target << ": " << answer.body);
      keep(call, answer);
    }
  }

  [[nodiscard]] net::HttpResponse send(const DocumentedCall& call) const {
    net::HttpRequest request{
        .method = call.method,
        .target = std::string(call.control ? "/__simulator__" : kApi) + with_names(call.target, names_),
        .body = call.body};
    for (const auto& header : call.headers) request.headers.add(header.name, with_names(header.value, names_));
    if (!call.parts.empty()) {
      request.headers.set("Content-Type", fmt::format("multipart/form-data; boundary={}", kBoundary));
      request.body = form_of(call.parts);
    }
    return http_exchange(workspace_.simulator().port(), std::move(request), std::chrono::seconds(60));
  }

 private:
  void keep(const DocumentedCall& call, const net::HttpResponse& answer) {
    if (call.save.empty()) return;
    const auto document = parse_json(answer.body);
    REQUIRE(document);
    for (const auto& [name, pointer] : call.save) {
      const auto* value = at_pointer(*document, pointer);
      REQUIRE_MESSAGE((value != nullptr && value->is_string()), pointer);
      names_[name] = view(value->get_string());
    }
  }

  const DocumentedPage& page_;
  Workspace workspace_;
  Names names_;
};

/// The differences that the page's entry names, below `root` or all of them.
inline std::string told_differences(const DocumentedAnswer& answer, std::string_view root = "") {
  std::set<std::string> out;
  for (const auto& difference : answer.differs) {
    if (difference.at.starts_with(root)) out.insert(difference.text());
  }
  return lines_of(out);
}

inline std::string difference_of_status(int status) {
  return Difference{.at = "status", .found = Json(status)}.text();
}

/// Compares with what the page shows; collects what it does not show.
inline void check_answer(const DocumentedPage& page, const Names& names, const DocumentedAnswer& shown,
                         const net::HttpResponse& found, std::set<std::string>& beyond) {
  CAPTURE(found.body.substr(0, 4000));
  if (found.status != shown.status) {
    CHECK(difference_of_status(found.status) == told_differences(shown));
    return;
  }
  if (shown.text) CHECK(found.body == *shown.text);
  if (shown.parts) check_parts(*shown.parts, parts_in(found.headers.get("Content-Type"), found.body));
  if (!shown.document) return;
  const auto document = parse_json(found.body);
  REQUIRE_MESSAGE(document, found.body);
  const auto compared = compare(*shown.document, *document, page.shows, page.of_service);
  CHECK(lines_of(compared.differences) == told_differences(shown));
  beyond.insert(compared.beyond.begin(), compared.beyond.end());
  for (const auto& [pointer, name] : shown.equals) {
    const auto* value = at_pointer(*document, pointer);
    CHECK_MESSAGE((value != nullptr && *value == Json(names.at(name))), pointer);
  }
}

inline void check_effects(const DocumentedPage& page, const Stage& stage, const DocumentedExample& example,
                          std::set<std::string>& beyond) {
  for (const auto& effect : example.then) {
    CAPTURE(effect.call.target);
    check_answer(page, stage.names(), effect.answer, stage.send(effect.call), beyond);
  }
}

}  // namespace plumbline::testing

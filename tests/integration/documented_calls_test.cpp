#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "net/http.h"
#include "tests/integration/documented_stage.h"
#include "tests/support/documented_answer.h"
#include "tests/support/documented_page.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/recording_server.h"
#include "tests/support/workspace.h"

/// Every example of Cloudflare's pages, made by `plumbline api`.
namespace plumbline::testing {

namespace {

/// A row of `plumbline api --list`.
struct Row {
  std::string method;
  std::string path;
  std::string answers;  ///< `object`, `nothing`, `code`, …
};

std::map<std::string, Row> rows_of(const Workspace& workspace) {
  std::map<std::string, Row> rows;
  const auto list = parse_json(workspace.run({"api", "--list", "--output", "json"}).out);
  REQUIRE(list);
  for (const auto& row : list->as_array()) {
    rows.emplace(string_member(row, "name"),
                 Row{std::string(string_member(row, "method")), std::string(string_member(row, "path")),
                     std::string(string_member(row, "success"))});
  }
  return rows;
}

bool is_credential(std::string_view header) {
  return iequals(header, "Authorization") || iequals(header, "X-Auth-Key") || iequals(header, "X-Auth-Email");
}

/// `Bearer x` without its first word.
std::string token_in(std::string_view authorization) {
  return std::string(authorization.substr(authorization.find(' ') + 1));
}

/// The call of an example in the words of the command line.
class CommandLine {
 public:
  CommandLine(Stage& stage, const DocumentedExample& example, const Row& row)
      : stage_(stage), example_(example), call_(example.call) {
    words_ = {"api", example.operation};
    add_parameters(row);
    for (const auto item : query()) add("--query", std::string(item));
    for (const auto& header : call_.headers) {
      if (is_credential(header.name) || iequals(header.name, "Content-Type")) continue;
      add("--header", header.name + "=" + with_names(header.value, stage_.names()));
    }
    for (const auto& part : call_.parts) {
      add("--part",
          fmt::format("{}={}{}{}", part.name, file(part.bytes), part.type.empty() ? "" : ";type=", part.type));
    }
    if (!call_.body.empty()) add("--body", file(call_.body));
    add_credentials();
  }

  [[nodiscard]] Finished run() const { return stage_.workspace().run(words_); }

  /// What has to arrive.
  [[nodiscard]] std::string path() const {
    const auto target = with_names(call_.target, stage_.names());
    return std::string(kApi) + target.substr(0, target.find('?'));
  }
  [[nodiscard]] std::vector<std::string_view> query() const {
    const auto at = call_.target.find('?');
    if (at == std::string::npos) return {};
    return split(std::string_view(call_.target).substr(at + 1), '&');
  }

 private:
  void add(const char* option, std::string value) {
    words_.emplace_back(option);
    words_.push_back(std::move(value));
  }

  /// The segments of the page's path that stand for those in braces of the row's.
  void add_parameters(const Row& row) {
    const auto shown = path().substr(kApi.size());
    const auto segments = split(shown, '/');
    const auto names = split(row.path, '/');
    REQUIRE(segments.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!names[i].starts_with('{') || names[i] == "{account_id}") continue;
      words_.push_back(fmt::format("{}={}", names[i].substr(1, names[i].size() - 2), segments[i]));
    }
  }

  std::string file(std::string_view bytes) {
    const auto path = stage_.workspace().folder() / "secrets/bodies" / std::to_string(files_++);
    write_file(path, bytes);
    return path.string();
  }

  /// The variables of the program; an upload of assets has its session's token besides.
  void add_credentials() {
    auto& workspace = stage_.workspace();
    const auto authorization = with_names(call_.headers.get("Authorization"), stage_.names());
    workspace.set_variable("CLOUDFLARE_API_TOKEN", token_in(authorization));
    workspace.set_variable("CLOUDFLARE_API_KEY", std::string(call_.headers.get("X-Auth-Key")));
    workspace.set_variable("CLOUDFLARE_EMAIL", std::string(call_.headers.get("X-Auth-Email")));
    if (example_.operation == "upload_assets") add("--jwt", file(token_in(authorization)));
  }

  Stage& stage_;
  const DocumentedExample& example_;
  const DocumentedCall& call_;
  std::vector<std::string> words_;
  int files_ = 0;
};

/// One request, which is that of the page.
void check_request(const Stage& stage, const DocumentedExample& example, const CommandLine& line,
                   const std::vector<net::HttpRequest>& sent) {
  REQUIRE(sent.size() == 1);
  const auto& call = example.call;
  const auto& request = sent.front();
  CHECK(request.method == call.method);
  CHECK(net::path_of(request.target) == line.path());
  std::set<std::string> query;
  for (const auto item : line.query()) query.emplace(item);
  const auto at = request.target.find('?');
  std::set<std::string> arrived;
  if (at != std::string::npos) {
    for (const auto item : split(std::string_view(request.target).substr(at + 1), '&')) {
      arrived.insert(net::percent_decode(item).value_or("(no query)"));
    }
  }
  CHECK(lines_of(arrived) == lines_of(query));
  for (const auto& header : call.headers) {
    CAPTURE(header.name);
    CHECK(request.headers.get(header.name) == with_names(header.value, stage.names()));
  }
  if (call.parts.empty()) {
    CHECK(request.body == call.body);
  } else {
    check_parts(call.parts, parts_in(request.headers.get("Content-Type"), request.body));
  }
}

void check_error(const DocumentedAnswer& shown, int status, const Finished& finished) {
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.empty());
  CHECK_MESSAGE(finished.err.contains(fmt::format("HTTP {}: ", status)), finished.err);
  if (!shown.document || status != shown.status) return;
  const auto& error = shown.document->at("errors").as_array().front();
  const auto& code = error.at("code");
  if (code.is_number()) CHECK(finished.err.contains(fmt::format("[code {}]", to_text(code))));
  const auto message = string_member(error, "message");
  if (!message.starts_with('*')) CHECK_MESSAGE(finished.err.contains(message), finished.err);
}

/// What is printed has the fields that the page shows.
void check_output(const DocumentedPage& page, const DocumentedAnswer& shown, const Row& row, const std::string& out) {
  if (row.answers == "code") {
    if (shown.text) CHECK(out == *shown.text);
    if (shown.parts) {
      const auto boundary = out.substr(2, out.find("\r\n") - 2);
      check_parts(*shown.parts, parts_in("multipart/form-data; boundary=" + boundary, out));
    }
    return;
  }
  const auto printed = parse_json(out);
  REQUIRE_MESSAGE(printed, out);
  // The answer is empty.
  if (shown.text) CHECK(printed->is_null());
  if (!shown.document) return;
  const JsonObject result{{"result", shown.document->at("result")}};
  const auto compared = compare(result, JsonObject{{"result", *printed}}, page.shows, page.of_service);
  CHECK(lines_of(compared.differences) == told_differences(shown, "/result"));
}

int status_of(const DocumentedAnswer& answer) {
  for (const auto& difference : answer.differs) {
    if (difference.at == "status") return difference.found->to_number<int>();
  }
  return answer.status;
}

void call_page(const DocumentedPage& page) {
  CAPTURE(page.file);
  Stage stage(page);
  RecordingServer server(stage.workspace().simulator().port());
  const auto rows = rows_of(stage.workspace());
  stage.workspace().set_variable("CLOUDFLARE_API_BASE_URL", server.api_base_url());
  std::size_t called = 0;
  std::set<std::string> beyond;
  for (const auto& example : page.examples) {
    if (example.operation.empty()) continue;
    CAPTURE(example.title);
    stage.prepare(example);
    const auto row = rows.find(example.operation);
    REQUIRE(row != rows.end());
    CHECK(row->second.method == example.call.method);
    const CommandLine line(stage, example, row->second);
    const auto finished = line.run();
    CAPTURE(finished.err);
    check_request(stage, example, line, server.take());
    const auto status = status_of(example.answer);
    if (status >= 300) {
      check_error(example.answer, status, finished);
    } else {
      CHECK(finished.exit_code == 0);
      check_output(page, example.answer, row->second, finished.out);
    }
    check_effects(page, stage, example, beyond);
    ++called;
  }
  CHECK(called > 0);
}

}  // namespace

TEST_CASE("`plumbline api` makes every call of the documentation as its page does, and prints what the page shows") {
  for (const auto& page : documented_pages()) call_page(page);
}

}  // namespace plumbline::testing

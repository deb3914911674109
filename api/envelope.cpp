#include "api/envelope.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "api/classify.h"
#include "api/rate_headers.h"
#include "api/redact.h"
#include "base/text.h"

namespace plumbline::api {
namespace {

using std::chrono::system_clock;

constexpr std::string_view kEllipsis = "...";
constexpr std::string_view kNoMessage = "the API refused without a message";

// Made printable, and cut between two characters.
std::string presentable(std::string_view text) {
  std::string out = printable(text.substr(0, 4 * kMessageCap));
  if (out.size() <= kMessageCap) return out;
  std::size_t end = kMessageCap - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end).append(kEllipsis);
}

std::string media_type(const net::Headers& headers) {
  const std::string_view value = headers.get("Content-Type");
  std::string type = to_lower(value.substr(0, value.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  return type;
}

bool is_html(const net::HttpResponse& response) {
  const std::string type = media_type(response.headers);
  if (type == "text/html" || type == "application/xhtml+xml") return true;
  const auto begin = response.body.find_first_not_of(" \t\r\n");
  if (!type.empty() || begin == std::string::npos) return false;
  return response.body[begin] == '<';
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

// The fields of an error item. Either may be missing or of a wrong type.
int code_in(const Json& item) {
  const Json* const code = member(item, "code");
  if (code == nullptr) return 0;
  if (const auto* number = code->if_int64(); number != nullptr && std::in_range<int>(*number)) {
    return static_cast<int>(*number);
  }
  if (const auto* number = code->if_uint64(); number != nullptr && std::in_range<int>(*number)) {
    return static_cast<int>(*number);
  }
  return 0;
}

// Several errors may come at once, such as 10057 for every binding that cannot be inherited: the
// first names the code, all of them the message.
struct Refusal {
  int code = 0;
  std::string message;
};

Refusal refusal_in(const Json& document) {
  Refusal refusal;
  const Json* const errors = member(document, "errors");
  if (errors == nullptr || !errors->is_array()) return refusal;
  for (const Json& item : errors->get_array()) {
    if (refusal.code == 0) refusal.code = code_in(item);
    const std::string_view message = string_member(item, "message");
    if (message.empty() || refusal.message.size() > kMessageCap) continue;
    if (!refusal.message.empty()) refusal.message += "; ";
    refusal.message += message;
  }
  return refusal;
}

class Reader {
 public:
  Reader(const Operation& operation, net::HttpResponse response, system_clock::time_point now,
         const CarriedSecrets& carried)
      : operation_(operation), response_(std::move(response)), now_(now), carried_(carried) {}

  Result<Answer> read() {
    // https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    if (response_.headers.contains("cf-mitigated")) {
      return error(ErrorKind::blocked, "a firewall challenged the request (cf-mitigated: " +
                                           std::string(response_.headers.get("cf-mitigated")) + ")");
    }
    if (is_html(response_)) return html();
    if (!is_success(response_.status)) return refused();
    return operation_.answer == AnswerShape::raw ? raw() : enveloped();
  }

 private:
  [[nodiscard]] Result<Answer> error(ErrorKind kind, std::string_view message, int code = 0) const {
    // Before they are cut: a part of a value is one as well.
    const auto secrets = carried_ ? carried_() : std::vector<Secret>();
    Error error = make_error(operation_, kind, presentable(without_secrets(message, secrets)));
    error.status = response_.status;
    error.code = code;
    error.cf_ray = presentable(without_secrets(response_.headers.get("cf-ray"), secrets));
    error.retry_after = parse_retry_after(response_.headers.get("Retry-After"), now_);
    return std::unexpected(std::move(error));
  }

  [[nodiscard]] Result<Answer> html() const {
    constexpr std::string_view kMessage = "an HTML page came instead of an answer of the API";
    if (response_.status == 429) return error(ErrorKind::rate_limited, kMessage);
    if (response_.status == 403) return error(ErrorKind::blocked, kMessage);
    return error(ErrorKind::server, kMessage);
  }

  [[nodiscard]] Result<Answer> refused() const {
    const auto document = parse_json(response_.body);
    const Refusal refusal = document ? refusal_in(*document) : Refusal();
    const ErrorKind kind = classify(operation_, response_.status, refusal.code);
    if (!refusal.message.empty()) return error(kind, refusal.message, refusal.code);
    if (document && document->is_object()) {
      return error(kind, kNoMessage, refusal.code);
    }
    if (response_.status < 400) return error(ErrorKind::invalid, "the address leads elsewhere");
    // Not the API itself but something before it: 404 says nothing about Workers then.
    const bool misleading = kind == ErrorKind::not_found || kind == ErrorKind::conflict;
    return error(misleading ? ErrorKind::server : kind, "no JSON came");
  }

  Result<Answer> raw() {
    if (media_type(response_.headers) == "application/json") {
      const auto document = parse_json(response_.body);
      if (document && bool_member(*document, "success") == false) return refused_under_2xx(*document);
    }
    Answer answer = bare_answer();
    answer.raw = std::move(response_.body);
    return answer;
  }

  Result<Answer> enveloped() {
    const bool may_be_empty = response_.status == 204 || response_.status == 205;
    if (response_.body.empty() && may_be_empty) return bare_answer();
    if (response_.body.empty()) return error(ErrorKind::server, "the answer is empty");
    auto document = parse_json(response_.body);
    if (!document) return error(ErrorKind::server, "no JSON: " + document.error().message);
    JsonObject* const envelope = document->if_object();
    if (envelope == nullptr) return error(ErrorKind::server, "the answer is no envelope");
    auto success = bool_member(*document, "success");
    if (!success && may_leave_success_out() && envelope->contains("result")) success = true;
    if (!success) return error(ErrorKind::server, "the answer does not say whether it succeeded");
    if (!*success) return refused_under_2xx(*document);
    Answer answer = bare_answer();
    if (Json* const result = envelope->if_contains("result")) answer.result = std::move(*result);
    if (Json* const info = envelope->if_contains("result_info")) {
      answer.result_info = std::move(*info);
    }
    return answer;
  }

  // The page of 2018 shows `{"result": {"id": …}}` as a whole answer.
  [[nodiscard]] bool may_leave_success_out() const { return operation_.source.starts_with("Configuration API"); }

  [[nodiscard]] Result<Answer> refused_under_2xx(const Json& document) const {
    const Refusal refusal = refusal_in(document);
    const ErrorKind kind = classify(operation_, response_.status, refusal.code);
    if (refusal.message.empty()) return error(kind, kNoMessage, refusal.code);
    return error(kind, refusal.message, refusal.code);
  }

  [[nodiscard]] Answer bare_answer() const {
    Answer answer;
    answer.status = response_.status;
    answer.content_type = std::string(response_.headers.get("Content-Type"));
    answer.headers = response_.headers;
    return answer;
  }

  const Operation& operation_;
  net::HttpResponse response_;
  system_clock::time_point now_;
  const CarriedSecrets& carried_;
};

}  // namespace

std::string endpoint_of(const Operation& operation) {
  return fmt::format("{} {}", operation.method, operation.path);
}

Error make_error(const Operation& operation, ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.operation = std::string(operation.name);
  error.endpoint = endpoint_of(operation);
  error.message = std::move(message);
  return error;
}

Result<Answer> read_answer(const Operation& operation, net::HttpResponse response, system_clock::time_point now,
                           const CarriedSecrets& carried) {
  return Reader(operation, std::move(response), now, carried).read();
}

}  // namespace plumbline::api

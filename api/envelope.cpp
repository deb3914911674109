#include "api/envelope.h"

#include <fmt/format.h>

#include <algorithm>
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

// Makes a text printable and cuts it between two characters.
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

// The code as a number, also if it is sent as text: both have been seen. 0 for anything else.
int code_in(const Json& item) {
  const Json* const code = member(item, "code");
  if (code == nullptr) return 0;
  if (code->is_string()) {
    return std::max(0, whole_number<int>(view(code->get_string())).value_or(0));
  }
  boost::system::error_code failed;
  const auto number = code->is_number() ? code->to_number<int>(failed) : 0;
  return failed ? 0 : number;
}

// A code that is not a number. It means nothing to us, but something to people.
std::string_view word_in(const Json& item) {
  return code_in(item) == 0 ? string_member(item, "code") : std::string_view();
}

std::string_view pointer_in(const Json& item) {
  const Json* const source = member(item, "source");
  return source == nullptr ? std::string_view() : string_member(*source, "pointer");
}

// The causes of an error form a chain below it: "Invalid request headers", and below it which header. Each cause may
// have one of its own.
void add_causes(const Json& item, int depth, std::string& text) {
  constexpr int kDeepest = 4;
  const Json* const chain = member(item, "error_chain");
  if (depth > kDeepest || chain == nullptr || !chain->is_array()) return;
  for (const Json& cause : chain->get_array()) {
    const std::string_view message = string_member(cause, "message");
    if (!message.empty()) text.append(text.empty() ? "" : ": ").append(message);
    add_causes(cause, depth + 1, text);
  }
}

// `/bindings/2: a message: its cause [code WORD]`. The pointer comes first, so that no long message pushes it out.
std::string text_of(const Json& item) {
  std::string text(string_member(item, "message"));
  add_causes(item, 1, text);
  if (const auto word = word_in(item); !word.empty())
    text.append(text.empty() ? "[code " : " [code ").append(word) += ']';
  const std::string_view pointer = pointer_in(item);
  if (pointer.empty()) return text;
  return text.empty() ? std::string(pointer) : std::string(pointer).append(": ").append(text);
}

// Several errors may come at once, such as 10057 for every binding that cannot be inherited: the
// first names the code, all of them the message.
struct Refusal {
  int code = 0;
  std::string message;
  std::string pointer;            ///< the first
  std::string documentation_url;  ///< the first
};

void keep_first(std::string& kept, std::string_view other) {
  if (kept.empty()) kept = other;
}

Refusal refusal_in(const Json& document) {
  Refusal refusal;
  const Json* const errors = member(document, "errors");
  if (errors == nullptr || !errors->is_array()) return refusal;
  for (const Json& item : errors->get_array()) {
    if (refusal.code == 0) refusal.code = code_in(item);
    keep_first(refusal.pointer, pointer_in(item));
    keep_first(refusal.documentation_url, string_member(item, "documentation_url"));
    const std::string text = text_of(item);
    if (text.empty() || refusal.message.size() > kMessageCap) continue;
    if (!refusal.message.empty()) refusal.message += "; ";
    refusal.message += text;
  }
  return refusal;
}

// Missing, null and empty all mean that there are no errors.
bool has_errors(const JsonObject& envelope) {
  const Json* const errors = envelope.if_contains("errors");
  if (errors == nullptr || errors->is_null()) return false;
  return !errors->is_array() || !errors->get_array().empty();
}

bool is_blank(std::string_view body) {
  return body.find_first_not_of(" \t\r\n") == std::string_view::npos;
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
    if (!operation_.statuses.contain(response_.status)) {
      return no_answer("this call is never answered with this HTTP status");
    }
    return operation_.answer == AnswerShape::raw ? raw() : enveloped();
  }

 private:
  [[nodiscard]] Result<Answer> error(ErrorKind kind, std::string_view message, const Refusal& told = {}) const {
    // Before the texts are cut: a part of a secret is secret as well.
    const auto secrets = carried_ ? carried_() : std::vector<Secret>();
    const auto shown = [&secrets](std::string_view text) {
      return presentable(without_secrets(text, secrets, 4 * kMessageCap));
    };
    Error error = make_error(operation_, kind, shown(message));
    error.status = response_.status;
    error.code = told.code;
    error.pointer = shown(told.pointer);
    error.documentation_url = shown(told.documentation_url);
    error.cf_ray = shown(response_.headers.get("cf-ray"));
    error.retry_after = parse_retry_after(response_.headers.get("Retry-After"), now_);
    return std::unexpected(std::move(error));
  }

  // The error for a 2xx that is not a valid answer.
  [[nodiscard]] Result<Answer> no_answer(std::string_view message) const {
    return error(kind_of_no_answer(operation_), message);
  }

  [[nodiscard]] Result<Answer> html() const {
    constexpr std::string_view kMessage = "an HTML page came instead of an answer of the API";
    if (response_.status == 429) return error(ErrorKind::rate_limited, kMessage);
    if (response_.status == 403) return error(ErrorKind::blocked, kMessage);
    return is_success(response_.status) ? no_answer(kMessage) : error(ErrorKind::server, kMessage);
  }

  [[nodiscard]] Result<Answer> refused() const {
    const auto document = parse_json(response_.body);
    const Refusal refusal = document ? refusal_in(*document) : Refusal();
    const ErrorKind kind = classify(operation_, response_.status, refusal.code);
    if (!refusal.message.empty()) return error(kind, refusal.message, refusal);
    if (document && document->is_object()) return error(kind, kNoMessage, refusal);
    if (response_.status < 400) {
      return error(ErrorKind::invalid, "the server answers with a redirect, which is not followed");
    }
    // Not the API answered but something in front of it, whose 404 says nothing about Workers.
    const bool misleading = kind == ErrorKind::not_found || kind == ErrorKind::conflict;
    return error(misleading ? ErrorKind::server : kind, "the answer is not JSON");
  }

  // A Worker without code is answered with 204.
  Result<Answer> raw() {
    constexpr int kNoContent = 204;
    if (response_.body.empty() && response_.status != kNoContent) return no_answer("the answer is empty");
    if (media_type(response_.headers) == "application/json") {
      const auto document = parse_json(response_.body);
      if (document && bool_member(*document, "success") == false) return refused_under_2xx(*document);
      return no_answer("JSON came instead of code");
    }
    Answer answer = bare_answer();
    answer.raw = std::move(response_.body);
    return answer;
  }

  Result<Answer> enveloped() {
    if (is_blank(response_.body)) {
      return operation_.empty == EmptyBody::is_success ? bare_answer() : no_answer("the answer is empty");
    }
    auto document = parse_json(response_.body);
    if (!document) return no_answer("the answer cannot be read: " + document.error().message);
    JsonObject* const envelope = document->if_object();
    if (envelope == nullptr) return no_answer("the answer is not a JSON object");
    const auto success = bool_member(*document, "success");
    if (success == false) return refused_under_2xx(*document);
    if (!success && !may_lack_success(*envelope)) return no_answer("the answer does not say whether it succeeded");
    if (has_errors(*envelope)) return contradiction(*document);
    Answer answer = bare_answer();
    if (Json* const result = envelope->if_contains("result")) {
      // From here on nobody sees what a server should not have shown: no plan, no journal, no log.
      answer.result = redacted(std::move(*result), operation_.token);
    }
    if (Json* const info = envelope->if_contains("result_info")) {
      answer.result_info = std::move(*info);
    }
    return answer;
  }

  // A `success` of another type than documented is not missing.
  [[nodiscard]] bool may_lack_success(const JsonObject& envelope) const {
    return operation_.success == SuccessMember::may_be_missing && !envelope.contains("success") &&
           envelope.contains("result");
  }

  // The codes of such errors are not believed: a "not found" among them must not count as an absence.
  [[nodiscard]] Result<Answer> contradiction(const Json& document) const {
    const Refusal refusal = refusal_in(document);
    std::string message = "the answer says success, but lists errors";
    if (!refusal.message.empty()) message += ": " + refusal.message;
    if (refusal.code != 0) message += fmt::format(" [code {}]", refusal.code);
    return no_answer(message);
  }

  [[nodiscard]] Result<Answer> refused_under_2xx(const Json& document) const {
    const Refusal refusal = refusal_in(document);
    const ErrorKind kind = classify(operation_, response_.status, refusal.code);
    return error(kind, refusal.message.empty() ? kNoMessage : std::string_view(refusal.message), refusal);
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

ErrorKind kind_of_no_answer(const Operation& operation) {
  return operation.repeat == Repeat::freely ? ErrorKind::server : ErrorKind::lost_answer;
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

#include "daemon/value_reference.h"

#include <algorithm>
#include <utility>

#include "daemon/read_file.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kLargestValue = std::size_t{64} * 1024;

enum class Form { line, lines };

bool is_refused(char letter, Form form) {
  if (form == Form::lines && (letter == '\n' || letter == '\r' || letter == '\t')) return false;
  return static_cast<unsigned char>(letter) < 0x20 || letter == '\x7f';
}

Result<Secret> checked(std::string text, const std::string& what, Form form) {
  if (form == Form::line) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  const bool refused = std::ranges::any_of(text, [form](char letter) { return is_refused(letter, form); });
  const bool empty = text.find_first_not_of("\r\n\t ") == std::string::npos;
  Secret value(text);
  wipe(text);
  if (empty) return fail(what + " is empty");
  if (refused) {
    return fail(what + (form == Form::line ? " holds a control character or more than one line"
                                           : " holds a control character"));
  }
  return value;
}

Result<Secret> from_file(const std::string& path, const std::string& what, Form form) {
  auto text = read_file(path, kLargestValue);
  if (!text) return fail(what + ": " + text.error().message);
  return checked(std::move(*text), what, form);
}

Result<Secret> resolve_as(Form form, const ValueReference& reference, const Environment& environment) {
  const std::string what = describe(reference);
  switch (reference.kind) {
    case ValueReference::Kind::none:
      return fail("no value is configured");
    case ValueReference::Kind::env: {
      auto text = environment.get(reference.name);
      if (!text) return fail(what + " is not set");
      return checked(std::move(*text), what, form);
    }
    case ValueReference::Kind::file:
      return from_file(reference.name, what, form);
    case ValueReference::Kind::credential: {
      const auto folder = environment.get("CREDENTIALS_DIRECTORY");
      if (!folder) return fail(what + ": CREDENTIALS_DIRECTORY is not set (systemd sets it)");
      return from_file(*folder + "/" + reference.name, what, form);
    }
  }
  return fail("no value is configured");
}

}  // namespace

std::string describe(const ValueReference& reference) {
  switch (reference.kind) {
    case ValueReference::Kind::none:
      return "nothing";
    case ValueReference::Kind::env:
      return "the variable " + reference.name;
    case ValueReference::Kind::file:
      return "the file " + reference.name;
    case ValueReference::Kind::credential:
      return "the credential " + reference.name;
  }
  return "nothing";
}

Result<Secret> resolve(const ValueReference& reference, const Environment& environment) {
  return resolve_as(Form::line, reference, environment);
}

Result<Secret> resolve_lines(const ValueReference& reference, const Environment& environment) {
  return resolve_as(Form::lines, reference, environment);
}

}  // namespace plumbline::daemon

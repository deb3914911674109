#include "daemon/value_reference.h"

#include <algorithm>
#include <utility>

#include "daemon/read_file.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kLargestValue = std::size_t{64} * 1024;

Result<Secret> checked(std::string text, const std::string& what) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const bool control = std::ranges::any_of(
      text, [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == '\x7f'; });
  const bool empty = text.empty();
  Secret value(text);
  wipe(text);
  if (empty) return fail(what + " is empty");
  if (control) return fail(what + " holds a control character or more than one line");
  return value;
}

Result<Secret> from_file(const std::string& path, const std::string& what) {
  auto text = read_file(path, kLargestValue);
  if (!text) return fail(what + ": " + text.error().message);
  return checked(std::move(*text), what);
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
  const std::string what = describe(reference);
  switch (reference.kind) {
    case ValueReference::Kind::none:
      return fail("no value is configured");
    case ValueReference::Kind::env: {
      auto text = environment.get(reference.name);
      if (!text) return fail(what + " is not set");
      return checked(std::move(*text), what);
    }
    case ValueReference::Kind::file:
      return from_file(reference.name, what);
    case ValueReference::Kind::credential: {
      const auto folder = environment.get("CREDENTIALS_DIRECTORY");
      if (!folder) return fail(what + ": CREDENTIALS_DIRECTORY is not set (systemd sets it)");
      return from_file(*folder + "/" + reference.name, what);
    }
  }
  return fail("no value is configured");
}

}  // namespace plumbline::daemon

#include "daemon/config/value_reference.h"

#include <utility>

#include "base/secret_text.h"
#include "daemon/config/read_file.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kLargestValue = std::size_t{64} * 1024;

Result<Secret> checked(std::string text, const std::string& what, SecretLines lines) {
  auto value = secret_from_text(std::move(text), lines);
  if (!value) return fail(what + " " + value.error().message);
  return value;
}

Result<Secret> from_file(const std::string& path, const std::string& what, SecretLines lines) {
  auto text = read_file(path, kLargestValue);
  if (!text) return fail(what + ": " + text.error().message);
  return checked(std::move(*text), what, lines);
}

Result<Secret> resolve_as(SecretLines lines, const ValueReference& reference, const Environment& environment) {
  const std::string what = describe(reference);
  switch (reference.kind) {
    case ValueReference::Kind::none:
      return fail("no value is configured");
    case ValueReference::Kind::env: {
      auto text = environment.get(reference.name);
      if (!text) return fail(what + " is not set");
      return checked(std::move(*text), what, lines);
    }
    case ValueReference::Kind::file:
      return from_file(reference.name, what, lines);
    case ValueReference::Kind::credential: {
      const auto folder = environment.get("CREDENTIALS_DIRECTORY");
      if (!folder) return fail(what + ": CREDENTIALS_DIRECTORY is not set (systemd sets it)");
      return from_file(*folder + "/" + reference.name, what, lines);
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
  return resolve_as(SecretLines::one, reference, environment);
}

Result<Secret> resolve_lines(const ValueReference& reference, const Environment& environment) {
  return resolve_as(SecretLines::whole, reference, environment);
}

}  // namespace plumbline::daemon

#pragma once

#include <expected>
#include <string>
#include <utility>

namespace plumbline {

/// An error for places that need no finer type: one sentence for a person, without a secret in it.
struct Error {
  std::string message;
};

/// A value, or the reason why there is none. Expected failures are returned like this; exceptions are for faults of the
/// program.
template <class T, class E = Error>
using Result = std::expected<T, E>;

/// `return fail("no such file");`
inline std::unexpected<Error> fail(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

}  // namespace plumbline

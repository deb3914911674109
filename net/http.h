#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::net {

struct Header {
  std::string name;
  std::string value;
};

/// The fields of a message, in the order of the wire. Names are compared without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  /// The value of the first field with that name, or an empty text. Points into the field.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const;
  void add(std::string name, std::string value);
  /// Replaces every field with that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  /// Overwrites the values, some of which are credentials, then removes all fields.
  void wipe() noexcept;

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Header> fields_;
};

/// An HTTP/1.1 request with its whole body. `target` is the origin form: path and query,
/// percent-encoded.
struct HttpRequest {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

/// The path of a target, without its query. Points into `target`.
std::string_view path_of(std::string_view target);

/// The decoded value of one parameter of the target's query; nothing if it does not occur.
std::optional<std::string> query_parameter(std::string_view target, std::string_view name);

/// Percent-encodes everything but unreserved characters (RFC 3986). For one path segment or one query value.
std::string percent_encode(std::string_view text);

/// Undoes percent_encode(). Nothing if an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace plumbline::net

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/documents/rules.h"
#include "manifests/documents/yaml.h"

/// Tables that say what a YAML document may hold. The parser finds errors with them, and the JSON Schema for editors is
/// made from the same tables. They are static constants; shapes refer to each other by pointer.
namespace plumbline::manifests {

struct Table;
struct Variant;
class Report;

/// Returns what is wrong with a text ("must be ..." or "may not ..."), or nothing. Never repeats the text.
using TextRule = std::optional<std::string> (*)(std::string_view text);

/// A rule that no single field can express. Called for a node of the right type.
using NodeRule = void (*)(const YamlNode& node, Report& report);

enum class Type : std::uint8_t {
  any,
  boolean,
  integer,
  number,  ///< integer or not
  string,
  list,     ///< of `element`
  map,      ///< of `element`, keyed by names of the user
  object,   ///< the fields of `table`
  variant,  ///< an object; its field `tag` says which of `variants` applies; unknown values pass
  either,   ///< the first of `alternatives` that fits the node's kind
};

/// How much of a value is present.
enum class Extent : std::uint8_t {
  whole,
  /// All of it, but a scalar that holds `${` may still become anything.
  unsubstituted,
  /// One of several layers that are merged (RFC 7386) before anything is substituted. Outside of lists, fields may be
  /// missing or null.
  layer,
};

/// What a value may be.
struct Shape {
  Type type = Type::any;
  /// The text after "expected ..." if the type alone is not clear enough: "a list of strings".
  std::string_view expected = {};
  std::span<const std::string_view> values = {};  ///< of a string; empty: every text
  TextRule rule = nullptr;                        ///< of a string
  std::string_view pattern = {};                  ///< `rule` as a regular expression (ECMA-262), for editors
  double minimum = std::numeric_limits<double>::lowest();
  double maximum = std::numeric_limits<double>::max();
  const Shape* element = nullptr;  ///< of a list or map
  TextRule key_rule = nullptr;     ///< of a map
  std::string_view key_pattern = {};
  std::size_t most = 1'000'000;  ///< how many elements a list or map may have
  const Table* table = nullptr;  ///< of an object
  std::string_view tag = {};     ///< of a variant
  std::span<const Variant> variants = {};
  std::span<const Shape> alternatives = {};
  NodeRule node_rule = nullptr;
  /// `layer` if the value is always a layer of something that is merged later.
  Extent extent = Extent::whole;
  /// The part of a list's or object's `node_rule` that JSON Schema can express: members, as JSON.
  std::string_view also = {};
};

enum class Presence : std::uint8_t { optional, required };

enum class Support : std::uint8_t {
  now,
  later,    ///< the name is known; a coming version will read it
  refused,  ///< not allowed here; `documentation` says what to do instead
  idle,     ///< has no effect, which is a warning; `documentation` says why
};

struct Field {
  std::string_view name;
  Shape shape;
  std::string_view documentation;  ///< one sentence without a full stop
  Presence presence = Presence::optional;
  Support support = Support::now;
};

inline constexpr Shape kBoolean{.type = Type::boolean};
inline constexpr Shape kText{.type = Type::string};
inline constexpr Shape kTexts{.type = Type::list, .element = &kText};
/// An id or a name: empty it means nothing, and mostly comes from an empty value.
inline constexpr Shape kFilled{.type = Type::string, .rule = empty_problem, .pattern = "^[\\s\\S]"};
inline constexpr Shape kWhole{.type = Type::integer, .minimum = 0};
inline constexpr Shape kPositive{.type = Type::integer, .minimum = 1};

/// A field that is not allowed, and the text that says what to write instead.
constexpr Field refused_field(std::string_view name, std::string_view mend) {
  return {name, {}, mend, Presence::optional, Support::refused};
}

/// What happens to a field that no table knows.
enum class Unknown : std::uint8_t {
  refuse,
  pass,  ///< the API may know it; a warning if it looks like a typing error in a known name
  /// As `refuse`, but accepts fields that state nothing: comments, and fields that a tool has written empty.
  refuse_stated,
};

/// Two fields that exclude each other.
struct Exclusion {
  std::string_view first;
  std::string_view second;
  std::string_view mend = {};
};

struct Table {
  std::span<const Field> fields;
  Unknown unknown = Unknown::refuse;
  std::string_view unknown_mend = {};  ///< added to the message about an unknown field
  /// At least one of these fields must be present; empty: no such rule.
  std::span<const std::string_view> one_of = {};
  std::string_view one_of_mend = {};
  std::span<const Exclusion> exclusions = {};
};

struct Variant {
  std::string_view value;  ///< of the tag
  Table table;
  std::string_view refused = {};  ///< why this value is not allowed, and what to do instead; empty: it is allowed
};

/// Collects the problems of one file.
class Report {
 public:
  Report(std::string file, std::vector<Diagnostic>& diagnostics) : file_(std::move(file)), diagnostics_(diagnostics) {}

  void error(const YamlNode& at, std::string summary, std::string detail = {});
  void warning(const YamlNode& at, std::string summary, std::string detail = {});

  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] SourceLocation location(const YamlNode& node) const {
    return {node.file != nullptr ? *node.file : file_, node.line, node.column};
  }

 private:
  void add(Severity severity, const YamlNode& at, std::string summary, std::string detail);

  std::string file_;
  std::vector<Diagnostic>& diagnostics_;
  std::size_t errors_ = 0;
};

/// Finds all problems of `node`, which has the name `name` in the file. Messages never repeat values, because one of
/// them may be a secret in the wrong place.
void check(const YamlNode& node, const Shape& shape, std::string_view name, Report& report,
           Extent extent = Extent::whole);

/// `did you mean "..."?`, or an empty text if no known word is close.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace plumbline::manifests

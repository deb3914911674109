#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"

/// YAML 1.2 (and so JSON) as an immutable tree with positions. Features whose meaning a reader cannot see at a glance
/// are refused: aliases, anchors, merge keys, tags, duplicate keys, and keys that are not scalars.
namespace plumbline::manifests {

enum class YamlKind { null, scalar, list, map };

struct YamlEntry;

/// One value. Lines and columns count from 1, columns in characters.
struct YamlNode {
  YamlKind kind = YamlKind::null;
  bool plain = true;  ///< a scalar without quotes, which may be a number or a boolean
  int line = 0;
  int column = 0;
  /// The file of this node, in a tree that was merged from several files; nullptr: the current file. Not owned.
  const std::string* file = nullptr;
  std::string text;                ///< of a scalar
  std::vector<YamlNode> items;     ///< of a list
  std::vector<YamlEntry> entries;  ///< of a map, in the order of the file

  /// The value of `key`, or nullptr if this is not a map or has no such key. Points into this node.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;

  /// The text of the scalar under `key`; an empty one if there is none.
  [[nodiscard]] const std::string& text_at(std::string_view key) const;

  /// The scalar under `key`, or nullptr.
  [[nodiscard]] const YamlNode* scalar_at(std::string_view key) const;
};

struct YamlEntry {
  YamlNode key;  ///< always a scalar
  YamlNode value;
};

struct YamlDocument {
  YamlNode root;
  std::vector<Diagnostic> diagnostics;
  /// The text ended, or became unreadable, before the document was complete. `root` holds the part before.
  bool cut_short = false;
};

struct YamlLimits {
  std::size_t bytes = 1024UL * 1024;
  std::size_t depth = 64;  ///< of nested lists and maps
};

/// Reads every document of a file. Each error becomes a diagnostic at its place in `file`. A document with an error
/// should not be used, except to learn its name.
std::vector<YamlDocument> parse_yaml(const std::string& file, std::string_view text, YamlLimits limits = {});

/// The type of a node under the core schema of YAML 1.2 (section 10.3.2). There `no` and `2026-10-01` are texts.
enum class ValueType { null, boolean, integer, number, string, list, map };

ValueType type_of(const YamlNode& node);

/// The boolean that `node` is; nothing if it is none, or nullptr.
std::optional<bool> to_boolean(const YamlNode* node);

/// The texts of the items of a list; none if it is no list, or nullptr.
std::vector<std::string> to_texts(const YamlNode* list);

/// Whether there is a node, and it is `true`.
bool is_true(const YamlNode* node);

/// "a number", "a list", "nothing": for messages.
std::string_view describe(ValueType type);

/// The same value as JSON. A number that JSON cannot hold becomes text; parse_yaml() has reported it.
Json to_json(const YamlNode& node);

/// Whether a plain scalar looks like a number that JSON cannot hold: infinite, NaN, or an integer
/// beyond 64 bits.
bool is_unrepresentable_number(const YamlNode& node);

}  // namespace plumbline::manifests

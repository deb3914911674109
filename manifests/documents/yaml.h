#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"

/// YAML 1.2 (and so JSON) as an immutable tree with positions. Not accepted, because a reader cannot
/// see at a glance what they mean: aliases, anchors, merge keys, tags, duplicate keys and keys that
/// are no scalars.
namespace plumbline::manifests {

enum class YamlKind { null, scalar, list, map };

struct YamlEntry;

/// One value. Lines and columns count from 1, columns in characters.
struct YamlNode {
  YamlKind kind = YamlKind::null;
  bool plain = true;  ///< a scalar without quotes, which may be a number or a boolean
  int line = 0;
  int column = 0;
  /// The file that it stands in, where a tree is merged out of several; nullptr: the file at hand.
  const std::string* file = nullptr;
  std::string text;                ///< of a scalar
  std::vector<YamlNode> items;     ///< of a list
  std::vector<YamlEntry> entries;  ///< of a map, in the order of the file

  /// The value of `key`, or nullptr if this is no map or has no such key.
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
  /// The text ended or made no sense before the document did; `root` holds what came before.
  bool cut_short = false;
};

struct YamlLimits {
  std::size_t bytes = 1024UL * 1024;
  std::size_t depth = 64;  ///< lists and maps inside one another
};

/// Reads every document of a file. Each error is a diagnostic at its place under the name `file`; a
/// document that has one should not be used, but may still tell its name.
std::vector<YamlDocument> parse_yaml(const std::string& file, std::string_view text, YamlLimits limits = {});

/// What a node is under the core schema of YAML 1.2 (section 10.3.2): `no` and `2026-10-01` are
/// texts.
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

/// The same value as JSON. A number that JSON cannot hold (parse_yaml has reported it) becomes text.
Json to_json(const YamlNode& node);

/// Whether a plain scalar looks like a number that JSON cannot hold: infinite, NaN, or an integer
/// beyond 64 bits.
bool is_unrepresentable_number(const YamlNode& node);

}  // namespace plumbline::manifests

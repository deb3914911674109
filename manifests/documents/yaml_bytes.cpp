#include "manifests/documents/yaml_bytes.h"

#include <limits>

// A number is written in groups of seven bits, the lowest first; all but the last group have the eighth bit set. A text
// is its length and its bytes. A node is a byte (its kind, and whether it is plain), line, column, and then a text, the
// nodes of a list, or the keys and values of a map.
namespace plumbline::manifests {
namespace {

constexpr unsigned kPlain = 4;
constexpr unsigned kKinds = 3;
constexpr unsigned kMore = 128;
// Above what the parser accepts, so that a tree which it gave is always taken.
constexpr std::size_t kMaxDepth = 200;
// The fewest bytes of a node.
constexpr std::size_t kLeast = 3;

class NodeReader {
 public:
  explicit NodeReader(std::string_view& bytes) : bytes_(bytes) {}

  bool read(YamlNode& node, std::size_t depth) {
    const auto first = byte();
    const auto line = number_to(std::numeric_limits<int>::max());
    const auto column = number_to(std::numeric_limits<int>::max());
    if (!first || *first >= 2 * kPlain || !line || !column || depth > kMaxDepth) return false;
    node.kind = static_cast<YamlKind>(*first & kKinds);
    node.plain = (*first & kPlain) != 0;
    node.line = static_cast<int>(*line);
    node.column = static_cast<int>(*column);
    switch (node.kind) {
      case YamlKind::null:
        return true;
      case YamlKind::scalar:
        return read_text(node);
      case YamlKind::list:
        return read_items(node, depth);
      case YamlKind::map:
        return read_entries(node, depth);
    }
    return false;
  }

 private:
  std::optional<unsigned> byte() {
    if (bytes_.empty()) return std::nullopt;
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }

  std::optional<std::uint64_t> number_to(std::uint64_t most) {
    const auto number = take_number(bytes_);
    return number && *number <= most ? number : std::nullopt;
  }

  bool read_text(YamlNode& node) {
    const auto text = take_text(bytes_);
    if (text) node.text = *text;
    return text.has_value();
  }

  bool read_items(YamlNode& node, std::size_t depth) {
    const auto count = number_to(bytes_.size() / kLeast);
    if (!count) return false;
    node.items.resize(*count);
    for (YamlNode& item : node.items) {
      if (!read(item, depth + 1)) return false;
    }
    return true;
  }

  bool read_entries(YamlNode& node, std::size_t depth) {
    const auto count = number_to(bytes_.size() / (2 * kLeast));
    if (!count) return false;
    node.entries.resize(*count);
    for (auto& [key, value] : node.entries) {
      if (!read(key, depth + 1) || key.kind != YamlKind::scalar || !read(value, depth + 1)) return false;
    }
    return true;
  }

  std::string_view& bytes_;
};

}  // namespace

void append_number(std::string& bytes, std::uint64_t number) {
  for (; number >= kMore; number /= kMore) bytes += static_cast<char>(number % kMore + kMore);
  bytes += static_cast<char>(number);
}

void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, text.size());
  bytes += text;
}

std::optional<std::uint64_t> take_number(std::string_view& bytes) {
  constexpr unsigned kGroup = 7;
  constexpr unsigned kBits = 63;
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < kBits && !bytes.empty(); shift += kGroup) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte % kMore) << shift;
    if (byte < kMore) return number;
  }
  return std::nullopt;
}

std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto size = take_number(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const auto text = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return text;
}

void append_yaml(std::string& bytes, const YamlNode& node) {
  bytes += static_cast<char>(static_cast<unsigned>(node.kind) + (node.plain ? kPlain : 0U));
  append_number(bytes, static_cast<std::uint64_t>(node.line));
  append_number(bytes, static_cast<std::uint64_t>(node.column));
  if (node.kind == YamlKind::scalar) append_text(bytes, node.text);
  if (node.kind == YamlKind::list) append_number(bytes, node.items.size());
  for (const YamlNode& item : node.items) append_yaml(bytes, item);
  if (node.kind == YamlKind::map) append_number(bytes, node.entries.size());
  for (const auto& [key, value] : node.entries) {
    append_yaml(bytes, key);
    append_yaml(bytes, value);
  }
}

std::optional<YamlNode> take_yaml(std::string_view& bytes) {
  YamlNode node;
  if (!NodeReader(bytes).read(node, 0)) return std::nullopt;
  return node;
}

}  // namespace plumbline::manifests

#include "manifests/documents/yaml.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <spanstream>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"
#include "manifests/documents/json_escapes.h"

namespace plumbline::manifests {
namespace {

// A person fixes one screen of errors at a time.
constexpr std::size_t kMaxDiagnostics = 100;

struct Position {
  int line = 0;
  int column = 0;
};

// yaml-cpp counts columns in bytes from 0, people in characters from 1.
class Positions {
 public:
  explicit Positions(std::string_view text)
      : text_(text), ascii_(std::ranges::none_of(text, [](char c) { return c < 0; })) {}

  [[nodiscard]] Position of(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    return {mark.line + 1, column(mark) + 1};
  }

 private:
  [[nodiscard]] int column(const YAML::Mark& mark) const {
    if (ascii_ || mark.pos < mark.column) return mark.column;
    const auto start = static_cast<std::size_t>(mark.pos - mark.column);
    if (start > text_.size()) return mark.column;
    const auto before = text_.substr(start, static_cast<std::size_t>(mark.column));
    return static_cast<int>(count_characters(before));
  }

  std::string_view text_;
  bool ascii_;
};

Position position_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto lines = std::ranges::count(before, '\n');
  const auto line = before.substr(before.rfind('\n') + 1);
  return {static_cast<int>(lines) + 1, static_cast<int>(count_characters(line)) + 1};
}

// Builds a tree from the parser's events. It continues after an error, so that one run finds them all.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view file, std::string_view text, YamlLimits limits)
      : file_(file), text_(text), positions_(text), limits_(limits) {}

  /// The finished document; `cut_short` closes everything that is still open.
  YamlDocument take(bool cut_short) {
    while (cut_short && !open_.empty()) close();
    YamlDocument document{
        .root = std::exchange(root_, {}), .diagnostics = std::exchange(diagnostics_, {}), .cut_short = cut_short};
    return document;
  }

  void error(Position at, std::string summary, std::string detail) {
    if (diagnostics_.size() >= kMaxDiagnostics) return;
    diagnostics_.push_back({.where = {std::string(file_), at.line, at.column},
                            .summary = std::move(summary),
                            .detail = std::move(detail)});
  }

  void error(const YAML::Exception& exception) {
    error(positions_.of(exception.mark), "this is not valid YAML",
          exception.msg + std::string(mend_of(exception.mark)));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    first_ = positions_.of(mark);
    // After a document the parser accepts anything as the start of another one, even a stray bracket.
    const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (documents_++ > 0 && !text_.substr(std::min(offset, text_.size())).starts_with("---")) {
      throw YAML::ParserException(mark, "the document ended before this; begin another with ---");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(YamlNode{}, null_position(mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    if (skipped_ == 0) {
      error(positions_.of(mark), "aliases are not accepted", "write the value out");
    }
    add(YamlNode{}, positions_.of(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    const bool plain = tag == "?";
    if (!plain) refuse_broken_escape(mark, value);
    YamlNode node{.kind = YamlKind::scalar, .plain = plain, .text = value};
    add(std::move(node), positions_.of(mark));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlKind::list, mark, tag, anchor);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlKind::map, mark, tag, anchor);
  }

  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

 private:
  // A list or map that has not ended yet.
  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;  // of a map, once it has been read and until its value has
    bool drop_value = false;      // the key was refused
    std::unordered_set<std::string> keys;
  };

  void open(YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (skipped_ > 0) {
      ++skipped_;
      return;
    }
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    const Position at = positions_.of(mark);
    if (open_.size() >= limits_.depth) {
      error(at, "more than " + std::to_string(limits_.depth) + " levels of lists and maps",
            "make the document flatter");
      skipped_ = 1;
      return;
    }
    Open& opened = open_.emplace_back();
    opened.node.kind = kind;
    opened.node.line = at.line;
    opened.node.column = at.column;
  }

  void end() {
    if (skipped_ == 0) return close();
    // Content beyond the depth limit is dropped; a null takes its place.
    if (--skipped_ == 0) add(YamlNode{}, {open_.back().node.line, open_.back().node.column});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    const Position at{node.line, node.column};
    add(std::move(node), at);
  }

  void add(YamlNode node, Position at) {
    if (skipped_ > 0) return;
    node.line = at.line;
    node.column = at.column;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlKind::list) {
      add_item(parent, std::move(node));
    } else if (!parent.key) {
      add_key(parent, std::move(node));
    } else {
      add_value(parent, std::move(node));
    }
  }

  void add_item(Open& list, YamlNode node) {
    check_number(node);
    list.node.items.push_back(std::move(node));
  }

  void add_key(Open& map, YamlNode key) {
    const Position at{key.line, key.column};
    map.drop_value = true;
    if (key.kind != YamlKind::scalar) {
      error(at, "a key must be a text", "lists, maps and null cannot be keys");
    } else if (key.plain && key.text == "<<") {
      error(at, "merge keys are not accepted", "write the fields out");
    } else if (!map.keys.insert(key.text).second) {
      error(at, "duplicate key \"" + key.text + "\"", "each key may occur only once in a map");
    } else {
      map.drop_value = false;
    }
    map.key = std::move(key);
  }

  void add_value(Open& map, YamlNode value) {
    if (!map.drop_value) {
      check_number(value);
      map.node.entries.push_back({*std::move(map.key), std::move(value)});
    }
    map.key.reset();
  }

  void check_number(const YamlNode& node) {
    if (!is_unrepresentable_number(node)) return;
    error({node.line, node.column}, "this number is too large or not finite",
          "put it in quotes if it is meant as a text");
  }

  // The text is UTF-8, so only an escape can produce an invalid byte: yaml-cpp 0.7 writes two escapes in Latin-1.
  void refuse_broken_escape(const YAML::Mark& mark, std::string_view value) {
    if (skipped_ > 0 || is_utf8(value)) return;
    error(positions_.of(mark), "the escapes \\N and \\_ are not accepted", "write \\u0085 or \\u00a0");
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor || skipped_ > 0) return;
    error(positions_.of(mark), "anchors are not accepted", "write the value out where it is used");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || skipped_ > 0) return;
    error(positions_.of(mark), "tags are not accepted", "put the value in quotes if it is meant as a text");
  }

  // For an absent value the parser reports the position of the next token; the position of the key is better.
  [[nodiscard]] Position null_position(const YAML::Mark& mark) const {
    if (open_.empty()) return first_;
    const Open& parent = open_.back();
    if (parent.key) return {parent.key->line, parent.key->column};
    if (is_written_null(mark)) return positions_.of(mark);
    return {parent.node.line, parent.node.column};
  }

  // A brace without quotes begins a map if a map or list in braces or brackets is open.
  [[nodiscard]] std::string_view mend_of(const YAML::Mark& mark) const {
    const auto at = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
    const auto before = text_.substr(0, at);
    const auto begin = before.rfind('\n') + 1;
    const auto line = text_.substr(begin, text_.find('\n', at) - begin);
    return line.find("${") == std::string_view::npos ? "" : "; inside of {} and [], put ${...} in quotes";
  }

  [[nodiscard]] bool is_written_null(const YAML::Mark& mark) const {
    const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
    const auto rest = text_.substr(std::min(offset, text_.size()));
    return rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
  }

  std::string_view file_;
  std::string_view text_;
  Positions positions_;
  YamlLimits limits_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Open> open_;
  YamlNode root_;
  Position first_;           // of the document
  std::size_t skipped_ = 0;  // how many lists and maps beyond the depth limit are open
  std::size_t documents_ = 0;
};

// Bytes that are refused before parsing: the advice is the same wherever such a byte is.
std::optional<Diagnostic> refused_bytes(const std::string& file, std::string_view text, YamlLimits limits) {
  const auto at = [&](std::size_t offset, std::string summary, std::string detail) {
    const Position place = position_at(text, offset);
    return Diagnostic{
        .where = {file, place.line, place.column}, .summary = std::move(summary), .detail = std::move(detail)};
  };
  if (text.size() > limits.bytes) {
    return Diagnostic{.where = {file},
                      .summary = "the file is larger than " + std::to_string(limits.bytes) + " bytes",
                      .detail = "split it into several files"};
  }
  if (const auto invalid = first_invalid_utf8(text); invalid != std::string_view::npos) {
    return at(invalid, "this byte is not valid UTF-8", "save the file as UTF-8");
  }
  const auto control = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20U && c != '\t' && c != '\n' && c != '\r') || byte == 0x7FU;
  });
  if (control != text.end()) {
    return at(static_cast<std::size_t>(control - text.begin()), "control characters are not accepted",
              "write it as an escape in double quotes");
  }
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::vector<YamlDocument> parse_documents(const std::string& file, std::string_view text, YamlLimits limits) {
  std::vector<YamlDocument> documents;
  TreeBuilder builder(file, text, limits);
  std::ispanstream stream(std::span<const char>(text.data(), text.size()));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) documents.push_back(builder.take(false));
  } catch (const YAML::Exception& exception) {
    builder.error(exception);
    documents.push_back(builder.take(true));
  }
  return documents;
}

}  // namespace

std::vector<YamlDocument> parse_yaml(const std::string& file, std::string_view text, YamlLimits limits) {
  text = without_byte_order_mark(text);
  if (auto refused = refused_bytes(file, text, limits)) {
    std::vector<YamlDocument> documents(1);
    documents.front().diagnostics.push_back(*std::move(refused));
    documents.front().cut_short = true;
    return documents;
  }
  if (file.ends_with(".json")) return parse_documents(file, join_surrogates(text), limits);
  return parse_documents(file, text, limits);
}

}  // namespace plumbline::manifests

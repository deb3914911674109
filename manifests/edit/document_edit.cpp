#include "manifests/edit/document_edit.h"

#include <algorithm>
#include <utility>

#include "manifests/edit/byte_edits.h"
#include "manifests/edit/edit_steps.h"
#include "manifests/edit/tree_text.h"

namespace plumbline::manifests {
namespace {

// Each step makes one value right. More would be a step that undoes another.
constexpr std::size_t kMostSteps = 20'000;

SourceLocation place_of(const std::string& file, const EditStep& step, const YamlNode& root) {
  const auto* node = &root;
  if (step.parent != nullptr) {
    node = step.parent;
    const bool there = step.kind != EditStep::Kind::insert;
    if (there && node->kind == YamlKind::map) {
      node = &node->entries[step.index].key;
    } else if (there) {
      node = &node->items[step.index];
    }
  }
  return {file, node->line, node->column};
}

// What a file says, document by document; a problem where it cannot be read.
Result<std::vector<YamlDocument>, EditProblem> read_sound(const std::string& file, std::string_view text,
                                                          TextSyntax syntax) {
  auto documents = parse_text(file, text, syntax);
  for (const auto& document : documents) {
    for (const auto& diagnostic : document.diagnostics) {
      if (diagnostic.severity == Severity::error) {
        return std::unexpected(EditProblem{diagnostic.where, "it cannot be read: " + diagnostic.summary});
      }
    }
  }
  return documents;
}

std::vector<Json> values_of(const std::vector<YamlDocument>& documents) {
  std::vector<Json> out;
  out.reserve(documents.size());
  for (const auto& document : documents) out.push_back(to_json(document.root));
  return out;
}

bool same_values(const std::vector<Json>& left, const std::vector<Json>& right) {
  return std::ranges::equal(left, right, [](const Json& one, const Json& other) { return equal(one, other); });
}

void put(Json& into, const std::vector<std::string>& path, std::size_t depth, const std::optional<Json>& value) {
  if (!into.is_object()) {
    if (!value) return;
    into = JsonObject();
  }
  auto& object = into.get_object();
  if (depth + 1 < path.size()) {
    if (!value && !object.contains(path[depth])) return;
    put(object[path[depth]], path, depth + 1, value);
  } else if (value) {
    object[path[depth]] = *value;
  } else {
    object.erase(path[depth]);
  }
}

class Rewriter {
 public:
  Rewriter(const std::string& file, std::string_view text, std::size_t document, TextSyntax syntax)
      : file_(file), text_(text), index_(document), syntax_(syntax) {}

  Result<std::string, EditProblem> run(const Json& desired) {
    for (std::size_t i = 0; i < kMostSteps; ++i) {
      const auto documents = read_sound(file_, text_, syntax_);
      if (!documents) return std::unexpected(i == 0 ? documents.error() : unfaithful(documents.error().where));
      if (index_ >= documents->size()) return std::unexpected(EditProblem{{file_}, "it has no such document"});
      if (i == 0) begin(*documents, desired);
      const auto& root = (*documents)[index_].root;
      const auto step = next_step(root, desired);
      if (!step) {
        if (!same_values(values_of(*documents), wanted_)) return std::unexpected(unfaithful({file_}));
        return std::move(text_);
      }
      if (auto done = make(*step, root); !done) return std::unexpected(std::move(done.error()));
    }
    return std::unexpected(unfaithful({file_}));
  }

 private:
  void begin(const std::vector<YamlDocument>& documents, const Json& desired) {
    wanted_ = values_of(documents);
    wanted_[index_] = desired;
  }

  Result<void, EditProblem> make(const EditStep& step, const YamlNode& root) {
    const TreeText tree(text_, syntax_);
    const auto bytes = bytes_of(step, tree, root);
    if (!bytes) {
      return std::unexpected(
          EditProblem{place_of(file_, step, root), "it cannot be changed in place: " + bytes.error().message});
    }
    auto next = applied(text_, *bytes);
    if (next == text_) return std::unexpected(unfaithful(place_of(file_, step, root)));
    text_ = std::move(next);
    return {};
  }

  static EditProblem unfaithful(SourceLocation where) {
    return {std::move(where), "it cannot be changed in place: its file would not say what it shall"};
  }

  const std::string& file_;
  std::string text_;
  std::size_t index_;
  TextSyntax syntax_;
  std::vector<Json> wanted_;
};

}  // namespace

Result<std::string, EditProblem> rewrite_document(const std::string& file, std::string_view text, std::size_t document,
                                                  const Json& desired, std::optional<TextSyntax> syntax) {
  return Rewriter(file, text, document, syntax.value_or(syntax_of(file))).run(desired);
}

Result<std::string, EditProblem> edit_document(const std::string& file, std::string_view text, std::size_t document,
                                               const std::vector<ValueEdit>& edits, std::optional<TextSyntax> syntax) {
  const auto documents = read_sound(file, text, syntax.value_or(syntax_of(file)));
  if (!documents) return std::unexpected(documents.error());
  if (document >= documents->size()) return std::unexpected(EditProblem{{file}, "it has no such document"});
  auto desired = to_json((*documents)[document].root);
  for (const auto& edit : edits) {
    if (!edit.path.empty()) put(desired, edit.path, 0, edit.value);
  }
  return rewrite_document(file, text, document, desired, syntax);
}

}  // namespace plumbline::manifests

#include "manifests/edit/accept.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "manifests/edit/text_syntax.h"
#include "manifests/edit/written_spec.h"
#include "manifests/kinds/binding_facts.h"

namespace plumbline::manifests {
namespace {

using How = AcceptedValue::How;

// A text that a manifest would fill in is escaped, so that it says what is live.
void escape_placeholders(Json& value) {
  if (value.is_string()) {
    value = replaced(std::string(view(value.get_string())), "${", "$${");
  } else if (value.is_array()) {
    for (auto& item : value.get_array()) escape_placeholders(item);
  } else if (value.is_object()) {
    for (auto& entry : value.get_object()) escape_placeholders(entry.value());
  }
}

void strip_suffix(Json* name, std::string_view suffix) {
  if (name == nullptr || !name->is_string()) return;
  const std::string text(view(name->get_string()));
  if (text.ends_with(suffix)) *name = text.substr(0, text.size() - suffix.size());
}

// Manifests name Workers without the source's suffix.
void strip_suffixes(AcceptedValue& value, std::string_view suffix) {
  if (suffix.empty()) return;
  if (value.path.front() == "bindings") {
    const auto* fact = binding_fact(string_member(value.value, "type"));
    if (fact != nullptr) strip_suffix(named_worker(value.value, fact->worker), suffix);
  } else if (value.path.front() == "tail_consumers" && value.value.is_array()) {
    for (auto& consumer : value.value.get_array()) {
      if (consumer.is_object()) strip_suffix(consumer.get_object().if_contains("service"), suffix);
    }
  }
}

bool is_item(const Json& item, const AcceptedValue& value) {
  if (!value.value.is_string()) return false;
  const auto wanted = view(value.value.get_string());
  const auto stated = item.is_string() ? view(item.get_string()) : string_member(item, value.key);
  return iequals(stated, wanted);
}

// What shall stand at a place; nothing: the key goes.
std::optional<Json> wanted_at(const WrittenPlace& place, const AcceptedValue& value) {
  switch (value.how) {
    case How::set:
      return value.value;
    case How::remove:
      return std::nullopt;
    default:
      break;
  }
  auto list = place.node != nullptr ? to_json(*place.node) : Json(JsonArray());
  if (!list.is_array()) list = JsonArray();
  auto& items = list.get_array();
  if (value.how == How::add_item) {
    items.push_back(value.value);
  } else {
    const auto gone = std::ranges::find_if(items, [&](const Json& item) { return is_item(item, value); });
    if (gone != items.end()) items.erase(gone);
  }
  return list;
}

class Accepter {
 public:
  Accepter(const WrittenWorker& worker, std::string_view text) : worker_(worker) { out_.text = text; }

  AcceptedText run(const std::vector<AcceptedValue>& values) {
    for (const auto& value : values) {
      if (auto done = accept(value); !done) out_.refused.push_back(std::move(done.error()));
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::unexpected<NotAccepted> refuse(const AcceptedValue& value, SourceLocation where,
                                                    std::string message) const {
    if (where.file.empty()) where.file = worker_.file;
    return std::unexpected(NotAccepted{value.what, std::move(where), std::move(message)});
  }

  [[nodiscard]] TextSyntax syntax() const { return syntax_of(worker_.file, worker_.written_as); }

  Result<void, NotAccepted> accept(AcceptedValue value) {
    const auto documents = parse_text(worker_.file, out_.text, syntax());
    if (worker_.document >= documents.size()) return refuse(value, {worker_.file}, "its document is not in the file");
    const auto& root = documents[worker_.document].root;
    const auto place = locate(root, value);
    if (!place) return std::unexpected(place.error());
    if (value.how == How::remove && place->node == nullptr) return refuse(value, {}, "its manifest does not state it");
    auto edited =
        edit_document(worker_.file, out_.text, worker_.document, {{place->path, wanted_at(*place, value)}}, syntax());
    if (!edited) return refuse(value, edited.error().where, edited.error().message);
    out_.text = *std::move(edited);
    return {};
  }

  Result<WrittenPlace, NotAccepted> locate(const YamlNode& root, AcceptedValue& value) const {
    if (worker_.written_as == WrittenAs::wrangler_config) {
      auto found = place_in_wrangler_config(worker_, root, value);
      if (!found) return std::unexpected(std::move(found.error()));
      value = std::move(found->value);
      return std::move(found->place);
    }
    strip_suffixes(value, worker_.name_suffix);
    escape_placeholders(value.value);
    return place_in_manifest(worker_, root, value);
  }

  const WrittenWorker& worker_;
  AcceptedText out_;
};

}  // namespace

std::optional<std::size_t> document_at(const SourceLocation& where, std::string_view text, WrittenAs written_as) {
  std::optional<std::size_t> found;
  const auto documents = parse_text(where.file, text, syntax_of(where.file, written_as));
  for (std::size_t i = 0; i < documents.size(); ++i) {
    // A document begins with its first key.
    const auto& root = documents[i].root;
    if (root.kind == YamlKind::map && root.line <= where.line) found = i;
  }
  return found;
}

AcceptedText accept_values(const WrittenWorker& worker, std::string_view text,
                           const std::vector<AcceptedValue>& values) {
  return Accepter(worker, text).run(values);
}

}  // namespace plumbline::manifests

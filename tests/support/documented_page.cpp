#include "tests/support/documented_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>

#include "tests/support/files.h"

namespace plumbline::testing {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Json& value) {
  if (!value.is_string()) throw std::runtime_error("no text: " + to_text(value));
  return std::string(view(value.get_string()));
}

std::vector<std::string> texts_of(const Json* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const auto& item : list->as_array()) out.push_back(text_of(item));
  return out;
}

/// The members of an entry, each of which somebody must ask for: a slip would otherwise be an example that checks less.
class Entry {
 public:
  explicit Entry(const Json& value) : object_(value.as_object()) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  [[nodiscard]] const Json* find(std::string_view key) {
    const auto* found = member(object_, key);
    if (found != nullptr) asked_.emplace(key);
    return found;
  }
  [[nodiscard]] std::string text(std::string_view key) {
    const auto* found = find(key);
    return found == nullptr ? std::string() : text_of(*found);
  }
  void check_all_asked() const {
    for (const auto& [key, value] : object_) {
      const bool is_for_readers = key == "because" || key == "note" || key == "source";
      if (!is_for_readers && !asked_.contains(std::string_view(key))) {
        throw std::runtime_error("unknown member " + std::string(key));
      }
    }
  }

 private:
  JsonObject object_;
  std::set<std::string, std::less<>> asked_;
};

void add_headers(net::Headers& headers, const Json* stated) {
  if (stated == nullptr) return;
  for (const auto& [name, value] : stated->as_object()) headers.set(std::string(name), text_of(value));
}

DocumentedPart part_of(const Json& stated) {
  Entry entry(stated);
  DocumentedPart part{.name = entry.text("name"), .file = entry.text("file"), .type = entry.text("type")};
  const auto* json = entry.find("json");
  part.bytes = json != nullptr ? to_text(*json) : entry.text("text");
  entry.check_all_asked();
  return part;
}

std::vector<DocumentedPart> parts_of(const Json& stated) {
  std::vector<DocumentedPart> parts;
  for (const auto& item : stated.as_array()) parts.push_back(part_of(item));
  return parts;
}

/// The members that say what is sent.
DocumentedCall call_of(Entry& entry, const Json* credentials) {
  DocumentedCall call;
  call.control = entry.find("control") != nullptr;
  const auto line = entry.text(call.control ? "control" : "call");
  const auto space = line.find(' ');
  if (space == std::string::npos) throw std::runtime_error("no call: \"" + line + "\"");
  call.method = line.substr(0, space);
  call.target = line.substr(space + 1);
  if (!call.control) add_headers(call.headers, credentials);
  add_headers(call.headers, entry.find("headers"));
  call.body = entry.text("body");
  if (const auto* json = entry.find("json")) call.body = to_text(*json);
  if (const auto* size = entry.find("filler")) call.body.append(size->to_number<std::size_t>(), 'x');
  if (const auto* form = entry.find("form")) call.parts = parts_of(*form);
  if (const auto* save = entry.find("save")) {
    for (const auto& [name, pointer] : save->as_object()) call.save.emplace(name, text_of(pointer));
  }
  return call;
}

std::vector<DocumentedCall> calls_of(const Json* list, const Json* credentials) {
  std::vector<DocumentedCall> calls;
  if (list == nullptr) return calls;
  for (const auto& item : list->as_array()) {
    Entry entry(item);
    calls.push_back(call_of(entry, credentials));
    entry.check_all_asked();
  }
  return calls;
}

/// Words for readers that must be there.
void check_reason(const Json& stated) {
  if (string_member(stated, "because").empty()) throw std::runtime_error("no reason: " + to_text(stated));
}

std::vector<std::string> beyond_of(const Json& stated) {
  check_reason(stated);
  Entry entry(stated);
  auto places = texts_of(entry.find("at"));
  entry.check_all_asked();
  return places;
}

Difference difference_of(const Json& stated) {
  check_reason(stated);
  Entry entry(stated);
  Difference difference{.at = entry.text("at"), .found = {}};
  if (const auto* found = entry.find("found")) difference.found = *found;
  entry.check_all_asked();
  return difference;
}

std::vector<Difference> differences_of(const Json* list) {
  std::vector<Difference> out;
  if (list == nullptr) return out;
  for (const auto& item : list->as_array()) out.push_back(difference_of(item));
  return out;
}

/// The members that say what is answered. `result` and `error` are the envelope's inner part.
DocumentedAnswer answer_of(Entry& entry, int status) {
  DocumentedAnswer answer{.status = status};
  if (const auto* stated = entry.find("status")) answer.status = stated->to_number<int>();
  if (const auto* document = entry.find("answer")) answer.document = *document;
  if (const auto* result = entry.find("result")) {
    answer.document =
        JsonObject{{"success", true}, {"errors", JsonArray()}, {"messages", JsonArray()}, {"result", *result}};
  }
  if (const auto* error = entry.find("error")) {
    answer.document =
        JsonObject{{"success", false}, {"errors", JsonArray{*error}}, {"messages", JsonArray()}, {"result", nullptr}};
  }
  if (const auto* text = entry.find("answer_text")) answer.text = text_of(*text);
  if (const auto* form = entry.find("answer_form")) answer.parts = parts_of(*form);
  answer.differs = differences_of(entry.find("differs"));
  if (const auto* equals = entry.find("equals")) {
    for (const auto& [pointer, name] : equals->as_object()) answer.equals.emplace(pointer, text_of(name));
  }
  return answer;
}

class PageReader {
 public:
  explicit PageReader(const fs::path& file) : entry_(document_in(file)) { page_.file = file.filename().string(); }

  DocumentedPage read() {
    page_.options = texts_of(entry_.find("options"));
    if (const auto* settings = entry_.find("settings")) page_.settings = settings->as_object();
    if (entry_.text("shows") == "types") page_.shows = Shows::types;
    page_.of_service = texts_of(entry_.find("of_service"));
    if (const auto* beyond = entry_.find("beyond")) page_.beyond = beyond_of(*beyond);
    credentials_ = entry_.find("credentials");
    given_ = calls_of(entry_.find("given"), credentials_);
    answers_ = entry_.find("answers");
    for (const auto& item : entry_.find("examples")->as_array()) page_.examples.push_back(example_of(item));
    entry_.check_all_asked();
    return std::move(page_);
  }

 private:
  static Json document_in(const fs::path& file) {
    auto document = parse_json(read_file(file));
    if (!document) throw std::runtime_error(document.error().message);
    return std::move(*document);
  }

  DocumentedExample example_of(const Json& stated) {
    Entry entry(stated);
    DocumentedExample example;
    example.title = entry.text("title");
    example.given = given_;
    for (auto& call : calls_of(entry.find("given"), credentials_)) example.given.push_back(std::move(call));
    example.call = call_of(entry, credentials_);
    example.answer = answer_in(entry);
    if (const auto* then = entry.find("then")) {
      for (const auto& item : then->as_array()) example.then.push_back(effect_of(item));
    }
    example.operation = entry.text("operation");
    entry.check_all_asked();
    return example;
  }

  [[nodiscard]] DocumentedEffect effect_of(const Json& stated) const {
    Entry entry(stated);
    DocumentedEffect effect{.call = call_of(entry, credentials_), .answer = answer_of(entry, 200)};
    entry.check_all_asked();
    return effect;
  }

  /// An answer that many examples share stands once, under a name; the example then has its own status.
  DocumentedAnswer answer_in(Entry& entry) {
    const auto* name = entry.find("answer_as");
    if (name == nullptr) return answer_of(entry, 200);
    Entry shared(answers_->at(text_of(*name)));
    auto answer = answer_of(shared, entry.find("status")->to_number<int>());
    shared.check_all_asked();
    return answer;
  }

  Entry entry_;
  DocumentedPage page_;
  const Json* credentials_ = nullptr;
  const Json* answers_ = nullptr;
  std::vector<DocumentedCall> given_;
};

}  // namespace

std::string Difference::text() const {
  return at + ": " + (found ? to_canonical_text(*found) : "absent");
}

std::vector<DocumentedPage> documented_pages() {
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "tests/integration/documented")) {
    if (item.path().extension() == ".json") files.push_back(item.path());
  }
  std::ranges::sort(files);
  std::vector<DocumentedPage> pages;
  for (const auto& file : files) {
    try {
      pages.push_back(PageReader(file).read());
    } catch (const std::exception& fault) {
      throw std::runtime_error(file.filename().string() + ": " + fault.what());
    }
  }
  return pages;
}

std::string with_names(std::string_view text, const Names& names) {
  std::string out(text);
  for (const auto& [name, value] : names) {
    const auto place = fmt::format("{{{}}}", name);
    for (auto at = out.find(place); at != std::string::npos; at = out.find(place, at + value.size())) {
      out.replace(at, place.size(), value);
    }
  }
  return out;
}

}  // namespace plumbline::testing

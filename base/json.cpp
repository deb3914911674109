#include "base/json.h"

#include <openssl/crypto.h>
#include <simdjson.h>

#include <algorithm>
#include <boost/json/memory_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>
#include <new>

namespace plumbline {
namespace {

constexpr int kMaxDepth = 128;

// Each of these writes into its place in the document, because moving every value there costs as much as parsing.
Result<void> convert(simdjson::dom::element element, int depth, Json& out);

Result<void> convert_object(simdjson::dom::object source, int depth, JsonObject& out) {
  out.reserve(source.size());
  for (const auto field : source) {
    const auto [place, is_new] = out.emplace(boost::json::string_view(field.key.data(), field.key.size()), nullptr);
    // simdjson answers with the first of two equal keys, Boost.JSON with the last: a document that
    // two parsers read differently is refused.
    if (!is_new) return fail("duplicate key \"" + std::string(field.key) + "\"");
    if (auto done = convert(field.value, depth + 1, place->value()); !done) return done;
  }
  return {};
}

Result<void> convert_array(simdjson::dom::array source, int depth, JsonArray& out) {
  out.reserve(source.size());
  for (const auto item : source) {
    if (auto done = convert(item, depth + 1, out.emplace_back(nullptr)); !done) return done;
  }
  return {};
}

Result<void> convert(simdjson::dom::element element, int depth, Json& out) {
  if (depth > kMaxDepth) return fail("more than 128 levels of nesting");
  switch (element.type()) {
    case simdjson::dom::element_type::OBJECT:
      return convert_object(element.get_object().value_unsafe(), depth, out.emplace_object());
    case simdjson::dom::element_type::ARRAY:
      return convert_array(element.get_array().value_unsafe(), depth, out.emplace_array());
    case simdjson::dom::element_type::STRING: {
      const auto text = element.get_string().value_unsafe();
      out.emplace_string().assign(text.data(), text.size());
      return {};
    }
    case simdjson::dom::element_type::INT64:
      out = element.get_int64().value_unsafe();
      return {};
    case simdjson::dom::element_type::UINT64:
      out = element.get_uint64().value_unsafe();
      return {};
    case simdjson::dom::element_type::DOUBLE:
      out = element.get_double().value_unsafe();
      return {};
    case simdjson::dom::element_type::BOOL:
      out = element.get_bool().value_unsafe();
      return {};
    case simdjson::dom::element_type::NULL_VALUE:
      out = nullptr;
      return {};
  }
  return fail("unknown kind of value");
}

Result<Json> parse_with(simdjson::dom::parser& parser, std::string_view text) {
  simdjson::dom::element root;
  if (const auto error = parser.parse(simdjson::padded_string(text)).get(root)) {
    return fail(std::string("not valid JSON: ") + simdjson::error_message(error));
  }
  Json document;
  if (auto done = convert(root, 1, document); !done) return std::unexpected(std::move(done.error()));
  return document;
}

bool equal_objects(const JsonObject& left, const JsonObject& right) {
  return left.size() == right.size() && std::ranges::all_of(left, [&right](const auto& entry) {
           const auto* other = right.if_contains(entry.key());
           return other != nullptr && equal(entry.value(), *other);
         });
}

class WipedMemory final : public boost::json::memory_resource {
 private:
  // Boost.JSON asks for no more than the alignment that every block has.
  void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override { return ::operator new(bytes); }
  void do_deallocate(void* block, std::size_t bytes, std::size_t /*alignment*/) override {
    OPENSSL_cleanse(block, bytes);
    ::operator delete(block);
  }
  [[nodiscard]] bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // Each thread keeps its parser's buffers, because allocating them is most of the cost of a parse. They take several
  // times the size of the text, so those for a large text are not kept.
  constexpr std::size_t kMostKept = std::size_t{1024} * 1024;
  if (text.size() > kMostKept) {
    simdjson::dom::parser parser;
    return parse_with(parser, text);
  }
  thread_local simdjson::dom::parser parser;
  return parse_with(parser, text);
}

Result<Json> parse_secret_json(std::string_view text) {
  // Not simdjson: its buffers cannot be wiped.
  const auto memory = boost::json::make_shared_resource<WipedMemory>();
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  options.allow_invalid_utf8 = true;  // a secret may be any bytes, and the others are to be found all the same
  boost::json::parser parser(memory, options);
  parser.reset(memory);
  boost::system::error_code error;
  parser.write(text.data(), text.size(), error);
  if (error) return fail("not valid JSON: " + error.message());
  return parser.release();
}

void wipe(Json& value) noexcept {
  if (auto* text = value.if_string()) {
    OPENSSL_cleanse(text->data(), text->size());
  } else if (auto* array = value.if_array()) {
    for (Json& item : *array) wipe(item);
  } else if (auto* object = value.if_object()) {
    for (auto& entry : *object) wipe(entry.value());
  }
  value = nullptr;
}

const Json* member(const JsonObject& object, std::string_view key) {
  return object.if_contains({key.data(), key.size()});
}

const Json* member(const Json& value, std::string_view key) {
  const auto* object = value.if_object();
  return object ? member(*object, key) : nullptr;
}

std::string_view string_member(const JsonObject& object, std::string_view key) {
  const auto* found = member(object, key);
  return found && found->is_string() ? view(found->get_string()) : std::string_view();
}

std::string_view string_member(const Json& value, std::string_view key) {
  const auto* object = value.if_object();
  return object ? string_member(*object, key) : std::string_view();
}

std::optional<bool> bool_member(const JsonObject& object, std::string_view key) {
  const auto* found = member(object, key);
  return found && found->is_bool() ? std::optional(found->get_bool()) : std::nullopt;
}

std::optional<bool> bool_member(const Json& value, std::string_view key) {
  const auto* object = value.if_object();
  return object ? bool_member(*object, key) : std::nullopt;
}

bool equal(const Json& left, const Json& right) {
  if (left.is_object() && right.is_object()) return equal_objects(left.get_object(), right.get_object());
  if (left.is_array() && right.is_array()) return std::ranges::equal(left.get_array(), right.get_array(), equal);
  if (left.is_structured() || right.is_structured()) return false;
  if (left.kind() == right.kind()) return left == right;
  // Numbers of two widths.
  return left.is_number() && right.is_number() && to_canonical_text(left) == to_canonical_text(right);
}

std::string pointer_segment(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

Result<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> segments;
  if (pointer.empty()) return segments;
  if (pointer.front() != '/') return fail("a JSON pointer begins with a slash");
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      segments.emplace_back();
    } else if (c != '~') {
      segments.back() += c;
    } else {
      const char escaped = i + 1 < pointer.size() ? pointer[++i] : '\0';
      if (escaped != '0' && escaped != '1') return fail("in a JSON pointer, ~ must be followed by 0 or 1");
      segments.back() += escaped == '0' ? '~' : '/';
    }
  }
  return segments;
}

}  // namespace plumbline

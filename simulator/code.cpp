#include "simulator/code.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::simulator {
namespace {

constexpr std::array<std::string_view, 9> kHandlers{"alarm",     "connect", "email",      "fetch", "queue",
                                                    "scheduled", "tail",    "tailStream", "test"};
constexpr std::size_t kLargestCode = 64UL * 1024 * 1024;  // limits page of the Workers docs

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

std::string_view left_trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::string_view right_trimmed(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

/// The identifier at the front of `text`.
std::string_view word_at(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_word(text[length])) ++length;
  return text.substr(0, length);
}

/// Calls `found(before, after)` for each place where `word` is a word of its own.
template <class F>
void each_word(std::string_view source, std::string_view word, F found) {
  for (auto at = source.find(word); at != std::string_view::npos; at = source.find(word, at + 1)) {
    const auto after = source.substr(at + word.size());
    const bool alone = (at == 0 || !is_word(source[at - 1])) && (after.empty() || !is_word(after[0]));
    if (alone) found(source.substr(0, at), after);
  }
}

/// Whether the word names a member of an object or class: `{ fetch(…`, `async fetch(…`, `scheduled: …`. A call such as
/// `fetch(url)` does not count.
bool has_member(std::string_view source, std::string_view name) {
  bool found = false;
  each_word(source, name, [&](std::string_view before, std::string_view after) {
    before = right_trimmed(before);
    after = left_trimmed(after);
    const bool begins =
        before.ends_with('{') || before.ends_with(',') || before.ends_with('}') || before.ends_with("async");
    const bool goes_on =
        after.starts_with('(') || after.starts_with(':') || after.starts_with(',') || after.starts_with('}');
    found = found || (begins && goes_on);
  });
  return found;
}

bool has_listener(std::string_view source, std::string_view event) {
  bool found = false;
  each_word(source, "addEventListener", [&](std::string_view, std::string_view after) {
    after = left_trimmed(after);
    if (!after.starts_with('(')) return;
    after = left_trimmed(after.substr(1));
    found = found || (after.size() > event.size() && after.substr(1).starts_with(event));
  });
  return found;
}

std::vector<std::string> handlers_of(Syntax syntax, std::string_view source) {
  std::vector<std::string> out;
  for (const auto name : kHandlers) {
    const bool has = syntax == Syntax::module ? has_member(source, name) : has_listener(source, name);
    if (has) out.emplace_back(name);
  }
  return out;
}

/// `export class Cart`, and `export { Cart, index_default as default }`.
std::vector<std::string> exports_of(std::string_view source) {
  std::vector<std::string> out;
  each_word(source, "export", [&](std::string_view, std::string_view after) {
    after = left_trimmed(after);
    if (word_at(after) == "class") {
      out.emplace_back(word_at(left_trimmed(after.substr(5))));
    } else if (after.starts_with('{')) {
      const auto list = after.substr(1, std::min(after.find('}'), after.size() - 1) - 1);
      for (const auto item : split(list, ',')) {
        const auto words = right_trimmed(left_trimmed(item));
        const auto as = words.rfind(' ');
        const auto name = as == std::string_view::npos ? words : words.substr(as + 1);
        if (!name.empty() && name != "default" && word_at(name) == name) out.emplace_back(name);
      }
    }
  });
  return out;
}

/// Why the text is plainly not JavaScript: HTML, JSON, the text of a multipart body.
std::optional<std::string> syntax_error(std::string_view source, std::string_view file) {
  const auto text = left_trimmed(source);
  const auto error = [&](std::string_view what) {
    return fmt::format("Uncaught SyntaxError: {}\n  at {}:1:1\n", what, printable(file));
  };
  if (text.starts_with('<')) return error("Unexpected token '<'");
  if (text.starts_with("--") && text.find("Content-Disposition:") != std::string_view::npos) {
    return error("Invalid left-hand side expression in prefix operation");
  }
  if (text.starts_with('{') && left_trimmed(text.substr(1)).starts_with('"')) {
    return error("Unexpected token ':'");
  }
  return std::nullopt;
}

bool is_python(const Module& module) {
  return module.content_type.starts_with("text/x-python");
}

std::string etag_of(const Code& code) {
  // Lengths between the pieces ensure that no two contents give the same text. The first word ensures that the etag is
  // not the plain digest of a module; the real one is not either.
  std::string text = fmt::format("etag {} {}", code.main.size(), code.main);
  for (const auto& module : code.modules) {
    text += fmt::format(" {} {} {} {} {} ", module.name.size(), module.name, module.content_type.size(),
                        module.content_type, module.bytes.size());
    text += module.bytes;
  }
  return sha256_hex(text);
}

Try<void> check_main(Syntax syntax, const Module& main) {
  if (is_python(main)) return {};
  if (auto error = syntax_error(main.bytes, main.name)) return refuse(400, 10021, std::move(*error));
  const std::string_view needed = syntax == Syntax::module ? "export" : "addEventListener";
  bool found = false;
  each_word(main.bytes, needed, [&](std::string_view, std::string_view) { found = true; });
  if (found) return {};
  return refuse(400, 10068, "The uploaded script has no registered event handlers. This script does nothing.");
}

}  // namespace

const Module* find_module(const Code& code, std::string_view name) {
  const auto found = std::ranges::find(code.modules, name, &Module::name);
  return found == code.modules.end() ? nullptr : &*found;
}

const Module* main_module(const Code& code) {
  return find_module(code, code.main);
}

Try<std::shared_ptr<const Code>> make_code(Syntax syntax, std::string_view main, std::vector<Module> modules) {
  std::size_t bytes = 0;
  for (const auto& module : modules) bytes += module.bytes.size();
  if (bytes > kLargestCode) return refuse(413, 10027, "workers.api.error.script_too_large");

  auto code = std::make_shared<Code>();
  code->syntax = syntax;
  code->main = main;
  code->modules = std::move(modules);
  const auto* entry = main_module(*code);
  if (!entry) return refuse(400, 10021, fmt::format("No such module \"{}\".", printable(main)));
  if (auto valid = check_main(syntax, *entry); !valid) return std::unexpected(valid.error());
  code->handlers = handlers_of(syntax, entry->bytes);
  if (syntax == Syntax::module) code->named_exports = exports_of(entry->bytes);
  code->etag = etag_of(*code);
  return code;
}

}  // namespace plumbline::simulator

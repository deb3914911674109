#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "net/http.h"

/// The examples of Cloudflare's pages as data: tests/integration/documented/*.json, one file a page. The README there
/// says what its members mean.
namespace plumbline::testing {

/// Values for `{NAME}` in paths and headers, which earlier answers gave.
using Names = std::map<std::string, std::string, std::less<>>;

/// One part of a form.
struct DocumentedPart {
  std::string name;
  std::string file;  ///< empty: a plain field
  std::string type;  ///< empty: none is sent
  std::string bytes;
};

/// A call as a page makes it, or one that makes what a page takes for granted.
struct DocumentedCall {
  std::string method;
  std::string target;    ///< below /client/v4; for `control` below /__simulator__/
  net::Headers headers;  ///< with credentials
  std::string body;
  std::vector<DocumentedPart> parts;  ///< of a form, which then is the body
  bool control = false;
  std::map<std::string, std::string> save;  ///< names and the pointers to their values in the answer
};

/// A place at which the simulator's answer is not as the page shows it.
struct Difference {
  std::string at;             ///< pointer; `*` stands for every index; `status` for the status
  std::optional<Json> found;  ///< nothing: it is absent

  /// `/result/0/x: absent`
  [[nodiscard]] std::string text() const;
};

/// What a page shows of an answer; nothing is told of what is not set.
struct DocumentedAnswer {
  int status = 200;
  std::optional<Json> document;
  std::optional<std::string> text;                   ///< no JSON
  std::optional<std::vector<DocumentedPart>> parts;  ///< a form
  std::vector<Difference> differs;
  std::map<std::string, std::string> equals;  ///< pointers, and the names whose values stand there
};

/// What can be seen afterwards.
struct DocumentedEffect {
  DocumentedCall call;
  DocumentedAnswer answer;
};

struct DocumentedExample {
  std::string title;
  std::vector<DocumentedCall> given;
  DocumentedCall call;
  DocumentedAnswer answer;
  std::vector<DocumentedEffect> then;
  std::string operation;  ///< of `plumbline api`; empty: it cannot be called by that
};

/// Whether a page shows values, or the names of types in their place.
enum class Shows { values, types };

struct DocumentedPage {
  std::string file;
  std::vector<std::string> options;  ///< of `plumbline simulate`
  JsonObject settings;               ///< of the simulator, for every example
  Shows shows = Shows::values;
  std::vector<std::string> of_service;  ///< places whose values the service makes
  std::vector<std::string> beyond;      ///< places that the simulator's answers have and the page does not show
  std::vector<DocumentedExample> examples;
};

/// All pages, sorted by file. Throws std::runtime_error for a file that is not as the README says.
std::vector<DocumentedPage> documented_pages();

/// `{NAME}` replaced by its value; one without a value stays.
std::string with_names(std::string_view text, const Names& names);

}  // namespace plumbline::testing

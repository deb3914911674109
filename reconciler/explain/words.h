#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"

/// How this room writes its answers.
namespace plumbline::reconciler {

/// What is not known is null.
inline Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

inline JsonArray json_list(const std::vector<std::string>& texts) {
  return JsonArray(texts.begin(), texts.end());
}

/// Lines for a person, indented by two spaces a level, with nothing in them that a terminal would obey.
class Lines {
 public:
  void add(int depth, std::string_view text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += printable(text) + '\n';
  }
  /// Nothing where there are no items.
  void add_list(int depth, std::string_view title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    add(depth, title);
    for (const auto& item : items) add(depth + 1, item);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace plumbline::reconciler

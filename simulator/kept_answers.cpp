#include "simulator/kept_answers.h"

#include <utility>

#include "base/text.h"
#include "net/gzip.h"

namespace plumbline::simulator {
namespace {

// What is smaller fits into one packet as it is.
constexpr std::size_t kWorthPacking = 1024;

// Of all answers that are kept. With one more they are all forgotten.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;

std::string_view without_spaces(std::string_view text) {
  skip_any(text, " \t");
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Of `gzip;q=0.5`: `q=0`, with any number of zeros behind a dot, means never.
bool is_refused(std::string_view parameters) {
  parameters = without_spaces(parameters);
  return parameters.starts_with("q=0") && parameters.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

Coding coding_for(const net::HttpRequest& request) {
  auto found = Coding::plain;
  for (const auto item : split(request.headers.get("accept-encoding"), ',')) {
    const auto semicolon = item.find(';');
    const auto name = without_spaces(item.substr(0, semicolon));
    if (!iequals(name, "gzip") && name != "*") continue;
    const bool taken = semicolon == std::string_view::npos || !is_refused(item.substr(semicolon + 1));
    // Its own name says more than the star does.
    if (name != "*") return taken ? Coding::gzip : Coding::plain;
    if (taken) found = Coding::gzip;
  }
  return found;
}

Answer in_coding(Answer answer, Coding coding) {
  if (coding == Coding::plain || answer.body.size() <= kWorthPacking) return answer;
  answer.body = net::gzipped(answer.body);
  answer.headers.set("Content-Encoding", "gzip");
  return answer;
}

const Answer* KeptAnswers::find(const std::string& target, Coding coding, std::uint64_t changes) {
  if (changes != changes_) clear();
  changes_ = changes;
  const auto found = answers_.find({target, coding});
  return found == answers_.end() ? nullptr : &found->second;
}

const Answer& KeptAnswers::keep(const std::string& target, Coding coding, Answer answer) {
  const auto size = target.size() + answer.body.size();
  if (bytes_ + size > kMostBytes) clear();
  bytes_ += size;
  return answers_.insert_or_assign({target, coding}, std::move(answer)).first->second;
}

void KeptAnswers::clear() {
  answers_.clear();
  bytes_ = 0;
}

}  // namespace plumbline::simulator

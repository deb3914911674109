#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "net/http.h"
#include "simulator/answer.h"

namespace plumbline::simulator {

/// Whether a client takes an answer in gzip, by its Accept-Encoding (RFC 9110, 12.5.3).
enum class Coding { plain, gzip };
Coding coding_for(const net::HttpRequest& request);

/// Packs an answer whose body is larger than a kilobyte, if it may be.
Answer in_coding(Answer answer, Coding coding);

/// Answers to reads of the whole account, from one change to the next: a list of thousands of Workers is put together,
/// and packed, once for all who ask.
class KeptAnswers {
 public:
  /// Null if there is none of this target that was made after so many changes.
  [[nodiscard]] const Answer* find(const std::string& target, Coding coding, std::uint64_t changes);
  /// Returns the answer as it is kept.
  const Answer& keep(const std::string& target, Coding coding, Answer answer);
  void clear();

 private:
  std::uint64_t changes_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::pair<std::string, Coding>, Answer> answers_;
};

}  // namespace plumbline::simulator

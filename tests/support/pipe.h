#pragma once

#include <string>
#include <string_view>

namespace plumbline::testing {

/// A pipe of one page, the standard output or error of a program under test, read by the test or not.
class Pipe {
 public:
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  /// What the program writes to.
  [[nodiscard]] int writer() const { return writer_; }
  /// The test's own copy of it, else the reader never sees the end.
  void close_writer();
  /// The reader goes away.
  void close_reader();
  /// Fills it to the last byte, so that the next write hangs.
  void fill() const;

  /// Reads what has come, without waiting, and hands out all so far.
  const std::string& text();
  /// Whether `words` come within the time that a test has.
  bool wait_for(std::string_view words);

 private:
  int reader_ = -1;
  int writer_ = -1;
  std::string text_;
};

}  // namespace plumbline::testing

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// Watches the bytes of one HTTP/1.1 connection for a redirect. libgit2 1.5 follows redirects to another port or path
/// of the same host, although it was told to follow none. It sends the credentials there, and crashes if the address is
/// not one of git's.
class RedirectWatch {
 public:
  /// The client has sent something: the next bytes begin an answer.
  void sent() { head_.clear(); }

  enum class Verdict {
    pass,
    incomplete,  ///< a redirect whose head is not complete: more bytes are needed
    redirect,
  };
  /// Takes the next bytes of the answer.
  Verdict received(std::string_view bytes);

  /// The `Location` of the redirect, as far as it has come; may be empty.
  [[nodiscard]] std::string location() const;

 private:
  [[nodiscard]] bool is_redirect() const;
  [[nodiscard]] bool has_ended() const;

  std::string head_;
};

}  // namespace plumbline::manifests

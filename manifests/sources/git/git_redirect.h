#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// Watches the bytes of one HTTP/1.1 connection for an answer that sends the client elsewhere. libgit2 1.5 follows
/// redirects to another port or path of the same host although it was told to follow none, takes the credentials with
/// it, and crashes where the address is not one of git's.
class RedirectWatch {
 public:
  /// The client has sent something: the next bytes to come begin an answer.
  void sent() { head_.clear(); }

  enum class Verdict {
    pass,
    incomplete,  ///< it is a redirect whose head has not ended: more bytes are needed
    redirect,
  };
  /// The next bytes of the answer.
  Verdict received(std::string_view bytes);

  /// The `Location` of the redirect, as far as it came; may be empty.
  [[nodiscard]] std::string location() const;

 private:
  [[nodiscard]] bool is_redirect() const;
  [[nodiscard]] bool has_ended() const;

  std::string head_;
};

}  // namespace plumbline::manifests

#pragma once

#include <string>

#include "api/reaction.h"

namespace plumbline::reconciler {

/// Knows whether an apply may begin another write. All steps of one apply ask the same object. Pure.
class Halt {
 public:
  /// Somebody wants us to end: we finish the call that is under way and begin no other.
  void stop() { stopping_ = true; }

  /// An error that concerns the whole account stops whatever has not begun. Any other error changes nothing here.
  void note(const api::Error& error) { account_ = account_ || api::concerns_account(error); }

  [[nodiscard]] bool is_on() const { return account_ || stopping_; }
  /// Tells a person why.
  [[nodiscard]] std::string why() const { return account_ ? "the account is stopped" : "stopping"; }

 private:
  bool account_ = false;
  bool stopping_ = false;
};

}  // namespace plumbline::reconciler

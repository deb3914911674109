#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "api/client.h"

namespace plumbline::api {

/// Which of the calls that wait for one budget goes next: one of the highest priority; among equals one of the account
/// that was served longest ago, so that a large account does not hold up a small one; then the one that came first.
/// Pure.
class TurnOrder {
 public:
  /// What a waiting call is known by.
  struct Waiting {
    Priority priority = Priority::interactive;
    std::string account;
  };

  /// Whether `later`, which came after `first`, goes before it all the same.
  [[nodiscard]] bool overtakes(const Waiting& later, const Waiting& first) const { return rank(later) < rank(first); }

  /// A call of this account has got its turn.
  void served(const std::string& account) { served_[account] = ++count_; }

 private:
  [[nodiscard]] std::pair<Priority, std::uint64_t> rank(const Waiting& waiting) const {
    const auto found = served_.find(waiting.account);
    return {waiting.priority, found == served_.end() ? 0 : found->second};
  }

  std::uint64_t count_ = 0;
  std::map<std::string, std::uint64_t> served_;  ///< when each account was served last, in turns
};

}  // namespace plumbline::api

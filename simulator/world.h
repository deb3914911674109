#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/answer.h"
#include "simulator/instant.h"
#include "simulator/options.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// Everything that endpoints work on: the account, the clock, and the source of ids.
class World {
 public:
  World(Options options, Clock clock, std::uint64_t seed);

  Options options;
  Account account;
  Ids ids;

  [[nodiscard]] Instant now() const;
  [[nodiscard]] const Semantics& semantics() const { return options.semantics; }

  /// Makes the account empty: no Workers, only the zones of the options.
  void reset();

  /// The current Worker, for a write. 404/10007 if there is none.
  Try<Worker*> worker_to_change(std::string_view name);

  /// To be called before a Worker is made, changed or removed: keeps what readers still see for `read_lag`.
  void before_change(std::string_view name);

  /// In place of before_change() where a Worker is removed and nothing else changes.
  void before_removal(std::string_view name);

  /// Whether a deployed version may bind a Worker of this name, by a service or a Durable Object. Where it says no,
  /// none does: so an account in which few are bound is not searched for each Worker that is deleted.
  [[nodiscard]] bool may_be_bound(std::string_view name);

  /// Puts another account in the place of this one.
  void replace(Account other);

  /// The name of a Worker that is given by its name or its id (the tag).
  [[nodiscard]] std::string name_of_worker(std::string_view name_or_id) const;

  /// The Worker as readers see it, `read_lag` ago. 404/10007 if there is none.
  Try<const Worker*> visible_worker(std::string_view name) const;

  /// All Workers as readers see them, sorted by name. The pointers are valid until the next change.
  [[nodiscard]] std::vector<const Worker*> visible_workers() const;

  /// 404/7003 if the account has no such zone.
  Try<Zone*> zone(std::string_view id);

  /// Drops list items that were made under other semantics.
  void forget_list_items();

 private:
  struct Past {
    Instant replaced;
    std::shared_ptr<const Worker> worker;  ///< null: there was none
  };

  /// The Worker as it was `read_lag` ago, if it has changed since; nullptr otherwise.
  [[nodiscard]] const Past* past_of(std::string_view name) const;

  Clock clock_;
  std::map<std::string, std::deque<Past>, std::less<>> pasts_;
  /// Names that are bound, or were before their binders were removed; nothing: not known since the last other change.
  std::optional<std::set<std::string, std::less<>>> bound_;
};

/// 404 with the message of the real API for an unknown Worker.
std::unexpected<Refusal> no_such_worker();

/// 404/7003 with 7000, the API's answer to unknown paths and identifiers.
std::unexpected<Refusal> no_such_path(std::string_view path);

}  // namespace plumbline::simulator

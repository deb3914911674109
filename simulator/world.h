#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/answer.h"
#include "simulator/instant.h"
#include "simulator/options.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// The account, time and chance: everything that endpoints work on.
class World {
 public:
  World(Options options, Clock clock, std::uint64_t seed);

  Options options;
  Account account;
  Ids ids;

  [[nodiscard]] Instant now() const;
  [[nodiscard]] const Semantics& semantics() const { return options.semantics; }

  /// An account without Workers, with the zones of the options.
  void reset();

  /// The Worker as it is, for a write. 404/10007 if there is none.
  Try<Worker*> worker_to_change(std::string_view name);

  /// Call before a Worker is made, changed or removed: keeps what readers still see for `read_lag`.
  void before_change(std::string_view name);

  /// The Worker as readers see it, `read_lag` behind. 404/10007 if there is none.
  Try<const Worker*> visible_worker(std::string_view name) const;

  /// All Workers as readers see them, by name. Held by the account or by the past of it: valid until
  /// the next change.
  [[nodiscard]] std::vector<const Worker*> visible_workers() const;

  /// 404/7003 if the account has no such zone.
  Try<Zone*> zone(std::string_view id);

  /// Drops list items made under other semantics.
  void forget_list_items();

 private:
  struct Past {
    Instant replaced;
    std::shared_ptr<const Worker> worker;  ///< null: there was none
  };

  /// The Worker as it was `read_lag` ago, if it has changed since; nullptr-in-optional: none then.
  [[nodiscard]] const Past* past_of(std::string_view name) const;

  Clock clock_;
  std::map<std::string, std::deque<Past>, std::less<>> pasts_;
};

/// 404 with the message of the real API for an unknown Worker.
std::unexpected<Refusal> no_such_worker();

/// 404/7003, what the API answers to paths and identifiers that it does not know.
std::unexpected<Refusal> no_such_path(std::string_view path);

}  // namespace plumbline::simulator

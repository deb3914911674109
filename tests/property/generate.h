#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "manifests/worker.h"

/// Random accounts, reproducible from a seed.
namespace plumbline::property {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// In [0, bound).
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// What a repository holds: Workers, their files and the values of their secrets.
struct Repository {
  std::vector<manifests::DesiredWorker> workers;
  std::vector<manifests::DesiredZoneWorker> zone_workers;
  std::map<std::string, std::string> files;    ///< path to bytes
  std::map<std::string, std::string> secrets;  ///< key in the store to value
  std::string revision = "main@sha1:0000000000000000000000000000000000000000";
};

struct Commits {
  Repository first;
  Repository second;
};

/// An edit behind our back, as the simulator's control endpoint takes it; or `remake`, which deletes the resource of
/// that name and makes another under it, `drop-consumer` and `set-consumer` (its batch size) of a queue; or one to a
/// zone, which is then named in place of a Worker: `set-zone-script`, `delete-zone-script`, `set-filter` (whether it is
/// on), `delete-filter`.
struct Edit {
  std::string worker;
  std::string action;
  std::string name;
  Json value;
};

/// Of every Worker that a repository can have.
std::span<const std::string_view> worker_names();

Repository random_repository(Random& random);

/// The next commit: some Workers changed, some gone, some new.
Repository mutated(const Repository& repository, Random& random);

std::vector<Edit> random_edits(const Repository& repository, Random& random);

/// Takes references to Workers that the repository does not have out of the others.
void drop_dangling(Repository& repository);

/// One manifest in words, for a failure's message.
std::string describe(const Repository& repository);

}  // namespace plumbline::property

#include "reconciler/plan/diff.h"

#include <algorithm>
#include <iterator>

#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

bool has_something_to_tell(const PartDiff& diff) {
  return diff.differs() || diff.block || diff.unread_ends || !diff.lines.empty() || !diff.ends.empty() ||
         !diff.notes.empty();
}

template <class Ask>
WorkerDiff collected(const Ask& ask) {
  WorkerDiff diff;
  for (const auto* part : parts()) {
    auto one = ask(*part);
    if (!has_something_to_tell(one)) continue;
    one.part = part;
    diff.parts.push_back(std::move(one));
  }
  return diff;
}

// What was managed when the Worker was applied last stays as it is once the manifest names it no more.
std::vector<ChangeLine> dropped_parts(const Target& target, const LiveWorker* live) {
  std::vector<ChangeLine> lines;
  if (live == nullptr || !live->memory) return lines;
  for (const auto& part : live->memory->managed) {
    if (std::ranges::find(target.managed, part) != target.managed.end()) continue;
    if (!is_managed_secret(part)) {
      lines.push_back({'.', part, "no longer managed, stays as it is"});
    } else if (target.desired->secrets_policy == manifests::SecretsPolicy::keep) {
      lines.push_back({'.', part, "no longer managed, kept"});
    }
  }
  return lines;
}

// Of several the last one: a value that is missing comes before files and histories that are wrong.
std::optional<Block> last(const std::vector<PartDiff>& parts, std::optional<Block> PartDiff::* block) {
  const auto found =
      std::find_if(parts.rbegin(), parts.rend(), [block](const PartDiff& diff) { return (diff.*block).has_value(); });
  return found == parts.rend() ? std::nullopt : (*found).*block;
}

}  // namespace

bool WorkerDiff::empty() const {
  return std::ranges::none_of(parts, &PartDiff::differs);
}

Write WorkerDiff::write() const {
  auto least = Write::none;
  for (const auto& part : parts) least = std::max(least, part.write);
  return least;
}

bool WorkerDiff::is_only_rotation() const {
  return std::ranges::all_of(parts, [](const PartDiff& diff) { return !diff.differs() || diff.only_new_values; });
}

std::vector<ChangeLine> WorkerDiff::lines() const {
  std::vector<ChangeLine> all;
  for (const auto& part : parts) all.insert(all.end(), part.lines.begin(), part.lines.end());
  all.insert(all.end(), dropped.begin(), dropped.end());
  return all;
}

std::vector<Ended> WorkerDiff::ends() const {
  std::vector<Ended> all;
  // What cannot be brought back comes first.
  for (const bool consumers : {false, true}) {
    for (const auto& part : parts) {
      std::ranges::copy_if(part.ends, std::back_inserter(all), [consumers](const Ended& end) {
        return (end.kind == Ended::Kind::queue_consumer) == consumers;
      });
    }
  }
  return all;
}

std::optional<Block> WorkerDiff::block() const {
  return last(parts, &PartDiff::block);
}

std::optional<Block> WorkerDiff::unread_ends() const {
  return last(parts, &PartDiff::unread_ends);
}

const PartDiff* WorkerDiff::of(const Part& part) const {
  const auto found = std::ranges::find(parts, &part, &PartDiff::part);
  return found == parts.end() || !found->differs() ? nullptr : &*found;
}

WorkerDiff diff_worker(const Subject& subject) {
  const View view(subject);
  auto diff = collected([&view](const Part& part) { return part.diff(view); });
  diff.dropped = dropped_parts(*subject.target, subject.live);
  return diff;
}

WorkerDiff diff_of_delete(const Subject& subject) {
  return collected([&subject](const Part& part) { return part.removal(subject); });
}

}  // namespace plumbline::reconciler

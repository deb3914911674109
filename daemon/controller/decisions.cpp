#include "daemon/controller/decisions.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/config/read_file.h"
#include "daemon/controller/durable_file.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} * 1024 * 1024;

bool is_over(const Suspension& suspension, TimePoint now) {
  return suspension.until && *suspension.until <= now;
}

JsonObject document_of(const Suspension& suspension) {
  JsonObject out{{"since", to_rfc3339(suspension.since)}, {"reason", suspension.reason}};
  if (suspension.until) out["until"] = to_rfc3339(*suspension.until);
  return out;
}

Result<Suspension> suspension_from(const Json& json) {
  const auto since = parse_rfc3339(string_member(json, "since"));
  if (!since) return fail("a suspension has no time");
  Suspension suspension{.reason = std::string(string_member(json, "reason")), .since = *since};
  if (member(json, "until") == nullptr) return suspension;
  suspension.until = parse_rfc3339(string_member(json, "until"));
  if (!suspension.until) return fail("the end of a suspension is not a time");
  return suspension;
}

JsonObject document_of(const SourceDecisions& source) {
  JsonObject out;
  if (source.suspension) out["suspension"] = document_of(*source.suspension);
  JsonObject workers;
  for (const auto& [name, suspension] : source.workers) workers[name] = document_of(suspension);
  if (!workers.empty()) out["workers"] = std::move(workers);
  if (source.approved.digest.empty()) return out;
  JsonObject changes;
  for (const auto& [address, digest] : source.approved.changes) changes[address] = digest;
  out["approved"] = {{"digest", source.approved.digest}, {"changes", std::move(changes)}};
  return out;
}

Result<SourceDecisions> source_from(const Json& json) {
  SourceDecisions source;
  if (const auto* suspension = member(json, "suspension")) {
    auto read = suspension_from(*suspension);
    if (!read) return std::unexpected(std::move(read.error()));
    source.suspension = *std::move(read);
  }
  const auto* workers = member(json, "workers");
  if (workers != nullptr && workers->is_object()) {
    for (const auto& entry : workers->get_object()) {
      auto read = suspension_from(entry.value());
      if (!read) return std::unexpected(std::move(read.error()));
      source.workers.emplace(entry.key(), *std::move(read));
    }
  }
  const auto* approved = member(json, "approved");
  if (approved == nullptr) return source;
  source.approved.digest = string_member(*approved, "digest");
  const auto* changes = member(*approved, "changes");
  if (changes == nullptr || !changes->is_object()) return fail("an approval does not say what it is for");
  for (const auto& entry : changes->get_object()) {
    source.approved.changes.emplace(entry.key(), std::string(string_member(*changes, entry.key())));
  }
  return source;
}

bool exists(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 || errno != ENOENT;
}

}  // namespace

std::string how_to_resume(const Suspension& suspension, const std::string& what) {
  return suspension.by == Suspension::By::person ? "plumbline resume " + what
                                                 : "take `suspend: true` out of the configuration";
}

std::string describe(const Suspension& suspension) {
  if (suspension.by == Suspension::By::configuration) return "by the configuration";
  auto text = suspension.until ? "until " + to_rfc3339(*suspension.until) : std::string("until somebody resumes it");
  if (!suspension.reason.empty()) text += ": " + suspension.reason;
  return text;
}

std::string decisions_to_text(const AllDecisions& decisions) {
  JsonObject sources;
  for (const auto& [name, source] : decisions.sources) sources[name] = document_of(source);
  JsonObject out{{"version", 1}, {"sources", std::move(sources)}};
  if (decisions.others) out["others"] = document_of(*decisions.others);
  return to_pretty_text(out);
}

Result<AllDecisions> decisions_from_text(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return fail("it is not JSON: " + json.error().message);
  const auto* version = member(*json, "version");
  if (version == nullptr || *version != Json(1)) return fail("it was written by another version");
  const auto* sources = member(*json, "sources");
  if (sources == nullptr || !sources->is_object()) return fail("it has no sources");
  AllDecisions decisions;
  for (const auto& entry : sources->get_object()) {
    auto source = source_from(entry.value());
    if (!source) return fail("source " + std::string(entry.key()) + ": " + source.error().message);
    decisions.sources.emplace(entry.key(), *std::move(source));
  }
  if (const auto* others = member(*json, "others")) {
    auto read = suspension_from(*others);
    if (!read) return std::unexpected(std::move(read.error()));
    decisions.others = *std::move(read);
  }
  return decisions;
}

Decisions::Decisions(std::string path) : path_(std::move(path)) {
  if (path_.empty() || !exists(path_)) return;
  const auto text = read_file(path_, kLargestFile);
  auto read = text ? decisions_from_text(*text) : Result<AllDecisions>(fail(text.error().message));
  if (read) {
    decisions_ = *std::move(read);
    return;
  }
  problem_ = "the file of suspensions and approvals, " + path_ + ", cannot be read: " + read.error().message;
  decisions_.others = Suspension{.reason = problem_, .since = std::chrono::system_clock::now()};
  std::error_code error;
  std::filesystem::copy_file(path_, path_ + ".corrupt", std::filesystem::copy_options::overwrite_existing, error);
  // Where it cannot be replaced it stays, and the next start says the same.
  if (auto replaced = write_durably(path_, decisions_to_text(decisions_)); !replaced) {
    problem_ += "; and it stays there, because one " + replaced.error().message;
  }
}

SourceDecisions Decisions::of(const std::string& source, TimePoint now) const {
  const auto found = decisions_.sources.find(source);
  if (found == decisions_.sources.end()) return {.suspension = decisions_.others, .workers = {}, .approved = {}};
  auto decided = found->second;
  if (decided.suspension && is_over(*decided.suspension, now)) decided.suspension.reset();
  std::erase_if(decided.workers, [now](const auto& worker) { return is_over(worker.second, now); });
  return decided;
}

std::optional<TimePoint> Decisions::next_end(const std::string& source, TimePoint now) const {
  const auto decided = of(source, now);
  std::optional<TimePoint> next;
  const auto look = [&next](const Suspension& suspension) {
    if (suspension.until) next = next ? std::min(*next, *suspension.until) : suspension.until;
  };
  if (decided.suspension) look(*decided.suspension);
  for (const auto& [name, suspension] : decided.workers) look(suspension);
  return next;
}

AllDecisions Decisions::with(const std::string& source, const std::function<void(SourceDecisions&)>& change) const {
  auto decisions = decisions_;
  auto decided = of(source, std::chrono::system_clock::now());
  change(decided);
  // One that decides nothing is kept only where its absence would mean something else.
  if (decided == SourceDecisions() && !decisions.others) {
    decisions.sources.erase(source);
  } else {
    decisions.sources.insert_or_assign(source, std::move(decided));
  }
  return decisions;
}

}  // namespace plumbline::daemon

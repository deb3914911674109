#include "reconciler/plan/ends.h"

#include <fmt/format.h>

#include <algorithm>

#include "manifests/wrangler/wrangler_config.h"

namespace plumbline::reconciler {
namespace {

using Kind = Ended::Kind;
using Road = Ended::Road;

std::string message_of(const Ended& end) {
  const auto data = fmt::format("the data of the Durable Object class \"{}\"", end.name);
  switch (end.road) {
    case Road::migration:
      return fmt::format("migration \"{}\" destroys {}", end.by, data);
    case Road::export_deleted:
      if (end.kind == Kind::workflow) return "exports ends the instances of the workflow \"" + end.name + "\"";
      return fmt::format("exports.{} says that the class is deleted, which destroys {}", end.name, data);
    case Road::export_omitted:
      return fmt::format("exports does not name the Durable Object class \"{}\", so its data may be destroyed",
                         end.name);
    case Road::export_transferred:
      if (end.by.empty()) {
        return fmt::format("exports.{} hands {} over, but names no Worker that takes it", end.name, data);
      }
      return fmt::format(
          "exports.{} hands {} to Worker \"{}\". That Worker does not expect the class, or has one of that name",
          end.name, data, end.by);
    case Road::export_occupied:
      return fmt::format("exports.{} is renamed to \"{}\", which has data of its own that may be lost", end.by,
                         end.name);
    case Road::left_out:
      return fmt::format(
          "queue_consumers leaves out the queue \"{}\". Some days after it has no consumer any more, its messages are "
          "lost",
          end.name);
    case Road::worker_deleted:
      break;
  }
  if (end.kind == Kind::workflow) {
    return "deleting it leaves the instances of its workflow " + end.name + " without the code that they need to go on";
  }
  if (end.kind == Kind::queue_consumer) {
    return fmt::format(
        "deleting it leaves the queue \"{}\" without a consumer, and its messages are lost after some "
        "days",
        end.name);
  }
  return end.name.empty() ? "deleting it destroys the data of its Durable Objects" : "deleting it destroys " + data;
}

// What may be done instead, where there is something.
std::string instead_of(const Ended& end, const std::string& worker) {
  if (end.road == Road::export_omitted) {
    return fmt::format("name it under exports, such as {}: {{type: durable-object, storage: sqlite}}, or ", end.name);
  }
  if (end.road == Road::export_transferred && !end.by.empty()) {
    return fmt::format("write `state: expecting-transfer, transfer_from: {}` for it under exports of \"{}\", or ",
                       worker, end.by);
  }
  return {};
}

std::string override_of(const Ended& end, const std::string& worker, const Target* target) {
  const auto by_source = fmt::format("add \"{}\" to allow_data_loss of the source", worker);
  // A wrangler config has no place for the other way.
  if (target == nullptr || target->desired->written_as == manifests::WrittenAs::wrangler_config) {
    return instead_of(end, worker) + by_source;
  }
  return fmt::format("{}add \"{}\" to allow_data_loss under metadata, or \"{}\" to allow_data_loss of the source",
                     instead_of(end, worker), end.road == Road::migration ? end.by : end.name, worker);
}

bool is_meant(const Ended& end, const Target* target) {
  if (target == nullptr) return false;
  const auto& allowed = target->desired->allow_data_loss;
  const auto names = [&allowed](const std::string& name) { return std::ranges::find(allowed, name) != allowed.end(); };
  return names(end.name) || (end.road == Road::migration && names(end.by));
}

}  // namespace

std::vector<ChangeLine> end_lines(const std::vector<Ended>& ends) {
  std::vector<ChangeLine> lines;
  for (const auto& end : ends) {
    if (end.kind == Kind::queue_consumer) continue;
    std::string what = "deletes Durable Object class " + end.name;
    if (end.kind == Kind::workflow) what = "ends the instances of workflow " + end.name;
    if (end.name.empty()) what = "deletes its Durable Objects";
    std::string detail;
    if (end.road == Road::export_omitted) detail = "exports does not name it";
    if (end.road == Road::export_transferred) detail = "handed to " + end.by + ", which does not expect it";
    if (end.road == Road::export_occupied) detail = end.by + " takes its name";
    lines.push_back({'!', std::move(what), std::move(detail), {}});
  }
  return lines;
}

std::optional<Block> data_loss_block(const std::string& worker, const std::vector<Ended>& ends, const Target* target,
                                     const Policy& policy) {
  if (policy.allow_data_loss.contains(worker)) return std::nullopt;
  const auto found = std::ranges::find_if(ends, [target](const Ended& end) { return !is_meant(end, target); });
  if (found == ends.end()) return std::nullopt;
  return Block{Reason::data_loss, message_of(*found), override_of(*found, worker, target)};
}

}  // namespace plumbline::reconciler

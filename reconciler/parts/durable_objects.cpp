#include <fmt/format.h>

#include <algorithm>

#include "reconciler/parts/exports.h"
#include "reconciler/parts/lacking_classes.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kMigrations = "migrations";

// Whether a write of the Worker might end a class, so that those that exist have to be read.
bool may_end_classes(const Subject& subject) {
  const auto* exports = stated_exports(*subject.target);
  return exports != nullptr && (subject.live != nullptr || has_tombstones(*exports));
}

std::optional<Block> unread_classes(const LiveState& live) {
  if (live.durable_classes.items.is_known()) return std::nullopt;
  return unread_block("the Durable Object classes of the account", live.durable_classes.failure);
}

void add_list(const Subject& subject, Reads& reads) {
  if (subject.account->live->durable_classes.is_unread()) reads.push_back({Read::Kind::durable_classes});
}

JsonArray steps_of(std::span<const manifests::DesiredMigration> migrations) {
  JsonArray out;
  for (const auto& migration : migrations) out.push_back({{"tag", migration.tag}, {"steps", migration.steps}});
  return out;
}

/// Durable Object classes, as far as they are data: migrations bring them, and migrations, exports and the end of their
/// Worker end them. The settings part writes `exports`.
class DurableObjectsPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return kMigrations; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    if (worker.migrations) managed.emplace_back(kMigrations);
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    if (!target.desired->migrations) return;
    JsonArray history;
    for (const auto& migration : *target.desired->migrations) {
      history.push_back(JsonArray{migration.tag, migration.steps});
    }
    identity[kMigrations] = std::move(history);
  }

  void add_reads_to_write(const Subject& subject, Write /*write*/, Reads& reads) const override {
    if (may_end_classes(subject) || may_lack_classes(*subject.target, subject.live)) add_list(subject, reads);
  }
  void add_reads_to_delete(const Subject& subject, Reads& reads) const override { add_list(subject, reads); }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    diff.lines = migration_lines(*view.target, view.live);
    if (!pending_migrations(*view.target, view.live).empty()) {
      diff.needs(Write::upload);
      diff.why = "bring the migrations";
    }
    for (auto& [tag, name] : destroyed_by_migrations(*view.target, view.live)) {
      diff.ends.push_back({Ended::Kind::durable_object_class, Ended::Road::migration, std::move(name), std::move(tag)});
    }
    for (auto& end : ended_by_exports(*view.target, view.live, *view.account)) diff.ends.push_back(std::move(end));
    if (may_end_classes(view)) diff.unread_ends = unread_classes(*view.account->live);
    diff.block = migration_block(*view.target, view.live, *view.account->live, *view.account->policy);
    if (view.live != nullptr) diff.notes = lacking_class_notes(*view.target, *view.live, *view.account->live);
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& /*line*/) const override { return Witness::version; }

  [[nodiscard]] PartDiff removal(const Subject& subject) const override {
    PartDiff diff;
    const auto classes = classes_of(subject.name(), subject.live, *subject.account->live);
    for (const auto& name : classes)
      diff.ends.push_back({Ended::Kind::durable_object_class, Ended::Road::worker_deleted, name, {}});
    // It has had classes, and no list tells whether some are left.
    if (classes.empty() && !live_migration_tag(subject.live).empty()) {
      diff.ends.push_back({Ended::Kind::durable_object_class, Ended::Road::worker_deleted, {}, {}});
    }
    diff.unread_ends = unread_classes(*subject.account->live);
    diff.block = taken_class_block(subject, classes);
    return diff;
  }

  void write(const View& view, const PartDiff* /*own*/, VersionDraft& draft) const override {
    const auto pending = pending_migrations(*view.target, view.live);
    if (draft.uploads() && !pending.empty()) draft.set(kMigrations, migrations_metadata(pending, view.live));
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    if (view.desired().migrations) state["migration_tag"] = live_migration_tag(view.live);
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    const auto& migrations = subject.desired().migrations;
    if (!migrations) return;
    state["migration_tag"] = migrations->empty() ? "" : migrations->back().tag;
    if (auto pending = steps_of(pending_migrations(*subject.target, subject.live)); !pending.empty()) {
      state[kMigrations] = std::move(pending);
    }
  }

 private:
  // A class that another manifest's migration takes over: the delete waits until it is seen there.
  static std::optional<Block> taken_class_block(const Subject& subject, const DurableClasses::Names& classes) {
    for (const auto& target : *subject.account->targets) {
      const auto& workers = subject.account->live->workers;
      const auto worker = workers.find(target.desired->name);
      const auto* taker = worker != workers.end() ? &worker->second : nullptr;
      for (const auto& [name, from] : taken_by_migrations(target, taker)) {
        if (from != subject.name() || !classes.contains(name)) continue;
        const auto heir = worker_address(target.desired->name);
        return Block{.reason = Reason::dependency_not_ready,
                     .message = fmt::format("its Durable Object class {} goes to {} first", name, heir),
                     .override_with = "apply; the Worker is deleted once the class is seen there",
                     .waits_for = {heir}};
      }
    }
    return std::nullopt;
  }
};

}  // namespace

const Part& durable_objects_part() {
  static const DurableObjectsPart part;
  return part;
}

}  // namespace plumbline::reconciler

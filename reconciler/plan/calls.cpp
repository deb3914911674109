#include "reconciler/plan/calls.h"

#include <algorithm>

#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

// The service refuses to change settings or secrets while the newest version is not the active one (10214, 10215); an
// upload works, and deploys one.
bool is_stuck(const LiveWorker* live) {
  return live != nullptr && newest_is_not_active(*live);
}

std::string why_of(Write write, const WorkerDiff& diff, const LiveWorker* live) {
  if (write == Write::script_settings) return "change what needs no new version";
  if (write == Write::version) return "change settings, bindings or secrets in one version";
  if (live == nullptr) return "create the Worker";
  const auto first = std::ranges::find(diff.parts, Write::upload, &PartDiff::write);
  return first != diff.parts.end() ? first->why : "make a version anew";
}

class CallList {
 public:
  CallList(const Subject& subject, const WorkerDiff& diff, const std::string& revision)
      : view_(subject), diff_(diff), revision_(revision), write_(least_write(diff, subject.live)) {}

  WorkerCalls run() {
    add_all(&PartDiff::first);
    if (write_ != Write::none) add_write();
    add_all(&PartDiff::then);
    for (const auto* part : parts()) {
      if (auto value = part->value_after(view_, diff_.of(*part))) {
        out_.parts_after.emplace(part->name(), std::move(*value));
      }
    }
    return std::move(out_);
  }

 private:
  void add_all(std::vector<PlannedCall> PartDiff::* calls) {
    for (const auto& part : diff_.parts) add(part.*calls);
  }
  void add(const std::vector<PlannedCall>& calls) { out_.calls.insert(out_.calls.end(), calls.begin(), calls.end()); }

  void add_write() {
    VersionDraft draft(view_, write_);
    for (const auto* part : parts()) part->write(view_, diff_.of(*part), draft);
    add(draft.before());
    const bool any_alone = std::ranges::any_of(diff_.parts, [](const PartDiff& part) { return !part.alone.empty(); });
    // What makes a version by itself is refused as well as long as the newest one is not active.
    const bool upload_first = any_alone && is_stuck(view_.live);
    if (!upload_first) add_all(&PartDiff::alone);
    out_.calls.push_back(draft.call(why_of(write_, diff_, view_.live), revision_));
    if (upload_first) {
      add_all(&PartDiff::alone);
      out_.calls.push_back(draft.attesting_call(revision_));
    }
    out_.notes = draft.notes();
  }

  View view_;
  const WorkerDiff& diff_;
  const std::string& revision_;
  Write write_;
  WorkerCalls out_;
};

}  // namespace

Write least_write(const WorkerDiff& diff, const LiveWorker* live) {
  const auto write = diff.write();
  return write == Write::version && is_stuck(live) ? Write::upload : write;
}

WorkerCalls calls_for(const Subject& subject, const WorkerDiff& diff, const std::string& revision) {
  return CallList(subject, diff, revision).run();
}

PlannedCall delete_call(const std::string& name, std::string why) {
  return {"delete_script", {{"script_name", name}}, std::move(why)};
}

}  // namespace plumbline::reconciler

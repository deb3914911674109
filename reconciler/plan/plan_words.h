#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/model/plan.h"

/// What is said of a plan in every form that is for people. Raw: whoever writes it out makes it printable.
namespace plumbline::reconciler {

/// `+`, `~`, `-`, `.`
char symbol_of(Action action);

/// Beside a Worker's name: its file where it is new, else why and by which calls it changes.
std::string headline_of(const WorkerChange& change);

struct DriftLine {
  std::string address;
  std::string what;  ///< `binding GREETING "hello" -> "hi" (edited in the dashboard by a@example.com, 2026-…)`
};
/// Whether an edit is shown with the e-mail address of its author: not where everybody reads it.
enum class Authors { named, unnamed };
/// What was changed behind our back since the last apply.
std::vector<DriftLine> drift_of(const Plan& plan, Authors authors);

/// Whether an apply would undo some of that.
bool overwrites_edits(const Plan& plan);

/// `Plan: 1 to add, 2 to change, 0 to destroy.` or `No changes. …`, then what there is to say beside it. Tools read the
/// first line. `where`: where the reader finds blocks and errors, `above` or `below`.
std::vector<std::string> summary_of(const Plan& plan, std::string_view where);

}  // namespace plumbline::reconciler

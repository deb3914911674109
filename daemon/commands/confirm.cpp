#include "daemon/commands/confirm.h"

namespace plumbline::daemon {
namespace {

Consent refuse(std::string message) {
  return {Consent::Kind::refuse, std::move(message)};
}

}  // namespace

Consent consent_for(const reconciler::Plan& plan, Approval approval, std::string_view digest, Terminal terminal) {
  // The digest of an incomplete plan covers only what happens to be known, so it approves nothing.
  if (!digest.empty() && !plan.complete) {
    return refuse("the plan is incomplete, so that its digest cannot be compared with --digest");
  }
  if (!digest.empty() && plan.digest != digest) {
    return refuse("the plan has changed: its digest is " + plan.digest +
                  ", not the one of --digest; review it and give the new digest");
  }
  if (!plan.has_writes()) return {Consent::Kind::nothing_to_do, {}};
  if (approval == Approval::given) return {Consent::Kind::go, {}};
  if (terminal == Terminal::absent) {
    return refuse("there is no terminal to ask at: give --yes to apply without asking");
  }
  return {Consent::Kind::ask, {}};
}

bool is_yes(std::string_view answer) {
  while (answer.ends_with('\n') || answer.ends_with('\r') || answer.ends_with(' ')) {
    answer.remove_suffix(1);
  }
  while (answer.starts_with(' ')) answer.remove_prefix(1);
  return answer == "yes";
}

}  // namespace plumbline::daemon

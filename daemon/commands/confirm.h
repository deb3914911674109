#pragma once

#include <string>
#include <string_view>

#include "daemon/commands/command_line.h"
#include "reconciler/model/plan.h"

/// Decides whether an apply may proceed. Pure: the caller asks at the terminal.
namespace plumbline::daemon {

enum class Terminal { present, absent };

struct Consent {
  enum class Kind {
    go,             ///< apply
    nothing_to_do,  ///< the plan writes nothing
    ask,            ///< read an answer from the terminal
    refuse,         ///< do not apply; `message` says why
  };
  Kind kind = Kind::refuse;
  std::string message;
};

Consent consent_for(const reconciler::Plan& plan, Approval approval, std::string_view digest, Terminal terminal);

/// Whether the typed answer allows the apply: only `yes` does.
bool is_yes(std::string_view answer);

}  // namespace plumbline::daemon

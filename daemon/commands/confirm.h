#pragma once

#include <string>
#include <string_view>

#include "daemon/commands/command_line.h"
#include "reconciler/model/plan.h"

/// Whether an apply may go on: pure, the terminal is asked by the caller.
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

/// Whether what a person typed allows the apply: `yes`, and nothing else.
bool is_yes(std::string_view answer);

}  // namespace plumbline::daemon

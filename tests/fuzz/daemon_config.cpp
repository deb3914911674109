#include "daemon/config/config.h"

#include "tests/fuzz/fuzz.h"

namespace plumbline::fuzz {

void run(std::string_view input) {
  const auto result = daemon::parse_config("/etc/plumbline/plumbline.yaml", input);
  for (const auto& diagnostic : result.diagnostics) {
    require(!to_text(diagnostic).contains('\n'), "a diagnostic is one line");
  }
  if (has_errors(result.diagnostics)) return;
  require(!result.config.instance.empty(), "an instance has a name");
  for (const auto& [name, source] : result.config.sources) {
    require(result.config.accounts.contains(source.account), "the account of a source is there");
  }
  for (const auto& [name, account] : result.config.accounts) {
    require(result.config.budgets.contains(account.budget), "the budget of an account is there");
  }
}

}  // namespace plumbline::fuzz

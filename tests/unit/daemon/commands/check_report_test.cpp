#include "daemon/commands/check_report.h"

#include <doctest/doctest.h>

#include "base/json.h"

namespace plumbline::daemon {
namespace {

const CheckRows kRows{{CheckResult::ok, "journal", "/var/lib/journal.db"},
                      {CheckResult::failed, "accounts.main.account", "403\nforged", "correct it"}};

TEST_CASE("each check is one line, in columns, and what others say cannot begin another") {
  CHECK(check_lines(kRows) ==
        "ok       journal                /var/lib/journal.db\n"
        "failed   accounts.main.account  403\\x0aforged; correct it\n");
}

TEST_CASE("a program gets the same rows as JSON") {
  CHECK(to_text(check_document(kRows)) ==
        R"({"format_version":"1.0","errored":true,"checks":[)"
        R"({"result":"ok","what":"journal","detail":"/var/lib/journal.db","mend":null},)"
        R"({"result":"failed","what":"accounts.main.account","detail":"403\nforged","mend":"correct it"}]})");
}

TEST_CASE("a warning alone is no failure") {
  CHECK(has_failed(kRows));
  CHECK_FALSE(has_failed({{CheckResult::warning, "clock", "a minute behind"}}));
  CHECK_FALSE(has_failed({}));
}

}  // namespace
}  // namespace plumbline::daemon

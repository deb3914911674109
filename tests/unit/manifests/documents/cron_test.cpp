#include "manifests/documents/cron.h"

#include <doctest/doctest.h>

#include <regex>
#include <vector>

// Against the grammar of github.com/cloudflare/saffron, with which the service reads crons.
namespace plumbline::manifests {
namespace {

const std::vector<const char*> kGoodCrons{"* * * * *",
                                          "0 0 1 1 1",
                                          "59 23 31 12 7",
                                          "*/59 */23 */30 */11 */6",
                                          "007 007 007 007 007",
                                          "*/5 * * * *",
                                          "0-30/10 * * * *",
                                          "5/15 * * * *",
                                          "1,2,30-40,50/3 * * * *",
                                          "1,*/2 * * * *",
                                          "* * * JAN *",
                                          "* * * jan-Mar/2 *",
                                          "* * * 1,FEB,3-5 *",
                                          "* * * * SUN",
                                          "* * * * mon-fri",
                                          "* * * * 2,FRI",
                                          "0 17 * * sun",
                                          "10 7 * * mon-fri",
                                          "0 15 1 * *",
                                          "0 18 * * 6L",
                                          "0 18 * * friL",
                                          "59 23 LW * *",
                                          "0 0 L * *",
                                          "0 0 L-3 * *",
                                          "0 0 L-30W * *",
                                          "0 0 15W * *",
                                          "0 0 * * 1#2",
                                          "0 0 * * MON#5",
                                          "0 0 * * L",
                                          "* 22-2 * * *",
                                          "* * * NOV-FEB *",
                                          "* * * * FRI-MON",
                                          "50-10/5 * 28-3 * *",
                                          "*\t*  * \t * *"};

const std::vector<const char*> kBadCrons{"",
                                         "*",
                                         "* * * *",
                                         "* * * * * *",
                                         " * * * * *",
                                         "* * * * * ",
                                         "@daily",
                                         "99 * * * *",
                                         "60 * * * *",
                                         "* 24 * * *",
                                         "* * 0 * *",
                                         "* * 32 * *",
                                         "* * * 0 *",
                                         "* * * 13 *",
                                         "* * * * 0",
                                         "* * * * 8",
                                         "* * * * 1-8",
                                         "* * * * 0-6",
                                         "*/0 * * * *",
                                         "*/60 * * * *",
                                         "* */24 * * *",
                                         "* * */31 * *",
                                         "* * * */12 *",
                                         "* * * * */7",
                                         "1-2/0 * * * *",
                                         "-1 * * * *",
                                         "1- * * * *",
                                         "1-2-3 * * * *",
                                         "1, * * * *",
                                         ",1 * * * *",
                                         "1,,2 * * * *",
                                         "*,1 * * * *",
                                         "*5 * * * *",
                                         "1.5 * * * *",
                                         "?  * * * *",
                                         "* * ? * *",
                                         "* * * * ?",
                                         "L * * * *",
                                         "* L * * *",
                                         "* * * L *",
                                         "* * 1,L * *",
                                         "* * L,1 * *",
                                         "* * L-0 * *",
                                         "* * L-31 * *",
                                         "* * WL * *",
                                         "* * 15W,16 * *",
                                         "* * 1-5W * *",
                                         "* * * * 1#0",
                                         "* * * * 1#6",
                                         "* * * * #1",
                                         "* * * * LW",
                                         "* * * * 5W",
                                         "* * * * MONDAY",
                                         "* * * * MO",
                                         "* * * FOO *",
                                         "* * JAN * *",
                                         "MON * * * *",
                                         "99999999999999999999 * * * *",
                                         "every five minutes now ok",
                                         "* * * * *\n",
                                         "* * * * * # often"};

}  // namespace

TEST_CASE("a cron is what the service takes, in every form that it has") {
  for (const char* cron : kGoodCrons) CHECK_MESSAGE(!cron_problem(cron), cron);
  for (const char* cron : kBadCrons) CHECK_MESSAGE(cron_problem(cron).has_value(), cron);
}

TEST_CASE("the pattern of crons that editors get says the same") {
  const std::regex pattern(cron_pattern());
  for (const char* cron : kGoodCrons) CHECK_MESSAGE(std::regex_search(cron, pattern), cron);
  for (const char* cron : kBadCrons) CHECK_MESSAGE(!std::regex_search(cron, pattern), cron);
  for (std::size_t field = 0; field < 5; ++field) {
    for (const char* form : {"", "*/", "L-", "1#"}) {
      for (int number = 0; number < 100; ++number) {
        std::string cron;
        for (std::size_t i = 0; i < 5; ++i) {
          cron += (i > 0 ? " " : "") + (i == field ? form + std::to_string(number) : std::string("*"));
        }
        CHECK_MESSAGE(std::regex_search(cron, pattern) == !cron_problem(cron), cron);
      }
    }
  }
}

TEST_CASE("a problem of a cron names the field and what it may hold") {
  CHECK(cron_problem("99 * * * *") == "has its minute out of range: 0 to 59");
  CHECK(cron_problem("* 24 * * *") == "has its hour out of range: 0 to 23");
  CHECK(cron_problem("* * 0 * *") == "has its day of the month out of range: 1 to 31");
  CHECK(cron_problem("* * * 13 *") == "has its month out of range: 1 to 12, or JAN to DEC");
  CHECK(cron_problem("* * * * 0") == "has its day of the week out of range: 1 (Sunday) to 7, or SUN to SAT");
  CHECK(cron_problem("*/0 * * * *") == "has a step of its minute out of range: 1 to 59");
  CHECK(cron_problem("* * L-40 * *") == "has an offset from L out of range: 1 to 30");
  CHECK(cron_problem("* * * * 2#6") == "has a # out of range: 1 to 5");
  CHECK(cron_problem("* * ? * *") == "may hold no ?: write * in its place");
  CHECK(cron_problem("* * * * fr") ==
        "has no day of the week that a cron expression may have: 1 (Sunday) to 7, or SUN to SAT, *, a range, a step or "
        "a list");
  const std::string form = "must be a cron expression of five fields such as */5 * * * *";
  CHECK(cron_problem("* * * *") == form);
  CHECK(cron_problem("* * * * * *") == form + ", without seconds");
  CHECK(cron_problem("@hourly") == form + "; names such as @daily are not taken");
}

}  // namespace plumbline::manifests

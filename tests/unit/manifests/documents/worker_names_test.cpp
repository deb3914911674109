#include "manifests/documents/worker_names.h"

#include <doctest/doctest.h>

#include <regex>

namespace plumbline::manifests {

TEST_CASE("a Worker may have every name that the API's documentation or wrangler allows, up to 63 characters") {
  for (const char* both : {"a", "a1", "a-b_c", "shop-2"}) {
    CAPTURE(both);
    CHECK_FALSE(worker_name_problem(both));
    CHECK_FALSE(wrangler_name_problem(both));
    CHECK_FALSE(worker_name_doubt(both));
  }
  for (const char* of_wrangler :
       {"404-page", "2fa-worker", "_internal", "404", "02-user-password", "worker-", "_", "a_"}) {
    CAPTURE(of_wrangler);
    CHECK_FALSE(worker_name_problem(of_wrangler));
    CHECK_FALSE(wrangler_name_problem(of_wrangler));
    CHECK(worker_name_doubt(of_wrangler)->starts_with("the API's documentation does not allow this name: it must "));
  }
  for (const char* documented : {"My-App", "A", "a-B1"}) {
    CAPTURE(documented);
    CHECK_FALSE(worker_name_problem(documented));
    CHECK(wrangler_name_problem(documented) == "may hold no capital letters");
    CHECK(worker_name_doubt(documented) == "wrangler does not allow this name: it may hold no capital letters");
  }
  for (const char* neither : {"", "-a", "-", "a.b", "a b", "7Up", "_A", "My-", "bücher", "a/b"}) {
    CAPTURE(neither);
    CHECK(worker_name_problem(neither));
    CHECK(wrangler_name_problem(neither));
    CHECK_FALSE(worker_name_doubt(neither));
  }
  CHECK_FALSE(worker_name_problem(std::string(63, 'a')));
  CHECK(worker_name_problem(std::string(64, 'a')) == "may have at most 63 characters");
  // wrangler counts none; whether the service takes it is for the service to say.
  CHECK_FALSE(wrangler_name_problem(std::string(64, 'a')));
}

TEST_CASE("the pattern of names that editors get says the same as the rule") {
  const std::regex pattern{std::string(kWorkerNamePattern)};
  for (const std::string& name :
       {std::string("a"), std::string("A"), std::string("7"), std::string("_"), std::string("-"), std::string("7Up"),
        std::string("My-App"), std::string("My-"), std::string("a-"), std::string("a b"), std::string(),
        std::string(63, 'a'), std::string(64, 'a'), std::string(63, '7'), 'A' + std::string(62, 'a'),
        'A' + std::string(63, 'a')}) {
    CHECK_MESSAGE(std::regex_match(name, pattern) == !worker_name_problem(name), name);
  }
}

}  // namespace plumbline::manifests

#include "reconciler/model/planned_call.h"

#include <doctest/doctest.h>

using namespace plumbline;
using namespace plumbline::reconciler;

TEST_SUITE("planned calls") {
  TEST_CASE("names are escaped in the path, the query is that of the row, and the account may be left open") {
    const PlannedCall call{"delete_secret", {{"script_name", "shop"}, {"secret_name", "A/B ü?"}}};
    CHECK(call.path() == "/accounts/{account_id}/workers/scripts/shop/secrets/A%2FB%20%C3%BC%3F");
    CHECK(call.target("acc") == "/accounts/acc/workers/scripts/shop/secrets/A%2FB%20%C3%BC%3F?url_encoded=true");
    CHECK(call.parameter("secret_name") == "A/B ü?");
    CHECK(call.parameter("zone_id").empty());
    CHECK(call.is("delete_secret"));
    CHECK_FALSE(call.is("delete_script"));
  }
}

#include "daemon/controller/account_mend.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

const AccountConfig kLab{.name = "lab",
                         .account_id = "023e105f4ecef8ad9ca31a8372d0c353",
                         .api_base_url = "https://api.example.com/client/v4"};

std::string mend(api::ErrorKind kind, int status, int code) {
  return account_mend({.kind = kind, .operation = "list_scripts", .status = status, .code = code}, kLab);
}

TEST_CASE("a wrong account is told to be corrected, not to be tried again later") {
  const auto routed = mend(api::ErrorKind::invalid, 404, 7003);
  CHECK(routed.contains("023e105f4ecef8ad9ca31a8372d0c353"));
  CHECK(routed.contains("CLOUDFLARE_ACCOUNT_ID"));
  const auto refused = mend(api::ErrorKind::forbidden, 403, 10000);
  CHECK(refused.contains("the token"));
  CHECK(refused.contains("CLOUDFLARE_ACCOUNT_ID"));
}

TEST_CASE("an answer that is none of the API's is told to be of another server") {
  for (const auto& [kind, status] : {std::pair{api::ErrorKind::not_found, 404},
                                     {api::ErrorKind::lost_answer, 200},
                                     {api::ErrorKind::forbidden, 403},
                                     {api::ErrorKind::server, 301}}) {
    CAPTURE(status);
    CHECK(mend(kind, status, 0).contains("https://api.example.com/client/v4 does not speak as the API does"));
  }
}

TEST_CASE("an answer that may have been cut short is told to be looked at again first") {
  CHECK(mend(api::ErrorKind::lost_answer, 200, 0).contains("; if it stays so, correct api_base_url"));
  CHECK(mend(api::ErrorKind::not_found, 404, 0).contains(": correct api_base_url"));
}

TEST_CASE("what mends itself needs nothing") {
  CHECK(mend(api::ErrorKind::server, 502, 0).empty());
  CHECK(mend(api::ErrorKind::rate_limited, 429, 971).empty());
  CHECK(mend(api::ErrorKind::unreachable, 0, 0).contains("check the network"));
}

}  // namespace
}  // namespace plumbline::daemon

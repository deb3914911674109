#include "api/reaction.h"

#include <doctest/doctest.h>

#include "api/classify.h"
#include "api/operation_table.h"

namespace plumbline::api {
namespace {

// As the client makes it of an answer.
Error told(OperationRef operation, int status, int code) {
  Error error;
  error.operation = operation->name;
  error.status = status;
  error.code = code;
  error.kind = classify(*operation, status, code);
  return error;
}

TEST_CASE("what is done about an error follows from status, code and operation together") {
  struct Row {
    OperationRef operation;
    int status;
    int code;
    Reaction expected;
  };
  const Row rows[] = {
      {"upload_script", 429, 0, Reaction::wait},
      {"upload_script", 200, 971, Reaction::wait},
      {"upload_script", 500, 10013, Reaction::look_again},
      {"upload_script", 412, 10079, Reaction::plan_again},
      {"upload_script", 409, 10035, Reaction::plan_again},
      {"patch_settings", 400, 10214, Reaction::deploy_first},
      {"delete_secret", 400, 10215, Reaction::deploy_first},
      {"put_domain", 409, 100116, Reaction::take_over},
      {"put_domain", 409, 100117, Reaction::ask_user},
      {"upload_script", 400, 10021, Reaction::ask_user},
      {"upload_script", 403, 10037, Reaction::ask_user},
      {"get_settings", 404, 10007, Reaction::not_there},
      {"get_settings", 404, 7003, Reaction::ask_user},
      {"delete_secret", 404, 10056, Reaction::not_there},
      // The credentials: for the account, for one zone, for one session of uploads.
      {"upload_script", 401, 10000, Reaction::stop_account},
      {"list_scripts", 403, 9109, Reaction::stop_account},
      {"create_route", 403, 10000, Reaction::skip_zone},
      {"put_domain", 403, 0, Reaction::skip_zone},
      {"put_zone_script", 403, 0, Reaction::skip_zone},
      {"upload_assets", 401, 0, Reaction::open_session},
  };
  for (const auto& row : rows) {
    CAPTURE(row.operation->name);
    CAPTURE(row.code);
    const auto error = told(row.operation, row.status, row.code);
    CHECK(reaction(error) == row.expected);
    CHECK(concerns_account(error) == (row.expected == Reaction::stop_account));
    CHECK(is_unresolved(error) == (row.expected == Reaction::look_again));
  }
}

TEST_CASE("what no server told has its reaction by its kind") {
  CHECK(reaction(own_error(ErrorKind::local, "m")) == Reaction::ask_user);
  CHECK(reaction(own_error(ErrorKind::stale_source, "m")) == Reaction::read_source);
  CHECK(reaction(own_error(ErrorKind::forbidden, "m")) == Reaction::stop_account);
  CHECK(reaction(own_error(ErrorKind::unreachable, "m")) == Reaction::try_later);
  CHECK(reaction(own_error(ErrorKind::lost_answer, "m")) == Reaction::look_again);
  CHECK(reaction(own_error(ErrorKind::cancelled, "m")) == Reaction::end);
  CHECK(reaction(own_error(ErrorKind::blocked, "m")) == Reaction::pause_account);
  CHECK(concerns_account(own_error(ErrorKind::blocked, "m")));
}

TEST_CASE("only a code of the row says that what the path names is gone") {
  const auto gone = [](OperationRef operation, int status, int code) {
    return is_gone(*operation, told(operation, status, code));
  };
  CHECK(gone("delete_script", 404, 10007));
  CHECK_FALSE(gone("delete_script", 404, 10090));
  CHECK_FALSE(gone("delete_script", 404, 7003));
  CHECK_FALSE(gone("delete_script", 404, 0));
  CHECK_FALSE(gone("delete_script", 500, 10007));
  CHECK(gone("get_settings", 404, 10090));
  CHECK(gone("get_workflow", 404, 10200));
  CHECK(gone("delete_domain", 404, 100114));
  // No source says by which code.
  CHECK_FALSE(gone("delete_queue_consumer", 404, 11000));
}

TEST_CASE("right after an upload a call may have come too soon, as its row says by which sign") {
  const auto too_soon = [](OperationRef operation, int status, int code) {
    return may_have_come_too_soon(*operation, told(operation, status, code));
  };
  CHECK(too_soon("create_route", 400, 10019));
  CHECK(too_soon("put_domain", 404, 10007));
  CHECK_FALSE(too_soon("create_route", 500, 0));
  CHECK(too_soon("post_subdomain", 500, 10013));
  CHECK(too_soon("post_subdomain", 404, 10007));
  CHECK_FALSE(too_soon("upload_script", 404, 10007));
}

TEST_CASE("an account without the beta API is told from a version that is not there") {
  const auto lacks = [](int status, int code) {
    return lacks_beta(*OperationRef("get_beta_version"), told("get_beta_version", status, code));
  };
  CHECK(lacks(404, 7003));
  CHECK(lacks(404, 0));
  CHECK(lacks(403, 10000));
  CHECK_FALSE(lacks(404, 100146));
  CHECK_FALSE(lacks(404, 10007));
  CHECK_FALSE(lacks(500, 0));
}

}  // namespace
}  // namespace plumbline::api

#include "daemon/controller/source_access.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

TEST_CASE("a suspended source writes nothing") {
  SourceConfig source{.name = "prod", .policy = reconciler::Prune::sync};
  CHECK(policy_of(source, "edge").prune == reconciler::Prune::sync);
  CHECK(to_string(policy_of(source, "edge").owner) == "edge/prod");
  source.suspend = true;
  CHECK(policy_of(source, "edge").prune == reconciler::Prune::report);
}

TEST_CASE("nothing is deleted while a neighbour is not known") {
  reconciler::Policy policy;
  policy.prune = reconciler::Prune::sync;
  CHECK(with_neighbours(policy, {.names = {{"x", "other"}}}).prune == reconciler::Prune::sync);
  CHECK(with_neighbours(policy, {.names = {{"x", "other"}}}).named_elsewhere.contains("x"));
  CHECK(with_neighbours(policy, {.unknown = "other"}).prune == reconciler::Prune::upsert_only);
  policy.prune = reconciler::Prune::report;
  CHECK(with_neighbours(policy, {.unknown = "other"}).prune == reconciler::Prune::report);
}

}  // namespace
}  // namespace plumbline::daemon

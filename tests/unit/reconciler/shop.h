#pragma once

#include "fixtures.h"

namespace plumbline::reconciler::test {

/// A Worker to make, one to change, two that are as they should be, one to delete.
inline World shop() {
  World world;
  auto checkout = manifest("checkout", R"({"bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}})");
  checkout.secrets["API_KEY"] = {"default", "api-key", {}};
  world.want(target_of(checkout, {{"API_KEY", "canary-value"}}));
  world.want(target_of(manifest("auth", R"({"compatibility_date": "2026-10-01"})")));
  auto auth = live_as(world.targets.back());
  set_live(auth, "compatibility_date", R"("2026-01-01")");
  world.have(auth);
  for (const auto* name : {"same-a", "same-b"}) {
    world.want(target_of(manifest(name)));
    world.have(live_as(world.targets.back()));
  }
  world.have(live_as(target_of(manifest("old"))));
  return world;
}

}  // namespace plumbline::reconciler::test

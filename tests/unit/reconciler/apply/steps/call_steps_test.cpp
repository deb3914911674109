#include "reconciler/apply/steps/call_steps.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/play.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::Status;
using test::Texts;

// The calls of one Worker, on their own.
struct OwnCalls {
  explicit OwnCalls(WorkerChange of) : change(std::move(of)) { steps.begin(change.calls.size()); }

  Texts play(const test::Odd<CallSteps>& odd = {}) { return test::play(steps, odd); }

  WorkerChange change;
  Policy policy = test::policy();
  Halt halt;
  CallSteps steps{&change, &policy, &halt};
};

WorkerChange with_assets(Action action = Action::create) {
  return test::change_with("shop", action,
                           {test::bare_call("create_assets_session"), test::bare_call("upload_script"),
                            test::bare_call("put_schedules"), test::bare_call("put_secret")});
}

constexpr std::string_view kMuchLater = "2026-01-01T00:01:00.000000Z";
constexpr std::string_view kSomewhatLater = "2026-01-01T00:00:05.000000Z";

auto upload_tells(std::string_view modified_on) {
  return [modified_on](CallSteps& steps) { steps.called(Called{test::upload_answer(modified_on)}); };
}

auto version_before_was(const std::string& version) {
  return [version](CallSteps& steps) { steps.proven(version); };
}

TEST_SUITE("call steps") {
  TEST_CASE("the Worker is looked at before its first call, and again after its files were brought") {
    OwnCalls calls(with_assets());
    CHECK(calls.play() ==
          Texts{"look", "bring assets", "look", "make by upload_script", "call put_schedules", "call put_secret"});
    CHECK(calls.steps.ending().is_done());
    CHECK(calls.steps.assets_token().reveal() == "token");
    CHECK(calls.steps.upload_answer());
  }

  TEST_CASE("only the first upload of a create makes the Worker") {
    OwnCalls twice(test::change_with("shop", Action::create,
                                     {test::bare_call("upload_script"), test::bare_call("upload_script")}));
    CHECK(twice.play() == Texts{"look", "make by upload_script", "call upload_script"});
    OwnCalls update(test::change_with("shop", Action::update, {test::bare_call("upload_script")}));
    CHECK(update.play() == Texts{"look", "call upload_script"});
  }

  TEST_CASE("whatever fails ends the change right there, with the status of its error") {
    struct Row {
      ErrorKind kind;
      Status status;
    };
    constexpr std::array kRows{
        Row{ErrorKind::unreachable, Status::failed},  Row{ErrorKind::rate_limited, Status::failed},
        Row{ErrorKind::lost_answer, Status::replan},  Row{ErrorKind::server, Status::replan},
        Row{ErrorKind::conflict, Status::replan},     Row{ErrorKind::not_found, Status::replan},
        Row{ErrorKind::invalid, Status::failed},      Row{ErrorKind::forbidden, Status::failed},
        Row{ErrorKind::blocked, Status::failed},      Row{ErrorKind::cancelled, Status::skipped},
        Row{ErrorKind::stale_source, Status::failed}, Row{ErrorKind::local, Status::failed}};
    const Texts all{"look", "bring assets", "look", "make by upload_script", "call put_schedules", "call put_secret"};
    const Texts names{"look",           "bring assets", "look 2", "make by upload_script", "call put_schedules",
                      "call put_secret"};
    for (const auto& [kind, status] : kRows) {
      const auto error = test::error_of(kind);
      for (std::size_t at = 0; at < all.size(); ++at) {
        CAPTURE(all[at]);
        CAPTURE(to_string(kind));
        OwnCalls calls(with_assets());
        const auto fails = [&error, &text = all[at]](CallSteps& steps) -> void {
          if (text == "look") return steps.looked(std::unexpected(error));
          if (text == "bring assets") return steps.brought(std::unexpected(error));
          steps.called(Called{std::unexpected(error)});
        };
        CHECK(calls.play({{names[at], fails}}) ==
              Texts(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at) + 1));
        CHECK(calls.steps.ending().status == status);
        CHECK(calls.steps.ending().message == "it went wrong");
        CHECK(calls.steps.ending().error->kind == kind);
        CHECK(calls.halt.is_on() == (kind == ErrorKind::forbidden || kind == ErrorKind::blocked));
      }
    }
  }

  TEST_CASE("a Worker that somebody changed is planned again") {
    const auto changed = [](CallSteps& steps) { steps.looked(false); };
    for (const auto& [look, taken] :
         {std::pair("look", Texts{"look"}), std::pair("look 2", Texts{"look", "bring assets", "look"})}) {
      OwnCalls calls(with_assets());
      CHECK(calls.play({{look, changed}}) == taken);
      CHECK(calls.steps.ending().status == Status::replan);
      CHECK(calls.steps.ending().message == "somebody changed it since it was planned");
      CHECK_FALSE(calls.steps.ending().error);
    }
  }

  TEST_CASE("a name that the source may not write ends it before any look") {
    OwnCalls calls(with_assets());
    calls.policy.allow_names = {"other-*"};
    CHECK(calls.play().empty());
    CHECK(calls.steps.ending().status == Status::failed);
    CHECK(calls.steps.ending().message == "the source may not write a Worker of this name");
  }

  TEST_CASE("between any two calls it can be stopped") {
    const Texts all{"look", "bring assets", "look", "make by upload_script", "call put_schedules", "call put_secret"};
    for (std::size_t taken = 0; taken < all.size(); ++taken) {
      CAPTURE(taken);
      OwnCalls calls(with_assets());
      Texts texts;
      for (std::size_t i = 0; i < taken; ++i) test::take_step(calls.steps, {}, texts);
      calls.halt.stop();
      const auto rest = calls.play();
      // The look after the files belongs to the call before it.
      CHECK(rest == (taken == 2 ? Texts{"look"} : Texts{}));
      CHECK(calls.steps.ending().status == Status::skipped);
      CHECK(calls.steps.ending().message == "stopping");
    }
  }

  TEST_CASE("a stop after the last call comes too late") {
    OwnCalls calls(test::new_worker("shop"));
    Texts taken;
    while (taken.size() < 2) test::take_step(calls.steps, {}, taken);
    calls.halt.stop();
    CHECK(calls.play().empty());
    CHECK(calls.steps.ending().is_done());
  }

  TEST_CASE("the account's stop has a reason of its own") {
    OwnCalls calls(test::new_worker("shop"));
    calls.halt.stop();
    calls.halt.note(test::error_of(ErrorKind::forbidden));
    CHECK(calls.play().empty());
    CHECK(calls.steps.ending().message == "the account is stopped");
  }

  TEST_CASE("that the newest version is not deployed is noted before the change ends") {
    for (const int code : {10214, 10215}) {
      OwnCalls calls(test::change_with("shop", Action::update, {test::bare_call("put_secret")}));
      const auto error = test::error_with(ErrorKind::conflict, code);
      CHECK(calls.play({{"call put_secret", test::call_fails(error)}}) ==
            Texts{"look", "call put_secret", "note undeployed"});
      CHECK(calls.steps.ending().status == Status::replan);
    }
  }

  TEST_CASE("a write that reads show has no need of its answer, but for an upload and a delete") {
    const auto lost = test::error_of(ErrorKind::lost_answer);
    OwnCalls calls(with_assets(Action::update));
    CHECK(calls.play({{"call put_schedules", test::call_fails(lost, true)}}).back() == "call put_secret");
    CHECK(calls.steps.ending().is_done());
    OwnCalls upload(with_assets(Action::update));
    CHECK(upload.play({{"call upload_script", test::call_fails(lost, true)}}).back() == "call upload_script");
    CHECK(upload.steps.ending().status == Status::replan);
    OwnCalls gone(test::gone_worker("shop"));
    gone.play({{"call delete_script", test::call_fails(lost, true)}});
    CHECK(gone.steps.ending().status == Status::replan);
  }
}

TEST_SUITE("call steps of an uncertain create") {
  TEST_CASE("stamps that are apart ask for a proof, and decide alone only where it cannot be had") {
    struct Row {
      std::string_view modified_on;
      Answer<std::optional<std::string>> before;
      bool made;
      std::string_view noted;
    };
    const auto failed = std::unexpected(test::error_of(ErrorKind::server));
    const std::vector<Row> rows{{kSomewhatLater, std::nullopt, true, ""}, {kMuchLater, std::nullopt, true, ""},
                                {kSomewhatLater, "v0", false, "v0"},      {kMuchLater, "v0", false, "v0"},
                                {kSomewhatLater, failed, true, ""},       {kMuchLater, failed, false, ""}};
    for (const auto& [modified_on, before, made, noted] : rows) {
      CAPTURE(modified_on);
      OwnCalls calls(test::new_worker("shop"));
      const auto taken = calls.play({{"make by upload_script", upload_tells(modified_on)},
                                     {"prove made v1", [&before](CallSteps& steps) { steps.proven(before); }}});
      Texts expected{"look", "make by upload_script", "prove made v1"};
      if (!made) expected.push_back("note uncertain " + std::string(noted));
      CHECK(taken == expected);
      CHECK(calls.steps.ending().is_done() == made);
    }
  }

  TEST_CASE("it fails with the way back and the way on") {
    OwnCalls calls(test::new_worker("shop"));
    calls.play({{"make by upload_script", upload_tells(kMuchLater)}, {"prove made v1", version_before_was("v0")}});
    const auto block = uncertain_block("shop", {"v0", "v1", false});
    CHECK(calls.steps.ending().status == Status::failed);
    CHECK(calls.steps.ending().message == "CreateUncertain: " + block.message + "; " + block.override_with);
    CHECK(calls.steps.ending().error->kind == ErrorKind::local);
  }

  TEST_CASE("that its manifest takes over what is there is noted with it") {
    auto manifest = test::manifest("shop");
    manifest.adopt.kind = manifests::AdoptRule::Kind::unowned;
    for (const bool adopts : {false, true}) {
      auto change = test::new_worker("shop");
      if (adopts) change.target = std::make_shared<const Target>(test::target_of(manifest));
      OwnCalls calls(std::move(change));
      Texts taken;
      const test::Odd<CallSteps> odd{{"make by upload_script", upload_tells(kMuchLater)},
                                     {"prove made v1", version_before_was("v0")}};
      while (taken.size() < 3) test::take_step(calls.steps, odd, taken);
      const auto note = calls.steps.next();
      REQUIRE(note);
      CHECK(std::get<step::NoteUncertain>(*note).create == UncertainCreate{"v0", "v1", adopts});
    }
  }

  TEST_CASE("whom an upload without an answer met is asked once reads show it") {
    const auto lost = test::error_of(ErrorKind::lost_answer);
    for (const bool seen : {false, true}) {
      OwnCalls calls(test::new_worker("shop"));
      const auto taken = calls.play({{"make by upload_script", test::call_fails(lost, seen)}});
      CHECK(taken.back() == (seen ? "prove made " : "make by upload_script"));
      CHECK(calls.steps.ending().status == Status::replan);
      CHECK(calls.steps.ending().error->kind == ErrorKind::lost_answer);
    }
    OwnCalls calls(test::new_worker("shop"));
    const auto taken = calls.play(
        {{"make by upload_script", test::call_fails(lost, true)}, {"prove made ", version_before_was("v0")}});
    CHECK(taken.back() == "note uncertain v0");
    CHECK(calls.steps.ending().status == Status::failed);
    CHECK(calls.steps.ending().message.starts_with("CreateUncertain: "));
  }

  TEST_CASE("an update proves nothing") {
    OwnCalls calls(test::change_with("shop", Action::update, {test::bare_call("upload_script")}));
    CHECK(calls.play({{"call upload_script", upload_tells(kMuchLater)}}) == Texts{"look", "call upload_script"});
    CHECK(calls.steps.ending().is_done());
  }
}

TEST_SUITE("call steps in two parts") {
  TEST_CASE("the second part goes on after the first, without another look") {
    OwnCalls calls(with_assets());
    calls.steps.begin(calls.change.bootstrap_calls());
    CHECK(calls.play() == Texts{"look", "bring assets", "look", "make by upload_script"});
    calls.steps.begin(calls.change.calls.size());
    CHECK(calls.play() == Texts{"call put_schedules", "call put_secret"});
    CHECK(calls.steps.ending().is_done());
    CHECK(calls.steps.assets_token().reveal() == "token");
  }
}

}  // namespace
}  // namespace plumbline::reconciler

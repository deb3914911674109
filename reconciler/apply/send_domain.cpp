#include "reconciler/apply/send_domain.h"

#include <array>
#include <utility>

#include "api/reaction.h"
#include "reconciler/apply/send.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kOrigin = "override_existing_origin";
constexpr std::array<std::string_view, 2> kOverrides{kOrigin, "override_existing_dns_record"};

JsonObject without_overrides(JsonObject body) {
  for (const auto key : kOverrides) body.erase(key);
  return body;
}

bool is_refused(const api::Result<JsonObject>& answer) {
  return !answer && api::reaction(answer.error()) == api::Reaction::ask_user;
}

// One attempt after the other, each with what the one before has taught.
class Putting {
 public:
  Putting(api::Account account, const ExposureChange* change, std::size_t* calls)
      : account_(std::move(account)), change_(change), calls_(calls) {}

  Awaitable<api::Result<JsonObject>> run() {
    const auto& stated = change_->call->body.get_object();
    auto answer = co_await put(stated);
    const auto plain = without_overrides(stated);
    const bool overrides = plain.size() != stated.size();
    bool refused = false;
    if (is_refused(answer) && overrides) {
      refused = true;
      answer = co_await put(plain);
    }
    if (answer || api::reaction(answer.error()) != api::Reaction::take_over || !may_be_taken()) co_return answer;
    // What takes over or deletes is read right before: somebody else may have it by now.
    if (!co_await is_as_planned()) co_return answer;
    if (!refused && !stated.contains(kOrigin)) {
      auto body = stated;
      body[kOrigin] = true;
      answer = co_await put(std::move(body));
      if (!is_refused(answer)) co_return answer;
      refused = true;
    }
    if (refused) answer = co_await make_anew(plain);
    co_return answer;
  }

 private:
  // It was planned against the domain as it is: of ours, or allowed to be taken by the manifest.
  [[nodiscard]] bool may_be_taken() const { return !change_->id.empty(); }

  Awaitable<bool> is_as_planned() {
    const auto live = co_await api::get_domain(account_, change_->id);
    co_return live&& string_member(*live, "hostname") == string_member(change_->before, "hostname") &&
        string_member(*live, "service") == string_member(change_->before, "service");
  }

  Awaitable<api::Result<JsonObject>> put(JsonObject body) {
    ++*calls_;
    auto call = *change_->call;
    call.body = std::move(body);
    co_return co_await send_over_lag(account_, &call, {{call.body, {}}, {}});
  }

  Awaitable<api::Result<JsonObject>> make_anew(JsonObject body) {
    ++*calls_;
    auto deleted = co_await api::write(account_, "delete_domain", {{"domain_id", change_->id}});
    if (!deleted) co_return std::unexpected(std::move(deleted.error()));
    co_return co_await put(std::move(body));
  }

  api::Account account_;
  const ExposureChange* change_;
  std::size_t* calls_;
};

}  // namespace

Awaitable<api::Result<JsonObject>> send_domain(api::Account account, const ExposureChange* change, std::size_t* calls) {
  Putting putting(std::move(account), change, calls);
  co_return co_await putting.run();
}

}  // namespace plumbline::reconciler

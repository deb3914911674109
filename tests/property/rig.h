#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/client.h"
#include "generate.h"
#include "reconciler/reconcile.h"
#include "simulator/service.h"

namespace plumbline::property {

/// Every other answer to what nobody outside knows of the service: each switch alone, and all of them.
std::vector<std::pair<std::string, simulator::Semantics>> other_semantics();

/// The repository whose files these are, and what is wrong with them.
Repository loaded(const std::map<std::string, std::string>& files, std::string& problems);

/// Thrown at the API call at which the process is to die.
struct Killed {};

/// When an exchange is cut off.
struct KillPoint {
  std::size_t call = 0;  ///< counted from 1; 0: never
  bool after_effect = false;
};

/// The simulator's core as an HTTP client: requests go in, answers come out, at once.
class InProcessHttp final : public net::HttpClient {
 public:
  explicit InProcessHttp(simulator::Service* service) : service_(service) {}

  net::Awaitable<Result<net::HttpResponse, net::IoError>> exchange(net::HttpRequest request) override;
  net::Awaitable<> shutdown() override { co_return; }
  [[nodiscard]] std::size_t connections_opened() const override { return 0; }

  void kill_at(KillPoint point) { kill_ = point; }
  /// Told before each call, counted from 1; may be empty.
  void before_call(std::function<void(std::size_t)> what) { before_call_ = std::move(what); }
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  simulator::Service* service_;
  KillPoint kill_;
  std::function<void(std::size_t)> before_call_;
  std::size_t calls_ = 0;
  bool dead_ = false;
};

/// One account with everything around it. `process()` runs a fresh process of Plumbline against it.
class Rig {
 public:
  explicit Rig(simulator::Semantics semantics = {});

  struct Run {
    reconciler::Refresh refresh = reconciler::Refresh::full;
    reconciler::Prune prune = reconciler::Prune::sync;
    std::string journal;  ///< path; empty: the rig's own memory journal
    KillPoint kill;
    /// What people do while it runs, before each of its calls, counted from 1; may be empty.
    std::function<void(std::size_t)> meanwhile;
    /// What happens between a plan and its apply; may be empty.
    std::function<void(reconciler::Plan&, reconciler::Policy&)> before_apply;
    std::chrono::milliseconds read_lag{3};  ///< for which reads may be behind writes
    int passes = 5;                         ///< of an apply: more than one only where a result asks for it
    /// Workers whose data may go, in place of all.
    std::optional<std::set<std::string>> allow_data_loss{};
  };
  struct Outcome {
    Result<reconciler::Plan, api::Error> plan;
    reconciler::ApplyReport report;
    std::size_t calls = 0;
    bool killed = false;
  };

  /// Observes and plans.
  Outcome plan(const Repository& repository, const Run& run);
  /// Plans, applies, and plans again as long as a result asks for it, at most five times.
  Outcome apply(const Repository& repository, const Run& run);

  /// A call of the API as somebody else makes it; gives the result of its answer. `path` is below the account, or
  /// begins with `zones/`.
  Json call(const std::string& method, const std::string& path, const Json& body = nullptr);

  /// Somebody's own deploy of a Worker, by raw JavaScript: what it was before is replaced.
  void deploy(const std::string& worker, const std::string& code);

  /// Whether the edit could be made (a secret that is not there cannot be deleted).
  bool edit(const Edit& edit);
  Json control(const std::string& method, const std::string& path, const Json& body);
  /// All that the account holds.
  Json state() { return control("GET", "state", JsonObject()); }

  [[nodiscard]] simulator::Service& service() { return *service_; }
  /// Time in which nothing happens.
  void wait(std::chrono::milliseconds time) { now_ += time; }
  void forget() { journal_ = reconciler::make_memory_journal(); }

 private:
  void remake(const std::string& name);
  bool edit_consumer(const Edit& edit);
  bool edit_zone(const Edit& edit);
  net::HttpResponse send(const std::string& method, const std::string& path, std::string body,
                         const std::string& type = "application/json");
  Outcome process(const Repository& repository, const Run& run, bool applying);

  simulator::Instant now_;
  std::unique_ptr<simulator::Service> service_;
  std::unique_ptr<reconciler::Journal> journal_;
};

/// The plan as a person reads it, or why there is none.
std::string plan_text(const Rig::Outcome& outcome);

}  // namespace plumbline::property

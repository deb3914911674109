#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/controller/decisions.h"
#include "daemon/controller/events.h"
#include "daemon/controller/source_loop.h"
#include "daemon/http/endpoints.h"
#include "daemon/telemetry/log.h"
#include "net/awaitable.h"
#include "net/turnstile.h"

/// What persons and programs ask of a running daemon: the endpoints below /api/v1.
namespace plumbline::daemon {

/// What the endpoints work on. Its parts outlive every request.
struct ControlContext {
  std::vector<SourceLoop*> loops;  ///< in the order of their names
  Runtime* runtime = nullptr;
  Decisions* decisions = nullptr;
  EventLog* events = nullptr;
  Logger* logger = nullptr;
  net::Executor pool;
  net::Turnstile* deciding = nullptr;                 ///< one decision at a time is written
  std::function<std::string()> status;                ///< the document of /api/v1/status
  std::function<Awaitable<Result<void>>()> reload{};  ///< the error says why the old configuration stays
};

/// The endpoints that only tell. All are called on the loop thread.
std::vector<Endpoint> read_endpoints(ControlContext* context);

/// Where something comes from, which Worker serves a URL, and what was changed behind git's back.
std::vector<Endpoint> explaining_endpoints(ControlContext* context);

/// The endpoints that change something.
std::vector<Endpoint> write_endpoints(ControlContext* context);

/// The loop of a source by its name; null if there is none.
SourceLoop* find_loop(const ControlContext& context, std::string_view source);

/// The answer where there is no such source: 404, with the names that there are.
net::Reply no_such_source(const ControlContext& context, std::string_view source);

}  // namespace plumbline::daemon

#pragma once

#include <string_view>

#include "net/http.h"
#include "simulator/answer.h"

namespace plumbline::simulator {

class Service;

/// The calls below /__simulator__/, which are not part of the API: requests, state, faults, settings, reset, edit.
/// Errors are `{"error": …}` with 400 or 404.
Answer control(Service& service, const net::HttpRequest& request, std::string_view path);

}  // namespace plumbline::simulator

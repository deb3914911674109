#pragma once

#include <string_view>

#include "net/http.h"
#include "simulator/answer.h"

namespace plumbline::simulator {

class Service;

/// The calls beside the API, below /__simulator__/: requests, state, faults, settings, reset, edit.
/// Errors are `{"error": …}` with 400 or 404.
Answer control(Service& service, const net::HttpRequest& request, std::string_view path);

}  // namespace plumbline::simulator

#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

/// The messages between a fetch and its child. The request is one line of JSON, followed by the bytes of the password
/// and of the ssh key, so that these are never part of a JSON value. The answer is one JSON object.
namespace plumbline::manifests {

/// A longer message is refused; in bytes.
constexpr std::size_t kMaxFetchMessage = 1024ULL * 1024;

/// The result holds credentials: the caller wipes it.
std::string encode_request(const FetchRequest& request, pid_t parent);

struct ReceivedRequest {
  FetchRequest request;
  pid_t parent = 0;
};
Result<ReceivedRequest> decode_request(std::string_view message);

std::string encode_answer(const Result<Fetched>& fetched);
Result<Fetched> decode_answer(std::string_view message);

}  // namespace plumbline::manifests

#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

/// What parent and child of a fetch say to one another. The request is one line of JSON and behind
/// it the bytes of the password and of the ssh key, which so never lie in a JSON value; the answer is
/// one JSON object.
namespace plumbline::manifests {

/// More than this is no message.
constexpr std::size_t kMaxFetchMessage = 1024ULL * 1024;

/// Holds the credentials: to be wiped.
std::string encode_request(const FetchRequest& request, pid_t parent);

struct ReceivedRequest {
  FetchRequest request;
  pid_t parent = 0;
};
Result<ReceivedRequest> decode_request(std::string_view message);

std::string encode_answer(const Result<Fetched>& fetched);
Result<Fetched> decode_answer(std::string_view message);

}  // namespace plumbline::manifests

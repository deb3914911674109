#include <algorithm>
#include <optional>

#include "net/http_parser.h"
#include "tests/fuzz/fuzz.h"

// Requests and responses, of which the first byte decides. In one piece or in many, the outcome is the same.
namespace plumbline::fuzz {
namespace {

constexpr net::MessageCaps kCaps{.header = 4096, .body = std::size_t{16} * 1024};

// What of a message there is to compare.
struct Outcome {
  bool done = false;
  bool broken = false;
  std::size_t used = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

template <class Parser>
Outcome feed(Parser& parser, const std::vector<std::string_view>& pieces) {
  std::string pending;
  Outcome outcome;
  for (const auto piece : pieces) {
    pending += piece;
    while (!pending.empty() && !parser.done() && parser.fault() == net::ParseFault::none) {
      const auto used = parser.put(pending);
      require(used <= pending.size(), "no more is used than there is");
      pending.erase(0, used);
      outcome.used += used;
      if (used == 0) break;
    }
  }
  outcome.done = parser.done();
  outcome.broken = parser.fault() != net::ParseFault::none;
  require(!(outcome.done && outcome.broken), "a message is not complete and broken");
  return outcome;
}

bool same(const net::Headers& left, const net::Headers& right) {
  return std::ranges::equal(left, right,
                            [](const auto& l, const auto& r) { return l.name == r.name && l.value == r.value; });
}

void read_request(std::string_view input) {
  net::RequestParser whole(kCaps);
  net::RequestParser split(kCaps);
  const auto outcome = feed(whole, {input});
  const auto outcome_in_pieces = feed(split, pieces(input));
  require(outcome.done == outcome_in_pieces.done, "pieces do not change whether a request is complete");
  if (!outcome.done) return;
  require(outcome == outcome_in_pieces, "nor where it ends");
  const auto request = whole.take();
  const auto other = split.take();
  require(request.body.size() <= kCaps.body, "a body has its cap");
  require(request.method == other.method && request.target == other.target && request.body == other.body &&
              same(request.headers, other.headers),
          "nor what it says");
  (void)net::query_parameter(request.target, "page");
}

void read_response(std::string_view input, net::AnswerTo method, net::Coding coding = net::Coding::as_it_is) {
  net::ResponseParser whole(kCaps, method, coding);
  net::ResponseParser split(kCaps, method, coding);
  feed(whole, {input});
  feed(split, pieces(input));
  if (whole.fault() == net::ParseFault::none) whole.put_end();
  if (split.fault() == net::ParseFault::none) split.put_end();
  require(whole.done() == split.done(), "pieces do not change whether a response is complete");
  if (!whole.done()) return;
  const auto response = whole.take();
  const auto other = split.take();
  require(response.body.size() <= kCaps.body, "a body has its cap");
  require(response.status == other.status && response.body == other.body && same(response.headers, other.headers),
          "nor what it says");
}

}  // namespace

void run(std::string_view input) {
  if (input.empty()) return;
  const char kind = input.front();
  input.remove_prefix(1);
  if (kind == 'h') return read_response(input, net::AnswerTo::head);
  if (kind == 'r') return read_response(input, net::AnswerTo::other);
  if (kind == 'z') return read_response(input, net::AnswerTo::other, net::Coding::gzip);
  read_request(input);
}

}  // namespace plumbline::fuzz

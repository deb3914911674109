#include <doctest/doctest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "api/any_call.h"
#include "api/assets.h"
#include "api/workers.h"
#include "net/http_client.h"
#include "tests/unit/net/run.h"

/// Memory that a secret passed through is overwritten before it is given back. Every block that this program frees is
/// looked into while a test asks for it.
namespace {

constexpr std::string_view kMark = "zqCanary7-wiped";

bool looking = false;
std::size_t found = 0;

void look_into(void* block) {
  if (looking && block != nullptr &&
      ::memmem(block, ::malloc_usable_size(block), kMark.data(), kMark.size()) != nullptr) {
    ++found;
  }
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are what new and delete are made of.
void* operator new(std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
// Libraries call this one, and the deletes below free what it gave.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* block) noexcept {
  look_into(block);
  std::free(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
  look_into(block);
  std::free(block);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace plumbline::api {
namespace {

constexpr std::string_view kSuccess =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n"
    R"({"success":true,"result":{}})";
constexpr std::string_view kUploaded =
    "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n"
    R"({"success":true,"result":{}})";
constexpr std::string_view kRefusal =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
    R"({"success":false})";

/// A peer that takes everything and gives one answer.
class Sink final : public net::ByteStream {
 public:
  Awaitable<plumbline::Result<std::size_t, net::IoError>> read_some(std::span<char> buffer) override {
    std::memcpy(buffer.data(), answer.data(), answer.size());
    co_return answer.size();
  }
  Awaitable<plumbline::Result<void, net::IoError>> write_all(std::string_view bytes) override {
    carried += bytes.contains(kMark) ? 1 : 0;
    co_return plumbline::Result<void, net::IoError>();
  }
  void expires_after(std::chrono::milliseconds) override {}
  Awaitable<> shutdown() override { co_return; }
  void cut(Cut) noexcept override {}

  static inline std::string_view answer;
  static inline int carried = 0;  // writes with the mark
};

class SinkConnector final : public net::Connector {
 public:
  Awaitable<plumbline::Result<std::unique_ptr<net::ByteStream>, net::IoError>> connect(net::Origin) override {
    co_return std::make_unique<Sink>();
  }
};

// Looks into what is freed for as long as it lives.
class Looking {
 public:
  Looking() {
    found = 0;
    looking = true;
  }
  ~Looking() { looking = false; }
  Looking(const Looking&) = delete;
  Looking& operator=(const Looking&) = delete;
};

struct WipingFixture {
  explicit WipingFixture(std::string_view answer = kSuccess) {
    Sink::answer = answer;
    http = net::make_http_client(context.get_executor(), connector, {});
    ClientOptions options;
    options.credentials = [this] { return Credentials{token.copy(), {}, {}}; };
    client = make_client(context.get_executor(), *http, std::move(options), nullptr);
    account = {client.get(), "acc"};
    Sink::carried = 0;
  }

  boost::asio::io_context context;
  SinkConnector connector;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<Client> client;
  Account account;
  Secret token{"ordinary"};
};

std::string marked() {
  return std::string(kMark) + std::string(200, 'x');
}

TEST_CASE("the search for what was not wiped finds it") {
  const Looking armed;
  {
    const std::string text = marked();
    CHECK(text.starts_with(kMark));
  }
  CHECK(found > 0);
}

enum class Way { put, upload, patch, bulk };

bool send(WipingFixture& fixture, Way way, JsonObject secret) {
  Payload payload;
  const auto send_as = [&](OperationRef operation) {
    auto call = write(fixture.account, operation, {{"script_name", "w"}}, std::move(payload));
    return net::testing::run_on(fixture.context, std::move(call)).has_value();
  };
  JsonObject document;
  if (way == Way::put) {
    payload.document = std::move(secret);
    return send_as("put_secret");
  }
  if (way == Way::bulk) {
    document["secrets"].emplace_object()["KEY"] = std::move(secret);
    payload.document = std::move(document);
    return send_as("put_secrets_bulk");
  }
  document["bindings"].emplace_array().emplace_back(std::move(secret));
  payload.document = std::move(document);
  return way == Way::upload ? send_as("upload_script") : send_as("patch_settings");
}

TEST_CASE("nothing that was freed holds the value of a secret, whether put, uploaded, patched or in bulk") {
  for (const Way way : {Way::put, Way::upload, Way::patch, Way::bulk}) {
    CAPTURE(static_cast<int>(way));
    WipingFixture fixture;
    JsonObject secret{{"name", "KEY"}, {"type", "secret_text"}, {"text", marked()}};
    {
      const Looking armed;
      CHECK(send(fixture, way, std::move(secret)));
    }
    CHECK(Sink::carried == 1);
    CHECK(found == 0);
  }
}

TEST_CASE("nothing that was freed holds a secret whose request was refused") {
  for (const Way way : {Way::put, Way::upload, Way::patch, Way::bulk}) {
    CAPTURE(static_cast<int>(way));
    WipingFixture fixture(kRefusal);
    fixture.token = Secret(marked());
    JsonObject secret{{"name", "KEY"}, {"type", "secret_text"}, {"text", marked()}};
    {
      const Looking armed;
      CHECK_FALSE(send(fixture, way, std::move(secret)));
    }
    CHECK(Sink::carried > 0);
    CHECK(found == 0);
  }
}

TEST_CASE("nothing that was freed holds the token, nor that of an upload session") {
  WipingFixture fixture;
  fixture.token = Secret(marked());
  const Secret session(marked());
  {
    const Looking armed;
    CHECK(net::testing::run_on(fixture.context, get_settings(fixture.account, "w")));
    Sink::answer = kUploaded;
    CHECK(net::testing::run_on(fixture.context, upload_assets(fixture.account, session, {})));
  }
  CHECK(Sink::carried == 2);
  CHECK(found == 0);
}

}  // namespace
}  // namespace plumbline::api

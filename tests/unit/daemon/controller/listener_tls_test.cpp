#include "daemon/controller/listener_tls.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/daemon/recorded_log.h"

namespace plumbline::daemon {
namespace {

// A key, and certificates of it that nobody trusts; made for this test alone. The last one was valid for a day.
constexpr std::string_view kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm44RC1ZRB1zti3U0
uN6G/O7z1PJn9hAqEmsb8AfxGK2hRANCAARt9a9jadQ5r+GQKqv2Np1gqfh2Boqw
GlIGXNHMZu1HNopL/xW/5/1fZ8RsNADlNgpUB04Vj+/UEDUkGiIP+Fmi
-----END PRIVATE KEY-----
)";
constexpr std::string_view kFirst = R"(-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUbf6WvJN3em97jIItpf6Hu5q+z6YwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZmlyc3QwIBcNMjYxMTMwMjAxOTMxWhgPMjEyNjExMDYyMDE5
MzFaMBAxDjAMBgNVBAMMBWZpcnN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
bfWvY2nUOa/hkCqr9jadYKn4dgaKsBpSBlzRzGbtRzaKS/8Vv+f9X2fEbDQA5TYK
VAdOFY/v1BA1JBoiD/hZoqNTMFEwHQYDVR0OBBYEFM1ft1poyZ2h9BpmN7vFodOM
sOO+MB8GA1UdIwQYMBaAFM1ft1poyZ2h9BpmN7vFodOMsOO+MA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMkzMVBmgs42nCdw9Z5PdDPBanqvxImw
0Mt2kYbvyk46AiA0EZGO3hXpG7nSQFdNRv2dmWC5Iq9Mz+I+lKeM2s5I4g==
-----END CERTIFICATE-----
)";
constexpr std::string_view kSecond = R"(-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUP+bWO2HbSVYm2o7bBS1djSvN7CkwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGc2Vjb25kMCAXDTI2MTEzMDIwMTkzMVoYDzIxMjYxMTA2MjAx
OTMxWjARMQ8wDQYDVQQDDAZzZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARt9a9jadQ5r+GQKqv2Np1gqfh2BoqwGlIGXNHMZu1HNopL/xW/5/1fZ8RsNADl
NgpUB04Vj+/UEDUkGiIP+Fmio1MwUTAdBgNVHQ4EFgQUzV+3WmjJnaH0GmY3u8Wh
04yw474wHwYDVR0jBBgwFoAUzV+3WmjJnaH0GmY3u8Wh04yw474wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA0hgKQ7GARLexp3HsGZZdMeHDWFCn
4jBjajSWaBwCm98CIEQItVW/b7Oxq5y7S8+R2EB8FozlH8hGO6K0daOemaRi
-----END CERTIFICATE-----
)";
constexpr std::string_view kOld = R"(-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUd9XkRPYJ21Z/BtqkRFeLmAnkcBcwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb2xkMB4XDTI2MTEzMDIwMTk1NloXDTI2MTIwMTIwMTk1Nlow
DjEMMAoGA1UEAwwDb2xkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbfWvY2nU
Oa/hkCqr9jadYKn4dgaKsBpSBlzRzGbtRzaKS/8Vv+f9X2fEbDQA5TYKVAdOFY/v
1BA1JBoiD/hZoqNTMFEwHQYDVR0OBBYEFM1ft1poyZ2h9BpmN7vFodOMsOO+MB8G
A1UdIwQYMBaAFM1ft1poyZ2h9BpmN7vFodOMsOO+MA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSAAwRQIhANbE80s6RdrApRn1C51tK7ELlJXcEoKdxR93kFkM
PNohAiBcHd5PMNIUIFMBmgxNMg4owmINQRPqc5/uDUzJaOYbpw==
-----END CERTIFICATE-----
)";

struct Stage {
  Stage() {
    put("key", kKey);
    put("certificate", kFirst);
  }

  void put(const std::string& name, std::string_view text) const { std::ofstream(folder.file(name)) << text; }

  plumbline::testing::TemporaryFolder folder;
  Environment environment = Environment::of({});
  ServerTlsConfig config{.certificate = {.reference = {ValueReference::Kind::file, folder.file("certificate")},
                                         .where = {.file = "plumbline.yaml", .line = 7, .column = 12}},
                         .key = {.reference = {ValueReference::Kind::file, folder.file("key")},
                                 .where = {.file = "plumbline.yaml", .line = 8, .column = 12}}};
  test::RecordedLog log;
  LastingLog lasting{log, [] { return std::chrono::system_clock::now(); }};
};

TEST_CASE("without a certificate in the configuration there is nothing to read") {
  const ServerTlsConfig none;
  const auto environment = Environment::of({});
  ListenerTls tls(none, environment);
  CHECK_FALSE(tls.given());
  CHECK(tls.read());
  CHECK_FALSE(tls.in_force());
  CHECK(listener_tls_problems(none, environment).empty());
}

TEST_CASE("a renewed certificate is for the connections that come then, and the same one is not made again") {
  Stage stage;
  ListenerTls tls(stage.config, stage.environment);
  REQUIRE(tls.read());
  const auto first = tls.in_force();
  REQUIRE(first);
  REQUIRE(tls.read());
  CHECK(tls.in_force() == first);
  stage.put("certificate", kSecond);
  tls.watch(stage.lasting);
  CHECK(tls.in_force() != first);
  CHECK(stage.log.take().empty());
}

TEST_CASE("a bad renewal leaves the last certificate in force, and is told while it lasts") {
  Stage stage;
  ListenerTls tls(stage.config, stage.environment);
  REQUIRE(tls.read());
  const auto first = tls.in_force();
  stage.put("certificate", "half a file");
  tls.watch(stage.lasting);
  tls.watch(stage.lasting);
  CHECK(tls.in_force() == first);
  CHECK(stage.log.count("server.tls.certificate: the file " + stage.folder.file("certificate") +
                        ": it holds no -----BEGIN CERTIFICATE-----") == 1);
  stage.put("certificate", kSecond);
  tls.watch(stage.lasting);
  CHECK(tls.in_force() != first);
  CHECK(stage.log.count("is good again") == 1);
}

TEST_CASE("a certificate that expires soon is told") {
  Stage stage;
  stage.put("certificate", kOld);
  ListenerTls tls(stage.config, stage.environment);
  REQUIRE(tls.read());
  tls.watch(stage.lasting);
  CHECK(stage.log.count("expire") == 1);
}

TEST_CASE("what cannot be served is told with its place in the configuration") {
  Stage stage;
  CHECK(listener_tls_problems(stage.config, stage.environment).empty());
  stage.put("key", "no key");
  const auto problems = listener_tls_problems(stage.config, stage.environment);
  REQUIRE(problems.size() == 1);
  CHECK(to_text(problems.front()) == "plumbline.yaml:8:12: error: server.tls.key: the file " +
                                         stage.folder.file("key") + ": it holds no -----BEGIN PRIVATE KEY-----");
  std::filesystem::remove(stage.folder.file("key"));
  CHECK(to_text(listener_tls_problems(stage.config, stage.environment).at(0))
            .starts_with("plumbline.yaml:8:12: error: server.tls.key: the file "));
}

}  // namespace
}  // namespace plumbline::daemon

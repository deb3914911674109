#include "reconciler/model/attestation.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;

TEST_SUITE("attestation") {
  TEST_CASE("what is written into the annotations is read back") {
    const auto target = test::target_of(test::manifest("checkout"));
    const Json annotations =
        annotations_for(target.attestation, "main@sha1:0123456789abcdef0123", "workers/checkout.yaml");
    CHECK(string_member(annotations, "workers/tag") == "0123456789ab");
    CHECK(string_member(annotations, "workers/message")
              .starts_with("main@sha1:0123456789abcdef0123, workers/checkout.yaml; p1."));
    CHECK(attestation_of(&annotations) == target.attestation);
    CHECK(manifest_file_of(&annotations) == "workers/checkout.yaml");
  }

  TEST_CASE("what no read shows is attested by a second format, and nobody else changes theirs") {
    const auto plain = test::target_of(test::manifest("a", R"({"compatibility_date": "2026-01-01"})"));
    CHECK(to_string(plain.attestation).starts_with("p1."));
    const auto stated = test::target_of(test::manifest("a", R"({"containers": [{"class_name": "C"}]})"));
    CHECK(to_string(stated.attestation).starts_with("p2."));
    CHECK(to_string(stated.attestation).ends_with("." + stated.attestation.unseen));
    CHECK(parse_attestation(to_string(stated.attestation)) == stated.attestation);
    CHECK(parse_attestation(to_string(plain.attestation)) == plain.attestation);
    CHECK(stated.attestation.unseen.size() == 32);
  }

  TEST_CASE("the digest of the unseen moves with what is stated of it alone") {
    const auto digest = [](std::string_view settings, std::vector<std::string> ignore = {}) {
      auto worker = test::manifest("a", settings);
      worker.ignore = std::move(ignore);
      return test::target_of(worker).attestation.unseen;
    };
    const auto one = digest(R"({"streaming_tail_consumers": [{"service": "s"}, {"service": "t"}]})");
    CHECK(one == digest(R"({"streaming_tail_consumers": [{"service": "t"}, {"service": "s"}], "logpush": true})"));
    CHECK(one != digest(R"({"streaming_tail_consumers": [{"service": "s"}]})"));
    CHECK(one != digest(R"({"streaming_tail_consumers": [{"service": "s"}, {"service": "t"}], "x": 1})"));
    // Cleared is stated as well: somebody has to see to it once.
    CHECK(digest(R"({"containers": []})") != "-");
    CHECK(digest(R"({"containers": []})") == digest(R"({"containers": null})"));
    CHECK(digest("{}") == "-");
    CHECK(digest(R"({"containers": [{"class_name": "C"}]})", {"/containers"}) == "-");
  }

  TEST_CASE("a manifest is named by our annotations alone, also one with signs of its own") {
    const auto target = test::target_of(test::manifest("a"));
    for (const auto* file : {"a, b; c.yaml", "x; y/z.yaml", "plain.yaml"}) {
      const Json annotations = annotations_for(target.attestation, "folder", file);
      CHECK(manifest_file_of(&annotations) == file);
    }
    const Json foreign{{"workers/message", "fix, this; please"}};
    CHECK(manifest_file_of(&foreign).empty());
    CHECK(manifest_file_of(nullptr).empty());
  }

  TEST_CASE("who wrote a version is read back, and stands in the way of nothing else") {
    const auto target = test::target_of(test::manifest("checkout"));
    const std::string revision = "main@sha1:" + std::string(40, 'a');
    for (const auto& file :
         {std::string("workers/a.yaml"), std::string("x; w.0123456789abcdef"), std::string(2000, 'x')}) {
      JsonObject annotations = annotations_for(target.attestation, revision, file);
      const Json unsigned_ones = annotations;
      CHECK_FALSE(author_of(&unsigned_ones));
      sign(annotations, "00112233445566ff");
      const Json signed_ones = annotations;
      CHECK(string_member(signed_ones, "workers/message").size() <= 1000);
      CHECK(author_of(&signed_ones) == Author{"00112233445566ff", revision});
      CHECK(attestation_of(&signed_ones) == target.attestation);
      CHECK(manifest_file_of(&signed_ones) == manifest_file_of(&unsigned_ones));
    }
  }

  TEST_CASE("a message that only looks like ours has no author") {
    for (const auto* message :
         {"", "main, a.yaml; w.00112233445566ff", "main, a.yaml; w.0011 p1.-.-.-.-", "w.00112233445566ff p1.-.-.-.-",
          "main, a.yaml; w.00112233445566FF p1.-.-.-.-", "main a.yaml; w.00112233445566ff p1.-.-.-.-"}) {
      const Json annotations{{"workers/message", message}};
      CHECK_FALSE(author_of(&annotations));
    }
    CHECK_FALSE(author_of(nullptr));
  }

  TEST_CASE("a very long file name leaves room for the proof within the limit of the service") {
    const auto target = test::target_of(test::manifest("checkout"));
    const Json annotations = annotations_for(target.attestation, "folder", std::string(2000, 'x') + "\xC3\xA9");
    CHECK(string_member(annotations, "workers/message").size() <= 1000);
    CHECK(string_member(annotations, "workers/tag").size() <= 100);
    CHECK(attestation_of(&annotations) == target.attestation);
  }

  TEST_CASE("what is not ours attests nothing") {
    for (const auto* message : {"", "hello", "p1", "p1.a.b.c.d", "p2.-.-.-.-", "p1.-.-.-", "p1.-.-.-.-.-",
                                "p1.zzzzzzzz.-.-.-", "p1.-.0123.-.-"}) {
      const Json annotations{{"workers/message", message}};
      CHECK_FALSE(attestation_of(&annotations));
    }
    CHECK_FALSE(attestation_of(nullptr));
  }

  TEST_CASE("the digest of the modules moves with name, type, bytes, entry and syntax, not with the order") {
    const ModuleIdentity a{"a.js", "application/javascript+module", "1"};
    const ModuleIdentity b{"b.wasm", "application/wasm", "2"};
    const ModuleIdentity c{"c.txt", "text/plain", "3"};
    const auto module = manifests::Syntax::module;
    const auto base = modules_digest(module, {a, b, c});
    CHECK(base.size() == 32);
    CHECK(base == modules_digest(module, {a, c, b}));
    CHECK(base != modules_digest(module, {b, a, c}));
    CHECK(base != modules_digest(module, {a, b}));
    CHECK(base != modules_digest(module, {a, b, {"c.txt", "text/plain", "4"}}));
    CHECK(base != modules_digest(module, {a, b, {"d.txt", "text/plain", "3"}}));
    CHECK(base != modules_digest(module, {a, b, {"c.txt", "application/octet-stream", "3"}}));
    CHECK(base == modules_digest(module, {a, b, {"c.txt", "text/plain; charset=utf-8", "3"}}));
    CHECK(modules_digest(module, {a}) != modules_digest(manifests::Syntax::service_worker, {a}));
  }

  TEST_CASE("fingerprints of secrets are keyed, and there are none without a key") {
    const auto one = secret_fingerprint(test::key(), "API_KEY", "value");
    CHECK(one.size() == 32);
    CHECK(one == secret_fingerprint(test::key(), "API_KEY", "value"));
    CHECK(one != secret_fingerprint(test::key(), "OTHER", "value"));
    CHECK(one != secret_fingerprint(Secret("other key"), "API_KEY", "value"));
    CHECK(secret_fingerprint(Secret(), "API_KEY", "value").empty());
    CHECK(secrets_digest(Secret(), {{"A", "x"}}) == "-");
    CHECK(secrets_digest(test::key(), {}) == "-");
    CHECK(key_id(Secret()) == "-");
    CHECK(key_id(test::key()).size() == 8);
  }
}

#include "base/system_trust.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/net/certificates.h"

namespace plumbline::net {
namespace {

using testing::Certificate;
using testing::Freeing;
using testing::Identity;

// The environment variables by which OpenSSL is told where the CAs of the system are, for one test.
class SystemCas {
 public:
  SystemCas() {
    std::filesystem::create_directory(folder_.path() / "hashed");
    ::setenv("SSL_CERT_DIR", folder_.file("hashed").c_str(), 1);
    ::setenv("SSL_CERT_FILE", folder_.file("bundle.pem").c_str(), 1);
  }
  ~SystemCas() {
    ::unsetenv("SSL_CERT_DIR");
    ::unsetenv("SSL_CERT_FILE");
  }
  SystemCas(const SystemCas&) = delete;
  SystemCas& operator=(const SystemCas&) = delete;

  void in_folder(const X509* ca) const {
    const auto name =
        fmt::format("hashed/{:08x}.0", X509_NAME_hash_ex(X509_get_subject_name(ca), nullptr, nullptr, nullptr));
    write(name, testing::to_pem(ca));
  }
  void in_bundle(const X509* ca) const { write("bundle.pem", testing::to_pem(ca)); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.file(name), std::ios::app) << text;
  }

 private:
  plumbline::testing::TemporaryFolder folder_;
};

class Store {
 public:
  Store() { REQUIRE(trust_system(store_.get())); }

  /// X509_V_OK, or why the certificate is refused.
  int verify(X509* certificate) const {
    const std::unique_ptr<X509_STORE_CTX, Freeing<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
    REQUIRE(X509_STORE_CTX_init(context.get(), store_.get(), certificate, nullptr) == 1);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
  }

  [[nodiscard]] int known() const { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store_.get())); }

 private:
  std::unique_ptr<X509_STORE, Freeing<X509_STORE_free>> store_{X509_STORE_new()};
};

// The same CA, which was over a minute ago.
Certificate expired(const Identity& ca) {
  Certificate copy(X509_dup(ca.certificate.get()));
  X509_gmtime_adj(X509_getm_notAfter(copy.get()), -60);
  REQUIRE(X509_sign(copy.get(), ca.key.get(), EVP_sha256()) != 0);
  return copy;
}

}  // namespace

TEST_CASE("a CA of the folder is found without a look at the bundle") {
  const SystemCas system;
  const auto ca = testing::make_ca("of the folder");
  const auto other = testing::make_ca("of the bundle");
  system.in_folder(ca.certificate.get());
  system.in_bundle(other.certificate.get());
  const auto leaf = testing::make_leaf(ca, "DNS:a.example");
  const Store store;
  CHECK(store.known() == 0);
  CHECK(store.verify(leaf.certificate.get()) == X509_V_OK);
  CHECK(store.known() == 1);
}

TEST_CASE("a CA that the folder lacks is found in the bundle, which is read once") {
  const SystemCas system;
  const auto ca = testing::make_ca("of the bundle");
  system.in_bundle(ca.certificate.get());
  const auto leaf = testing::make_leaf(ca, "DNS:a.example");
  const Store store;
  CHECK(store.verify(leaf.certificate.get()) == X509_V_OK);
  const auto late = testing::make_ca("late");
  system.in_bundle(late.certificate.get());
  CHECK(store.verify(testing::make_leaf(late, "DNS:a.example").certificate.get()) ==
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK(store.verify(leaf.certificate.get()) == X509_V_OK);
}

TEST_CASE("a CA of the folder that has expired gives way to its successor in the bundle") {
  const SystemCas system;
  const auto ca = testing::make_ca("renewed");
  const auto leaf = testing::make_leaf(ca, "DNS:a.example");
  system.in_folder(expired(ca).get());
  SUBCASE("there is one") {
    system.in_bundle(ca.certificate.get());
    CHECK(Store().verify(leaf.certificate.get()) == X509_V_OK);
  }
  SUBCASE("there is none") {
    CHECK(Store().verify(leaf.certificate.get()) == X509_V_ERR_CERT_HAS_EXPIRED);
  }
}

TEST_CASE("a certificate that no CA of the system has signed is refused, and leaves no error of OpenSSL behind") {
  const SystemCas system;
  const auto nobody = testing::make_ca("nobody");
  const auto leaf = testing::make_leaf(nobody, "DNS:a.example");
  SUBCASE("there is nothing") {}
  SUBCASE("the bundle is not PEM") {
    system.write("bundle.pem", "no certificate\n");
  }
  SUBCASE("the bundle breaks off") {
    system.write("bundle.pem", testing::to_pem(nobody.certificate.get()).substr(0, 200));
  }
  SUBCASE("the folder and the bundle are not there") {
    ::setenv("SSL_CERT_DIR", "/no/such/folder", 1);
    ::setenv("SSL_CERT_FILE", "/no/such/file", 1);
  }
  ERR_clear_error();
  const Store store;
  CHECK(ERR_peek_error() == 0);
  const auto verdict = store.verify(leaf.certificate.get());
  CHECK(verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

}  // namespace plumbline::net

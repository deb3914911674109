#include "tests/unit/net/certificates.h"

#include <stdexcept>

namespace plumbline::net::testing {
namespace {

void expect(bool done) {
  if (!done) throw std::runtime_error("OpenSSL refused to make a test certificate");
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  expect(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Identity begin_identity(const std::string& name, long serial) {
  Identity identity{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  X509* const certificate = identity.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, identity.key.get());
  const auto* const bytes = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, bytes, -1, -1, 0);
  return identity;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

}  // namespace

Identity make_ca(const std::string& name) {
  Identity ca = begin_identity(name, 1);
  X509* const certificate = ca.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
  expect(X509_sign(certificate, ca.key.get(), EVP_sha256()) != 0);
  return ca;
}

Identity make_leaf(const Identity& issuer, const std::string& alternative_names, Validity validity) {
  Identity leaf = begin_identity("leaf", 2);
  X509* const certificate = leaf.certificate.get();
  if (validity == Validity::expired) X509_gmtime_adj(X509_getm_notAfter(certificate), -60);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  add_extension(certificate, issuer.certificate.get(), NID_subject_alt_name, alternative_names);
  expect(X509_sign(certificate, issuer.key.get(), EVP_sha256()) != 0);
  return leaf;
}

std::string to_pem(const X509* certificate) {
  BIO* const bio = BIO_new(BIO_s_mem());
  expect(PEM_write_bio_X509(bio, certificate) == 1);
  return text_of(bio);
}

std::string to_pem(const EVP_PKEY* key) {
  BIO* const bio = BIO_new(BIO_s_mem());
  expect(PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio);
}

}  // namespace plumbline::net::testing

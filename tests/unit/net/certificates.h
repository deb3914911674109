#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace plumbline::net::testing {

/// Certificates that live for one test run.
template <auto free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;

struct Identity {
  Key key;
  Certificate certificate;
};

/// A CA of that name, or, given an issuer, a certificate for `alternative_names` (`DNS:a.example`,
/// `IP:127.0.0.1`). Valid from an hour ago until an hour from now, or over since a minute ago.
enum class Validity { current, expired };
Identity make_ca(const std::string& name);
Identity make_leaf(const Identity& issuer, const std::string& alternative_names, Validity validity = Validity::current);

std::string to_pem(const X509* certificate);
std::string to_pem(const EVP_PKEY* key);

}  // namespace plumbline::net::testing

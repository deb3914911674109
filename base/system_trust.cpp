#include "base/system_trust.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace plumbline {
namespace {

// Where a store remembers that it has read the bundle.
int bundle_mark() {
  static const int index = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// False if there is nothing new.
bool read_bundle(X509_STORE* store) {
  if (X509_STORE_get_ex_data(store, bundle_mark()) != nullptr) return false;
  if (X509_STORE_set_ex_data(store, bundle_mark(), store) != 1) return false;
  // OpenSSL would take an error that we leave behind for one of the connection.
  ERR_set_mark();
  auto* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  const bool read = lookup != nullptr && X509_LOOKUP_load_file(lookup, nullptr, X509_FILETYPE_DEFAULT) == 1;
  ERR_pop_to_mark();
  return read;
}

bool is_current(const X509* certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

// OpenSSL's own search; where it finds nothing valid, once more with the bundle.
int find_issuer(X509** issuer, X509_STORE_CTX* context, X509* certificate) {
  const int found = X509_STORE_CTX_get1_issuer(issuer, context, certificate);
  if (found < 0 || (found == 1 && is_current(*issuer))) return found;
  if (!read_bundle(X509_STORE_CTX_get0_store(context))) return found;
  if (found == 1) X509_free(*issuer);
  return X509_STORE_CTX_get1_issuer(issuer, context, certificate);
}

}  // namespace

bool trust_system(x509_store_st* store) {
  auto* const folder = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  if (folder == nullptr || bundle_mark() < 0) return false;
  ERR_set_mark();
  X509_LOOKUP_add_dir(folder, nullptr, X509_FILETYPE_DEFAULT);
  ERR_pop_to_mark();
  X509_STORE_set_get_issuer(store, find_issuer);
  return true;
}

}  // namespace plumbline

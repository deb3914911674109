#pragma once

struct x509_store_st;

namespace plumbline {

/// Makes an X509_STORE of OpenSSL trust the CAs of the system: those of its folder (or of $SSL_CERT_DIR) and of its
/// bundle (or of $SSL_CERT_FILE). The folder names each CA by the hash of its name, so that finding one costs one small
/// file. The bundle has some 140 of them, which take 20 ms to parse: it is read once, when the folder lacks an issuer.
/// As with OpenSSL's own default paths, what cannot be read has no CAs. False if there is no memory.
///
/// The store is used by one thread.
bool trust_system(x509_store_st* store);

}  // namespace plumbline

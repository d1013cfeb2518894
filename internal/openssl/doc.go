// Package openssl implements OpenSSL's notations for what package suite registers:
// lists of ciphers, groups and signature algorithms, SSL_OP_* options, and the
// descriptions that openssl ciphers -v prints.
package openssl

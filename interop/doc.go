// Package interop tests polytls against real peers: OpenSSL, Node, GnuTLS,
// curl, Python, Java, crypto/tls, stunnel and mosquitto, in both directions.
//
// A peer that is missing skips its tests; with POLYTLS_REQUIRE_PEERS=1 it
// fails them. Node 12 and a current Node are found by POLYTLS_NODE12 and
// POLYTLS_NODE, or in .peers/node_modules of the repository. With -short the
// matrix is thinned out.
package interop

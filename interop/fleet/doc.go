// Package fleet tests sessions where several servers share them: polytls and
// Node side by side under one set of ticket keys or on one Redis, a Redis that
// dies or is slow, and ticket keys that rotate. It also tests what happens to a
// connection after its handshake, with OpenSSL and Node at the other end:
// renegotiation, key updates and early data.
//
// Peers are found as in package interop. With -handshakes the tests of a Redis
// that fails make more connections than they do by default.
package fleet

// Package examples has a program in each directory below it, to be copied and changed:
//
//	echo         a server that sends back what it receives, and its client
//	mtls         clients that show certificates
//	psk          devices and their broker, which share a key each and need no certificates
//	fleet        servers that resume each other's clients by way of Redis
//	http         HTTP/2 and HTTP/1.1
//	starttls     from plain text to TLS on one connection, as in SMTP
//	earlydata    requests in the first message of a handshake (0-RTT)
//	postquantum  ML-KEM and ML-DSA
//
// They read certificates that the command polytls makes:
//
//	polytls cert ca --out pki
//	polytls cert server --out pki --san localhost
//	polytls cert client --out pki --name device-1
//
// and need nothing of this module but its public packages. README.md says how a module
// of your own finds them.
package examples

package keys

import "fmt"

// The labels of a key log (RFC 9850), as NSS and OpenSSL write them.
const (
	LogClientRandom    = "CLIENT_RANDOM" // up to TLS 1.2: the master secret
	LogClientEarly     = "CLIENT_EARLY_TRAFFIC_SECRET"
	LogEarlyExporter   = "EARLY_EXPORTER_SECRET"
	LogClientHandshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
	LogServerHandshake = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
	LogClientTraffic   = "CLIENT_TRAFFIC_SECRET_0"
	LogServerTraffic   = "SERVER_TRAFFIC_SECRET_0"
	LogExporter        = "EXPORTER_SECRET"
	LogECHSecret       = "ECH_SECRET"
	LogECHConfig       = "ECH_CONFIG"
)

// LogLine returns a line of a key log with its line feed: the label, the
// random of ClientHello and the secret, in lower-case hexadecimal.
func LogLine(label string, clientRandom, secret []byte) string {
	return fmt.Sprintf("%s %x %x\n", label, clientRandom, secret)
}

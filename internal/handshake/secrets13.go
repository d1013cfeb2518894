package handshake

import (
	"crypto"
	"time"

	"polytls/internal/keys"
)

// secrets13 are the secrets of a connection of TLS 1.3 (RFC 8446, section 7.1), in
// one slice to save memory. Each has the length of the suite's hash.
type secrets13 []byte

// The indices of the secrets.
const (
	clientTraffic = iota // client_application_traffic_secret_N
	serverTraffic        // server_application_traffic_secret_N
	exporterSecret
	ourFinished // verify_data
	peerFinished
	places13
)

func (k secrets13) at(place int) []byte {
	n := len(k) / places13
	return k[place*n : (place+1)*n : (place+1)*n]
}

func (k secrets13) traffic(place int, h crypto.Hash) keys.Traffic {
	return keys.Traffic{Secret: k.at(place), Hash: h}
}

// next replaces a traffic secret by its successor (RFC 8446, section 7.2).
func (k secrets13) next(place int, h crypto.Hash) keys.Traffic {
	copy(k.at(place), k.traffic(place, h).Next().Secret)
	return k.traffic(place, h)
}

// saveSecrets13 stores the secrets that protect application data.
func (c *conversation) saveSecrets13(app *keys.Application) {
	k := make(secrets13, places13*c.suite.Hash.Size())
	copy(k.at(clientTraffic), app.Client.Secret)
	copy(k.at(serverTraffic), app.Server.Secret)
	copy(k.at(exporterSecret), app.Exporter)
	c.keys13 = k
}

// completeResult13 stores what the connection needs after the handshake, whose
// transcript is complete. Its sessions can be resumed for timeout.
func (c *conversation) completeResult13(master *keys.Master, ours, peers []byte, timeout time.Duration) {
	copy(c.keys13.at(ourFinished), ours)
	copy(c.keys13.at(peerFinished), peers)
	c.resumptionSecret = master.Resumption(c.transcript.Sum())
	c.session = c.newSession(timeout)
}

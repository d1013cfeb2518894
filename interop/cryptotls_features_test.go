package interop

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// goPartner is crypto/tls as a partner.
type goPartner struct{}

var goGroups = map[string]tls.CurveID{
	"X25519": tls.X25519, "P-256": tls.CurveP256, "P-384": tls.CurveP384, "P-521": tls.CurveP521,
	"X25519MLKEM768": tls.X25519MLKEM768, "SecP256r1MLKEM768": tls.SecP256r1MLKEM768, "SecP384r1MLKEM1024": tls.SecP384r1MLKEM1024,
}

// TestCryptoTLSFeatures runs the table of features with crypto/tls.
func TestCryptoTLSFeatures(t *testing.T) {
	t.Parallel()
	playTalks(t, goPartner{}, everyTalk("X25519", "P-256", "P-384", "P-521", "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024"))
}

func (goPartner) refuses(c *talk, _ bool) string {
	switch {
	case c.psk:
		return "it has no external keys"
	case strings.HasSuffix(c.client, "rsapss"):
		return "it knows no RSASSA-PSS keys"
	case c.version == "TLSv1.2" && strings.Contains(c.group, "MLKEM"):
		return "the group is of TLS 1.3"
	}
	return ""
}

func (goPartner) config(t *testing.T, c *talk) *tls.Config {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca(t).cert)
	version := map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}[c.version]
	config := &tls.Config{MinVersion: version, MaxVersion: version, RootCAs: roots, ClientCAs: roots}
	if c.group != "" {
		config.CurvePreferences = []tls.CurveID{goGroups[c.group]}
	}
	if c.alpn {
		config.NextProtos = []string{"echo"}
	}
	return config
}

func goCertificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	id := certificate(t, name)
	pair, err := tls.X509KeyPair(id.cert, id.key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func (g goPartner) serve(t *testing.T, talks []*talk) (ports []int) {
	for _, c := range talks {
		config := g.config(t, c)
		config.Certificates = []tls.Certificate{goCertificate(t, "rsa"), goCertificate(t, "other")}
		if c.client != "" {
			config.ClientAuth = tls.RequireAndVerifyClientCert
		}
		ports = append(ports, listenPlain(t, func(raw net.Conn) {
			defer raw.Close()
			s := tls.Server(raw, config)
			io.Copy(s, s)
		}))
	}
	return ports
}

func (g goPartner) connect(_ *testing.T, talks []*talk, ports []int) func(*testing.T, int) {
	return func(t *testing.T, i int) {
		c := talks[i]
		config := g.config(t, c)
		config.ServerName = cmp.Or(c.host, "localhost")
		if c.guess != "" {
			config.CurvePreferences = append(config.CurvePreferences, goGroups[c.guess])
		}
		if c.client != "" {
			config.Certificates = []tls.Certificate{goCertificate(t, c.client)}
		}
		s, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[i]), config)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.SetDeadline(time.Now().Add(patience))
		echoBulk(t, s, c.text())
	}
}

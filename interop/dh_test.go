package interop

import (
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/internal/kex"
	"polytls/internal/suite"
)

const dhe = "DHE-RSA-AES128-GCM-SHA256"

// TestCompositeDHGroup refuses a modulus that is not a prime, which OpenSSL's
// server uses and its client accepts.
func TestCompositeDHGroup(t *testing.T) {
	t.Parallel()
	// Beside a prime, so that 2 has a large order: public values that both ends
	// refuse, such as 1, do not come up.
	odd := new(big.Int).SetBytes(kex.NamedDH(suite.FFDHE2048).P)
	for odd.ProbablyPrime(20) {
		odd.Add(odd, big.NewInt(2))
	}
	der, err := asn1.Marshal(struct{ P, G *big.Int }{odd, big.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "composite.pem")
	writeFile(t, file, pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}))
	p, port := sServe(t, certificate(t, "rsa"), "-tls1_2", "-cipher", dhe, "-dhparam", file)
	theirs := sConnect(t, port, "-tls1_2", "-cipher", dhe)
	theirs.expect(t, theirs.Stdout, "Server Temp Key: DH, 2048 bits")
	theirs.Write(t, "Q\n")
	theirs.Wait(t)
	if e := refused(t, port, polytls.ConnectOptions{}); e.Code != "ERR_SSL_BAD_DH_VALUE" || e.AlertFrom != polytls.SideUs {
		t.Errorf("our client: %v", e)
	}
	p.expect(t, p.Stderr, "alert illegal parameter")
}

// TestDSAGroups checks that groups whose prime is not a safe prime work at both
// ends.
func TestDSAGroups(t *testing.T) {
	t.Parallel()
	rfc5114, own := filepath.Join(t.TempDir(), "rfc5114.pem"), filepath.Join(t.TempDir(), "dsa.pem")
	run(t, "openssl", "genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", "dh_rfc5114:3", "-out", rfc5114)
	run(t, "openssl", "dhparam", "-dsaparam", "-out", own, "2048")
	for name, file := range map[string]string{"RFC 5114": rfc5114, "dsaparam": own} {
		t.Run(name, func(t *testing.T) {
			_, port := sServe(t, certificate(t, "rsa"), "-tls1_2", "-rev", "-cipher", dhe, "-dhparam", file)
			s := connect(t, port, polytls.ConnectOptions{})
			if key := s.EphemeralKeyInfo(); key.Type != "DH" || key.Size != 2048 {
				t.Errorf("ephemeral key %+v", key)
			}
			exchange(t, s, "hello\n", "olleh\n")

			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			o := polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options()}
			o.Ciphers, o.DHParam = dhe, text
			srv := serve(t, o, nil)
			c := sConnect(t, srv.port, "-tls1_2", "-cipher", dhe)
			c.Write(t, "hello\n")
			c.expect(t, c.Stdout, "Server Temp Key: DH, 2048 bits(?s:.*)hello\n")
		})
	}
}

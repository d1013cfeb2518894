package interop

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"polytls/internal/testcert"

	"polytls"
)

// identity is a certificate with its key, in memory and in files.
type identity struct {
	made              *testcert.Cert
	cert, key         []byte // PEM
	certFile, keyFile string
}

func (id *identity) options() polytls.ContextOptions {
	return polytls.ContextOptions{Cert: [][]byte{id.cert}, Key: []polytls.Key{{PEM: id.key}}}
}

// dir holds what peers read from files. TestMain removes it.
var dir string

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "polytls-interop-"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// made holds the identities by name, each made once.
var made = struct {
	sync.Mutex
	identities map[string]*identity
}{identities: map[string]*identity{}}

// ca is the root that everyone trusts, otherCA one that only some clients'
// certificates come from.
func ca(t testing.TB) *identity      { return certificate(t, "ca") }
func otherCA(t testing.TB) *identity { return certificate(t, "otherca") }

// certificate returns an identity by its name: "ca", "otherca"; a server's
// for localhost and 127.0.0.1, named by its key: "rsa", "p256", "p384",
// "p521", "ed25519", "rsapss", "ed448", "mldsa44", "mldsa65", "mldsa87"; "other", a
// server's for other.example; a client's: "client" (RSA), "client-" and one of p256,
// p384, p521, ed25519, rsapss and the three of ML-DSA, "stranger" (of otherca).
func certificate(t testing.TB, name string) *identity {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	return makeCertificate(t, name)
}

// makeCertificate is certificate under the lock.
func makeCertificate(t testing.TB, name string) *identity {
	t.Helper()
	if id := made.identities[name]; id != nil {
		return id
	}
	template := testcert.Template{CommonName: name, Kind: kindOf(name), CA: strings.HasSuffix(name, "ca")}
	switch {
	case template.CA:
	case name == "stranger", strings.HasPrefix(name, "client"):
		template.Usage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case name == "other":
		template.DNS, template.Usage = []string{"other.example"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	default:
		server := testcert.ServerTemplate("localhost", "127.0.0.1")
		template.DNS, template.IPs, template.Usage = server.DNS, server.IPs, server.Usage
	}
	var c *testcert.Cert
	switch {
	case template.CA:
		c = testcert.SelfSigned(template)
	case name == "stranger":
		c = makeCertificate(t, "otherca").made.Issue(template)
	default:
		c = makeCertificate(t, "ca").made.Issue(template)
	}
	id := &identity{
		made: c, cert: c.PEM(), key: c.KeyPEM(),
		certFile: filepath.Join(dir, name+".pem"), keyFile: filepath.Join(dir, name+".key"),
	}
	writeFile(t, id.certFile, id.cert)
	writeFile(t, id.keyFile, id.key)
	made.identities[name] = id
	return id
}

// kindOf is the kind of key that a name ends with, RSA if it is none.
func kindOf(name string) testcert.Kind {
	for suffix, kind := range map[string]testcert.Kind{
		"p256": testcert.P256, "p384": testcert.P384, "p521": testcert.P521,
		"ed25519": testcert.Ed25519, "ed448": testcert.Ed448, "rsapss": testcert.RSAPSS,
		"mldsa44": testcert.MLDSA44, "mldsa65": testcert.MLDSA65, "mldsa87": testcert.MLDSA87,
	} {
		if strings.HasSuffix(name, suffix) {
			return kind
		}
	}
	return testcert.FreshRSA
}

func writeFile(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// dhParam returns DH parameters in PEM: the safe prime of RFC 7919 for 2048
// and 3072 bits, one of RFC 2409 (its second Oakley group) for 1024.
func dhParam(t testing.TB, bits int) []byte {
	t.Helper()
	name := filepath.Join(dir, fmt.Sprintf("dh%d.pem", bits))
	made.Lock()
	defer made.Unlock()
	if text, err := os.ReadFile(name); err == nil {
		return text
	}
	group := fmt.Sprintf("ffdhe%d", bits)
	if bits == 1024 {
		writeFile(t, name, pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: oakley2(t)}))
	} else {
		run(t, "openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:"+group, "-out", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func dhFile(t testing.TB, bits int) string {
	dhParam(t, bits)
	return filepath.Join(dir, fmt.Sprintf("dh%d.pem", bits))
}

// oakley2 is the DHParameter (PKCS #3) of RFC 2409, section 6.2.
func oakley2(t testing.TB) []byte {
	t.Helper()
	p, ok := new(big.Int).SetString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"+
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"+
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)
	if !ok {
		t.Fatal("not a number")
	}
	der, err := asn1.Marshal(struct{ P, G *big.Int }{p, big.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

package interop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls"
)

// identity is a certificate with its key, in memory and in files.
type identity struct {
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
	serial     int64
}{identities: map[string]*identity{}}

// ca is the root that everyone trusts, otherCA one that only some clients'
// certificates come from.
func ca(t testing.TB) *identity      { return certificate(t, "ca") }
func otherCA(t testing.TB) *identity { return certificate(t, "otherca") }

// certificate returns an identity by its name: "ca", "otherca"; a server's
// for localhost and 127.0.0.1, named by its key: "rsa", "p256", "p384",
// "p521", "ed25519", "rsapss", "ed448"; "other", a server's for other.example;
// a client's: "client" (RSA), "client-" and one of p256, p384, p521, ed25519
// and rsapss, "stranger" (of otherca).
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
	id := &identity{certFile: filepath.Join(dir, name+".pem"), keyFile: filepath.Join(dir, name+".key")}
	switch name {
	case "rsapss", "ed448", "client-rsapss": // crypto/x509 makes none
		makeByOpenSSL(t, name, id)
	default:
		makeByGo(t, name, id)
	}
	made.identities[name] = id
	return id
}

func makeByGo(t testing.TB, name string, id *identity) {
	key := newKey(t, name)
	made.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1000 + made.serial),
		Subject:      pkix.Name{CommonName: name, Organization: []string{"polytls"}},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	issuer, issuerKey := template, crypto.Signer(key)
	switch {
	case strings.HasSuffix(name, "ca"):
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	case name == "stranger":
		issuer, issuerKey = issuedBy(t, "otherca")
	default:
		issuer, issuerKey = issuedBy(t, "ca")
	}
	switch {
	case template.IsCA:
	case name == "other":
		template.DNSNames = []string{"other.example"}
	case name == "stranger", strings.HasPrefix(name, "client"):
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	default:
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	id.cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	id.key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	writeFile(t, id.certFile, id.cert)
	writeFile(t, id.keyFile, id.key)
}

// issuedBy returns a CA as crypto/x509 wants it.
func issuedBy(t testing.TB, name string) (*x509.Certificate, crypto.Signer) {
	id := makeCertificate(t, name)
	certBlock, _ := pem.Decode(id.cert)
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	keyBlock, _ := pem.Decode(id.key)
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key.(crypto.Signer)
}

func newKey(t testing.TB, name string) (key crypto.Signer) {
	t.Helper()
	var err error
	switch _, kind, _ := strings.Cut("-"+name, "-"); {
	case strings.HasSuffix(kind, "p256"):
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case strings.HasSuffix(kind, "p384"):
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case strings.HasSuffix(kind, "p521"):
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case strings.HasSuffix(kind, "ed25519"):
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func makeByOpenSSL(t testing.TB, name string, id *identity) {
	kind := []string{"-algorithm", "ED448"}
	if strings.HasSuffix(name, "rsapss") {
		kind = []string{"-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"}
	}
	root := makeCertificate(t, "ca")
	extensions, request := filepath.Join(dir, name+".ext"), filepath.Join(dir, name+".csr")
	usage := "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
	if strings.HasPrefix(name, "client") {
		usage = "extendedKeyUsage=clientAuth\n"
	}
	writeFile(t, extensions, []byte(usage))
	run(t, "openssl", append([]string{"genpkey", "-out", id.keyFile}, kind...)...)
	run(t, "openssl", "req", "-new", "-config", "/dev/null", "-key", id.keyFile, "-subj", "/O=polytls/CN="+name, "-out", request)
	made.serial++
	run(t, "openssl", "x509", "-req", "-in", request, "-CA", root.certFile, "-CAkey", root.keyFile,
		"-set_serial", fmt.Sprint(1000+made.serial), "-days", "1", "-sha256", "-extfile", extensions, "-out", id.certFile)
	var err error
	if id.cert, err = os.ReadFile(id.certFile); err != nil {
		t.Fatal(err)
	}
	if id.key, err = os.ReadFile(id.keyFile); err != nil {
		t.Fatal(err)
	}
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

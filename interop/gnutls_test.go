package interop

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polytls/internal/peertest"
	"polytls/internal/suite"
)

// gnuTLS is GnuTLS in the matrix. It has a server for each certificate and DH
// size, which echoes.
type gnuTLS struct {
	parent  testing.TB
	suites  string // what it lists
	servers map[string]*sServer
}

func newGnuTLS(t testing.TB) opponent {
	peertest.Path(t, "gnutls-serv")
	return &gnuTLS{parent: t, suites: string(run(t, "gnutls-cli", "--list")), servers: map[string]*sServer{}}
}

func (g *gnuTLS) text(line string) string { return line }

func (g *gnuTLS) refuses(_ testing.TB, c *cell, ours string) string {
	id := fmt.Sprintf("\t0x%02x, 0x%02x\tTLS", byte(c.suite.ID>>8), byte(c.suite.ID))
	_, lowest, listed := strings.Cut(g.suites, id)
	lowest, _, _ = strings.Cut(lowest, "\n")
	switch {
	case !listed:
		return "it does not list " + c.suite.Name
	case gnuVersion(c.version) < "TLS"+lowest:
		return "it has " + c.suite.Name + " from TLS " + lowest + " on"
	case ours == "server" && (c.suite.Kx == suite.KxDHEPSK || c.suite.Kx == suite.KxECDHEPSK):
		return "gnutls-cli crashes with these, with its own server, too"
	case c.group != "" && !strings.Contains(g.suites, gnuGroup(c.group)):
		return "it does not list " + c.group
	}
	return ""
}

// gnuKx are GnuTLS's names of key exchanges.
var gnuKx = map[suite.KeyExchange]string{
	suite.KxAny: "ECDHE-RSA:+ECDHE-ECDSA:+DHE-RSA", suite.KxRSA: "RSA", suite.KxPSK: "PSK",
	suite.KxDHEPSK: "DHE-PSK", suite.KxECDHEPSK: "ECDHE-PSK", suite.KxRSAPSK: "RSA-PSK",
}

func gnuKeyExchange(s *suite.CipherSuite) string {
	switch {
	case s.Kx == suite.KxSRP && s.Auth == suite.AuthRSA:
		return "SRP-RSA"
	case s.Kx == suite.KxSRP:
		return "SRP"
	case s.Auth == suite.AuthNone && s.UsesECDHE():
		return "ANON-ECDH"
	case s.Auth == suite.AuthNone:
		return "ANON-DH"
	case s.Auth == suite.AuthECDSA:
		return "ECDHE-ECDSA"
	case s.Kx == suite.KxECDHE:
		return "ECDHE-RSA"
	case s.Kx == suite.KxDHE:
		return "DHE-RSA"
	}
	return gnuKx[s.Kx]
}

// gnuCipher returns GnuTLS's name of a suite's cipher: IANA's with hyphens.
func gnuCipher(s *suite.CipherSuite) string {
	name := strings.TrimPrefix(s.Standard, "TLS_")
	if _, cipher, found := strings.Cut(name, "_WITH_"); found {
		name = cipher
	}
	for _, hash := range []string{"_MD5", "_SHA", "_SHA256", "_SHA384"} {
		name = strings.TrimSuffix(name, hash)
	}
	return strings.ReplaceAll(name, "_", "-")
}

// gnuCiphers returns GnuTLS's names of our ciphers.
func gnuCiphers() []string {
	var names []string
	for s := range suite.Suites() {
		if name := gnuCipher(s); s.Implemented && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

var gnuMACs = map[suite.MAC]string{suite.AEAD: "AEAD", suite.MD5: "MD5", suite.SHA1: "SHA1", suite.SHA256: "SHA256", suite.SHA384: "SHA384"}

func gnuGroup(name string) string {
	switch {
	case name == "":
		return "GROUP-ALL"
	case strings.HasPrefix(name, "P-"):
		return "GROUP-SECP" + name[2:] + "R1"
	}
	return "GROUP-" + strings.ToUpper(name)
}

func gnuVersion(v suite.Version) string {
	if v == suite.TLS10 {
		return "TLS1.0"
	}
	return strings.Replace(v.String(), "v", "", 1)
}

// gnuAlways is what all priority strings allow.
const gnuAlways = ":+SIGN-ALL:+CTYPE-X.509:%VERIFY_ALLOW_SIGN_WITH_SHA1:%VERIFY_ALLOW_BROKEN"

func (g *gnuTLS) serve(_ testing.TB, c *cell) (int, func(testing.TB) seen) {
	name := fmt.Sprint(c.key, c.dh)
	s := g.servers[name]
	if s == nil {
		s = g.start(c)
		g.servers[name] = s
	}
	return s.port, func(t testing.TB) seen {
		t.Helper()
		m := s.expectFrom(t, s.Stdout, s.read, `- Version: TLS(\S+)(?s:.*?)\n- Cipher: (\S+)\n- MAC: (\S+)\n`)
		s.read = s.Stdout.Len()
		return gnuSeen(c, m[1], m[2], m[3])
	}
}

// gnuSeen translates what GnuTLS reports: a suite's name only if cipher and MAC are
// the cell's.
func gnuSeen(c *cell, version, cipher, mac string) seen {
	name := c.suite.Name
	if cipher != gnuCipher(c.suite) || mac != gnuMACs[c.suite.MAC] {
		name = cipher + " " + mac
	}
	return seen{"TLSv" + strings.TrimSuffix(version, ".0"), name}
}

func (g *gnuTLS) start(c *cell) *sServer {
	t := g.parent
	id := certificate(t, c.certificateKey())
	var all []string
	for _, name := range gnuCiphers() {
		if name != "NULL" || c.version < suite.TLS13 { // a syntax error together
			all = append(all, "+"+name)
		}
	}
	for _, name := range gnuMACs {
		all = append(all, "+"+name)
	}
	kx := gnuKx[suite.KxAny]
	if c.version < suite.TLS13 { // it allows no other together with 1.3
		kx += ":+RSA:+ANON-ECDH:+ANON-DH:+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK:+SRP:+SRP-RSA"
	}
	priority := "NONE:+VERS-" + gnuVersion(c.version) + ":+" + kx + ":+GROUP-ALL:" + strings.Join(all, ":") + gnuAlways
	port := freePort(t)
	args := []string{"--echo", "--disable-client-cert", "-p", fmt.Sprint(port), "--priority", priority, "--x509certfile", id.certFile, "--x509keyfile", id.keyFile}
	if c.dh != 0 {
		args = append(args, "--dhparams", dhFile(t, c.dh))
	}
	temp := t.TempDir()
	switch c.key {
	case "psk":
		file := filepath.Join(temp, "keys")
		writeFile(t, file, []byte(pskIdentity+":"+hex.EncodeToString(pskKeys[pskIdentity])+"\n"))
		args = append(args, "--pskpasswd", file, "--pskhint", "a hint")
	case "srp":
		args = append(args, srpFiles(t, temp)...)
	}
	s := &sServer{process: start(t, "gnutls-serv", args...), port: port}
	s.awaitPort(t, port)
	return s
}

// srpFiles makes GnuTLS's files of SRP verifiers with our user in them.
func srpFiles(t testing.TB, dir string) []string {
	t.Helper()
	groups, users := filepath.Join(dir, "groups"), filepath.Join(dir, "users")
	run(t, "srptool", "--create-conf", groups)
	p := start(t, "srptool", "--passwd-conf", groups, "--passwd", users, "--username", srpUser)
	p.Write(t, srpPassword+"\n")
	if err := p.Wait(t); err != nil {
		t.Fatalf("srptool: %v%s", err, p.Output())
	}
	return []string{"--srppasswd", users, "--srppasswdconf", groups}
}

// connect runs gnutls-cli, which resumes by itself.
func (g *gnuTLS) connect(t testing.TB, c *cell, port int) []seen {
	t.Helper()
	priority := "NONE:+VERS-" + gnuVersion(c.version) + ":+" + gnuKeyExchange(c.suite) + ":+" + gnuCipher(c.suite) +
		":+" + gnuMACs[c.suite.MAC] + ":+" + gnuGroup(c.group) + gnuAlways
	if curve := strings.TrimPrefix(c.groups(), c.group+":"); c.group != "" && curve != c.group {
		priority += ":+" + gnuGroup(curve)
	}
	args := []string{"-p", fmt.Sprint(port), "127.0.0.1", "--x509cafile", ca(t).certFile, "--sni-hostname", "localhost",
		"--verify-hostname", "localhost", "--priority", priority, "--resume", "--waitresumption"}
	switch c.key {
	case "psk":
		args = append(args, "--pskusername", pskIdentity, "--pskkey", hex.EncodeToString(pskKeys[pskIdentity]))
	case "srp":
		args = append(args, "--srpusername", srpUser, "--srppasswd", srpPassword)
	}
	p := start(t, "gnutls-cli", args...)
	p.Write(t, "hello\n")
	const description = `- Description: \(TLS([0-9.]+)\S*?-\(((?:AES|CHACHA|NULL)[^()]*)\)(?:-\((\w+)\))?\n`
	m := p.expect(t, p.Stdout, description+`(?s:.*)`+description+`(?s:.*)This is a resumed session(?s:.*)\nhello\n`)
	var both []seen
	for _, m := range [][]string{m[1:4], m[4:7]} {
		mac := m[2]
		if mac == "" {
			mac = "AEAD"
		}
		both = append(both, gnuSeen(c, m[0], m[1], mac))
	}
	return both
}

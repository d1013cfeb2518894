package polytls_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// ends are the lists from which two ends choose. What an end lacks can be added to it.
type ends struct {
	server, client lists
	certs          []*testcert.Cert
	clientOrder    bool
}

type lists struct {
	max       string
	ciphers   []string // OpenSSL's names, those of TLS 1.3 included
	best      string   // a group that is preferred to the others, "" for none
	groups    []string // with * for a key share of a client's
	schemes   []string
	protocols []string
}

func (l *lists) context() polytls.ContextOptions {
	groups := strings.Join(l.groups, ":")
	if l.best != "" {
		groups = l.best + "/" + groups
	}
	return polytls.ContextOptions{
		MinVersion: "TLSv1", MaxVersion: l.max, Ciphers: strings.Join(l.ciphers, ":") + ":@SECLEVEL=0",
		ECDHCurve: groups, Sigalgs: strings.Join(l.schemes, ":"),
	}
}

// handshake makes a connection, and returns nil if the lists do not allow one.
func (e *ends) handshake(t *testing.T) (server, client *polytls.Socket) {
	t.Helper()
	so, co := serving(e.certs...), trusting(ca)
	own := so.ContextOptions
	so.ContextOptions = e.server.context()
	so.Cert, so.Key = own.Cert, own.Key
	roots := co.CA
	co.ContextOptions = e.client.context()
	co.CA = roots
	so.ALPNProtocols, co.ALPNProtocols = e.server.protocols, e.client.protocols
	so.ClientCipherOrder, so.RecordHandshake, co.RecordHandshake = e.clientOrder, true, true
	o := handshake(t, so, co)
	if o.clientErr != nil || o.serverErr != nil {
		return nil, nil
	}
	return o.server, o.client
}

var (
	matrixCiphers = []string{
		"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
		"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
		"AES128-GCM-SHA256", "AES128-SHA",
	}
	matrixGroups    = []string{"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"}
	matrixSchemes   = []string{"ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384"}
	matrixProtocols = []string{"h2", "http/1.1", "acme"}
)

// some returns some of the list in a random order, at least one.
func some(r *rand.Rand, list []string, always ...string) []string {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	chosen := list[:1+r.IntN(len(list))]
	for _, x := range always {
		if !slices.Contains(chosen, x) {
			chosen = append(chosen, x)
		}
	}
	return chosen
}

func randomLists(r *rand.Rand) lists {
	return lists{
		max: versions[r.IntN(len(versions))], ciphers: some(r, matrixCiphers, "TLS_AES_128_GCM_SHA256"), groups: some(r, matrixGroups, "secp256r1"),
		schemes: some(r, matrixSchemes, "ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"), protocols: some(r, matrixProtocols),
	}
}

// chosenOf are the choices by what they are about.
func chosenOf(s *polytls.Socket) map[string]polytls.Choice {
	byName := map[string]polytls.Choice{}
	for _, c := range s.HandshakeInfo().Choices {
		byName[c.What] = c
	}
	return byName
}

// TestChoicesOverMatrix has random ends make handshakes. What is explained is what was
// chosen, and an end that removes an obstacle gets the better choice, or meets the next
// obstacle.
func TestChoicesOverMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 26))
	rsa := ca.Issue(func() testcert.Template {
		template := testcert.ServerTemplate("localhost")
		template.Kind = testcert.RSA2048
		return template
	}())
	made, removed := 0, 0
	for tries := 0; made < 60; tries++ {
		if tries == 1000 {
			t.Fatalf("%d of %d handshakes succeeded", made, tries)
		}
		e := ends{server: randomLists(r), client: randomLists(r), clientOrder: r.IntN(2) == 0}
		switch r.IntN(3) {
		case 0:
			e.certs = []*testcert.Cert{localhost}
		case 1:
			e.certs = []*testcert.Cert{rsa}
		default:
			e.certs = []*testcert.Cert{localhost, rsa}
		}
		server, client := e.handshake(t)
		if server == nil {
			continue
		}
		made++
		choices := chosenOf(server)
		compareChoices(t, server, choices)
		compareChoices(t, server, chosenOf(client))
		for what, c := range choices {
			for _, o := range c.Obstacles {
				if what != "resumption" && what != "certificate" {
					e.remove(t, what, o, choices, rsa)
					removed++
				}
			}
		}
	}
	if removed < 100 {
		t.Errorf("only %d obstacles were met", removed)
	}
}

// compareChoices compares choices with what was negotiated.
func compareChoices(t *testing.T, server *polytls.Socket, choices map[string]polytls.Choice) {
	t.Helper()
	p := server.Parameters()
	want := map[string]string{"version": server.Protocol(), "cipher suite": server.Cipher().StandardName, "protocol": server.ALPNProtocol(), "resumption": ""}
	if p.Group != "" {
		want["group"] = p.Group
	}
	if server.Protocol() >= "TLSv1.2" && p.Sigalg != "" {
		want["signature scheme"] = p.Sigalg
	}
	for what, chosen := range want {
		if c, ok := choices[what]; !ok || c.Chosen != chosen || c.Rule == "" {
			t.Errorf("%s is %q, explained is %+v", what, chosen, c)
		}
	}
}

// remove removes an obstacle, and those that are left, until the better choice is made,
// or one that is better still.
func (e *ends) remove(t *testing.T, what string, o polytls.Obstacle, before map[string]polytls.Choice, rsa *testcert.Cert) {
	t.Helper()
	changed := *e
	better := before[what].Obstacles
	better = better[:slices.Index(better, o)]
	for range 4 {
		changed.grant(what, o, rsa)
		server, _ := changed.handshake(t)
		if server == nil {
			t.Errorf("%s: no handshake without the obstacle %+v: %+v", what, o, changed)
			return
		}
		c := chosenOf(server)[what]
		if c.Chosen == o.Better || slices.ContainsFunc(better, func(b polytls.Obstacle) bool { return b.Better == c.Chosen }) {
			return
		}
		i := slices.IndexFunc(c.Obstacles, func(next polytls.Obstacle) bool { return next.Better == o.Better })
		if i < 0 || c.Obstacles[i] == o {
			t.Errorf("%s: %+v was removed from %+v, and the choice is %+v; the ends are %+v", what, o, before[what], c, changed)
			return
		}
		o = c.Obstacles[i]
	}
	t.Errorf("%s: %+v is met again and again", what, o)
}

// grant gives the end that an obstacle names what it lacks.
func (e *ends) grant(what string, o polytls.Obstacle, rsa *testcert.Cert) {
	for end, l := range map[string]*lists{"client": &e.client, "server": &e.server} {
		if o.End != "both" && o.End != end {
			continue
		}
		switch what {
		case "version":
			l.max = max(l.max, o.Better)
		case "cipher suite":
			if strings.HasPrefix(o.Reason, "no certificate") {
				e.certs = []*testcert.Cert{localhost, rsa}
				continue
			}
			l.ciphers = append(slices.Clone(l.ciphers), opensslName(o.Better))
		case "group":
			l.grantGroup(o)
		case "signature scheme":
			l.schemes = append(slices.Clone(l.schemes), o.Better)
		case "protocol":
			l.protocols = append(slices.Clone(l.protocols), o.Better)
		}
	}
}

// grantGroup adds a group, or its key share. One that is not enabled is preferred to all
// others, as in the default list.
func (l *lists) grantGroup(o polytls.Obstacle) {
	if strings.Contains(o.Reason, "key share") {
		l.groups = slices.Clone(l.groups)
		l.groups[slices.Index(l.groups, o.Better)] = "*" + o.Better
		for i, g := range l.groups { // those that had a share without a mark
			if i == 0 && !strings.HasPrefix(g, "*") {
				l.groups[i] = "*" + g
			}
		}
		return
	}
	switch present := o.Better == l.best || slices.Contains(l.groups, o.Better) || slices.Contains(l.groups, "*"+o.Better); {
	case present:
	case strings.Contains(o.Reason, "does not enable"):
		l.best = o.Better
	default:
		l.groups = append(slices.Clone(l.groups), o.Better)
	}
}

func opensslName(standard string) string {
	for s := range suite.Suites() {
		if s.Standard == standard {
			return s.Name
		}
	}
	return standard
}

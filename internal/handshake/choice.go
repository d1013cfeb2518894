package handshake

import (
	"context"
	"fmt"
	"slices"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// Choice tells for people how a parameter of a handshake was chosen.
type Choice struct {
	What      string // the parameter
	Chosen    string // "" for none
	Rule      string // which rule chose it
	Obstacles []Obstacle
}

// Obstacle is why something that is preferred to what was chosen was not chosen.
type Obstacle struct {
	Better string
	Reason string
	End    string // that can remove it: "client", "server" or "both"
}

// The parameters.
const (
	choiceOfVersion     = "version"
	choiceOfSuite       = "cipher suite"
	choiceOfGroup       = "group"
	choiceOfCertificate = "certificate"
	choiceOfScheme      = "signature scheme"
	choiceOfProtocol    = "protocol"
	choiceOfResumption  = "resumption"
)

// mostObstacles bounds the obstacles of a choice.
const mostObstacles = 16

// add adds an obstacle, with details of it if there are any.
func (c *Choice) add(better string, why obstacle, details string) {
	known := func(o Obstacle) bool { return o.Better == better }
	if why == noObstacle || len(c.Obstacles) == mostObstacles || slices.ContainsFunc(c.Obstacles, known) {
		return
	}
	reason := obstacles[why].text
	if details != "" {
		reason += ": " + details
	}
	c.Obstacles = append(c.Obstacles, Obstacle{better, reason, obstacles[why].end})
}

// addUnsupported adds the obstacle of what is not at both ends. whyNot is why the
// server does not enable it, if that is known.
func (c *Choice) addUnsupported(better string, offered, enabled bool, whyNot string) {
	switch {
	case offered && enabled:
	case enabled:
		c.add(better, notOffered, "")
	case offered:
		c.add(better, notEnabled, whyNot)
	default:
		c.add(better, inNeitherEnd, whyNot)
	}
}

// Decision is what a handshake chose, and the configuration that it chose from, without
// its callbacks. At a server the configuration has their changes.
type Decision struct {
	Made   bool          // false in the zero value
	Server *ServerConfig // nil at a client
	client clientLimits  // at a client

	Version     suite.Version // 0 if the handshake failed before it was chosen, as for the others
	Suite       *suite.CipherSuite
	Group       suite.Group
	DHBits      uint16             // of a finite-field group without a name
	Scheme      suite.Scheme       // of the server's signature
	Certificate *trust.Certificate // the server's
	ALPN        string
	Resumed     bool     // a session
	refused     obstacle // why the session that the client has is not resumed, or not offered
	ExternalPSK bool     // of TLS 1.3
}

// clientLimits are what explanations need of a client's Config.
type clientLimits struct {
	minVersion, maxVersion suite.Version
	options                openssl.Options
	groups                 []suite.Group
	level                  suite.Level
	policy                 *suite.Policy
}

func (e *clientLimits) config() *Config {
	return &Config{
		MinVersion: e.minVersion, MaxVersion: e.maxVersion, Options: e.options, Groups: e.groups, Level: e.level, Policy: e.policy,
	}
}

// decided tells Observers.Decided what was chosen.
func (s *server) decided() {
	if s.observers.Decided == nil {
		return
	}
	d := s.decision()
	d.Server, d.Scheme, d.refused = s.cfg.withoutCallbacks(), s.facts.OurScheme, s.refused
	if s.facts.Certificate != nil {
		d.Certificate = s.facts.Certificate.Leaf
	}
	s.observers.Decided(d)
}

// decided tells Observers.Decided what the server chose.
func (c *client) decided() {
	if c.observers.Decided == nil {
		return
	}
	d := c.decision()
	cfg := c.conversation.cfg
	d.client = clientLimits{cfg.MinVersion, cfg.MaxVersion, cfg.Options, cfg.Groups, cfg.Level, cfg.Policy}
	d.Scheme, d.Certificate, d.refused = c.facts.Scheme, c.facts.Peer.leaf(), c.refused
	c.observers.Decided(d)
}

func (c *conversation) decision() Decision {
	f := &c.facts
	return Decision{
		Made: true, Version: c.version, Suite: c.suite, Group: f.Group, DHBits: f.DHBits, ALPN: f.ALPN,
		Resumed: f.Resumed, ExternalPSK: f.ExternalPSK,
	}
}

// withoutCallbacks returns a copy with what explanations need, which keeps nothing of the
// connection alive: its Config is shared by connections. Of a callback they need whether
// it is there, so that one that is never called replaces it.
func (cfg *ServerConfig) withoutCallbacks() *ServerConfig {
	own := &ServerConfig{
		Config: cfg.Config, ClientAuth: cfg.ClientAuth, ALPN: cfg.ALPN, ClientOrder: cfg.ClientOrder, PSKKe: cfg.PSKKe,
		Tickets: cfg.Tickets, Sessions: cfg.Sessions,
	}
	if cfg.ChooseALPN != nil {
		own.ChooseALPN = uncalled.ChooseALPN
	}
	if cfg.PSK != nil {
		own.PSK = uncalled.PSK
	}
	if cfg.SRP != nil {
		own.SRP = uncalled.SRP
	}
	return own
}

var uncalled = ServerConfig{
	ChooseALPN: func(context.Context, string, []string) (string, error) { return "", errUncalled },
	PSK:        func(context.Context, []byte) (*PSK, error) { return nil, errUncalled },
	SRP:        func(context.Context, string) (*kex.SRPVerifier, error) { return nil, errUncalled },
}

var errUncalled = failure.Internal.New("a callback is called for an explanation")

// Choices explains the choices of a handshake whose first ClientHello was hello. They
// are made again from it, so that the explanation follows from the same code.
func (d *Decision) Choices(hello []byte) []Choice {
	cfg := d.Server
	if cfg == nil {
		cfg = &ServerConfig{Config: d.client.config()}
	}
	s := &server{cfg: cfg, conversation: conversation{cfg: cfg.Config, version: d.Version}}
	if s.parseHello(hello, false) != nil {
		return nil
	}
	if d.Server == nil {
		return (&offerChoices{server: s, made: d}).all()
	}
	return (&serverChoices{server: s, made: d}).all()
}

// whyNotVersion returns what turns a version off, "" if it is enabled.
func (c *Config) whyNotVersion(v suite.Version) string {
	low, high := c.Policy.Versions(v, v)
	switch {
	case slices.Contains(c.versions(), v):
		return ""
	case low > high:
		return c.byPolicy()
	case v > c.MaxVersion:
		return fmt.Sprintf("MaxVersion is %s", c.MaxVersion)
	case v < c.MinVersion:
		return fmt.Sprintf("MinVersion is %s", c.MinVersion)
	}
	return "an option SSL_OP_NO_ turns it off"
}

// whyNotGroup returns why a group cannot be enabled, "" if it can.
func (c *Config) whyNotGroup(g suite.Group) string {
	return c.whyNot(c.Level.AllowsGroup(g), c.Policy.AllowsGroup(g))
}

// disabledBefore returns the groups that the default list prefers to g and that are not
// enabled.
func (c *Config) disabledBefore(g suite.Group) (disabled []suite.Group) {
	list := suite.DefaultGroups()
	if !list.Contains(g) {
		return nil
	}
	for _, tuple := range list.Tuples {
		if slices.Contains(tuple, g) {
			break
		}
		for _, b := range tuple {
			if !slices.Contains(c.Groups, b) {
				disabled = append(disabled, b)
			}
		}
	}
	return disabled
}

// whyNotSuite returns why a suite cannot be enabled, "" if it can.
func (c *Config) whyNotSuite(s *suite.CipherSuite) string {
	return c.whyNot(c.Level.AllowsSuite(s), c.Policy.AllowsSuite(s))
}

// whyNotScheme returns why a scheme cannot be enabled, "" if it can.
func (c *Config) whyNotScheme(s suite.Scheme) string {
	return c.whyNot(c.Level.AllowsScheme(s), c.Policy.AllowsScheme(s))
}

func (c *Config) whyNot(byLevel, byPolicy bool) string {
	switch {
	case !byPolicy:
		return c.byPolicy()
	case !byLevel:
		return fmt.Sprintf("security level %d excludes it", c.Level)
	}
	return ""
}

func (c *Config) byPolicy() string { return "CompliancePolicy " + c.Policy.Name + " excludes it" }

// number is a position in a list for people: "the first", "number 3".
func number(i int) string {
	if i == 0 {
		return "the first"
	}
	return fmt.Sprintf("number %d", i+1)
}

// nameOf names a certificate by its key, with its position if there are several.
func (c *Config) nameOf(cert *Certificate) string {
	text := sign.KeyName(cert.Leaf.Public)
	if i := slices.Index(c.Certificates, cert); len(c.Certificates) > 1 && i >= 0 {
		text += fmt.Sprintf(" (%s)", number(i))
	}
	return text
}

// better returns what a list has before an element, all of it if it is not there, and
// each once: a client may repeat a value tens of thousands of times.
func better[T comparable](list []T, than T) (distinct []T) {
	seen := map[T]bool{}
	for _, x := range list {
		if x == than {
			break
		}
		if !seen[x] {
			seen[x] = true
			distinct = append(distinct, x)
		}
	}
	return distinct
}

// offersSession reports whether the client offers a session, or in TLS 1.3 an external
// key.
func (s *server) offersSession() bool {
	if s.version == suite.TLS13 {
		return s.offered.psks != nil
	}
	if s.offered.ticket != nil && len(s.offered.ticket.Ticket) > 0 {
		return true
	}
	return len(s.hello.SessionID) > 0 && !slices.Contains(s.theirVersions(), suite.TLS13) // in TLS 1.3 it is random
}

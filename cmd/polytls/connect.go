package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/internal/session"
)

// connectCommand is a client with its flags.
type connectCommand struct {
	common
	cmd    *cobra.Command
	target address

	serverName            string
	sessionIn, sessionOut string
	serverChain           []*x509.Certificate // of the last connection
	earlyFile             string
	reconnect             int
	requestOCSP           bool
	starttls              string
	timeout               time.Duration
	inputFile             string
	json                  bool
	log                   string

	input  []byte // of --input, nil without
	keylog *keylog
}

func newConnect() *cobra.Command {
	c := &connectCommand{}
	c.cmd = &cobra.Command{
		Use:   "connect HOST:PORT | URL | unix:PATH",
		Short: "Connect to a server and report what was negotiated",
		Long: `connect performs a handshake and reports what was negotiated. Then it sends
standard input to the server and prints what the server sends; with --json, it
prints one JSON object instead. HOST is sent as the server name unless it is an IP
address. Of a URL such as https://HOST/ or wss://HOST:PORT, host and port are used.`,
		Example: `  polytls connect https://example.org/ --json
  polytls connect localhost:8443 --ca ca-cert.pem --session-out s.pem
  polytls connect mail.example.org:25 --starttls smtp`,
		Args: oneArg("HOST:PORT"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	g := groupFlags(c.cmd)
	f := g.in(groupAddress)
	f.StringVar(&c.serverName, "servername", "", "`NAME` to send and to check the certificate against; '' sends none")
	f.Var(oneOf(&c.starttls, starttlsNames()), "starttls", "protocol that starts in plain text: "+words(starttlsNames()))
	f.DurationVar(&c.timeout, "timeout", 0, "maximum `TIME` to connect, and then of silence of the server")
	c.addTo(g)
	f = g.in(groupIdentity)
	f.StringVar(&c.srpUser, "srp-user", "", "SRP user `NAME`; SRP needs TLS 1.2 or lower, and without --ciphers only its suites are offered")
	f.StringVar(&c.srpPassword, "srp-password", "", "SRP password as `TEXT`, file:PATH or env:NAME")
	f = g.in(groupSessions)
	f.StringVar(&c.sessionIn, "session-in", "", "`FILE` with the session to resume, from --session-out or openssl s_client -sess_out")
	f.StringVar(&c.sessionOut, "session-out", "", "`FILE` to write the last session to, also for openssl s_client -sess_in")
	f.StringVar(&c.earlyFile, "early-data", "", "`FILE` to send as early data (0-RTT) if the session allows it; an attacker can replay it")
	f.IntVar(&c.reconnect, "reconnect", 0, "connect `N` more times, each resuming the session before")
	f.BoolVar(&c.requestOCSP, "request-ocsp", false, "ask for a stapled OCSP response")
	f = g.in(groupOutput)
	f.BoolVar(&c.json, "json", false, "print one JSON object and exit")
	f.StringVar(&c.inputFile, "input", "", "`FILE` to send, then close_notify; reads until the server ends")
	c.log = "text"
	f.Var(oneOf(&c.log, logFormats), "log", "format of standard error: "+words(logFormats))
	g.done()
	return c.cmd
}

func (c *connectCommand) run(ctx context.Context, target string) error {
	out, err := c.exchangeAll(ctx, target)
	if err == nil {
		if c.json {
			return c.printJSON(out)
		}
		return nil
	}
	if _, isMisuse := err.(*misuse); isMisuse || !c.json {
		return err
	}
	f := failed(err)
	if err := c.printJSON(failureObject{Error: f}); err != nil {
		return err
	}
	return f
}

// exchangeAll holds all connections and returns the object to print.
func (c *connectCommand) exchangeAll(ctx context.Context, target string) (any, error) {
	o, err := c.options(target)
	if err != nil {
		return nil, err
	}
	defer c.keylog.close()
	if o.SecureContext, err = polytls.NewSecureContext(o.ContextOptions); err != nil {
		return nil, c.optionError(err)
	}
	o.ContextOptions = polytls.ContextOptions{}
	if err := o.Check(); err != nil {
		return nil, c.optionError(err)
	}
	if err := c.checkHello(ctx, o); err != nil {
		return nil, err
	}
	c.notes = append(c.notes, c.expiryNotes(c.own, time.Now())...)
	c.sayNotes()
	var reports []*report
	for i := range c.reconnect + 1 {
		last := i == c.reconnect
		r, session, err := c.exchange(ctx, o, last)
		if err != nil {
			return nil, err
		}
		if session != nil {
			o.Session = session
		}
		reports = append(reports, r)
	}
	if err := c.saveSession(o.Session); err != nil {
		return nil, err
	}
	if c.reconnect > 0 {
		return connectionsObject{Connections: reports}, nil
	}
	return reports[0], nil
}

// options checks the flags and reads their files.
func (c *connectCommand) options(target string) (o polytls.ConnectOptions, err error) {
	if c.target, err = parseTarget(target); err != nil {
		return o, err
	}
	switch {
	case c.reconnect < 0:
		return o, wrong("--reconnect", "%d is negative", c.reconnect)
	case c.timeout < 0:
		return o, wrong("--timeout", "%v is negative", c.timeout)
	case c.handshakeTimeout < 0:
		return o, wrong("--handshake-timeout", "%v is negative", c.handshakeTimeout)
	case c.srpUser != "" && c.minVersion == "TLSv1.3":
		return o, wrong("--srp-user", "SRP needs TLS 1.2 or lower, and --min-version is TLSv1.3")
	case c.srpPassword != "" && c.srpUser == "":
		return o, wrong("--srp-password", "requires --srp-user")
	}
	if err := c.setDefaults(); err != nil {
		return o, err
	}
	if o.ContextOptions, err = c.context(c.cmd); err != nil {
		return o, err
	}
	if c.srpPassword, err = secretText("--srp-password", c.srpPassword); err != nil {
		return o, err
	}
	if c.srpUser != "" {
		upTo12(&o.ContextOptions)
	}
	if c.inputFile != "" {
		if c.input, err = readFile("--input", c.inputFile); err != nil {
			return o, err
		}
	}
	if c.earlyFile != "" {
		o.ResendEarlyData = true
		if o.EarlyData, err = readFile("--early-data", c.earlyFile); err != nil {
			return o, err
		}
	}
	if o.Session, err = c.loadSession(); err != nil {
		return o, err
	}
	if c.keylog, err = c.openKeylog(); err != nil {
		return o, err
	}
	c.fill(&o)
	return o, nil
}

// fill sets what needs no file.
func (c *connectCommand) fill(o *polytls.ConnectOptions) {
	o.Host, o.Port, o.Path = c.target.host, c.target.port, c.target.path
	o.ServerName = c.serverName
	o.OmitServerName = c.serverName == "" && c.cmd.Flags().Changed("servername")
	o.AllowUnauthorized = !c.rejectUnauthorized
	o.ALPNProtocols = c.alpn
	o.MinDHSize = c.minDHSize
	o.MaxSendFragment = c.maxSendFragment
	o.SRPUser, o.SRPPassword = c.srpUser, c.srpPassword
	o.RequestOCSP = c.requestOCSP
	o.AllowHalfOpen = true
	if c.keylog != nil {
		o.OnKeylog = c.keylog.write
	}
	if len(c.psk) > 0 {
		o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return c.psk, nil }
	}
}

// loadSession reads --session-in.
func (c *connectCommand) loadSession() ([]byte, error) {
	if c.sessionIn == "" {
		return nil, nil
	}
	data, err := readFile("--session-in", c.sessionIn)
	if err != nil {
		return nil, err
	}
	if _, err := session.ParsePEM(data); err != nil {
		reason := strings.TrimPrefix(err.Error(), "unusable session: ")
		return nil, fail("ERR_SSL_UNUSABLE_SESSION", fileFlags["Session"].hint, "--session-in: %s: %s", c.sessionIn, reason)
	}
	return data, nil
}

// saveSession writes --session-out, and behind the session the certificates that
// its server is verified with when it is resumed.
func (c *connectCommand) saveSession(data []byte) error {
	if c.sessionOut == "" {
		return nil
	}
	s, _, _, err := session.Open(data)
	if err != nil {
		return fail("ERR_SSL_UNUSABLE_SESSION", "session tickets may be disabled at the server", "--session-out: the server sent no session")
	}
	if leaf := c.serverChain; len(leaf) > 0 && bytes.Equal(leaf[0].Raw, s.PeerCertificate) {
		s.PeerChain = nil
		for _, cert := range c.serverChain[1:] {
			s.PeerChain = append(s.PeerChain, cert.Raw)
		}
	}
	if err := writeFile(c.sessionOut, s.MarshalPEM(), secretMode, true); err != nil {
		f := failed(err)
		f.Reason = "--session-out: " + f.Reason
		return f
	}
	return nil
}

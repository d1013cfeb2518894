// Package connect implements the command connect.
package connect

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"time"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/cmd/polytls/internal/address"
	"polytls/cmd/polytls/internal/endpoint"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/starttls"
	"polytls/internal/option"
	"polytls/internal/session"
	"polytls/internal/trace/release"
	"polytls/internal/visible/visiblejson"
)

// command is a client with its flags.
type command struct {
	endpoint.Flags
	given  polytls.ConnectOptions // the options that flags set directly
	cmd    *cobra.Command
	target address.Address

	serverName            string
	sessionIn, sessionOut string
	serverChain           []*x509.Certificate // of the last connection
	earlyFile             string
	reconnect             int
	starttls              string
	timeout               time.Duration
	inputFile             string
	json                  bool

	input     []byte              // of --input, nil without it
	recording *endpoint.Recording // nil without
}

func Command() *cobra.Command {
	c := &command{}
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
		Args: flags.Args("HOST:PORT", 1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	g := flags.NewGroups(c.cmd)
	c.addOptions(g)
	f := g.In(option.Address)
	f.Var(flags.OneOf(&c.starttls, starttls.Names()), "starttls", "protocol that starts in plain text: "+flags.Words(starttls.Names()))
	f.DurationVar(&c.timeout, "timeout", 0, "maximum `TIME` to connect, and then without data from the server")
	f = g.In(option.Sessions)
	f.StringVar(&c.sessionOut, "session-out", "", "`FILE` to write the last session to, also for openssl s_client -sess_in")
	f.IntVar(&c.reconnect, "reconnect", 0, "connect `N` more times, each time resuming the last session")
	f = g.In(option.Output)
	f.BoolVar(&c.json, "json", false, "print one JSON object and exit")
	f.StringVar(&c.inputFile, "input", "", "`FILE` to send, then close_notify; reads until the server ends")
	return g.Done()
}

// addOptions adds the flags of the library's options.
func (c *command) addOptions(g *flags.Groups) {
	c.AddTo(g, &c.given.ContextOptions, func(o *option.Option) any {
		if o.Connect == nil {
			return nil
		}
		return o.Connect(&c.given)
	}, map[string]any{
		"ServerName": &c.serverName, "SRPUser": &c.SRPUser, "SRPPassword": &c.SRPPassword,
		"Session": &c.sessionIn, "EarlyData": &c.earlyFile,
		"TraceStyle": flags.OneOf(&c.given.TraceStyle, release.Names()),
	})
}

func (c *command) run(ctx context.Context, target string) error {
	object, err := c.exchangeAll(ctx, target)
	if _, isMisuse := err.(*flags.Misuse); isMisuse || !c.json {
		return err
	}
	if err != nil {
		object = map[string]any{"error": explain.Of(err)}
	}
	return cmp.Or(visiblejson.Encode(c.cmd.OutOrStdout(), object), err)
}

// exchangeAll makes all connections and returns the object to print.
func (c *command) exchangeAll(ctx context.Context, target string) (any, error) {
	o, err := c.options(target)
	if err != nil {
		return nil, err
	}
	defer c.recording.Close()
	if o.SecureContext, err = polytls.NewSecureContext(o.ContextOptions); err != nil {
		return nil, c.OptionError(err)
	}
	o.ContextOptions = polytls.ContextOptions{}
	if err := o.Check(); err != nil {
		return nil, c.OptionError(err)
	}
	if err := c.checkHello(ctx, o); err != nil {
		return nil, err
	}
	c.recording.Begin()
	c.Notes = append(c.Notes, c.ExpiryNotes(c.Own, time.Now())...)
	if !o.EnableTrace { // with --trace, the trace is written first
		c.printNotes()
	}
	var reports []*report
	for i := range c.reconnect + 1 {
		last := i == c.reconnect
		r, session, err := c.exchange(ctx, o, last)
		c.printNotes()
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
		return map[string]any{"connections": reports}, nil
	}
	return reports[0], nil
}

// checkHello refuses options that leave no ClientHello to send, before it connects:
// it makes a ClientHello for a connection that is closed.
func (c *command) checkHello(ctx context.Context, o polytls.ConnectOptions) error {
	conn, end := net.Pipe()
	end.Close()
	o.EnableTrace = false
	_, err := polytls.Client(ctx, conn, o)
	f := explain.Of(err)
	switch f.Code {
	case "ERR_SSL_NO_PROTOCOLS_AVAILABLE":
		return flags.Wrong("--secure-options", "no version is left of --secure-protocol %s", c.given.SecureProtocol)
	case "ERR_SSL_NO_CIPHERS_AVAILABLE":
		return flags.Wrong("--ciphers", "%s; suites with PSK require --psk, those with SRP --srp-user", f.Reason)
	}
	return nil
}

// options checks the flags and reads their files.
func (c *command) options(target string) (o polytls.ConnectOptions, err error) {
	if c.target, err = address.ParseTarget(target); err != nil {
		return o, err
	}
	switch {
	case c.reconnect < 0:
		return o, flags.Wrong("--reconnect", "%d is negative", c.reconnect)
	case c.timeout < 0:
		return o, flags.Wrong("--timeout", "%v is negative", c.timeout)
	case c.given.HandshakeTimeout < 0:
		return o, flags.Wrong("--handshake-timeout", "%v is negative", c.given.HandshakeTimeout)
	case c.SRPUser != "" && c.given.MinVersion == polytls.TLS13:
		return o, flags.Wrong("--srp-user", "SRP needs TLS 1.2 or lower, and --min-version is TLSv1.3")
	case c.SRPPassword != "" && c.SRPUser == "":
		return o, flags.Wrong("--srp-password", "requires --srp-user")
	}
	if err := c.SetDefaults(); err != nil {
		return o, err
	}
	o = c.given
	if o.ContextOptions, err = c.Context(c.cmd); err != nil {
		return o, err
	}
	if c.SRPPassword, err = files.Secret("--srp-password", c.SRPPassword); err != nil {
		return o, err
	}
	if c.SRPUser != "" {
		endpoint.UpTo12(&o.ContextOptions)
	}
	if c.inputFile != "" {
		if c.input, err = files.Read("--input", c.inputFile); err != nil {
			return o, err
		}
	}
	if c.earlyFile != "" {
		o.ResendEarlyData = true
		if o.EarlyData, err = files.Read("--early-data", c.earlyFile); err != nil {
			return o, err
		}
	}
	if o.Session, err = c.loadSession(); err != nil {
		return o, err
	}
	if c.recording, err = c.OpenRecording(c.recordingFailed); err != nil {
		return o, err
	}
	c.fill(&o)
	return o, nil
}

// fill sets the options that need no file.
func (c *command) fill(o *polytls.ConnectOptions) {
	o.Host, o.Port, o.Path = c.target.Host, c.target.Port, c.target.Path
	o.ServerName = c.serverName
	o.OmitServerName = c.serverName == "" && c.cmd.Flags().Changed("servername")
	o.AllowUnauthorized = !c.RejectUnauthorized
	o.MinDHSize, o.MaxDHSize = c.MinDHSize, c.MaxDHSize
	o.SRPUser, o.SRPPassword = c.SRPUser, c.SRPPassword
	o.AllowHalfOpen, o.RecordHandshake = true, true
	if len(c.PSK) > 0 {
		o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return c.PSK, nil }
	}
}

// loadSession reads --session-in.
func (c *command) loadSession() ([]byte, error) {
	if c.sessionIn == "" {
		return nil, nil
	}
	data, err := files.Read("--session-in", c.sessionIn)
	if err != nil {
		return nil, err
	}
	if _, err := session.ParsePEM(data); err != nil {
		return nil, explain.New("ERR_SSL_UNUSABLE_SESSION", explain.FileHint("Session"), "--session-in: %s: %v", c.sessionIn, err)
	}
	return data, nil
}

// saveSession writes --session-out: the session, and after it the certificates that
// verify its server when it is resumed.
func (c *command) saveSession(data []byte) error {
	if c.sessionOut == "" {
		return nil
	}
	s, _, _, err := session.Open(data)
	if err != nil {
		return explain.New("ERR_SSL_UNUSABLE_SESSION", "session tickets may be disabled at the server", "--session-out: the server sent no session")
	}
	if leaf := c.serverChain; len(leaf) > 0 && bytes.Equal(leaf[0].Raw, s.PeerCertificate) {
		s.PeerChain = nil
		for _, cert := range c.serverChain[1:] {
			s.PeerChain = append(s.PeerChain, cert.Raw)
		}
	}
	if err := files.Write(c.sessionOut, s.MarshalPEM(), files.SecretMode, true); err != nil {
		return explain.At("--session-out", err)
	}
	return nil
}

package main

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polytls"
)

// serveCommand is a server with its flags.
type serveCommand struct {
	common
	sessions sessionFlags
	cmd      *cobra.Command

	listen, mode, root, state string
	requestCert               bool
	honorCipherOrder          bool
	sessionTimeout            time.Duration
	sessionIDContext          string
	sni                       []string
	watch                     bool
	ocspResponse              string
	log                       string

	ownNamed []ownCertificate // of --sni

	address address
	srpName string // the first user of --srp-verifiers
	keylog  *keylog
}

var serveModes = []string{"inspect", "echo", "http"}

func newServe() *cobra.Command {
	c := &serveCommand{listen: "127.0.0.1:8443", mode: "inspect", log: "text"}
	c.cmd = &cobra.Command{
		Use:   "serve",
		Short: "Serve: a page of live handshakes, an echo, or a directory",
		Long: `serve accepts TLS connections. Without a certificate it creates a CA and a
certificate and logs how to connect. Standard output has one line, "listening on
HOST:PORT"; each handshake, and each error after one, is logged to standard error.
SIGHUP reloads the files that --watch watches, SIGTERM and SIGINT drain.`,
		Example: `  polytls serve
  polytls serve --listen 127.0.0.1:8443 --mode echo --cert server.pem --key key.pem
  polytls serve --mode http --root public --state ~/.polytls --log json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	g := groupFlags(c.cmd)
	f := g.in(groupAddress)
	f.StringVar(&c.listen, "listen", c.listen, "`HOST:PORT`, port 0 for a free one, or unix:PATH")
	f.Var(oneOf(&c.mode, serveModes), "mode", "what to serve: "+words(serveModes))
	f.StringVar(&c.root, "root", "", "`DIR` for --mode http, which serves no listings, no names that begin with a dot and none of the files that serve uses")
	c.common.addTo(g)
	f = g.in(groupIdentity)
	f.StringVar(&c.state, "state", "", "`DIR` for the CA and the certificate that serve creates; without it they are in memory")
	f.StringArrayVar(&c.sni, "sni", nil, "`NAME=CERT,KEY`: another certificate for a server name; repeatable")
	f.StringVar(&c.srpVerifiers, "srp-verifiers", "", "`FILE` with SRP users, as openssl srp writes it; SRP needs TLS 1.2 or lower, "+
		"and without --ciphers its suites come first")
	f.BoolVar(&c.watch, "watch", false, "reload the files of keys, certificates and trust when they change, as on SIGHUP")
	f.StringVar(&c.ocspResponse, "ocsp-response", "", "`FILE` with the OCSP response to staple, in DER")
	g.in(groupTrust).BoolVar(&c.requestCert, "request-cert", false, "ask clients for a certificate")
	g.in(groupProtocol).BoolVar(&c.honorCipherOrder, "honor-cipher-order", true, "prefer the server's order of cipher suites")
	f = g.in(groupSessions)
	c.sessions.addTo(g)
	f.DurationVar(&c.sessionTimeout, "session-timeout", 0, "`TIME` for which sessions can be resumed (default 2h0m0s)")
	f.StringVar(&c.sessionIDContext, "session-id-context", "", "`TEXT` that separates sessions from those of other servers")
	g.in(groupOutput).Var(oneOf(&c.log, logFormats), "log", "format of log records: "+words(logFormats))
	g.done()
	return c.cmd
}

// options checks the flags and reads their files.
func (c *serveCommand) options() (o polytls.ServerOptions, err error) {
	if c.address, err = parseAddress("--listen", c.listen); err != nil {
		return o, err
	}
	if c.mode == "http" && c.root == "" {
		return o, wrong("--root", "required by --mode http")
	}
	if err := c.setDefaults(); err != nil {
		return o, err
	}
	if o.ContextOptions, err = c.contextOptions(); err != nil {
		return o, err
	}
	if o.SRPCallback, o.SRPGroups, err = c.srp(); err != nil {
		return o, err
	}
	if c.keylog, err = c.openKeylog(); err != nil {
		return o, err
	}
	o.RequestCert, o.AllowUnauthorized = c.requestCert, !c.rejectUnauthorized
	o.ClientCipherOrder = !c.honorCipherOrder
	o.PSKCallback, o.PSKIdentityHint = c.pskCallback(), c.pskHint
	o.HandshakeTimeout, o.MaxSendFragment = c.handshakeTimeout, c.maxSendFragment
	o.AllowHalfOpen = c.mode == "echo"
	o.RecordHandshake = true
	o.ALPNProtocols = c.alpn
	if c.alpn == nil && c.mode != "echo" {
		o.ALPNProtocols = []string{"h2", "http/1.1"}
	}
	return o, nil
}

// contextOptions reads the files of the server's own context.
func (c *serveCommand) contextOptions() (polytls.ContextOptions, error) {
	o, err := c.context(c.cmd)
	if err != nil {
		return o, err
	}
	o.SessionTimeout, o.SessionIDContext = c.sessionTimeout, c.sessionIDContext
	if c.srpVerifiers != "" && !c.hasCertificate() && len(c.psk) == 0 {
		upTo12(&o)
	}
	if c.ocspResponse != "" {
		o.OCSPResponse, err = readOCSPResponse(c.ocspResponse)
	}
	return o, err
}

// ownCertificate reports whether the server makes its own: with nothing given
// that proves who it is.
func (c *serveCommand) ownCertificate() bool {
	return len(c.certs)+len(c.keys)+len(c.pfxs)+len(c.psk) == 0 && c.srpVerifiers == ""
}

// hasCertificate reports whether the server has one, its own or given.
func (c *serveCommand) hasCertificate() bool {
	return c.ownCertificate() || len(c.certs)+len(c.pfxs) > 0
}

// pskCallback finds keys by identity. Identities are no secrets.
func (c *serveCommand) pskCallback() func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
	if len(c.psk) == 0 {
		return nil
	}
	return func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
		i := slices.IndexFunc(c.psk, func(k polytls.PSK) bool {
			return subtle.ConstantTimeCompare(k.Identity, identity) == 1
		})
		if i < 0 {
			return nil, nil
		}
		return &c.psk[i], nil
	}
}

// srp finds verifiers by user, and tells the groups that they have.
func (c *serveCommand) srp() (callback func(context.Context, string) (*polytls.SRPVerifier, error), groups []int, err error) {
	if c.srpVerifiers == "" {
		return nil, nil, nil
	}
	data, err := readFile("--srp-verifiers", c.srpVerifiers)
	if err != nil {
		return nil, nil, err
	}
	users, err := polytls.ParseSRPVerifiers(data)
	if err != nil {
		return nil, nil, fail("ERR_SRP_VERIFIERS", fileFlags["SRPCallback"].hint, "--srp-verifiers: %s: %s", c.srpVerifiers, strings.TrimPrefix(err.Error(), "SRP verifiers: "))
	}
	byName := map[string]*polytls.SRPVerifier{}
	if len(users) > 0 {
		c.srpName = users[0].User
	}
	for _, u := range users {
		byName[u.User] = u
		groups = append(groups, u.Bits)
	}
	return func(_ context.Context, user string) (*polytls.SRPVerifier, error) { return byName[user], nil }, groups, nil
}

// addNames adds the contexts of --sni, again when files have changed.
func (c *serveCommand) addNames(srv *polytls.Server) error {
	c.ownNamed = nil
	for _, item := range c.sni {
		name, files, ok := strings.Cut(item, "=")
		cert, key, _ := strings.Cut(files, ",")
		if !ok || name == "" || cert == "" || key == "" {
			return wrong("--sni", "%q, want NAME=CERT,KEY", item)
		}
		named := c.common
		named.sniItem = item
		named.certs, named.keys, named.pfxs = []string{cert}, []string{key}, nil
		o, err := named.context(c.cmd)
		if err != nil {
			return err
		}
		secure, err := polytls.NewSecureContext(o)
		if err != nil {
			return named.optionError(err)
		}
		c.ownNamed = append(c.ownNamed, named.own...)
		if err := srv.AddContext(name, secure); err != nil {
			return wrong("--sni", "%q: %v", item, failed(err).Reason)
		}
	}
	return nil
}

// listener listens and prints the one line of standard output.
func (c *serveCommand) listener() (net.Listener, error) {
	l, err := net.Listen(c.address.network())
	if err != nil {
		f := failed(err)
		f.Reason = "--listen: " + f.Reason
		if f.Code == "ENOTFOUND" || f.Code == "EAI_AGAIN" {
			f.hint = "give a name or an address of this machine"
		}
		return nil, f
	}
	return l, nil
}

// announce prints the one line of standard output.
func announce(l net.Listener) {
	fmt.Fprintf(os.Stdout, "listening on %s\n", spell(l.Addr().Network(), l.Addr().String()))
}

// Package serve implements the command serve.
package serve

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/cmd/polytls/internal/address"
	"polytls/cmd/polytls/internal/endpoint"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/sessions"
	"polytls/internal/option"
	"polytls/internal/trace/release"
)

// command is a server with its flags.
type command struct {
	endpoint.Flags
	sessions sessions.Flags
	trustFlags
	given polytls.ServerOptions // the options that flags set directly
	cmd   *cobra.Command

	listen, mode, root, state string
	honorCipherOrder          bool
	sni                       []string
	watch, open               bool
	ocspResponse              string

	ownNamed []endpoint.OwnCertificate // of --sni

	address address.Address
	srpName string       // the first user of --srp-verifiers
	ownKey  *polytls.PSK // of the page, nil without
}

var serveModes = []string{"inspect", "echo", "http"}

func Command() *cobra.Command {
	c := &command{listen: "127.0.0.1:8443", mode: "inspect", honorCipherOrder: true}
	c.cmd = &cobra.Command{
		Use:   "serve",
		Short: "Run a server: a page of its handshakes, an echo, or a directory",
		Long: `serve accepts TLS connections. Without a certificate it creates a CA and a
certificate and says how to connect. Standard output has one line, "listening on
HOST:PORT"; each handshake, and each error after one, is logged to standard error:
at a terminal in a plain line, elsewhere and with --log in a record.
SIGHUP reloads the files that --watch watches, SIGTERM and SIGINT drain.`,
		Example: `  polytls serve
  polytls serve --listen 127.0.0.1:8443 --mode echo --cert server.pem --key key.pem
  polytls serve --mode http --root public --state ~/.polytls --log json
  polytls serve --state ~/.polytls --trust --open`,
		Args: flags.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	g := flags.NewGroups(c.cmd)
	f := g.In(option.Address)
	f.StringVar(&c.listen, "listen", c.listen, "`HOST:PORT`, port 0 for a free one, or unix:PATH")
	f.Var(flags.OneOf(&c.mode, serveModes), "mode", "what to serve: "+flags.Words(serveModes))
	f.StringVar(&c.root, "root", "", "`DIR` for --mode http, which serves no listings, no names that begin with a dot and none of the files that serve uses")
	f.BoolVar(&c.open, "open", false, "open the server's URL in a browser")
	c.addOptions(g)
	f = g.In(option.Identity)
	f.StringVar(&c.state, "state", "", "`DIR` for the CA and the certificate that serve creates; without it they are kept in memory")
	c.trustFlags.addTo(f)
	f.StringArrayVar(&c.sni, "sni", nil, "`NAME=CERT,KEY`: another certificate for a server name; repeatable")
	f.BoolVar(&c.watch, "watch", false, "reload the files of keys, certificates and trust when they change, as on SIGHUP")
	c.sessions.AddTo(g)
	return g.Done()
}

// addOptions adds the flags of the library's options.
func (c *command) addOptions(g *flags.Groups) {
	own := c.sessions.Options()
	maps.Copy(own, map[string]any{
		"SRPCallback": &c.SRPVerifiers, "OCSPResponse": &c.ocspResponse, "ClientCipherOrder": &c.honorCipherOrder,
		"TraceStyle": flags.OneOf(&c.given.TraceStyle, release.Names()),
	})
	c.AddTo(g, &c.given.ContextOptions, func(o *option.Option) any {
		if o.Server == nil {
			return nil
		}
		return o.Server(&c.given)
	}, own)
}

// options checks the flags and reads their files.
func (c *command) options() (o polytls.ServerOptions, err error) {
	if c.address, err = address.Parse("--listen", c.listen); err != nil {
		return o, err
	}
	if c.mode == "http" && c.root == "" {
		return o, flags.Wrong("--root", "required by --mode http")
	}
	if err := cmp.Or(c.checkOpen(), c.checkTrust()); err != nil {
		return o, err
	}
	if err := c.SetDefaults(); err != nil {
		return o, err
	}
	o = c.given
	if o.ContextOptions, err = c.contextOptions(); err != nil {
		return o, err
	}
	if o.SRPCallback, o.SRPGroups, err = c.srp(); err != nil {
		return o, err
	}
	o.AllowUnauthorized = !c.RejectUnauthorized
	o.ClientCipherOrder = !c.honorCipherOrder
	o.PSKCallback, o.PSKIdentityHint = c.pskCallback(), c.PSKHint
	o.AllowHalfOpen = c.mode == "echo"
	o.RecordHandshake = true
	if o.ALPNProtocols == nil && c.mode != "echo" {
		o.ALPNProtocols = []string{"h2", "http/1.1"}
	}
	return o, nil
}

// contextOptions reads the files of the server's own context.
func (c *command) contextOptions() (polytls.ContextOptions, error) {
	o, err := c.Context(c.cmd)
	if err != nil {
		return o, err
	}
	if c.SRPVerifiers != "" && !c.hasCertificate() && len(c.PSK) == 0 {
		endpoint.UpTo12(&o)
	}
	if c.ocspResponse != "" {
		o.OCSPResponse, err = readOCSPResponse(c.ocspResponse)
	}
	return o, err
}

// ownCertificate reports whether the server makes its own certificate: if no flag
// gives it an identity.
func (c *command) ownCertificate() bool {
	return len(c.Certs)+len(c.Keys)+len(c.PFXs)+len(c.PSK) == 0 && c.SRPVerifiers == ""
}

// hasCertificate reports whether the server has a certificate, its own or one of
// the flags.
func (c *command) hasCertificate() bool {
	return c.ownCertificate() || len(c.Certs)+len(c.PFXs) > 0
}

// pskCallback returns the callback that finds keys by identity.
func (c *command) pskCallback() func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
	keys := c.PSK
	if key := c.pageKey(); len(keys) == 0 && key != nil {
		keys = []polytls.PSK{*key}
	}
	if len(keys) == 0 {
		return nil
	}
	return func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
		for i := range keys {
			if bytes.Equal(keys[i].Identity, identity) { // identities are sent in plain text
				return &keys[i], nil
			}
		}
		return nil, nil
	}
}

// srp returns the callback that finds verifiers by user, and the groups of the
// verifiers.
func (c *command) srp() (callback func(context.Context, string) (*polytls.SRPVerifier, error), groups []int, err error) {
	if c.SRPVerifiers == "" {
		return nil, nil, nil
	}
	data, err := files.Read("--srp-verifiers", c.SRPVerifiers)
	if err != nil {
		return nil, nil, err
	}
	users, err := polytls.ParseSRPVerifiers(data)
	if err != nil {
		return nil, nil, explain.New("ERR_SRP_VERIFIERS", explain.FileHint("SRPCallback"), "--srp-verifiers: %s: %v", c.SRPVerifiers, err)
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

// addNames adds the contexts of --sni. It is called again when files have changed.
func (c *command) addNames(srv *polytls.Server) error {
	c.ownNamed = nil
	for _, item := range c.sni {
		name, files, ok := strings.Cut(item, "=")
		cert, key, _ := strings.Cut(files, ",")
		if !ok || name == "" || cert == "" || key == "" {
			return flags.Wrong("--sni", "%q, want NAME=CERT,KEY", item)
		}
		named := c.Flags
		named.SNIItem = item
		named.Certs, named.Keys, named.PFXs = []string{cert}, []string{key}, nil
		o, err := named.Context(c.cmd)
		if err != nil {
			return err
		}
		secure, err := polytls.NewSecureContext(o)
		if err != nil {
			return named.OptionError(err)
		}
		c.ownNamed = append(c.ownNamed, named.Own...)
		if err := srv.AddContext(name, secure); err != nil {
			return flags.Wrong("--sni", "%q: %v", item, explain.Of(err).Reason)
		}
	}
	return nil
}

// listener listens on --listen.
func (c *command) listener() (net.Listener, error) {
	l, err := net.Listen(c.address.Network())
	if err != nil {
		f := explain.At("--listen", err)
		if f.Code == "ENOTFOUND" || f.Code == "EAI_AGAIN" {
			f.Hint = "give a name or an address of this machine"
		}
		return nil, f
	}
	return l, nil
}

// announce prints the address, which is the only line on standard output.
func announce(l net.Listener) {
	fmt.Fprintf(os.Stdout, "listening on %s\n", address.Spell(l.Addr().Network(), l.Addr().String()))
}

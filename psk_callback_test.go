package polytls_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"polytls"
)

// endResult is what an end reports of a handshake: a code, "" for none, and the alert
// that went, 0 for none.
type endResult struct {
	code  string
	alert polytls.Alert
}

func (v endResult) check(t *testing.T, who string, err error) {
	t.Helper()
	wantCode(t, who, err, v.code)
	if v.alert == 0 || err == nil {
		return
	}
	from := polytls.SideUs
	if strings.Contains(v.code, "_ALERT_") {
		from = polytls.SidePeer
	}
	wantAlert(t, who, err, from, v.alert)
}

// errOwn is a callback's own error.
var errOwn = errors.New("the token was removed")

// Alerts and codes of what follows.
const (
	alertInternal   = polytls.Alert(80)
	alertFailure    = polytls.Alert(40)
	alertPSK        = polytls.Alert(115)
	alertCA         = polytls.Alert(48)
	alertMAC        = polytls.Alert(20)
	alertUnexpected = polytls.Alert(10)
)

var (
	fine         = endResult{}
	badArgument  = endResult{"ERR_INVALID_ARG_VALUE", alertInternal}
	callback     = endResult{"ERR_SSL_CALLBACK_FAILED", alertInternal}
	heardOfIt    = endResult{"ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", alertInternal}
	heardFailure = endResult{"ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", alertFailure}
	noOther      = endResult{"ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", alertFailure}
	noHello      = endResult{"ERR_SSL_UNEXPECTED_MESSAGE", alertUnexpected}
)

// pskResult is something that a callback for keys returns, and what follows at
// the end that asked and at the other, at 1.2 and 1.3.
type pskResult struct {
	name         string
	keys         []polytls.PSK
	err          error
	ours, theirs [2]endResult
}

func both(v endResult) [2]endResult { return [2]endResult{v, v} }

func pskResults(client bool) []pskResult {
	key := func(identity, key int, h crypto.Hash) []polytls.PSK {
		return []polytls.PSK{{Identity: bytes.Repeat([]byte{'i'}, identity), Key: bytes.Repeat([]byte{'k'}, key), Hash: h}}
	}
	own := &polytls.Error{Code: "ERR_OWN", Reason: "own", Alert: alertCA, AlertFrom: polytls.SideUs}
	all := []pskResult{
		{"the key", key(1, 1, 0), nil, both(fine), both(fine)},
		{"the key with its hash", key(1, 1, crypto.SHA256), nil, both(fine), both(fine)},
		{"identity as long as may be", key(256, 1, 0), nil, both(fine), both(fine)},
		{"identity too long", key(257, 1, 0), nil, both(badArgument), both(heardOfIt)},
		{"key too long", key(1, 513, 0), nil, both(badArgument), both(heardOfIt)},
		{"key empty", key(1, 0, 0), nil, both(badArgument), both(heardOfIt)},
		{"unknown hash", key(1, 1, 999), nil, both(badArgument), both(heardOfIt)},
		{"another hash", key(1, 1, crypto.SHA1), nil, both(badArgument), both(heardOfIt)},
		{"an error", nil, errOwn, both(callback), both(heardOfIt)},
		{"an error and a key", key(1, 1, 0), errOwn, both(callback), both(heardOfIt)},
		{"an error with an alert", nil, own, both(endResult{"ERR_OWN", alertCA}), both(endResult{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", alertCA})},
	}
	if client {
		for i := range all {
			if all[i].ours[1] != fine {
				all[i].theirs[1] = noHello // a client of TLS 1.3 asks before it says anything
			}
		}
		return append(all,
			// Up to TLS 1.2 an identity may be empty (RFC 4279, section 2).
			pskResult{"identity empty", key(0, 1, 0), nil, [2]endResult{fine, badArgument}, [2]endResult{fine, noHello}},
			// Without a key TLS 1.3 goes on, and the server has no certificate.
			pskResult{"nothing", nil, nil,
				[2]endResult{{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", alertFailure}, heardFailure},
				[2]endResult{heardFailure, noOther}},
		)
	}
	return append(all,
		pskResult{"identity left out", key(0, 1, 0), nil, both(fine), both(fine)}, // it is known
		pskResult{"nothing", nil, nil,
			[2]endResult{{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", alertPSK}, noOther},
			[2]endResult{{"ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY", alertPSK}, heardFailure}},
	)
}

// TestPSKCallbackResults has the callback of either end return what there is.
func TestPSKCallbackResults(t *testing.T) {
	right := polytls.PSK{Identity: []byte("i"), Key: []byte("k")}
	for i, version := range []string{"TLSv1.2", "TLSv1.3"} {
		for _, who := range []string{"client", "server"} {
			for _, r := range pskResults(who == "client") {
				t.Run(version+"/"+who+"/"+r.name, func(t *testing.T) {
					so, co := pskEnds(version)
					so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return &right, nil }
					co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{right}, nil }
					client, server := r.ours[i], r.theirs[i]
					if who == "client" {
						co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return r.keys, r.err }
					} else {
						client, server = server, client
						so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
							if len(r.keys) == 0 {
								return nil, r.err
							}
							return &r.keys[0], r.err
						}
					}
					o := handshake(t, so, co)
					checkEnds(t, o, client, server)
					if r.err != nil && !errors.Is(errors.Join(o.clientErr, o.serverErr), r.err) {
						t.Error("the callback's error is lost")
					}
				})
			}
		}
	}
}

// checkEnds compares both ends with what is wanted.
func checkEnds(t *testing.T, o outcome, client, server endResult) {
	t.Helper()
	clientErr := o.clientErr
	if clientErr == nil && server.code != "" {
		clientErr = o.afterwards()
	}
	client.check(t, "client", clientErr)
	server.check(t, "server", o.serverErr)
}

// pskEnds are options of two ends that have no certificates.
func pskEnds(version string) (polytls.ServerOptions, polytls.ConnectOptions) {
	o := polytls.ContextOptions{Ciphers: "PSK:TLS_AES_128_GCM_SHA256"}
	only(&o, version)
	return polytls.ServerOptions{ContextOptions: o}, polytls.ConnectOptions{ContextOptions: o, ServerName: "localhost"}
}

// TestSRPCallbackResults is the same for a server's verifiers.
func TestSRPCallbackResults(t *testing.T) {
	alice, err := polytls.NewSRPVerifier(2048, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*polytls.SRPVerifier)) *polytls.SRPVerifier {
		v := *alice
		change(&v)
		return &v
	}
	wrong, heardWrong := endResult{"ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", alertMAC}, endResult{"ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC", alertMAC}
	for _, tt := range []struct {
		name           string
		verifier       *polytls.SRPVerifier
		err            error
		server, client endResult
	}{
		{"the verifier", alice, nil, fine, fine},
		{"nothing", nil, nil, wrong, heardWrong}, // as a wrong password
		{"an error", nil, errOwn, callback, heardOfIt},
		{"an error and a verifier", alice, errOwn, callback, heardOfIt},
		{"an empty one", &polytls.SRPVerifier{}, nil, badArgument, heardOfIt},
		{"no such group", with(func(v *polytls.SRPVerifier) { v.Bits = 2000 }), nil, badArgument, heardOfIt},
		{"no salt", with(func(v *polytls.SRPVerifier) { v.Salt = nil }), nil, badArgument, heardOfIt},
		{"a salt too long", with(func(v *polytls.SRPVerifier) { v.Salt = make([]byte, 256) }), nil, badArgument, heardOfIt},
		{"zero", with(func(v *polytls.SRPVerifier) { v.Verifier = []byte{0} }), nil, badArgument, heardOfIt},
		{"too much", with(func(v *polytls.SRPVerifier) { v.Verifier = bytes.Repeat([]byte{255}, 257) }), nil, badArgument, heardOfIt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
			so := polytls.ServerOptions{ContextOptions: list}
			so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return tt.verifier, tt.err }
			o := handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: "alice", SRPPassword: "secret"})
			checkEnds(t, o, tt.client, tt.server)
		})
	}
}

// TestCallbacksThatNeverReturn: the server's timer ends the connection, and the
// client's context, though the callback goes on.
func TestCallbacksThatNeverReturn(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		for _, who := range []string{"client", "server", "SRP server"} {
			if who == "SRP server" && version == "TLSv1.3" {
				continue
			}
			t.Run(version+"/"+who, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { neverReturns(t, version, who) })
			})
		}
	}
}

func neverReturns(t *testing.T, version, who string) {
	never := make(chan struct{})
	defer close(never)
	right := polytls.PSK{Identity: []byte("i"), Key: []byte("k")}
	so, co := pskEnds(version)
	if who == "SRP server" {
		so.Ciphers, co.Ciphers, co.SRPUser, co.SRPPassword = "SRP", "SRP", "alice", "secret"
	}
	block := func(at string) {
		if at == who {
			<-never
		}
	}
	so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
		block("server")
		return &right, nil
	}
	so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) {
		block("SRP server")
		return nil, nil
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
		if who == "client" {
			cancel(errOwn)
		}
		block("client")
		return []polytls.PSK{right}, nil
	}
	srv, err := polytls.NewServer(so, echo)
	if err != nil {
		t.Fatal(err)
	}
	errs := clientErrors(srv)
	ours, theirs := net.Pipe()
	srv.Inject(theirs)
	_, err = polytls.Client(ctx, ours, co)
	serverErr := <-errs
	if who == "client" {
		if !errors.Is(err, errOwn) {
			t.Errorf("client: %v, want its context's cause", err)
		}
		wantCode(t, "server", serverErr, "ECONNRESET")
	} else {
		wantCode(t, "client", err, "ECONNRESET")
		if !errors.Is(serverErr, polytls.ErrHandshakeTimeout) {
			t.Errorf("server: %v, want ErrHandshakeTimeout", serverErr)
		}
	}
	cancel(nil)
	synctest.Wait()
	if n := srv.Connections(); n != 0 {
		t.Errorf("%d connections are counted yet", n)
	}
}

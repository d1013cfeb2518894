package polytls_test

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// remoteKey is a key that another process holds. From its use number slow on,
// counted from 0, it returns what late returns.
type remoteKey struct {
	crypto.Signer
	slow int32
	late func(ctx context.Context) error
	uses atomic.Int32
}

func (k *remoteKey) use(ctx context.Context, f func() ([]byte, error)) ([]byte, error) {
	if k.uses.Add(1) > k.slow {
		return nil, k.late(ctx)
	}
	return f()
}

func (k *remoteKey) SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.use(ctx, func() ([]byte, error) { return k.Sign(rand, digest, opts) })
}

func (k *remoteKey) Decrypt(rand io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	return k.Signer.(crypto.Decrypter).Decrypt(rand, ciphertext, opts)
}

func (k *remoteKey) DecryptContext(ctx context.Context, rand io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	return k.use(ctx, func() ([]byte, error) { return k.Decrypt(rand, ciphertext, opts) })
}

var (
	_ polytls.ContextSigner    = (*remoteKey)(nil)
	_ polytls.ContextDecrypter = (*remoteKey)(nil)
)

// keyUse is a message for which an end needs its private key.
type keyUse struct {
	name, version, ciphers string
	client                 bool  // whose key it is
	earlier                int32 // uses of the key before this one
	// later runs the conversation of the message at one end, nil for the first
	// handshake.
	later func(client, server *polytls.Socket)
}

var keyUses = []keyUse{
	{name: "ServerKeyExchange", version: "TLSv1.2"},
	{name: "ServerKeyExchange", version: "TLSv1"},
	{name: "ClientKeyExchange", version: "TLSv1.2", ciphers: "AES128-SHA256"},
	{name: "CertificateVerify of a client", version: "TLSv1", client: true},
	{name: "CertificateVerify of a client", version: "TLSv1.2", client: true},
	{name: "CertificateVerify of a client", version: "TLSv1.3", client: true},
	{name: "CertificateVerify of a server", version: "TLSv1.3"},
	{name: "renegotiation at a client", version: "TLSv1.2", client: true, earlier: 1, later: func(client, _ *polytls.Socket) { renegotiate(client) }},
	{name: "renegotiation at a server", version: "TLSv1.2", earlier: 1, later: func(client, _ *polytls.Socket) { renegotiate(client) }},
	{name: "post-handshake authentication", version: "TLSv1.3", client: true, later: func(_, server *polytls.Socket) { requestCert(server) }},
}

// keyTimeout is that of the handshakes of a keyUse, at the end whose key is used.
const keyTimeout = 20 * time.Second

// What the ends of a keyUse show: RSA key exchange needs RSA keys.
var (
	rsaSceneServer = sceneCA.Issue(testcert.Template{DNS: []string{"localhost"}, Kind: testcert.RSA2048, NotBefore: sceneFrom, NotAfter: sceneTo})
	rsaSceneClient = sceneCA.Issue(testcert.Template{CommonName: "somebody", Kind: testcert.RSA2048, NotBefore: sceneFrom, NotAfter: sceneTo})
)

// options are those of the two ends, whose key is k.
func (u keyUse) options(k *remoteKey) (polytls.ServerOptions, polytls.ConnectOptions) {
	so, co := serving(), trusting(sceneCA)
	serverKey, clientKey := rsaSceneServer.Signer, rsaSceneClient.Signer
	if u.client {
		k.Signer, clientKey = clientKey, k
	} else {
		k.Signer, serverKey = serverKey, k
	}
	so.Cert, so.Key = [][]byte{rsaSceneServer.ChainPEM()}, []polytls.Key{{Signer: serverKey}}
	co.Cert, co.Key = [][]byte{rsaSceneClient.ChainPEM()}, []polytls.Key{{Signer: clientKey}}
	so.CA = co.CA
	// A renegotiation that asks for a certificate is a full handshake.
	so.RequestCert = u.client && u.later == nil || u.earlier > 0
	for _, o := range []*polytls.ContextOptions{&so.ContextOptions, &co.ContextOptions} {
		only(o, u.version)
		o.Ciphers = cmp.Or(u.ciphers, "DEFAULT") + ":@SECLEVEL=0"
	}
	so.AllowPostHandshakeAuth, co.AllowPostHandshakeAuth = true, true
	so.HandshakeTimeout, co.HandshakeTimeout = keyTimeout, 2*keyTimeout
	if u.client {
		so.HandshakeTimeout, co.HandshakeTimeout = co.HandshakeTimeout, so.HandshakeTimeout
	}
	return so, co
}

// play runs the handshakes of both ends, with a key whose slow use is late, and
// returns the errors with which they end: of the key's owner and of its peer.
func (u keyUse) play(t *testing.T, late func(ctx context.Context, peer *lineEnd) error) (owner, peer error) {
	clientEnd, serverEnd := lines()
	other := clientEnd
	if u.client {
		other = serverEnd
	}
	key := &remoteKey{slow: u.earlier, late: func(ctx context.Context) error { return late(ctx, other) }}
	so, co := u.options(key)
	var client, server *polytls.Socket
	var clientErr, serverErr error
	var both sync.WaitGroup
	both.Go(func() { server, serverErr = polytls.ServerSocket(t.Context(), serverEnd, so) })
	both.Go(func() { client, clientErr = polytls.Client(t.Context(), clientEnd, co) })
	both.Wait()
	if u.later != nil {
		if clientErr != nil || serverErr != nil {
			t.Fatalf("first handshake: client %v, server %v", clientErr, serverErr)
		}
		both.Go(func() { _, clientErr = io.Copy(io.Discard, client); clientEnd.Close() })
		both.Go(func() { _, serverErr = io.Copy(io.Discard, server); serverEnd.Close() })
		u.later(client, server)
		both.Wait()
	}
	for _, s := range []*polytls.Socket{client, server} {
		if s != nil {
			s.Close()
		}
	}
	clientEnd.Close()
	serverEnd.Close()
	if n := key.uses.Load(); n != u.earlier+1 {
		t.Fatalf("%d uses of the key, want %d: client %v, server %v", n, u.earlier+1, clientErr, serverErr)
	}
	if u.client {
		return clientErr, serverErr
	}
	return serverErr, clientErr
}

// each runs f for every use of a key, in a bubble. Its end finds goroutines that are
// left.
func (keyUse) each(t *testing.T, f func(*testing.T, keyUse)) {
	for _, u := range keyUses {
		t.Run(u.version+"/"+u.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, u) })
		})
	}
}

// TestPeerThatLeavesEndsTheSigner: a key's context ends when the peer leaves, not
// when the handshake's time is up.
func TestPeerThatLeavesEndsTheSigner(t *testing.T) {
	for _, how := range []string{"reset", "FIN"} {
		t.Run(how, func(t *testing.T) {
			keyUse{}.each(t, func(t *testing.T, u keyUse) {
				owner, _ := u.play(t, func(ctx context.Context, peer *lineEnd) error {
					time.Sleep(time.Second)
					left := time.Now()
					leaves[how](peer)
					<-ctx.Done()
					if took := time.Since(left); took > 0 {
						t.Errorf("the context ended %v after the peer had left", took)
					}
					return ctx.Err()
				})
				if u.later == nil {
					wantCode(t, "owner of the key", owner, "ECONNRESET")
				} else if owner == nil || errors.Is(owner, context.Canceled) {
					t.Errorf("owner of the key: %v, want how the connection ended", owner)
				}
			})
		})
	}
}

// TestHandshakeTimeoutEndsTheSigner: a key's context ends with the handshake.
func TestHandshakeTimeoutEndsTheSigner(t *testing.T) {
	keyUse{}.each(t, func(t *testing.T, u keyUse) {
		begin := time.Now()
		owner, _ := u.play(t, func(ctx context.Context, _ *lineEnd) error {
			<-ctx.Done()
			if took := time.Since(begin); took != keyTimeout {
				t.Errorf("the context ended after %v, want %v", took, keyTimeout)
			}
			return ctx.Err()
		})
		wantCode(t, "owner of the key", owner, "ERR_TLS_HANDSHAKE_TIMEOUT")
	})
}

// TestErrorOfASigner: it is the cause of the owner's error, and the peer gets an
// alert. An error of a decryption is hidden.
func TestErrorOfASigner(t *testing.T) {
	keyUse{}.each(t, func(t *testing.T, u keyUse) {
		gone := errors.New("token removed")
		owner, peer := u.play(t, func(context.Context, *lineEnd) error { return gone })
		if u.name == "ClientKeyExchange" {
			wantCode(t, "owner of the key", owner, "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC")
			return
		}
		wantCode(t, "owner of the key", owner, "ERR_SSL_INTERNAL_ERROR")
		if !errors.Is(owner, gone) {
			t.Errorf("error %v does not have the signer's as its cause", owner)
		}
		wantCode(t, "peer", peer, "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR")
	})
}

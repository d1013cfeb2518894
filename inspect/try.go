package inspect

import (
	"context"
	"net/http"
	"sync"
	"time"

	"polytls"
)

// attempt is a way in which the server connects to itself, so that a newcomer sees what such a
// client looks like on the page.
type attempt struct {
	Name   string // in the path of the request
	Label  string // of the button
	change func(*Page, *polytls.ConnectOptions)
}

// attempts are those that a page offers, in this order.
var attempts = []attempt{
	{"tls12", "TLS 1.2 only", func(_ *Page, o *polytls.ConnectOptions) { o.MaxVersion = polytls.TLS12 }},
	{"without-ca", "A client without the CA", func(_ *Page, o *polytls.ConnectOptions) { o.AllowUnauthorized = false }},
	{"psk", "With a pre-shared key", func(p *Page, o *polytls.ConnectOptions) {
		o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{*p.PSK}, nil }
	}},
	{"node12", "Node 12's hello", func(_ *Page, o *polytls.ConnectOptions) {
		o.Ciphers, o.ECDHCurve, o.Sigalgs = node12Ciphers, node12Groups, node12Schemes
	}},
}

// What Node 12 offers, as far as polytls implements it: Node 12 also has DSA, and no
// ML-KEM and no ML-DSA.
const (
	node12Ciphers = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:" +
		"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:" +
		"DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:" +
		"ECDHE-RSA-AES256-SHA256:DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA"
	node12Groups  = "X25519:P-256:X448:P-521:P-384"
	node12Schemes = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:" +
		"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:" +
		"RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA224:ECDSA+SHA1:RSA+SHA224:RSA+SHA1"
)

// attempts returns the attempts whose buttons the page has.
func (p *Page) attempts() (list []attempt) {
	if p.Dial == nil {
		return nil
	}
	for _, a := range attempts {
		if a.Name != "psk" || p.PSK != nil {
			list = append(list, a)
		}
	}
	return list
}

// attemptTimeout ends an attempt that gets no answer, and attemptInterval is how often
// one may begin.
const (
	attemptTimeout  = 10 * time.Second
	attemptInterval = 250 * time.Millisecond
)

// try makes an attempt. Its row says how it went; the answer only says that it was made.
// A page of another origin cannot ask for it.
func (p *Page) try(w http.ResponseWriter, r *http.Request) {
	for _, a := range p.attempts() {
		if a.Name != r.PathValue("name") {
			continue
		}
		if !p.attempted.allow(time.Now()) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many attempts: wait a second", http.StatusTooManyRequests)
			return
		}
		if err := p.attempt(r.Context(), a); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.NotFound(w, r)
}

// attempt connects to the server, and returns the error of the connection, not that of
// the handshake.
func (p *Page) attempt(ctx context.Context, a attempt) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	conn, err := p.Dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	o := polytls.ConnectOptions{AllowUnauthorized: true}
	a.change(p, &o)
	if s, err := polytls.Client(ctx, conn, o); err == nil {
		s.Close()
	}
	return nil
}

// pacer bounds how often something happens. The zero pacer is ready.
type pacer struct {
	mu   sync.Mutex
	last time.Time
}

// allow reports whether it may happen now.
func (p *pacer) allow(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.last) < attemptInterval {
		return false
	}
	p.last = now
	return true
}

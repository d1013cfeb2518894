package handshake_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"polytls/internal/handshake"
	"polytls/internal/keys"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// content is a record without its protection.
type content struct {
	kind    record.ContentType
	payload []byte
}

// forger is the transport of a genuine end of one suite. It has the keys of what that
// end sends, and at one place sends something else and nothing more. The places are
// the handshake messages and, up to TLS 1.2, change_cipher_spec, each in a record of
// its own.
type forger struct {
	*recordlayertest.Conn
	role  recordlayer.Role
	suite *suite.CipherSuite

	place int                             // which is replaced
	forge func(genuine content) []content // the zero content is what is after the last place

	ending *content // nil for the end of the stream

	secrets      map[string][]byte // of the key log, by label
	clientRandom []byte
	serverRandom []byte
	opener       record.Opener
	sealer       record.Sealer
	protected    bool

	sent  []content // what there was in the places
	over  bool
	err   error // of the genuine end's handshake
	lacks bool  // the forgery needs fields that the genuine content has not
}

// watch returns what passes the randoms and the secrets of a handshake to the forger.
func (f *forger) watch() (o handshake.Observers) {
	f.secrets = map[string][]byte{}
	o.KeyLog = func(line string) {
		parts := strings.Fields(line)
		f.clientRandom, _ = hex.DecodeString(parts[1])
		f.secrets[parts[0]], _ = hex.DecodeString(parts[2])
	}
	o.Observe = func(s handshake.Step) {
		if wire.MessageType(s.Raw[0]) == wire.TypeServerHello {
			f.serverRandom = bytes.Clone(s.Raw[6:38])
		}
	}
	return o
}

// Write passes records on, each opened and sealed again, until the place is there.
func (f *forger) Write(b []byte) (int, error) {
	for rest := bytes.Clone(b); len(rest) > 0 && !f.over; {
		h := record.ParseHeader(rest)
		size := record.HeaderLen + h.Length
		f.readied(h)
		kind, payload, err := f.opener.Open(rest[:size])
		if err != nil {
			return 0, err
		}
		c := content{kind, bytes.Clone(payload)}
		if f.counts(c) {
			if len(f.sent) == f.place {
				f.finish(c)
				break
			}
			f.sent = append(f.sent, c)
		}
		if err := f.pass(h.Version, c); err != nil {
			return 0, err
		}
		f.changeKeys(c)
		rest = rest[size:]
	}
	return len(b), nil
}

// finish sends what was forged in the place of something, and then nothing more but,
// where the end of the stream would end a callback, an alert.
func (f *forger) finish(genuine content) {
	if f.over {
		return
	}
	f.over = true
	forged := f.forge(genuine)
	f.lacks = forged == nil
	if f.ending != nil {
		forged = append(slices.Clip(forged), *f.ending)
	}
	for _, c := range forged {
		if f.pass(suite.TLS12, c) != nil {
			break
		}
	}
	if f.ending == nil {
		f.Conn.CloseWrite()
	}
}

func (f *forger) pass(v suite.Version, c content) error {
	_, err := f.Conn.Write(f.sealer.Seal(nil, v, c.kind, c.payload, 0))
	return err
}

func (f *forger) is13() bool { return f.suite.MinVersion == suite.TLS13 }

func (f *forger) counts(c content) bool {
	return c.kind == record.Handshake || c.kind == record.ChangeCipherSpec && !f.is13()
}

// readied sets the keys of the first protected record of TLS 1.3.
func (f *forger) readied(h record.Header) {
	if f.protected || !f.is13() || h.Type != record.ApplicationData {
		return
	}
	if f.secrets[keys.LogClientEarly] != nil && f.role == recordlayer.Client {
		f.use(keys.LogClientEarly)
		return
	}
	f.use(keys.LogServerHandshake, keys.LogClientHandshake)
}

// changeKeys sets the keys of what follows c.
func (f *forger) changeKeys(c content) {
	switch {
	case !f.is13() && c.kind == record.ChangeCipherSpec:
		f.use12()
	case c.kind != record.Handshake || !f.is13():
	case wire.MessageType(c.payload[0]) == wire.TypeEndOfEarlyData:
		f.use(keys.LogServerHandshake, keys.LogClientHandshake)
	case wire.MessageType(c.payload[0]) == wire.TypeFinished:
		f.use(keys.LogServerTraffic, keys.LogClientTraffic)
	}
}

// use sets the keys of the label of our role: the last one is the client's.
func (f *forger) use(labels ...string) {
	label := labels[0]
	if f.role == recordlayer.Client {
		label = labels[len(labels)-1]
	}
	key, iv := keys.Traffic{Hash: f.suite.Hash, Secret: f.secrets[label]}.KeyIV(f.suite)
	f.set(record.Keys{Suite: f.suite, Version: suite.TLS13, Key: key, IV: iv})
}

func (f *forger) use12() {
	block := keys.NewPRF(suite.TLS12, f.suite.Hash).Master(f.secrets[keys.LogClientRandom]).Keys(f.suite, suite.TLS12, f.clientRandom, f.serverRandom)
	k := record.Keys{Suite: f.suite, Version: suite.TLS12, EncryptThenMAC: true, MAC: block.ServerMAC, Key: block.ServerKey, IV: block.ServerIV}
	if f.role == recordlayer.Client {
		k.MAC, k.Key, k.IV = block.ClientMAC, block.ClientKey, block.ClientIV
	}
	f.set(k)
}

// set panics with keys that do not fit: the forger made them.
func (f *forger) set(k record.Keys) {
	if err := f.opener.SetKeys(k); err != nil {
		panic(err)
	}
	if err := f.sealer.SetKeys(k); err != nil {
		panic(err)
	}
	f.protected = true
}

// message is a handshake message as a record.
func message(m wire.Message) content {
	raw, err := wire.Marshal(m)
	if err != nil {
		panic(err)
	}
	return content{record.Handshake, raw}
}

// name is what a place is called.
func (c content) name() string {
	if c.kind == record.Handshake {
		t := wire.MessageType(c.payload[0])
		if t == wire.TypeServerHello && slices.Equal(c.payload[6:38], wire.HelloRetryRandom[:]) {
			return "HelloRetryRequest"
		}
		return t.String()
	}
	return c.kind.String()
}

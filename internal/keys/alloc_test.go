package keys

import (
	"crypto"
	"testing"

	"polytls/internal/suite"
)

func TestScheduleAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, s := range schedules() {
		allocs := testing.AllocsPerRun(50, func() {
			if !s.run() {
				t.Fatalf("%s: a check fails", s.name)
			}
		})
		if allocs > s.allocs {
			t.Errorf("%s: %v allocations, at most %v are due", s.name, allocs, s.allocs)
		}
	}
}

func TestTranscriptAllocatesItsHash(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for v := range suite.Versions() {
		var tr Transcript
		tr.Choose(v, crypto.SHA384)
		if allocs := testing.AllocsPerRun(50, func() { tr.Sum() }); allocs > 1 {
			t.Errorf("%v: %v allocations", v, allocs)
		}
	}
}

func BenchmarkSchedule(b *testing.B) {
	for _, s := range schedules() {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.run()
			}
		})
	}
}

// schedule is all that a side of a handshake derives.
type schedule struct {
	name   string
	allocs float64
	run    func() bool
}

func schedules() []schedule {
	gcm := &suite.CipherSuite{Cipher: suite.AES256GCM, Hash: crypto.SHA384}
	cbc := &suite.CipherSuite{Cipher: suite.AES128CBC, MAC: suite.SHA1, Hash: crypto.SHA256}
	return []schedule{
		// Each hmac.New allocates 5 times.
		{"TLS 1.3, client", 95, newSide13(aes128, nil).client},
		{"TLS 1.3, server", 95, newSide13(aes128, nil).server},
		{"TLS 1.3, client resumes", 121, newSide13(aes128, secret32).client},
		{"TLS 1.3, server resumes", 121, newSide13(aes128, secret32).server},
		{"TLS 1.3, server resumes, SHA-384", 121, newSide13(gcm, secret32).server},
		{"TLS 1.2", 20, newSide12(aes128, suite.TLS12, secret32).client},
		{"TLS 1.2, resumed", 11, newSide12(aes128, suite.TLS12, nil).client},
		{"TLS 1.2, resumed, SHA-384", 11, newSide12(gcm, suite.TLS12, nil).client},
		{"TLS 1.0", 34, newSide12(cbc, suite.TLS10, secret32).client},
		{"TLS 1.0, resumed", 18, newSide12(cbc, suite.TLS10, nil).client},
	}
}

// side13 is what a side of TLS 1.3 has before it derives.
type side13 struct {
	suite                        *suite.CipherSuite
	psk, shared, hash, nonce     []byte // psk is nil for none
	binder, clientFin, serverFin []byte
}

func newSide13(s *suite.CipherSuite, psk []byte) *side13 {
	d := &side13{suite: s, psk: psk, shared: secret32, hash: sum(s.Hash, nil), nonce: make([]byte, 8)}
	early := NewEarly(s.Hash, psk)
	hs := early.Handshake(d.shared, d.hash)
	d.binder = early.Binder(ResumptionBinder, d.hash)
	d.clientFin, d.serverFin = hs.ClientVerifyData(d.hash), hs.ServerVerifyData(d.hash)
	return d
}

func (d *side13) client() bool {
	early := NewEarly(d.suite.Hash, d.psk)
	if d.psk != nil {
		early.Binder(ResumptionBinder, d.hash)
	}
	hs := early.Handshake(d.shared, d.hash)
	hs.Client.KeyIV(d.suite)
	hs.Server.KeyIV(d.suite)
	master, err := hs.VerifyServer(d.hash, d.serverFin)
	if err != nil {
		return false
	}
	app := master.Application(d.hash)
	app.Server.KeyIV(d.suite)
	hs.ClientVerifyData(d.hash)
	app.Client.KeyIV(d.suite)
	ResumptionPSK(d.suite.Hash, master.Resumption(d.hash), d.nonce)
	return true
}

func (d *side13) server() bool {
	early := NewEarly(d.suite.Hash, d.psk)
	if d.psk != nil && !early.VerifyBinder(ResumptionBinder, d.hash, d.binder) {
		return false
	}
	hs := early.Handshake(d.shared, d.hash)
	hs.Server.KeyIV(d.suite)
	hs.Client.KeyIV(d.suite)
	hs.ServerVerifyData(d.hash)
	master := hs.Master()
	app := master.Application(d.hash)
	app.Server.KeyIV(d.suite)
	if hs.VerifyClient(d.hash, d.clientFin) != nil {
		return false
	}
	app.Client.KeyIV(d.suite)
	ResumptionPSK(d.suite.Hash, master.Resumption(d.hash), d.nonce)
	return true
}

// side12 is what a side up to TLS 1.2 has before it derives.
type side12 struct {
	suite             *suite.CipherSuite
	version           suite.Version
	premaster, master []byte // premaster is nil in a resumption
	random, hash      []byte
	serverFin         []byte
}

func newSide12(s *suite.CipherSuite, v suite.Version, premaster []byte) *side12 {
	d := &side12{suite: s, version: v, premaster: premaster, master: make([]byte, masterLen), random: secret32, hash: hashABC}
	p := NewPRF(v, s.Hash)
	if premaster != nil {
		d.master = p.ExtendedMasterSecret(premaster, d.hash)
	}
	d.serverFin = p.Master(d.master).ServerFinished(d.hash)
	return d
}

// client is a client's half; a server's differs in the order alone.
func (d *side12) client() bool {
	p, secret := NewPRF(d.version, d.suite.Hash), d.master
	if d.premaster != nil {
		secret = p.ExtendedMasterSecret(d.premaster, d.hash)
	}
	master := p.Master(secret)
	master.Keys(d.suite, d.version, d.random, d.random)
	master.ClientFinished(d.hash)
	return master.VerifyServer(d.hash, d.serverFin) == nil
}

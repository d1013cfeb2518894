package keys

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"sync"

	"polytls/internal/suite"
)

// The stages of RFC 8446, section 7.1, are types: Early, Handshake, Master,
// Application. A client gets from Handshake to Master only by the check of the
// server's Finished, so that the check cannot be forgotten.

// BinderKind is the origin of a pre-shared key, which selects the label of its
// binder.
type BinderKind uint8

// The kinds of pre-shared keys.
const (
	ResumptionBinder BinderKind = iota // RFC 8446, section 4.6.1
	ExternalBinder                     // agreed out of band
	ImportedBinder                     // RFC 9258
)

var binderLabels = [...]string{
	ResumptionBinder: "res binder",
	ExternalBinder:   "ext binder",
	ImportedBinder:   "imp binder",
}

// Early is the first stage: the secrets of the pre-shared key alone.
type Early struct {
	keyed
	salt []byte // of the next stage, nil if it is yet to be derived
}

// NewEarly starts the schedule. A nil psk is none, for which the RFC has zeros.
func NewEarly(h crypto.Hash, psk []byte) *Early {
	if known := withoutPSK[h]; known != nil && psk == nil {
		e := known()
		return &e
	}
	return &Early{keyed: keyed{hash: h, secret: extract(h, nil, psk)}}
}

// withoutPSK is the stage without a pre-shared key, the same in every handshake.
var withoutPSK = map[crypto.Hash]func() Early{
	crypto.SHA256: sync.OnceValue(func() Early { return earlyWithoutPSK(crypto.SHA256) }),
	crypto.SHA384: sync.OnceValue(func() Early { return earlyWithoutPSK(crypto.SHA384) }),
}

func earlyWithoutPSK(h crypto.Hash) Early {
	k := keyed{hash: h, secret: extract(h, nil, nil)}
	return Early{keyed: keyed{hash: h, secret: k.secret}, salt: bytes.Clone(k.salt())}
}

// Binder returns the binder over the hash of the truncated ClientHello and
// what came before it (RFC 8446, section 4.2.11.2).
func (e *Early) Binder(kind BinderKind, transcriptHash []byte) []byte {
	key := keyed{hash: e.hash, secret: e.derive(binderLabels[kind], emptyHash(e.hash))}
	return key.verifyData(transcriptHash)
}

// VerifyBinder compares in constant time.
func (e *Early) VerifyBinder(kind BinderKind, transcriptHash, got []byte) bool {
	return hmac.Equal(e.Binder(kind, transcriptHash), got)
}

// ClientTraffic returns client_early_traffic_secret, with which 0-RTT data is
// protected. transcriptHash is that of ClientHello.
func (e *Early) ClientTraffic(transcriptHash []byte) Traffic {
	return e.traffic("c e traffic", transcriptHash)
}

// Exporter returns early_exporter_master_secret. transcriptHash is that of
// ClientHello.
func (e *Early) Exporter(transcriptHash []byte) []byte {
	return e.derive("e exp master", transcriptHash)
}

// Handshake mixes in the key exchange's shared secret, nil for psk_ke.
// transcriptHash is that of ClientHello to ServerHello.
func (e *Early) Handshake(shared, transcriptHash []byte) *Handshake {
	salt := e.salt
	if salt == nil {
		salt = e.keyed.salt()
	}
	h := &Handshake{keyed: next(e.hash, salt, shared)}
	h.Client = h.traffic("c hs traffic", transcriptHash).keyedOnce()
	h.Server = h.traffic("s hs traffic", transcriptHash).keyedOnce()
	return h
}

// salt is what the next stage is extracted with. The next label overwrites it.
func (k *keyed) salt() []byte {
	return k.block("derived", emptyHash(k.hash), k.hash.Size())
}

// next is the secret of the next stage, into which a shared secret is mixed,
// or zeros if it is nil.
func next(h crypto.Hash, salt, shared []byte) keyed {
	return keyed{hash: h, secret: extract(h, salt, shared)}
}

func (k *keyed) traffic(label string, transcriptHash []byte) Traffic {
	return Traffic{Secret: k.derive(label, transcriptHash), Hash: k.hash}
}

// Handshake is the second stage.
type Handshake struct {
	Client, Server Traffic // the handshake traffic secrets
	keyed
}

// ClientVerifyData returns the verify_data of the client's Finished.
func (h *Handshake) ClientVerifyData(transcriptHash []byte) []byte {
	return h.Client.VerifyData(transcriptHash)
}

// ServerVerifyData returns the verify_data of the server's Finished.
func (h *Handshake) ServerVerifyData(transcriptHash []byte) []byte {
	return h.Server.VerifyData(transcriptHash)
}

// VerifyServer checks the server's Finished against the transcript before it,
// in constant time. It is a client's only way to the next stage. Its error is
// failure.DigestCheckFailed.
func (h *Handshake) VerifyServer(transcriptHash, got []byte) (*Master, error) {
	if err := checkFinished(h.ServerVerifyData(transcriptHash), got); err != nil {
		return nil, err
	}
	return h.Master(), nil
}

// VerifyClient checks the client's Finished against the transcript before it,
// in constant time. Its error is failure.DigestCheckFailed.
func (h *Handshake) VerifyClient(transcriptHash, got []byte) error {
	return checkFinished(h.ClientVerifyData(transcriptHash), got)
}

// Master is a server's way to the next stage: it sends application data before
// it has received the client's Finished.
func (h *Handshake) Master() *Master { return &Master{next(h.hash, h.salt(), nil)} }

// Master is the third stage.
type Master struct{ keyed }

// Compact returns m without cached state, to hold while waiting for the peer.
func (m *Master) Compact() *Master {
	m.mac = nil
	return m
}

// Application is the last stage: what protects application data.
type Application struct {
	Client, Server Traffic // client_ and server_application_traffic_secret_0
	Exporter       []byte  // exporter_master_secret, for Exporter13
}

// Application derives from the transcript up to the server's Finished.
func (m *Master) Application(transcriptHash []byte) *Application {
	return &Application{
		Client:   m.traffic("c ap traffic", transcriptHash),
		Server:   m.traffic("s ap traffic", transcriptHash),
		Exporter: m.derive("exp master", transcriptHash),
	}
}

// Resumption returns resumption_master_secret. transcriptHash is that up to
// the client's Finished.
func (m *Master) Resumption(transcriptHash []byte) []byte {
	return m.derive("res master", transcriptHash)
}

// ResumptionPSK returns the pre-shared key of a ticket (RFC 8446, section
// 4.6.1). nonce is at most 255 bytes long, as in NewSessionTicket.
func ResumptionPSK(h crypto.Hash, resumptionMaster, nonce []byte) []byte {
	return expandLabel(h, resumptionMaster, "resumption", nonce, h.Size())
}

// Traffic is a traffic secret (RFC 8446, section 7.3).
type Traffic struct {
	Secret []byte
	Hash   crypto.Hash
	// once is the secret keyed for all that is derived from it. If it is nil, the
	// secret is keyed for each use, which needs less memory between uses.
	once *keyed
}

// keyedOnce is for the secrets of a handshake, which give keys and a Finished.
func (t Traffic) keyedOnce() Traffic {
	t.once = t.keyed()
	return t
}

// Compact returns t without cached state, to hold while waiting for the peer.
func (t Traffic) Compact() Traffic { return Traffic{Secret: t.Secret, Hash: t.Hash} }

func (t Traffic) keyed() *keyed {
	if t.once != nil {
		return t.once
	}
	return &keyed{hash: t.Hash, secret: t.Secret}
}

// KeyIV returns the key and the nonce mask with which s protects records.
func (t Traffic) KeyIV(s *suite.CipherSuite) (key, iv []byte) {
	k := t.keyed()
	return k.expandLabel("key", nil, s.Cipher.Info().KeyLen), k.expandLabel("iv", nil, s.Cipher.Info().IVLen(suite.TLS13))
}

// Next returns the secret after a KeyUpdate (RFC 8446, section 7.2).
func (t Traffic) Next() Traffic {
	return Traffic{Secret: t.keyed().expandLabel("traffic upd", nil, t.Hash.Size()), Hash: t.Hash}
}

// VerifyData returns the verify_data of a Finished under this secret; that of
// post-handshake authentication is under the client's current one.
func (t Traffic) VerifyData(transcriptHash []byte) []byte {
	return t.keyed().verifyData(transcriptHash)
}

// FinishedKey returns the key of a Finished under this secret, which is all that is
// needed to verify the peer's.
func (t Traffic) FinishedKey() FinishedKey {
	return FinishedKey{t.keyed().expandLabel("finished", nil, t.Hash.Size()), t.Hash}
}

// FinishedKey is finished_key (RFC 8446, section 4.4.4).
type FinishedKey struct {
	key  []byte
	hash crypto.Hash
}

// Verify checks a Finished in constant time. Its error is
// failure.DigestCheckFailed.
func (f FinishedKey) Verify(transcriptHash, got []byte) error {
	mac := hmac.New(f.hash.New, f.key)
	mac.Write(transcriptHash)
	return checkFinished(mac.Sum(nil), got)
}

// Verify checks a Finished under this secret in constant time. Its error is
// failure.DigestCheckFailed.
func (t Traffic) Verify(transcriptHash, got []byte) error {
	return checkFinished(t.VerifyData(transcriptHash), got)
}

package keys

import (
	"crypto"
	"crypto/hmac"

	"polytls/internal/suite"
)

// The stages of RFC 8446, section 7.1, are types: Early, Handshake, Master,
// Application. A client gets from Handshake to Master only by the check of the
// server's Finished, so that the check cannot be forgotten.

// BinderKind says where a pre-shared key comes from, which its binder's label
// tells.
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

// Early is the first stage: what the pre-shared key alone gives.
type Early struct{ keyed }

// NewEarly starts the schedule. A nil psk stands for none: zeros.
func NewEarly(h crypto.Hash, psk []byte) *Early {
	return &Early{keyed{hash: h, secret: extract(h, nil, psk)}}
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
	return Traffic{e.derive("c e traffic", transcriptHash), e.hash}
}

// Exporter returns early_exporter_master_secret. transcriptHash is that of
// ClientHello.
func (e *Early) Exporter(transcriptHash []byte) []byte {
	return e.derive("e exp master", transcriptHash)
}

// Handshake mixes in the key exchange's shared secret, nil for psk_ke.
// transcriptHash is that of ClientHello to ServerHello.
func (e *Early) Handshake(shared, transcriptHash []byte) *Handshake {
	h := &Handshake{keyed: e.next(shared)}
	h.Client = Traffic{h.derive("c hs traffic", transcriptHash), h.hash}
	h.Server = Traffic{h.derive("s hs traffic", transcriptHash), h.hash}
	return h
}

// next is the secret of the next stage, into which a shared secret is mixed,
// or zeros if it is nil.
func (k *keyed) next(shared []byte) keyed {
	salt := k.block("derived", emptyHash(k.hash), k.hash.Size())
	return keyed{hash: k.hash, secret: extract(k.hash, salt, shared)}
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
// reason.DigestCheckFailed.
func (h *Handshake) VerifyServer(transcriptHash, got []byte) (*Master, error) {
	if err := checkFinished(h.ServerVerifyData(transcriptHash), got); err != nil {
		return nil, err
	}
	return h.Master(), nil
}

// VerifyClient checks the client's Finished against the transcript before it,
// in constant time. Its error is reason.DigestCheckFailed.
func (h *Handshake) VerifyClient(transcriptHash, got []byte) error {
	return checkFinished(h.ClientVerifyData(transcriptHash), got)
}

// Master is a server's way to the next stage: it sends application data before
// it has seen the client's Finished.
func (h *Handshake) Master() *Master { return &Master{h.next(nil)} }

// Master is the third stage.
type Master struct{ keyed }

// Application is the last stage: what protects application data.
type Application struct {
	Client, Server Traffic // client_ and server_application_traffic_secret_0
	Exporter       []byte  // exporter_master_secret, for Exporter13
}

// Application derives from the transcript up to the server's Finished.
func (m *Master) Application(transcriptHash []byte) *Application {
	return &Application{
		Client:   Traffic{m.derive("c ap traffic", transcriptHash), m.hash},
		Server:   Traffic{m.derive("s ap traffic", transcriptHash), m.hash},
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
}

// KeyIV returns the key and the nonce mask with which s protects records.
func (t Traffic) KeyIV(s *suite.CipherSuite) (key, iv []byte) {
	k := keyed{hash: t.Hash, secret: t.Secret}
	return k.expandLabel("key", nil, s.Cipher.KeyLen()), k.expandLabel("iv", nil, s.IVLen(suite.TLS13))
}

// Next returns the secret after a KeyUpdate (RFC 8446, section 7.2).
func (t Traffic) Next() Traffic {
	return Traffic{expandLabel(t.Hash, t.Secret, "traffic upd", nil, t.Hash.Size()), t.Hash}
}

// VerifyData returns the verify_data of a Finished under this secret; that of
// post-handshake authentication is under the client's current one.
func (t Traffic) VerifyData(transcriptHash []byte) []byte {
	k := keyed{hash: t.Hash, secret: t.Secret}
	return k.verifyData(transcriptHash)
}

// Verify checks a Finished under this secret in constant time. Its error is
// reason.DigestCheckFailed.
func (t Traffic) Verify(transcriptHash, got []byte) error {
	return checkFinished(t.VerifyData(transcriptHash), got)
}

package wire

import "golang.org/x/crypto/cryptobyte"

// OfferedPSKs is the pre_shared_key of a ClientHello (RFC 8446, section 4.2.11).
// That there is a binder for each identity, and that binders have a hash's size, is
// checked by the handshake, which sends other alerts.
type OfferedPSKs struct {
	Identities []PSKIdentity
	Binders    [][]byte
}

// PSKIdentity is a PskIdentity.
type PSKIdentity struct {
	Identity      []byte // 1 to 65535 bytes
	ObfuscatedAge uint32 // milliseconds, plus ticket_age_add
}

// Extension returns ExtPreSharedKey.
func (*OfferedPSKs) Extension() ExtensionType { return ExtPreSharedKey }

// BindersLen returns the size in bytes of the vector of binders, its length
// included: what is cut off the end of a ClientHello for the binders' own
// transcript (RFC 8446, section 4.2.11.2).
func (x *OfferedPSKs) BindersLen() int {
	n := 2
	for _, binder := range x.Binders {
		n += 1 + len(binder)
	}
	return n
}

func (x *OfferedPSKs) parse(s *cryptobyte.String) error {
	var identities cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&identities) || identities.Empty() {
		return malformed("identities")
	}
	x.Identities = nil
	for !identities.Empty() {
		var id PSKIdentity
		switch {
		case !readVector16(&identities, &id.Identity), len(id.Identity) == 0:
			return malformed("identity")
		case !identities.ReadUint32(&id.ObfuscatedAge):
			return malformed("obfuscated_ticket_age")
		}
		x.Identities = append(x.Identities, id)
	}
	if !readVectors(s, filled|vector16, vector8, &x.Binders) {
		return malformed("binders")
	}
	return nil
}

func (x *OfferedPSKs) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		for _, id := range x.Identities {
			addVector16(b, id.Identity)
			b.AddUint32(id.ObfuscatedAge)
		}
	})
	b.AddUint16LengthPrefixed(func(b *builder) { addVectors(b, addVector8, x.Binders) })
}

// SelectedPSK is the pre_shared_key of a ServerHello.
type SelectedPSK struct {
	Index uint16 // of the identity, from 0
}

// Extension returns ExtPreSharedKey.
func (*SelectedPSK) Extension() ExtensionType { return ExtPreSharedKey }

func (x *SelectedPSK) parse(s *cryptobyte.String) error {
	if !s.ReadUint16(&x.Index) {
		return malformed("selected_identity")
	}
	return nil
}

func (x *SelectedPSK) appendTo(b *builder) { b.AddUint16(x.Index) }

// PSKModes is psk_key_exchange_modes (RFC 8446, section 4.2.9).
type PSKModes struct {
	Modes []uint8
}

// The modes of RFC 8446, section 4.2.9.
const (
	PSKKe    uint8 = 0 // psk_ke: the key alone
	PSKDHEKe uint8 = 1 // psk_dhe_ke: with a key share
)

// Extension returns ExtPSKKeyExchangeModes.
func (*PSKModes) Extension() ExtensionType { return ExtPSKKeyExchangeModes }

func (x *PSKModes) parse(s *cryptobyte.String) error {
	if !readVector8(s, &x.Modes) || len(x.Modes) == 0 {
		return malformed("ke_modes")
	}
	return nil
}

func (x *PSKModes) appendTo(b *builder) { addVector8(b, x.Modes) }

// EarlyData is the empty early_data of a ClientHello or of EncryptedExtensions
// (RFC 8446, section 4.2.10).
type EarlyData struct{ empty }

// Extension returns ExtEarlyData.
func (*EarlyData) Extension() ExtensionType { return ExtEarlyData }

// MaxEarlyData is the early_data of a NewSessionTicket (RFC 8446, section
// 4.2.10).
type MaxEarlyData struct {
	Size uint32 // bytes of application data
}

// Extension returns ExtEarlyData.
func (*MaxEarlyData) Extension() ExtensionType { return ExtEarlyData }

func (x *MaxEarlyData) parse(s *cryptobyte.String) error {
	if !s.ReadUint32(&x.Size) {
		return malformed("max_early_data_size")
	}
	return nil
}

func (x *MaxEarlyData) appendTo(b *builder) { b.AddUint32(x.Size) }

// SessionTicket is session_ticket (RFC 5077, section 3.2): a ticket, or empty to
// ask for or announce one.
type SessionTicket struct {
	Ticket []byte // the whole body
}

// Extension returns ExtSessionTicket.
func (*SessionTicket) Extension() ExtensionType { return ExtSessionTicket }

func (x *SessionTicket) parse(s *cryptobyte.String) error {
	readRest(s, &x.Ticket)
	return nil
}

func (x *SessionTicket) appendTo(b *builder) { b.AddBytes(x.Ticket) }

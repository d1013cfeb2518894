package suite

import (
	"iter"
	"slices"
	"strings"
)

// Group is a NamedGroup (RFC 8446, section 4.2.7).
type Group uint16

// The groups that polytls implements.
const (
	P256               Group = 0x0017
	P384               Group = 0x0018
	P521               Group = 0x0019
	X25519             Group = 0x001D
	X448               Group = 0x001E
	FFDHE2048          Group = 0x0100
	FFDHE3072          Group = 0x0101
	FFDHE4096          Group = 0x0102
	FFDHE6144          Group = 0x0103
	FFDHE8192          Group = 0x0104
	MLKEM512           Group = 0x0200
	MLKEM768           Group = 0x0201
	MLKEM1024          Group = 0x0202
	SecP256r1MLKEM768  Group = 0x11EB
	X25519MLKEM768     Group = 0x11EC
	SecP384r1MLKEM1024 Group = 0x11ED
)

// The curves that certificates may have and that no handshake uses as groups. They
// have no rows.
const (
	Secp256k1       Group = 0x0016
	BrainpoolP256r1 Group = 0x001A
	BrainpoolP384r1 Group = 0x001B
	BrainpoolP512r1 Group = 0x001C
)

var curveNames = map[Group]string{
	Secp256k1:       "secp256k1",
	BrainpoolP256r1: "brainpoolP256r1", BrainpoolP384r1: "brainpoolP384r1", BrainpoolP512r1: "brainpoolP512r1",
}

// ParseCurve returns the curve that only certificates may have by its name, without
// regard to case.
func ParseCurve(name string) (curve Group, ok bool) {
	for g, known := range curveNames {
		if strings.EqualFold(known, name) {
			return g, true
		}
	}
	return 0, false
}

// GroupKind is the kind of arithmetic that a group uses.
type GroupKind uint8

// The kinds of groups.
const (
	NIST        GroupKind = iota // RFC 8422, uncompressed points
	Montgomery                   // RFC 7748
	FiniteField                  // RFC 7919
	Hybrid                       // an ECDH group and ML-KEM, concatenated
	KEM                          // ML-KEM alone (draft-ietf-tls-mlkem)
)

// GroupInfo is a row of the registry of named groups.
type GroupInfo struct {
	ID      Group
	Name    string   // the IANA name
	Aliases []string // OpenSSL's and NIST's other names

	Kind GroupKind
	// Share and Reply are the sizes in bytes of a client's and a server's
	// key_exchange.
	Share, Reply int
	// Bits is the security strength of the group according to OpenSSL.
	Bits int
	// MinVersion is the lowest version whose handshakes may use it.
	MinVersion Version

	// NodeType, NodeName and NodeSize are what getEphemeralKeyInfo() returns: "ECDH",
	// "DH" or "TLSGroup"; the curve's name; its size in bits or 0.
	NodeType, NodeName string
	NodeSize           int

	// Tuple is the position in the default list, "auto": 1 is the most preferred
	// tuple, 0 is none (GroupList).
	Tuple int
	// KeyShare says that with the default list the first hello contains a share of
	// the group.
	KeyShare bool
}

// groups is the one list of groups, most preferred first.
var groups = [...]GroupInfo{
	{ID: X25519MLKEM768, Name: "X25519MLKEM768", Kind: Hybrid, Share: 1216, Reply: 1120, Bits: 192, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "X25519MLKEM768", Tuple: 1, KeyShare: true},
	{ID: X25519, Name: "x25519", Aliases: []string{"X25519"}, Kind: Montgomery, Share: 32, Reply: 32, Bits: 128, NodeType: "ECDH", NodeName: "X25519", NodeSize: 253, Tuple: 2, KeyShare: true},
	{ID: P256, Name: "secp256r1", Aliases: []string{"P-256", "prime256v1"}, Kind: NIST, Share: 65, Reply: 65, Bits: 128, NodeType: "ECDH", NodeName: "prime256v1", NodeSize: 256, Tuple: 2},
	{ID: X448, Name: "x448", Aliases: []string{"X448"}, Kind: Montgomery, Share: 56, Reply: 56, Bits: 224, NodeType: "ECDH", NodeName: "X448", NodeSize: 448, Tuple: 3},
	{ID: P384, Name: "secp384r1", Aliases: []string{"P-384"}, Kind: NIST, Share: 97, Reply: 97, Bits: 192, NodeType: "ECDH", NodeName: "secp384r1", NodeSize: 384, Tuple: 3},
	{ID: P521, Name: "secp521r1", Aliases: []string{"P-521"}, Kind: NIST, Share: 133, Reply: 133, Bits: 256, NodeType: "ECDH", NodeName: "secp521r1", NodeSize: 521, Tuple: 3},
	{ID: FFDHE2048, Name: "ffdhe2048", Kind: FiniteField, Share: 256, Reply: 256, Bits: 112, NodeType: "DH", NodeSize: 2048, Tuple: 4},
	{ID: FFDHE3072, Name: "ffdhe3072", Kind: FiniteField, Share: 384, Reply: 384, Bits: 128, NodeType: "DH", NodeSize: 3072, Tuple: 4},
	{ID: FFDHE4096, Name: "ffdhe4096", Kind: FiniteField, Share: 512, Reply: 512, Bits: 128, NodeType: "DH", NodeSize: 4096},
	{ID: FFDHE6144, Name: "ffdhe6144", Kind: FiniteField, Share: 768, Reply: 768, Bits: 128, NodeType: "DH", NodeSize: 6144},
	{ID: FFDHE8192, Name: "ffdhe8192", Kind: FiniteField, Share: 1024, Reply: 1024, Bits: 192, NodeType: "DH", NodeSize: 8192},
	{ID: SecP256r1MLKEM768, Name: "SecP256r1MLKEM768", Kind: Hybrid, Share: 1249, Reply: 1153, Bits: 192, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "SecP256r1MLKEM768"},
	{ID: SecP384r1MLKEM1024, Name: "SecP384r1MLKEM1024", Kind: Hybrid, Share: 1665, Reply: 1665, Bits: 256, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "SecP384r1MLKEM1024"},
	{ID: MLKEM512, Name: "MLKEM512", Kind: KEM, Share: 800, Reply: 768, Bits: 128, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "MLKEM512"},
	{ID: MLKEM768, Name: "MLKEM768", Kind: KEM, Share: 1184, Reply: 1088, Bits: 192, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "MLKEM768"},
	{ID: MLKEM1024, Name: "MLKEM1024", Kind: KEM, Share: 1568, Reply: 1568, Bits: 256, MinVersion: TLS13, NodeType: "TLSGroup", NodeName: "MLKEM1024"},
}

// Info returns the group's row, or nil for a group that polytls does not know.
func (g Group) Info() *GroupInfo {
	for i := range groups {
		if groups[i].ID == g {
			return &groups[i]
		}
	}
	return nil
}

// Groups returns the registry, most preferred first.
func Groups() iter.Seq[GroupInfo] { return slices.Values(groups[:]) }

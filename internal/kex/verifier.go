package kex

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// srpSaltLen is the length in bytes of new salts before their leading zeros are
// dropped: OpenSSL's SRP_RANDOM_SALT_LEN.
const srpSaltLen = 20

// SRPVerifier is what a server keeps of a user (RFC 5054, section 2.4). It is enough
// to impersonate the server.
type SRPVerifier struct {
	Group    *SRPGroup
	User     string
	Salt     []byte // 1 to 255 bytes
	Verifier []byte // big-endian
}

// NewSRPVerifier makes a verifier with a fresh salt. RFC 5054, section 2.3,
// requires user and password to be prepared with SASLprep, which neither OpenSSL
// nor we do.
func NewSRPVerifier(g *SRPGroup, user, password string) *SRPVerifier {
	// OpenSSL stores salts as integers, which would drop leading zeros.
	return g.verifier(user, password, trim(random(srpSaltLen)))
}

func (g *SRPGroup) verifier(user, password string, salt []byte) *SRPVerifier {
	v := g.power(srpX(user, password, salt)).Bytes(g.modulus())
	return &SRPVerifier{Group: g, User: user, Salt: salt, Verifier: v}
}

// SRPSimulation makes verifiers for users that do not exist, so that until its
// Finished a peer cannot tell that there is no such user (RFC 5054, section 2.5.1.3).
// A name has the same group and salt each time.
type SRPSimulation struct {
	// Groups are those of the users that exist: each name gets one of them.
	Groups []*SRPGroup
	// SaltLen is the length of salts in bytes, 0 for those that NewSRPVerifier
	// and OpenSSL make: 20 less the leading zeros.
	SaltLen int
	// Seed is secret and constant.
	Seed []byte
}

// NewSRPSimulation returns a simulation in groups, nil for that of 2,048 bits alone. A
// nil seed is a random one.
func NewSRPSimulation(groups []*SRPGroup, saltLen int, seed []byte) *SRPSimulation {
	if len(groups) == 0 {
		groups = srpGroups[2:3] // that of 2,048 bits
	}
	if seed == nil {
		seed = random(32)
	}
	return &SRPSimulation{Groups: groups, SaltLen: saltLen, Seed: seed}
}

// Verifier returns the verifier of a user who does not exist. No password fits it.
func (s *SRPSimulation) Verifier(user string) (*SRPVerifier, error) {
	choice, err := s.derive("group", user, 8)
	if err != nil {
		return nil, err
	}
	salt, err := s.derive("salt", user, max(s.SaltLen, srpSaltLen))
	if err != nil {
		return nil, err
	}
	if s.SaltLen == 0 {
		salt = trim(salt)
	} else {
		salt = salt[:s.SaltLen]
	}
	verifier, err := s.derive("verifier", user, 32)
	if err != nil {
		return nil, err
	}
	group := s.Groups[binary.BigEndian.Uint64(choice)%uint64(len(s.Groups))]
	return &SRPVerifier{Group: group, User: user, Salt: salt, Verifier: verifier}, nil
}

func (s *SRPSimulation) derive(what, user string, n int) ([]byte, error) {
	return hkdf.Key(sha256.New, s.Seed, nil, what+" of "+user, n)
}

// ParseVerifiers reads the file of `openssl srp`: lines of six fields between tabs,
// which are type, verifier, salt, name, group and remark. Valid users (V) come out in
// the file's order; index lines (I) name further groups, which must still be RFC
// 5054's; users of other types are skipped.
func ParseVerifiers(data []byte) ([]*SRPVerifier, error) {
	groups := map[string]*SRPGroup{}
	for _, g := range srpGroups {
		groups[strconv.Itoa(g.bits)] = g
	}
	var users []*SRPVerifier
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		row, err := parseSRPRow(line)
		if err != nil {
			return nil, fmt.Errorf("SRP verifiers: line %d: %v", number, err)
		}
		switch row.kind {
		case "I":
			groups[row.name] = FindSRPGroup(row.verifier, row.salt)
		case "V":
			group := groups[row.group]
			if group == nil {
				return nil, fmt.Errorf("SRP verifiers: line %d: group %q is not one of RFC 5054", number, row.group)
			}
			user := &SRPVerifier{Group: group, User: row.name, Salt: row.salt, Verifier: row.verifier}
			if err := user.Check(); err != nil {
				return nil, fmt.Errorf("SRP verifiers: line %d: %v", number, err)
			}
			users = append(users, user)
		}
	}
	return users, nil
}

// Check checks the salt and the verifier.
func (v *SRPVerifier) Check() error {
	if len(v.Salt) == 0 || len(v.Salt) > 255 {
		return fmt.Errorf("salt of %d bytes, wanted 1 to 255", len(v.Salt))
	}
	if n, err := residue(v.Verifier, v.Group.modulus()); err != nil {
		return fmt.Errorf("verifier: %v", err)
	} else if n.IsZero() == 1 {
		return fmt.Errorf("verifier: 0")
	}
	return nil
}

// srpRow is a line of the file. In an index line, verifier and salt are N and
// g.
type srpRow struct {
	kind, name, group string
	verifier, salt    []byte
}

func parseSRPRow(line []byte) (*srpRow, error) {
	// OpenSSL's TXT_DB escapes a tab inside a field by a backslash.
	const escaped = "\x00"
	fields := strings.Split(strings.ReplaceAll(string(line), "\\\t", escaped), "\t")
	if len(fields) != 6 {
		return nil, fmt.Errorf("%d fields, wanted 6", len(fields))
	}
	for i := range fields {
		fields[i] = strings.ReplaceAll(fields[i], escaped, "\t")
	}
	verifier, err := decodeSRP(fields[1])
	if err != nil {
		return nil, fmt.Errorf("verifier: %v", err)
	}
	salt, err := decodeSRP(fields[2])
	if err != nil {
		return nil, fmt.Errorf("salt: %v", err)
	}
	return &srpRow{kind: fields[0], name: fields[3], group: fields[4], verifier: verifier, salt: salt}, nil
}

// srpDigits is the alphabet of the file's numbers.
const srpDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./"

// decodeSRP reads a number to the base 64 whose last digit is the least
// significant one, as big-endian bytes without leading zeros.
func decodeSRP(s string) ([]byte, error) {
	out := make([]byte, (6*len(s)+7)/8)
	acc, bits, at := uint32(0), 0, len(out)
	for i := len(s) - 1; i >= 0; i-- {
		digit := strings.IndexByte(srpDigits, s[i])
		if digit < 0 {
			return nil, fmt.Errorf("%q is no digit", s[i])
		}
		acc |= uint32(digit) << bits
		if bits += 6; bits >= 8 {
			at--
			out[at] = byte(acc)
			acc >>= 8
			bits -= 8
		}
	}
	if bits > 0 {
		at--
		out[at] = byte(acc)
	}
	return trim(out), nil
}

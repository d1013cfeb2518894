package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/brainpool"

	"polytls/failure"
	"polytls/internal/suite"
)

// TestSignsAndVerifiesEverySchemeOfTheRegistry fails for a row without code.
func TestSignsAndVerifiesEverySchemeOfTheRegistry(t *testing.T) {
	signed := map[suite.Scheme]bool{}
	message := []byte("message")
	keys := maps.Clone(testKeys())
	for _, c := range variableTime() {
		keys[c.group.String()] = newECDSA(c.Curve)
	}
	for name, key := range keys {
		pub := key.Public()
		for info := range suite.Schemes() {
			if !fitsKey(pub, &info) {
				continue
			}
			signed[info.ID] = true
			sig, err := Sign(context.Background(), key, info.ID, message)
			if err != nil {
				t.Errorf("%s, %s: %v", name, info.Name, err)
				continue
			}
			if err := Verify(pub, info.ID, message, sig); err != nil {
				t.Errorf("%s, %s: %v", name, info.Name, err)
			}
			for what, err := range map[string]error{
				"another message":     Verify(pub, info.ID, []byte("Message"), sig),
				"a changed signature": Verify(pub, info.ID, message, flip(sig)),
				"a cut signature":     Verify(pub, info.ID, message, sig[:len(sig)-1]),
				"a longer signature":  Verify(pub, info.ID, message, append(bytes.Clone(sig), 0)),
				"no signature":        Verify(pub, info.ID, message, nil),
			} {
				wantAlert(t, name+", "+info.Name+", "+what, err, failure.BadSignature, failure.AlertDecryptError)
			}
		}
	}
	for info := range suite.Schemes() {
		if !signed[info.ID] {
			t.Errorf("%s: no key signs with it", info.Name)
		}
	}
}

// variableTime returns the curves whose keys need the user's consent.
func variableTime() []namedCurve {
	return slices.DeleteFunc(slices.Clone(curves[:]), func(c namedCurve) bool { return c.Curve == nil || !c.variableTime })
}

// TestBrainpoolSchemes: in TLS 1.2 such a key signs with every hash, in TLS 1.3 with
// the scheme of its curve alone (RFC 8734).
func TestBrainpoolSchemes(t *testing.T) {
	for _, c := range variableTime() {
		key := newECDSA(c.Curve)
		want := Schemes(testKeys()["ECDSA P-256"].Public(), suite.TLS12)
		if got := Schemes(key.Public(), suite.TLS12); !slices.Equal(got, want) {
			t.Errorf("%s: %v in TLS 1.2, want %v", c.group, got, want)
		}
		if got := Schemes(key.Public(), suite.TLS13); len(got) != 1 || got[0].Info().Curve != c.group {
			t.Errorf("%s: %v in TLS 1.3", c.group, got)
		}
		if VariableTimeCurve(key) != c.group || VariableTimeCurve(struct{ crypto.Signer }{key}) != 0 {
			t.Errorf("%s: the key of this process is not told from one elsewhere", c.group)
		}
	}
	for name, key := range testKeys() {
		if VariableTimeCurve(key) != 0 {
			t.Errorf("%s signs in constant time", name)
		}
	}
}

// generic is another implementation of a curve.
type generic struct{ elliptic.Curve }

// TestCurvesOfSigners: a signer may bring an implementation of its curve.
func TestCurvesOfSigners(t *testing.T) {
	for _, c := range curves {
		if c.Curve == nil {
			continue
		}
		pub := newECDSA(c.Curve).PublicKey
		pub.Curve = generic{c.Curve}
		if got := CurveOf(pub.Curve); got != c.group {
			t.Errorf("%s: %s", c.group, got)
		}
		der, err := MarshalPublicKey(&pub)
		if err != nil {
			t.Errorf("%s: %v", c.group, err)
			continue
		}
		back, err := ParsePublicKey(der)
		if own, ok := back.(*ecdsa.PublicKey); err != nil || !ok || own.Curve != c.Curve {
			t.Errorf("%s: %v, %v", c.group, back, err)
		}
	}
	if got := CurveOf(elliptic.P224()); got != 0 {
		t.Errorf("P-224: %s", got)
	}
	if _, err := MarshalPublicKey(&ecdsa.PublicKey{Curve: brainpool.P256t1()}); err == nil {
		t.Error("brainpoolP256t1: no error")
	}
	if _, err := MarshalPublicKey(&ecdsa.PublicKey{Curve: brainpool.P256r1()}); err == nil {
		t.Error("a key without a point: no error")
	}
}

func flip(sig []byte) []byte {
	changed := bytes.Clone(sig)
	changed[len(changed)/2] ^= 1
	return changed
}

func wantAlert(t *testing.T, what string, err error, want failure.Failure, description failure.Alert) {
	t.Helper()
	var e *failure.Error
	if !errors.Is(err, want) || !errors.As(err, &e) || e.AlertFrom != failure.SideUs || e.Alert != description {
		t.Errorf("%s: error %v, want %v with %v", what, err, want, description)
	}
}

func TestVerifyRefusesSchemesOfOtherKeys(t *testing.T) {
	tests := []struct {
		key    string
		scheme suite.Scheme
	}{
		{"RSA 2048", suite.RSAPSSPSSSHA256},
		{"RSA 2048", suite.ECDSAP256SHA256},
		{"RSA 1024", suite.RSAPSSRSAESHA512},
		{"PSS", suite.RSAPSSRSAESHA256},
		{"PSS", suite.RSAPKCS1SHA256},
		{"PSS SHA-384", suite.RSAPSSPSSSHA256},
		{"ECDSA P-256", suite.Ed25519},
		{"Ed25519", suite.Ed448},
		{"Ed448", suite.Ed25519},
		{"Ed448", suite.ECDSAP384SHA384},
		{"ML-DSA-44", suite.MLDSA65},
		{"ML-DSA-87", suite.MLDSA65},
		{"ML-DSA-65", suite.Ed25519},
		{"RSA 2048", 0x0A0A},
	}
	for _, tt := range tests {
		err := Verify(testKeys()[tt.key].Public(), tt.scheme, nil, []byte("signature"))
		wantAlert(t, tt.key, err, failure.WrongSignatureType, failure.AlertIllegalParameter)
		_, err = Sign(context.Background(), testKeys()[tt.key], tt.scheme, nil)
		if tt.key != "RSA 2048" || tt.scheme != suite.RSAPSSPSSSHA256 {
			wantAlert(t, tt.key+" signing", err, failure.Internal, failure.AlertInternalError)
		} else if err != nil { // as a key store that knows no RSASSA-PSS keys
			t.Errorf("%s signing: %v", tt.key, err)
		}
	}
}

// TestVerifyReportsSmallRSAKeys: crypto/rsa refuses them, whatever the signature.
func TestVerifyReportsSmallRSAKeys(t *testing.T) {
	n := new(big.Int).Lsh(big.NewInt(1), 1022)
	pub := &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	err := Verify(pub, suite.RSAPKCS1SHA256, nil, make([]byte, 128))
	wantAlert(t, "1,023 bits", err, failure.EEKeyTooSmall, failure.AlertBadCertificate)
	if !strings.Contains(err.Error(), "1023 bits, want at least 1024") {
		t.Errorf("error %q does not name the sizes", err)
	}
}

// TestRFC8448 verifies the CertificateVerify of RFC 8448, section 3, made with a
// key of 1,024 bits.
func TestRFC8448(t *testing.T) {
	pub, err := ParsePublicKey(unhex(t, "30819f300d06092a864886f70d010101050003818d0030818902818100"+
		"b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af1"+
		"9eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8c"+
		"a9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001"))
	if err != nil {
		t.Fatal(err)
	}
	transcriptHash := unhex(t, "764d6632b3c35c3f3205e3499ac3edbaabb88295fba751461d3678e2e5ea0687")
	sig := unhex(t, "5a747c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78e2d33a5c141a078653fa"+
		"6bef780c5ea248eeaaa785c4f394cab6d30bbe8d4859ee511f602957b15411ac027671459e46445c9ea58c181e818e95"+
		"b8c3fb0bf3278409d3be152a3da5043e063dda65cdf5aea20d53dfacd42f74f3")
	if err := Verify(pub, suite.RSAPSSRSAESHA256, ServerMessage13(transcriptHash), sig); err != nil {
		t.Error(err)
	}
	err = Verify(pub, suite.RSAPSSRSAESHA256, ClientMessage13(transcriptHash), sig)
	wantAlert(t, "the client's context", err, failure.BadSignature, failure.AlertDecryptError)
}

// TestMessage13 is the example of RFC 8446, section 4.4.3.
func TestMessage13(t *testing.T) {
	want := unhex(t, strings.Repeat("20", 64)+
		"544c5320312e332c2073657276657220436572746966696361746556657269667900"+strings.Repeat("01", 32))
	if got := ServerMessage13(bytes.Repeat([]byte{1}, 32)); !bytes.Equal(got, want) {
		t.Errorf("got %x\nwant %x", got, want)
	}
}

// brokenSigner returns a given result.
type brokenSigner struct {
	crypto.Signer
	signature []byte
	err       error
}

func (s brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return s.signature, s.err
}

func TestSignReportsTheSignersFailure(t *testing.T) {
	own := errors.New("token removed")
	tests := map[string]brokenSigner{
		"error":          {err: own},
		"no signature":   {},
		"long signature": {signature: make([]byte, 1<<16)},
	}
	for name, s := range tests {
		s.Signer = testKeys()["ECDSA P-256"]
		_, err := Sign(context.Background(), s, suite.ECDSAP256SHA256, nil)
		wantAlert(t, name, err, failure.Internal, failure.AlertInternalError)
		if errors.Is(err, own) != (s.err != nil) {
			t.Errorf("%s: error %v, want its cause %v", name, err, s.err)
		}
	}
}

// contextSigner keeps the context that it was given.
type contextSigner struct {
	crypto.Signer
	ctx *context.Context
}

func (s contextSigner) SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*s.ctx = ctx
	return s.Sign(rand, digest, opts)
}

func TestSignGivesTheHandshakesContext(t *testing.T) {
	var got context.Context
	key := contextSigner{testKeys()["Ed448"], &got}
	ctx, cancel := context.WithCancel(context.Background())
	sig, err := Sign(ctx, key, suite.Ed448, []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	if got != ctx {
		t.Error("the signer got another context")
	}
	if err := Verify(key.Public(), suite.Ed448, []byte("message"), sig); err != nil {
		t.Error(err)
	}
	cancel()
	got = nil
	if _, err = Sign(ctx, key, suite.Ed448, nil); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("after the handshake's end: error %v, signer asked: %v", err, got != nil)
	}
}

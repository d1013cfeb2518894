package issue

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"fmt"

	"filippo.io/mldsa"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// This file makes crypto/x509 create certificates, requests and lists with ML-DSA
// keys, which it does not support. An Ed25519 key replaces each such key, and the
// result is signed again with the real keys.

// standIn returns the key that replaces another one in calls of crypto/x509.
func standIn(key crypto.Signer) (crypto.Signer, error) {
	if !isMLDSA(key.Public()) {
		return key, nil
	}
	_, own, err := ed25519.GenerateKey(rand.Reader)
	return own, err
}

func isMLDSA(public crypto.PublicKey) bool {
	_, ok := public.(*mldsa.PublicKey)
	return ok
}

// createCertificate is x509.CreateCertificate for every key that package sign
// supports.
func createCertificate(t, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) ([]byte, error) {
	if !isMLDSA(public) && !isMLDSA(signer.Public()) {
		return x509.CreateCertificate(rand.Reader, t, parent, public, signer)
	}
	spki, err := sign.MarshalPublicKey(public)
	if err != nil {
		return nil, err
	}
	if t.IsCA {
		id := sha1.Sum(keyBits(spki)) // RFC 5280, section 4.2.1.2, method 1
		t.SubjectKeyId = id[:]
	}
	inPlace := public
	if isMLDSA(public) {
		if inPlace, _, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return nil, err
		}
	}
	own, err := standIn(signer)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, inPlace, own)
	if err != nil {
		return nil, err
	}
	return resign(der, inPlace, spki, signer)
}

// createRequest is x509.CreateCertificateRequest for the same keys.
func createRequest(t *x509.CertificateRequest, key crypto.Signer) ([]byte, error) {
	own, err := standIn(key)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, t, own)
	if err != nil || !isMLDSA(key.Public()) {
		return der, err
	}
	spki, err := sign.MarshalPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return resign(der, own.Public(), spki, key)
}

// createRevocationList is x509.CreateRevocationList for the same keys.
func createRevocationList(t *x509.RevocationList, issuer *x509.Certificate, key crypto.Signer) ([]byte, error) {
	own, err := standIn(key)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateRevocationList(rand.Reader, t, issuer, own)
	if err != nil || !isMLDSA(key.Public()) {
		return der, err
	}
	return resign(der, nil, nil, key)
}

// resign signs a certificate, a request or a list again, after replacing the public
// key in it by spki.
func resign(der []byte, inPlace crypto.PublicKey, spki []byte, signer crypto.Signer) ([]byte, error) {
	input := cryptobyte.String(der)
	var whole, tbs, algorithm cryptobyte.String
	if !input.ReadASN1(&whole, asn1.SEQUENCE) || !whole.ReadASN1(&tbs, asn1.SEQUENCE) || !whole.ReadASN1Element(&algorithm, asn1.SEQUENCE) {
		return nil, failure.ASN1WrongTag.Local("what is to be signed")
	}
	scheme, own := schemeOf(signer.Public()), []byte(algorithm)
	if key, ok := signer.(interface{ AlgorithmIdentifier() []byte }); ok && isMLDSA(signer.Public()) {
		own = key.AlgorithmIdentifier()
	}
	var old []byte
	if inPlace != nil {
		var err error
		if old, err = sign.MarshalPublicKey(inPlace); err != nil {
			return nil, err
		}
	}
	var changed cryptobyte.Builder
	changed.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for !tbs.Empty() {
			var element cryptobyte.String
			if !tbs.ReadAnyASN1Element(&element, new(asn1.Tag)) {
				b.SetError(failure.ASN1WrongTag.Local("what is to be signed"))
				return
			}
			switch {
			case bytes.Equal(element, algorithm):
				element = own
			case old != nil && bytes.Equal(element, old):
				element = spki
			}
			b.AddBytes(element)
		}
	})
	signed, err := changed.Bytes()
	if err != nil {
		return nil, err
	}
	signature, err := sign.Sign(context.Background(), signer, scheme, signed)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(signed)
		b.AddBytes(own)
		b.AddASN1BitString(signature)
	})
	return b.Bytes()
}

// schemeOf returns the TLS scheme that signs as crypto/x509 does by default: the
// first scheme of the key, but RSASSA-PKCS1-v1_5 for RSA.
func schemeOf(public crypto.PublicKey) suite.Scheme {
	if _, ok := public.(*rsa.PublicKey); ok {
		return suite.RSAPKCS1SHA256
	}
	schemes := sign.Schemes(public, suite.TLS13)
	if len(schemes) == 0 {
		return 0
	}
	return schemes[0]
}

// keyBits returns the subjectPublicKey of a SubjectPublicKeyInfo.
func keyBits(spki []byte) []byte {
	input := cryptobyte.String(spki)
	var info, bits cryptobyte.String
	if !input.ReadASN1(&info, asn1.SEQUENCE) || !info.SkipASN1(asn1.SEQUENCE) || !info.ReadASN1(&bits, asn1.BIT_STRING) || len(bits) == 0 {
		return nil
	}
	return bits[1:]
}

// CheckRequest verifies the signature of a request, which proves that the requester
// has the key, and returns the key.
func CheckRequest(r *x509.CertificateRequest) (crypto.PublicKey, error) {
	public, err := sign.ParsePublicKey(r.RawSubjectPublicKeyInfo)
	if err != nil || !isMLDSA(public) {
		return r.PublicKey, r.CheckSignature()
	}
	return public, sign.Verify(public, schemeOf(public), r.RawTBSCertificateRequest, r.Signature)
}

// CheckList verifies that an authority has signed a revocation list.
func (a *Authority) CheckList(list *x509.RevocationList) error {
	public := a.Key.Public()
	if !isMLDSA(public) {
		return list.CheckSignatureFrom(a.Certificate)
	}
	if !bytes.Equal(list.RawIssuer, a.Certificate.RawSubject) {
		return fmt.Errorf("its issuer is %v", list.Issuer)
	}
	return sign.Verify(public, schemeOf(public), list.RawTBSRevocationList, list.Signature)
}

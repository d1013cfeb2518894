package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// checkRequest compares what a server asked for with what the test expects.
func (c *conn) checkRequest() error {
	f := c.flags
	if f.ExpectClientCAs == "" && f.ExpectCertTypes == nil {
		return nil
	}
	if c.request == nil {
		return errors.New("no CertificateRequest")
	}
	types, authorities, err := readRequest(c.result.Version, c.request)
	if err != nil {
		return err
	}
	want, err := names(f.ExpectClientCAs)
	if err != nil {
		return err
	}
	if f.ExpectClientCAs != "" && !slices.EqualFunc(authorities, want, bytes.Equal) {
		return fmt.Errorf("certificate_authorities are %x, want %x", authorities, want)
	}
	if f.ExpectCertTypes != nil && !bytes.Equal(types, f.ExpectCertTypes) {
		return fmt.Errorf("certificate_types are %x, want %x", types, f.ExpectCertTypes)
	}
	return nil
}

// readRequest reads a CertificateRequest of any version.
func readRequest(v suite.Version, raw []byte) (types []uint8, authorities [][]byte, err error) {
	switch v {
	case suite.TLS13:
		var m wire.CertificateRequest13
		if err := wire.Parse(raw, &m); err != nil {
			return nil, nil, err
		}
		list, err := wire.Find[wire.CertificateAuthorities](m.Extensions)
		if list == nil || err != nil {
			return nil, nil, err
		}
		return nil, list.Names, nil
	case suite.TLS12:
		var m wire.CertificateRequest12
		err = wire.Parse(raw, &m)
		return m.Types, m.Authorities, err
	}
	var m wire.CertificateRequest10
	err = wire.Parse(raw, &m)
	return m.Types, m.Authorities, err
}

// checkTrust looks whether a chain ends at the anchor of -trust-cert.
func (f *flags) checkTrust(p *handshake.Peer) error {
	if f.TrustCert == "" || f.VerifyFail || len(p.Chain) == 0 {
		return nil
	}
	text, err := os.ReadFile(f.TrustCert)
	if err != nil {
		return err
	}
	ders, err := keyfile.ParseCertificates(text)
	if err != nil {
		return err
	}
	anchor, err := trust.ParseCertificate(ders[0])
	if err != nil {
		return err
	}
	if last := p.Chain[len(p.Chain)-1]; !bytes.Equal(last.Raw, anchor.Raw) && !anchor.Signed(last) {
		return fmt.Errorf("the chain does not end at %s", f.TrustCert)
	}
	return nil
}

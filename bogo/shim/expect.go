package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// checkHandshake compares what was negotiated with what the test expects.
func (c *conn) checkHandshake() error {
	f, r := c.flags, c.result
	for _, check := range []struct {
		name        string
		want, got   int
		unspecified bool
	}{
		{"version", f.ExpectVersion, int(r.Version), f.ExpectVersion == 0},
		// Nor does a session hold the group in OpenSSL 1.1.1's form.
		{"group", f.ExpectCurve, int(r.Group), f.ExpectCurve == 0 || r.Resumed && r.Version < suite.TLS13},
		{"cipher", f.ExpectCipher, int(r.Suite.ID), f.ExpectCipher == 0},
		// Our order is that of machines with hardware for AES, whatever this one is.
		{"cipher with AES hardware", f.ExpectCipherAES, int(r.Suite.ID), f.ExpectCipherAES == 0 && f.ExpectCipherNoAES == 0},
		// A session in OpenSSL's form does not hold it.
		{"the peer's scheme", f.ExpectPeerScheme, int(r.Scheme), f.ExpectPeerScheme == 0 || r.WithoutCertificates()},
	} {
		if !check.unspecified && check.want != check.got {
			return fmt.Errorf("%s is 0x%04x, want 0x%04x", check.name, check.got, check.want)
		}
	}
	for _, check := range []error{c.checkResumption(), c.checkNames(), c.checkPeer(), c.checkRequest(), c.checkCredential()} {
		if check != nil {
			return check
		}
	}
	switch {
	case f.ExpectEMS && !r.ExtendedMasterSecret && r.Version < suite.TLS13:
		return errors.New("no extended master secret")
	case f.ExpectSecureRenego && !r.SecureRenegotiation && r.Version < suite.TLS13:
		return errors.New("no secure renegotiation")
	case f.ExpectNoSecureRenego && r.SecureRenegotiation:
		return errors.New("secure renegotiation")
	case f.ExpectAcceptEarlyData && !r.EarlyDataAccepted:
		return errors.New("early data was not accepted")
	case f.ExpectRejectEarlyData && r.EarlyDataAccepted:
		return errors.New("early data was accepted")
	case f.ExpectNoOfferEarlyData && r.EarlyDataOffered:
		return errors.New("early data was offered")
	case f.ExpectTicketAgeSkew != 0 && c.resumed && int(r.TicketAgeSkew.Round(time.Second)/time.Second) != f.ExpectTicketAgeSkew:
		return fmt.Errorf("ticket age skew %s", r.TicketAgeSkew)
	case f.ExpectHRR && !r.HelloRetry:
		return errors.New("no HelloRetryRequest")
	case f.ExpectNoHRR && r.HelloRetry:
		return errors.New("a HelloRetryRequest")
	}
	return nil
}

func (c *conn) checkResumption() error {
	f, r := c.flags, c.result
	// An external key counts as a resumption in Node, and not for the runner.
	resumed := r.Resumed
	if want := c.resumed && !f.ExpectSessionMiss; resumed != want {
		return fmt.Errorf("resumed: %t, want %t", resumed, want)
	}
	if !f.Server && r.Version < suite.TLS13 {
		want := !f.ExpectNoSession && (!r.WithoutCertificates() || f.ExpectTicketRenewal)
		if got := c.newSession != nil; got != want {
			return fmt.Errorf("new session: %t, want %t", got, want)
		}
	}
	if !c.resumed && (f.ExpectSessionID && !c.stored || f.ExpectNoSessionID && c.stored) {
		return fmt.Errorf("session stored: %t", c.stored)
	}
	return nil
}

// checkSession looks for the ticket that TLS 1.3 brings after the handshake.
func (c *conn) checkSession() error {
	f := c.flags
	if f.Server || c.result.Version < suite.TLS13 {
		return nil
	}
	want := !f.ExpectNoSession && !f.ShutsDown
	if got := c.newSession != nil; got != want {
		return fmt.Errorf("new session: %t, want %t", got, want)
	}
	if want && (c.newSession.MaxEarlyData > 0) != f.ExpectTicketEarlyData {
		return fmt.Errorf("max_early_data_size of the new session is %d", c.newSession.MaxEarlyData)
	}
	return nil
}

func (c *conn) checkNames() error {
	f, r := c.flags, c.result
	if f.ExpectServerName != "" && r.ServerName != f.ExpectServerName {
		return fmt.Errorf("server name %q, want %q", r.ServerName, f.ExpectServerName)
	}
	want := f.ExpectALPN
	if f.Server {
		want = f.SelectALPN
	}
	if r.ALPN != want {
		return fmt.Errorf("ALPN %q, want %q", r.ALPN, want)
	}
	return nil
}

func (c *conn) checkPeer() error {
	f, r := c.flags, c.result
	if len(f.ExpectOCSP) > 0 && !bytes.Equal(f.ExpectOCSP, r.Peer.OCSPResponse) {
		return fmt.Errorf("OCSP response %x", r.Peer.OCSPResponse)
	}
	if len(f.ExpectSCTs) > 0 && !bytes.Equal(f.ExpectSCTs, r.Peer.SCTs) {
		return fmt.Errorf("SCTs %x", r.Peer.SCTs)
	}
	if f.ExpectVerifyResult && len(r.Peer.Chain) > 0 && (r.VerifyError != nil) != f.VerifyFail {
		return fmt.Errorf("verify result: %v", r.VerifyError)
	}
	if want := f.ExpectPeerType; want != nil && (*want == int(wire.CertificateTypeRawPublicKey)) != (r.Peer.RawPublicKey != nil) {
		return fmt.Errorf("the peer's certificate is not of type %d", *want)
	}
	switch got := len(r.Peer.Chain) > 0; {
	case len(f.ExpectRawKey) > 0 && !got:
	case len(r.PSKIdentity) > 0 && !got:
	case got && (len(f.ExpectRawKey) > 0 || f.ExpectNoPeerCert || f.PSK != ""):
		return errors.New("a certificate from the peer")
	case !got && !f.ExpectNoPeerCert && f.PSK == "" && (!f.Server || f.RequireClientCert):
		return errors.New("no certificate from the peer")
	}
	if f.ExpectPeerCertFile == "" {
		return nil
	}
	want, err := readChain(f.ExpectPeerCertFile)
	if err != nil {
		return err
	}
	var got [][]byte
	for _, cert := range r.Peer.Chain {
		got = append(got, cert.Raw)
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		return fmt.Errorf("the peer's chain has %d certificates and is not that of %s", len(got), f.ExpectPeerCertFile)
	}
	return nil
}

// checkCredential reports which of the credentials was used.
func (c *conn) checkCredential() error {
	f := c.flags
	if f.ExpectCredential == nil {
		return nil
	}
	got := -1
	if used := c.result.Certificate; used != nil {
		got = c.numbers[used]
	}
	if identity := c.result.PSKIdentity; len(identity) > 0 && f.PSK == "" {
		got = slices.IndexFunc(f.Credentials, func(cred *credential) bool { return cred.holds([]byte(identity)) })
	}
	if got != *f.ExpectCredential {
		return fmt.Errorf("credential %d was used, want %d", got, *f.ExpectCredential)
	}
	return nil
}

package handshake

import (
	"slices"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/openssl"
	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// secrets12 are the secrets of a connection up to TLS 1.2, for exporters and
// renegotiation.
type secrets12 struct {
	master                     [48]byte
	clientRandom, serverRandom [32]byte
	finished, peerFinished     [12]byte // verify_data
	sessionID                  []byte
}

// prf returns the PRF of the version and the suite.
func (c *conversation) prf() keys.PRF { return keys.NewPRF(c.version, c.suite.Hash) }

// deriveMaster derives the master secret from the premaster secret (RFC 5246, section
// 8.1; RFC 7627, section 4). The transcript ends with ClientKeyExchange.
func (c *conversation) deriveMaster(premaster []byte) {
	var master []byte
	if c.facts.ExtendedMasterSecret {
		master = c.prf().ExtendedMasterSecret(premaster, c.transcript.Sum())
	} else {
		master = c.prf().MasterSecret(premaster, c.clientRandom[:], c.serverRandom[:])
	}
	c.setMaster(master)
}

func (c *conversation) setMaster(master []byte) {
	k := &secrets12{clientRandom: c.clientRandom, serverRandom: c.serverRandom}
	copy(k.master[:], master)
	c.keys12 = k
	c.master = c.prf().Master(master)
	c.logSecret(keys.LogClientRandom, master)
}

// directions returns the keys of the client's and the server's records.
func (c *conversation) directions() (client, server record.Keys) {
	b := c.master.Keys(c.suite, c.version, c.clientRandom[:], c.serverRandom[:])
	base := record.Keys{
		Suite: c.suite, Version: c.version, EncryptThenMAC: c.facts.EncryptThenMAC,
		NoRecordSplitting: c.cfg.Options.Has(openssl.OpDontInsertEmptyFragments),
	}
	client, server = base, base
	client.MAC, client.Key, client.IV = b.ClientMAC, b.ClientKey, b.ClientIV
	server.MAC, server.Key, server.IV = b.ServerMAC, b.ServerKey, b.ServerIV
	return client, server
}

// sendFinished12 queues change_cipher_spec and our Finished under new keys.
func (c *conversation) sendFinished12(k record.Keys, verify func(hash []byte) []byte) error {
	if c.err != nil {
		return c.err
	}
	c.layer.WriteChangeCipherSpec()
	if err := c.setWriteKeys(k); err != nil {
		return err
	}
	ours := verify(c.transcript.Sum())
	copy(c.keys12.finished[:], ours)
	c.Send(&wire.Finished{VerifyData: ours})
	return nil
}

// readFinished12 reads change_cipher_spec and the peer's Finished under new keys.
func (c *conversation) readFinished12(k record.Keys, verify func(hash, got []byte) error) error {
	switch {
	case c.err != nil:
		return c.err
	case c.peeked != nil:
		return failure.UnexpectedMessage.New("handshake message buffered across change_cipher_spec")
	}
	if err := c.layer.ReadChangeCipherSpec(); err != nil {
		return err
	}
	if err := c.setReadKeys(k); err != nil {
		return err
	}
	before := c.transcript.Sum()
	fin, err := Expect[wire.Finished](c)
	if err != nil {
		return err
	}
	copy(c.keys12.peerFinished[:], fin.VerifyData)
	return verify(before, fin.VerifyData)
}

// fitsAuth reports whether a certificate's key is of the kind that the suite needs.
func fitsAuth(s *suite.CipherSuite, signatures []suite.Scheme) bool {
	for _, scheme := range signatures {
		switch kind := scheme.Info().Kind; s.Auth {
		case suite.AuthRSA:
			return kind == suite.PKCS1 || kind == suite.PSSRSAE || kind == suite.PSSPSS
		case suite.AuthECDSA:
			return kind == suite.ECDSA || kind == suite.EdDSA
		}
	}
	return false
}

// signed reports whether ServerKeyExchange carries a signature.
func signed(s *suite.CipherSuite) bool {
	switch s.Kx {
	case suite.KxDHE, suite.KxECDHE, suite.KxSRP:
		return s.Auth == suite.AuthRSA || s.Auth == suite.AuthECDSA
	}
	return false
}

// signedParams returns the bytes that the signature of ServerKeyExchange covers.
func (c *conversation) signedParams(params []byte) []byte {
	return slices.Concat(c.clientRandom[:], c.serverRandom[:], params)
}

package record

import "crypto/aes"

// sealCBC is MAC-then-encrypt, RFC 5246, section 6.2.3.2.
type sealCBC struct {
	cbc cbcEncrypter
	mac recordMAC
}

func newSealCBC(k *Keys) (*sealCBC, error) {
	cbc, err := newCBCEncrypter(k)
	return &sealCBC{cbc: cbc, mac: newRecordMAC(k)}, err
}

func (s *sealCBC) overhead() int {
	return HeaderLen + s.cbc.iv.explicit + s.mac.size() + aes.BlockSize
}

func (s *sealCBC) seal(dst []byte, seq uint64, h Header, payload []byte, _ int) []byte {
	outer := h
	outer.Length = s.cbc.iv.explicit + paddedLen(len(payload)+s.mac.size())
	dst = s.cbc.appendIV(outer.appendTo(dst))
	start := len(dst)
	dst = append(dst, payload...)
	dst = s.mac.append(dst, seq, h, payload)
	return s.cbc.encrypt(dst, start)
}

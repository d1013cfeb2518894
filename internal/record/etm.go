package record

import "crypto/aes"

// sealETM is encrypt-then-MAC, RFC 7366, section 3.
type sealETM struct{ sealCBC }

func newSealETM(k *Keys) (*sealETM, error) {
	s, err := newSealCBC(k)
	if err != nil {
		return nil, err
	}
	return &sealETM{*s}, nil
}

func (s *sealETM) seal(dst []byte, seq uint64, h Header, payload []byte, _ int) []byte {
	h.Length = s.cbc.iv.explicit + paddedLen(len(payload)) + s.mac.size()
	dst = h.appendTo(dst)
	fragment := len(dst)
	dst = s.cbc.appendIV(dst)
	start := len(dst)
	dst = append(dst, payload...)
	dst = s.cbc.encrypt(dst, start)
	return s.mac.append(dst, seq, h, dst[fragment:])
}

// openETM opens what sealETM seals.
type openETM struct {
	cbc cbcDecrypter
	mac recordMAC
}

func newOpenETM(k *Keys) (*openETM, error) {
	cbc, err := newCBCDecrypter(k)
	return &openETM{cbc: cbc, mac: newRecordMAC(k)}, err
}

func (o *openETM) open(_ []byte, seq uint64, rec []byte) ([]byte, error) {
	end := len(rec) - o.mac.size()
	if end < HeaderLen+o.cbc.iv.explicit+aes.BlockSize || (end-HeaderLen)%aes.BlockSize != 0 {
		return nil, errDecrypt()
	}
	fragment, mac := rec[HeaderLen:end], rec[end:]
	if !o.mac.verify(seq, ParseHeader(rec), fragment, mac) {
		return nil, errDecrypt()
	}
	plaintext := o.cbc.decrypt(seq, fragment)
	padding, good := paddingOf(plaintext, 0)
	if good != 1 {
		return nil, errDecrypt() // authenticated by the MAC: the error reveals nothing to an attacker
	}
	return plaintext[:len(plaintext)-padding], nil
}

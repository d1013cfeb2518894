package record

// null is GenericStreamCipher with the NULL cipher, RFC 5246, section 6.2.3.1:
// a MAC and no secrecy.
type null struct{ mac recordMAC }

func newNull(k *Keys) (*null, error) { return &null{mac: newRecordMAC(k)}, nil }

func (n *null) overhead() int { return HeaderLen + n.mac.size() }

func (n *null) seal(dst []byte, seq uint64, h Header, payload []byte, _ int) []byte {
	outer := h
	outer.Length += n.mac.size()
	dst = append(outer.appendTo(dst), payload...)
	return n.mac.append(dst, seq, h, payload)
}

func (n *null) open(_ []byte, seq uint64, rec []byte) ([]byte, error) {
	end := len(rec) - n.mac.size()
	if end < HeaderLen {
		return nil, errDecrypt()
	}
	payload, mac := rec[HeaderLen:end], rec[end:]
	if !n.mac.verify(seq, ParseHeader(rec), payload, mac) {
		return nil, errDecrypt()
	}
	return payload, nil
}

package session

import "encoding/pem"

// pemType is PEM_STRING_SSL_SESSION.
const pemType = "SSL SESSION PARAMETERS"

// ParsePEM reads the first session in data, as `openssl sess_id` and
// `s_client -sess_in` read their files. Errors match [ErrUnusable].
func ParsePEM(data []byte) (*Session, error) {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, unusable("PEM: no block %q", pemType)
		}
		if block.Type == pemType {
			return Parse(block.Bytes)
		}
		data = rest
	}
}

// MarshalPEM returns the session as `openssl s_client -sess_out` writes it.
func (s *Session) MarshalPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: s.Marshal()})
}

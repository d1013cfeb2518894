package session

import (
	"bytes"
	"encoding/pem"
)

const (
	pemType         = "SSL SESSION PARAMETERS" // PEM_STRING_SSL_SESSION
	certificateType = "CERTIFICATE"
)

// maxChain bounds PeerChain in a file, in certificates.
const maxChain = 100

// ParsePEM reads the first session in data, as `openssl sess_id` and `s_client
// -sess_in` read their files, and the certificates after it, which they leave alone:
// the PeerChain. Errors match [ErrUnusable].
func ParsePEM(data []byte) (*Session, error) {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, unusable("PEM: no block %q", pemType)
		}
		data = rest
		if block.Type != pemType {
			continue
		}
		s, err := Parse(block.Bytes)
		if err != nil {
			return nil, err
		}
		s.PeerChain = parseChain(data)
		return s, nil
	}
}

// parseChain returns the certificates up to the next session.
func parseChain(data []byte) (chain [][]byte) {
	for len(chain) < maxChain {
		block, rest := pem.Decode(data)
		if block == nil || block.Type == pemType {
			break
		}
		if data = rest; block.Type == certificateType {
			chain = append(chain, block.Bytes)
		}
	}
	return chain
}

// isPEM reports whether data is the text of a file.
func isPEM(data []byte) bool { return bytes.Contains(data, []byte("-----BEGIN "+pemType+"-----")) }

// MarshalPEM returns the session as `openssl s_client -sess_out` writes it, and after
// it the PeerChain.
func (s *Session) MarshalPEM() []byte {
	out := pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: s.Marshal()})
	for _, der := range s.PeerChain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: certificateType, Bytes: der})...)
	}
	return out
}

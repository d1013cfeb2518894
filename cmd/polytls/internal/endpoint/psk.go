package endpoint

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"polytls"
	hs "polytls/internal/handshake"
)

// addPSK reads a value of --psk, which can be repeated.
func (s *secrets) addPSK(text string) error {
	at := strings.LastIndexByte(text, ':') // the identity may contain one
	if at < 1 {
		return errors.New("want IDENTITY:HEX")
	}
	key, err := hex.DecodeString(text[at+1:])
	switch {
	case err != nil || len(key) == 0:
		return errors.New("want the key in hex, two digits for each byte")
	case len(key) > hs.MaxPSKKey:
		return fmt.Errorf("key of %d bytes, want at most %d", len(key), hs.MaxPSKKey)
	case at > hs.MaxPSKIdentity:
		return fmt.Errorf("identity of %d bytes, want at most %d", at, hs.MaxPSKIdentity)
	}
	s.PSK = append(s.PSK, polytls.PSK{Identity: []byte(text[:at]), Key: key})
	return nil
}

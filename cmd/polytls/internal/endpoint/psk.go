package endpoint

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"polytls"
	hs "polytls/internal/handshake"
)

// pskList is the flag of pre-shared keys, IDENTITY:HEX, which can be repeated.
type pskList struct{ keys *[]polytls.PSK }

func (l pskList) String() string { return "" } // secrets, too

func (l pskList) Type() string { return "IDENTITY:HEX" }

func (l pskList) Set(s string) error {
	at := strings.LastIndexByte(s, ':') // the identity may hold one itself
	if at < 1 {
		return errors.New("want IDENTITY:HEX")
	}
	key, err := hex.DecodeString(s[at+1:])
	switch {
	case err != nil || len(key) == 0:
		return errors.New("want the key in hex, two digits for each byte")
	case len(key) > hs.MaxPSKKey:
		return fmt.Errorf("key of %d bytes, want at most %d", len(key), hs.MaxPSKKey)
	case at > hs.MaxPSKIdentity:
		return fmt.Errorf("identity of %d bytes, want at most %d", at, hs.MaxPSKIdentity)
	}
	*l.keys = append(*l.keys, polytls.PSK{Identity: []byte(s[:at]), Key: key})
	return nil
}

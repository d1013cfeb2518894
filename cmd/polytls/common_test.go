package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"polytls/cmd/polytls/internal/flags"
)

// TestBothEndsTakeTheCommonFlags goes through the flags that the two commands
// have in common. Where one is ignored its help says so.
func TestBothEndsTakeTheCommonFlags(t *testing.T) {
	names := strings.Fields(`key cert ca crl pfx passphrase min-version max-version secure-protocol secure-options
		ciphers ecdh-curve sigalgs dhparam min-dh-size max-dh-size max-rsa-bits strict-key-usage policy alpn-protocols certificate-compression reject-unauthorized psk psk-identity-hint
		allow-partial-trust-chain system-roots extra-ca tls-cipher-list tls-min-v1.0 tls-min-v1.1 tls-min-v1.2 tls-min-v1.3
		tls-max-v1.0 tls-max-v1.1 tls-max-v1.2 tls-max-v1.3 handshake-timeout max-send-fragment record-size-limit keylog-file pcap trace trace-style log`)
	for _, command := range newRoot().Commands() {
		if command.Name() != "serve" && command.Name() != "connect" {
			continue
		}
		named := map[string]*pflag.Flag{}
		flags.Each(command, func(f *pflag.Flag) { named[f.Name] = f })
		for _, name := range names {
			if named[name] == nil {
				t.Errorf("%s has no --%s", command.Name(), name)
			}
		}
		for name, end := range map[string]string{"dhparam": "connect", "psk-identity-hint": "connect", "min-dh-size": "serve", "max-dh-size": "serve"} {
			if flag := named[name]; flag != nil && !strings.Contains(flag.Usage, "ignored by "+end) {
				t.Errorf("%s --%s: the help does not say that %s ignores it", command.Name(), name, end)
			}
		}
	}
	f := newFiles(t)
	r := f.serve(t, "--min-dh-size", "4096", "--max-dh-size", "2048")
	f.connect(t, r, "--dhparam", "auto", "--psk-identity-hint", "x").want(t, exitOK)
}

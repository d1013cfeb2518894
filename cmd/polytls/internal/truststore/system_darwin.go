package truststore

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os/exec"
)

// system returns the keychain of the system, which Safari and Chrome use.
func system(ca *CA) []Store {
	const keychain = "/Library/Keychains/System.keychain"
	hash := fmt.Sprintf("%X", sha1.Sum(ca.Certificate.Raw)) // the name of a certificate for the command security
	return []Store{{
		Name: "system (" + keychain + ")", asRoot: true,
		has: func() bool {
			out, err := exec.Command("security", "find-certificate", "-a", "-Z", keychain).Output()
			return err == nil && bytes.Contains(out, []byte(hash))
		},
		add:    [][]string{{"security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k", keychain, ca.File}},
		remove: [][]string{{"security", "remove-trusted-cert", "-d", ca.File}, {"security", "delete-certificate", "-Z", hash, keychain}},
	}}
}

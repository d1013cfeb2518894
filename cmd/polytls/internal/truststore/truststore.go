// Package truststore installs a CA where the programs of this machine and its user look
// for trusted CAs, and removes it: the system's store, the NSS databases of Firefox and
// Chromium, and Java's keystore. It runs the tools that come with them.
package truststore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// CA is the CA to install.
type CA struct {
	File        string // its certificate in PEM
	Certificate *x509.Certificate
}

// label names the CA in stores. It is different for each CA, so that removing one does
// not remove another.
func (ca *CA) label() string {
	sum := sha256.Sum256(ca.Certificate.Raw)
	return fmt.Sprintf("polytls-serve-ca-%x", sum[:8])
}

// Store is a store of trusted CAs, with the commands that change it.
type Store struct {
	Name string
	Skip string // why the store is not used, "" if it is

	asRoot      bool        // the commands need the rights of root
	has         func() bool // whether the store has the CA
	add, remove [][]string
}

// Kinds are the kinds of stores, which Find takes.
var Kinds = []string{"nss", "java", "system"}

// Find returns the stores of some kinds that this machine has.
func Find(kinds []string, ca *CA) []Store {
	find := map[string]func(*CA) []Store{"nss": nss, "java": java, "system": system}
	var stores []Store
	for _, kind := range Kinds {
		if slices.Contains(kinds, kind) {
			stores = append(stores, find[kind](ca)...)
		}
	}
	return stores
}

// NeedsPassword reports whether the store's commands are run by sudo, which asks for
// the user's password.
func (s *Store) NeedsPassword() bool { return s.asRoot && len(prefix()) > 0 }

// Add installs the CA and returns what it did.
func (s *Store) Add() (did string, err error) {
	switch {
	case s.Skip != "":
		return "skipped: " + s.Skip, nil
	case s.has():
		return "has the CA already", nil
	}
	return "installed", s.run(s.add)
}

// Remove removes the CA and returns what it did.
func (s *Store) Remove() (did string, err error) {
	switch {
	case s.Skip != "":
		return "skipped: " + s.Skip, nil
	case !s.has():
		return "does not have the CA", nil
	}
	return "removed", s.run(s.remove)
}

// run runs commands up to the first that fails.
func (s *Store) run(commands [][]string) error {
	for _, words := range commands {
		if s.asRoot {
			words = append(prefix(), words...)
		}
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s failed: %v: %s", words[0], err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// prefix returns what makes a command run as root: nothing for root, and where there is
// no sudo.
func prefix() []string {
	if os.Geteuid() <= 0 { // -1 on Windows
		return nil
	}
	if _, err := exec.LookPath("sudo"); err != nil {
		return nil
	}
	return []string{"sudo", "--"}
}

// succeeds reports whether a command ends with exit code 0.
func succeeds(words ...string) bool { return exec.Command(words[0], words[1:]...).Run() == nil }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writable reports whether we can write a file.
func writable(path string) bool {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		file.Close()
	}
	return err == nil
}

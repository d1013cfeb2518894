// Package peertest runs the programs that tests meet: other implementations of TLS,
// and their helpers.
package peertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Path returns the path of a program. "node12", "node", "pebble" and "axe-core" are the
// releases that CONTRIBUTING.md says how to install, "redis" is a server of the Redis
// protocol.
// A missing program skips the test, or fails it if peers are required.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, err := find(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("POLYTLS_REQUIRE_PEERS") == "1":
		t.Fatalf("peer %s is required, and .ci/run installs the peers: %v", name, err)
	}
	t.Skipf("no peer %s: %v", name, err)
	return ""
}

func find(name string) (string, error) {
	switch name {
	case "node12":
		return findInstalled("POLYTLS_NODE12", "node_modules/node12/bin/node")
	case "node":
		return findInstalled("POLYTLS_NODE", "node_modules/nodelatest/bin/node")
	case "pebble":
		return findInstalled("POLYTLS_PEBBLE", "bin/pebble")
	case "axe-core": // a script for pages
		path, err := inPeers("node_modules/axe-core/axe.min.js")
		if err == nil {
			_, err = os.Stat(path)
		}
		return path, err
	case "redis":
		return first("valkey-server", "redis-server")
	case "initdb", "postgres":
		return findPostgres(name)
	}
	return first(name, "/usr/sbin/"+name)
}

// first returns the path of the first of the programs that is installed.
func first(names ...string) (path string, err error) {
	for _, name := range names {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", err
}

// findPostgres finds a program of PostgreSQL, which Debian keeps in a directory of its
// release.
func findPostgres(name string) (string, error) {
	releases, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(releases) == 0 {
		return exec.LookPath(name)
	}
	return releases[len(releases)-1], nil
}

// findInstalled finds a program at the path of an environment variable, or in .peers
// beside go.mod.
func findInstalled(variable, path string) (string, error) {
	if path := os.Getenv(variable); path != "" {
		return exec.LookPath(path)
	}
	path, err := inPeers(path)
	if err != nil {
		return "", err
	}
	return exec.LookPath(path)
}

// inPeers returns a path in .peers beside go.mod.
func inPeers(path string) (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil || root == filepath.Dir(root) {
			return filepath.Join(root, ".peers", path), nil
		}
		root = filepath.Dir(root)
	}
}

package certtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Node finds the Node to compare with: POLYTLS_NODE, or
// .peers/node_modules/nodelatest up the tree. Without one the test is
// skipped, or fails under POLYTLS_REQUIRE_PEERS=1.
func Node(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("POLYTLS_NODE"); path != "" {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		path := filepath.Join(dir, ".peers/node_modules/nodelatest/bin/node")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		dir = filepath.Dir(dir)
	}
	missing(t, "Node: neither POLYTLS_NODE nor .peers/node_modules/nodelatest/bin/node")
	return ""
}

// OpenSSL finds the command.
func OpenSSL(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		missing(t, "the openssl command")
	}
	return path
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("POLYTLS_REQUIRE_PEERS") == "1" {
		t.Fatalf("not found: %s", what)
	}
	t.Skipf("not found: %s", what)
}

// RunNode runs a script that reads JSON from its standard input and writes
// JSON to its output.
func RunNode(t testing.TB, script string, input, output any) {
	t.Helper()
	data, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(Node(t), "-e", script)
	cmd.Env = append(os.Environ(), "NODE_NO_WARNINGS=1")
	cmd.Stdin = bytes.NewReader(data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatalf("node: %v in %.200q", err, out)
	}
}

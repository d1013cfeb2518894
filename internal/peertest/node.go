package peertest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// RunNode runs a script that reads JSON from its standard input and writes
// JSON to its output.
func RunNode(t testing.TB, script string, input, output any) {
	t.Helper()
	data, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(Path(t, "node"), "-e", script)
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

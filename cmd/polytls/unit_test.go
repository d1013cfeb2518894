package main

import (
	"testing"

	"polytls/cmd/polytls/internal/issue"
)

// TestUnknownAlgorithm is what the flag's own check keeps out.
func TestUnknownAlgorithm(t *testing.T) {
	_, _, err := issue.NewKey("dsa", "")
	if err == nil {
		t.Fatal("a key of an unknown algorithm is made")
	}
	said.add(err.Error())
}

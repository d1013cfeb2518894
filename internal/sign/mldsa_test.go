package sign_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"polytls/internal/keyfile"
	"polytls/internal/peertest"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// TestNodeAgreesOnMLDSA lets Node make keys, sign with them, and verify our
// signatures.
func TestNodeAgreesOnMLDSA(t *testing.T) {
	const message = "message"
	type made struct{ Key, SPKI, Signature []byte }
	var theirs map[string]made
	peertest.RunNode(t, `
		const c = require("crypto"), made = {};
		for (const name of ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"]) {
			const { privateKey, publicKey } = c.generateKeyPairSync(name);
			made[name] = {
				Key: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })).toString("base64"),
				SPKI: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
				Signature: c.sign(null, "message", privateKey).toString("base64"),
			};
		}
		console.log(JSON.stringify(made));`, nil, &theirs)
	var ours []made
	for name, node := range theirs {
		key, err := keyfile.ParsePrivateKey(node.Key, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		spki, err := sign.MarshalPublicKey(key.Public())
		if err != nil || !bytes.Equal(spki, node.SPKI) {
			t.Errorf("%s: the public key is another, %v", name, err)
		}
		scheme := sign.Schemes(key.Public(), suite.TLS13)[0]
		if scheme.String() != strings.ReplaceAll(name, "-", "") {
			t.Errorf("%s signs with %v", name, scheme)
		}
		if err := sign.Verify(key.Public(), scheme, []byte(message), node.Signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		signature, err := sign.Sign(context.Background(), key, scheme, []byte(message))
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, made{SPKI: spki, Signature: signature})
	}
	var verified []bool
	peertest.RunNode(t, `
		const c = require("crypto"), bytes = (text) => Buffer.from(text, "base64");
		const keys = JSON.parse(require("fs").readFileSync(0));
		console.log(JSON.stringify(keys.map((k) => c.verify(null, "message",
			c.createPublicKey({ key: bytes(k.SPKI), format: "der", type: "spki" }), bytes(k.Signature)))));`, ours, &verified)
	if len(verified) != 3 {
		t.Fatalf("%d keys of Node, want 3", len(verified))
	}
	for i, ok := range verified {
		if !ok {
			t.Errorf("Node does not verify signature %d", i)
		}
	}
}

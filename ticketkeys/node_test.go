package ticketkeys

import (
	"bytes"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"
	"time"

	"polytls/internal/peertest"
)

// nodeScript is how a Node server makes the keys of FromSecret for its
// setTicketKeys.
const nodeScript = `
const { hkdfSync } = require('crypto');
const [secret, every, slot] = process.argv.slice(1);
const info = Buffer.alloc(16);
info.writeBigUInt64BE(BigInt(every), 0);
info.writeBigUInt64BE(BigInt(slot), 8);
const key = hkdfSync('sha256', Buffer.from(secret, 'hex'), '',
  Buffer.concat([Buffer.from('polytls ticket key v1'), info]), 48);
console.log(Buffer.from(key).toString('hex'));
`

// TestNodeMakesTheSameKeys: a fleet may mix Node and polytls.
func TestNodeMakesTheSameKeys(t *testing.T) {
	node := peertest.Path(t, "node")
	secret := bytes.Repeat([]byte{0x5A}, 40)
	source, err := FromSecret(secret, Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_750_000_000, 0)
	key := mustKeys(t, source, now)[0]
	out, err := exec.Command(node, "-e", nodeScript, hex.EncodeToString(secret), "43200", "40509").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := strings.TrimSpace(string(out)); got != hex.EncodeToString(key) {
		t.Errorf("Node makes %s, we make %x", got, key)
	}
}

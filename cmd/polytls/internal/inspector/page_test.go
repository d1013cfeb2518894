package inspector

import (
	"strings"
	"testing"
)

// TestPageNamesTheVariable tells what the commands want, and no markup that an
// identity holds.
func TestPageNamesTheVariable(t *testing.T) {
	page, _, err := renderPage(HowToConnect{Commands: []string{"connect --psk me:$PSK"}, Variable: "PSK", Value: "the key of <me>, in hex"})
	if want := "<code>PSK</code> in these commands is the key of &lt;me&gt;, in hex."; err != nil || !strings.Contains(string(page), want) {
		t.Errorf("the page lacks %q (%v)", want, err)
	}
}

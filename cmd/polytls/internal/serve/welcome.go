package serve

import (
	"fmt"
	"net"
	"os"
	"strings"

	"polytls/cmd/polytls/internal/address"
	"polytls/internal/visible"
)

// welcome says at a terminal what is served, and how to connect.
func (s *server) welcome(addr net.Addr) {
	_, _, url := targets(addr)
	if url == "" || s.http == nil {
		url = address.Spell(addr.Network(), addr.String())
	}
	lines := []string{map[string]string{
		"inspect": "serving a page that shows every handshake with this server, at",
		"http":    "serving the files of " + s.root + ", at",
		"echo":    "sending back what clients send, at",
	}[s.mode], "", "    " + url, ""}
	if s.made != nil {
		lines = append(lines, s.madeLines()...)
	}
	lines = append(lines, "try, in another terminal:")
	for _, hint := range s.hints(addr) {
		lines = append(lines, "    "+hint)
	}
	if name, value := s.hintVariable(); name != "" {
		lines = append(lines, "where $"+name+" is "+value)
	}
	for _, line := range append(lines, "each handshake is a line here; Ctrl-C ends") {
		fmt.Fprintln(s.stderr, visible.Text(line))
	}
}

// madeLines says where the certificate that serve has made comes from, and how to keep
// it.
func (s *server) madeLines() []string {
	if s.trust {
		return []string{"the CA of its certificate is trusted: " + s.made.caFile}
	}
	again := []string{commandName()}
	for _, word := range os.Args[1:] {
		again = append(again, shellWord(word))
	}
	if s.state != "" {
		return []string{
			"the CA of its certificate is kept: " + s.made.caFile + "; to have this machine's programs trust it:",
			"    " + strings.Join(append(again, "--trust"), " "),
		}
	}
	return []string{
		"the CA of its certificate is new at each start: " + s.made.caFile + "; to keep one, and have this machine's programs trust it:",
		"    " + strings.Join(append(again, "--state", "~/.polytls", "--trust"), " "),
	}
}

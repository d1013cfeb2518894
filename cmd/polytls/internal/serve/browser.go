package serve

import (
	"net"
	"os/exec"
	"runtime"

	"polytls/cmd/polytls/internal/flags"
)

// openers are the commands that open a URL in the user's browser, by operating system.
var openers = map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}

// checkOpen checks --open.
func (c *command) checkOpen() error {
	switch {
	case !c.open:
		return nil
	case c.mode == "echo":
		return flags.Wrong("--open", "a browser shows nothing of --mode echo")
	case c.address.Path != "":
		return flags.Wrong("--open", "a browser cannot connect to a Unix socket")
	}
	return nil
}

// openBrowser opens the server's URL in the user's browser.
func (s *server) openBrowser(addr net.Addr) {
	if !s.open {
		return
	}
	opener := openers[runtime.GOOS]
	if opener == nil {
		opener = []string{"xdg-open"}
	}
	_, _, url := targets(addr)
	go func() { // it may wait for the browser
		if err := exec.Command(opener[0], append(opener[1:len(opener):len(opener)], url)...).Run(); err != nil {
			s.log.Warn("no browser was opened", "url", url, "reason", err.Error())
		}
	}()
}

package address

import (
	"net"
	"net/url"
	"strings"

	"polytls/cmd/polytls/internal/flags"
)

// defaultPorts are the ports of URL schemes whose protocols begin with TLS, "" for none.
var defaultPorts = map[string]string{
	"https": "443", "wss": "443", "tls": "", "ssl": "",
	"amqps": "5671", "ftps": "990", "imaps": "993", "ircs": "6697", "ldaps": "636", "mqtts": "8883",
	"nntps": "563", "pop3s": "995", "rediss": "6379", "sips": "5061", "smtps": "465",
}

// ParseTarget reads the argument of connect: an address, or a URL, of which host and
// port are used.
func ParseTarget(text string) (Address, error) {
	const what = "HOST:PORT"
	if scheme, _, isURL := strings.Cut(text, "://"); isURL {
		port, known := defaultPorts[strings.ToLower(scheme)]
		u, err := url.Parse(text)
		switch { // without the URL, which may hold a password
		case !known:
			return Address{}, flags.Wrong(what, "URL of scheme %q, want https, wss or another that begins with TLS", scheme)
		case err != nil, u.Hostname() == "":
			return Address{}, flags.Wrong(what, "the URL has no host")
		case u.Port() != "":
			port = u.Port()
		case port == "":
			return Address{}, flags.Wrong(what, "the URL has no port")
		}
		text = net.JoinHostPort(u.Hostname(), port)
	}
	a, err := Parse(what, text)
	if err == nil && a.Path == "" && a.Port == 0 {
		return a, flags.Wrong(what, "%q: nothing listens on port 0", text)
	}
	return a, err
}

package serve

import (
	"net"
	"strings"
)

// hints are commands that connect to this server, for its log and its page. What
// is secret in them is a variable of the shell: both have more readers than the
// command line.
func (s *server) hints(addr net.Addr) []string {
	target, openssl, url := targets(addr)
	if target == "" {
		return nil
	}
	ours := []string{commandName(), "connect", target}
	openssl = append([]string{"openssl", "s_client"}, openssl...)
	curl := []string{"curl"}
	if s.made != nil {
		ca := shellWord(s.made.caFile)
		ours, openssl, curl = append(ours, "--ca", ca), append(openssl, "-CAfile", ca), append(curl, "--cacert", ca)
	}
	if s.given.RequestCert && s.RejectUnauthorized {
		ours = append(ours, "--cert", "FILE", "--key", "FILE")
		openssl = append(openssl, "-cert", "FILE", "-key", "FILE")
		curl = append(curl, "--cert", "FILE", "--key", "FILE")
	}
	var others [][]string
	switch {
	case len(s.PSK) > 0:
		identity := string(s.PSK[0].Identity)
		ours = append(ours, "--psk", shellWord(identity+":")+"$"+pskVariable)
		others = append(others, append(openssl, "-psk_identity", shellWord(identity), "-psk", "$"+pskVariable, "-cipher", "PSK"))
	case s.srpName != "":
		ours = append(ours, "--srp-user", shellWord(s.srpName), "--srp-password", "env:"+srpVariable)
		others = append(others, gnuTLS(addr, s.srpName)) // OpenSSL gives SRP up: s_client of 3.0 crashes with it
	default:
		others = append(others, openssl)
	}
	if s.mode != "echo" && url != "" && s.hasCertificate() {
		others = append(others, append(curl, url))
	}
	return commandLines(append([][]string{ours}, others...))
}

// gnuTLS is the command that connects by SRP, nil where it cannot: it knows no
// Unix sockets.
func gnuTLS(addr net.Addr, user string) []string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil || addr.Network() == "unix" {
		return nil
	}
	return []string{"gnutls-cli", "--priority", "NORMAL:-VERS-TLS1.3:+SRP", "--srpusername", shellWord(user),
		"--srppasswd", "$" + srpVariable, "--port", port, reachable(host)}
}

func commandLines(commands [][]string) []string {
	var lines []string
	for _, words := range commands {
		if words != nil {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return lines
}

const (
	pskVariable = "PSK"
	srpVariable = "SRP_PASSWORD"
)

// hintVariable is the variable that the commands read, and what it has to be.
func (s *server) hintVariable() (name, value string) {
	switch {
	case len(s.PSK) > 0:
		return pskVariable, "the key of " + string(s.PSK[0].Identity) + ", in hex"
	case s.srpName != "":
		return srpVariable, "the password of " + s.srpName
	}
	return "", ""
}

// targets are the server's address for polytls connect, for openssl s_client,
// and as a URL.
func targets(addr net.Addr) (target string, openssl []string, url string) {
	if addr.Network() == "unix" {
		return shellWord("unix:" + addr.String()), []string{"-unix", shellWord(addr.String())}, ""
	}
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "", nil, ""
	}
	host = reachable(host)
	target = net.JoinHostPort(host, port)
	openssl = []string{"-connect", target}
	if net.ParseIP(host) == nil {
		openssl = append(openssl, "-servername", host)
	}
	return target, openssl, "https://" + target + "/"
}

// reachable is a name or address by which this machine reaches a host that a
// server listens on.
func reachable(host string) string {
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		return "localhost"
	}
	return host
}

// shellWord quotes what a shell would take apart.
func shellWord(s string) string {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case r == '/', r == '.', r == '-', r == '_', r == ':', r == ',', r == '+':
		default:
			return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
		}
	}
	return s
}

package serve

import (
	"net"
	"regexp"
	"strings"
)

// hints returns commands that connect to this server, for its log and its page.
// They read secrets from shell variables, because a log and a page have more
// readers than a command line.
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
		others = append(others, gnuTLS(addr, s.srpName)) // s_client of OpenSSL 3.0 crashes with SRP, which is deprecated
	default:
		others = append(others, openssl)
	}
	if s.mode != "echo" && url != "" && s.hasCertificate() {
		others = append(others, append(curl, url))
	}
	return commandLines(append([][]string{ours}, others...))
}

// gnuTLS returns the gnutls-cli command that connects by SRP, nil for a Unix
// socket, which gnutls-cli does not support.
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

// hintVariable returns the variable that the commands read, and the value to set it
// to.
func (s *server) hintVariable() (name, value string) {
	switch {
	case len(s.PSK) > 0:
		return pskVariable, "the key of " + string(s.PSK[0].Identity) + ", in hex"
	case s.srpName != "":
		return srpVariable, "the password of " + s.srpName
	}
	return "", ""
}

// targets returns the server's address for polytls connect, for openssl s_client, and
// as a URL.
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

// reachable returns a name or address with which this machine can connect to a
// server that listens on host.
func reachable(host string) string {
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		return "localhost"
	}
	return host
}

// shellWord quotes a word that a shell would change.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[a-zA-Z0-9/._:,+-]*$`)

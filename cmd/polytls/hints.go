package main

import (
	"fmt"
	"net"
)

// hints are commands that connect to a server, for its log and its page; curl
// only where HTTP is spoken.
func hints(addr net.Addr, caFile, mode string) []string {
	trust := func(flag string) string {
		if caFile == "" {
			return ""
		}
		return " " + flag + " " + shellWord(caFile)
	}
	if addr.Network() == "unix" {
		path := addr.String()
		return []string{
			fmt.Sprintf("polytls connect %s%s", shellWord("unix:"+path), trust("--ca")),
			fmt.Sprintf("openssl s_client -unix %s%s", shellWord(path), trust("-CAfile")),
		}
	}
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	name := ""
	if net.ParseIP(host) == nil {
		name = " -servername " + host
	}
	target := net.JoinHostPort(host, port)
	commands := []string{
		fmt.Sprintf("polytls connect %s%s", target, trust("--ca")),
		fmt.Sprintf("openssl s_client -connect %s%s%s", target, name, trust("-CAfile")),
	}
	if mode != "echo" {
		commands = append(commands, fmt.Sprintf("curl%s https://%s/", trust("--cacert"), target))
	}
	return commands
}

// shellWord quotes what a shell would take apart.
func shellWord(s string) string {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case r == '/', r == '.', r == '-', r == '_', r == ':', r == ',', r == '+':
		default:
			return "'" + quoteSingle(s) + "'"
		}
	}
	return s
}

func quoteSingle(s string) string {
	var out []rune
	for _, r := range s {
		if r == '\'' {
			out = append(out, []rune(`'\''`)...)
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"polytls"
)

// misuse is a command line that means nothing: it ends with exit code 2 and a
// line that names the flag or the argument at fault.
type misuse struct{ text string }

func (m *misuse) Error() string { return m.text }

// wrong makes a misuse of a flag (with its dashes) or an argument.
func wrong(what, format string, args ...any) *misuse {
	return &misuse{what + ": " + fmt.Sprintf(format, args...)}
}

// misuseOf takes over what cobra says of arguments and commands.
func misuseOf(err error) *misuse {
	var m *misuse
	if errors.As(err, &m) {
		return m
	}
	return &misuse{err.Error() + "; see polytls --help"}
}

// flagError puts where to look behind what pflag says, which names the flag.
func flagError(cmd *cobra.Command, err error) error {
	return &misuse{fmt.Sprintf("%v; see %s --help", err, cmd.CommandPath())}
}

// optionFlags are the flags of the options that are values of their own: what
// is wrong with one of these is wrong use. Those of files are not here.
var optionFlags = map[string]string{
	"ALPNProtocols":    "--alpn-protocols",
	"Ciphers":          "--ciphers",
	"ECDHCurve":        "--ecdh-curve",
	"MaxSendFragment":  "--max-send-fragment",
	"MinDHSize":        "--min-dh-size",
	"Sigalgs":          "--sigalgs",
	"SecureProtocol":   "--secure-protocol",
	"ServerName":       "--servername",
	"SessionIDContext": "--session-id-context",
	"SessionTimeout":   "--session-timeout",
	"TicketKeys":       "--ticket-keys",
	"HandshakeTimeout": "--handshake-timeout",
}

// fileFlags are those of the options that are files: what is wrong with the
// contents of one is a failure.
var fileFlags = map[string]string{
	"Cert":        "--cert",
	"Key":         "--key",
	"PFX":         "--pfx",
	"CA":          "--ca",
	"CRL":         "--crl",
	"DHParam":     "--dhparam",
	"SystemRoots": "--system-roots",
}

// optionError names the flag behind an option that the library refused.
func optionError(err error) error {
	var e *polytls.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	f := failed(err)
	switch e.Code {
	case "ERR_TLS_PROTOCOL_VERSION_CONFLICT", "ERR_TLS_INVALID_PROTOCOL_METHOD":
		return wrong("--secure-protocol", "%s (%s)", f.Reason, f.Code)
	}
	rest, ok := strings.CutPrefix(f.Reason, "option ")
	name, text, found := strings.Cut(rest, ": ")
	if !ok || !found {
		return f
	}
	if flag := optionFlags[name]; flag != "" {
		return wrong(flag, "%s (%s)", text, f.Code)
	}
	if flag := fileFlags[name]; flag != "" {
		f.Reason = flag + ": " + text
	}
	return f
}

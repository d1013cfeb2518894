package fingerprint

import (
	"fmt"
	"slices"
	"strings"

	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// Names returns the names of the rows.
func Names() (names []string) {
	for _, s := range stacks {
		names = append(names, s.name)
	}
	return names
}

// ReleaseOf returns the release that the row of a stack was made from.
func ReleaseOf(name string) string {
	i := slices.IndexFunc(stacks, func(s stack) bool { return s.name == name })
	if i < 0 {
		return ""
	}
	return stacks[i].release
}

// Row returns the source of the row of a stack's hello.
func Row(m *fields.Message, name, release string, shuffled bool) string {
	h := read(m)
	extensions := h.ofStack()
	if shuffled {
		slices.Sort(extensions)
	}
	row := fmt.Sprintf("name: %q, release: %q,", name, release)
	if h.greased {
		row += " greased: true,"
	}
	if shuffled {
		row += " shuffled: true,"
	}
	for _, list := range []struct {
		name    string
		numbers []uint16
	}{{"ciphers", h.ciphers}, {"extensions", extensions}, {"groups", h.groups}, {"schemes", h.schemes}} {
		row += "\n" + list.name + ": []uint16{" + hexadecimals(list.numbers) + "},"
	}
	return "{\n" + row + "\n},\n"
}

// Hello returns a hello that is as the row of a stack.
func Hello(name string) *wire.ClientHello {
	i := slices.IndexFunc(stacks, func(s stack) bool { return s.name == name })
	s := &stacks[i]
	hello := &wire.ClientHello{LegacyVersion: suite.TLS12, CompressionMethods: []byte{0}}
	if s.greased {
		hello.CipherSuites = append(hello.CipherSuites, 0x3A3A)
	}
	for _, id := range s.ciphers {
		hello.CipherSuites = append(hello.CipherSuites, suite.ID(id))
	}
	for _, x := range s.extensions {
		e := wire.Extension{Type: wire.ExtensionType(x)}
		switch e.Type {
		case wire.ExtSupportedGroups:
			e.Body = listOf(2, s.groups...)
		case wire.ExtSignatureAlgorithms:
			e.Body = listOf(2, s.schemes...)
		}
		hello.Extensions = append(hello.Extensions, e)
	}
	return hello
}

func hexadecimals(list []uint16) string {
	var words []string
	for _, n := range list {
		words = append(words, fmt.Sprintf("%#04x", n))
	}
	return strings.Join(words, ", ")
}

package polytls_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"polytls"
)

// The options that do something, of those that a set of bits holds.
func ExampleSecureOptions() {
	bits, err := polytls.ParseSecureOptions("SSL_OP_NO_TICKET,SSL_OP_NO_COMPRESSION,SSL_OP_NO_TLSv1_3")
	if err != nil {
		panic(err)
	}
	for _, o := range polytls.SecureOptions() {
		switch {
		case o.Bit == 0 || bits&o.Bit != o.Bit:
		case o.Effect != "":
			fmt.Printf("%s: %s\n", o.Name, o.Effect)
		default:
			fmt.Printf("%s means nothing here: %s\n", o.Name, o.Note)
		}
	}
	// Output:
	// SSL_OP_NO_COMPRESSION means nothing here: records are never compressed
	// SSL_OP_NO_TICKET: no session tickets up to TLS 1.2, stateful ones in TLS 1.3
	// SSL_OP_NO_TLSv1_3: turns TLS 1.3 off
}

// TestSecureOptionsAreReadByName holds that the table and the names are one.
func TestSecureOptionsAreReadByName(t *testing.T) {
	for _, o := range polytls.SecureOptions() {
		if bits, err := polytls.ParseSecureOptions(o.Name); err != nil || bits != o.Bit {
			t.Errorf("%s: %#x, %v, want %#x", o.Name, bits, err, o.Bit)
		}
	}
}

// secureOptionsPage is the documentation of the table.
const secureOptionsPage = "docs/secure-options.md"

var updateDocs = flag.Bool("update-docs", false, "write the pages of docs that are made from tables")

// TestSecureOptionsPage holds the page to the table. `go test -run
// TestSecureOptionsPage . -update-docs` writes it.
func TestSecureOptionsPage(t *testing.T) {
	want := secureOptionsText()
	if *updateDocs {
		if err := os.WriteFile(secureOptionsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(secureOptionsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says: run go test -run TestSecureOptionsPage . -update-docs", secureOptionsPage)
	}
}

func secureOptionsText() string {
	var b strings.Builder
	b.WriteString(secureOptionsIntro)
	b.WriteString("\n| option | value | what it does |\n| --- | --- | --- |\n")
	for _, o := range polytls.SecureOptions() {
		if o.Effect == "" {
			continue
		}
		what := o.Effect
		if o.Note != "" {
			what += "; " + o.Note
		}
		fmt.Fprintf(&b, "| `%s` | `%#x` | %s |\n", o.Name, o.Bit, what)
	}
	b.WriteString("\n" + secureOptionsIgnored + "\n| why | options |\n| --- | --- |\n")
	ignored := map[string][]string{} // by the reason
	for _, o := range polytls.SecureOptions() {
		if o.Effect == "" {
			ignored[o.Note] = append(ignored[o.Note], "`"+o.Name+"`")
		}
	}
	for _, why := range slices.Sorted(maps.Keys(ignored)) {
		fmt.Fprintf(&b, "| %s | %s |\n", why, strings.Join(ignored[why], ", "))
	}
	return b.String()
}

const secureOptionsIntro = `# What each of OpenSSL's options does

` + "`ContextOptions.SecureOptions`" + ` is Node's ` + "`secureOptions`" + `: OpenSSL's SSL_OP_* flags by
value. ` + "`ParseSecureOptions`" + ` reads their names, joined by commas, and so does
` + "`--secure-options`" + ` of the command. This page is made from the table that
` + "`SecureOptions`" + ` returns.
`

const secureOptionsIgnored = `These are read and mean nothing here:
`

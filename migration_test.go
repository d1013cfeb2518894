package polytls_test

import (
	"crypto/tls"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"polytls"
)

// TestMigrationTable: the page for users of crypto/tls has every field of its Config
// and every method of its Conn, and names that exist here.
func TestMigrationTable(t *testing.T) {
	text, err := os.ReadFile("docs/from-crypto-tls.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	config := reflect.TypeFor[tls.Config]()
	for i := range config.NumField() {
		if f := config.Field(i); f.IsExported() && !strings.Contains(page, "\n| `"+f.Name+"` |") {
			t.Errorf("it lacks tls.Config.%s", f.Name)
		}
	}
	conn := reflect.TypeFor[*tls.Conn]()
	for i := range conn.NumMethod() {
		if name := conn.Method(i).Name; !strings.Contains(page, "`"+name+"`") {
			t.Errorf("it lacks the method %s of tls.Conn", name)
		}
	}
	ours := fieldsOf(reflect.TypeFor[polytls.ServerOptions](), reflect.TypeFor[polytls.ConnectOptions]())
	_, table, _ := strings.Cut(page, "## The fields of tls.Config")
	table, _, _ = strings.Cut(table, "## The methods")
	for _, row := range regexp.MustCompile("(?m)^\\| `\\w+` \\| `(\\w+)` \\|").FindAllStringSubmatch(table, -1) {
		if !ours[row[1]] {
			t.Errorf("there is no option %s", row[1])
		}
	}
}

// fieldsOf returns the names of the fields of structs and of those in them.
func fieldsOf(structs ...reflect.Type) map[string]bool {
	names := map[string]bool{}
	for _, s := range structs {
		for _, f := range reflect.VisibleFields(s) {
			names[f.Name] = true
		}
	}
	return names
}

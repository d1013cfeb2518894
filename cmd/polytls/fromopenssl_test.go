package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// fromOpenSSL returns the rows of the tables below a heading of the page for users of
// OpenSSL: the texts in backticks of each cell.
func fromOpenSSL(t *testing.T, heading string) (rows [][][]string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/from-openssl.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		var row [][]string
		for _, cell := range strings.Split(strings.Trim(line, "| \n"), " | ") {
			var codes []string
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				codes = append(codes, code[1])
			}
			row = append(row, codes)
		}
		rows = append(rows, row)
	}
	if len(rows) < 5 {
		t.Fatalf("%s has %d rows", heading, len(rows))
	}
	return rows[1:]
}

// words splits a command as a shell does that knows no more than single quotes.
func words(command string) (list []string) {
	for _, w := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(command, -1) {
		list = append(list, strings.Trim(w, "'"))
	}
	return list
}

// TestFromOpenSSLCommands runs the commands of ours, in the page's order: those that
// serve are started, and the first of them is what the others connect to.
func TestFromOpenSSLCommands(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "public"), 0o755); err != nil {
		t.Fatal(err)
	}
	in := func(args []string) *exec.Cmd {
		cmd := command(t, program(), args...)
		cmd.Dir = dir
		return cmd
	}
	var clients, servers [][]string
	for _, row := range fromOpenSSL(t, "Commands") {
		for _, code := range row[len(row)-1] {
			switch args := words(code); {
			case args[0] != "polytls":
			case args[1] == "serve":
				servers = append(servers, args[1:])
			case args[1] == "connect":
				clients = append(clients, args[1:])
			default:
				finish(t, in(args[1:])).want(t, 0)
			}
		}
	}
	if len(clients) < 4 || len(servers) < 4 {
		t.Fatalf("%d commands connect, %d serve", len(clients), len(servers))
	}
	var first *running
	for _, args := range servers {
		r := serveCmd(t, in(append(args, "--listen", "127.0.0.1:0", "--log", "json")))
		if first == nil {
			first = r
		}
	}
	_, port, err := net.SplitHostPort(first.address)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range clients {
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "localhost:8443", "127.0.0.1:"+port)
		}
		finish(t, in(args)).want(t, 0)
	}
}

// TestFromOpenSSLFlags finds each flag of the page in the help of its command.
func TestFromOpenSSLFlags(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	theirs := func(name string) string {
		out, _ := exec.Command(openssl, name, "-help").CombinedOutput()
		return string(out)
	}
	for heading, own := range map[string]string{"Flags of s_client": "connect", "Flags of s_server": "serve"} {
		help := theirs(strings.TrimPrefix(heading, "Flags of "))
		ours := execute(t, own, "--help").want(t, 0).stdout
		for _, row := range fromOpenSSL(t, heading) {
			for _, flag := range row[0] {
				hasFlag(t, help, flag)
			}
			for _, code := range row[1] {
				for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(code, -1) {
					hasFlag(t, ours, flag)
				}
			}
		}
	}
	for _, row := range fromOpenSSL(t, "Commands") {
		for _, cell := range row[:len(row)-1] {
			for _, code := range cell {
				args := words(code)
				if args[0] != "openssl" {
					continue
				}
				help := theirs(args[1])
				for _, flag := range args[2:] {
					if strings.HasPrefix(flag, "-") {
						hasFlag(t, help, flag)
					}
				}
			}
		}
	}
}

// hasFlag checks that a help has a flag.
func hasFlag(t *testing.T, help, flag string) {
	t.Helper()
	if !regexp.MustCompile(`(^|\s)` + regexp.QuoteMeta(flag) + `([\s,]|$)`).MatchString(help) {
		t.Errorf("there is no flag %s", flag)
	}
}

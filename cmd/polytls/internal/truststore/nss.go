package truststore

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// chromiumDatabase is where Chromium and Chrome look for the user's own CAs on Linux,
// below the home directory.
const chromiumDatabase = ".pki/nssdb"

// The NSS databases below the home directory, as patterns of package path/filepath.
var nssDatabases = []struct{ name, pattern string }{
	{"Chromium and Chrome", chromiumDatabase},
	{"Chromium", "snap/chromium/current/.pki/nssdb"},
	{"Firefox", ".mozilla/firefox/*"},
	{"Firefox", ".config/mozilla/firefox/*"},
	{"Firefox", "snap/firefox/common/.mozilla/firefox/*"},
	{"Firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox/*"},
	{"Firefox", "Library/Application Support/Firefox/Profiles/*"},
}

// nss returns the databases of the user's browsers.
func nss(ca *CA) []Store {
	const all = "Firefox and Chromium"
	home, err := os.UserHomeDir()
	if runtime.GOOS == "windows" || err != nil { // certutil is another program there
		return []Store{{Name: all, Skip: "they use the system's store here"}}
	}
	certutil := findCertutil()
	if certutil == "" {
		return []Store{{Name: all, Skip: "needs certutil, of the package libnss3-tools, nss-tools, mozilla-nss-tools or nss"}}
	}
	var stores []Store
	if dir := filepath.Join(home, chromiumDatabase); hasChromium() && !exists(filepath.Join(dir, "cert9.db")) {
		stores = append(stores, newDatabase(certutil, dir, ca))
	}
	for _, known := range nssDatabases {
		files, _ := filepath.Glob(filepath.Join(home, known.pattern, "cert9.db")) // the patterns are valid
		for _, file := range files {
			stores = append(stores, database(certutil, known.name, filepath.Dir(file), ca))
		}
	}
	if stores == nil {
		return []Store{{Name: all, Skip: "no profile was found"}}
	}
	return stores
}

// database returns the store of a database.
func database(certutil, name, dir string, ca *CA) Store {
	use := func(words ...string) []string {
		return append([]string{certutil, "-d", "sql:" + dir, "-n", ca.label()}, words...)
	}
	return Store{
		Name:   name + " (" + dir + ")",
		has:    func() bool { return succeeds(use("-L")...) },
		add:    [][]string{use("-A", "-t", "C,,", "-i", ca.File)},
		remove: [][]string{use("-D")},
	}
}

// newDatabase is the database that Chromium makes when it first runs.
func newDatabase(certutil, dir string, ca *CA) Store {
	s := database(certutil, "Chromium and Chrome", dir, ca)
	s.add = slices.Insert(s.add, 0, []string{"mkdir", "-p", "-m", "700", dir}, []string{certutil, "-N", "-d", "sql:" + dir, "--empty-password"})
	return s
}

func findCertutil() string {
	for _, name := range []string{"certutil", "/opt/homebrew/opt/nss/bin/certutil", "/usr/local/opt/nss/bin/certutil"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// hasChromium reports whether a browser is installed that uses chromiumDatabase.
func hasChromium() bool {
	if runtime.GOOS != "linux" {
		return false
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

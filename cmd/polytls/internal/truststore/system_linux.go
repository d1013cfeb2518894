package truststore

import "path/filepath"

// anchors are the directories for CAs that administrators add, by distribution, and the
// command that makes the system's bundle from them.
var anchors = []struct {
	dir, suffix string
	update      []string
}{
	{"/etc/pki/ca-trust/source/anchors", ".pem", []string{"update-ca-trust", "extract"}},       // Fedora
	{"/usr/local/share/ca-certificates", ".crt", []string{"update-ca-certificates"}},           // Debian, Alpine
	{"/etc/ca-certificates/trust-source/anchors", ".crt", []string{"trust", "extract-compat"}}, // Arch
	{"/usr/share/pki/trust/anchors", ".pem", []string{"update-ca-certificates"}},               // SUSE
}

// system returns the store of the system.
func system(ca *CA) []Store { return systemBelow("/", ca) }

// systemBelow returns the store of a system below its root directory.
func systemBelow(root string, ca *CA) []Store {
	for _, a := range anchors {
		dir := filepath.Join(root, a.dir)
		if !exists(dir) {
			continue
		}
		file := filepath.Join(dir, ca.label()+a.suffix)
		return []Store{{
			Name: "system (" + dir + ")", asRoot: true,
			has:    func() bool { return exists(file) },
			add:    [][]string{{"install", "-m", "644", ca.File, file}, a.update},
			remove: [][]string{{"rm", "-f", file}, a.update},
		}}
	}
	return []Store{{Name: "system", Skip: "no directory for CAs of the administrator was found"}}
}

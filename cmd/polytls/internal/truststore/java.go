package truststore

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// keystorePassword is the password with which Java comes. Its keystore of trusted
// certificates holds no secrets.
const keystorePassword = "changeit"

// java returns the keystore of the Java in JAVA_HOME, or else of the one in PATH.
func java(ca *CA) []Store {
	home := os.Getenv("JAVA_HOME")
	if home == "" {
		home = javaInPath()
	}
	keytool := filepath.Join(home, "bin", "keytool")
	for _, name := range []string{"lib/security/cacerts", "jre/lib/security/cacerts"} {
		if keystore := filepath.Join(home, filepath.FromSlash(name)); home != "" && exists(keystore) {
			return javaStores(keytool, keystore, ca)
		}
	}
	return []Store{{Name: "Java", Skip: "no JAVA_HOME with a keystore, and no keytool in PATH"}}
}

// javaInPath returns the directory of the Java whose keytool is in PATH, "" for none.
func javaInPath() string {
	path, err := exec.LookPath("keytool")
	if err != nil {
		return ""
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return ""
	}
	return filepath.Dir(filepath.Dir(path))
}

// javaStores returns a keystore, and again for the entry that Debian makes in it when
// the CA is added to the system's store: Debian does not remove that entry.
func javaStores(keytool, keystore string, ca *CA) []Store {
	use := func(words ...string) []string {
		return append(append([]string{keytool}, words...), "-keystore", keystore, "-storepass", keystorePassword)
	}
	list := use("-list")
	entries, _ := exec.Command(list[0], list[1:]...).Output() // what fails now fails again at a change
	var stores []Store
	for i, alias := range []string{ca.label(), "debian:" + ca.label() + ".pem"} {
		has := strings.Contains(string(entries), alias+",")
		if i > 0 && !has {
			continue
		}
		stores = append(stores, Store{
			Name: "Java (" + keystore + ")", asRoot: !writable(keystore),
			has:    func() bool { return has },
			add:    [][]string{use("-importcert", "-noprompt", "-alias", alias, "-file", ca.File)},
			remove: [][]string{use("-delete", "-alias", alias)},
		})
	}
	return stores
}

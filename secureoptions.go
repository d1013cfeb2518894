package polytls

import "polytls/internal/openssl"

// SecureOption is an SSL_OP_* constant of OpenSSL and what it does here.
type SecureOption struct {
	Name string // in Node's crypto.constants
	// Bit is its value in ContextOptions.SecureOptions: one bit, several for
	// SSL_OP_ALL, and 0 for what OpenSSL itself has retired.
	Bit uint64
	// Effect says what the option does. It is empty for one that does nothing
	// here; Note then says why.
	Effect, Note string
}

// SecureOptions returns every SSL_OP_* constant of Node 12 and of current Node,
// sorted by name, with current Node's values.
func SecureOptions() []SecureOption {
	var list []SecureOption
	for o := range openssl.SecureOptions() {
		list = append(list, SecureOption{Name: o.Name, Bit: uint64(o.Value), Effect: o.Effect, Note: o.Note})
	}
	return list
}

// ParseSecureOptions reads names of OpenSSL's options, such as
// "SSL_OP_NO_TICKET", joined by ','.
func ParseSecureOptions(names string) (uint64, error) {
	o, err := openssl.ParseOptions(names)
	return uint64(o), err
}

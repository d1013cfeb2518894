package suite

// registeredGroups are the IANA names of groups that polytls does not implement and that
// clients offer.
var registeredGroups = map[Group]string{
	0x0001: "sect163k1", 0x0002: "sect163r1", 0x0003: "sect163r2", 0x0004: "sect193r1", 0x0005: "sect193r2",
	0x0006: "sect233k1", 0x0007: "sect233r1", 0x0008: "sect239k1", 0x0009: "sect283k1", 0x000A: "sect283r1",
	0x000B: "sect409k1", 0x000C: "sect409r1", 0x000D: "sect571k1", 0x000E: "sect571r1",
	0x000F: "secp160k1", 0x0010: "secp160r1", 0x0011: "secp160r2", 0x0012: "secp192k1", 0x0013: "secp192r1",
	0x0014: "secp224k1", 0x0015: "secp224r1",
	0x001F: "brainpoolP256r1tls13", 0x0020: "brainpoolP384r1tls13", 0x0021: "brainpoolP512r1tls13",
	0x0022: "GC256A", 0x0023: "GC256B", 0x0024: "GC256C", 0x0025: "GC256D", 0x0026: "GC512A", 0x0027: "GC512B", 0x0028: "GC512C",
	0x0029: "curveSM2", 0x6399: "X25519Kyber768Draft00", 0x639A: "SecP256r1Kyber768Draft00",
}

// registeredSchemes are the names of such signature schemes. Those of DSA are pairs of
// RFC 5246, section 7.4.1.4.1.
var registeredSchemes = map[Scheme]string{
	0x0101: "rsa_pkcs1_md5",
	0x0202: "dsa_sha1", 0x0302: "dsa_sha224", 0x0402: "dsa_sha256", 0x0502: "dsa_sha384", 0x0602: "dsa_sha512",
	0x0520: "rsa_pkcs1_sha384_legacy", 0x0620: "rsa_pkcs1_sha512_legacy",
	0x0704: "eccsi_sha256", 0x0708: "sm2sig_sm3",
	0x0709: "gostr34102012_256a", 0x070A: "gostr34102012_256b", 0x070B: "gostr34102012_256c", 0x070C: "gostr34102012_256d",
	0x070D: "gostr34102012_512a", 0x070E: "gostr34102012_512b", 0x070F: "gostr34102012_512c",
}

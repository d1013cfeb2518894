package interop

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"polytls/internal/testcert"
	"polytls/internal/trust/certtest"
)

// lines changes what ends each line of a PEM text.
func lines(text []byte, end string) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte(end)) }

// after inserts a text after the first line.
func after(text []byte, more string) []byte {
	return bytes.Replace(text, []byte("-----\n"), []byte("-----\n"+more), 1)
}

func joined(texts ...[]byte) []byte { return bytes.Join(texts, nil) }

func encodePEM(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

// rejecting is OpenSSL's X509_CERT_AUX that rejects a usage.
func rejecting(usage string) []byte {
	usages := must(asn1.Marshal(certtest.OID(usage)))
	return certtest.Sequence(must(asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: usages})))
}

// wide writes a certificate in lines of so many characters.
func wide(der []byte, width int) []byte {
	text := []byte("-----BEGIN CERTIFICATE-----\n")
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(der)), width) {
		text = append(append(text, line...), '\n')
	}
	return append(text, "-----END CERTIFICATE-----\n"...)
}

// served is a server of a chain and its key.
func served(cert, key []byte) scene {
	return load(options{Files: map[string][]byte{"cert": cert, "key": key}})
}

// pemReports are files that came from editors, web pages, shells and other
// programs.
func pemReports() []report {
	root := testcert.CA("root")
	middle := root.Issue(testcert.Template{CommonName: "middle", CA: true})
	leaf := middle.Server("localhost")
	cert, key := leaf.PEM(), leaf.KeyPEM()
	bare := bytes.TrimSpace(cert)
	utf16 := []byte{0xff, 0xfe}
	for _, c := range cert {
		utf16 = append(utf16, c, 0)
	}
	client := options{ServerName: "localhost", Reject: true}
	withCA := func(ca []byte) scene {
		o := client
		o.Files = map[string][]byte{"ca": ca}
		return meet(options{Cert: string(leaf.ChainPEM()), Key: string(key)}, o)
	}
	return []report{
		{"debops/debops#1424", "a chain put together where the first file ends without a newline",
			served(joined(bare, middle.PEM()), key), "ERR_OSSL_PEM_BAD_END_LINE", "", ""},
		{"zenhack/simp_le#149", "the same in the middle of a chain",
			served(joined(cert, bytes.TrimSpace(middle.PEM()), root.PEM()), key), "ERR_OSSL_PEM_BAD_END_LINE", "", ""},
		{"pfsense/pfsense-packages#419", "one file of certificate, key and issuer without a newline before the key",
			served(joined(bare, key, middle.PEM()), key), "ERR_OSSL_PEM_BAD_END_LINE", "", ""},
		{"istio/istio#27798", "roots put together without a newline, of which none is trusted",
			withCA(joined(bytes.TrimSpace(root.PEM()), middle.PEM())), "client UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "", ""},
		{"openssl/openssl#6281", "a certificate after a byte order mark",
			served(joined([]byte("\ufeff"), cert), key), loads, "", ""},
		{"aws/s2n-tls#700", "half a beginning before the certificate",
			served(joined([]byte("-----BEGIN\n"), cert), key), loads, "", ""},
		{"rustls/pemfile#40", "base64 that is indented",
			served(bytes.ReplaceAll(lines(cert, "\n "), []byte("\n -"), []byte("\n-")), key), loads, "", ""},
		{"bcgit/bc-java#1533", "a blank after the line that begins a certificate",
			served(bytes.Replace(cert, []byte("-----\n"), []byte("----- \n"), 1), key), loads, "", ""},
		{"certbot/certbot#5721", "lines that end in CRLF, and a last one that does not end",
			served(bytes.TrimSpace(lines(cert, "\r\n")), key), loads, "", ""},
		{"aws/s2n-tls#566", "text around the certificates",
			served(joined([]byte("Bag Attributes\n    friendlyName: one\n"), cert, []byte("\nissuer=CN = middle\n"), middle.PEM()), key), loads, "", ""},
		{"rustls/rustls-native-certs#48", "a bundle with octets that are no UTF-8 between the certificates",
			withCA(joined([]byte("# Autorit\xe9 de certification \xff\xfe\n"), root.PEM())), secure, "", ""},
		{"NixOS/nixpkgs#204795", "a bundle that distrusts a root for servers",
			withCA(encodePEM("TRUSTED CERTIFICATE", append(bytes.Clone(root.Raw), rejecting(certtest.ServerAuth)...))),
			"client INVALID_PURPOSE", "", ""},
		{"haproxy/haproxy#85", "a revocation list that has expired",
			func(t testing.TB, n *node) string {
				o := client
				o.Files = map[string][]byte{"ca": root.PEM(), "crl": joined(root.CRL(time.Now().Add(-time.Hour)), middle.CRL(time.Now().Add(-time.Hour)))}
				return meet(options{Cert: string(leaf.ChainPEM()), Key: string(key)}, o)(t, n)
			}, "client CRL_HAS_EXPIRED", "", ""},
		{"node-saml/passport-saml#692", "a certificate whose lines an environment variable has joined",
			served(lines(cert, ""), key), "ERR_OSSL_PEM_NO_START_LINE", "", ""},
		{"elastic/elasticsearch#75781", "a certificate in the base64 of URLs",
			served(after(cert, "____\n"), key), "ERR_OSSL_PEM_BAD_BASE64_DECODE", "", ""},
		{"openssl/openssl#19494", "a certificate saved as UTF-16",
			served(utf16, key), "ERR_OSSL_PEM_NO_START_LINE", "", ""},
		{"mbillow/localthings#291", "a certificate that an editor has pasted with empty lines",
			served(lines(cert, "\n\n"), key), "ERR_OSSL_PEM_BAD_END_LINE", loads,
			"RFC 7468, section 3, lets parsers pass over white space; nothing can be lost or mistaken by it"},
		{"golang/go#19147", "a dash too many at the end of a certificate",
			served(joined(bare, []byte("-\n")), key), "ERR_OSSL_PEM_BAD_END_LINE", "", ""},
		{"square/certigo#89", "a certificate with the headers of RFC 1421",
			served(after(cert, "friendlyName: small-key\n\n"), key), "ERR_OSSL_PEM_NOT_PROC_TYPE", loads,
			"RFC 7468, section 2, has no headers, but nothing of the certificate can be mistaken for one"},
		{"openssl/openssl#9187", "base64 in lines of twice 254 characters",
			served(wide(leaf.Raw, 2*254), key), loads, "", ""},
		{"tpm2-software/tpm2-tools#3474", "a certificate that its store has filled up with 0xff",
			served(encodePEM("CERTIFICATE", append(bytes.Clone(leaf.Raw), bytes.Repeat([]byte{0xff}, 600)...)), key), "ERR_OSSL_ASN1_HEADER_TOO_LONG", "ERR_OSSL_ASN1_WRONG_TAG",
			"we have one code for every block that is not one certificate, Node one for each of OpenSSL's reasons"},
		{"nodejs/help#2964", "a certificate in DER where Node wants PEM",
			served(leaf.Raw, key), "ERR_OSSL_PEM_NO_START_LINE", loads,
			"data that is one SEQUENCE and nothing else is DER and cannot be PEM"},
	}
}

// keyReports are private keys in forms that some reader did not know.
func keyReports() []report {
	key := testcert.NewKey(testcert.P256).(*ecdsa.PrivateKey)
	rsaKey := testcert.NewKey(testcert.RSA2048).(*rsa.PrivateKey)
	pkcs8 := must(x509.MarshalPKCS8PrivateKey(key))
	opened := func(text []byte) scene {
		return load(options{Files: map[string][]byte{"key": text}, Passphrase: "secret"})
	}
	dek := func(cipher x509.PEMCipher) []byte {
		//lint:ignore SA1019 the form is what users have
		return pem.EncodeToMemory(must(x509.EncryptPEMBlock(rand.Reader, "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)), []byte("secret"), cipher)))
	}
	return []report{
		{"oven-sh/bun#35835", "a key after a byte order mark",
			file("key", joined([]byte("\ufeff"), encodePEM("PRIVATE KEY", pkcs8))), loads, "", ""},
		{"wolfSSL/wolfssl#1877", "a key in PKCS #8 under the label of SEC 1",
			file("key", encodePEM("EC PRIVATE KEY", pkcs8)), loads, "", ""},
		{"rust-native-tls/rust-native-tls#319", "an EC key in SEC 1",
			file("key", encodePEM("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))), loads, "", ""},
		{"fussybeaver/bollard#202", "an RSA key in PKCS #8",
			file("key", encodePEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(rsaKey)))), loads, "", ""},
		{"grepplabs/kafka-proxy#168", "an encrypted key in PKCS #8",
			opened(encodePEM("ENCRYPTED PRIVATE KEY", underPBES2(pkcs8, "2.16.840.1.101.3.4.1.2", 16, aes.NewCipher))), loads, "", ""},
		{"RustCrypto/formats#1431", "an encrypted key under 3DES",
			opened(encodePEM("ENCRYPTED PRIVATE KEY", underPBES2(pkcs8, "1.2.840.113549.3.7", 24, des.NewTripleDESCipher))), loads, "", ""},
		{"apache/tomcat#517", "an encrypted key in the form of OpenSSL",
			opened(dek(x509.PEMCipherAES256)), loads, "", ""},
		{"openssl/openssl#17378", "a key under DES",
			opened(dek(x509.PEMCipherDES)), "ERR_OSSL_EVP_UNSUPPORTED", "", ""},
		{"randombit/botan#571", "a key under MD5 and DES",
			opened(encodePEM("ENCRYPTED PRIVATE KEY", underMD5AndDES(pkcs8))), "ERR_OSSL_EVP_UNSUPPORTED", "", ""},
	}
}

// underPBES2 encrypts a key under the passphrase "secret" by PBKDF2 and a cipher
// in CBC (RFC 8018, appendices A and B).
func underPBES2(der []byte, id string, keyLength int, newCipher func(key []byte) (cipher.Block, error)) []byte {
	salt := bulk(16)
	block := must(newCipher(must(pbkdf2.Key(sha1.New, "secret", salt, 2048, keyLength))))
	iv := bulk(block.BlockSize())
	padding := block.BlockSize() - len(der)%block.BlockSize()
	data := append(bytes.Clone(der), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	kdf := certtest.Sequence(must(asn1.Marshal(certtest.OID("1.2.840.113549.1.5.12"))), must(asn1.Marshal(pbeParameters{salt, 2048})))
	scheme := certtest.Sequence(must(asn1.Marshal(certtest.OID(id))), must(asn1.Marshal(iv)))
	return certtest.Sequence(
		certtest.Sequence(must(asn1.Marshal(certtest.OID("1.2.840.113549.1.5.13"))), certtest.Sequence(kdf, scheme)),
		must(asn1.Marshal(data)))
}

// pbeParameters are PBEParameter, and the beginning of PBKDF2-params.
type pbeParameters struct {
	Salt       []byte
	Iterations int
}

// underMD5AndDES says that a key is under pbeWithMD5AndDES-CBC, with which no
// reader here gets so far as to see that it is not.
func underMD5AndDES(der []byte) []byte {
	return certtest.Sequence(
		certtest.Sequence(must(asn1.Marshal(certtest.OID("1.2.840.113549.1.5.3"))), must(asn1.Marshal(pbeParameters{bulk(8), 2048}))),
		must(asn1.Marshal(der[:len(der)&^7])))
}

// pfxReports are archives of other programs.
func pfxReports() []report {
	root := testcert.CA("root")
	leaf := root.Server("localhost")
	archive := func(e *pkcs12.Encoder, passphrase string) []byte {
		return must(e.Encode(leaf.Signer, leaf.Certificate, []*x509.Certificate{root.Certificate}, passphrase))
	}
	pfx := func(data []byte, passphrase string) scene {
		return load(options{Files: map[string][]byte{"pfx": data}, Passphrase: passphrase})
	}
	return []report{
		{"SSLMate/go-pkcs12#13", "an archive in BER",
			pfx(certtest.BER(archive(pkcs12.Modern, "secret")), "secret"), loads, "", ""},
		{"bcgit/bc-java#1276", "an archive in BER under 3DES",
			pfx(certtest.BER(archive(pkcs12.LegacyDES, "secret")), "secret"), loads, "", ""},
		{"Keyfactor/ejbca-ce#922", "an archive in BER, and a wrong passphrase",
			pfx(certtest.BER(archive(pkcs12.LegacyDES, "secret")), "wrong"), "mac verify failure", "", ""},
		{"chris2511/xca#617", "an archive under 3DES without a MAC",
			pfx(withoutMAC(archive(pkcs12.LegacyDES, "secret")), "secret"), loads, "", ""},
		{"nodejs/node#40672", "an archive under RC2",
			pfx(archive(pkcs12.LegacyRC2, "secret"), "secret"), "ERR_CRYPTO_UNSUPPORTED_OPERATION", "", ""},
		{"PeculiarVentures/PKI.js#404", "a passphrase beyond ASCII",
			pfx(archive(pkcs12.Modern, "żółw"), "żółw"), loads, "", ""},
		{"openssl/openssl#25467", "a passphrase beyond ASCII under 3DES",
			pfx(archive(pkcs12.LegacyDES, "1234é567"), "1234é567"), loads, "", ""},
		{"openssl/openssl#8106", "an archive without MAC and encryption, read with some passphrase",
			pfx(archive(pkcs12.Passwordless, ""), "secret"), loads, "", ""},
	}
}

// withoutMAC cuts the MacData off a PFX (RFC 7292, section 4).
func withoutMAC(pfx []byte) []byte {
	var p struct {
		Version  int
		AuthSafe asn1.RawValue
		MAC      asn1.RawValue
	}
	must(asn1.Unmarshal(pfx, &p))
	return must(asn1.Marshal(struct {
		Version  int
		AuthSafe asn1.RawValue
	}{p.Version, p.AuthSafe}))
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

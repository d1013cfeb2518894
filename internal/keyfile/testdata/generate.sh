#!/bin/sh
# Makes the files of this directory anew with openssl 3: keys that protect
# nothing, for tests. Run it inside the directory.
set -e
subject() { openssl req -new -x509 -key "$1-key.pem" -days 36500 -subj "/CN=$1" -out "$1-cert.pem"; }
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-key.pem
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss-key.pem
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 \
	-pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out pss384-key.pem
for bits in 256 384 521; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-$bits -out p$bits-key.pem; done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1 -out bp384-key.pem
openssl genpkey -algorithm ED25519 -out ed25519-key.pem
openssl genpkey -algorithm ED448 -out ed448-key.pem
for name in rsa pss pss384 p256 p384 p521 bp384 ed25519 ed448; do subject $name; done

# Other forms of the same keys.
openssl rsa -in rsa-key.pem -traditional -out rsa-pkcs1.pem
{ openssl ecparam -name prime256v1; openssl ec -in p256-key.pem; } > p256-sec1.pem
openssl ec -in p256-key.pem -conv_form compressed -out p256-compressed-sec1.pem
openssl ec -in p256-key.pem -param_enc explicit -out p256-explicit-sec1.pem
openssl pkcs8 -topk8 -nocrypt -in p256-explicit-sec1.pem -out p256-explicit.pem
openssl ec -in bp384-key.pem -out bp384-sec1.pem
openssl ec -in p384-key.pem -param_enc explicit -conv_form compressed -out p384-explicit-sec1.pem
openssl ec -in p521-key.pem -param_enc explicit |
	openssl pkcs8 -topk8 -passout pass:sample -v2 aes-256-cbc -out p521-explicit-pbes2-aes256.pem
openssl ec -in p256-key.pem -aes128 -passout pass:sample -out p256-dek-aes128.pem
openssl ec -in p256-key.pem -aes192 -passout pass:sample -out p256-dek-aes192.pem
openssl rsa -in rsa-key.pem -aes256 -traditional -passout pass:sample -out rsa-dek-aes256.pem
openssl ec -in p256-key.pem -des3 -passout pass:sample -out p256-dek-des3.pem
pkcs8() { openssl pkcs8 -topk8 -in "$1-key.pem" -passout pass:sample -out "$1-pbes2-$2.pem" $3; }
pkcs8 rsa aes256 '-v2 aes-256-cbc'
pkcs8 p256 aes128-sha1 '-v2 aes-128-cbc -v2prf hmacWithSHA1'
pkcs8 p256 aes192-sha224 '-v2 aes-192-cbc -v2prf hmacWithSHA224'
pkcs8 p256 des3-sha384 '-v2 des3 -v2prf hmacWithSHA384'
pkcs8 p256 aes256-sha512 '-v2 aes-256-cbc -v2prf hmacWithSHA512'
pkcs8 p256 scrypt '-scrypt -scrypt_N 1024'
pkcs8 bp384 aes256 '-v2 aes-256-cbc'
pkcs8 ed448 aes256 '-v2 aes-256-cbc'
pkcs8 pss aes256 '-v2 aes-256-cbc'

openssl pkcs8 -topk8 -in p256-key.pem -passout pass:sample -v1 PBE-SHA1-3DES -out p256-pbes1-des3.pem

# ML-DSA, which openssl has from 3.5 on: mldsaNN-key.pem, -expanded.pem, -both.pem,
# -cert.pem and bad-mldsa44-*.pem are the examples of RFC 9881, appendix C. Node encrypts.
node -e '
const { createPrivateKey } = require("crypto"), { readFileSync, writeFileSync } = require("fs");
for (const [from, to, cipher] of [["mldsa65-both", "mldsa65-pbes2-aes256", "aes-256-cbc"], ["mldsa44-expanded", "mldsa44-expanded-pbes2-aes128", "aes-128-cbc"]])
	writeFileSync(to + ".pem", createPrivateKey(readFileSync(from + ".pem")).export({ type: "pkcs8", format: "pem", cipher, passphrase: "sample" }));
'

# What is refused.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out bad-secp256k1.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-224 -out bad-p224.pem
openssl genpkey -algorithm X25519 -out bad-x25519.pem
openssl pkcs8 -topk8 -in p256-key.pem -passout pass:sample -v2 camellia-128-cbc -out bad-camellia.pem
openssl pkcs8 -topk8 -in p256-key.pem -passout pass:sample -v2 aria-256-cbc -out bad-aria.pem
openssl pkcs8 -topk8 -in p256-key.pem -passout pass:sample -v1 PBE-SHA1-2DES -out bad-2des.pem
openssl ec -in p256-key.pem -camellia256 -passout pass:sample -out bad-dek-camellia.pem
openssl ec -in p256-key.pem -aria-128-cbc -passout pass:sample -out bad-dek-aria.pem

# PFX.
pfx() { file=$1; shift; openssl pkcs12 -export -iter 100 -out "$file.pfx" "$@"; }
pair='-in p256-cert.pem -inkey p256-key.pem -certfile rsa-cert.pem'
pfx modern $pair -passout pass:sample
pfx des3 $pair -passout pass:sample -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
pfx rc2 $pair -passout pass:sample -legacy
pfx nopass $pair -passout pass:
pfx nomac $pair -passout pass:sample -nomac
pfx plain $pair -passout pass: -keypbe NONE -certpbe NONE -nomac
pfx mac384 $pair -passout pass:sample -macalg sha384
pfx pss -in pss-cert.pem -inkey pss-key.pem -passout pass:sample
pfx ed448 -in ed448-cert.pem -inkey ed448-key.pem -passout pass:sample
pfx certonly -in p256-cert.pem -nokeys -passout pass:sample
pfx keyonly -inkey p256-key.pem -nocerts -passout pass:sample

# Certificates and revocation lists.
openssl x509 -in p256-cert.pem -addtrust serverAuth -trustout -out p256-trusted.pem
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\ndefault_md=sha256\ndefault_crl_days=36500\n' > ca.cnf
printf 'R\t490101000000Z\t240101000000Z\t2001\tunknown\t/CN=revoked\n' > index
openssl ca -config ca.cnf -gencrl -cert p256-cert.pem -keyfile p256-key.pem -out crl-v1.pem
echo 01 > crlnumber && echo crlnumber=crlnumber >> ca.cnf
openssl ca -config ca.cnf -gencrl -cert p256-cert.pem -keyfile p256-key.pem -out crl-v2.pem
rm -f ca.cnf index* crlnumber* serial*

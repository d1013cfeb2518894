package handshake_test

import (
	"regexp"
	"strings"
)

// ruling is the alert of rows that are an exception, or about which the RFCs say
// nothing, and why.
type ruling struct {
	rows  *regexp.Regexp // of the columns, joined by slashes
	alert string
	why   string
}

var (
	secondHello = `ClientHello\.(session_id: (a byte less|empty)|extensions\.(application_layer_protocol_negotiation\.protocol_name_list\.element: a byte (less|more)|` +
		`certificate_authorities\.authorities\.DistinguishedName: a byte (less|more)|key_share\.client_shares: empty|psk_key_exchange_modes\.ke_modes: a byte more|` +
		`server_name\.server_name_list\.host_name: a byte (less|more)|status_request(\.request_extensions)?: a byte more))$`
	boundHello = `ClientHello\.(session_id: (a byte less|empty)|extensions\.(key_share\.client_shares\.key_exchange|psk_key_exchange_modes\.ke_modes): a byte (less|more)|` +
		`extensions\.pre_shared_key\.binders\.PskBinderEntry: (a byte less|a byte more|empty))$`
	half = `(half a message, then )?`
)

// rulings are looked through in their order.
var rulings = []ruling{
	// Wrong lengths.
	rule(`/header announces 16777215 bytes$`, "illegal_parameter", "the RFCs name no alert for a message that is too large: as OpenSSL"),
	rule(`/in Finished/`, "decrypt_error", "RFC 8446, 4.4.4: a Finished that is not correct is decrypt_error, whatever its length"),
	rule(`second hello/.*/`+secondHello, "illegal_parameter", "RFC 8446, 4.1.2: the second hello differs where it must not"),
	rule(`server, early data/.*/`+boundHello, "decrypt_error", "RFC 8446, 4.2.11: the binder is not that of the hello"),
	rule(`post-handshake authentication/.*certificate_request_context: (a byte more|empty)$`, "none", "any context will do after the handshake"),
	rule(`certificate_request_context: a byte more$`, "illegal_parameter", "RFC 8446, 4.3.2 and 4.4.2: it is empty in the handshake"),
	rule(`(key_exchange|ecdh_Yc|point): a byte (less|more)$|point: length too small$`, "illegal_parameter", "a key that is not as long as its group's keys is parsed, and is none"),
	rule(`DHE-PSK/.*/ServerKeyExchange\.dh_(Ys: a byte (less|more)|[pg]: a byte more)$|(dh_Yc|srp_A): a byte less$`, "none", "a number of another length is another number"),
	rule(`(dh_Yc|srp_A|srp_B): a byte more$`, "illegal_parameter", "what is parsed is outside its range"),
	rule(`signature: (a byte less|a byte more|empty)$`, "decrypt_error", "RFC 8446, 6.2: a signature that cannot be verified is decrypt_error"),
	rule(`ServerKeyExchange\.(dh_Ys|srp_B|srp_s): a byte (less|more)$|dh_[pg]: a byte more$`, "decrypt_error", "the signature covers another value, and is checked first"),
	rule(`srp_[Ng]: a byte (less|more)$`, "insufficient_security", "RFC 5054, 2.5.3: the group is not one of the known ones"),
	rule(`psk_identity: (a byte less|a byte more|empty)$`, "unknown_psk_identity", "RFC 4279, 2: another identity"),
	rule(`EncryptedPreMasterSecret: (a byte less|a byte more|empty)$`, "none", "RFC 5246, 7.4.7.1: a ciphertext that cannot be decrypted shows in Finished only"),
	rule(`ClientHello\.extensions\.application_layer.*element: a byte (less|more)$`, "no_application_protocol", "RFC 7301, 3.2: no protocol in common"),
	rule(`Ex?.*\.extensions\.application_layer.*element: a byte (less|more)$|ServerHello\.extensions\.application_layer.*element: a byte (less|more)$`, "illegal_parameter", "RFC 7301, 3.1: the protocol was not offered"),
	rule(`second hello/.*/ClientHello\.extensions: empty$`, "missing_extension", "RFC 8446, 9.2"),
	rule(`^1\.3 .*/(Client|Server)Hello\.extensions: empty$`, "protocol_version", "a hello without supported_versions is of TLS 1.2"),
	rule(`^1\.2 server.*/ClientHello\.extensions: empty$`, "handshake_failure", "RFC 5246, 7.4.1.4.1: without signature_algorithms SHA-1 is left, which the level forbids"),
	rule(`^1\.2 client.*/ServerHello\.extensions: empty$`, "handshake_failure", "RFC 5746, 4.1: renegotiation would not be secure"),
	rule(`(renegotiated_connection|client_verify_data): a byte more$`, "handshake_failure", "RFC 5746, 3.4 and 3.6"),
	rule(`server_certificate_type\.certificate_types: a byte less$`, "handshake_failure", "no certificate of the types that are left: as if no signature algorithm fitted"),
	rule(`certificate_type\.certificate_types: empty$`, "illegal_parameter", "as BoringSSL"),
	rule(`^1\.3 .*/ClientHello\.compression_methods: a byte more$`, "illegal_parameter", "RFC 8446, 4.1.2: null and no other"),
	rule(`^1\.3 .*/ServerHello\.session_id: (a byte less|empty)$`, "illegal_parameter", "RFC 8446, 4.1.3: it must be that of the hello"),
	rule(`CertificateRequest\.extensions: empty$`, "missing_extension", "RFC 8446, 4.3.2: signature_algorithms must be there"),
	rule(`^1\.3 client.*/(CertificateRequest\.extensions\.certificate_authorities|.*signed_certificate_timestamp): length 0$`, "illegal_parameter", "its body is read as one more extension, which must not be there"),
	rule(`client.*/in (ServerHello|Certificate)/.*\.(status_request|key_share): length 0$`, "unsupported_extension", "its body is read as one more extension, which was not offered"),
	rule(`^1\.2 client, raw/.*(supported_groups|ec_point_formats): length 0$`, "unsupported_extension", "its body is read as one more extension, which was not offered"),
	rule(`compressed_certificate_message: a byte (less|more)$`, "bad_certificate", "RFC 8879, 4"),
	rule(`client/.*(ASN\.1Cert|cert_data): empty$`, "bad_certificate", "as OpenSSL's clients; a server sends decode_error, as OpenSSL's"),
	rule(`client/.*(ASN\.1Cert|cert_data): `, "decode_error", "what is no certificate cannot be parsed: as BoringSSL"),

	// Any bytes will do.
	rule(`(SerializedSCT|ocsp_response|DistinguishedName|certificate_extension_oid|request_extensions|\.identity|srp_I|padding|psk_identity_hint|\.ticket|ClientHello\.extensions\.session_ticket|ticket_nonce): a byte (less|more)$`, "none", "opaque here"),
	rule(`host_name: a byte (less|more)$|(ClientHello\.extensions\.status_request|cookie\.cookie|certificate_extension_values): a byte more$`, "none", "opaque here"),
	rule(`(padding\.padding|session_ticket\.ticket): the end inside it$`, "none", "opaque here"),
	rule(`(^1\.2 client/in NewSessionTicket/NewSessionTicket\.ticket|ticket_nonce|session_ticket|padding|psk_identity_hint|certificate_extension_values|oid_filters\.filters|client_shares): empty$`, "none", "may be empty"),
	rule(`^1\.2 client.*certificate_authorities: empty$|(EncryptedExtensions|certificate_list|NewSessionTicket)\.extensions: empty$|server.*Certificate\.certificate_list: empty$`, "none", "may be empty"),
	rule(`(certificate_types|ec_point_format_list|ke_modes|^1\.2 .*compression_methods): a byte (less|more)$`, "none", "one number more or less"),
	rule(`^1\.2 (server|client), resumed/.*session_id: (a byte less|empty)$|^1\.2 (server|client)(, (raw|SRP))?/.*session_id: a byte more$|^1\.3 server.*/ClientHello\.session_id: (a byte less|empty)$`, "none", "another session_id"),

	// Records at wrong places.
	rule(`server.*/instead of ClientHello/.*(alert|a warning|close_notify)`, "unexpected_message", "as OpenSSL: nothing was agreed upon that an alert could end"),
	rule(`^1\.2 .*instead of change_cipher_spec/half a message, then `, "unexpected_message", "no message may be there"),
	rule(`^1\.3 \w+/instead of (Client|Server)Hello/`+half+`an empty handshake record$|^1\.2 .*an empty handshake record$`, "none", "RFC 5246, 6.2.1, forbids sending it, and names no alert"),
	rule(`^1\.3 \w+/(instead of [ECFN]\w+|after the handshake)/half a message, then `, "unexpected_message", "RFC 8446, 5.1: no other record may be inside a message"),
	rule(half+`(a fatal alert|a warning|close_notify)$`, "none", "an alert is not answered"),
	rule(half+`an alert of an unknown level$`, "illegal_parameter", "RFC 8446, 6: the level may be ignored, and need not be: as BoringSSL, and OpenSSL up to TLS 1.2"),
	rule(half+`an alert of [13] bytes?$`, "decode_error", "a record of a wrong length cannot be parsed"),
	rule(`^1\.3 \w+/(instead of [ECFN]\w+|after the handshake)/an empty alert$`, "unexpected_message", "RFC 8446, 5.1, forbids it"),
	rule(half+`an empty alert$`, "decode_error", "a record of a wrong length cannot be parsed"),
	rule(`after the handshake/(empty )?application data$|^1\.3 client/instead of NewSessionTicket/(empty )?application data$`, "none", "the handshake is over"),

	// Messages at wrong places.
	rule(`instead of ServerHello/HelloRequest$`, "none", "RFC 5246, 7.4.1.1: ignored; it crossed our hello"),
	rule(`^1\.2 client.*/after the handshake/HelloRequest$`, "no_renegotiation", "RFC 5246, 7.4.1.1: a client may answer so"),
	rule(`^1\.2 client.*/HelloRequest$`, "unexpected_message", "RFC 5246, 7.4.1.1, and OpenSSL ignore it; refused as in BoringSSL, since a server that has answered our hello has no reason to ask for one"),
}

func rule(rows, alert, why string) ruling { return ruling{regexp.MustCompile(rows), alert, why} }

func (a *attempt) ruling() *ruling {
	key := strings.ReplaceAll(a.String(), "\t", "/")
	for i := range rulings {
		if rulings[i].rows.MatchString(key) {
			return &rulings[i]
		}
	}
	return nil
}

func (a *attempt) malformed() bool { return strings.HasPrefix(a.where, "in ") }

// demanded is the alert that the RFCs want (RFC 8446, section 6.2; RFC 5246, section
// 7.2.2), or that of a ruling.
func (a *attempt) demanded() string {
	switch r := a.ruling(); {
	case r != nil:
		return r.alert
	case a.malformed():
		return "decode_error"
	}
	return "unexpected_message"
}

// why is the reason for our alert, "" if there is none to give.
func (a *attempt) why(row alertRow) string {
	switch r := a.ruling(); {
	case r != nil:
		return r.why
	case row.openssl == "-" || row.openssl == row.alert:
		return ""
	case a.malformed():
		return "a message that cannot be parsed is decode_error"
	}
	return "a message that is not expected is unexpected_message"
}

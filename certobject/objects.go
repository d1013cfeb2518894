package certobject

// accessMethod is OpenSSL's long name of an access method, or its identifier.
func accessMethod(id string) string {
	if name, ok := accessMethods[id]; ok {
		return name
	}
	return id
}

var accessMethods = map[string]string{
	"1.3.6.1.5.5.7.48.1":  "OCSP",
	"1.3.6.1.5.5.7.48.2":  "CA Issuers",
	"1.3.6.1.5.5.7.48.3":  "AD Time Stamping",
	"1.3.6.1.5.5.7.48.4":  "ad dvcs",
	"1.3.6.1.5.5.7.48.5":  "CA Repository",
	"1.3.6.1.5.5.7.48.10": "RPKI Manifest",
	"1.3.6.1.5.5.7.48.11": "Signed Object",
	"1.3.6.1.5.5.7.48.13": "RPKI Notify",
}

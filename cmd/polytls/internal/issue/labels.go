package issue

const (
	CertificateLabel = "CERTIFICATE"
	RequestLabel     = "CERTIFICATE REQUEST"
	CRLLabel         = "X509 CRL"
)

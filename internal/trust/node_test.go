package trust

import (
	"encoding/pem"
	"strings"
	"testing"

	"polytls/internal/peertest"
	"polytls/internal/trust/certtest"
)

// nodeVerdicts is a script that shows each chain to Node in a handshake and
// tells what it says of it.
const nodeVerdicts = `
const tls = require('tls'), {duplexPair} = require('stream');
function verdict(c) {
  return new Promise((resolve) => {
    const bad = (e) => resolve({error: e.code + ' ' + e.message});
    try {
      const judge = {ca: c.ca, crl: c.crl.length ? c.crl : undefined, allowPartialTrustChain: c.partial,
                     ciphers: 'DEFAULT@SECLEVEL=' + c.level, rejectUnauthorized: false};
      const judged = {cert: c.cert, key: c.key, ciphers: 'DEFAULT@SECLEVEL=0', rejectUnauthorized: false};
      const [a, b] = duplexPair();
      const tell = (socket) => {
        const e = socket._handle.verifyError();
        resolve({code: e ? e.code : '', words: e ? e.message : ''});
        server.destroy(); client.destroy();
      };
      const options = c.client ? {...judge, cert: c.otherCert, key: c.otherKey, requestCert: true} : judged;
      const server = new tls.TLSSocket(a, {isServer: true, secureContext: tls.createSecureContext(options), ...options});
      const client = tls.connect({socket: b, checkServerIdentity: () => undefined, ...(c.client ? judged : judge)});
      server.on('error', bad); client.on('error', bad);
      if (c.client) server.on('secure', () => tell(server));
      else client.on('secureConnect', () => tell(client));
    } catch (e) { bad(e); }
  });
}
(async () => {
  const out = [];
  for (const c of JSON.parse(require('fs').readFileSync(0))) out.push(await verdict(c));
  console.log(JSON.stringify(out));
})();`

type nodeInput struct {
	Cert      string   `json:"cert"`
	Key       string   `json:"key"`
	CA        []string `json:"ca"`
	CRL       []string `json:"crl"`
	OtherCert string   `json:"otherCert"`
	OtherKey  string   `json:"otherKey"`
	Client    bool     `json:"client"`
	Partial   bool     `json:"partial"`
	Level     int      `json:"level"`
}

type nodeVerdict struct{ Code, Words, Error string }

func askNode(t *testing.T, scenarios []*scenario) []nodeVerdict {
	t.Helper()
	other := newPKI(1).build("other")
	inputs := make([]nodeInput, len(scenarios))
	for i, s := range scenarios {
		inputs[i] = nodeInput{
			Cert: certtest.PEM(s.sent...), Key: keyPEM(t, s.leafKey),
			CA: []string{}, CRL: []string{},
			OtherCert: certtest.PEM(other.sent...), OtherKey: keyPEM(t, other.leafKey),
			Client: s.purpose == ClientAuth, Partial: s.partial, Level: s.level,
		}
		for _, der := range s.roots {
			inputs[i].CA = append(inputs[i].CA, rootPEM(der))
		}
		for _, der := range s.crls {
			inputs[i].CRL = append(inputs[i].CRL, string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})))
		}
	}
	var verdicts []nodeVerdict
	peertest.RunNode(t, nodeVerdicts, inputs, &verdicts)
	return verdicts
}

// TestReportsWhatNodeReports compares code and text for every kind of chain.
func TestReportsWhatNodeReports(t *testing.T) {
	scenarios := append(singleScenarios(), randomScenarios(*seed, *count)...)
	verdicts := askNode(t, scenarios)
	compared := 0
	for i, s := range scenarios {
		want := verdicts[i]
		if want.Error != "" { // Node would not present such a chain
			t.Logf("%s: not shown: %s", s.name, want.Error)
			continue
		}
		compared++
		faults := Faults(s.chain(t), s.options(t))
		got := s.asOpenSSL(faults, want.Code)
		words, _, _ := strings.Cut(want.Words, "; if the root CA is installed locally")
		if got.Code() != want.Code || got != OK && got.Error() != words && !isProxy(got) {
			t.Errorf("%s: got %s (%v), Node says %s (%s)", s.name, got.Name(), faults, want.Code, words)
		}
	}
	if compared < len(scenarios)*3/4 {
		t.Errorf("compared %d of %d chains", compared, len(scenarios))
	}
}

// isProxy reports whether the words may differ: of a proxy OpenSSL goes on to
// check what will not be accepted anyway.
func isProxy(r Result) bool { return r == ProxyCertificatesNotAllowed }

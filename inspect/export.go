package inspect

import (
	"net/http"
	"strings"
	"time"

	"polytls/failure"
	"polytls/internal/pcap"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// saveCapture sends a capture for Wireshark. It is made from the messages, decrypted, so
// that it needs no secrets and has none: each message is in records of its own, as if
// nothing had been encrypted. There is no ChangeCipherSpec and no data of applications.
func (r *shown) saveCapture(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/x-pcapng")
	start := r.Time.Add(-duration(r.Took))
	pcap.Rebuild(w, r.local, r.remote, start, r.payloads(start)) // its only error is that of w
}

// payloads returns what the two ends have sent since the start, as far as it was kept.
func (r *shown) payloads(start time.Time) []pcap.Payload {
	var sent []pcap.Payload
	for i, raw := range r.messages {
		step := r.Steps[i]
		sent = append(sent, pcap.Payload{At: start.Add(duration(step.At)), ByPeer: !step.Sent, Bytes: records(record.Handshake, raw)})
	}
	if alert, ok := alertNamed(r.Alert); ok {
		const fatal = 2
		sent = append(sent, pcap.Payload{At: r.Time, ByPeer: r.AlertFrom == failure.SidePeer.String(), Bytes: records(record.Alert, []byte{fatal, byte(alert)})})
	}
	return sent
}

func alertNamed(name string) (failure.Alert, bool) {
	for code := range 256 {
		if a := failure.Alert(code); name != "" && a.String() == name {
			return a, true
		}
	}
	return 0, false
}

// records frames what an end sent.
func records(t record.ContentType, payload []byte) []byte {
	var all []byte
	for len(payload) > 0 {
		n := min(len(payload), record.MaxPlaintext)
		all = append(all, byte(t), byte(suite.TLS12>>8), byte(suite.TLS12&0xFF), byte(n>>8), byte(n))
		all = append(all, payload[:n]...)
		payload = payload[n:]
	}
	return all
}

// duration is the inverse of milliseconds.
func duration(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// sendHandshake sends a handshake with its messages: as JSON, or as a file to be saved, whose
// ending is that of the path.
func (p *Page) sendHandshake(w http.ResponseWriter, r *http.Request) {
	number, ending, isFile := strings.Cut(r.PathValue("file"), ".")
	found := p.feed.find(number)
	if found == nil || isFile && ending != "json" && ending != "pcapng" {
		http.Error(w, "the handshake is not among those that are kept", http.StatusNotFound)
		return
	}
	if isFile {
		w.Header().Set("Content-Disposition", `attachment; filename="handshake-`+number+"."+ending+`"`)
	}
	if ending == "pcapng" {
		found.shown().saveCapture(w)
		return
	}
	sendJSON(w, found.shown().details())
}

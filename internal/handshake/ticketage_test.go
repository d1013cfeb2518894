package handshake

import (
	"testing"
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
)

// TestClaimedTicketAge: a client never claims that a ticket is older than it is, and
// makes it younger by less than two seconds, whether the session was stored or not.
func TestClaimedTicketAge(t *testing.T) {
	const step = 125 * time.Millisecond
	start := time.Unix(1_800_000_000, 0)
	for came := time.Duration(0); came < 2*time.Second; came += step {
		kept := &session.Session{Version: suite.TLS13, Suite: 0x1301, Created: start.Add(came), Timeout: time.Hour}
		stored, err := session.Parse(kept.Marshal())
		if err != nil {
			t.Fatal(err)
		}
		for age := time.Duration(0); age < 3*time.Second; age += step {
			for form, s := range map[string]*session.Session{"kept": kept, "stored": stored} {
				claimed := ticketAge(s, kept.Created.Add(age))
				if claimed < 0 || claimed > age || claimed <= age-2*time.Second {
					t.Errorf("%s: ticket of %v after the second, %v old: claimed %v", form, came, age, claimed)
				}
			}
		}
	}
}

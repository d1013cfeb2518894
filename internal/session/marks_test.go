package session

import "testing"

func TestMarks(t *testing.T) {
	s := new(Session)
	if s.Marks() != (Marks{}) {
		t.Error("a new session has marks")
	}
	want := Marks{Issuer: [MarkSize]byte{1}, Secret: [MarkSize]byte{15: 2}}
	s.SetMarks(want)
	s.Master, s.Version = make([]byte, 48), 0x0303
	again, err := Parse(s.Marshal())
	if err != nil || again.Marks() != want {
		t.Errorf("written and read again: %v, %v", again.Marks(), err)
	}
	again.SetMarks(Marks{})
	if again.Marks() != (Marks{}) || again.TicketAppData != nil {
		t.Errorf("%x is left", again.TicketAppData)
	}
}

// TestMarksOfOthers: data of an OpenSSL application in the field of the mark is not
// a mark, and is kept.
func TestMarksOfOthers(t *testing.T) {
	for _, data := range []string{"something", marksMagic, marksMagic + "short", string(make([]byte, 40))} {
		s := &Session{TicketAppData: []byte(data)}
		if s.Marks() != (Marks{}) {
			t.Errorf("%q counts as marks", data)
		}
	}
	s := &Session{TicketAppData: []byte("something")}
	if s.SetMarks(Marks{}); string(s.TicketAppData) != "something" {
		t.Errorf("an application's data became %q", s.TicketAppData)
	}
}

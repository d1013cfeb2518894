package polytls

import (
	"cmp"

	"polytls/failure"
	"polytls/internal/sessions"
)

// FileSessions is a SessionCache in a directory: later processes resume the sessions,
// and several at once may share them. Each session is a file with mode 0600, which
// appears as a whole; a ticket of TLS 1.3 is used by one process. It is in PEM, and
// openssl s_client -sess_in reads it. NewFileSessions makes one; the zero value stores
// nothing.
type FileSessions struct {
	dir     *sessions.Directory
	onError func(error)
}

// FileSessionsOptions are the options of FileSessions.
type FileSessionsOptions struct {
	// Limit is the maximum number of sessions, 0 for 1,024; the oldest are removed first.
	// At most four are stored for each SessionKey. A negative limit is an error.
	Limit int
	// OnError is called with errors of files, such as one that holds no session, which
	// is removed. Connections go on without their sessions. It may be called by several
	// goroutines at once.
	OnError func(error)
}

// defaultFiles is the number of sessions in a directory by default.
const defaultFiles = 1024

// NewFileSessions returns a cache in the directory dir, which it makes if there is none.
// A directory that users other than its owner may read or write is an error, except on
// Windows, where its access control list must exclude them.
func NewFileSessions(dir string, o FileSessionsOptions) (*FileSessions, error) {
	switch {
	case dir == "":
		return nil, failure.InvalidArgValue.Local("NewFileSessions: no directory is given")
	case o.Limit < 0:
		return nil, failure.OutOfRange.Option("Limit", "%d is negative", o.Limit)
	}
	d, err := sessions.OpenDirectory(dir, cmp.Or(o.Limit, defaultFiles))
	if err != nil {
		return nil, &Error{Code: cmp.Or(failure.CodeOf(err), failure.InvalidArgValue.Code), Reason: "NewFileSessions", Err: err}
	}
	return &FileSessions{d, o.OnError}, nil
}

// Put implements SessionCache.
func (f *FileSessions) Put(key SessionKey, s ClientSession) {
	if f == nil || f.dir == nil || s.session == nil {
		return
	}
	f.report(f.dir.Put(key.String(), s.withIssuers()))
}

// Take implements SessionCache.
func (f *FileSessions) Take(key SessionKey) (ClientSession, bool) {
	if f == nil || f.dir == nil {
		return ClientSession{}, false
	}
	s, err := f.dir.Take(key.String())
	f.report(err)
	return ClientSession{s}, s != nil
}

// Len returns the number of sessions that are stored.
func (f *FileSessions) Len() int {
	if f == nil || f.dir == nil {
		return 0
	}
	return f.dir.Len()
}

func (f *FileSessions) report(err error) {
	if err != nil && f.onError != nil {
		f.onError(err)
	}
}

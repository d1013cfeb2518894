package wire

// IsGREASE reports whether a value of two bytes is one of those that clients add to
// lists to keep servers tolerant of new ones (RFC 8701, section 2).
func IsGREASE(n uint16) bool { return n&0x0F0F == 0x0A0A && n>>8 == n&0xFF }

package ticketkeys

import "time"

// A fleet counts time in slots of Every since 1970: all its servers agree on
// the current slot without communication, within the skew of their clocks.
//
// The key of slot n seals during n. It opens from the beginning of slot n-1, for
// servers whose clocks are ahead, to the end of n and Keep and Skew more, for servers
// whose clocks are slow.

// slot returns the number of the slot at now.
func (o *Options) slot(now time.Time) int64 {
	length := int64(o.Every / time.Second)
	n := now.Unix() / length
	if now.Unix()%length < 0 {
		n-- // round down before 1970, too
	}
	return n
}

// end returns when a slot ends; its key does not seal after that.
func (o *Options) end(slot int64) time.Time {
	return time.Unix((slot+1)*int64(o.Every/time.Second), 0)
}

// dead returns when a slot's key does not open any longer.
func (o *Options) dead(slot int64) time.Time {
	return o.end(slot).Add(o.Keep + o.Skew)
}

// oldest returns the oldest slot whose key still opens at now.
func (o *Options) oldest(now time.Time) int64 {
	return o.slot(now.Add(-o.Keep - o.Skew))
}

// slots returns the slots whose keys are in use at now: the current one, which
// seals, the next one, and those before, newest first.
func (o *Options) slots(now time.Time) []int64 {
	current := o.slot(now)
	slots := []int64{current, current + 1}
	for n := current - 1; n >= o.oldest(now); n-- {
		slots = append(slots, n)
	}
	return slots
}

// change returns the first moment after now at which slots changes.
func (o *Options) change(now time.Time) time.Time {
	next, dead := o.end(o.slot(now)), o.dead(o.oldest(now))
	if dead.Before(next) {
		return dead
	}
	return next
}

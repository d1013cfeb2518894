package certtest

// HostNames are pairs of host names, and whether both are one name. Those that are not
// would be by the case folding of Unicode.
var HostNames = []struct {
	A, B string
	Same bool
}{
	{"shop.example", "shop.example", true},
	{"Shop.Example", "sHOP.eXAMPLE", true},
	{"\xffz.example", "\xffZ.example", true},
	{"shop.example", "ſhop.example", false},
	{"SHOP.example", "ſhop.example", false},
	{"kiosk.example", "\u212aios\u212a.example", false},
	{"BÜCHER.example", "bücher.example", false},
	{"\xff.example", "\xfe.example", false},
	{"\xff.example", "\ufffd.example", false},
	{"[.example", "{.example", false},
	{"@.example", "`.example", false},
	{"shop.example", "shop.example.", false},
	{"", "shop.example", false},
}

package polygrpc

// SPIFFEID is for tests.
var SPIFFEID = spiffeID

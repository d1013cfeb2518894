// Package tasks has the tasks of docs/api.md as code, with crypto/tls and with polytls.
package tasks
